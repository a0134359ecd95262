import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import hansa
from hansa.client import Node, Record, connect
from hansa.client.records import key_of, sent
from hansa.kernel.models import Person
from hansa.lib.errors import InvalidError, RefusedError
from tests.api.programs import token_of

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a sentence that I know"


@pytest.fixture
def node(live_server, administrator):
    with connect(live_server.url, token_of(administrator)) as made:
        yield made


def test_connect_is_at_hand_in_the_package():
    assert hansa.connect is connect


def test_package_has_nothing_else_by_surprise():
    with pytest.raises(AttributeError, match="hansa has no 'disconnect'"):
        _ = hansa.disconnect


def test_package_brings_the_client_only_when_it_is_asked_for():
    code = "import sys, hansa; print('hansa.client' in sys.modules, 'django' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert told.split() == ["False", "False"]


def test_connect_needs_a_token(monkeypatch):
    monkeypatch.delenv("HANSA_TOKEN", raising=False)

    with pytest.raises(InvalidError, match="No token was given"):
        connect("http://127.0.0.1:1")


def test_connect_takes_the_token_of_the_environment(monkeypatch, live_server, administrator):
    monkeypatch.setenv("HANSA_TOKEN", token_of(administrator))

    with connect(live_server.url) as node:
        assert node.me.username == "administrator"


def test_node_lists_records_over_several_pages(node, person, monkeypatch):
    monkeypatch.setattr("hansa.client.records.PAGE", 2)
    for number in range(4):
        person("steward", username=f"steward{number}", name=f"S{number}")

    everyone = node.people.list()

    assert len(everyone) == 5
    assert {row.state for row in node.people.list(state="active")} == {"active"}
    assert node.people.list(state="disabled") == []


def test_verb_makes_a_record(node):
    made = node.people.add(username="ada", name="Ada", password=PASSWORD, roles=["steward"])

    assert (made.called, made.state) == ("Ada", "active")
    assert Person.objects.get(username="ada").check_password(PASSWORD)


def test_verb_changes_a_record_given_whole_or_by_id(node, person):
    other = person("steward", username="other")
    found = node.people.get(str(other.pk))

    disabled = node.people.disable(found)
    enabled = node.people.enable(disabled.id)

    assert (disabled.state, enabled.state) == ("disabled", "active")


def test_verb_shows_its_words_and_inputs(node):
    verb = node.people.add

    assert verb.__doc__.startswith("Add a person.")
    assert list(inspect.signature(verb).parameters) == ["username", "name", "password", "roles", "language"]
    assert inspect.signature(verb).parameters["language"].default == "en"
    assert list(inspect.signature(node.people.disable).parameters) == ["record"]


def test_verb_says_when_a_record_is_missing_or_too_much(node):
    with pytest.raises(InvalidError, match="needs a record"):
        node.people.disable()
    with pytest.raises(InvalidError, match="makes a new record"):
        node.people.add("x")


def test_refusal_arrives_as_the_error_it_was(live_server, person):
    token = token_of(person("steward"))

    with Node(live_server.url, token) as node, pytest.raises(RefusedError, match="You have no role") as refused:
        node.people.add(username="ada", name="Ada", password=PASSWORD, roles=[])

    assert "people.add" in refused.value.remedy


def test_wrong_input_arrives_as_invalid(node):
    with pytest.raises(InvalidError, match="username"):
        node.people.add(username="ADA !", name="Ada", password=PASSWORD, roles=[])


def test_unknown_names_are_answered_with_the_known_ones(node):
    with pytest.raises(AttributeError, match="people"):
        _ = node.peoples
    with pytest.raises(AttributeError, match="disable"):
        _ = node.people.vanish


def test_dir_names_nouns_and_verbs(node):
    assert {"people", "studies", "agreements"} <= set(dir(node))
    assert {"add", "disable", "list", "get"} <= set(dir(node.people))


def test_record_is_a_dictionary_with_attributes():
    record = Record(id="1", called="Ada", state="active")

    assert (record.called, record["state"], repr(record)) == ("Ada", "active", "<Ada: active, 1>")
    with pytest.raises(AttributeError, match="has no 'age'"):
        _ = record.age


def test_letters_are_records(node):
    assert node.letters(direction="out") == []


def test_repr_names_the_address(node, live_server):
    assert live_server.url in repr(node)
    assert live_server.url in repr(node.people)


@pytest.mark.parametrize(
    ("given", "expected"), [({"id": "1"}, "1"), ("1", "1"), ("urn:hansa:studies:1", "1"), (Record(id="1"), "1")]
)
def test_key_of_takes_a_record_in_any_form(given, expected):
    assert key_of(given) == expected


def test_sent_reads_a_file(tmp_path: Path):
    file = tmp_path / "protocol.yaml"
    file.write_text("hansa: study/1", encoding="utf-8")

    assert sent(file, {"type": "string"}) == "hansa: study/1"
    assert sent("text", {}) == "text"


UPLOAD = {"type": "object", "format": "file"}


@pytest.mark.parametrize("wanted", [UPLOAD, {"anyOf": [UPLOAD, {"type": "null"}]}])
def test_sent_hands_in_a_file_where_one_is_wanted(tmp_path: Path, wanted):
    file = tmp_path / "scan.png"
    file.write_bytes(b"\x89PNG")

    assert sent(file, wanted) == {"name": "scan.png", "content": "iVBORw=="}
    assert sent([file], {"type": "array", "items": wanted}) == [{"name": "scan.png", "content": "iVBORw=="}]
