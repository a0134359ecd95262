import io
import json

import pytest

from hansa.cli import nouns
from hansa.kernel.actions import ACTIONS
from hansa.kernel.models import Agreement, ApiToken, Person
from hansa.lib.errors import InvalidError
from tests.web import house

pytestmark = pytest.mark.django_db


def test_action_is_done_in_the_name_of_somebody(hansa, administrator, person):
    person("steward", username="moritz")

    said = hansa("people", "disable", "moritz", "--by", "administrator")

    assert said.code == 0
    assert Person.objects.get(username="moritz").state == "disabled"
    assert "disabled" in said.out


def test_action_needs_somebody_in_whose_name(hansa, person):
    person("steward", username="moritz")

    assert hansa("people", "disable", "moritz").code == 2
    assert hansa("people", "disable", "moritz", "--by", "nobody").code == 1
    assert Person.objects.get(username="moritz").state == "active"


def test_action_takes_its_person_from_the_environment(hansa, administrator, person, monkeypatch):
    monkeypatch.setenv("HANSA_BY", "administrator")
    person("steward", username="moritz")

    assert hansa("people", "disable", "moritz").code == 0


def test_action_is_refused_with_remedy(hansa, person):
    person("steward", username="moritz")

    said = hansa("people", "disable", "moritz", "--by", "moritz")

    assert said.code == 1
    assert "It takes the permission people.disable" in said.err


def test_list_input_is_given_several_times(hansa, administrator, person):
    person("steward", username="moritz")

    hansa("people", "change-roles", "moritz", "--roles", "steward", "--roles", "auditor", "--by", "administrator")

    assert Person.objects.get(username="moritz").roles == ["auditor", "steward"]


def test_wrong_input_is_named(hansa, administrator, person):
    person("steward", username="moritz")

    said = hansa("people", "change-roles", "moritz", "--roles", "king", "--by", "administrator")

    assert said.code == 2
    assert said.err.startswith("roles:")


def test_default_of_an_input_is_the_action_s_own(hansa, administrator):
    said = hansa("tokens", "create", "--name", "x", "--scopes", "people.read", "--by", "administrator", "--json")

    token = ApiToken.objects.get()
    assert said.json["text"].startswith("hansa_")
    assert round((token.expires - token.created).total_seconds() / 86400) == 30


def test_json_input_is_read_from_a_file(hansa, person, tmp_path):
    house.partners()
    coordinator = person("coordinator", username="clara")
    file = tmp_path / "memorandum.json"
    file.write_text(json.dumps(house.memorandum()), encoding="utf-8")

    said = hansa("agreements", "draft", "--document", f"@{file}", "--by", coordinator.username)

    assert said.code == 0, said.err
    assert Agreement.objects.get().state == "draft"


def test_json_input_that_is_none_is_refused(hansa, person):
    person("coordinator", username="clara")

    said = hansa("agreements", "draft", "--document", "{", "--by", "clara")

    assert said.code == 2
    assert said.err.startswith("--document is not JSON")


def test_secret_is_read_from_its_file(hansa, administrator, person, password):
    person("steward", username="moritz")

    hansa("people", "reset-password", "moritz", "--password-file", password, "--by", "administrator")

    assert Person.objects.get(username="moritz").check_password("a sentence that I know")


def test_secret_is_read_from_what_is_piped_in(hansa, administrator, person, monkeypatch):
    person("steward", username="moritz")
    monkeypatch.setattr("sys.stdin", io.StringIO("a sentence that I know\n"))

    hansa("people", "reset-password", "moritz", "--by", "administrator")

    assert Person.objects.get(username="moritz").check_password("a sentence that I know")


def test_secret_is_asked_for_at_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(nouns.getpass, "getpass", lambda words: f"answer to {words}")

    assert nouns.secret("old_password", file="") == "answer to Old password: "


def test_list_shows_records(hansa, administrator, person):
    person(username="other", name="Other", state=Person.State.DISABLED)

    table = hansa("people", "list").out
    some = hansa("people", "list", "--state", "disabled", "--json").json

    assert "Astrid" in table
    assert str(administrator.pk) in table
    assert [row["username"] for row in some] == ["other"]


def test_list_says_when_there_is_nothing(hansa):
    assert "There are no studies here yet." in hansa("studies", "list").out


def test_show_finds_a_record_by_its_name_or_id(hansa, administrator):
    keys = ("administrator", str(administrator.pk), str(administrator.pk)[:8])

    found = [hansa("people", "show", key, "--json").json["username"] for key in keys]

    assert found == ["administrator"] * 3
    assert "Astrid" in hansa("people", "show", "administrator").out


@pytest.mark.parametrize("key", ["nobody", "ad", "00000000-0000-4000-8000-000000000000"])
def test_show_says_when_there_is_no_such_record(hansa, administrator, key):
    said = hansa("people", "show", key)

    assert said.code == 2
    assert "See: hansa people list" in said.err


def test_show_finds_a_partner_by_its_institution_and_a_record_by_its_urn(hansa):
    partners = house.partners()

    assert hansa("partners", "show", house.HOSPITAL, "--json").json["institution"] == house.HOSPITAL
    assert hansa("partners", "show", partners[0].urn, "--json").json["id"] == str(partners[0].pk)


def test_help_says_what_may_be_given(hansa):
    words = " ".join(hansa("people", "change-roles", "--help").out.split())

    assert "One of: administrator, signatory" in words
    assert "Give it once for each." in words


def test_every_action_takes_by_and_json():
    for action in ACTIONS.values():
        names = [one.name for one in nouns.parameters(action)]
        assert names[-2:] == ["by", "as_json"]


@pytest.mark.parametrize("path", ["absent", "."])
def test_content_says_when_a_file_cannot_be_read(path):
    with pytest.raises(InvalidError, match="cannot be read"):
        nouns.content(path)


def test_list_and_show_tell_what_somebody_can_do_now(hansa, administrator, person):
    person("steward", username="moritz")

    told = {row["username"]: row["can"] for row in hansa("people", "list", "--by", "administrator", "--json").json}
    shown = hansa("people", "show", "moritz", "--by", "administrator", "--json").json

    assert "disable" in told["moritz"]
    assert shown["can"] == told["moritz"]
    assert "change_roles" in hansa("people", "show", "moritz", "--by", "administrator").out
    assert hansa("people", "show", "moritz", "--json").json["can"] == []
    assert " can " not in hansa("people", "show", "moritz").out
    assert "can" not in hansa("people", "list", "--json").json[0]
    assert hansa("people", "list", "--by", "nobody").code == 1


def test_people_are_told_with_their_roles_in_words(hansa, administrator, person):
    person("steward", "auditor", username="moritz")

    told = [hansa("people", *words).out for words in (("list",), ("show", "moritz"))]
    rows = hansa("people", "list", "--json").json

    assert all("Data steward," in text and "Auditor" in text for text in told)
    assert [text for text in told if "people.read" in text or "salt" in text or "password" in text] == []
    assert {row["username"]: row["roles"] for row in rows}["moritz"] == ["steward", "auditor"]
    assert "Data steward" in hansa("people", "disable", "moritz", "--by", "administrator").out
