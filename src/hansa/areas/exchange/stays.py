"""What moves a stay, whoever causes it: a person here, a partner's letter, or a member of the network."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import post
from hansa.areas.exchange.models import Check, Mobility, PartnerCount, Plan, Stay
from hansa.areas.exchange.queries.network import HEI, NetworkPlace, demand_place
from hansa.areas.exchange.rules import NOMINATE
from hansa.areas.exchange.states import (
    BY_NETWORK,
    CLINICAL,
    TAKING,
    Channel,
    CheckKind,
    CheckState,
    MobilityState,
    PlanState,
)
from hansa.kernel import joint
from hansa.kernel.identity import own
from hansa.kernel.joint import names
from hansa.kernel.models import Person
from hansa.lib import shapes
from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp.terms import year_of
from hansa.lib.exchange.plans import RECEIVING

PERSON = ("given_names", "family_name", "birth_date", "nationality", "gender", "email", "esi")


def shape(mobility: Mobility, *, sending: str, receiving: str, year: str = "") -> None:
    """Give a mobility its two institutions, its year (that of its first day), and a title that names nobody."""
    mobility.sending, mobility.receiving = sending, receiving
    mobility.lead, mobility.parties = sending, [sending, receiving]
    mobility.is_outgoing = sending == own().id
    mobility.partner = receiving if mobility.is_outgoing else sending
    mobility.year = year or year_of(mobility.starts)
    mobility.title = _title(mobility)


def take_network_place(mobility: Mobility, place: NetworkPlace) -> None:
    """Put an outgoing mobility under a condition of an agreement of the network, and take one of its places."""
    if place.kind not in BY_NETWORK:
        raise RefusedError(
            _("Erasmus Without Paper carries no nominations of this kind of stay."),
            _("Sign a memorandum with the partner, or nominate by mail."),
        )
    mobility.channel, mobility.kind = Channel.NETWORK, place.kind
    mobility.iia, mobility.condition, mobility.foreign_id = place.iia, place.number, str(mobility.pk)
    shape(mobility, sending=own().id, receiving=f"{HEI}{place.receiving}")
    demand_place(mobility, place)


def _title(mobility: Mobility) -> str:
    sending, receiving = names([mobility.sending, mobility.receiving])
    return f"{sending} → {receiving}, {mobility.year}"[:200]


def keep_person(
    mobility: Mobility, about: Mapping[str, Any], *, person: Person | None = None, without: Sequence[str] = ()
) -> Stay:
    """Keep who goes, apart from everything else; ``without`` names what the partner need not say."""
    stay = Stay(mobility=mobility, person=person, **{name: about[name] for name in PERSON})
    stay.full_clean(exclude=["mobility", *without])
    stay.save()
    return stay


def person_of(mobility: Mobility) -> dict[str, JSON]:
    """Return who goes as a letter says it."""
    stay = mobility.stay
    return {name: str(getattr(stay, name)) for name in PERSON}


def tell(mobility: Mobility, kind: str, *, body: dict[str, JSON], permit: str, **about: JSON) -> None:
    """Tell the partner, by letter or over the network, what happened to a stay; letters carry our count of places."""
    if mobility.channel == Channel.NETWORK:
        post.tell(mobility, kind, **about)
        return
    joint.tell(mobility, kind, body={**body, "taken": taken_now(mobility)}, permit=permit)


def announce(mobility: Mobility, *, note: str) -> None:
    """Tell the host who is nominated for what."""
    mobility.state = MobilityState.NOMINATED
    body: dict[str, JSON] = {
        "kind": mobility.kind,
        "cycle": mobility.cycle,
        "field": mobility.field,
        "language": mobility.language,
        "language_level": mobility.language_level,
        "starts": str(mobility.starts),
        "ends": str(mobility.ends),
        "offer": str(mobility.offer_id or ""),
        "person": person_of(mobility),
        "note": note,
    }
    tell(mobility, "mobilities.nominated", body=body, permit=NOMINATE)


def taken_now(mobility: Mobility) -> int:
    """Return how many places of a mobility's clause, year and direction are taken, itself included if it takes one."""
    return mobility.others() + (mobility.state in TAKING)


def hear_count(mobility: Mobility, taken: int, *, partner: str) -> None:
    """Keep how many places the partner counts, to be shown beside our own count."""
    PartnerCount.objects.update_or_create(
        partner=partner,
        basis=f"{mobility.clause}",
        year=mobility.year,
        sending=mobility.sending,
        receiving=mobility.receiving,
        defaults={"taken": taken, "at": timezone.now()},
    )


def accept(mobility: Mobility) -> None:
    """Note that the host accepts; whoever comes to a bedside owes the checks from now on, with equal ids at both."""
    if mobility.kind in CLINICAL:
        for kind in CheckKind.values:
            require(mobility, kind)


def replace_plans(plan: Plan) -> None:
    """Set aside the versions that held before this one, which now holds."""
    for older in Plan.objects.filter(mobility=plan.mobility_id, state=PlanState.AGREED).exclude(pk=plan.pk):
        older.state = PlanState.REPLACED
        older.save()


def require(mobility: Mobility, kind: str) -> Check:
    """Ask for a check of a stay, or ask for it again."""
    made, is_new = Check.objects.get_or_create(
        mobility=mobility,
        kind=kind,
        defaults={"id": check_id(mobility.pk, kind), "state": CheckState.REQUIRED},
    )
    if not is_new and made.state != CheckState.REQUIRED:
        made.state, made.valid_until, made.received, made.authority = CheckState.REQUIRED, None, None, ""
        made.save()
    return made


def check_id(mobility: UUID, kind: str) -> UUID:
    """Return the id that one check of one stay has at both institutions."""
    return uuid5(mobility, f"checks:{kind}")


def demand_day(mobility: Mobility, day: date, *, what: str) -> None:
    """Refuse a day of arrival or departure that cannot be: in the future, or before what came first."""
    if day > timezone.localdate():
        raise RefusedError(
            _("{what} is in the future.").format(what=what),
            _("Confirm it when it has happened, with the day on which it did."),
        )
    if mobility.arrived is not None and day < mobility.arrived:
        raise RefusedError(_("{what} is before the arrival.").format(what=what), _("Correct the day."))


def day_of(text: Any) -> date:
    """Return the day that a letter names."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise InvalidError(_("The letter does not name a day."), _("Ask its sender.")) from None


def hear_decision(mobility: Mobility, *, is_accepted: bool, comment: str) -> None:
    """Note what a receiving institution of the network decided about our nomination."""
    mobility.state = MobilityState.ACCEPTED if is_accepted else MobilityState.REJECTED
    mobility.comment = shapes.remark(comment)
    mobility.save()


def hear_signature(plan: Plan, signature: Mapping[str, JSON]) -> None:
    """Note that a receiving institution of the network signed our plan, in place of what was agreed before."""
    replace_plans(plan)
    plan.state = PlanState.AGREED
    plan.signatures = {**plan.signatures, RECEIVING: dict(signature)}
    plan.save()
    plan.mobility.save()


def hear_comment(plan: Plan, comment: str) -> None:
    """Note why a receiving institution of the network does not sign our plan."""
    plan.state, plan.comment = PlanState.RETURNED, shapes.remark(comment)
    plan.save()
    plan.mobility.save()
