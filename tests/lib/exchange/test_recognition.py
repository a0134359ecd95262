"""A recognition decides about everything that was taken, once, with a reason where it says no."""

from decimal import Decimal

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.grades import Scale, convert, scale_of
from hansa.lib.exchange.recognition import check, fingerprint, propose, totals, with_grade
from tests.lib.exchange.example_transcript import transcript

HOME = Scale("Swedish", ("A", "B"), ("F",), {"A": 1, "B": 3})


def recognition(**changes):
    return {**propose(transcript(), home="Karolinska Institutet", decided="2027-03-01"), **changes}


def changed(position, **changes):
    document = recognition()
    document["lines"][position] |= changes
    return document


def test_propose_recognises_everything_that_was_passed():
    found = recognition()

    check(found, transcript=transcript())
    assert [(line["code"], line["decision"], line["credits"]) for line in found["lines"]] == [
        ("M-1", "recognised", "6.0"),
        ("M-2", "recognised", "6.0"),
        ("M-3", "no", "0"),
        ("R-1", "recognised", "0"),
        ("R-2", "no", "0"),
    ]
    assert found["automatic"] is False


def test_propose_is_automatic_where_all_is_passed():
    good = transcript(courses=transcript()["courses"][:2], assessments=[])

    found = propose(good, home="KI", decided="2027-03-01")

    check(found, transcript=good)
    assert found["automatic"] is True
    assert totals(found, transcript=good).status == "Positive"


def test_check_accepts_a_converted_grade():
    host = scale_of(transcript(), "de", field="0912")
    document = recognition()
    document["lines"][0] = with_grade(document["lines"][0], convert("1.3", host=host, home=HOME))

    check(document, transcript=transcript())

    assert document["lines"][0]["grade"] == "B"
    assert document["lines"][0]["conversion"]["method"] == "egracons"


def test_check_accepts_a_grade_that_has_no_counterpart():
    document = recognition()
    document["lines"][0] = with_grade(document["lines"][0], convert("1.3", host=Scale("bare", ("1.3",)), home=HOME))

    check(document, transcript=transcript())

    assert document["lines"][0]["grade"] is None


def test_check_accepts_part_of_a_course_with_a_reason():
    part = changed(0, decision="partly", credits="3.5", component="Elective", reason="Half is compulsory at home.")

    check(part, transcript=transcript())

    assert totals(part, transcript=transcript()).recognised == Decimal("9.5")


CONVERSION = {"method": "egracons", "rule": "lowest", "steps": ["done"]}


@pytest.mark.parametrize(
    ("position", "changes", "message"),
    [
        (0, {"note": "x"}, r"lines\[0\].note: this key is not known"),
        (0, {"code": "M-9"}, "no such course"),
        (0, {"kind": "assessment"}, "no such assessment"),
        (0, {"code": "M-2"}, "is there twice"),
        (0, {"decision": "maybe"}, "no decision"),
        (0, {"decision": "no", "credits": "0"}, "needs a reason"),
        (0, {"decision": "partly", "credits": "3"}, "needs a reason"),
        (0, {"decision": "no", "reason": "Not comparable."}, "gives none"),
        (0, {"decision": "recognised", "credits": "5"}, "not full recognition"),
        (0, {"credits": "6.1"}, "more than the 6.0"),
        (0, {"credits": 6}, r"lines\[0\].credits"),
        (3, {"credits": "1"}, "more than the 0"),
        (2, {"decision": "recognised", "credits": "5"}, "was not passed"),
        (0, {"component": ""}, r"lines\[0\].component"),
        (0, {"grade": "A", "conversion": CONVERSION | {"method": "guess"}}, "method is not known"),
        (0, {"grade": None, "conversion": CONVERSION}, "does not fit the grade"),
        (0, {"grade": "A", "conversion": CONVERSION | {"steps": []}}, "steps"),
        (0, {"grade": "A", "conversion": CONVERSION | {"steps": [""]}}, r"steps\[0\]"),
    ],
)
def test_check_refuses_a_line_naming_the_place(position, changes, message):
    with pytest.raises(InvalidError, match=message):
        check(changed(position, **changes), transcript=transcript())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hansa": "recognition/2"}, "another format"),
        ({"name": "Ada"}, "not known"),
        ({"transcript": "sha256:" + 64 * "0"}, "another transcript"),
        ({"participant": "P-0002"}, "somebody else"),
        ({"decided": "soon"}, "decided"),
        ({"home": ""}, "home"),
        ({"automatic": True}, "does not fit the lines"),
        ({"lines": []}, "lines"),
    ],
)
def test_check_refuses_a_document_naming_the_place(changes, message):
    with pytest.raises(InvalidError, match=message):
        check(recognition(**changes), transcript=transcript())


def test_check_refuses_to_leave_something_undecided():
    lines = recognition()["lines"]

    with pytest.raises(InvalidError, match="nothing is decided about course M-1, assessment R-2"):
        check(recognition(lines=lines[1:-1]), transcript=transcript())


def test_check_refuses_a_transcript_that_has_changed_since():
    with pytest.raises(InvalidError, match="another transcript"):
        check(recognition(), transcript=transcript(issued="2027-02-21T10:00:00Z"))


def test_totals_count_credits_and_decisions():
    found = totals(recognition(), transcript=transcript())

    assert (found.taken, found.recognised) == (Decimal("17.0"), Decimal("12.0"))
    assert found.lines == {"recognised": 3, "partly": 0, "no": 2}
    assert found.status == "Partially Positive"


def test_totals_are_negative_where_nothing_is_recognised():
    failed = transcript(courses=transcript()["courses"][2:], assessments=[])

    found = propose(failed, home="KI", decided="2027-03-01")

    assert totals(found, transcript=failed).status == "Negative"


def test_fingerprint_changes_with_a_decision():
    assert fingerprint(recognition()) != fingerprint(recognition(decided="2027-03-02"))
