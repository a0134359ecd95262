"""Letters by which a host confirms the first day, the arrival and the departure."""

from django.utils.translation import gettext as _

from hansa.areas.exchange.letters.reading import COUNT, Body, about, demand_terms, read, settle
from hansa.areas.exchange.queries import places
from hansa.areas.exchange.rules import HOST
from hansa.areas.exchange.states import MobilityState as State
from hansa.areas.exchange.stays import day_of
from hansa.kernel.letters import letter
from hansa.kernel.models import Partner
from hansa.lib.errors import RefusedError
from hansa.lib.letters import Letter


class Confirmed(Body):
    """The days that the host confirms."""

    starts: str
    ends: str


class Day(Body):
    """The day on which something happened."""

    day: str


@letter("mobilities.confirmed", permit=HOST)
def confirmed(said: Letter, partner: Partner) -> None:
    """Note the days that the host confirms."""
    body = read(Confirmed, said)
    mobility = about(said, State.ACCEPTED, sender="receiving")
    mobility.starts, mobility.ends = day_of(body.starts), day_of(body.ends)
    places.demand_dates(mobility)
    demand_terms(said, mobility, without=(COUNT,))
    settle(mobility, body, state=State.CONFIRMED)


@letter("mobilities.arrived", permit=HOST)
def arrived(said: Letter, partner: Partner) -> None:
    """Note the day of arrival."""
    body = read(Day, said)
    mobility = about(said, State.CONFIRMED, sender="receiving")
    mobility.arrived = day_of(body.day)
    settle(mobility, body, state=State.ARRIVED)


@letter("mobilities.departed", permit=HOST)
def departed(said: Letter, partner: Partner) -> None:
    """Note the day of departure."""
    body = read(Day, said)
    mobility = about(said, State.ARRIVED, sender="receiving")
    mobility.departed = day_of(body.day)
    if mobility.arrived is not None and mobility.departed < mobility.arrived:
        raise RefusedError(_("The departure is before the arrival."), _("Correct the day."))
    settle(mobility, body, state=State.DEPARTED)
