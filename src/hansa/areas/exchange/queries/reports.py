"""The funding report: who went where, for how many nights, and how the places were used."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.queries import calls, network, places
from hansa.areas.exchange.queries.experience import STAYED
from hansa.areas.exchange.states import TAKING, Kind
from hansa.kernel.identity import own
from hansa.lib.ewp.terms import year_of

Key = tuple[str, str, bool, str]
Cell = str | int


@dataclass(kw_only=True)
class Line:
    """What happened in one year, with one partner, in one direction, for one kind of stay."""

    year: str
    partner: str
    name: str = ""
    is_outgoing: bool
    kind: str
    participants: int = 0
    nights: int = 0
    used: int = 0
    given: int = 0

    def cells(self) -> tuple[Cell, ...]:
        """Return the line as cells of a table, in the order of the headings."""
        direction = _("outgoing") if self.is_outgoing else _("incoming")
        words = (self.year, self.name, self.partner, direction, str(Kind(self.kind).label))
        return (*words, self.participants, self.nights, self.used, self.given)


def headings() -> tuple[str, ...]:
    """Return the headings of the report's table."""
    return (
        _("academic year"),
        _("partner"),
        _("identifier"),
        _("direction"),
        _("kind of stay"),
        _("participants who left again"),
        _("nights between arrival and departure"),
        _("places used"),
        _("places given by what is in force now"),
    )


def years() -> list[str]:
    """Return the academic years in which somebody was nominated, the newest first."""
    return list(Mobility.objects.order_by("-year").values_list("year", flat=True).distinct())


def funding(year: str, *, partner: str = "") -> list[Line]:
    """Return the report of one academic year, in a number of queries that does not grow with the stays.

    A place is used by whoever holds it, whether or not they have set out; nights count once the departure is confirmed.
    """
    lines: dict[Key, Line] = {}
    for key, used, ended, nights in _stays(year):
        line = lines.setdefault(key, _line(key))
        line.used, line.participants, line.nights = used, ended, nights
    for key, number in _given(year).items():
        lines.setdefault(key, _line(key)).given += number
    partners = sorted({line.partner for line in lines.values()})
    names = dict(zip(partners, calls.names_of(partners), strict=True))
    for line in lines.values():
        line.name = names[line.partner]
    wanted = [line for line in lines.values() if partner in ("", line.partner)]
    return sorted(wanted, key=lambda line: (line.name, line.partner, not line.is_outgoing, line.kind))


def _line(key: Key) -> Line:
    year, partner, is_outgoing, kind = key
    return Line(year=year, partner=partner, is_outgoing=is_outgoing, kind=kind)


def _stays(year: str) -> Iterable[tuple[Key, int, int, int]]:
    """Yield for each partner, direction and kind how many places are used, and who left again after how many nights."""
    columns = ("year", "partner", "is_outgoing", "kind")
    rows = Mobility.objects.filter(year=year, state__in=TAKING).order_by().values_list(*columns)
    # Whoever has not left again has no nights; the index by year has everything that is asked here.
    for *key, used, people, nights in rows.annotate(used=Count("*"), ended=Count(STAYED), nights=Sum(STAYED)):
        yield (key[0], key[1], key[2], key[3]), used, people, nights or 0


def _given(year: str) -> dict[Key, int]:
    """Return what the clauses and agreements in force give in a year."""
    found: dict[Key, int] = defaultdict(int)
    held = {one.hash: one.document["valid"] for one in places.in_force()}
    for place in places.given():
        valid = held[place.agreement]
        last = year_of(date.fromisoformat(valid["until"])) if valid["until"] else year
        if year_of(date.fromisoformat(valid["from"])) <= year <= last:
            is_outgoing = place.sending == own().id
            partner = place.receiving if is_outgoing else place.sending
            found[year, partner, is_outgoing, place.kind] += place.places
    for there in network.given():
        if there.first_year <= year <= there.last_year:
            found[year, there.member, there.is_outgoing, there.kind] += there.places
    return found
