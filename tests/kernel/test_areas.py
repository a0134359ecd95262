from importlib import import_module

import pytest
from django.conf import settings

from hansa.areas.studies.models import Study
from hansa.kernel.areas import Area, all_areas, doors, modules
from hansa.kernel.people import GRANTS
from hansa.kernel.policy import VOCABULARIES
from hansa.lib.terms import Vocabulary


@pytest.fixture
def registers():
    vocabularies, grants = dict(VOCABULARIES), {role: set(given) for role, given in GRANTS.items()}
    yield
    VOCABULARIES.clear()
    VOCABULARIES.update(vocabularies)
    GRANTS.clear()
    GRANTS.update(grants)


def test_every_area_of_the_settings_is_there():
    assert all_areas() == tuple(import_module(f"{path}.area").AREA for path in settings.AREAS)
    assert "studies" in [area.name for area in all_areas()]


def test_area_knows_its_actions_in_the_order_they_were_written():
    studies = next(area for area in all_areas() if area.name == "studies")

    names = [action.name for action in studies.actions]

    assert names[:2] == ["studies.propose", "studies.approve"]
    assert {name.partition(".")[0] for name in names} == {record.noun for record in studies.records}


def test_describing_an_area_registers_its_vocabulary_and_its_permissions(registers):
    vocabulary = Vocabulary(area="exchanges", actions=frozenset({"exchanges.nominate"}), limits={})

    area = Area(
        name="exchanges",
        title="Exchanges",
        purpose="Send students.",
        records=(Study,),
        vocabulary=vocabulary,
        grants={"coordinator": ("exchanges.nominate",)},
    )

    assert VOCABULARIES["exchanges"] is vocabulary
    assert "exchanges.nominate" in GRANTS["coordinator"]
    assert [action.noun for action in area.actions] == ["studies"] * len(area.actions)


def test_area_that_grants_nothing_changes_no_role(registers):
    before = {role: set(given) for role, given in GRANTS.items()}

    Area(
        name="plain",
        title="Plain",
        purpose="None.",
        records=(),
        vocabulary=Vocabulary(area="plain", actions=frozenset({"plain.do"}), limits={}),
    )

    assert before == GRANTS


@pytest.mark.parametrize("door", ["/", "/api/", "letters", "/Ewp/", "/a/b/", "/login/"])
def test_area_may_not_declare_a_door_that_is_not_its_own(registers, door):
    with pytest.raises(AssertionError, match="a door is an address of its own"):
        Area(
            name="plain",
            title="Plain",
            purpose="None.",
            records=(),
            vocabulary=Vocabulary(area="plain", actions=frozenset({"plain.do"}), limits={}),
            doors=(door,),
        )


def test_doors_are_those_of_all_areas(sample_area):
    assert "/ferry/" in doors()


def test_modules_are_those_that_areas_have(sample_area):
    assert "tests.sample_area.commands" in [module.__name__ for module in modules("commands")]
    assert "hansa.areas.studies.views" in [module.__name__ for module in modules("views")]
    assert modules("nothing_of_this_name") == []
