from datetime import UTC, datetime

import pytest

from hansa.kernel import policy
from hansa.kernel.identity import own
from hansa.lib.decision import Request
from hansa.lib.errors import RefusedError
from tests.conftest import given
from tests.paper import in_force, memorandum


def test_answer_permits_under_a_clause_in_force(bound):
    agreement, request = bound()

    answer = policy.answer(request)

    assert (answer.outcome, answer.agreement, answer.clause) == ("permit", agreement.hash, "4.1")


def test_answer_is_given_for_a_moment(bound):
    _agreement, request = bound()

    assert policy.answer(request, now=datetime(2025, 1, 1, tzinfo=UTC)).outcome == "deny"


def test_standing_holds_only_what_binds_or_once_bound(scene, bound):
    agreement, _request = bound()
    with given():
        for number, state in enumerate(["draft", "offered", "declined", "suspended", "amended", "ended"]):
            other = in_force(memorandum(scene.paper, version=number + 2, previous=agreement.hash), scene.paper)
            other.state = state
            other.save()

    assert sorted(held.state for held in policy.standing()) == ["amended", "ended", "in_force", "suspended"]


def test_demand_refuses_with_the_decision(bound):
    _agreement, request = bound()
    asked = Request(**{**vars(request), "clause": "9.9"})

    with pytest.raises(policy.ClauseError) as refused:
        policy.demand(asked)

    assert refused.value.decision.outcome == "deny"
    assert isinstance(refused.value, RefusedError)
    assert (refused.value.message, refused.value.remedy) == (
        refused.value.decision.reason,
        refused.value.decision.remedy,
    )


def test_demand_needs_a_person_where_the_clause_does(scene, bound):
    document = memorandum(scene.paper)
    document["clauses"][0]["person"] = ["studies.propose"]
    _agreement, request = bound(clauses=document["clauses"])

    assert policy.demand(request).permitted
    with pytest.raises(policy.ClauseError) as refused:
        policy.demand(Request(**{**vars(request), "by_person": False}))

    assert refused.value.decision.outcome == "person"


def test_vocabularies_are_those_of_the_areas():
    assert policy.VOCABULARIES["studies"].area == "studies"
    assert own().id not in policy.VOCABULARIES
