from dataclasses import replace
from datetime import date

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.learning_agreements import LanguageSkill, TermNumber
from hansa.lib.ewp.mobility_rules import check_agreement, check_nomination
from hansa.lib.ewp.omobilities import Side
from tests.lib.ewp.agreements import AGREEMENT, BY_SENDER, FIRST, PROPOSAL, SURGERY
from tests.lib.ewp.records import MOBILITY, NOMINATION, STUDENT, SUMMER

DOCTORAL = replace(
    FIRST,
    components_studied=(),
    components_recognized=(),
    short_term_doctoral_components=(replace(SURGERY, term=None),),
)
SETTLED = replace(AGREEMENT, approved_changes=None, changes_proposal=None)


@pytest.mark.parametrize(
    "nomination",
    [NOMINATION, SUMMER, replace(NOMINATION, sending_hei=Side(hei_id="charite.de"))],
)
def test_check_takes_a_nomination_that_keeps_to_the_rules(nomination):
    check_nomination(replace(MOBILITY, nomination=nomination))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"student": replace(STUDENT, global_id="4711")},
            "student/global-id: this is not a European Student Identifier",
        ),
        ({"student": replace(STUDENT, nationality="UK")}, "student/nationality: this is not a country's code"),
        ({"receiving_hei": Side(hei_id="KI")}, "receiving-hei/hei-id: this is not an institution's SCHAC id"),
        ({"receiving_hei": Side(hei_id="charite.de")}, "receiving-hei/hei-id: this is the sending institution"),
        ({"receiving_hei": Side(hei_id="ki.se")}, "nomination/receiving-hei/iia-id: this is missing"),
        ({"receiving_academic_year_id": "2026/2029"}, "receiving-academic-year-id: this is not an academic year"),
        ({"sending_academic_term_ewp_id": "2026/2027-3/2"}, "ewp-id: this is not an academic term"),
        ({"agreement_isced_f_code": "1234"}, "agreement-isced-f-code: this is not a field of education"),
        ({"nominee_isced_f_code": "5678"}, "nominee-isced-f-code: this is not a field of education"),
    ],
)
def test_check_refuses_a_nomination_that_breaks_a_rule(change, said):
    student = change.pop("student", STUDENT)

    with pytest.raises(InvalidError, match=said):
        check_nomination(replace(MOBILITY, student=student, nomination=replace(NOMINATION, **change)))


@pytest.mark.parametrize(
    "agreement",
    [
        AGREEMENT,
        SETTLED,
        replace(AGREEMENT, first_version=None, approved_changes=None),
        replace(SETTLED, first_version=DOCTORAL),
        replace(SETTLED, start_date=date(2027, 1, 31)),
    ],
)
def test_check_takes_an_agreement_that_keeps_to_the_rules(agreement):
    check_agreement(agreement)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"student": replace(AGREEMENT.student, global_id="")}, "student/global-id: this is not"),
        ({"isced_f_code": "912"}, "isced-f-code: this is not a field of education"),
        (
            {"student_language_skill": LanguageSkill(language="english", cefr_level="C1")},
            "student-language-skill/language: this is not a language's code",
        ),
        ({"start_date": date(2027, 2, 1)}, "end-date: this is before the start"),
        ({"first_version": None, "approved_changes": None, "changes_proposal": None}, "neither this nor a proposal"),
        ({"first_version": None}, "approved-changes: there is no first version to change"),
        (
            {"first_version": replace(FIRST, receiving_hei_signature=None)},
            "first-version/receiving-hei-signature: this is missing",
        ),
        (
            {"changes_proposal": replace(PROPOSAL, sending_hei_signature=replace(BY_SENDER, signer_position=""))},
            "changes-proposal/sending-hei-signature/signer-position: this is missing",
        ),
        (
            {"approved_changes": replace(FIRST, receiving_hei_signature=replace(BY_SENDER, signer_email=""))},
            "approved-changes/receiving-hei-signature/signer-email: this is missing",
        ),
        ({"first_version": DOCTORAL, "changes_proposal": None}, "a blended or doctoral stay is not changed"),
        ({"first_version": DOCTORAL, "approved_changes": None}, "a blended or doctoral stay is not changed"),
        (
            {"first_version": replace(FIRST, components_studied=(SURGERY, replace(SURGERY, term=None)))},
            r"first-version/components-studied/component\[2\]/term-id: this is missing",
        ),
        (
            {"first_version": replace(FIRST, components_recognized=(replace(SURGERY, term=TermNumber(3, 2)),))},
            r"components-recognized/component\[1\]/term-id: there is no such term",
        ),
    ],
)
def test_check_refuses_an_agreement_that_breaks_a_rule(change, said):
    with pytest.raises(InvalidError, match=said) as raised:
        check_agreement(replace(AGREEMENT, **change))

    assert raised.value.remedy
    assert "Beispiel" not in str(raised.value)
