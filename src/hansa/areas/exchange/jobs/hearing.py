"""Write what members of the network say: nominations and learning agreements that come in, arrivals of our own people.

A document says how things stand, not what happened. So it may come twice, late, or after a newer one was fetched: what
is here already changes nothing, and what differs is taken over with a sentence for the officer.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hansa.areas.exchange import stays
from hansa.areas.exchange.models import Iia, Mobility, Plan, Stay
from hansa.areas.exchange.network import nominations, transcripts
from hansa.areas.exchange.network import plans as agreements
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.network.nominations import Heard
from hansa.areas.exchange.queries.network import HEI, IN_USE, NetworkPlace, demand_place, places_of
from hansa.areas.exchange.states import CANCELLABLE, Channel, PlanState
from hansa.areas.exchange.states import MobilityState as State
from hansa.kernel.identity import own
from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp import imobilities, omobilities
from hansa.lib.ewp.learning_agreements import LearningAgreement
from hansa.lib.ewp.omobilities import Nomination, proposal_id
from hansa.lib.ewp.tors import Tor

#: States in which our student is expected at the host, there, or back without a transcript.
AWAY = (State.ACCEPTED, State.CONFIRMED, State.ARRIVED, State.DEPARTED)
UNDECIDED = (State.NOMINATED, State.ACCEPTED, State.CONFIRMED)
CONTENT = ("components", "home", "automatic", "terms")


def incoming(partner: str, *, key: str) -> Mobility | None:
    """Return the stay that a sending institution knows by its id, if it is here."""
    return Mobility.objects.filter(sending=f"{HEI}{partner}", foreign_id=key).first()


def outgoing(partner: str, *, key: str) -> Mobility | None:
    """Return a stay of ours at a receiving institution, locked."""
    same = Mobility.objects.filter(receiving=f"{HEI}{partner}", foreign_id=key, sending=own().id)
    return same.select_for_update().first()


def hear_nomination(document: omobilities.Mobility, *, raw: str, partner: str) -> None:
    """Take over a partner's nomination as it stands now."""
    said = nominations.heard(document)
    proposal = said.proposal or proposal_id(document.nomination)
    known = incoming(partner, key=said.foreign_id)
    if known is None and said.state in (State.CANCELLED, State.REJECTED):
        return
    mobility = known or Mobility(channel=Channel.NETWORK, foreign_id=said.foreign_id, state=State.NOMINATED)
    is_changed = mobility.proposal != proposal
    if is_changed:
        fill(mobility, said, nomination=document.nomination, partner=partner)
        mobility.proposal = proposal
    is_changed |= move(mobility, said, is_changed=is_changed, is_known=known is not None)
    if is_changed or mobility.raw != raw:
        mobility.raw = raw
        mobility.save()
    keep_person(mobility, said.person)


def fill(mobility: Mobility, said: Heard, *, nomination: Nomination, partner: str) -> None:
    """Write what a nomination says into a stay, and put it under the condition that it fits."""
    for name, value in said.stay.items():
        setattr(mobility, name, value)
    stays.shape(mobility, sending=f"{HEI}{partner}", receiving=own().id, year=said.year)
    place = fitting(said, nomination, partner=partner)
    mobility.iia, mobility.condition = (place.iia, place.number) if place is not None else (None, None)
    mobility.comment = objection(mobility, place, partner=partner)


def fitting(said: Heard, nomination: Nomination, *, partner: str) -> NetworkPlace | None:
    """Return the condition of an approved agreement that a nomination falls under, one for its year if there is one."""
    named = Iia.objects.filter(partner=partner, state__in=IN_USE)
    rows = [iia for iia in named if iia.is_approved and is_named(iia, said)]
    found = [place for iia in rows for place in places_of(iia) if fits(place, said, nomination=nomination)]
    in_year = [place for place in found if place.first_year <= said.year <= place.last_year]
    return next(iter([*in_year, *found]), None)


def is_named(iia: Iia, said: Heard) -> bool:
    """Tell whether a nomination names this agreement by our or the partner's id, or names none."""
    if not said.our_iia and not said.their_iia:
        return True
    return said.our_iia == str(iia.pk) or bool(said.their_iia and said.their_iia == iia.foreign_id)


def fits(place: NetworkPlace, said: Heard, *, nomination: Nomination) -> bool:
    """Tell whether a condition gives places of this kind, in this direction and field."""
    code = nomination.agreement_isced_f_code or nomination.nominee_isced_f_code
    is_field = not place.fields or not code or any(code.startswith(field) for field in place.fields)
    return is_field and (place.kind, place.sending, place.receiving) == (
        said.stay["kind"],
        said.sending,
        demand_membership().hei,
    )


def objection(mobility: Mobility, place: NetworkPlace | None, *, partner: str) -> str:
    """Return what an officer should know before accepting, or nothing."""
    if place is None:
        return _(
            "No agreement with {partner} that both institutions approved gives a place for this. "
            "Agree first, or reject it."
        ).format(partner=partner)
    try:
        demand_place(mobility, place)
    except RefusedError as no:
        return f"{no.message} {no.remedy}"
    return ""


def move(mobility: Mobility, said: Heard, *, is_changed: bool, is_known: bool) -> bool:
    """Move a stay to where its nomination stands, and tell whether it moved; what we decided ourselves stays."""
    before = mobility.state
    if said.state == State.CANCELLED and before in CANCELLABLE:
        mobility.state, mobility.comment = State.CANCELLED, _("The sending institution cancelled the nomination.")
    elif is_known and is_changed and said.state == State.NOMINATED and before in (*UNDECIDED, State.REJECTED):
        told = _("The sending institution has changed the nomination: look at it again.")
        mobility.state, mobility.comment = State.NOMINATED, f"{told} {mobility.comment}".strip()
    return mobility.state != before


def keep_person(mobility: Mobility, about: dict[str, Any]) -> None:
    """Keep who comes, as the sending institution says it now; what is wrong is named without repeating it."""
    stay = Stay.objects.filter(mobility=mobility).first()
    lacking = [name for name in stays.PERSON if not about[name]]
    try:
        if stay is None:
            stays.keep_person(mobility, about, without=lacking)
        elif any(getattr(stay, name) != about[name] for name in stays.PERSON):
            for name in stays.PERSON:
                setattr(stay, name, about[name])
            stay.full_clean(exclude=["mobility", *lacking])
            stay.save()
    except ValidationError as wrong:
        raise InvalidError(
            _("The nomination says something of the person that cannot be kept: {names}.").format(
                names=", ".join(sorted(wrong.message_dict))
            ),
            _("Ask the sending institution to correct it."),
        ) from None


def hear_agreement(document: LearningAgreement, *, raw: str, partner: str) -> None:
    """Take over the versions of a partner's learning agreement that are not here yet, and what became of the others."""
    mobility = incoming(partner, key=document.omobility_id)
    if mobility is None:
        raise RefusedError(
            _("{partner} has a learning agreement for a stay that it does not nominate.").format(partner=partner),
            _("Ask its international office for the nomination."),
        )
    mobility.language = mobility.language or document.student_language_skill.language[:3]
    # A nomination knows only the term.
    mobility.starts, mobility.ends = document.start_date or mobility.starts, document.end_date or mobility.ends
    for version in agreements.heard(document):
        hear_version(mobility, version, raw=raw)
    mobility.save()


def hear_version(mobility: Mobility, version: agreements.Heard, *, raw: str) -> None:
    """Take over one version of a learning agreement; the same content is the same version."""
    kept = list(mobility.plans.order_by("number"))
    newest = kept[-1] if kept else None
    made = version.document(
        mobility=mobility.urn,
        number=len(kept) + 1,
        previous=newest.digest if newest is not None else None,
        phase=Plan.Phase.DURING if mobility.arrived else Plan.Phase.BEFORE,
    )
    same = [plan for plan in kept if all(plan.document[part] == made[part] for part in CONTENT)]
    if not same:
        add_version(mobility, version, made=made, raw=raw)
    elif version.state == PlanState.AGREED and same[-1].state in (PlanState.OFFERED, PlanState.RETURNED):
        agree(same[-1], version)


def add_version(mobility: Mobility, version: agreements.Heard, *, made: dict[str, Any], raw: str) -> None:
    """Keep a new version; one that waited for us is replaced by it."""
    for older in mobility.plans.filter(state=PlanState.OFFERED):
        older.state = PlanState.REPLACED
        older.save()
    plan = Plan(
        mobility=mobility,
        number=made["version"],
        phase=made["phase"],
        document=made,
        digest=digest(made),
        signatures=version.signatures,
        state=version.state,
        raw=raw,
    )
    if plan.state == PlanState.AGREED:
        stays.replace_plans(plan)
    plan.save()


def agree(plan: Plan, version: agreements.Heard) -> None:
    """Note that a version which waited here holds, as its sending institution says."""
    stays.replace_plans(plan)
    plan.state, plan.signatures = PlanState.AGREED, {**version.signatures, **plan.signatures}
    plan.save()


def hear_arrival(document: imobilities.IncomingMobility, *, partner: str) -> None:
    """Note when a student of ours arrived and left, and in the older major whether the partner takes them."""
    mobility = outgoing(partner, key=document.omobility_id)
    if mobility is None:
        return
    if isinstance(document, imobilities.IncomingMobilityOfVersion1):
        hear_status(mobility, document)
    hear_days(mobility, arrived=document.actual_arrival_date, departed=document.actual_departure_date)


def hear_status(mobility: Mobility, document: imobilities.IncomingMobilityOfVersion1) -> None:
    """Note the decision that the older major of incoming mobilities carries."""
    if mobility.state == State.NOMINATED and document.status in ("verified", "rejected"):
        stays.hear_decision(mobility, is_accepted=document.status == "verified", comment=document.comment)


def hear_days(mobility: Mobility, *, arrived: date | None, departed: date | None) -> None:
    """Note the days of arrival and departure, and move the stay with them."""
    if (arrived, departed) == (mobility.arrived, mobility.departed):
        return
    if departed is not None and (arrived is None or departed < arrived):
        raise InvalidError(
            _("The partner says that the stay ended before it began."), _("Ask the host to correct the days.")
        )
    mobility.arrived, mobility.departed = arrived, departed
    if mobility.state in AWAY:
        days = ((departed, State.DEPARTED), (arrived, State.ARRIVED))
        mobility.state = next((state for day, state in days if day is not None), State.ACCEPTED)
    mobility.save()


def hear_transcript(tor: Tor, *, partner: str) -> None:
    """Keep the transcript of a student of ours, for our office to recognise; what is decided already stays."""
    mobility = outgoing(partner, key=tor.omobility_id)
    if mobility is None:
        return
    document = transcripts.heard(tor, mobility=mobility.urn)
    if document == mobility.transcript or mobility.state not in (*AWAY, State.TRANSCRIBED):
        return
    mobility.transcript, mobility.state = document, State.TRANSCRIBED
    mobility.save()
