from datetime import date
from decimal import Decimal

import pytest

from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError, SignatureError
from hansa.lib.exchange.plans import PlanSignature, check, credits_of, differences, verify, warnings
from hansa.lib.keys import SigningKey

COURSE = {"form": "course", "code": "S-101", "title": "Surgery", "credits": "7.5", "term": "2026/2027-1/2"}
ROTATION = {
    "form": "rotation",
    "title": "Rotation",
    "department": "Cardiology",
    "supervisor": "Dr Lund",
    "first": "2026-10-01",
    "last": "2026-10-31",
    "hours": 160,
    "goals": "Reads an ECG.",
}
PLAN = {
    "hansa": "plan/1",
    "mobility": "urn:hansa:mobilities:01234567-89ab-4def-8123-456789abcdef",
    "version": 1,
    "previous": None,
    "phase": "before",
    "components": [COURSE, ROTATION],
    "home": [{"code": "CH-1", "title": "Chirurgie", "credits": "8"}],
    "automatic": True,
    "terms": "",
}
HASH = "sha256:" + "0" * 64


def test_check_takes_courses_and_rotations():
    check(PLAN)
    check({**PLAN, "version": 2, "previous": HASH, "automatic": False, "terms": "Only after an oral examination."})

    assert (credits_of(PLAN), credits_of(PLAN, "home")) == (Decimal("7.5"), Decimal(8))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hansa": "plan/2"}, r"plan\.hansa"),
        ({"more": 1}, r"plan\.more"),
        ({"mobility": "urn:hansa:studies:1"}, r"plan\.mobility"),
        ({"version": 2}, r"plan\.previous: only the first"),
        ({"previous": HASH}, r"plan\.previous: only the first"),
        ({"version": 2, "previous": "abc"}, r"plan\.previous"),
        ({"phase": "never"}, r"plan\.phase"),
        ({"components": []}, r"plan\.components"),
        ({"components": ["x"]}, r"components\[0\]\.form"),
        ({"components": [{**COURSE, "form": "party"}]}, r"components\[0\]\.form"),
        ({"components": [COURSE, COURSE]}, "twice"),
        ({"components": [{**COURSE, "credits": "many"}]}, r"components\[0\]\.credits"),
        ({"components": [{**COURSE, "title": ""}]}, r"components\[0\]\.title"),
        ({"components": [{**ROTATION, "last": "2026-09-30"}]}, "before the first day"),
        ({"components": [{**ROTATION, "hours": 0}]}, r"components\[0\]\.hours"),
        ({"home": [{"code": "x"}]}, r"home\[0\]\.title"),
        ({"automatic": "yes"}, r"plan\.automatic"),
        ({"terms": "Perhaps."}, r"plan\.terms"),
        ({"automatic": False}, r"plan\.terms"),
    ],
)
def test_check_names_what_is_wrong(changes, said):
    with pytest.raises(InvalidError, match=said) as refused:
        check({**PLAN, **changes})

    assert refused.value.remedy


def test_differences_are_sentences():
    newer = {
        **PLAN,
        "components": [{**COURSE, "credits": "5"}, {**COURSE, "code": "S-202", "title": "Surgery 2"}],
        "home": [],
        "automatic": False,
        "terms": "After an examination",
    }

    assert differences(PLAN, newer) == (
        "Removed: Rotation, Cardiology, 2026-10-01 to 2026-10-31, 160 hours.",
        "Added: Surgery 2 (S-202), 7.5 ECTS credits.",
        "Changed: Surgery, credits: 7.5 → 5.",
        "Removed at home: Chirurgie (CH-1), 8 ECTS credits.",
        "Recognition: automatic → not automatic.",
        "Terms of recognition: – → After an examination.",
    )
    assert differences(PLAN, PLAN) == ()


def test_warnings_say_what_looks_odd():
    twice = {**ROTATION, "title": "Second", "first": "2026-10-31", "last": "2026-11-30"}
    plan = {**PLAN, "components": [COURSE, ROTATION, twice]}

    assert warnings(plan, first=date(2026, 10, 1), last=date(2026, 11, 15)) == (
        "The courses at the host have 7.5 ECTS credits, what they replace at home has 8.",
        "Second from 2026-10-31 to 2026-11-30 lies outside the stay from 2026-10-01 to 2026-11-15.",
        "Second begins on 2026-10-31, before Rotation ends on 2026-10-31.",
    )


def test_warnings_are_none_where_nothing_is_odd():
    after = {**ROTATION, "title": "Second", "first": "2026-11-01", "last": "2026-11-30"}
    plan = {**PLAN, "components": [COURSE, ROTATION, after], "home": []}

    assert warnings(plan, first=date(2026, 10, 1), last=date(2026, 11, 30)) == ()
    assert warnings({**PLAN, "home": [{**PLAN["home"][0], "credits": "7.5"}]}, **STAY) == ()


STAY = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}


def signatures(keys, **changes):
    signed = {}
    for role in ("participant", "sending", "receiving"):
        key = keys["receiving" if role == "receiving" else "sending"]
        about = {"plan": digest(PLAN), "role": role, "party": "x", "by": "p", "at": "2026-10-01T00:00:00Z"}
        signed[role] = PlanSignature(**{**about, **changes.get(role, {})}).sign(key)
    return signed


def test_verify_wants_three_signatures_over_one_hash():
    keys = {"sending": SigningKey.generate(), "receiving": SigningKey.generate()}
    public = {role: key.public for role, key in keys.items()}
    whole = signatures(keys)

    verify(PLAN, whole, keys=public)
    with pytest.raises(SignatureError, match="signature of the receiving is missing"):
        verify(PLAN, {role: token for role, token in whole.items() if role != "receiving"}, keys=public)
    with pytest.raises(SignatureError, match="The participant signed another version"):
        verify(PLAN, signatures(keys, participant={"plan": HASH}), keys=public)
    with pytest.raises(SignatureError):
        verify(PLAN, whole, keys={"sending": public["receiving"], "receiving": public["sending"]})
