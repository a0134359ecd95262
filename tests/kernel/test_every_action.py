"""The contract of every action in the registry; a new one is held to it without a new test."""

import json
from collections import ChainMap
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from hansa.kernel import ledger
from hansa.kernel.actions import ACTIONS, NEW, Action, RoleError, StateError
from hansa.kernel.areas import all_areas
from hansa.kernel.models import LedgerEntry, Person
from hansa.kernel.people import ROLES
from hansa.kernel.policy import ClauseError
from hansa.lib.errors import RefusedError
from tests.conftest import given
from tests.kernel.samples import SAMPLES, Sample, World
from tests.paper import PaperPartner, in_force, memorandum

PLACE = Path(__file__).parents[1] / "areas"
FILES = [path for area in all_areas() for path in sorted((PLACE / area.name).glob("samples*.py"))]
# What the tests of each area bring: samples of its actions, and the clauses under which these happen.
MODULES = [import_module(f"tests.areas.{path.parent.name}.{path.stem}") for path in FILES]
EVERY_SAMPLE = ChainMap(SAMPLES, *(module.SAMPLES for module in MODULES))
EVERY = sorted((action for action in ACTIONS.values() if action.name in EVERY_SAMPLE), key=lambda action: action.name)
UNDER_CLAUSE = [action for action in EVERY if action.permit is not None]
NOT_FOR_ALL = [action for action in EVERY if any(action.needs not in role.permissions for role in ROLES)]
OWN = [action for action in EVERY if action.own]
TABLES = [model for model in apps.get_models() if model.__module__.startswith("hansa.")]
named = {"ids": lambda action: action.name}


@pytest.fixture
def world(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a node with a partner, a memorandum in force and a person for every role."""
    tables = {area: table for module in MODULES for area, table in getattr(module, "TABLES", {}).items()}
    monkeypatch.setattr(settings, "NODE", replace(settings.NODE, areas={**settings.NODE.areas, **tables}))
    partner = PaperPartner()
    with given():
        people = {}
        for role in ROLES:
            people[role.name] = Person(username=f"the-{role.name}", name="Ada", roles=[role.name], state="active")
            people[role.name].save()
        partner.row()
        document = memorandum(partner)
        # Tests below take permits away; what an area's own tests share stays as it is.
        document["clauses"] += deepcopy([clause for module in MODULES for clause in getattr(module, "CLAUSES", ())])
        agreement = in_force(document, partner)
        # A second administrator, so that the first may be changed.
        Person(username="deputy", name="Dana", roles=["administrator"], state="active").save()
    return World(tmp_path, agreement, partner, people)


@pytest.fixture
def stranger(db: None) -> Person:
    """Return someone with an account and no role."""
    with given():
        made = Person(username="stranger", name="Stefan", roles=[], state="active")
        made.save()
    return made


def sample(action: Action[Any], world: World) -> Sample:
    """Return a record the action may start from and what a person gives."""
    with given():
        return EVERY_SAMPLE[action.name](world)


def counts() -> dict[str, Any]:
    """Return everything that could have changed."""
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


@pytest.fixture
def unchanged(world: World) -> Iterator[Any]:
    """Let a test say from when on nothing may change, and hold it to that."""
    seen: list[dict[str, Any]] = []
    yield lambda: seen.append(counts())

    assert seen
    assert counts() == seen[0]


def test_every_action_has_a_sample_and_every_sample_an_action() -> None:
    assert set(ACTIONS) == set(EVERY_SAMPLE)


@pytest.mark.parametrize("action", EVERY, **named)
def test_explains_itself(action: Action[Any]) -> None:
    assert action.title.endswith(".")
    assert action.needs.count(".") == 1
    assert (action.permit is None) == bool(action.because)


@pytest.mark.parametrize("action", EVERY, **named)
def test_some_role_may_do_it(action: Action[Any]) -> None:
    assert [role.name for role in ROLES if action.needs in role.permissions]


@pytest.mark.parametrize("action", EVERY, **named)
def test_works_for_the_right_person_and_is_told_in_the_ledger(action: Action[Any], world: World) -> None:
    record, values = sample(action, world)
    before, by = LedgerEntry.objects.count(), world.able(action.needs)

    done = action(record, by=by, **values)

    entry = LedgerEntry.objects.order_by("-position")[0]
    assert LedgerEntry.objects.count() == before + 1
    assert f'"action":"{action.name}"' in entry.body
    assert done.state in action.target
    assert json.loads(entry.body)["by"] == by.pseudonym
    assert by.username not in entry.body
    # A record that was removed has lost its name.
    assert done.pk is None or entry in ledger.entries_about(done.urn)
    assert not action.own or done.belongs_to(by)


@pytest.mark.parametrize("action", EVERY, **named)
def test_refuses_a_stranger(action: Action[Any], world: World, stranger: Person, unchanged: Any) -> None:
    record, values = sample(action, world)
    unchanged()

    with pytest.raises(RoleError) as refused:
        action(record, by=stranger, **values)

    assert refused.value.remedy


@pytest.mark.parametrize("action", EVERY, **named)
def test_refuses_nobody(action: Action[Any], world: World, unchanged: Any) -> None:
    record, values = sample(action, world)
    unchanged()

    with pytest.raises(RoleError):
        action(record, by=None, **values)


@pytest.mark.parametrize("action", NOT_FOR_ALL, **named)
def test_refuses_every_wrong_role(action: Action[Any], world: World, unchanged: Any) -> None:
    record, values = sample(action, world)
    unchanged()
    wrong = [world.people[role.name] for role in ROLES if action.needs not in role.permissions]

    for person in wrong:
        with pytest.raises(RoleError, match="role"):
            action(record, by=person, **values)


@pytest.mark.parametrize("action", EVERY, **named)
def test_refuses_a_wrong_state(action: Action[Any], world: World) -> None:
    record, values = sample(action, world)
    states = [str(state) for state in getattr(record, "State", ())]
    wrong = next(state for state in [*states, NEW] if state not in action.source)
    with given():
        record.state = wrong
        if not record._state.adding:
            record.save()
    before = counts()
    # Somebody whose account is disabled has no role left, which is said first.
    expected = RoleError if isinstance(record, Person) and action.own else StateError

    with pytest.raises(expected) as refused:
        action(record, by=world.able(action.needs), **values)

    assert refused.value.remedy
    assert counts() == before


@pytest.mark.parametrize("action", UNDER_CLAUSE, **named)
def test_refuses_without_the_clause(action: Action[Any], world: World) -> None:
    record, values = sample(action, world)
    with given():
        old, new = world.agreement.hash, without(action.permit, world=world)
        move_records(old, to=new)
    values = renamed(values, old, to=new)
    if not record._state.adding:
        record.refresh_from_db()
    before = counts()

    with pytest.raises(RefusedError) as refused:
        action(record, by=world.able(action.needs), **values)

    assert isinstance(refused.value, ClauseError)
    assert refused.value.remedy
    assert counts() == before


@pytest.mark.parametrize("action", UNDER_CLAUSE, **named)
def test_refuses_when_the_memorandum_has_lapsed(action: Action[Any], world: World) -> None:
    record, values = sample(action, world)
    with given():
        world.agreement.ends_on = date(2026, 2, 1)
        world.agreement.save()
    before = counts()

    with pytest.raises(ClauseError) as refused:
        action(record, by=world.able(action.needs), **values)

    assert refused.value.decision.outcome == "deny"
    assert counts() == before


@pytest.mark.parametrize("action", UNDER_CLAUSE, **named)
def test_refuses_when_the_memorandum_is_suspended(action: Action[Any], world: World) -> None:
    record, values = sample(action, world)
    with given():
        world.agreement.state, world.agreement.suspended_by = "suspended", world.partner.id
        world.agreement.save()
    before = counts()

    with pytest.raises(RefusedError) as refused:
        action(record, by=world.able(action.needs), **values)

    assert refused.value.remedy
    assert counts() == before


@pytest.mark.parametrize("action", OWN, **named)
def test_refuses_everyone_but_the_owner(action: Action[Any], world: World, unchanged: Any) -> None:
    record, values = sample(action, world)
    with given():
        other = Person(username="other", name="Otto", roles=world.able(action.needs).roles, state="active")
        other.save()
    unchanged()
    if record._state.adding:
        # Whoever makes it is its owner.
        assert action.makes
        return

    with pytest.raises(RoleError, match="somebody else's") as refused:
        action(record, by=other, **values)

    assert refused.value.remedy
    assert not action.possible(record, other)


def without(permit: str | None, *, world: World) -> str:
    """Put a memorandum in force in which no clause permits an action; return its hash."""
    document = world.agreement.document
    for clause in document["clauses"]:
        for key in ("permits", "person"):
            clause[key] = [action for action in clause[key] if action != permit]
    world.agreement.delete()
    world.agreement = in_force(document, world.partner)
    return world.agreement.hash


def move_records(old: str, *, to: str) -> None:
    """Let every record that names one memorandum name another."""
    for model in TABLES:
        if model._meta.app_label == "kernel":
            continue
        for row in model.objects.all():
            values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
            changed = {name: renamed(value, old, to=to) for name, value in values.items()}
            if changed != values:
                for name, value in changed.items():
                    setattr(row, name, value)
                row.save()


def renamed(value: Any, old: str, *, to: str) -> Any:
    """Return a value with one name in the place of another, wherever it stands."""
    if isinstance(value, dict):
        return {key: renamed(one, old, to=to) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, old, to=to) for one in value]
    return value.replace(old, to) if isinstance(value, str) else value
