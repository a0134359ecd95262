"""Learning agreements: what a student will study and what will be recognised (omobility-las 1.2.0).

    GET.build([proposed(agreement)])            # what the sending institution serves
    GET.read(data)[0].changes_proposal          # what waits for the receiving institution
    UPDATE_REQUEST.read(data).decision          # ProposalApproval or ProposalComment

An agreement lives at the sending institution. A version has lists of components and up to three
signatures; what is not yet signed by all three is a proposal with an id of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.contacts import PHONE_SHAPE, Phone
from hansa.lib.ewp.elements import (
    MESSAGES,
    PHONE,
    SPECS,
    Alternatives,
    Attribute,
    Document,
    ListDocument,
    Listed,
    Part,
    Shape,
    Text,
    either,
    many,
    maybe,
    one,
)
from hansa.lib.ewp.proposals import content_id

API: Final = f"{SPECS}api-omobility-las/blob/stable-v1/endpoints/"
GET_NAMESPACE: Final = f"{API}get-response.xsd"
INDEX_NAMESPACE: Final = f"{API}index-response.xsd"
REQUEST_NAMESPACE: Final = f"{API}update-request.xsd"
RESPONSE_NAMESPACE: Final = f"{API}update-response.xsd"

REASON_CODES: Final = (
    "not-available",
    "language-mismatch",
    "timetable-conflict",
    "substituting-deleted",
    "extending-mobility",
    "adding-virtual-component",
)


@dataclass(frozen=True, kw_only=True)
class ContactPerson:
    """Who answers for an agreement at one of the two institutions."""

    given_names: str
    family_name: str
    email: str
    phone: Phone | None = None


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two institutions, with its unit and who answers for the agreement."""

    hei_id: str
    contact_person: ContactPerson
    ounit_name: str = ""
    ounit_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Student:
    """The student; in a proposal only what has changed. ``global_id`` is the European Student Identifier."""

    given_names: str = ""
    family_name: str = ""
    global_id: str = ""
    birth_date: date | None = None
    citizenship: str = ""
    gender: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class LanguageSkill:
    """The language of instruction and the level that the student has or will have."""

    language: str
    cefr_level: str


@dataclass(frozen=True)
class TermNumber:
    """Which term of how many in the academic year."""

    number: int
    total: int


@dataclass(frozen=True)
class Credit:
    """What a component is worth; the scheme is “ects” unless an institution has its own."""

    scheme: str
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class Component:
    """One course, module or activity; in a changed version with what became of it and why."""

    title: str
    los_id: str = ""
    los_code: str = ""
    loi_id: str = ""
    term: TermNumber | None = None
    credits: tuple[Credit, ...] = ()
    recognition_conditions: str = ""
    short_description: str = ""
    status: str = ""
    reason_code: str = ""
    reason_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signed, as what, and when."""

    timestamp: datetime
    signer_name: str = ""
    signer_position: str = ""
    signer_email: str = ""
    signer_app: str = ""


@dataclass(frozen=True, kw_only=True)
class Version:
    """The components of one version (tables A, B and C of the template) and its signatures."""

    student_signature: Signature
    sending_hei_signature: Signature
    receiving_hei_signature: Signature | None = None
    components_studied: tuple[Component, ...] = ()
    components_recognized: tuple[Component, ...] = ()
    virtual_components: tuple[Component, ...] = ()
    blended_mobility_components: tuple[Component, ...] = ()
    short_term_doctoral_components: tuple[Component, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangesProposal(Version):
    """A version that waits for the receiving institution, under an id that its content decides."""

    id: str = ""
    student: Student | None = None


@dataclass(frozen=True, kw_only=True)
class LearningAgreement:
    """One agreement in all its versions; start and end are each a day or else a month."""

    omobility_id: str
    sending_hei: Side
    receiving_hei: Side
    receiving_academic_year_id: str
    student: Student
    start_date: date | None = None
    start_year_month: str = ""
    end_date: date | None = None
    end_year_month: str = ""
    eqf_level_studied_at_departure: int
    isced_f_code: str
    isced_clarification: str = ""
    student_language_skill: LanguageSkill
    first_version: Version | None = None
    approved_changes: Version | None = None
    changes_proposal: ChangesProposal | None = None
    learning_outcomes_url: str = ""
    provisions_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposalApproval:
    """The receiving institution's signature under one proposal."""

    omobility_id: str
    changes_proposal_id: str
    signature: Signature


@dataclass(frozen=True, kw_only=True)
class ProposalComment:
    """The receiving institution's reason why it does not sign one proposal."""

    omobility_id: str
    changes_proposal_id: str
    comment: str
    signature: Signature


@dataclass(frozen=True, kw_only=True)
class UpdateRequest:
    """What a receiving institution asks the sending one to note."""

    sending_hei_id: str
    decision: ProposalApproval | ProposalComment


def proposal_id(proposal: ChangesProposal) -> str:
    """Return the identifier that changes when the content of a proposal does, and only then."""
    return content_id(replace(proposal, id=""))


def proposed(agreement: LearningAgreement) -> LearningAgreement:
    """Return an agreement of our own with the identifier of its proposal filled in."""
    proposal = agreement.changes_proposal
    if not proposal:
        return agreement
    return replace(agreement, changes_proposal=replace(proposal, id=proposal_id(proposal)))


def components(local: str) -> Part:
    """Return one of the lists of components of a version."""
    return maybe(local, Listed(GET_NAMESPACE, "component", COMPONENT))


STUDENT: Final = Shape(
    Student,
    GET_NAMESPACE,
    maybe("given-names"),
    maybe("family-name"),
    maybe("global-id"),
    maybe("birth-date", leaves.DAY),
    maybe("citizenship", leaves.COUNTRY),
    maybe("gender", leaves.GENDER),
    maybe("email", leaves.EMAIL),
)
CONTACT_PERSON: Final = Shape(
    ContactPerson,
    GET_NAMESPACE,
    one("given-names"),
    one("family-name"),
    one("email", leaves.EMAIL),
    maybe("phone-number", PHONE_SHAPE, field="phone", namespace=PHONE),
)
SIDE: Final = Shape(
    Side,
    GET_NAMESPACE,
    one("hei-id"),
    maybe("ounit-name"),
    maybe("ounit-id", leaves.IDENTIFIER),
    one("contact-person", CONTACT_PERSON),
)
LANGUAGE_SKILL: Final = Shape(
    LanguageSkill, GET_NAMESPACE, one("language", leaves.LANGUAGE), one("cefr-level", leaves.CEFR)
)
TERM: Final = Shape(
    TermNumber,
    GET_NAMESPACE,
    one("term-number", leaves.COUNT, field="number", namespace=f"{SPECS}types-academic-term/tree/stable-v2"),
    one("total-terms", leaves.COUNT, field="total", namespace=f"{SPECS}types-academic-term/tree/stable-v2"),
)
COMPONENT: Final = Shape(
    Component,
    GET_NAMESPACE,
    # Identifiers of a course and of its instance: courses 0.7.1, types LosID and LoiID.
    maybe("los-id", leaves.matching(r"(CR|CLS|MOD|DEP)/.{1,40}", "a course's identifier such as CR/123")),
    maybe("los-code"),
    one("title"),
    maybe("loi-id", leaves.matching(r"(CRI|CLSI|MODI|DEPI)/.{1,40}", "a course instance's identifier such as CRI/123")),
    maybe("term-id", TERM, field="term"),
    many(
        "credit",
        Shape(Credit, GET_NAMESPACE, one("scheme"), one("value", leaves.DECIMAL)),
        field="credits",
    ),
    maybe("recognition-conditions"),
    maybe("short-description"),
    Attribute("status", "status", leaves.one_of("inserted", "deleted")),
    Attribute("reason-code", "reason_code", leaves.one_of(*REASON_CODES)),
    Attribute("reason-text", "reason_text"),
)
SIGNATURE: Final = Shape(
    Signature,
    GET_NAMESPACE,
    maybe("signer-name"),
    maybe("signer-position"),
    maybe("signer-email"),
    one("timestamp", leaves.MOMENT),
    maybe("signer-app"),
)
VERSION_PARTS: Final = (
    components("components-studied"),
    components("components-recognized"),
    components("virtual-components"),
    components("blended-mobility-components"),
    components("short-term-doctoral-components"),
    one("student-signature", SIGNATURE),
    one("sending-hei-signature", SIGNATURE),
    maybe("receiving-hei-signature", SIGNATURE),
)
VERSION: Final = Shape(Version, GET_NAMESPACE, *VERSION_PARTS)
CHANGES_PROPOSAL: Final = Shape(
    ChangesProposal,
    GET_NAMESPACE,
    *VERSION_PARTS,
    maybe("student", STUDENT),
    Attribute("id", "id", least=1),
)
AGREEMENT: Final = Shape(
    LearningAgreement,
    GET_NAMESPACE,
    one("omobility-id", leaves.IDENTIFIER),
    one("sending-hei", SIDE),
    one("receiving-hei", SIDE),
    one("receiving-academic-year-id", leaves.ACADEMIC_YEAR),
    one("student", STUDENT),
    either(maybe("start-date", leaves.DAY), maybe("start-year-month", leaves.YEAR_MONTH)),
    either(maybe("end-date", leaves.DAY), maybe("end-year-month", leaves.YEAR_MONTH)),
    one("eqf-level-studied-at-departure", leaves.EQF),
    one("isced-f-code"),
    maybe("isced-clarification"),
    one("student-language-skill", LANGUAGE_SKILL),
    maybe("first-version", VERSION),
    maybe("approved-changes", VERSION),
    maybe("changes-proposal", CHANGES_PROPOSAL),
    maybe("learning-outcomes-url", leaves.HTTP),
    maybe("provisions-url", leaves.HTTP),
)
PROPOSAL_PARTS: Final = (one("omobility-id", leaves.IDENTIFIER), one("changes-proposal-id"))
APPROVAL: Final = Shape(ProposalApproval, REQUEST_NAMESPACE, *PROPOSAL_PARTS, one("signature", SIGNATURE))
COMMENT: Final = Shape(ProposalComment, REQUEST_NAMESPACE, *PROPOSAL_PARTS, one("comment"), one("signature", SIGNATURE))
DECISIONS: Final = Alternatives("decision", (("approve-proposal-v1", APPROVAL), ("comment-proposal-v1", COMMENT)))

#: Which mobilities have a learning agreement.
INDEX: Final[ListDocument[str]] = ListDocument(
    INDEX_NAMESPACE, "omobility-las-index-response", of="omobility-id", kind=leaves.IDENTIFIER
)
#: The agreements that were asked for; unknown ids are left out.
GET: Final[ListDocument[LearningAgreement]] = ListDocument(
    GET_NAMESPACE, "omobility-las-get-response", of="la", kind=AGREEMENT
)
#: A receiving institution's signature under a proposal, or its reason not to sign.
UPDATE_REQUEST: Final[Document[UpdateRequest]] = Document(
    REQUEST_NAMESPACE,
    "omobility-las-update-request",
    kind=Shape(UpdateRequest, REQUEST_NAMESPACE, one("sending-hei-id", leaves.IDENTIFIER), DECISIONS),
)
#: That a decision was noted, with what its user may be told.
UPDATE_RESPONSE: Final[Document[Sequence[Text]]] = Document(
    RESPONSE_NAMESPACE, "omobility-las-update-response", kind=MESSAGES
)
