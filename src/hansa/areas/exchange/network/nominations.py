"""Nominations, both ways: our rows as the network's documents, and a partner's documents as our rows.

A code of the network that our records do not know, and the other way round, stands in the tables below; nothing is
guessed. What a document must hold and a record has not is refused with the name of what is missing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from hansa.areas.exchange.models import Iia, Mobility
from hansa.areas.exchange.states import Cycle, Kind, MobilityState
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import omobilities
from hansa.lib.ewp.elements import Text, in_language
from hansa.lib.ewp.imobilities import IncomingMobility
from hansa.lib.ewp.mobility_rules import check_nomination
from hansa.lib.ewp.omobilities import Nomination, Side, Student
from hansa.lib.ewp.terms import days_of, read_term

#: ISO/IEC 5218; what a person did not say is not known.
GENDERS: Final = {"male": "1", "female": "2", "other": "9"}
UNKNOWN_GENDER: Final = "0"
#: Levels of the European Qualifications Framework.
LEVELS: Final = {Cycle.SHORT: 5, Cycle.BACHELOR: 6, Cycle.MASTER: 7, Cycle.DOCTORAL: 8}
CYCLES: Final = {level: cycle for cycle, level in LEVELS.items()}
#: ISCED-F 2013, field unknown.
NO_FIELD: Final = "9999"
STATUSES: Final = {
    MobilityState.NOMINATED: "pending",
    MobilityState.REJECTED: "rejected",
    MobilityState.CANCELLED: "cancelled",
}
#: Where a nomination stands that a partner sends; whatever we know beyond it stays.
STATES: Final = {
    "pending": MobilityState.NOMINATED,
    "approved": MobilityState.ACCEPTED,
    "rejected": MobilityState.REJECTED,
    "cancelled": MobilityState.CANCELLED,
}
HALVES: Final = 2


def status_of(mobility: Mobility) -> str:
    """Return where a stay stands in the words of omobilities 3.0.0; what comes after acceptance is approved."""
    return STATUSES.get(MobilityState(mobility.state), "approved")


def nomination_of(mobility: Mobility, *, hei: str) -> omobilities.Mobility:
    """Return one of our outgoing stays as the sending institution serves it, with the id of its content."""
    return omobilities.proposed(
        omobilities.Mobility(
            omobility_id=mobility.foreign_id,
            student=_student(mobility),
            nomination=_content(mobility, hei=hei),
            status=status_of(mobility),
        )
    )


def check(mobility: Mobility, *, hei: str) -> None:
    """Refuse a nomination that the network could not carry, naming what is missing."""
    found = nomination_of(mobility, hei=hei)
    check_nomination(found)
    omobilities.GET.build([found])


def arrival_of(mobility: Mobility) -> IncomingMobility:
    """Return when a student arrived here and left, as the receiving institution serves it."""
    return IncomingMobility(
        omobility_id=mobility.foreign_id,
        actual_arrival_date=mobility.arrived,
        actual_departure_date=mobility.departed,
    )


def _student(mobility: Mobility) -> Student:
    stay = mobility.stay
    return Student(
        given_names=(Text(stay.given_names),),
        family_names=(Text(stay.family_name),),
        global_id=stay.esi,
        birth_date=stay.birth_date,
        nationality=stay.nationality,
        gender=gender_of(stay.gender),
        email=stay.email,
    )


def _content(mobility: Mobility, *, hei: str) -> Nomination:
    term = term_of(mobility.starts, mobility.ends, year=mobility.year)
    own_iia, partner_iia = iia_ids(mobility.iia)
    return Nomination(
        sending_hei=Side(hei_id=hei, iia_id=own_iia),
        receiving_hei=Side(hei_id=mobility.partner.removeprefix("hei:"), iia_id=partner_iia),
        sending_academic_term_ewp_id=term,
        non_standard_mobility_period=not term,
        receiving_academic_year_id=mobility.year,
        agreement_isced_f_code=agreed_field(mobility),
        eqf_level_studied_at_departure=level_of(mobility.cycle),
        nominee_isced_f_code=field_of(mobility.field),
    )


def iia_ids(iia: Iia | None) -> tuple[str, str]:
    """Return our id and the partner's id of an agreement; neither while the partner's is not known."""
    return (str(iia.pk), iia.foreign_id) if iia is not None and iia.foreign_id else ("", "")


def gender_of(said: str) -> str:
    """Return the code of a gender."""
    return GENDERS.get(said.strip().lower(), UNKNOWN_GENDER)


def level_of(cycle: str) -> int:
    """Return the level of a study cycle, or raise InvalidError where none is said."""
    found = LEVELS.get(Cycle(cycle))
    if found is None:
        raise InvalidError(
            "study cycle: the network wants to know at which level the person studies.", "Choose the cycle."
        )
    return found


def field_of(number: int) -> str:
    """Return a field of education as the network writes it."""
    return f"{number:04}" if number else NO_FIELD


def agreed_field(mobility: Mobility) -> str:
    """Return the field of the agreement under which somebody goes: the person's own if agreed on, else the first."""
    conditions = mobility.iia.conditions if mobility.iia is not None else []
    number = mobility.condition or 0
    fields = [str(one) for one in conditions[number - 1].get("fields", ())] if 0 < number <= len(conditions) else []
    own = field_of(mobility.field)
    return own if own in fields or not fields else fields[0]


def term_of(starts: date, ends: date, *, year: str) -> str:
    """Return the half of an academic year in which a stay lies, or nothing where it lies in no single one."""
    for number in range(1, HALVES + 1):
        first, last = half(year, number)
        if first <= starts and ends <= last:
            return f"{year}-{number}/{HALVES}"
    return ""


def half(year: str, number: int) -> tuple[date, date]:
    """Return the first and last day of one half of an academic year."""
    first, last = days_of(year)
    # Six months after the first of August, with which the network's statistics let a year begin.
    middle = date(last.year, 2, 1)
    return (first, middle - timedelta(days=1)) if number == 1 else (middle, last)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A partner's nomination as our records hold it: the stay, the person, and what it stands on."""

    foreign_id: str
    proposal: str
    state: MobilityState
    year: str
    stay: dict[str, Any]
    person: dict[str, Any]
    our_iia: str
    their_iia: str
    sending: str
    receiving: str


def heard(document: omobilities.Mobility) -> Heard:
    """Return what a partner's nomination says, as the fields of our rows; what it leaves out is empty or None."""
    nomination = document.nomination
    starts, ends = days_in(nomination)
    return Heard(
        foreign_id=document.omobility_id,
        proposal=nomination.proposal_id,
        state=STATES[document.status],
        year=nomination.receiving_academic_year_id,
        stay={
            "kind": str(Kind.STUDENT_STUDIES),
            "cycle": str(CYCLES.get(nomination.eqf_level_studied_at_departure or 0, Cycle.ANY)),
            "field": number_of(nomination.nominee_isced_f_code or nomination.agreement_isced_f_code),
            "starts": starts,
            "ends": ends,
        },
        person=person_in(document.student),
        our_iia=nomination.receiving_hei.iia_id,
        their_iia=nomination.sending_hei.iia_id,
        sending=nomination.sending_hei.hei_id,
        receiving=nomination.receiving_hei.hei_id,
    )


def person_in(student: Student) -> dict[str, Any]:
    """Return who is nominated; of several spellings the English one, else the first."""
    words = {code: word for word, code in GENDERS.items()}
    return {
        "given_names": in_language(student.given_names, "en"),
        "family_name": in_language(student.family_names, "en"),
        "birth_date": student.birth_date,
        "nationality": student.nationality,
        "gender": words.get(student.gender, "unknown"),
        "email": student.email,
        "esi": student.global_id,
    }


def number_of(code: str) -> int:
    """Return a field of education as our records hold it; nought where it is not known."""
    return int(code) if code.isascii() and code.isdigit() and code != NO_FIELD else 0


def days_in(nomination: Nomination) -> tuple[date, date]:
    """Return the days that a nomination may cover: its term, or the whole year; the plan will say them exactly."""
    term = nomination.sending_academic_term_ewp_id
    if not term:
        return days_of(nomination.receiving_academic_year_id)
    found = read_term(term, "sending-academic-term-ewp-id")
    if found.total != HALVES:
        return days_of(found.year)
    return half(found.year, found.number)
