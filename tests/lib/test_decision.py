from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from time import process_time
from types import MappingProxyType

import pytest

from hansa.lib.agreement import State, amend
from hansa.lib.canonical import digest
from hansa.lib.decision import Decision, Request, decide
from hansa.lib.terms import Vocabulary
from tests.lib.example_agreement import (
    CHARITE,
    DOCUMENT,
    HOSPITAL,
    INSTITUTET,
    LIMITS,
    NOW,
    STRANGER,
    VOCABULARIES,
    clause,
    document,
    standing,
    texts,
)

NAME = "“Memorandum” (version 1)"
STATED = {"minimum_cell": 10, "evidence_days": 30, "share": "0.25"}
REQUEST = Request(
    party=CHARITE,
    parties=(INSTITUTET, HOSPITAL),
    area="studies",
    action="studies.propose",
    purposes=("DUO:0000007", "DUO:0000046"),
    limits=STATED,
)


def answer(*agreements, of=REQUEST, now=NOW, vocabularies=VOCABULARIES, **changes):
    return decide(agreements or (standing(),), replace(of, **changes), now=now, vocabularies=vocabularies)


def test_decide_permits_what_a_clause_says():
    decision = answer()

    assert decision == Decision(
        "permit",
        digest(DOCUMENT),
        "4.1",
        f"Clause 4.1 of the agreement {NAME} permits studies.propose to Charité – Universitätsmedizin Berlin.",
        "Go ahead.",
    )
    assert decision.permitted


def test_decide_asks_for_a_person_where_the_clause_does():
    waiting = answer(action="studies.approve")

    assert (waiting.outcome, waiting.clause, waiting.permitted) == ("person", "4.1", False)
    assert (
        waiting.reason == f"Clause 4.1 of the agreement {NAME} permits studies.approve only after a person has decided."
    )
    assert answer(action="studies.approve", by_person=True).permitted
    assert answer(action="studies.approve", by_person="yes").outcome == "person"


@pytest.mark.parametrize(
    ("changes", "reason", "remedy"),
    [
        (
            {"action": "studies.release"},
            "does not hold for Karolinska University Hospital",
            "Go on without Karolinska University Hospital, or ask the parties to amend the clause.",
        ),
        (
            {"parties": (STRANGER,)},
            "does not hold for an institution that has not signed",
            "Go on without an institution that has not signed, or ask the parties to amend the clause.",
        ),
        (
            {"purposes": ()},
            "permits studies.propose for stated purposes only, and none is stated",
            "State what it is for.",
        ),
        (
            {"purposes": ("DUO:0000046",)},
            "permits studies.propose for stated purposes only, and none is stated",
            "State what it is for.",
        ),
        (
            {"purposes": ("DUO:0000042", "DUO:0000046")},
            "does not cover the purpose research of any kind (DUO:0000042)",
            "Keep to health, medical or biomedical research (DUO:0000006), or ask the parties to amend the clause.",
        ),
        (
            {"purposes": ("DUO:0000007",)},
            "sets a condition that the request does not meet: no commercial use (DUO:0000046)",
            "Accept and keep the condition: no commercial use (DUO:0000046).",
        ),
        (
            {"limits": {**STATED, "minimum_cell": 9}},
            "asks for minimum_cell to be at least 10, and the request has 9",
            "Set minimum_cell to at least 10.",
        ),
        (
            {"limits": {**STATED, "share": "0.26"}},
            "asks for share to be at most 0.25, and the request has 0.26",
            "Set share to at most 0.25.",
        ),
        (
            {"limits": {"minimum_cell": 10, "share": "0.25"}},
            "asks for evidence_days to be at most 30, and the request does not state it",
            "State evidence_days: at most 30.",
        ),
        (
            {"limits": {**STATED, "pseudonyms": False}},
            "asks for pseudonyms to be exactly true, and the request has false",
            "Set pseudonyms to exactly true.",
        ),
    ],
)
def test_decide_denies_with_clause_reason_and_remedy(changes, reason, remedy):
    decision = answer(**changes)

    number = "4.2" if "action" in changes else "4.1"
    assert decision == Decision(
        "deny", digest(DOCUMENT), number, f"Clause {number} of the agreement {NAME} {reason}.", remedy
    )


def test_decide_takes_stricter_limits_and_further_conditions():
    stricter = {"minimum_cell": 50, "evidence_days": 1, "share": "0", "release": "steward", "pseudonyms": True}

    assert answer(limits=stricter, purposes=("DUO:0000007", "DUO:0000018", "DUO:0000019")).permitted


def test_decide_lets_a_party_withdraw_without_purpose_or_limits():
    assert answer(action="studies.withdraw", purposes=(), limits={}).permitted


def test_decide_knows_areas_without_purposes():
    request = Request(party=CHARITE, area="exchange", action="exchange.nominate")

    assert answer(of=request).permitted
    assert answer(of=request, purposes=("DUO:0000007",)).reason == (
        f"Clause 5 of the agreement {NAME} does not cover the purpose research on a named disease (DUO:0000007)."
    )
    assert answer(of=request, purposes=("DUO:0000007",)).remedy == (
        "Keep to what it names, or ask the parties to amend the clause."
    )


@pytest.mark.parametrize(
    ("granted", "asked", "outcome"),
    [
        (["DUO:0000004", "DUO:0000044"], ("DUO:0000011", "DUO:0000044"), "deny"),
        (["DUO:0000004", "DUO:0000044"], ("DUO:0000004", "DUO:0000044"), "deny"),
        (["DUO:0000004", "DUO:0000044"], ("DUO:0000007", "DUO:0000044"), "permit"),
        (["DUO:0000042"], ("DUO:0000007",), "permit"),
        (["DUO:0000042"], ("DUO:0000011",), "deny"),
        (["DUO:0000007"], ("DUO:0000006",), "deny"),
        (["DUO:0000004"], ("DUO:0000043",), "deny"),
        (["DUO:0000043"], ("DUO:0000043",), "permit"),
        (["DUO:0000042"], ("DUO:0000007", "DUO:0000043"), "deny"),
    ],
)
def test_decide_covers_purposes_as_the_ontology_does(granted, asked, outcome):
    one = clause("7", permits=["studies.propose"], purposes=granted, limits=LIMITS)

    assert answer(standing(document(clauses=[one])), purposes=asked).outcome == outcome


def test_decide_uses_the_clause_that_the_request_names():
    assert answer(clause="4.1").permitted
    for number, reason in [
        ("4.2", f"Clause 4.2 of the agreement {NAME} does not permit studies.propose."),
        ("1", f"Clause 1 of the agreement {NAME} is text only and permits nothing by itself."),
        ("9", f"The agreement {NAME} has no clause of the number given."),
    ]:
        decision = answer(clause=number)
        assert (decision.outcome, decision.reason) == ("deny", reason)


def test_decide_says_when_no_clause_permits_the_action():
    first = {**DOCUMENT["clauses"][1], "permits": ["studies.withdraw"], "person": []}

    decision = answer(standing(document(clauses=[first])))

    assert decision.reason == f"No clause of the agreement {NAME} permits studies.propose."
    assert decision.remedy == "Act under another clause, or ask the parties to amend the agreement."


def test_decide_uses_the_agreement_that_the_request_names():
    other = document(title=texts("Other"), id="urn:hansa:agreement:11111111-89ab-cdef-0123-456789abcdef")

    assert answer(standing(), standing(other), agreement=digest(other)).agreement == digest(other)
    assert answer(standing(), standing(other)).agreement == digest(DOCUMENT)
    unknown = answer(standing(), agreement="sha256:" + "0" * 64)
    assert unknown.reason == "No agreement is held here under which this could be judged."
    assert decide((), REQUEST, now=NOW, vocabularies=VOCABULARIES).outcome == "deny"


def test_decide_prefers_a_permit_to_a_person_and_a_person_to_a_deny():
    asks = {**DOCUMENT["clauses"][1], "id": "1.1", "person": ["studies.propose"]}
    denies = {**DOCUMENT["clauses"][1], "id": "1.2", "limits": {**LIMITS, "minimum_cell": 100}}
    permits = {**DOCUMENT["clauses"][1], "id": "1.3"}

    assert answer(standing(document(clauses=[denies, asks, permits]))).clause == "1.3"
    assert answer(standing(document(clauses=[denies, asks]))).clause == "1.1"
    assert answer(standing(document(clauses=[denies]))).clause == "1.2"


@pytest.mark.parametrize(
    ("where", "now", "reason"),
    [
        ({"state": State.DRAFT}, NOW, f"The agreement {NAME} is a draft that no party has been offered."),
        ({"state": State.OFFERED}, NOW, f"The agreement {NAME} has not been signed by every party."),
        ({"state": State.AMENDED}, NOW, f"The agreement {NAME} has been replaced by a newer version."),
        ({"state": State.DECLINED}, NOW, f"The agreement {NAME} was declined by a party."),
        ({"state": State.ENDED}, NOW, f"The agreement {NAME} has ended."),
        ({"state": "lost"}, NOW, f"The agreement {NAME} is in a state that is not known here."),
        (
            {"state": State.SUSPENDED, "suspended_by": INSTITUTET},
            NOW,
            f"Karolinska Institutet has suspended the agreement {NAME}.",
        ),
        ({"state": State.SUSPENDED}, NOW, f"One of its parties has suspended the agreement {NAME}."),
        ({"suspended_by": CHARITE}, NOW, f"Charité – Universitätsmedizin Berlin has suspended the agreement {NAME}."),
        ({}, datetime(2025, 6, 1, tzinfo=UTC), f"The agreement {NAME} is not valid before 2026-01-01."),
        ({}, datetime(2031, 1, 1, tzinfo=UTC), f"The agreement {NAME} ended on 2030-12-31."),
        ({"ends_on": date(2026, 11, 22)}, NOW, f"The agreement {NAME} ended on 2026-11-22."),
    ],
)
def test_decide_denies_under_an_agreement_that_is_not_in_force(where, now, reason):
    decision = answer(standing(**where), now=now)

    assert (decision.outcome, decision.agreement, decision.clause) == ("deny", digest(DOCUMENT), None)
    assert decision.reason == reason
    assert decision.remedy


def test_decide_permits_on_the_last_day():
    assert answer(standing(ends_on=date(2026, 11, 23))).permitted


def test_decide_denies_a_stranger():
    decision = answer(party=STRANGER)

    assert decision.reason == f"The institution that asks is no party of the agreement {NAME}."


def test_decide_sets_an_older_version_aside():
    second = amend(document(), {"title": texts("Second")}, vocabularies=VOCABULARIES)

    assert answer(standing(), standing(second), agreement=digest(DOCUMENT)).reason == (
        f"The agreement {NAME} has been replaced by a newer version."
    )
    assert answer(standing(), standing(second)).agreement == digest(second)
    assert answer(standing(), standing(second, state=State.OFFERED)).agreement == digest(DOCUMENT)
    assert answer(standing(), standing(second, state=State.SUSPENDED, suspended_by=CHARITE)).outcome == "deny"
    assert answer(standing(), replace(standing(), document=[], hash="")).permitted


def test_decide_denies_where_one_agreement_is_held_in_two_states():
    decision = answer(standing(), standing(state=State.SUSPENDED, suspended_by=CHARITE))

    assert decision.reason == f"The agreement {NAME} is held here in two different states."
    assert answer(standing(), standing()).permitted


def test_decide_denies_under_a_tampered_agreement_but_not_under_its_neighbour():
    tampered = deepcopy(DOCUMENT)
    tampered["clauses"][1]["limits"]["minimum_cell"] = 1
    held = replace(standing(), document=tampered)

    decision = answer(held)

    assert decision.outcome == "deny"
    assert decision.reason == (
        "An agreement held here cannot be relied on. The agreement's text is not the one that its hash names."
    )
    other = standing(document(id="urn:hansa:agreement:11111111-89ab-cdef-0123-456789abcdef"))
    assert answer(held, other).permitted


@pytest.mark.parametrize(
    "changes",
    [
        {"area": "trials"},
        {"area": None},
        {"area": []},
        {"action": "studies.aprove"},
        {"action": "exchange.nominate"},
        {"action": None},
        {"purposes": ("DUO:0000007", "DUO:0000046", "DUO:0000099")},
        {"purposes": ("DUO:0000007", "DUO:0000046", "DUO:0000001")},
        {"purposes": "DUO:0000007"},
        {"purposes": (7,)},
        {"parties": INSTITUTET},
        {"parties": [INSTITUTET]},
        {"parties": (None,)},
        {"parties": ([],)},
        {"party": None},
        {"limits": {**STATED, "minimum_cells": 10}},
        {"limits": {**STATED, "minimum_cell": "10"}},
        {"limits": {**STATED, "minimum_cell": True}},
        {"limits": None},
        {"limits": 7},
        {"clause": 4.1},
        {"clause": []},
        {"clause": ""},
        {"agreement": ""},
        {"agreement": 0},
    ],
)
def test_decide_denies_what_it_does_not_understand(changes):
    decision = answer(**changes)

    assert decision.outcome == "deny"
    assert decision.reason
    assert decision.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"now": NOW.replace(tzinfo=None)},
        {"now": None},
        {"vocabularies": {}},
        {"vocabularies": None},
        {"vocabularies": {"studies": VOCABULARIES["exchange"]}},
        {"vocabularies": {"studies": VOCABULARIES["studies"]}},
    ],
)
def test_decide_denies_without_time_or_vocabulary(changes):
    assert answer(**changes).outcome == "deny"


def test_decide_denies_under_what_is_no_agreement():
    for agreements in (None, [None], [REQUEST]):
        assert decide(agreements, REQUEST, now=NOW, vocabularies=VOCABULARIES).outcome == "deny"
    assert decide([standing()], None, now=NOW, vocabularies=VOCABULARIES).reason == (
        "The request could not be judged (AttributeError)."
    )


def test_decide_says_which_limits_there_are():
    vocabulary = Vocabulary(area="exchange", actions=frozenset({"exchange.nominate"}), purposes=False)
    request = Request(party=CHARITE, area="exchange", action="exchange.nominate", limits={"places": 3})

    assert answer(of=request, vocabularies={**VOCABULARIES, "exchange": vocabulary}).remedy == (
        "Remove it; the limits are: none."
    )


def test_decide_denies_a_limit_that_the_clause_does_not_set():
    one = clause(
        "7",
        permits=["studies.propose"],
        purposes=["DUO:0000042"],
        limits={name: bound for name, bound in LIMITS.items() if name != "release"},
    )

    decision = answer(standing(document(clauses=[one])), limits={**STATED, "release": "steward"})

    assert decision.reason == (
        f"Clause 7 of the agreement {NAME} sets no limit release, so the request cannot be held against it."
    )


NARROW = {"language": "en", "host": CHARITE}


@pytest.mark.parametrize(
    ("stated", "reason", "remedy"),
    [
        (
            {"host": CHARITE},
            "asks for language to be exactly en, and the request does not state it",
            "State language: exactly en.",
        ),
        (
            {"language": "en"},
            f"asks for host to be exactly {CHARITE}, and the request does not state it",
            f"State host: exactly {CHARITE}.",
        ),
        (
            {**NARROW, "language": "de"},
            "asks for language to be exactly en, and the request has de",
            "Set language to exactly en.",
        ),
        (
            {**NARROW, "host": INSTITUTET},
            f"asks for host to be exactly {CHARITE}, and the request has {INSTITUTET}",
            f"Set host to exactly {CHARITE}.",
        ),
    ],
)
def test_decide_denies_what_passes_over_a_limit_that_the_clause_sets(stated, reason, remedy):
    one = clause("7", permits=["studies.propose"], purposes=["DUO:0000042"], limits={**LIMITS, **NARROW})
    agreement = standing(document(clauses=[one]))

    decision = answer(agreement, limits={**STATED, **stated})

    assert answer(agreement, limits={**STATED, **NARROW}).permitted
    assert (decision.outcome, decision.remedy) == ("deny", remedy)
    assert decision.reason == f"Clause 7 of the agreement {NAME} {reason}."


def test_request_states_no_limits_unless_told():
    assert Request(party=CHARITE, area="studies", action="studies.propose").limits == MappingProxyType({})


def test_decide_is_quick_with_two_hundred_clauses():
    broad = [
        clause(f"{n}", permits=["studies.propose"], purposes=["DUO:0000007"], limits={**LIMITS, "minimum_cell": 500})
        for n in range(50)
    ]
    narrow = [clause(f"t{n}", area="exchange", permits=["exchange.nominate"]) for n in range(149)]
    agreement = standing(document(clauses=[*broad, *narrow, {**DOCUMENT["clauses"][1], "id": "x"}]))
    assert answer(agreement).clause == "x"

    started = process_time()
    for _ in range(200):
        answer(agreement)
    seconds = process_time() - started

    # The worst case, fifty clauses that all speak and but one deny; benchmarks/ measures the rate of a usual one.
    assert seconds < 1
