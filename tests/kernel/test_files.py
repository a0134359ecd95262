"""Files: checked before they are taken, kept in the transaction of the action, never told in an error."""

import base64
import hashlib

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from hansa.kernel import files, ledger
from hansa.kernel.change import change
from hansa.kernel.files import MOST_FILES, Upload
from hansa.kernel.models import File, Partner
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.uploads import Flaw

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
NAME = "Erika Mustermann.png"


class Inputs(BaseModel):
    """Inputs of an action made for tests."""

    model_config = ConfigDict(hide_input_in_errors=True)

    document: Upload
    others: list[Upload] = []
    maybe: Upload | None = None


def given(content=PNG, *, name=NAME):
    return {"name": name, "content": base64.b64encode(content).decode()}


def picture(number=0):
    return Upload.of(NAME, PNG + bytes([number]))


@pytest.fixture
def record(scene):
    return scene.row


def test_upload_is_read_from_name_and_base64():
    read = Inputs.model_validate({"document": given(), "others": [given(), picture()]})

    assert (read.document.name, read.document.content, read.document.media_type) == (NAME, PNG, "image/png")
    assert read.document.digest == hashlib.sha256(PNG).hexdigest()
    assert [one.media_type for one in read.others] == ["image/png", "image/png"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (given(b""), "The file is empty. Choose it again."),
        (given(b"%PDF-" + b"0" * 5 * 1024**2), "The file is larger than 5 MiB. "),
        ("text", "A file is an object with its name and its content in base64."),
        ({"name": NAME}, "A file is an object with its name and its content in base64."),
        ({"name": NAME, "content": 7}, "A file is an object with its name and its content in base64."),
        ({"name": NAME, "content": "no base64!"}, "The content of the file is not base64."),
        ({"name": NAME, "content": "bäse"}, "The content of the file is not base64."),
    ],
)
def test_upload_refuses_in_a_plain_sentence_without_its_name(wrong, said):
    with pytest.raises(ValidationError) as refused:
        Inputs.model_validate({"document": wrong})

    (told,) = refused.value.errors()
    assert told["loc"] == ("document",)
    assert told["msg"].startswith(said)
    assert "Mustermann" not in str(refused.value)


def test_upload_says_what_to_do_with_a_misnamed_file():
    with pytest.raises(InvalidError, match="Save it once more under its right name"):
        Upload.of("a.pdf", PNG)


def test_every_flaw_has_a_sentence():
    assert set(files.SENTENCES) == set(Flaw)


def test_upload_does_not_show_itself():
    assert repr(picture()) == "Upload(media_type='image/png')"


def test_schema_of_an_upload_says_that_it_is_a_file():
    schema = Inputs.model_json_schema()["properties"]

    assert schema["document"]["format"] == "file"
    assert schema["document"]["required"] == ["name", "content"]
    assert schema["others"]["items"]["format"] == "file"
    assert [one.get("format") for one in schema["maybe"]["anyOf"]] == ["file", None]


def test_takes_files_tells_inputs_that_are_files():
    class Without(BaseModel):
        names: list[str]
        number: int | None = None

    assert files.takes_files(Inputs)
    assert not files.takes_files(Without)


def test_keep_writes_the_file_in_the_change_and_nothing_of_it_in_the_ledger(record):
    with change({"test": "keep"}):
        kept = files.keep(record, picture(), role="transcript")

    held = File.objects.get(record=record.urn)
    assert (held, held.role, held.name, held.size) == (kept, "transcript", NAME, len(PNG) + 1)
    assert bytes(held.content) == PNG + b"\x00"
    assert "Mustermann" not in str(ledger.checkpoint(ledger.size())) + last_entry()


def last_entry():
    from hansa.kernel.models import LedgerEntry

    return LedgerEntry.objects.latest("position").body


def test_keep_leaves_nothing_when_the_change_is_undone(record):
    def keep_and_refuse():
        with change({"test": "keep"}):
            files.keep(record, picture())
            raise RefusedError("No.")

    with pytest.raises(RefusedError, match="No"):
        keep_and_refuse()

    assert File.objects.count() == 0


def test_keep_refuses_outside_a_change(record):
    with pytest.raises(RefusedError, match="only be changed through an action"):
        files.keep(record, picture())


def test_keep_keeps_the_same_content_once(record):
    with change({"test": "keep"}):
        first, second = files.keep(record, picture()), files.keep(record, picture())

    assert first == second
    assert File.objects.count() == 1


def test_keep_refuses_more_files_than_anybody_reads(record):
    with change({"test": "keep"}):
        for number in range(MOST_FILES):
            files.keep(record, picture(number))
        with pytest.raises(RefusedError, match="This has 20 files already"):
            files.keep(record, picture(99))


def test_forget_removes_files_and_leaves_the_ledger_untouched(record):
    with change({"test": "keep"}):
        kept = [files.keep(record, picture(number)) for number in range(3)]
    before = last_entry()

    with change({"test": "forget"}):
        assert files.forget(record, digests=[kept[0].digest]) == 1
        assert files.forget(record) == 2

    assert File.objects.count() == 0
    assert before != last_entry()
    assert ledger.verify() == []


def test_record_has_no_files_unless_its_kind_says_so(record):
    assert Partner.files(record) == []


def test_file_is_handed_out_to_be_kept_and_never_as_a_page(record):
    with change({"test": "keep"}):
        kept = files.keep(record, picture(1))

    headers = files.headers(kept)

    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == kept.media_type
