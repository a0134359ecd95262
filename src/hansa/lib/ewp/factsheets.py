"""Factsheets: dates, requirements and whom to ask about housing, visa and insurance (factsheet 1.2.0)."""

from dataclasses import dataclass
from typing import Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.contacts import PHONE_SHAPE, Phone
from hansa.lib.ewp.elements import PHONE, SPECS, ListDocument, Part, Shape, Text, localised, many, maybe, one

NAMESPACE: Final = f"{SPECS}api-factsheet/tree/stable-v1"


@dataclass(frozen=True)
class Deadlines:
    """The last days for either term, each as month and day, such as 05-31."""

    autumn_term: str
    spring_term: str


@dataclass(frozen=True)
class Calendar:
    """By when partners nominate and by when students apply."""

    student_nominations: Deadlines
    student_applications: Deadlines


@dataclass(frozen=True, kw_only=True)
class Information:
    """Whom to ask about something, and where to read about it."""

    email: str
    phone: Phone
    websites: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Something that an applicant must bring."""

    name: str
    details: str
    websites: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Accessibility:
    """What there is for people with special needs: an infrastructure or a service."""

    type: str
    name: str
    information: Information
    description: str = ""


@dataclass(frozen=True)
class AdditionalInformation:
    """Information of a kind that the factsheet has no place for."""

    type: str
    info: Information


@dataclass(frozen=True, kw_only=True)
class Factsheet:
    """What a student who comes to an institution ought to know; weeks count after the application or the stay."""

    hei_id: str
    calendar: Calendar
    application_info: Information
    requirements: tuple[Requirement, ...] = ()
    decision_weeks_limit: int
    tor_weeks_limit: int
    accessibility: tuple[Accessibility, ...] = ()
    housing_info: Information
    visa_info: Information
    insurance_info: Information
    additional_info: tuple[AdditionalInformation, ...] = ()


LINK: Final = localised(leaves.HTTP)
WEEKS: Final = leaves.whole(0, 1000)
DEADLINES: Final = Shape(
    Deadlines, NAMESPACE, one("autumn-term", leaves.MONTH_DAY), one("spring-term", leaves.MONTH_DAY)
)
INFORMATION: Final = Shape(
    Information,
    NAMESPACE,
    one("email", leaves.EMAIL),
    one("phone-number", PHONE_SHAPE, field="phone", namespace=PHONE),
    many("website-url", LINK, field="websites", least=1),
)
REQUIREMENT: Final = Shape(
    Requirement, NAMESPACE, one("name"), one("details"), many("information-website", LINK, field="websites")
)
ACCESSIBILITY: Final = Shape(
    Accessibility,
    NAMESPACE,
    one("type", leaves.one_of("infrastructure", "service")),
    one("name"),
    maybe("description"),
    one("information", INFORMATION),
)


def about(local: str) -> Part:
    """Return one of the entries that tell whom to ask."""
    return one(local, INFORMATION)


FACTSHEET: Final = Shape(
    Factsheet,
    NAMESPACE,
    one("hei-id"),
    one(
        "calendar",
        Shape(Calendar, NAMESPACE, one("student-nominations", DEADLINES), one("student-applications", DEADLINES)),
    ),
    about("application-info"),
    many("additional-requirement", REQUIREMENT, field="requirements"),
    one("decision-weeks-limit", WEEKS),
    one("tor-weeks-limit", WEEKS),
    many("accessibility", ACCESSIBILITY, field="accessibility"),
    about("housing-info"),
    about("visa-info"),
    about("insurance-info"),
    many(
        "additional-info",
        Shape(AdditionalInformation, NAMESPACE, one("type"), about("info")),
        field="additional_info",
    ),
)

#: The factsheets that were asked for; unknown ids are left out.
RESPONSE: Final[ListDocument[Factsheet]] = ListDocument(NAMESPACE, "factsheet-response", of="factsheet", kind=FACTSHEET)
