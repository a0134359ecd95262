"""Learning agreements, both ways: the versions of a plan as one document of the network, and back.

The network tells three things apart: the first version that all three signed, the changes that hold now, and the
proposal that waits. Changes are told against the first version: what was inserted, what was deleted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from hansa.areas.exchange.models import Mobility, Plan, Profile
from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.network.nominations import field_of, gender_of, level_of, term_of
from hansa.areas.exchange.network.profiles import profile
from hansa.areas.exchange.states import Level, PlanState
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp.catalogue import Catalogue
from hansa.lib.ewp.contacts import Phone
from hansa.lib.ewp.learning_agreements import (
    ChangesProposal,
    Component,
    ContactPerson,
    Credit,
    LanguageSkill,
    LearningAgreement,
    Signature,
    Student,
    TermNumber,
    Version,
)
from hansa.lib.ewp.mobility_rules import check_agreement
from hansa.lib.exchange import plans
from hansa.lib.signatures import payload_of

ECTS: Final = "ects"
INSERTED, DELETED = "inserted", "deleted"
HOLDS: Final = (PlanState.AGREED, PlanState.REPLACED)
WAITS: Final = (PlanState.OFFERED, PlanState.RETURNED)
#: The network's sign for a language that is asked for at no level.
NO_LEVEL: Final = "NS"
_TERM: Final = re.compile(r"(?:[0-9]{4}/[0-9]{4}-)?([1-9])/([1-9])")


@dataclass(frozen=True, kw_only=True)
class Versions:
    """The versions of one plan as the network tells them apart."""

    first: Plan | None
    changes: Plan | None
    proposal: Plan | None


def versions_of(shown: Sequence[Plan]) -> Versions:
    """Return what the plans of one stay are to the network; they come in the order of their numbers."""
    held = [plan for plan in shown if plan.state in HOLDS]
    newest = shown[-1]
    return Versions(
        first=held[0] if held else None,
        changes=held[-1] if len(held) > 1 else None,
        proposal=newest if newest.state in WAITS else None,
    )


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who speaks for this institution in agreements, and what is known of the others; read once for many stays."""

    hei: str
    profile: Profile | None
    known: Catalogue


def sender() -> Sender:
    """Return who speaks for this institution now."""
    return Sender(hei=demand_membership().hei, profile=profile(), known=catalogue.current())


def agreement_of(mobility: Mobility, shown: Sequence[Plan], *, by: Sender) -> LearningAgreement:
    """Return the learning agreement of one of our outgoing stays, as the sending institution serves it."""
    who, stay, found = signer(by.profile), mobility.stay, versions_of(shown)
    student = Student(
        given_names=stay.given_names,
        family_name=stay.family_name,
        global_id=stay.esi,
        birth_date=stay.birth_date,
        citizenship=stay.nationality,
        gender=gender_of(stay.gender),
        email=stay.email,
    )
    writing = Writing(mobility=mobility, who=who, first=found.first.document if found.first else None)
    return las.proposed(
        LearningAgreement(
            omobility_id=mobility.foreign_id,
            sending_hei=las.Side(hei_id=by.hei, contact_person=contact(who)),
            receiving_hei=receiving_side(mobility.partner.removeprefix("hei:"), known=by.known),
            receiving_academic_year_id=mobility.year,
            student=student,
            start_date=mobility.starts,
            end_date=mobility.ends,
            eqf_level_studied_at_departure=level_of(mobility.cycle),
            isced_f_code=field_of(mobility.field),
            student_language_skill=LanguageSkill(language=mobility.language, cefr_level=cefr_of(mobility)),
            first_version=writing.version(found.first) if found.first else None,
            approved_changes=writing.version(found.changes) if found.changes else None,
            changes_proposal=writing.proposal(found.proposal) if found.proposal else None,
        )
    )


def check(mobility: Mobility, shown: Sequence[Plan]) -> None:
    """Refuse a plan that the network could not carry, naming what is missing."""
    found = agreement_of(mobility, shown, by=sender())
    check_agreement(found)
    las.GET.build([found])


def cefr_of(mobility: Mobility) -> str:
    """Return the level of the language of instruction."""
    return NO_LEVEL if mobility.language_level == Level.NONE else mobility.language_level


def signer(told: Profile | None) -> Profile:
    """Return who signs for this institution, or raise InvalidError where nobody is named."""
    if told is None:
        raise InvalidError(
            "profile: nobody is named who signs for this institution.",
            "Publish the profile; the network wants name, position and e-mail of who signs.",
        )
    return told


def contact(who: Profile) -> ContactPerson:
    """Return who answers for agreements here."""
    return ContactPerson(
        given_names=who.contact_given_names,
        family_name=who.contact_family_name,
        email=who.email,
        phone=Phone(e164=who.phone),
    )


def receiving_side(hei: str, *, known: Catalogue) -> las.Side:
    """Return the receiving institution with the office that the catalogue names for it."""
    institution, hosts = known.institutions.get(hei), known.hosts_of(hei)
    emails = [email for host in hosts for email in host.admin_emails]
    return las.Side(
        hei_id=hei,
        contact_person=ContactPerson(
            given_names="International Office",
            family_name=institution.names[0].text if institution else hei,
            # RFC 5321, section 4.5.1: an address that every domain has.
            email=emails[0] if emails else f"postmaster@{hei}",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Writing:
    """Write the versions of the plan of one stay; changes are told against the first."""

    mobility: Mobility
    who: Profile
    first: Mapping[str, Any] | None

    def version(self, plan: Plan) -> Version:
        """Return one version with its signatures."""
        return Version(**self.content(plan))

    def proposal(self, plan: Plan) -> ChangesProposal:
        """Return the version that waits."""
        return ChangesProposal(**self.content(plan))

    def content(self, plan: Plan) -> dict[str, Any]:
        """Return the components and signatures of a version."""
        document, signed = plan.document, plan.signatures
        terms = document["terms"]
        older = self.first if self.first is not document else None
        return {
            "components_studied": self.listed(document["components"], older["components"] if older else None),
            "components_recognized": self.listed(document["home"], older["home"] if older else None, terms=terms),
            "student_signature": Signature(timestamp=moment_of(signed[plans.PARTICIPANT])),
            "sending_hei_signature": Signature(
                timestamp=moment_of(signed[plans.SENDING]),
                signer_name=f"{self.who.contact_given_names} {self.who.contact_family_name}",
                signer_position=self.who.contact_position,
                signer_email=self.who.email,
            ),
            "receiving_hei_signature": signature_of(signed.get(plans.RECEIVING)),
        }

    def listed(
        self, parts: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]] | None, *, terms: str = ""
    ) -> tuple[Component, ...]:
        """Return one list of components; against an older one, with what became of each."""
        if before is None:
            return tuple(self.component(part, terms=terms) for part in parts)
        gone = [self.component(part, terms=terms, status=DELETED) for part in before if part not in parts]
        here = [self.component(part, terms=terms, status="" if part in before else INSERTED) for part in parts]
        return (*gone, *here)

    def component(self, part: Mapping[str, Any], *, terms: str, status: str = "") -> Component:
        """Return one course, or one rotation with its department in the title."""
        is_rotation = part.get("form") == plans.ROTATION
        return Component(
            title=f"{part['title']}, {part['department']}" if is_rotation else part["title"],
            los_code="" if is_rotation else part["code"],
            term=self.term(part.get("term", "")),
            credits=() if is_rotation else (Credit(ECTS, Decimal(part["credits"])),),
            recognition_conditions=terms,
            status=status,
        )

    def term(self, said: str) -> TermNumber:
        """Return the term of a component: the one it names, else that of the stay, else the whole year."""
        found = _TERM.fullmatch(said) or _TERM.fullmatch(
            term_of(self.mobility.starts, self.mobility.ends, year=self.mobility.year)
        )
        return TermNumber(int(found[1]), int(found[2])) if found else TermNumber(1, 1)


def moment_of(token: str) -> datetime:
    """Return when one of our own signatures was made."""
    said: Any = payload_of(token)
    return datetime.fromisoformat(said["at"])


def signature_of(kept: Mapping[str, str] | None) -> Signature | None:
    """Return the receiving institution's signature as it came over the network."""
    if not kept:
        return None
    return Signature(
        timestamp=datetime.fromisoformat(kept["at"]),
        signer_name=kept["name"],
        signer_position=kept["position"],
        signer_email=kept["email"],
        signer_app=kept["app"],
    )


def kept_of(signature: Signature) -> dict[str, str]:
    """Return a signature of the network as our records keep it."""
    return {
        "at": signature.timestamp.isoformat(),
        "name": signature.signer_name,
        "position": signature.signer_position,
        "email": signature.signer_email,
        "app": signature.signer_app,
    }


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One version of a partner's agreement: what a plan holds, who signed, and the proposal's id if it waits."""

    components: list[dict[str, Any]]
    home: list[dict[str, Any]]
    terms: str
    signatures: dict[str, dict[str, str]]
    proposal: str

    @property
    def state(self) -> PlanState:
        """Return where this version stands with us."""
        return PlanState.OFFERED if self.proposal else PlanState.AGREED

    def document(self, *, mobility: str, number: int, previous: str | None, phase: str) -> dict[str, Any]:
        """Return the version as a plan of ours, or raise InvalidError naming the place that a plan may not have."""
        made = {
            "hansa": plans.FORMAT,
            "mobility": mobility,
            "version": number,
            "previous": previous,
            "phase": phase,
            "components": self.components,
            "home": self.home,
            "automatic": not self.terms,
            "terms": self.terms,
        }
        plans.check(made)
        return made


def heard(agreement: LearningAgreement) -> list[Heard]:
    """Return the versions of a partner's learning agreement, from the first to the one that waits."""
    told = (agreement.first_version, agreement.approved_changes, agreement.changes_proposal)
    return [_heard(version, agreement) for version in told if version is not None]


def _heard(version: Version, agreement: LearningAgreement) -> Heard:
    recognised = [part for part in version.components_recognized if part.status != DELETED]
    signed = {
        plans.PARTICIPANT: version.student_signature,
        plans.SENDING: version.sending_hei_signature,
        plans.RECEIVING: version.receiving_hei_signature,
    }
    return Heard(
        components=_courses(_studied(version), year=agreement.receiving_academic_year_id),
        home=[{name: part[name] for name in plans.HOME} for part in _courses(recognised, year="")],
        terms="; ".join(
            dict.fromkeys(part.recognition_conditions for part in recognised if part.recognition_conditions)
        ),
        signatures={role: kept_of(one) for role, one in signed.items() if one is not None},
        proposal=version.id if isinstance(version, ChangesProposal) else "",
    )


def _studied(version: Version) -> list[Component]:
    """Return what is studied, in whichever of the lists a kind of stay has it."""
    everything = (
        *version.components_studied,
        *version.virtual_components,
        *version.blended_mobility_components,
        *version.short_term_doctoral_components,
    )
    return [part for part in everything if part.status != DELETED]


def _courses(parts: Sequence[Component], *, year: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number, part in enumerate(parts, start=1):
        code = part.los_code or part.los_id or f"no. {number}"
        key = f"{code} ({number})" if code in found else code
        found[key] = {
            "form": plans.COURSE,
            "code": key,
            "title": part.title[: plans.LONGEST],
            "credits": credits_of(part),
            "term": f"{year}-{part.term.number}/{part.term.total}" if part.term else year,
        }
    return list(found.values())


def credits_of(part: Component) -> str:
    """Return the ECTS credits of a component; nought where credits do not apply to it."""
    value = sum((one.value for one in part.credits if one.scheme == ECTS), Decimal(0))
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
