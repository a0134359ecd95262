"""What people tell after their stays: reports that others here may read, and the figures for the funding report."""

from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Sum

from hansa.areas.exchange.models import Mobility, Stay
from hansa.areas.exchange.states import MobilityState

ENDED = (
    MobilityState.DEPARTED,
    MobilityState.TRANSCRIBED,
    MobilityState.DECIDED,
    MobilityState.RECOGNISED,
)


#: The time between arrival and departure, as the database adds it up; the days of it are nights.
STAYED = ExpressionWrapper(F("departed") - F("arrived"), output_field=DurationField())


def shared(words: str, *, kind: str = "", partner: str = "", year: str = "") -> QuerySet[Stay]:
    """Return reports of our own people that may be read, holding all of the words, the newest first."""
    ours = Stay.objects.filter(is_shared=True, mobility__is_outgoing=True)
    found = ours.exclude(reported=None).select_related("mobility")
    for word in words.split()[:8]:
        found = found.filter(Q(report__icontains=word) | Q(advice__icontains=word) | Q(mobility__title__icontains=word))
    if kind:
        found = found.filter(mobility__kind=kind)
    if partner:
        found = found.filter(mobility__partner=partner)
    if year:
        found = found.filter(mobility__year=year)
    return found.order_by("-reported")


def ended(year: str, *, outgoing: bool | None = None) -> QuerySet[Mobility]:
    """Return the stays of an academic year that have ended, for the funding report."""
    found = Mobility.objects.filter(year=year, state__in=ENDED).select_related("stay")
    return (found if outgoing is None else found.filter(is_outgoing=outgoing)).order_by("partner", "arrived")


def nights(mobility: Mobility) -> int:
    """Return how many nights somebody was at the host."""
    if mobility.arrived is None or mobility.departed is None:
        return 0
    return (mobility.departed - mobility.arrived).days


def totals(rows: QuerySet[Mobility]) -> dict[str, Any]:
    """Return how many people stayed how many nights."""
    time = rows.order_by().aggregate(time=Sum(STAYED))["time"]
    return {"people": rows.count(), "nights": time.days if time else 0}
