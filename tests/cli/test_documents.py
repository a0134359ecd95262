"""Files that a command hands in."""

import pytest

from hansa.cli import documents, nouns
from hansa.kernel.actions import ACTIONS
from hansa.kernel.files import Upload
from hansa.kernel.models import File
from hansa.lib.errors import InvalidError
from tests.uploads import PNG, attaching
from tests.web import house


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scan.png"
    path.write_bytes(PNG)
    return path


def test_document_reads_the_file_behind_a_path(scan):
    assert documents.handed_in(str(scan)) == Upload("scan.png", PNG, "image/png")
    assert documents.handed_in([str(scan)]) == [Upload("scan.png", PNG, "image/png")]


def test_document_says_why_a_file_is_not_taken(scan, tmp_path):
    with pytest.raises(InvalidError, match=r"cannot be read \(FileNotFoundError\)"):
        documents.document(tmp_path / "none.png")
    scan.write_bytes(PNG + b"0" * 6 * 1024 * 1024)
    with pytest.raises(InvalidError, match="larger than 5 MiB"):
        documents.document(scan)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [(Upload, True), (Upload | None, True), (list[Upload], True), (str, False), (list[str] | None, False)],
)
def test_is_document_tells_inputs_that_are_files(annotation, expected):
    assert documents.is_document(annotation) is expected


def test_command_hands_in_files(db, administrator, person, scan, tmp_path):
    data, other = house.dataset(), tmp_path / "other.png"
    other.write_bytes(PNG + b"1")
    by = person("steward")
    with attaching():
        action = ACTIONS["datasets.attach"]
        options = {one.name: one for one in nouns.parameters(action)}
        given = nouns.inputs(action, {"document": str(scan), "more": [str(other)], "note": None})
        action(data, by=by, **given)

    assert options["document"].annotation.__metadata__[0].metavar == "FILE"
    assert options["document"].annotation.__metadata__[0].help == documents.HELP
    assert sorted(File.objects.values_list("name", flat=True)) == ["other.png", "scan.png"]
