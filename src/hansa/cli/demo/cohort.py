"""The patients of the demo: the German Breast Cancer Study Group 2 trial, divided over three hospitals.

Schumacher et al. (1994), J. Clin. Oncol. 12, 2086; the package lifelines ships the public data.
"""

import csv
import hashlib
from importlib.util import find_spec
from pathlib import Path

from hansa.cli.demo.cast import HOUSES
from hansa.lib.errors import InvalidError

SEED = "gbsg2"
#: Which column of the trial's data is which variable of the protocol.
MAPPING = {
    "time": "time",
    "event": "cens",
    "hormone": "horTh",
    "age": "age",
    "menopause": "menostat",
    "size": "tsize",
    "grade": "tgrade",
    "nodes": "pnodes",
    "progesterone": "progrec",
    "oestrogen": "estrec",
}
Rows = list[dict[str, str]]


def read() -> Rows:
    """Return the patients, one row each."""
    # Only the package's place is asked for: importing all of lifelines takes seconds.
    found = find_spec("lifelines")
    places = found.submodule_search_locations if found is not None else None
    file = Path(next(iter(places))) / "datasets" / "gbsg2.csv" if places else None
    if file is None or not file.is_file():
        raise InvalidError(
            "The demo's data come with the package lifelines, which is not installed.", "pip install 'hansa[demo]'"
        )
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def split(rows: Rows, directory: Path) -> dict[str, Path]:
    """Write each hospital's patients into a file of its own; who is where is the same every time."""
    directory.mkdir(mode=0o700)
    order = sorted(range(len(rows)), key=lambda row: hashlib.sha256(f"{SEED}:{row}".encode()).digest())
    files, begin = {}, 0
    for role in HOUSES:
        chosen = order[begin : begin + role.patients]
        begin += role.patients
        files[role.key] = directory / f"{role.key}.csv"
        with files[role.key].open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[row] for row in sorted(chosen))
    return files
