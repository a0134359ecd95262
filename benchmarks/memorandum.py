"""Verify a memorandum of twenty clauses in three languages, signed by three parties."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.lib.example_agreement import KEYS, LIMITS, VOCABULARIES, clause, document, signed, texts

from benchmarks.rows import Row, peer, seconds
from hansa.lib.agreement import signing, stand
from hansa.lib.canonical import canonical

TARGET = 300
REPEATS = 50
LETTERS = 500


def memorandum() -> dict[str, object]:
    """Return a signed agreement of about the length of the one of 2023."""
    clauses = [
        {
            **clause(f"4.{number}", permits=["studies.propose"], purposes=["DUO:0000042"], limits=LIMITS),
            "text": texts("The parties shall. " * (LETTERS // 19)),
        }
        for number in range(1, 21)
    ]
    return signed(document(clauses=clauses))


def measure() -> list[Row]:
    given = memorandum()
    assert not signing(given).missing
    size = len(canonical(signing(given).document))
    whole = 1 / seconds(lambda: stand(given, vocabularies=VOCABULARIES), times=REPEATS)
    only = 1 / seconds(lambda: signing(given), times=REPEATS)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "memorandum.json"
        keys = {key.public.kid: key.public.text for key in KEYS.values()}
        file.write_text(json.dumps({"document": given, "keys": keys}))
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
            figure="the same, its signatures and canonical form only",
            hansa=f"{only:,.0f}/s",
            target="–",
            holds=None,
            peer=f"joserfc {theirs['version']}, three signatures" if is_measured else "joserfc",
            theirs=f"{theirs['rate']:,.0f}/s" if is_measured else theirs["missing"],
            ratio=f"{only / theirs['rate']:.1f} × as many" if is_measured else "–",
        ),
    ]
