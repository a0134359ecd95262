"""Put the keys of invitations into a memorandum: fill_keys.py memorandum.json INVITATION... > filled.json."""  # noqa: INP001 -- a script that the tutorial copies; it is in no package

import json
import sys
from pathlib import Path

from hansa.lib.signatures import payload_of

document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
for name in sys.argv[2:]:
    keys = payload_of(Path(name).read_text(encoding="utf-8").strip())["identity"]
    party = next(one for one in document["parties"] if one["id"] == keys["id"])
    party["signing_key"], party["sealing_key"] = keys["signing_key"], keys["sealing_key"]
json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
