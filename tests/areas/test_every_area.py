"""The contract of every area; a new one is held to it without a new test."""

from typing import Any

import pytest
from django.apps import apps

from hansa.kernel.areas import Area, all_areas
from hansa.kernel.letters import KINDS
from hansa.kernel.models import JointRecord, Record
from hansa.kernel.people import GRANTS, ROLES
from hansa.kernel.policy import VOCABULARIES
from hansa.lib.terms import Limit
from hansa.lib.wording import LANGUAGES

every = pytest.mark.parametrize("area", all_areas(), ids=lambda area: area.name)


def wanted(name: str, limit: Limit) -> list[set[str]]:
    """Return under which keys the sentence of a limit may stand: its own, or one for each choice."""
    return [{name}, {f"{name} {choice}" for choice in limit.choices}] if limit.choices else [{name}]


@every
@pytest.mark.parametrize("language", LANGUAGES)
def test_says_every_action_and_limit_in_every_language(area: Area, language: str) -> None:
    words, vocabulary = area.vocabulary.words[language], area.vocabulary
    ways = {name: wanted(name, limit) for name, limit in vocabulary.limits.items()}

    assert set(words.actions) == vocabulary.actions
    assert [name for name, keys in ways.items() if not any(way <= set(words.limits) for way in keys)] == []
    known = set().union(*(way for keys in ways.values() for way in keys))
    assert set(words.limits) - known == set()


@every
def test_sentences_have_the_same_gaps_in_every_language(area: Area) -> None:
    spoken = [area.vocabulary.words[language] for language in LANGUAGES]
    gaps = [{key: sentence.count("{}") for key, sentence in words.limits.items()} for words in spoken]

    assert gaps[0] == gaps[1] == gaps[2]
    # A choice has a sentence of its own and needs no gap.
    assert {key for key, count in gaps[0].items() if count != (0 if " " in key else 1)} == set()


@every
def test_speaks_only_under_its_own_name(area: Area) -> None:
    assert VOCABULARIES[area.name] is area.vocabulary
    assert area.vocabulary.area == area.name
    assert {kind.area for kind in area.records} == {area.name}


@every
def test_grants_to_roles_that_exist_what_its_records_know(area: Area) -> None:
    names = {role.name for role in ROLES}
    needed = {action.needs for action in area.actions}
    granted = {permission for permissions in area.grants.values() for permission in permissions}

    assert set(area.grants) <= names
    assert needed <= granted
    assert {role.name for role in area.roles} <= set(GRANTS)


@every
def test_guests_see_nothing_but_their_own_and_what_is_for_all(area: Area) -> None:
    guests = [role for role in area.roles if role.is_guest]
    owned = {kind.noun for kind in area.records if kind.belongs_to is not Record.belongs_to}

    for role in guests:
        assert not role.permissions & {"ledger.read", "letters.read", "people.read"}
        assert {f"{noun}.read" for noun in owned} & role.permissions == set()


@every
def test_records_that_all_sign_say_when_and_what(area: Area) -> None:
    for kind in area.records:
        states = {str(state) for state in getattr(kind, "State", ())}
        if issubclass(kind, JointRecord):
            assert set(kind.finished) <= states
            assert bool(kind.finished) == (kind.proof is not JointRecord.proof)


def test_letters_ask_for_an_action_that_some_vocabulary_has() -> None:
    known = {action for vocabulary in VOCABULARIES.values() for action in vocabulary.actions}

    assert {kind.permit for kind in KINDS.values() if kind.permit is not None and kind.name in real()} <= known


def real() -> set[str]:
    """Return the kinds of letters that no test made."""
    return {name for name in KINDS if not name.startswith("tests.")}


def test_every_record_of_the_areas_packages_is_in_its_area() -> None:
    listed = {kind for area in all_areas() for kind in area.records}
    found: set[Any] = {
        model
        for area in all_areas()
        for model in apps.get_app_config(area.name).get_models()
        if issubclass(model, Record)
    }

    assert {kind.__name__ for kind in found - listed} == set()
