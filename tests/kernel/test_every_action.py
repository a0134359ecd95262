"""The contract of every action in the registry; a new one is held to it without a new test."""

from collections import ChainMap
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hansa.kernel.actions import ACTIONS, NEW, Action, RoleError, StateError
from hansa.kernel.models import Agreement, File, Job, JointRecord, LedgerEntry, Letter, Partner, PartyDecision, Person
from hansa.kernel.people import ROLES
from hansa.kernel.policy import ClauseError
from hansa.kernel.reading import kinds
from hansa.lib.errors import RefusedError
from tests.areas.exchange import samples as exchange
from tests.conftest import given
from tests.kernel.samples import PASSWORD, SAMPLES, World
from tests.paper import PaperPartner, in_force, memorandum

EVERY = sorted(ACTIONS.values(), key=lambda action: action.name)
UNDER_CLAUSE = [action for action in EVERY if action.permit is not None]
# An action on one's own account or token acts on the person who calls it.
OWN = {"people.change_password", "people.change_language", "tokens.create", "tokens.revoke"}
named = {"ids": lambda action: action.name}
TABLES = (Agreement, File, Job, LedgerEntry, Letter, Partner, PartyDecision, *kinds().values())
AREAS = Path(__file__).parents[1] / "areas"


def sample_modules() -> list[Any]:
    """Return the samples that the tests of each area bring."""
    return [import_module(f"tests.areas.{path.parent.name}.{path.stem}") for path in AREAS.glob("*/samples*.py")]


EVERY_SAMPLE = dict(ChainMap(SAMPLES, *(module.SAMPLES for module in sample_modules())))


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    """Return a node with a partner, a memorandum in force and a person for every role."""
    partner = PaperPartner()
    with given():
        people = {}
        for role in ROLES:
            people[role.name] = Person(username=role.name, name="Ada", roles=[role.name], state="active")
            people[role.name].save()
        people["anyone"] = people["investigator"]
        partner.row()
        document = memorandum(partner)
        document["clauses"] += exchange.CLAUSES
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


def sample(action: Action[Any], world: World) -> tuple[Any, dict[str, Any]]:
    """Return a record the action may start from and what a person gives."""
    with given():
        if action.name in OWN:
            return own_sample(action, world)
        return EVERY_SAMPLE[action.name](world)


def own_sample(action: Action[Any], world: World) -> tuple[Any, dict[str, Any]]:
    """Return the account or token of the person who acts."""
    from hansa.kernel.models import ApiToken
    from tests.kernel.samples import token_of

    me = world.people["anyone"]
    me.set_password(PASSWORD)
    me.save()
    return {
        "people.change_password": (me, {"old": PASSWORD, "password": PASSWORD + "!"}),
        "people.change_language": (me, {"language": "sv"}),
        "tokens.create": (ApiToken(person=me), {"name": "notebook", "scopes": ["studies.read"], "days": 30}),
        "tokens.revoke": (token_of(world), {}),
    }[action.name]


def able(action: Action[Any], world: World) -> Person:
    """Return someone whose role may do this."""
    if action.name in OWN:
        return world.people["anyone"]
    if action.own:
        return world.people["participant"]
    return next(world.people[role.name] for role in ROLES if action.needs in role.permissions)


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
    before = LedgerEntry.objects.count()

    done = action(record, by=able(action, world), **values)

    entry = LedgerEntry.objects.order_by("-position")[0]
    assert LedgerEntry.objects.count() == before + 1
    assert f'"action":"{action.name}"' in entry.body
    assert done.state in action.target
    assert world.people["anyone"].username not in entry.body


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


@pytest.mark.parametrize("action", [a for a in EVERY if a.name not in OWN], **named)
def test_refuses_every_wrong_role(action: Action[Any], world: World, unchanged: Any) -> None:
    record, values = sample(action, world)
    unchanged()
    wrong = [world.people[role.name] for role in ROLES if action.needs not in role.permissions]
    assert wrong

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
    expected = RoleError if isinstance(record, Person) and action.name in OWN else StateError

    with pytest.raises(expected) as refused:
        action(record, by=able(action, world), **values)

    assert refused.value.remedy
    assert counts() == before


@pytest.mark.parametrize("action", UNDER_CLAUSE, **named)
def test_refuses_without_the_clause(action: Action[Any], world: World) -> None:
    record, values = sample(action, world)
    with given():
        for clause in world.agreement.document["clauses"]:
            clause["permits"] = [permit for permit in clause["permits"] if permit != action.permit]
        values = exchange.rebound(values, world.agreement.hash, replace(world))
    record = rebound(record, world)
    before = counts()

    with pytest.raises(RefusedError) as refused:
        action(record, by=able(action, world), **values)

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
        action(record, by=able(action, world), **values)

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
        action(record, by=able(action, world), **values)

    assert refused.value.remedy
    assert counts() == before


@pytest.mark.parametrize("action", [a for a in EVERY if a.own], **named)
def test_refuses_everyone_but_the_owner(action: Action[Any], world: World, unchanged: Any) -> None:
    record, values = sample(action, world)
    with given():
        other = Person(username="other", name="Otto", roles=["participant"], state="active")
        other.save()
    unchanged()
    if record._state.adding:
        pytest.skip("whoever makes it is its owner")

    with pytest.raises(RoleError, match="somebody else's") as refused:
        action(record, by=other, **values)

    assert refused.value.remedy


def replace(world: World) -> str:
    """Put another memorandum in the place of the one in force; return its hash."""
    document = world.agreement.document
    world.agreement.delete()
    world.agreement = in_force(document, world.partner)
    return world.agreement.hash


def rebound(record: Any, world: World) -> Any:
    """Return a record under the memorandum that is in force now."""
    joint = getattr(record, "mobility", record) if getattr(record, "mobility_id", None) else record
    if isinstance(joint, JointRecord) and joint.agreement:
        with given():
            joint.agreement = world.agreement.hash
            joint.save()
    return record
