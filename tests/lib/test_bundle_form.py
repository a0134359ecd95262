import gzip
from typing import Any

import pytest

from hansa.lib.bundle_form import FORMAT, from_json, read, write
from hansa.lib.canonical import canonical
from hansa.lib.errors import InvalidError
from tests.lib.example_bundle import bundle

BUNDLE = bundle()
CONTENT = BUNDLE.to_json()


@pytest.mark.parametrize("compressed", [False, True])
def test_read_returns_what_was_written(*, compressed: bool) -> None:
    data = write(BUNDLE, compressed=compressed)

    assert read(data) == BUNDLE
    assert write(read(data), compressed=compressed) == data


def test_write_gives_canonical_json() -> None:
    assert write(BUNDLE) == canonical(CONTENT)
    assert CONTENT["hansa"] == FORMAT
    assert len(write(BUNDLE, compressed=True)) < len(write(BUNDLE))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"{}")[:-4], "cut off"),
        (gzip.compress(b"{}") + b"more", "followed by something"),
        (b"\x1f\x8bnothing", "damaged"),
        (b"", "cannot be read"),
        (b"[]", "must be an object"),
    ],
)
def test_read_refuses_what_is_no_bundle(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        read(data)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hansa": "bundle/2"}, "hansa: this is another format"),
        ({"more": 1}, "more: this key is not known"),
        ({"record": "urn:other"}, "record: "),
        ({"institution": 5}, "institution: this must be a text"),
        ({"agreements": []}, "agreements: this list has 0 entries"),
        ({"letters": {}}, "letters: this must be a list"),
        ({"letters": [{"letter": "a"}]}, r"letters\[0\].receipt: this key is missing"),
        ({"letters": [{"letter": "a", "receipt": None}]}, r"letters\[0\].receipt: this must be a text"),
        ({"entries": [{"position": -1, "body": "", "proof": []}]}, r"entries\[0\].position: "),
        ({"entries": [{"position": True, "body": "", "proof": []}]}, r"entries\[0\].position: "),
        ({"entries": [{"position": 1, "body": "", "proof": [5]}]}, r"entries\[0\].proof\[0\]: this must be a text"),
        ({"entries": [{"position": 1, "body": "", "proof": ["00"] * 65}]}, r"entries\[0\].proof: "),
        ({"identities": [{}]}, "An identity is an object"),
        ({"checkpoint": None}, "checkpoint: this must be a text"),
        ({"rotations": [5]}, r"rotations\[0\]: this must be a text"),
        ({"created": "yesterday"}, "created: "),
        ({"created": "2026-02-30T12:00:00Z"}, "created: the calendar has no such moment"),
    ],
)
def test_from_json_names_the_place_that_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        from_json({**CONTENT, **changes})
