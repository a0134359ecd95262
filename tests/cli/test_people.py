import io

import pytest

from hansa.areas.studies.models import Dataset
from hansa.kernel import partners
from hansa.kernel.identity import own
from hansa.kernel.models import Partner, Person
from hansa.lib.keys import Identity
from hansa.lib.signatures import sign
from tests.areas.studies.databases import database
from tests.web import house

pytestmark = pytest.mark.django_db(transaction=True)


def test_add_makes_the_first_person_administrator(hansa, password):
    said = hansa("people", "add", "--username", "ada", "--name", "Ada", "--password-file", password)

    assert said.code == 0
    assert Person.objects.get().roles == ["administrator"]
    assert "Administrator" in said.out


def test_add_asks_who_adds_the_second(hansa, administrator, password):
    said = hansa("people", "add", "--username", "ada", "--name", "Ada", "--password-file", password)

    assert said.code == 1
    assert "--by USERNAME" in said.err


def test_add_gives_roles(hansa, administrator, password):
    given = ("--username", "ada", "--name", "Ada", "--password-file", password, "--role", "steward")

    said = hansa("people", "add", *given, "--by", "administrator", "--json")

    assert said.json["roles"] == ["steward"]


def test_add_refuses_a_weak_password(hansa, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

    said = hansa("people", "add", "--username", "ada", "--name", "Ada")

    assert said.code == 2
    assert not Person.objects.exists()


def test_invite_prints_invitation_and_fingerprint(hansa, administrator):
    said = hansa("partners", "invite", "--by", "administrator")

    assert partners.read(said.out)[1] == own().identity
    assert own().identity.fingerprint in said.err
    assert hansa("partners", "invite", "--by", "administrator", "--json").json["invitation"] == said.out.strip()


def test_invite_is_for_who_may(hansa, person):
    person("steward", username="moritz")

    assert hansa("partners", "invite", "--by", "moritz").code == 1


def invitation() -> tuple[str, Identity]:
    signing, sealing = house.keys()[house.HOSPITAL]
    identity = Identity(id=house.HOSPITAL, signing=signing.public, sealing=sealing.public)
    payload = {"hansa": "invitation/1", "name": "Hospital", "address": "", "identity": identity.to_json()}
    return sign(payload, key=signing, kind="invitation"), identity


def test_accept_and_confirm_make_a_partner_known(hansa, administrator, tmp_path):
    text, identity = invitation()
    file = tmp_path / "invitation"
    file.write_text(text, encoding="utf-8")

    accepted = hansa("partners", "accept", str(file), "--by", "administrator")
    confirmed = hansa(
        "partners", "confirm", house.HOSPITAL, "--fingerprint", identity.fingerprint, "--by", "administrator"
    )

    assert identity.fingerprint in accepted.out
    assert "hansa partners confirm" in accepted.out
    assert confirmed.code == 0
    assert Partner.objects.get().state == "known"


def test_accept_reads_what_is_piped_in(hansa, administrator, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(invitation()[0]))

    assert hansa("partners", "accept", "--by", "administrator", "--json").json["state"] == "introduced"


def test_add_data_connects_a_file(hansa, person, tmp_path, monkeypatch):
    person("steward", username="moritz")
    (tmp_path / "patients.csv").write_text("age,event\n50,1\n61,0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    said = hansa("data", "add", "patients", "--from", "patients.csv", "--by", "moritz")

    assert said.code == 0, said.err
    assert (Dataset.objects.get().name, Dataset.objects.get().rows) == ("patients", 2)
    assert "distinct" in said.out


def test_add_data_connects_an_omop_database(hansa, person, tmp_path):
    person("steward", username="moritz")
    source = database(tmp_path / "omop.duckdb")

    said = hansa("data", "add", "cdm", "--omop", "--from", str(source), "--by", "moritz")

    assert said.code == 0, said.err
    assert "observation_period" in said.out


def test_add_data_says_what_is_wrong_with_a_file(hansa, person):
    person("steward", username="moritz")

    said = hansa("data", "add", "patients", "--from", "absent.csv", "--by", "moritz", "--json")

    assert said.code == 2
    assert said.err.startswith("source:")
