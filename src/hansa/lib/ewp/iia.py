"""Hold an interinstitutional agreement (IIA) as Erasmus Without Paper has it since version 7.

Two institutions promise each other places. Each keeps its own copy under its own id and serves
it to the other; they agree once each has approved the other's copy. What is agreed stands in
the cooperation conditions: so many people of one kind, in one direction, in each academic year.

    Condition(kind=Kind.STUDENT_STUDIES, sending_hei="charite.de", receiving_hei="ki.se",
              first_year="2026/2027", last_year="2028/2029", mobilities_per_year=4)

Source: iias 7.0.0, endpoints/get-response.xsd. Text that only people read stands as it was
received, because the hash is taken over every character of it.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia_contact import Contact

#: The major versions of the interface that are spoken: what is current, and what some partners have not left yet.
CURRENT, OLD = 7, 6
YEAR = re.compile(r"[0-9]{4}/[0-9]{4}")
#: An academic year is taken to start on the first of September and to be over on the last of the month that follows
#: its second summer: Swedish terms start early, German ones end late.
STARTS_IN, OVER_AFTER = 9, 9


class Kind(StrEnum):
    """Name the four kinds of cooperation condition, as the schema names them."""

    STUDENT_STUDIES = "student-studies"
    STUDENT_TRAINEESHIP = "student-traineeship"
    STAFF_TEACHER = "staff-teacher"
    STAFF_TRAINING = "staff-training"

    @property
    def element(self) -> str:
        """Return the name of the element that holds a condition of this kind."""
        return f"{self.value}-mobility-spec"

    @property
    def is_student(self) -> bool:
        """Tell whether it counts months and study cycles; staff count days."""
        return self.value.startswith("student")

    @property
    def needs_language(self) -> bool:
        """Tell whether a language skill is required (student studies and staff teaching, iias 7.0.0)."""
        return self in {Kind.STUDENT_STUDIES, Kind.STAFF_TEACHER}

    @property
    def words(self) -> str:
        """Return the kind as an officer reads it."""
        return self.value.replace("-", " ")


@dataclass(frozen=True, kw_only=True)
class SubjectArea:
    """Name a field of education by its ISCED-F code, with the words that narrow it.

    ``v6_value`` is the shorter code under which version 6 approved it; while it stands there,
    the agreement cannot be approved anew.
    """

    code: str
    clarification: str | None = None
    v6_value: str = ""


@dataclass(frozen=True, kw_only=True)
class LanguageSkill:
    """Name a language that people should speak, and how well (CEFR A1 to C2)."""

    language: str
    level: str = ""
    subject_area: SubjectArea | None = None
    not_yet_defined: bool = False


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Hold one cooperation condition: so many people of one kind, one way, each year.

    ``total_per_year`` counts months for students and days for staff, over all places of a year.
    """

    kind: Kind
    sending_hei: str
    receiving_hei: str
    first_year: str
    last_year: str
    mobilities_per_year: int | None
    mobilities_not_yet_defined: bool = False
    sending_ounit: str = ""
    receiving_ounit: str = ""
    sending_contacts: tuple[Contact, ...] = ()
    receiving_contacts: tuple[Contact, ...] = ()
    languages: tuple[LanguageSkill, ...] = ()
    subject_areas: tuple[SubjectArea, ...] = ()
    other_terms: str | None = None
    total_per_year: Decimal | None = None
    blended: bool = False
    eqf_levels: tuple[int, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing in it is marked as not yet defined or as a code of version 6."""
        areas = (*self.subject_areas, *(skill.subject_area for skill in self.languages if skill.subject_area))
        unsettled = [self.mobilities_not_yet_defined, *(skill.not_yet_defined for skill in self.languages)]
        return not any(unsettled) and not any(area.v6_value for area in areas)


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Hold one of the two institutions of an agreement, with its own id and number of it."""

    hei: str
    ounit: str = ""
    iia_id: str = ""
    iia_code: str = ""
    signing_contact: Contact | None = None
    signing_date: date | None = None
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Iia:
    """Hold one copy of an agreement; the institution that serves it is the first partner."""

    partners: tuple[Partner, Partner]
    conditions: tuple[Condition, ...]
    in_effect: bool = False
    terminated_as_a_whole: bool = False
    pdf_file: str = ""

    @property
    def owner(self) -> Partner:
        """Return the institution whose copy this is."""
        return self.partners[0]

    @property
    def other(self) -> Partner:
        """Return the institution on the other side."""
        return self.partners[1]

    @property
    def is_settled(self) -> bool:
        """Tell whether it could be approved as far as unsettled elements go."""
        return all(condition.is_settled for condition in self.conditions)


@dataclass(frozen=True, kw_only=True)
class Names:
    """Hold how institutions are called where an officer reads about them."""

    by_hei: dict[str, str] = field(default_factory=dict)

    def of(self, hei: str) -> str:
        """Return the name of an institution, or its id."""
        return self.by_hei.get(hei, hei)


def check_year(year: str, *, place: str) -> str:
    """Return an academic year such as 2026/2027, or raise InvalidError (academic-term 1.1.0, AcademicYearId)."""
    if not YEAR.fullmatch(year) or int(year[5:]) - int(year[:4]) not in {0, 1}:
        raise InvalidError(f"{place}: this is no academic year.", "Write it as 2026/2027.")
    return year


def academic_year(day: date) -> str:
    """Return the academic year of the north in which a day lies."""
    first = day.year if day.month >= STARTS_IN else day.year - 1
    return f"{first}/{first + 1}"


def has_ended(year: str, *, today: date) -> bool:
    """Tell whether an academic year is over; one that keeps to the calendar (2026/2026) ends with it."""
    last = int(year[5:])
    month = 12 if year[:4] == year[5:] else OVER_AFTER
    return (today.year, today.month) > (last, month)


def in_schema_order(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return conditions in the order of the schema, kind after kind; within a kind the order stays."""
    return tuple(sorted(conditions, key=lambda condition: list(Kind).index(condition.kind)))
