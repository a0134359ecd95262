"""What people do with learning agreements and rotation plans: write, sign, send, agree, return."""

import json
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import stays
from hansa.areas.exchange.actions.mobilities import demand_host, demand_sender
from hansa.areas.exchange.models import Mobility, Offer, Plan
from hansa.areas.exchange.network import plans as network_plans
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.queries.served import SHOWN
from hansa.areas.exchange.rules import PLAN
from hansa.areas.exchange.states import PLANNING, Channel, OfferState
from hansa.areas.exchange.states import PlanState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.models import Person
from hansa.kernel.people import pseudonym
from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.exchange import plans
from hansa.lib.letters import moment

AT_HOME = "A plan that nobody has signed for the institution stays in this house."


def mobility_named(key: str) -> Mobility:
    """Return an outgoing mobility for which a plan can be made, or say what stands in the way."""
    found = row_named(Mobility.objects.filter(is_outgoing=True), key)
    if found is None:
        raise GivenError({"mobility": _("There is no such stay from this institution.")})
    demand_planning(found)
    return found


def demand_planning(mobility: Mobility) -> None:
    """Refuse what is done with plans where the stay is over, or was rejected or cancelled."""
    if mobility.state not in PLANNING:
        raise RefusedError(
            _("Plans are made before a stay and changed during it."), _("Look at the state of the stay.")
        )


def not_ours(plan: Plan, _by: Person) -> bool:
    """Tell of which plans a host's action is not offered."""
    return plan.mobility.is_outgoing


def not_sent_from_here(plan: Plan, _by: Person) -> bool:
    """Tell of which plans a sender's action is not offered."""
    return not plan.mobility.is_outgoing


def write(plan: Plan, mobility: Mobility, *, offers: list[str], components: str, home: str, terms: str) -> None:
    """Fill a new version of a plan, or raise GivenError naming what is wrong in it."""
    newest = mobility.plans.exclude(pk=plan.pk).order_by("-number").first()
    if newest is not None and newest.state in (State.DRAFT, State.SIGNED, State.OFFERED):
        raise RefusedError(
            _("Version {number} is not settled yet.").format(number=newest.number),
            _("Wait until the host has signed or returned it, or go on writing that version."),
        )
    plan.mobility, plan.number = mobility, newest.number + 1 if newest is not None else 1
    plan.phase = Plan.Phase.DURING if mobility.arrived else Plan.Phase.BEFORE
    plan.document = {
        "hansa": plans.FORMAT,
        "mobility": mobility.urn,
        "version": plan.number,
        "previous": newest.digest if newest is not None else None,
        "phase": plan.phase,
        **parts(mobility, offers=offers, components=components, home=home, terms=terms),
    }
    seal(plan)


def parts(mobility: Mobility, *, offers: list[str], components: str, home: str, terms: str) -> dict[str, Any]:
    """Return what a plan holds: offers of the host's catalogue, what was written by hand, what it is for at home."""
    chosen = [offered(key, mobility=mobility) for key in offers]
    return {
        "components": [*chosen, *listed("components", components)],
        "home": listed("home", home),
        "automatic": not terms,
        "terms": terms,
    }


def offered(key: str, *, mobility: Mobility) -> dict[str, Any]:
    """Return an offer of the host's catalogue as a component of a plan."""
    found = row_named(Offer.objects.filter(lead=mobility.receiving, state=OfferState.OPEN), key)
    if found is None:
        raise GivenError({"offers": _("The host has no such open offer in its catalogue.")})
    if found.form == Offer.Form.COURSE:
        return {
            "form": plans.COURSE,
            "code": found.code,
            "title": found.title,
            "credits": f"{(found.credits or Decimal(0)).normalize():f}",
            "term": found.term or mobility.year,
        }
    days = (mobility.ends - mobility.starts).days + 1
    return {
        "form": plans.ROTATION,
        "title": found.title,
        "department": found.department,
        "supervisor": found.supervisor or found.department,
        "first": str(mobility.starts),
        "last": str(mobility.ends),
        # Forty hours a week, as the directive on working time assumes for whoever learns on a ward.
        "hours": max(1, days * 40 // 7),
        "goals": found.description or found.title,
    }


def listed(name: str, text: str) -> list[Any]:
    """Return what was written by hand as a list, or say that it is none."""
    try:
        found = json.loads(text) if text else []
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, list):
        raise GivenError({name: _("Write a list in JSON, or choose from the catalogue.")})
    return found


def seal(plan: Plan) -> None:
    """Check a plan and give it its hash."""
    try:
        plans.check(plan.document)
    except InvalidError as wrong:
        raise GivenError({"components": str(wrong)}) from wrong
    plan.digest = digest(plan.document)


@action(needs="plans.draft", source=(NEW,), target=(State.DRAFT,), because=AT_HOME)
def draft(
    plan: Plan,
    *,
    by: Person,
    mobility: str,
    offers: list[str] | None = None,
    components: str = "",
    home: str = "",
    terms: str = "",
) -> None:
    """Write a plan.

    Choose courses or places from the host's catalogue. The participant signs it, then this institution, then the host.
    """
    found = mobility_named(mobility)
    write(plan, found, offers=offers or [], components=components, home=home, terms=terms)


@action(needs="plans.draft_own", source=(NEW,), target=(State.DRAFT,), because=AT_HOME)
def draft_own(
    plan: Plan,
    *,
    by: Person,
    mobility: str,
    offers: list[str] | None = None,
    components: str = "",
    home: str = "",
    terms: str = "",
) -> None:
    """Write your plan.

    Choose courses or places from the host's catalogue. You sign it first, then your institution, then the host.
    """
    found = mobility_named(mobility)
    if not found.belongs_to(by):
        raise RefusedError(_("This is somebody else's stay."), _("Look under your own mobilities."))
    write(plan, found, offers=offers or [], components=components, home=home, terms=terms)


WRITTEN = (State.DRAFT, State.SIGNED)


@action(needs="plans.draft", source=WRITTEN, target=(State.DRAFT,), because=AT_HOME, unless=not_sent_from_here)
def revise(
    plan: Plan,
    *,
    by: Person,
    offers: list[str] | None = None,
    components: str = "",
    home: str = "",
    terms: str = "",
) -> None:
    """Rewrite the plan.

    What you give here takes the place of all that the version held. The participant signs it anew.
    """
    rewrite(plan, offers=offers or [], components=components, home=home, terms=terms)


@action(needs="plans.draft_own", source=WRITTEN, target=(State.DRAFT,), because=AT_HOME, own=True)
def revise_own(
    plan: Plan,
    *,
    by: Person,
    offers: list[str] | None = None,
    components: str = "",
    home: str = "",
    terms: str = "",
) -> None:
    """Rewrite your plan.

    What you give here takes the place of all that the version held. You sign it anew.
    """
    rewrite(plan, offers=offers or [], components=components, home=home, terms=terms)


def rewrite(plan: Plan, *, offers: list[str], components: str, home: str, terms: str) -> None:
    """Give a version that nobody signed for an institution another content; a signature under the old one is gone."""
    demand_sender(plan.mobility)
    demand_planning(plan.mobility)
    found = parts(plan.mobility, offers=offers, components=components, home=home, terms=terms)
    plan.document, plan.signatures, plan.state = {**plan.document, **found}, {}, State.DRAFT
    seal(plan)


@action(needs="plans.sign", source=(State.DRAFT,), target=(State.SIGNED,), because=AT_HOME, own=True)
def sign(plan: Plan, *, by: Person) -> None:
    """Sign your plan.

    Your institution's node signs for you that you signed in and agreed to exactly this version.
    """
    demand_planning(plan.mobility)
    plan.signatures = {**plan.signatures, plans.PARTICIPANT: signature(plan, plans.PARTICIPANT, by=by)}


def signature(plan: Plan, role: str, *, by: Person) -> str:
    """Return the signature of somebody here under a version, in a role."""
    made = plans.PlanSignature(plan=plan.digest, role=role, party=own().id, by=pseudonym(by), at=moment(timezone.now()))
    return made.sign(own().signing)


@action(needs="plans.endorse", source=(State.SIGNED,), target=(State.OFFERED,), permit=PLAN, unless=not_sent_from_here)
def endorse(plan: Plan, *, by: Person) -> None:
    """Sign the plan for the sending institution.

    The host gets it with both signatures, and signs it or returns it with a comment.
    """
    demand_sender(plan.mobility)
    demand_planning(plan.mobility)
    plan.signatures = {**plan.signatures, plans.SENDING: signature(plan, plans.SENDING, by=by)}
    plan.state = State.OFFERED
    if plan.mobility.channel == Channel.NETWORK:
        # Whoever is told of it fetches it; what cannot be written would never come.
        earlier = plan.mobility.plans.filter(state__in=SHOWN, number__lt=plan.number).order_by("number")
        network_plans.check(plan.mobility, [*earlier, plan])
    body = {
        "plan": str(plan.pk),
        "number": plan.number,
        "phase": plan.phase,
        "document": plan.document,
        "signatures": dict(plan.signatures),
    }
    stays.tell(plan.mobility, "mobilities.planned", body=body, permit=PLAN)


@action(needs="plans.decide", source=(State.OFFERED,), target=(State.AGREED,), permit=PLAN, unless=not_ours)
def agree(plan: Plan, *, by: Person) -> None:
    """Sign the plan for the host.

    With this third signature it holds; a version that held before is replaced.
    """
    demand_host(plan.mobility)
    demand_planning(plan.mobility)
    plan.signatures = {**plan.signatures, plans.RECEIVING: signature(plan, plans.RECEIVING, by=by)}
    stays.replace_plans(plan)
    body = {"plan": str(plan.pk), "digest": plan.digest, "signature": plan.signatures[plans.RECEIVING]}
    stays.tell(plan.mobility, "mobilities.plan_agreed", body={**body}, permit=PLAN, plan=str(plan.pk))


@action(needs="plans.decide", source=(State.OFFERED,), target=(State.RETURNED,), permit=PLAN, unless=not_ours)
def decline(plan: Plan, *, by: Person, reason: str) -> None:
    """Return the plan with a comment.

    The participant and the sending institution read it and make a new version.
    """
    demand_host(plan.mobility)
    demand_planning(plan.mobility)
    plan.comment = reason
    body = {"plan": str(plan.pk), "digest": plan.digest, "reason": reason}
    stays.tell(plan.mobility, "mobilities.plan_returned", body={**body}, permit=PLAN, plan=str(plan.pk))
