from decimal import Decimal

import pytest

from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError
from hansa.lib.exchange.recognition import automatic, check, credits_of
from tests.lib.exchange.test_transcript import TRANSCRIPT

FIRST, ROTATION, FAILED = (automatic(one) for one in TRANSCRIPT["courses"])
RECOGNITION = {
    "hansa": "recognition/1",
    "mobility": TRANSCRIPT["mobility"],
    "transcript": digest(TRANSCRIPT),
    "plan": "sha256:" + "0" * 64,
    "decided": "2027-03-01",
    "decisions": [FIRST, ROTATION, FAILED],
}


def test_automatic_counts_in_full_what_was_passed():
    check(RECOGNITION, transcript=TRANSCRIPT)
    check({**RECOGNITION, "plan": None}, transcript=TRANSCRIPT)

    assert (FIRST["decision"], FIRST["credits"]) == ("recognised", "7.5")
    assert (FAILED["decision"], FAILED["reason"]) == ("not", "The course was not passed.")
    assert credits_of(RECOGNITION) == Decimal("7.5")


def deciding(**changes):
    return {"decisions": [{**FIRST, **changes}, ROTATION, FAILED]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hansa": "recognition/2"}, r"recognition\.hansa"),
        ({"transcript": "sha256:" + "1" * 64}, "another transcript"),
        ({"plan": "none"}, r"recognition\.plan"),
        ({"decided": "soon"}, r"recognition\.decided"),
        ({"decisions": []}, r"recognition\.decisions"),
        ({"decisions": [FIRST, ROTATION]}, "nothing is decided about S-102"),
        ({"decisions": [FIRST, FIRST, ROTATION, FAILED]}, "twice"),
        (deciding(course="X"), "no such course"),
        (deciding(decision="maybe"), r"decisions\[0\]\.decision"),
        (deciding(home=1), r"decisions\[0\]\.home"),
        (deciding(credits="x"), r"decisions\[0\]\.credits"),
        (deciding(credits="8"), "more than the course has"),
        (deciding(credits="7"), "do not fit the decision"),
        (deciding(decision="not", reason="No."), "do not fit the decision"),
        (deciding(decision="partly", credits="5"), r"decisions\[0\]\.reason"),
        ({"decisions": [FIRST, ROTATION, {**FAILED, "decision": "partly"}]}, "was not passed"),
    ],
)
def test_check_names_what_is_wrong(changes, said):
    with pytest.raises(InvalidError, match=said) as refused:
        check({**RECOGNITION, **changes}, transcript=TRANSCRIPT)

    assert refused.value.remedy


def test_check_takes_a_part_with_its_reason():
    check(
        {**RECOGNITION, **deciding(decision="partly", credits="5", reason="The laboratory is missing.")},
        transcript=TRANSCRIPT,
    )
