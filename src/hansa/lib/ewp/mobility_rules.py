"""What a nomination and a learning agreement must hold beyond their schemas, before we serve them.

The schemas take any text for most things. The specifications (omobilities 3.0.0, omobility-las
1.2.0) and the programme's mandatory requirements for agreements (24-10-2022) ask for more; a
partner who keeps to them would refuse what breaks them, so it is said here first.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.identifiers import check_country, check_esi, check_hei, check_isced, check_language
from hansa.lib.ewp.learning_agreements import Component, LearningAgreement, Signature, Version
from hansa.lib.ewp.omobilities import Mobility, Nomination
from hansa.lib.ewp.terms import check_year, read_term

Rule: TypeAlias = Callable[[LearningAgreement], None]

#: Lists of components that stand for a stay of another kind than a whole term.
SHORT: Final = ("blended_mobility_components", "short_term_doctoral_components")


def check_nomination(mobility: Mobility) -> None:
    """Refuse a nomination whose identifiers are none, or that names only one side's agreement."""
    nomination = mobility.nomination
    check_esi(mobility.student.global_id, "student/global-id")
    check_country(mobility.student.nationality, "student/nationality")
    _check_sides(nomination.sending_hei.hei_id, nomination.receiving_hei.hei_id)
    check_year(nomination.receiving_academic_year_id, "nomination/receiving-academic-year-id")
    if nomination.sending_academic_term_ewp_id:
        read_term(nomination.sending_academic_term_ewp_id, "nomination/sending-academic-term-ewp-id")
    check_isced(nomination.agreement_isced_f_code, "nomination/agreement-isced-f-code")
    check_isced(nomination.nominee_isced_f_code, "nomination/nominee-isced-f-code")
    _check_iias(nomination)


def _check_sides(sending: str, receiving: str) -> None:
    check_hei(sending, "sending-hei/hei-id")
    check_hei(receiving, "receiving-hei/hei-id")
    if sending == receiving:
        raise InvalidError("receiving-hei/hei-id: this is the sending institution.", "Name the one that receives.")


def _check_iias(nomination: Nomination) -> None:
    if nomination.sending_hei.iia_id and not nomination.receiving_hei.iia_id:
        raise InvalidError(
            "nomination/receiving-hei/iia-id: this is missing while the sending institution's is given.",
            "Fetch the partner's copy of the agreement, which has its id, or name neither.",
        )


def check_agreement(agreement: LearningAgreement) -> None:
    """Refuse a learning agreement that the specification does not let stand, though its schema would."""
    for rule in RULES:
        rule(agreement)


def _check_header(agreement: LearningAgreement) -> None:
    _check_sides(agreement.sending_hei.hei_id, agreement.receiving_hei.hei_id)
    check_esi(agreement.student.global_id, "student/global-id")
    check_year(agreement.receiving_academic_year_id, "receiving-academic-year-id")
    check_isced(agreement.isced_f_code, "isced-f-code")
    check_language(agreement.student_language_skill.language, "student-language-skill/language")


def _check_dates(agreement: LearningAgreement) -> None:
    start = str(agreement.start_date or agreement.start_year_month)
    end = str(agreement.end_date or agreement.end_year_month)
    # A day and a month are compared as months.
    shorter = min(len(start), len(end))
    if end[:shorter] < start[:shorter]:
        raise InvalidError("end-date: this is before the start.", "Correct one of the two dates.")


def _check_versions(agreement: LearningAgreement) -> None:
    if not agreement.first_version and not agreement.changes_proposal:
        raise InvalidError("first-version: neither this nor a proposal is there.", "Propose a first version.")
    if agreement.approved_changes and not agreement.first_version:
        raise InvalidError("approved-changes: there is no first version to change.", "Give the first version too.")


def _check_signed(agreement: LearningAgreement) -> None:
    for place, version in _versions(agreement):
        if place != "changes-proposal" and not version.receiving_hei_signature:
            raise InvalidError(
                f"{place}/receiving-hei-signature: this is missing.", "Serve it as a proposal until it is signed."
            )


def _check_signers(agreement: LearningAgreement) -> None:
    for place, version in _versions(agreement):
        _check_signer(version.sending_hei_signature, f"{place}/sending-hei-signature")
        if version.receiving_hei_signature:
            _check_signer(version.receiving_hei_signature, f"{place}/receiving-hei-signature")


def _check_signer(signature: Signature, place: str) -> None:
    for local in ("signer-name", "signer-position", "signer-email"):
        if not getattr(signature, local.replace("-", "_")):
            raise InvalidError(f"{place}/{local}: this is missing.", "Who signs for an institution gives all three.")


def _check_short(agreement: LearningAgreement) -> None:
    first = agreement.first_version
    is_short = first is not None and any(getattr(first, name) for name in SHORT)
    if is_short and (agreement.approved_changes or agreement.changes_proposal):
        raise InvalidError(
            "changes-proposal: a blended or doctoral stay is not changed after its first version.",
            "Make a new mobility with an agreement of its own.",
        )


def _check_components(agreement: LearningAgreement) -> None:
    for place, version in _versions(agreement):
        for local in ("components-studied", "components-recognized"):
            listed: tuple[Component, ...] = getattr(version, local.replace("-", "_"))
            for number, component in enumerate(listed, start=1):
                _check_component(component, f"{place}/{local}/component[{number}]")


def _check_component(component: Component, place: str) -> None:
    if not component.term:
        raise InvalidError(f"{place}/term-id: this is missing.", "Say in which term of how many it is.")
    if not 1 <= component.term.number <= component.term.total:
        raise InvalidError(f"{place}/term-id: there is no such term.", "Count the terms of the year from 1.")


def _versions(agreement: LearningAgreement) -> list[tuple[str, Version]]:
    named = [
        ("first-version", agreement.first_version),
        ("approved-changes", agreement.approved_changes),
        ("changes-proposal", agreement.changes_proposal),
    ]
    return [(place, version) for place, version in named if version]


RULES: Final[tuple[Rule, ...]] = (
    _check_header,
    _check_dates,
    _check_versions,
    _check_signed,
    _check_signers,
    _check_short,
    _check_components,
)
