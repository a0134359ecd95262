"""Who may do what in exchange, and which words its clauses may use."""

import pytest

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.states import Cycle, Kind, Level
from hansa.kernel.actions import ACTIONS

OURS = ("applications", "calls", "checks", "iias", "mailings", "messages", "mobilities", "offers", "plans", "profiles")


def granted() -> set[str]:
    """Return every permission that some role of exchange gives."""
    return {permission for permissions in rules.GRANTS.values() for permission in permissions}


def test_every_action_of_exchange_is_granted_to_somebody() -> None:
    assert actions
    needed = {action.needs for action in ACTIONS.values() if action.noun in OURS}

    assert needed <= granted()


def test_participants_read_their_own_alone() -> None:
    mine = [one for one in rules.GRANTS[rules.PARTICIPANT] if one.endswith(".read")]

    assert sorted(mine) == ["calls.read", "offers.read"]


def test_departments_do_not_read_applications_nor_agreements() -> None:
    assert not [one for one in rules.GRANTS[rules.DEPARTMENT] if one.startswith(("applications.", "iias.", "calls."))]


@pytest.mark.parametrize(
    ("limit", "words"), [("kind", Kind.values), ("cycle", Cycle.values), ("language_level", Level.values)]
)
def test_limits_know_the_words_of_the_records(limit: str, words: list[str]) -> None:
    assert list(rules.VOCABULARY.limits[limit].choices) == words


def test_saying_no_is_always_possible() -> None:
    assert {rules.REJECT, rules.CANCEL} == rules.VOCABULARY.stopping
    assert rules.VOCABULARY.actions == rules.ACTIONS
