"""Verify the demo's memorandum in three languages, signed by its three parties."""

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.rows import HERE, Row, peer, seconds
from hansa.areas.studies.rules import VOCABULARY
from hansa.lib.agreement import sign, signing, stand
from hansa.lib.canonical import canonical
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.signatures import assemble

TARGET = 300
REPEATS = 50
TEXT = HERE.parent / "src" / "hansa" / "cli" / "demo" / "memorandum.json"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VOCABULARIES = {VOCABULARY.area: VOCABULARY}


def memorandum() -> tuple[dict[str, Any], list[SigningKey]]:
    """Return the demo's memorandum signed by every party, and the keys that signed."""
    document = json.loads(TEXT.read_text())
    keys = [SigningKey.generate() for _ in document["parties"]]
    for party, key in zip(document["parties"], keys, strict=True):
        party["signing_key"], party["sealing_key"] = key.public.text, SealingKey.generate().public.text
    signatures = [
        sign(document, key=key, party=party["id"], name=who["name"], office=who["office"], at=NOW)
        for party, key in zip(document["parties"], keys, strict=True)
        for who in party["signatories"][:1]
    ]
    return assemble(document, signatures), keys


def measure() -> list[Row]:
    given, keys = memorandum()
    assert not signing(given).missing
    size = len(canonical(signing(given).document))
    whole = 1 / seconds(lambda: stand(given, vocabularies=VOCABULARIES), times=REPEATS)
    only = 1 / seconds(lambda: signing(given), times=REPEATS)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "memorandum.json"
        named = {key.public.kid: key.public.text for key in keys}
        file.write_text(json.dumps({"document": given, "keys": named}))
        theirs = peer("joserfc_general", file)
    is_measured = "missing" not in theirs
    return [
        Row(
            figure=f"memorandum with three signatures verified, {size // 1024} KB, every clause checked",
            hansa=f"{whole:,.0f}/s",
            target=f"≥ {TARGET}/s",
            holds=whole >= TARGET,
        ),
        Row(
            figure="the same, only its signatures and the canonical form",
            hansa=f"{only:,.0f}/s",
            target="–",
            holds=None,
            peer=f"joserfc {theirs['version']}, three signatures" if is_measured else "joserfc",
            theirs=f"{theirs['rate']:,.0f}/s" if is_measured else theirs["missing"],
            ratio=f"{only / theirs['rate']:.1f} × as many" if is_measured else "–",
        ),
    ]
