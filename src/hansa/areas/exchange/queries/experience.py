"""What people tell after their stays: reports that others here may read, and the figures for the funding report."""

from typing import Any

from django.db.models import Count, Func, IntegerField, Q, QuerySet, Sum
from django.db.models.sql.compiler import SQLCompiler

from hansa.areas.exchange.models import Mobility, Stay
from hansa.areas.exchange.states import MobilityState

ENDED = (
    MobilityState.DEPARTED,
    MobilityState.TRANSCRIBED,
    MobilityState.DECIDED,
    MobilityState.RECOGNISED,
)


class Nights(Func):
    """The nights between two days, as the database itself counts them."""

    arg_joiner, template, arity, output_field = " - ", "(%(expressions)s)", 2, IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        """Return the SQL for SQLite, which keeps days as texts; Django would call Python for every row."""
        days = self.copy()
        days.set_source_expressions([Func(one, function="julianday") for one in self.get_source_expressions()])
        return days.as_sql(compiler, connection, **context)


STAYED = Nights("departed", "arrived")


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
    found = rows.order_by().aggregate(people=Count("*"), nights=Sum(STAYED))
    return {"people": found["people"], "nights": found["nights"] or 0}
