"""Append to a Merkle tree of pymerkle over SQLite; print the seconds. Arguments: file, entries."""

import importlib.metadata
import json
import sys
import time

from pymerkle import SqliteTree

COUNT = int(sys.argv[2])
with SqliteTree(sys.argv[1], algorithm="sha256") as tree:
    # 2 is FULL, the default, which pymerkle leaves as it is.
    assert "2" in str(tree.con.execute("PRAGMA synchronous").fetchone())
    before = time.perf_counter()
    for number in range(COUNT):
        tree.append_entry(json.dumps({"action": "studies.approve", "by": "x" * 64, "number": number}).encode())
    taken = time.perf_counter() - before
print(json.dumps({"version": importlib.metadata.version("pymerkle"), "seconds": taken}))
