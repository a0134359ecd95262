from decimal import Decimal

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.terms import Limit, Vocabulary, check_terms, read_clause
from tests.lib.example_agreement import (
    CHARITE,
    DOCUMENT,
    EXCHANGE,
    HOSPITAL,
    INSTITUTIONS,
    LIMITS,
    STRANGER,
    STUDIES,
    clause,
)

CLAUSE = DOCUMENT["clauses"][1]


def refusal(changes, *, vocabulary=STUDIES):
    with pytest.raises(InvalidError) as caught:
        check_terms({**CLAUSE, **changes}, "clauses[3]", vocabulary=vocabulary)
    assert caught.value.remedy
    return caught.value.message


@pytest.mark.parametrize(
    ("limit", "value", "rank"),
    [
        (Limit(kind="integer", low=1, high=5), 5, 5),
        (Limit(kind="days", high=30), 0, 0),
        (Limit(kind="decimal", low="-1", high="1.5"), "-0.25", Decimal("-0.25")),
        (Limit(kind="choice", choices=("automatic", "steward")), "steward", 1),
        (Limit(kind="boolean"), False, 0),
        (Limit(kind="text", pattern="[a-z]{2}"), "en", "en"),
        (Limit(kind="institution"), CHARITE, CHARITE),
    ],
)
def test_rank_orders_values(limit, value, rank):
    assert limit.rank(value, "at") == rank


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        (Limit(kind="integer", low=1, high=5), 0),
        (Limit(kind="integer", low=1, high=5), True),
        (Limit(kind="integer", low=1, high=5), 2.0),
        (Limit(kind="integer", low=1, high=5), "2"),
        (Limit(kind="days", high=30), 31),
        (Limit(kind="decimal", low="-1", high="1.5"), "1.6"),
        (Limit(kind="decimal", low="-1", high="1.5"), 0.5),
        (Limit(kind="decimal", low="-1", high="1.5"), "1e0"),
        (Limit(kind="decimal", low="-1", high="1.5"), "NaN"),
        (Limit(kind="choice", choices=("automatic", "steward")), "nobody"),
        (Limit(kind="choice", choices=("automatic", "steward")), []),
        (Limit(kind="boolean"), 1),
        (Limit(kind="boolean"), "true"),
        (Limit(kind="text", pattern="[a-z]{2}"), "eng"),
        (Limit(kind="text", pattern="[a-z]{2}"), "en\n"),
        (Limit(kind="text", pattern="[a-z]{2}"), 7),
        (Limit(kind="institution"), "https://ror.org/iiiiiiiii"),
        (Limit(kind="institution"), "charite.de"),
        (Limit(kind="institution"), None),
    ],
)
def test_rank_refuses_what_the_limit_does_not_hold(limit, value):
    with pytest.raises(InvalidError) as caught:
        limit.rank(value, "limits.name")

    assert caught.value.message.startswith("limits.name: ")


@pytest.mark.parametrize(("direction", "allowed"), [("at_least", [10, 11]), ("at_most", [9, 10]), ("exactly", [10])])
def test_allows_follows_the_direction(direction, allowed):
    limit = Limit(kind="integer", direction=direction)

    assert [asked for asked in (9, 10, 11) if limit.allows(bound=10, asked=asked)] == allowed


@pytest.mark.parametrize(
    ("limit", "bound", "other"),
    [
        (Limit(kind="text", pattern="[a-z]{2}"), "en", "de"),
        (Limit(kind="institution"), CHARITE, INSTITUTIONS[1]),
    ],
)
def test_allows_nothing_but_the_same_text_or_institution(limit, bound, other):
    assert limit.allows(bound=bound, asked=bound)
    assert not limit.allows(bound=bound, asked=other)
    assert not limit.allows(bound=other, asked=bound)


@pytest.mark.parametrize("kind", ["text", "institution"])
@pytest.mark.parametrize("direction", ["at_least", "at_most"])
def test_limit_refuses_an_order_where_there_is_none(kind, direction):
    with pytest.raises(InvalidError, match="has no order"):
        Limit(kind=kind, direction=direction, pattern="[a-z]")


@pytest.mark.parametrize("about", [{"kind": "text"}, {"kind": "institution", "pattern": "[a-z]"}])
def test_limit_has_a_pattern_if_it_is_a_text(about):
    with pytest.raises(InvalidError, match="a pattern if it is a text, and only then"):
        Limit(**about)


def test_vocabulary_refuses_actions_of_another_area():
    with pytest.raises(InvalidError, match="of another area"):
        Vocabulary(area="studies", actions=frozenset({"exchange.nominate"}))


def test_vocabulary_refuses_a_stopping_action_it_does_not_have():
    with pytest.raises(InvalidError, match="not among the actions"):
        Vocabulary(area="studies", actions=frozenset(), stopping=frozenset({"studies.withdraw"}))


def test_check_terms_accepts_what_the_vocabulary_holds():
    check_terms(CLAUSE, "clauses[1]", vocabulary=STUDIES)
    check_terms(clause("5", area="exchange", permits=["exchange.nominate"]), "clauses[2]", vocabulary=EXCHANGE)
    check_terms(clause("6", permits=["studies.withdraw"]), "clauses[3]", vocabulary=STUDIES)
    check_terms(clause("1", area="alliances"), "clauses[0]", vocabulary=None)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"permits": ["studies.aprove"]}, "clauses[3].permits[0]"),
        ({"permits": ["studies.approve", "studies.approve"]}, "clauses[3].permits[1]"),
        ({"permits": "studies.approve"}, "clauses[3].permits"),
        ({"permits": [["studies.approve"]]}, "clauses[3].permits[0]"),
        ({"person": ["studies.release"]}, "clauses[3].person[0]"),
        ({"permits": [], "person": ["studies.approve"]}, "clauses[3].person[0]"),
        ({"purposes": ["DUO:0000099"]}, "clauses[3].purposes[0]"),
        ({"purposes": ["DUO:0000001"]}, "clauses[3].purposes[0]"),
        ({"purposes": [7]}, "clauses[3].purposes[0]"),
        ({"purposes": ["DUO:0000006", "DUO:0000006"]}, "clauses[3].purposes[1]"),
        ({"purposes": []}, "clauses[3].purposes"),
        ({"purposes": ["DUO:0000046"]}, "clauses[3].purposes"),
        ({"limits": {**LIMITS, "minimum_cells": 10}}, "clauses[3].limits.minimum_cells"),
        ({"limits": {**LIMITS, "minimum_cell": "10"}}, "clauses[3].limits.minimum_cell"),
        ({"limits": {**LIMITS, "minimum_cell": 10.5}}, "clauses[3].limits.minimum_cell"),
        ({"limits": {"minimum_cell": 10, "share": "0.25"}}, "clauses[3].limits.evidence_days"),
        ({"limits": []}, "clauses[3].limits"),
        ({"limits": {**LIMITS, "language": "EN"}}, "clauses[3].limits.language"),
        ({"limits": {**LIMITS, "host": "Charité"}}, "clauses[3].limits.host"),
        ({"limits": {**LIMITS, "host": STRANGER}}, "clauses[3].limits.host"),
        ({"limits": {**LIMITS, "host": CHARITE}, "parties": [HOSPITAL]}, "clauses[3].limits.host"),
        ({"limits": {**LIMITS, "host": CHARITE}}, "clauses[3].limits.host"),
    ],
)
def test_check_terms_names_the_place_of_a_fault(changes, place):
    assert refusal(changes).startswith(f"{place}: ")


@pytest.mark.parametrize("parties", ["all", [CHARITE, HOSPITAL]])
def test_check_terms_accepts_an_institution_for_which_the_clause_holds(parties):
    named = {**CLAUSE, "limits": {**LIMITS, "host": CHARITE}, "parties": parties}

    check_terms(named, "clauses[3]", vocabulary=STUDIES, institutions=INSTITUTIONS)


def test_check_terms_refuses_a_purpose_where_the_area_has_none():
    changes = {"permits": ["exchange.nominate"], "person": [], "limits": {}}

    assert refusal(changes, vocabulary=EXCHANGE) == "clauses[3].purposes: the area knows no purposes."


@pytest.mark.parametrize("key", ["permits", "purposes", "limits", "person"])
def test_check_terms_refuses_terms_of_an_area_without_vocabulary(key):
    text_only = {"permits": [], "purposes": [], "limits": {}, "person": []}

    message = refusal({**text_only, key: CLAUSE[key]}, vocabulary=None)

    assert message.startswith(f"clauses[3].{key}: ")


def test_read_clause_parts_purposes_from_conditions():
    read = read_clause(CLAUSE, "clauses[1]", vocabulary=STUDIES, institutions=frozenset(INSTITUTIONS))

    assert read.purposes == {"DUO:0000006"}
    assert read.conditions == {"DUO:0000046"}
    assert read.parties == set(INSTITUTIONS)
    assert read.limits == {
        "minimum_cell": 10,
        "evidence_days": 30,
        "share": Decimal("0.25"),
        "release": 0,
        "pseudonyms": 1,
    }


def test_read_clause_keeps_to_the_parties_named():
    named = {**CLAUSE, "parties": [CHARITE]}

    read = read_clause(named, "clauses[1]", vocabulary=STUDIES, institutions=frozenset(INSTITUTIONS))

    assert read.parties == {CHARITE}
