"""The gate before a start: what must be there before a host can confirm the first day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Check, Mobility, Plan
from hansa.areas.exchange.states import CLINICAL, CheckKind, CheckState, MobilityState, PlanState
from hansa.lib.errors import RefusedError

PRESENT = (MobilityState.CONFIRMED, MobilityState.ARRIVED)
NOT_OVER = (MobilityState.ACCEPTED, *PRESENT)


@dataclass(frozen=True)
class Expiry:
    """One verified check that ends before the stay does."""

    check: Check
    until: date


def missing(mobility: Mobility, checks: Iterable[Check] | None = None) -> list[str]:
    """Return in words what is missing before the start can be confirmed."""
    found = []
    if not mobility.plans.filter(state=PlanState.AGREED).exists():
        found.append(_("a learning agreement or rotation plan signed by all three"))
    here = {check.kind: check for check in (mobility.checks.all() if checks is None else checks)}
    kinds = set(here) | (set(CheckKind.values) if mobility.kind in CLINICAL else set())
    for kind in sorted(kinds):
        check = here.get(kind)
        if check is None or check.state != CheckState.VERIFIED:
            found.append(str(CheckKind(kind).label))
        elif check.valid_until is not None and check.valid_until < mobility.starts:
            found.append(_("{check}, which ends before the start").format(check=CheckKind(kind).label))
    return found


def expiries(mobility: Mobility, checks: Iterable[Check] | None = None) -> list[Expiry]:
    """Return the verified checks that end before the last day of the stay."""
    here = mobility.checks.all() if checks is None else checks
    return [
        Expiry(check, check.valid_until)
        for check in here
        if check.state == CheckState.VERIFIED and check.valid_until is not None and check.valid_until < mobility.ends
    ]


def expiring(days: int, *, today: date) -> list[Expiry]:
    """Return in one query which checks of all stays not yet over end before the stay does, within so many days."""
    found = Check.objects.filter(
        state=CheckState.VERIFIED,
        mobility__state__in=NOT_OVER,
        valid_until__lt=F("mobility__ends"),
        valid_until__lte=today + timedelta(days=days),
    )
    rows = found.select_related("mobility").order_by("valid_until", "mobility", "kind")
    return [Expiry(check, check.valid_until) for check in rows if check.valid_until is not None]


def demand(mobility: Mobility) -> None:
    """Refuse to confirm a start while anything is missing, naming all of it."""
    if found := missing(mobility):
        raise RefusedError(
            _("The start cannot be confirmed yet. Missing: {missing}.").format(missing="; ".join(found)),
            _("The plan is signed under Learning agreements; checks are verified by the sending institution."),
        )


def demand_capacity(mobility: Mobility) -> None:
    """Refuse a start in a week in which the department has no place left."""
    offer = mobility.offer
    if offer is None or offer.capacity is None:
        return
    present = Mobility.objects.filter(
        offer=offer, state__in=PRESENT, starts__lte=mobility.ends, ends__gte=mobility.starts
    ).exclude(pk=mobility.pk)
    stays = list(present.values_list("starts", "ends"))
    for monday in weeks(mobility.starts, mobility.ends):
        there = sum(first <= monday + timedelta(days=6) and last >= monday for first, last in stays)
        if there >= offer.capacity:
            raise RefusedError(
                _("{department} has {capacity} places a week, and all are taken in the week of {monday}.").format(
                    department=offer.department, capacity=offer.capacity, monday=monday
                ),
                _("Choose other weeks, or another place of the catalogue."),
            )


def weeks(first: date, last: date) -> list[date]:
    """Return the Mondays of every week that a stay touches."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]


def plan_in_force(mobility: Mobility) -> Plan | None:
    """Return the version of the plan that all three signed last."""
    return mobility.plans.filter(state=PlanState.AGREED).order_by("-number").first()
