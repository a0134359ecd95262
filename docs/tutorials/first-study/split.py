"""Split the public GBSG2 data over two hospitals: berlin.csv with the protocol's names, stockholm.csv with its own."""  # noqa: INP001 -- a script that the tutorial copies; it is in no package

from lifelines.datasets import load_gbsg2

NAMES = {"horTh": "hormone", "tsize": "size", "pnodes": "nodes", "cens": "event"}

rows = load_gbsg2()
rows.iloc[:400].rename(columns=NAMES).to_csv("berlin.csv", index=False)
stockholm = rows.iloc[400:].copy()
stockholm["tsize"] = stockholm["tsize"] / 10  # Stockholm measures in centimetres
stockholm.to_csv("stockholm.csv", index=False)
