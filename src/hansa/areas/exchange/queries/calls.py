"""Calls: where one can go, how many places are left there, and how applications are put in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call, Iia, Member
from hansa.areas.exchange.models.calls import IIA
from hansa.areas.exchange.models.places import place_of, successor, versions
from hansa.areas.exchange.queries import network, places
from hansa.areas.exchange.states import ApplicationState
from hansa.kernel.identity import own
from hansa.kernel.joint import names
from hansa.lib.canonical import JSON
from hansa.lib.errors import RefusedError
from hansa.lib.exchange import ranking

FORMAT = "ranking/1"
#: An application in one of these states holds a place that no nomination has taken yet.
HOLDING = (ApplicationState.SELECTED, ApplicationState.TAKEN)


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where one can go, as a form names it."""

    institution: str
    kind: str
    basis: str
    clause: str


def destination(key: str) -> Destination:
    """Return what the key of a place names: a clause's place or that of an agreement of the network; or refuse."""
    _receiving, _space, rest = key.partition(" ")
    basis, _space, number = rest.partition(" ")
    if basis.startswith(IIA):
        there = network.place_named(basis, number)
        if there.receiving != there.iia.partner:
            raise RefusedError(
                _("This condition lets the partner send people here, not us."),
                _("Choose a condition in which this institution sends."),
            )
        return Destination(institution=f"{network.HEI}{there.receiving}", kind=there.kind, basis=basis, clause=number)
    place = places.place_named(key, sending=own().id)
    return Destination(institution=place.receiving, kind=place.kind, basis=basis, clause=number)


def names_of(institutions: Iterable[str]) -> list[str]:
    """Return institutions by the names people know them by, members of the network among them."""
    wanted = list(institutions)
    heis = [one.removeprefix(network.HEI) for one in wanted if one.startswith(network.HEI)]
    members = dict(Member.objects.filter(hei__in=heis).values_list("hei", "name"))
    return [members.get(name.removeprefix(network.HEI), name.removeprefix(network.HEI)) for name in names(wanted)]


def left(call: Call, *, without: Application | None = None) -> dict[str, int]:
    """Return how many places are left at each destination: those given, less those taken and those promised."""
    counted, promised = places.counted(call.year), promises(call.year, without=without)
    return {
        there["institution"]: max(
            0, given(there, year=call.year) - taken(there, counted, year=call.year) - held(there, promised)
        )
        for there in call.destinations
    }


def given(there: Mapping[str, Any], *, year: str) -> int:
    """Return how many places the clause or agreement of a destination gives in a year, as it holds now."""
    basis, clause = there["basis"], there["clause"]
    if basis.startswith(IIA):
        iia = Iia.objects.get(pk=basis.removeprefix(IIA))
        place = network.places_of(iia)[int(clause) - 1]
        return place.places if place.first_year <= year <= place.last_year else 0
    found = place_of(successor(basis, clause=clause), clause, sending=own().id, receiving=there["institution"])
    return found.places if found is not None else 0


def taken(there: Mapping[str, Any], counted: Mapping[tuple[str, str, str, str], int], *, year: str) -> int:
    """Return how many stays take a place of a destination in a year."""
    basis, clause = there["basis"], there["clause"]
    if basis.startswith(IIA):
        return network.taken(Iia.objects.get(pk=basis.removeprefix(IIA)), int(clause), year=year)
    return sum(counted.get((one, clause, own().id, there["institution"]), 0) for one in versions(basis))


def promises(year: str, *, without: Application | None = None) -> list[tuple[str, str, str]]:
    """Return for each place that applicants of a year hold without being nominated yet: where, and on which basis."""
    rows = Application.objects.filter(call__year=year, state__in=HOLDING).select_related("call")
    found = []
    for row in rows.exclude(pk=without.pk) if without is not None else rows:
        there = row.call.destination(row.outcome)
        found += [(there["institution"], there["basis"], there["clause"])] if there is not None else []
    return found


def held(there: Mapping[str, Any], promised: Iterable[tuple[str, str, str]]) -> int:
    """Return how many of the places promised are places of this destination, in whichever call."""
    bases = {there["basis"]} if there["basis"].startswith(IIA) else set(versions(there["basis"]))
    return sum(
        where == there["institution"] and clause == there["clause"] and basis in bases
        for where, basis, clause in promised
    )


def ranked(call: Call, applications: Iterable[Application], *, left: Mapping[str, int]) -> dict[str, JSON]:
    """Return the ranking as it is published: everything that it takes to do it again, and no name."""
    entries = {str(row.pk): entry(row) for row in applications}
    criteria = [ranking.Criterion(one["name"], one["weight"]) for one in call.criteria]
    made = ranking.rank(list(entries.values()), criteria, places=left, seed=call.seed)
    return {
        "hansa": FORMAT,
        "criteria": [dict(one) for one in call.criteria],
        "places": dict(left),
        "seed": call.seed,
        "lines": [line(one, entries[one.id]) for one in made],
    }


def entry(row: Application) -> ranking.Entry:
    """Return what the ranking needs of an application."""
    return ranking.Entry(
        id=str(row.pk), points=row.points, wishes=row.wishes, excluded="" if row.is_eligible else row.reason
    )


def line(said: ranking.Line, entered: ranking.Entry) -> dict[str, JSON]:
    """Return one line as it is published; why somebody is not eligible is for that person's eyes."""
    is_eligible = not entered.excluded
    return {
        "application": said.id,
        "eligible": is_eligible,
        "rank": said.rank,
        "score": fraction(said.score),
        "points": dict(entered.points),
        "wishes": list(entered.wishes),
        "destination": said.outcome,
        "why": said.why if is_eligible else "",
    }


def fraction(value: Fraction | None) -> str:
    """Return a score exactly, as 175/2."""
    return str(value) if value is not None else ""
