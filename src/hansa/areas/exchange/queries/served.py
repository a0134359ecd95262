"""What this node serves to one member of Erasmus Without Paper, and what it counts for the network's statistics.

Only the two institutions of a stay see it. Whoever asks for somebody else's gets what it would get if there were none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Count, Prefetch, Q, QuerySet

from hansa.areas.exchange.models import Mobility, Plan
from hansa.areas.exchange.states import BY_NETWORK, Channel, MobilityState, PlanState
from hansa.kernel.identity import own

#: What the sending institution tells the receiving one: from its own signature on (omobility-las 1.2.0).
SHOWN: Final = (PlanState.OFFERED, PlanState.AGREED, PlanState.RETURNED, PlanState.REPLACED)
#: Whole documents that no nomination says.
LARGE: Final = ("raw", "iia__ours", "iia__theirs", "iia__approved_copy", "iia__approval")
_UNDECIDED: Final = (MobilityState.NOMINATED, MobilityState.REJECTED, MobilityState.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a request asks for: of which partners, which ids, of which year, changed since when."""

    partners: Sequence[str]
    ids: Sequence[str] = ()
    year: str = ""
    since: datetime | None = None

    def filter(self, *, is_outgoing: bool) -> Q:
        """Return the condition on stays, but for the moment of the change; it names both sides, as the index does."""
        sides = {"sending": [own().id], "receiving": self.partners}
        if not is_outgoing:
            sides = {"sending": self.partners, "receiving": [own().id]}
        found = Q(channel=Channel.NETWORK, kind__in=BY_NETWORK)
        for side, named in sides.items():
            found &= Q(**{side: named[0]}) if len(named) == 1 else Q(**{f"{side}__in": named})
        if self.ids:
            found &= Q(foreign_id__in=self.ids)
        return found & Q(year=self.year) if self.year else found


def stays(wanted: Wanted, *, is_outgoing: bool) -> QuerySet[Mobility]:
    """Return the stays that a caller may see, the longest unchanged first."""
    found = Mobility.objects.filter(wanted.filter(is_outgoing=is_outgoing)).exclude(foreign_id="")
    return (found.filter(told__gt=wanted.since) if wanted.since else found).order_by("told")


def nominations(wanted: Wanted) -> list[Mobility]:
    """Return outgoing stays with all that a nomination says, in one query, without the copies of agreements."""
    return list(stays(wanted, is_outgoing=True).select_related("stay", "iia").defer(*LARGE))


def with_plans(wanted: Wanted) -> QuerySet[Mobility]:
    """Return outgoing stays that have a plan which the receiving institution may see."""
    plans = Plan.objects.filter(state__in=SHOWN, mobility__channel=Channel.NETWORK)
    if wanted.since:
        plans = plans.filter(Q(updated__gt=wanted.since) | Q(mobility__told__gt=wanted.since))
    everything = Wanted(partners=wanted.partners, ids=wanted.ids, year=wanted.year)
    return stays(everything, is_outgoing=True).filter(pk__in=plans.values("mobility"))


def agreements(wanted: Wanted) -> list[Mobility]:
    """Return outgoing stays with person and the plans shown, the oldest version first, in two queries."""
    shown = Prefetch("plans", Plan.objects.filter(state__in=SHOWN).order_by("number"), to_attr="shown")
    return list(with_plans(wanted).select_related("stay").prefetch_related(shown))


def transcripts(wanted: Wanted) -> QuerySet[Mobility]:
    """Return incoming stays of which this institution has issued the transcript."""
    return stays(wanted, is_outgoing=False).filter(transcript__isnull=False)


@dataclass
class Counted:
    """How many stays of one academic year stand where."""

    year: str
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def pending(self) -> int:
        """Return how many wait for the receiving institution."""
        return self.states[MobilityState.NOMINATED]

    @property
    def approved(self) -> int:
        """Return how many the receiving institution took, whatever came afterwards."""
        return sum(number for state, number in self.states.items() if state not in _UNDECIDED)


def counted() -> list[Counted]:
    """Return the outgoing stays of every academic year by state, in one query."""
    rows = (
        Mobility.objects.filter(channel=Channel.NETWORK, is_outgoing=True, kind__in=BY_NETWORK)
        .values_list("year", "state")
        .annotate(number=Count("id"))
        .order_by("year")
    )
    found: dict[str, Counted] = {}
    for year, state, number in rows:
        found.setdefault(year, Counted(year)).states[state] += number
    return list(found.values())


def issued() -> list[tuple[str, int]]:
    """Return how many transcripts this institution issued for the network in each academic year."""
    rows = Mobility.objects.filter(channel=Channel.NETWORK, is_outgoing=False, transcript__isnull=False)
    return list(rows.values_list("year").annotate(number=Count("id")).order_by("year"))


@dataclass(frozen=True)
class History:
    """The states of the plans of one stay, from the first version to the latest."""

    year: str
    states: tuple[str, ...]

    @property
    def latest(self) -> str:
        """Return where the latest version stands."""
        return self.states[-1]

    @property
    def approved(self) -> int:
        """Return how many versions the receiving institution signed."""
        return sum(state in (PlanState.AGREED, PlanState.REPLACED) for state in self.states)

    @property
    def is_untouched(self) -> bool:
        """Tell whether there is one version, and it is approved."""
        return self.states == (PlanState.AGREED,)

    @property
    def is_modified(self) -> bool:
        """Tell whether another version followed an approved one."""
        return any(state in (PlanState.AGREED, PlanState.REPLACED) for state in self.states[:-1])


def histories(*, is_outgoing: bool) -> dict[str, list[History]]:
    """Return the plans of every stay of the network by academic year, in one query."""
    rows = (
        Plan.objects.filter(state__in=SHOWN, mobility__channel=Channel.NETWORK, mobility__is_outgoing=is_outgoing)
        .order_by("mobility__year", "mobility", "number")
        .values_list("mobility", "mobility__year", "state")
    )
    found: dict[tuple[str, object], list[str]] = defaultdict(list)
    for mobility, year, state in rows:
        found[year, mobility].append(state)
    years: dict[str, list[History]] = defaultdict(list)
    for (year, _mobility), states in found.items():
        years[year].append(History(year, tuple(states)))
    return dict(years)


def latest(histories_of_year: Iterable[History], *states: str) -> int:
    """Return in how many stays the latest version is in one of some states."""
    return sum(history.latest in states for history in histories_of_year)
