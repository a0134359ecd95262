"""The balance: places given and taken by partner, year, kind and direction, beside what the partner counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from hansa.areas.exchange.models import Mobility, PartnerCount
from hansa.areas.exchange.queries import network, places
from hansa.areas.exchange.states import TAKING
from hansa.kernel.identity import own
from hansa.lib.ewp.terms import year_of, years_later


class Row(NamedTuple):
    """One direction of one clause or condition in a year; ``theirs`` is None where the partner says nothing."""

    partner: str
    is_outgoing: bool
    kind: str
    basis: str
    title: Mapping[str, str]
    places: int
    taken: int
    theirs: int | None
    clause: str = ""
    cycles: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def free(self) -> int:
        """Return how many places are left."""
        return max(0, self.places - self.taken)

    @property
    def agrees(self) -> bool | None:
        """Tell whether both count the same, or None where the partner says nothing."""
        return None if self.theirs is None else self.theirs == self.taken


@dataclass(slots=True)
class Condition:
    """A condition of an agreement of the network in a year, read as a row; a node has thousands of them."""

    place: network.Given
    taken: int

    # Members of the network do not say what they count.
    theirs: ClassVar[None] = None
    agrees: ClassVar[None] = None
    clause: ClassVar[str] = ""
    title: ClassVar[Mapping[str, str]] = {}

    @property
    def partner(self) -> str:
        """Return the partner as stays name it."""
        return self.place.member

    @property
    def is_outgoing(self) -> bool:
        """Tell whether we send."""
        return self.place.is_outgoing

    @property
    def kind(self) -> str:
        """Return the kind of stay."""
        return self.place.kind

    @property
    def cycles(self) -> tuple[str, ...]:
        """Return the study cycles; none stands for any."""
        return self.place.cycles

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of education; none stands for any."""
        return self.place.fields

    @property
    def basis(self) -> str:
        """Return the agreement and the number of the condition."""
        return self.place.basis

    @property
    def places(self) -> int:
        """Return how many places there are."""
        return self.place.places

    @property
    def free(self) -> int:
        """Return how many places are left."""
        return max(0, self.places - self.taken)


@dataclass(kw_only=True)
class Total:
    """How full the places of one partner are, whatever they are for."""

    partner: str
    sent: int = 0
    to_send: int = 0
    received: int = 0
    to_receive: int = 0


def by_partner(rows: Iterable[Row | Condition]) -> list[Total]:
    """Return the balance of each partner, whoever moves most first."""
    found: dict[str, Total] = {}
    for row in rows:
        total = found.setdefault(row.partner, Total(partner=row.partner))
        if row.is_outgoing:
            total.sent, total.to_send = total.sent + row.taken, total.to_send + row.places
        else:
            total.received, total.to_receive = total.received + row.taken, total.to_receive + row.places
    return sorted(found.values(), key=lambda one: (-(one.sent + one.received), one.partner))


Key = tuple[str, str, str, str]


def rows(year: str) -> list[Row | Condition]:
    """Return the balance of an academic year, clauses first, in a constant number of queries."""
    mine, theirs = counted(year), told(year)
    found = [
        Row(
            partner=place.receiving if place.sending == own().id else place.sending,
            is_outgoing=place.sending == own().id,
            kind=place.kind,
            basis=place.clause,
            clause=place.clause,
            title=place.title,
            cycles=place.cycles,
            fields=place.fields,
            places=place.places,
            taken=mine.get((place.agreement, place.clause, place.sending, place.receiving), 0),
            theirs=theirs.get((place.clause, place.sending, place.receiving)),
        )
        for place in places.given()
    ]
    ordered = sorted(found, key=lambda row: (row.partner, row.basis, not row.is_outgoing))
    return [*ordered, *of_network(year)]


def counted(year: str) -> dict[Key, int]:
    """Return how many places are taken here, by agreement, clause, sending and receiving institution."""
    taking = Mobility.objects.filter(year=year, state__in=TAKING, iia=None).order_by()
    names = ("agreement", "clause", "sending", "receiving")
    return {tuple(row[:4]): row[4] for row in taking.values_list(*names).annotate(found=Count("*"))}


def told(year: str) -> dict[tuple[str, str, str], int]:
    """Return how many places partners say are taken, by clause, sending and receiving institution."""
    found = PartnerCount.objects.filter(year=year).values_list("basis", "sending", "receiving", "taken")
    return {(basis, sending, receiving): taken for basis, sending, receiving, taken in found}


def of_network(year: str) -> list[Condition]:
    """Return the balance of agreements of the network in an academic year."""
    taking = Mobility.objects.filter(year=year, state__in=TAKING).exclude(iia=None).order_by()
    # Every agreement's key is the same text in its group; the index has all that is asked.
    counts = taking.values("iia", "condition").annotate(key=Max(Cast("iia", TextField())), found=Count("*"))
    mine = {(iia, number): n for iia, number, n in counts.values_list("key", "condition", "found")}
    held = (place for place in network.given() if place.first_year <= year <= place.last_year)
    return [Condition(place, mine.get((place.iia, place.number), 0)) for place in held]


def years() -> list[str]:
    """Return the academic years that can be looked at: three back, the present one and two ahead."""
    present = year_of(timezone.localdate())
    return [years_later(present, step) for step in range(-3, 3)]


def present() -> str:
    """Return the academic year of today."""
    return year_of(timezone.localdate())
