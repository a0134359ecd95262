"""Nothing that is altered, removed or added turns a deny into a permit unless the clause says so."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.lib.agreement import State, stand
from hansa.lib.canonical import digest, encode64
from hansa.lib.decision import Request, decide
from hansa.lib.document import check
from hansa.lib.errors import HansaError, InvalidError
from tests.lib.example_agreement import (
    CHARITE,
    HOSPITAL,
    INSTITUTET,
    INSTITUTIONS,
    LIMITS,
    NOW,
    STRANGER,
    VOCABULARIES,
    clause,
    document,
    signed,
    standing,
)

QUIET = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PURPOSES = ["DUO:0000004", "DUO:0000042", "DUO:0000006", "DUO:0000007", "DUO:0000011", "DUO:0000043"]
CONDITIONS = ["DUO:0000018", "DUO:0000045", "DUO:0000046", "DUO:0000021", "DUO:0000044"]
ACTIONS = sorted(VOCABULARIES["studies"].actions)

# The reference below is written anew from the words of the design, with tables and no code of the project.
COVERED_BY = {
    "DUO:0000004": {"DUO:0000004"},
    "DUO:0000042": {"DUO:0000004", "DUO:0000042"},
    "DUO:0000006": {"DUO:0000004", "DUO:0000042", "DUO:0000006"},
    "DUO:0000007": {"DUO:0000004", "DUO:0000042", "DUO:0000006", "DUO:0000007"},
    "DUO:0000011": {"DUO:0000004", "DUO:0000011"},
    "DUO:0000043": {"DUO:0000043"},
}
ACCEPTED_BY = {
    "DUO:0000018": {"DUO:0000018"},
    "DUO:0000045": {"DUO:0000018", "DUO:0000045"},
    "DUO:0000046": {"DUO:0000018", "DUO:0000046"},
    "DUO:0000021": {"DUO:0000021"},
    "DUO:0000044": {"DUO:0000044"},
}


def limits_say_so(bounds: dict[str, Any], asked: dict[str, Any]) -> bool:
    if not {"minimum_cell", "evidence_days", "share"} <= set(asked) or not set(asked) <= set(bounds):
        return False
    # What a clause sets beyond the minimum cannot be passed over in silence.
    if {"language", "host"} & set(bounds) != {"language", "host"} & set(asked):
        return False
    return (
        asked["minimum_cell"] >= bounds["minimum_cell"]
        and asked["evidence_days"] <= bounds["evidence_days"]
        and float(asked["share"]) <= float(bounds["share"])
        and asked.get("pseudonyms", bounds.get("pseudonyms")) == bounds.get("pseudonyms")
        and (asked.get("release") != "automatic" or bounds["release"] == "automatic")
        and asked.get("language") == bounds.get("language")
        and asked.get("host") == bounds.get("host")
    )


def purposes_say_so(granted: list[str], asked: tuple[str, ...]) -> bool:
    purposes = [code for code in asked if code in PURPOSES]
    conditions = [code for code in granted if code in CONDITIONS]
    if "DUO:0000044" in conditions and {"DUO:0000004", "DUO:0000011"} & set(purposes):
        return False
    return (
        purposes != []
        and all(COVERED_BY[code] & set(granted) for code in purposes)
        and all(ACCEPTED_BY[code] & set(asked) for code in conditions)
    )


def clause_says_so(one: dict[str, Any], request: Request) -> bool:
    """Answer by the words of one clause, whatever else is in the agreement."""
    bound = INSTITUTIONS if one["parties"] == "all" else one["parties"]
    if request.action not in one["permits"] or request.clause not in (None, one["id"]):
        return False
    if not {request.party, *request.parties} <= set(bound):
        return False
    if request.action in one["person"] and request.by_person is not True:
        return False
    if request.action == "studies.withdraw":
        return True
    return purposes_say_so(one["purposes"], request.purposes) and limits_say_so(one["limits"], dict(request.limits))


def some(values: list[str], *, most: int = 4) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=most)


BOUNDS = st.fixed_dictionaries(
    {
        "minimum_cell": st.sampled_from([1, 5, 10, 11, 1000]),
        "evidence_days": st.sampled_from([0, 29, 30, 31]),
        "share": st.sampled_from(["0", "0.25", "0.250", "0.3", "1"]),
    },
    optional={
        "release": st.sampled_from(["automatic", "steward"]),
        "pseudonyms": st.booleans(),
        "language": st.sampled_from(["en", "de"]),
    },
)
STATED = st.one_of(
    BOUNDS,
    st.tuples(BOUNDS, st.sampled_from([*INSTITUTIONS, STRANGER])).map(lambda pair: {**pair[0], "host": pair[1]}),
    st.just({"minimum_cell": 1000, "evidence_days": 0, "share": "0"}),
    st.fixed_dictionaries({}, optional={"minimum_cell": st.just(10), "share": st.just("0.1")}),
)
PARTIES = st.lists(st.sampled_from(INSTITUTIONS), unique=True, min_size=1)


@st.composite
def clauses(draw: st.DrawFn, *, number: str) -> dict[str, Any]:
    permits = draw(some(ACTIONS))
    parties = draw(st.one_of(st.just("all"), PARTIES))
    host = draw(st.sampled_from([None, *(INSTITUTIONS if parties == "all" else parties)]))
    return clause(
        number,
        parties=parties,
        permits=permits,
        purposes=[*draw(st.lists(st.sampled_from(PURPOSES), unique=True, min_size=1)), *draw(some(CONDITIONS, most=2))],
        limits=draw(BOUNDS) | ({} if host is None else {"host": host}),
        person=draw(some(permits)) if permits else [],
    )


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 3))
    return document(clauses=[draw(clauses(number=str(number))) for number in range(1, count + 1)])


@st.composite
def requests(draw: st.DrawFn, of: dict[str, Any]) -> Request:
    """Draw a request that keeps near to the words of one clause, so that permits and denies both come up."""
    one = draw(st.sampled_from(of["clauses"]))
    bound = list(INSTITUTIONS) if one["parties"] == "all" else one["parties"]

    def near(close: st.SearchStrategy[Any], far: st.SearchStrategy[Any]) -> Any:
        return draw(far if draw(st.integers(0, 7)) == 0 else close)

    return Request(
        party=near(st.sampled_from(bound), st.sampled_from([*INSTITUTIONS, STRANGER])),
        parties=tuple(near(some(bound, most=2), some([*INSTITUTIONS], most=2))),
        area="studies",
        action=near(st.sampled_from(one["permits"] or ACTIONS), st.sampled_from(ACTIONS)),
        clause=near(st.sampled_from([None, one["id"]]), st.sampled_from(["1", "2", "9"])),
        purposes=tuple(near(st.just(one["purposes"]), some([*PURPOSES, *CONDITIONS]))),
        limits=near(st.just(one["limits"]), st.one_of(STATED, _without(one["limits"]))),
        by_person=draw(st.booleans()),
    )


def _without(limits: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Leave one limit of a clause unsaid."""
    return st.sampled_from(sorted(limits)).map(lambda name: {key: limits[key] for key in limits if key != name})


CASES = documents().flatmap(lambda of: st.tuples(st.just(of), requests(of)))


def answer(of: dict[str, Any], request: Request, *, hash_: str = ""):
    agreement = replace(standing(of), hash=hash_ or digest(of))
    return decide([agreement], request, now=NOW, vocabularies=VOCABULARIES)


@QUIET
@given(CASES)
def test_decide_permits_exactly_what_a_clause_says(case):
    of, request = case
    says_so = [one["id"] for one in of["clauses"] if clause_says_so(one, request)]

    decision = answer(of, request)

    assert decision.permitted == bool(says_so)
    if decision.permitted:
        assert decision.clause == says_so[0]
    else:
        assert decision.reason
        assert decision.remedy


# --- altering, removing, adding --------------------------------------------------------------

JUNK = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        9,
        10**6,
        "",
        "all",
        "0.9",
        "studies.release",
        "DUO:0000004",
        CHARITE,
        STRANGER,
        [],
        {},
        ["all"],
    ]
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, one in inner for place in places(one, (*way, key)))]


@st.composite
def changed(draw: st.DrawFn, of: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a document with one place altered, removed or added to."""
    result = deepcopy(of)
    way = draw(st.sampled_from(places(result)[1:]))
    holder = result
    for step in way[:-1]:
        holder = holder[step]
    do, junk = draw(st.sampled_from(["alter", "remove", "add"])), draw(JUNK)
    if do == "remove":
        del holder[way[-1]]
    elif do == "alter":
        holder[way[-1]] = junk
    elif isinstance(holder, list):
        holder.insert(way[-1], junk)
    else:
        holder[draw(st.sampled_from(["extra", "release", "pseudonyms", "notice", "permits"]))] = junk
    return result


@QUIET
@given(st.data(), CASES)
def test_changing_an_agreement_permits_nothing_under_its_old_hash(data, case):
    of, request = case
    altered = data.draw(changed(of))

    decision = answer(altered, request, hash_=digest(of))

    if digest(altered) != digest(of):
        assert decision.outcome == "deny"


@QUIET
@given(st.data(), CASES)
def test_changing_an_agreement_permits_nothing_that_no_clause_says(data, case):
    of, request = case
    altered = data.draw(changed(of))
    before = answer(of, request)

    after = answer(altered, request)

    if after.permitted and not before.permitted:
        check(altered, vocabularies=VOCABULARIES)
        assert clause_says_so(next(one for one in altered["clauses"] if one["id"] == after.clause), request)


@QUIET
@given(st.data(), CASES)
def test_changing_a_request_permits_nothing_that_no_clause_says(data, case):
    of, request = case
    field = data.draw(
        st.sampled_from(
            ["party", "parties", "area", "action", "clause", "agreement", "purposes", "limits", "by_person"]
        )
    )
    tuples = JUNK.map(lambda junk: (junk,))
    limits = st.tuples(st.sampled_from([*LIMITS, "extra"]), JUNK).map(lambda pair: {**request.limits, pair[0]: pair[1]})
    altered = replace(request, **{field: data.draw(st.one_of(JUNK, tuples, limits))})

    after = answer(of, altered)

    if after.permitted:
        one = next(one for one in of["clauses"] if one["id"] == after.clause)
        assert clause_says_so(one, altered)


@QUIET
@given(st.data(), CASES, st.text(min_size=1))
def test_an_unknown_key_or_term_anywhere_denies(data, case, word):
    of, request = case
    objects = [way for way in places(of) if isinstance(_at(of, way), dict)]
    listed = [("clauses", 0, key) for key in ("permits", "purposes", "person")]
    way = data.draw(st.sampled_from([*objects, *listed]))
    place = _at(of, way)
    known = {*place, *LIMITS, "en", "de", "sv"} if isinstance(place, dict) else {*ACTIONS, *COVERED_BY, *ACCEPTED_BY}
    word = f"{word}?" if word in known else word
    if isinstance(place, dict):
        place[word] = 10
    else:
        place.append(word)

    decision = answer(of, request)

    assert decision.outcome == "deny"


@QUIET
@given(CASES, st.text(min_size=1), st.sampled_from(["area", "action", "purposes", "limits", "clause"]))
def test_an_unknown_word_in_a_request_denies(case, word, field):
    of, request = case
    word = f"{word}?" if word in {*ACTIONS, *LIMITS, "studies", "exchange", "1", "2", "3"} else word
    value = {"purposes": (*request.purposes, word), "limits": {**request.limits, word: 10}}.get(field, word)

    assert answer(of, replace(request, **{field: value})).outcome == "deny"


@QUIET
@given(CASES, st.sampled_from([state for state in State if state != State.IN_FORCE]))
def test_no_state_but_in_force_permits(case, state):
    of, request = case
    assert decide([standing(of, state=state)], request, now=NOW, vocabularies=VOCABULARIES).outcome == "deny"


@QUIET
@given(st.data())
def test_one_changed_byte_of_a_signed_agreement_puts_it_out_of_force(data):
    whole = SIGNED[data.draw(st.sampled_from(sorted(SIGNED)))]
    part = data.draw(st.sampled_from(["payload", "protected", "signature"]))
    holder = whole if part == "payload" else whole["signatures"][data.draw(st.integers(0, 2))]
    position = data.draw(st.integers(0, len(holder[part]) - 1))
    letter = data.draw(st.sampled_from([x for x in ALPHABET if x != holder[part][position]]))
    altered = deepcopy(whole)
    place = altered if part == "payload" else altered["signatures"][whole["signatures"].index(holder)]
    place[part] = holder[part][:position] + letter + holder[part][position + 1 :]

    with pytest.raises(HansaError):
        stand(altered, vocabularies=VOCABULARIES)


@pytest.mark.parametrize("missing", INSTITUTIONS)
def test_a_missing_signature_keeps_an_agreement_out_of_force(missing):
    some_signed = signed(document(), by=tuple(one for one in INSTITUTIONS if one != missing))

    agreement = stand(some_signed, vocabularies=VOCABULARIES)

    assert agreement.state == State.OFFERED
    request = Request(party=CHARITE, parties=(INSTITUTET, HOSPITAL), area="studies", action="studies.withdraw")
    assert decide([agreement], request, now=NOW, vocabularies=VOCABULARIES).outcome == "deny"


def test_a_signature_under_another_text_spoils_the_agreement():
    whole, other = signed(document()), signed(document(valid={"from": "2026-01-01", "until": None, "notice_days": 1}))
    mixed = {**whole, "signatures": [*whole["signatures"][:2], other["signatures"][2]]}

    with pytest.raises(HansaError):
        stand(mixed, vocabularies=VOCABULARIES)


def test_places_finds_every_place():
    assert places({"a": [1, {"b": 2}]}) == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b")]


def test_changed_documents_are_mostly_invalid():
    of = document()
    of["clauses"][1]["limits"]["minimum_cells"] = 10

    with pytest.raises(InvalidError):
        check(of, vocabularies=VOCABULARIES)


def _at(of: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        of = of[step]
    return of


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SIGNED = {"example": signed(document())}
assert encode64(b"\xfb\xff") == "-_8"
