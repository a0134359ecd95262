"""Verify the signatures of a General JSON document with joserfc. Argument: a file with document and keys."""

import importlib.metadata
import json
import statistics
import sys
import time
from pathlib import Path

from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

given = json.loads(Path(sys.argv[1]).read_text())
keys = KeySet(
    [OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": text, "kid": kid}) for kid, text in given["keys"].items()]
)
registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)
taken = []
for _ in range(100):
    before = time.perf_counter()
    jws.deserialize_json(given["document"], keys, registry=registry)
    taken.append(time.perf_counter() - before)
print(json.dumps({"version": importlib.metadata.version("joserfc"), "rate": 1 / statistics.median(taken)}))
