import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.fhir import reading
from tests.lib.fhir.samples import PATIENTS, bundle, lines


def read(*files):
    return [(entry.place, (entry.resource or {}).get("id")) for entry in reading.entries(files)]


def test_bundle_and_bulk_files_give_each_resource_with_its_place(tmp_path):
    whole, bulk = tmp_path / "all.json", tmp_path / "Patient.ndjson"
    whole.write_text(bundle(*PATIENTS[:2]))
    bulk.write_text(lines(PATIENTS[2]) + "\n")

    assert read(whole, bulk) == [
        ("all.json, entry 1", "a"),
        ("all.json, entry 2", "b"),
        ("Patient.ndjson, line 1", "c"),
    ]


def test_one_resource_alone_is_read(tmp_path):
    file = tmp_path / "one.json"
    file.write_text(lines(PATIENTS[0]))

    assert read(file) == [("one.json", "a")]


def test_what_is_no_resource_is_told_by_its_place_and_the_rest_is_read(tmp_path):
    bulk, broken, odd = tmp_path / "a.ndjson", tmp_path / "b.json", tmp_path / "c.json"
    bulk.write_text("{\n" + lines(PATIENTS[0]) + "[1]\n")
    broken.write_text("no")
    odd.write_text('{"resourceType": "Bundle", "entry": [7, {"resource": {}}, {}]}')

    assert read(bulk, broken, odd) == [
        ("a.ndjson, line 1", None),
        ("a.ndjson, line 2", "a"),
        ("a.ndjson, line 3", None),
        ("b.json", None),
        ("c.json, entry 1", None),
        ("c.json, entry 2", None),
        ("c.json, entry 3", None),
    ]


def test_bundle_without_entries_is_empty(tmp_path):
    file = tmp_path / "empty.json"
    file.write_text('{"resourceType": "Bundle", "entry": 5}')

    assert read(file) == []


def test_absent_file_and_huge_bundle_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "large.json"
    file.write_text(bundle(*PATIENTS))
    monkeypatch.setattr(reading, "LARGEST_BUNDLE", 10)

    with pytest.raises(InvalidError, match="There is no file absent"):
        read(tmp_path / "absent")
    with pytest.raises(InvalidError, match="Export it as NDJSON"):
        read(file)
