import json

import pytest

from hansa.cli.demo.cast import HOUSES
from hansa.cli.demo.story import HERE
from hansa.kernel.people import GRANTS


@pytest.mark.parametrize("role", HOUSES, ids=lambda role: role.key)
def test_signatory_is_the_one_whom_the_memorandum_names(role):
    document = json.loads((HERE / "memorandum.json").read_text(encoding="utf-8"))

    party = next(one for one in document["parties"] if one["id"] == role.institution)

    assert party["name"] == role.name
    assert (role.people["signatory"], role.office) in {(one["name"], one["office"]) for one in party["signatories"]}


def test_everybody_has_a_role_that_exists():
    assert all(set(role.people) <= set(GRANTS) for role in HOUSES)


def test_players_are_those_whom_the_story_needs():
    assert [len(role.players) for role in HOUSES] == [5, 3, 3]


def test_one_hospital_only_dials_out():
    assert [role.reachable for role in HOUSES] == [True, True, False]
