"""The way of a stay: its steps, where it stands, and for whom it waits."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.states import MobilityState
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
#: What comes next in each state; in all but one it is for the host to do.
NEXT: dict[MobilityState, str | Promise] = {
    MobilityState.NOMINATED: _("a decision on the nomination"),
    MobilityState.ACCEPTED: _("the first day to be confirmed"),
    MobilityState.CONFIRMED: _("the arrival"),
    MobilityState.ARRIVED: _("the departure"),
    MobilityState.DEPARTED: _("the transcript"),
    MobilityState.TRANSCRIBED: _("the recognition"),
    MobilityState.DECIDED: _("its signature under the recognition"),
}


def turn(mobility: Mobility) -> str:
    """Return the institution whose turn it is, or nothing when the stay is over."""
    if MobilityState(mobility.state) not in NEXT:
        return ""
    return mobility.sending if mobility.state == MobilityState.TRANSCRIBED else mobility.receiving


def waits(mobility: Mobility, known: Known) -> dict[str, Any]:
    """Return for whom a stay waits now, and for what."""
    whose = turn(mobility)
    if not whose:
        return {}
    return {"who": called(whose, known), "what": NEXT[MobilityState(mobility.state)], "since": mobility.updated}


def steps(mobility: Mobility) -> list[dict[str, Any]]:
    """Return the way of a stay from the nomination to the recognition, with where it stands."""
    state = MobilityState.TRANSCRIBED if mobility.state == MobilityState.DECIDED else MobilityState(mobility.state)
    here = WAY.index(state) if state in WAY else -1
    days = {MobilityState.ARRIVED: mobility.arrived, MobilityState.DEPARTED: mobility.departed}
    return [
        {"words": step.label, "done": place < here, "here": place == here, "day": days.get(step)}
        for place, step in enumerate(WAY)
    ]
