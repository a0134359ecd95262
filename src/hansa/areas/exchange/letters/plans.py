"""Letters by which plans are offered, agreed and returned."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from hansa.areas.exchange import stays
from hansa.areas.exchange.letters.reading import Body, about, read, settle, why
from hansa.areas.exchange.models import Mobility, Plan
from hansa.areas.exchange.rules import PLAN
from hansa.areas.exchange.states import PLANNING, PlanState
from hansa.kernel.letters import letter, refused
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib import shapes
from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.exchange import plans
from hansa.lib.letters import Letter
from hansa.lib.signatures import payload_of


class Planned(Body):
    """A version with the first two signatures."""

    plan: str
    number: int
    phase: str
    document: dict[str, Any]
    signatures: dict[str, str]


class Agreed(Body):
    """The host's signature under a version."""

    plan: str
    digest: str
    signature: str


class Returned(Body):
    """A version that the host returns."""

    plan: str
    digest: str
    reason: str


@letter("mobilities.planned", permit=PLAN)
def planned(said: Letter, partner: Partner) -> None:
    """Keep a version of a plan that the participant and the sending institution signed, for our host to sign."""
    body = read(Planned, said)
    mobility = about(said, *PLANNING, sender="sending")
    plans.check(body.document)
    if (body.document["mobility"], body.document["version"]) != (mobility.urn, body.number):
        raise RefusedError(_("The plan is one of another stay."), _("Send the plan of this stay."))
    for role in (plans.PARTICIPANT, plans.SENDING):
        demand_signature(body.signatures.get(role, ""), role, document=body.document, partner=partner)
    newest = mobility.plans.order_by("-number").first()
    if (newest.digest if newest else None) != body.document["previous"]:
        raise RefusedError(_("The plan does not follow the version that is known here."), _("Send that version first."))
    made = Plan(
        id=key_of(body.plan),
        mobility=mobility,
        number=body.number,
        phase=body.document["phase"],
        document=body.document,
        digest=digest(body.document),
        signatures={role: body.signatures[role] for role in (plans.PARTICIPANT, plans.SENDING)},
        state=PlanState.OFFERED,
    )
    made.save()
    settle(mobility, body)


def key_of(text: str) -> UUID:
    """Return the id of a plan, or raise InvalidError."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidError(_("The letter does not name a plan."), _("Ask its sender.")) from None


def demand_signature(token: str, role: str, *, document: dict[str, Any], partner: Partner) -> None:
    """Refuse a plan without the partner's signature in one role under exactly this version."""
    said = plans.PlanSignature.read(token, key=partner.keys.signing)
    if (said.plan, said.role, said.party) != (digest(document), role, partner.institution):
        raise RefusedError(_("A signature is under another version."), _("Sign this version."))


def offered(mobility: Mobility, body: Agreed | Returned) -> Plan:
    """Return the version that we offered and a host's letter is about, or refuse the letter."""
    plan = mobility.plans.filter(pk=key_of(body.plan), digest=body.digest, state=PlanState.OFFERED).first()
    if plan is None:
        raise RefusedError(_("This version is not offered any more."), _("Look at the newest version."))
    return plan


@letter("mobilities.plan_agreed", permit=PLAN)
def agreed(said: Letter, partner: Partner) -> None:
    """Keep the host's signature; the version holds, and replaces the one before."""
    body = read(Agreed, said)
    mobility = about(said, *PLANNING, sender="receiving")
    plan = offered(mobility, body)
    demand_signature(body.signature, plans.RECEIVING, document=plan.document, partner=partner)
    plan.signatures = {**plan.signatures, plans.RECEIVING: body.signature}
    stays.replace_plans(plan)
    plan.state = PlanState.AGREED
    plan.save()
    settle(mobility, body)


@letter("mobilities.plan_returned", permit=PLAN)
def returned(said: Letter, partner: Partner) -> None:
    """Note that the host returns a version, and why."""
    body = read(Returned, said)
    mobility = about(said, *PLANNING, sender="receiving")
    plan = offered(mobility, body)
    plan.state, plan.comment = PlanState.RETURNED, shapes.remark(body.reason)
    plan.save()
    settle(mobility, body)


@refused("mobilities.planned")
def plan_refused(row: LetterRow) -> None:
    """Show that the host's node would not take a version, and why; the next can be written."""
    key = UUID(payload_of(row.token)["body"]["plan"])
    plan = Plan.objects.select_for_update().filter(pk=key, state=PlanState.OFFERED).first()
    if plan is not None:
        plan.state, plan.comment = PlanState.RETURNED, why(row)
        plan.save()
