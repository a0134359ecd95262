import pytest

from hansa.areas.studies import actions
from hansa.areas.studies.models import Dataset
from tests.areas.studies.databases import database

pytestmark = pytest.mark.django_db(transaction=True)


def test_check_data_tells_what_did_not_pass_and_keeps_nothing(hansa, tmp_path):
    source = database(tmp_path / "omop.duckdb")

    said = hansa("data", "check", str(source))

    assert said.code == 0, said.err
    assert "checks passed" in said.out
    assert "what it points to is there" in said.out
    assert not Dataset.objects.exists()


def test_check_data_looks_at_a_connected_database_by_its_name(hansa, person, tmp_path):
    source = database(tmp_path / "omop.duckdb")
    actions.add(Dataset(), by=person("steward", username="moritz"), name="cdm", source=str(source), kind="omop")

    said = hansa("data", "check", "cdm", "--json")

    assert said.json["hansa"] == "data-check/1"
    assert said.json["failed"] > 0


def test_check_data_says_what_is_wrong_with_a_source(hansa, tmp_path):
    said = hansa("data", "check", str(tmp_path / "absent"))

    assert (said.code, said.err.startswith("source:")) == (2, True)
