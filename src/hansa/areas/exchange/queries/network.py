"""The network as far as stays go: the places that approved agreements give, and how many are taken."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Iia, Mobility
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.states import TAKING, Cycle, IiaState
from hansa.lib.errors import RefusedError

HEI = "hei:"
IN_USE = (IiaState.IN_FORCE, IiaState.CHANGED)
#: The kinds of stay by the names of the schema (iias 7.0.0).
KINDS = {
    "student-studies": "student_studies",
    "student-traineeship": "student_traineeship",
    "staff-teacher": "staff_teaching",
    "staff-training": "staff_training",
}
#: Study cycles by their level of the European Qualifications Framework.
CYCLES = {5: Cycle.SHORT, 6: Cycle.BACHELOR, 7: Cycle.MASTER, 8: Cycle.DOCTORAL}


@dataclass(frozen=True, kw_only=True)
class NetworkPlace:
    """What one condition of an approved agreement gives to the partner, in one direction."""

    iia: Iia
    number: int
    kind: str
    sending: str
    receiving: str
    first_year: str
    last_year: str
    places: int
    fields: tuple[str, ...]


def places_of(iia: Iia) -> list[NetworkPlace]:
    """Return what the conditions of an agreement give, in their order."""
    return [
        NetworkPlace(
            iia=iia,
            number=number,
            kind=KINDS[one["kind"]],
            sending=one["sending"],
            receiving=one["receiving"],
            first_year=one["first_year"],
            last_year=one["last_year"],
            places=one["places"] or 0,
            fields=tuple(one["fields"]),
        )
        for number, one in enumerate(iia.conditions, start=1)
    ]


class Given(NamedTuple):
    """What one condition gives, without the agreement itself: a node has thousands of them."""

    #: The agreement as the database writes its key; of thousands of keys no objects are made.
    iia: str
    partner: str
    title: str
    number: int
    kind: str
    sending: str
    receiving: str
    first_year: str
    last_year: str
    places: int
    fields: tuple[str, ...]
    #: The text by which a form names this place.
    key: str
    #: The partner as stays name it, and the condition as people read it.
    member: str
    basis: str
    #: Whether we send and the partner receives.
    is_outgoing: bool
    #: The study cycles by their names here; none stands for any.
    cycles: tuple[str, ...]


def given(*, sending: str = "") -> list[Given]:
    """Return what the agreements that both approved give, by partner and title."""
    approved = Iia.objects.filter(state__in=IN_USE).exclude(approved_here="").exclude(approved_there="")
    in_words = approved.annotate(key=Cast("pk", TextField()), text=Cast("conditions", TextField()))
    rows = in_words.order_by("partner", "title").values_list("key", "partner", "title", "text")
    found = [place for row in rows for place in in_short(*row)]
    return [place for place in found if sending in ("", place.sending)]


@lru_cache(maxsize=20_000)
def in_short(iia: str, *about: str) -> tuple[Given, ...]:
    """Return what the conditions of one agreement give; what was read once is not read again."""
    partner, title, text = about
    return tuple(
        Given(
            iia=iia,
            partner=partner,
            title=title,
            number=number,
            kind=KINDS[one["kind"]],
            sending=one["sending"],
            receiving=one["receiving"],
            first_year=one["first_year"],
            last_year=one["last_year"],
            places=one["places"] or 0,
            fields=tuple(one["fields"]),
            key=f"{HEI}{one['receiving']} iia:{UUID(iia)} {number}",
            member=f"{HEI}{partner}",
            basis=f"{title}, {number}",
            is_outgoing=one["receiving"] == partner,
            cycles=tuple(CYCLES[level] for level in one.get("eqf", ()) if level in CYCLES),
        )
        for number, one in enumerate(json.loads(text), start=1)
    )


def place_named(iia: str, number: str) -> NetworkPlace:
    """Return the place that a form names, or refuse."""
    found = row_named(Iia.objects.filter(state__in=IN_USE), iia.removeprefix("iia:"))
    places = places_of(found) if found is not None and found.is_approved else []
    if not number.isdigit() or not 1 <= int(number) <= len(places):
        raise RefusedError(
            _("No agreement that both institutions approved gives this place."),
            _("Choose one of the places listed under Places and balance."),
        )
    return places[int(number) - 1]


def taken(iia: Iia, number: int, *, year: str, without: Mobility | None = None) -> int:
    """Return how many stays take a place of one condition in one academic year."""
    same = Mobility.objects.filter(iia=iia, condition=number, year=year, state__in=TAKING)
    return (same.exclude(pk=without.pk) if without is not None else same).count()


def demand_place(mobility: Mobility, place: NetworkPlace) -> None:
    """Refuse a stay outside the years of a condition, or for which it has no place left."""
    if not place.first_year <= mobility.year <= place.last_year:
        raise RefusedError(
            _("Condition {number} of the agreement with {partner} holds from {first} to {last}, not in {year}.").format(
                number=place.number,
                partner=place.iia.partner,
                first=place.first_year,
                last=place.last_year,
                year=mobility.year,
            ),
            _("Choose days within these academic years, or agree on a new version."),
        )
    others = taken(place.iia, place.number, year=mobility.year, without=mobility)
    if others >= place.places:
        raise RefusedError(
            _(
                "Condition {number} of the agreement with {partner} gives {places} places a year, "
                "and {taken} are taken in {year}."
            ).format(
                number=place.number, partner=place.iia.partner, places=place.places, taken=others, year=mobility.year
            ),
            _("Wait until a nomination is cancelled, or agree on a new version."),
        )
