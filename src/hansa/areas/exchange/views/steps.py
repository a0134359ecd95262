"""The way of a stay: its steps, where it stands, and for whom it waits."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models import Check, Mobility, Plan
from hansa.areas.exchange.states import CheckState, MobilityState, PlanState
from hansa.areas.exchange.views.naming import Known, called

WAY = (
    MobilityState.NOMINATED,
    MobilityState.ACCEPTED,
    MobilityState.CONFIRMED,
    MobilityState.ARRIVED,
    MobilityState.DEPARTED,
    MobilityState.TRANSCRIBED,
    MobilityState.RECOGNISED,
)
#: What the sending institution does; everything else is for the host.
AT_HOME = (MobilityState.TRANSCRIBED,)
#: What has to be there before the first day can be confirmed.
BEFORE = _("the plan and the checks that are missing")
#: What comes next in each state.
NEXT: dict[MobilityState, str | Promise] = {
    MobilityState.NOMINATED: _("a decision on the nomination"),
    MobilityState.ACCEPTED: _("the first day to be confirmed"),
    MobilityState.CONFIRMED: _("the arrival"),
    MobilityState.ARRIVED: _("the departure"),
    MobilityState.DEPARTED: _("the transcript"),
    MobilityState.TRANSCRIBED: _("the recognition"),
    MobilityState.DECIDED: _("its signature under the recognition"),
}


def turns(rows: Iterable[Mobility]) -> dict[UUID, str]:
    """Return whose turn it is with each stay, in two queries; a stay that is over has none.

    An accepted stay waits for the sending institution until every check is verified and a plan lies at the host.
    """
    found = {row.pk: row for row in rows if MobilityState(row.state) in NEXT}
    accepted = [key for key, row in found.items() if row.state == MobilityState.ACCEPTED]
    # Narrowed by the stays alone, for which there is an index; a state would lead past most of the table.
    checks = Check.objects.filter(mobility__in=accepted).order_by().values_list("mobility", "state")
    plans = Plan.objects.filter(mobility__in=accepted).order_by().values_list("mobility", "state")
    unchecked = {key for key, state in checks if state != CheckState.VERIFIED}
    planned = {key for key, state in plans if state in (PlanState.OFFERED, PlanState.AGREED)}
    ours = {key for key in accepted if key in unchecked or key not in planned}
    return {key: row.sending if key in ours or row.state in AT_HOME else row.receiving for key, row in found.items()}


def waits(mobility: Mobility, known: Known) -> dict[str, Any]:
    """Return for whom a stay waits now, and for what."""
    whose = turns([mobility]).get(mobility.pk)
    if whose is None:
        return {}
    is_ours_first = mobility.state == MobilityState.ACCEPTED and whose == mobility.sending
    what = BEFORE if is_ours_first else NEXT[MobilityState(mobility.state)]
    return {"who": called(whose, known), "what": what, "since": mobility.updated}


def steps(mobility: Mobility) -> list[dict[str, Any]]:
    """Return the way of a stay from the nomination to the recognition, with where it stands."""
    state = MobilityState.TRANSCRIBED if mobility.state == MobilityState.DECIDED else MobilityState(mobility.state)
    here = WAY.index(state) if state in WAY else -1
    days = {MobilityState.ARRIVED: mobility.arrived, MobilityState.DEPARTED: mobility.departed}
    return [
        {"words": step.label, "done": place < here, "here": place == here, "day": days.get(step)}
        for place, step in enumerate(WAY)
    ]
