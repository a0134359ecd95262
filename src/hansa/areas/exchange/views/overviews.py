"""The pages beside the records: places and balance, what went wrong, experience, the funding report."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.areas.exchange.forms import NAMES
from hansa.areas.exchange.models import Mobility, Stay
from hansa.areas.exchange.queries import balance, experience, reports
from hansa.areas.exchange.queries import waiting as late
from hansa.areas.exchange.states import Cycle, Kind, MessageState
from hansa.areas.exchange.views.naming import Known, called, in_words, institutions, who
from hansa.kernel.models import Person
from hansa.kernel.pages import Filter, Line, Link, Page, Query, Table

#: How many partners are drawn; the table has all of them.
MOST_BARS = 30


def years(*, whole: bool = False) -> Filter:
    """Return the choice of an academic year: one of them, or with ``whole`` all as well."""
    choices = tuple((year, year) for year in balance.years())
    return Filter(name="year", label=_("Academic year"), choices=choices, default="" if whole else balance.present())


def places(_person: Person, query: Query) -> Mapping[str, Any]:
    """Return places given and taken by partner and direction, and what partners count."""
    chosen, known = years(), institutions()
    year, rows = chosen.of(query), balance.rows(chosen.of(query))
    kind = Filter(name="kind", label=_("Kind of stay"), choices=tuple((str(k), k.label) for k in Kind))
    partner = Filter(name="partner", label=_("Partner"))
    if of_kind := kind.of(query):
        rows = [row for row in rows if row.kind == of_kind]
    if words := partner.of(query):
        rows = [row for row in rows if fits(row, words, known=known)]
    table = Table(
        columns=(
            _("Partner"),
            _("Direction"),
            _("Kind of stay"),
            _("Study cycle"),
            _("Field"),
            _("Under"),
            _("Places"),
            _("Taken"),
            _("Free"),
            _("Partner counts"),
        ),
        found=rows,
        lines=balance_lines,
        caption=_("Places in {year}").format(year=year),
        note=_("A partner's count comes with each of its letters; members of the network send none."),
    )
    lead = _("What the clauses and agreements give each year, what is taken, and whether both sides count the same.")
    bars = [bar(one, known) for one in balance.by_partner(rows)[:MOST_BARS]]
    found = {"lead": lead, "filters": [chosen, kind, partner], "tables": [table], "bars": bars, "year": year}
    return {**found, "differing": sum(row.agrees is False for row in rows)}


def fits(row: balance.Row | balance.Condition, words: str, *, known: Known) -> bool:
    """Tell whether the name of a row's partner holds what was searched."""
    return words.casefold() in called(row.partner, known).casefold()


def bar(total: balance.Total, known: Known) -> dict[str, Any]:
    """Return how full the places of one partner are in both directions, to be drawn."""
    ways = [(_("sent"), total.sent, total.to_send), (_("received"), total.received, total.to_receive)]
    return {
        "partner": called(total.partner, known),
        "ways": [
            {"words": words, "taken": taken, "places": given, "part": share(taken, given)}
            for words, taken, given in ways
        ],
    }


def share(taken: int, given: int) -> int:
    """Return how many of a hundred parts of a bar are full."""
    return min(100, 100 * taken // given) if given else 0


def balance_lines(rows: Sequence[balance.Row | balance.Condition]) -> Iterable[Line]:
    """Return the balance as lines."""
    known = institutions()
    for row in rows:
        says = {None: "–", True: str(row.theirs), False: _("{count}: differs").format(count=row.theirs)}[row.agrees]
        way = _("sent") if row.is_outgoing else _("received")
        under = f"{row.basis} {in_words(row.title)}".strip() if row.clause else row.basis
        cycle = ", ".join(str(Cycle(one).label) for one in row.cycles or (Cycle.ANY,))
        about = (str(Kind(row.kind).label), cycle, ", ".join(row.fields) or _("any field"), under)
        yield called(row.partner, known), way, *about, row.places, row.taken, row.free, says


def troubles(_person: Person, query: Query) -> Mapping[str, Any]:
    """Return what waits for a partner or failed, why, and what to do."""
    everything = late.lines()
    partner = Filter(name="partner", label=_("Partner"), choices=tuple(late.partners(everything)))
    kinds = sorted({line.kind for line in everything})
    kind = Filter(name="kind", label=_("What"), choices=tuple((one, what_of(one)) for one in kinds))
    state = Filter(
        name="state", label=_("State"), choices=tuple((one, str(MessageState(one).label)) for one in late.STATES)
    )
    chosen = {one.name: one.of(query) for one in (partner, kind, state)}
    table = Table(
        columns=(
            _("Partner"),
            _("What"),
            _("State"),
            _("What went wrong"),
            _("What to do"),
            _("Attempts"),
            _("Since"),
            _("Tried again"),
        ),
        found=[
            line for line in everything if all(getattr(line, name) == value for name, value in chosen.items() if value)
        ],
        lines=late_lines,
        caption=_("Letters, messages and jobs"),
    )
    lead = _("Everything that a partner has not taken yet, with the reason and what helps.")
    return {"lead": lead, "filters": [partner, kind, state], "tables": [table]}


def what_of(kind: str) -> str:
    """Return a letter, a message or a job in words."""
    return str(NAMES.get(kind, kind))


def late_lines(rows: Sequence[late.Line]) -> Iterable[Line]:
    """Return what waits or failed as lines of a table."""
    for row in rows:
        state = str(MessageState(row.state).label)
        what = Link(what_of(row.kind), address_of(row.record)) if address_of(row.record) else what_of(row.kind)
        yield row.name or "–", what, state, row.trouble, row.remedy, row.attempts, row.since, row.next_at or "–"


def address_of(urn: str) -> str:
    """Return the address of a record's page by its URN, or nothing where that names no record with a page."""
    parts = urn.split(":")
    try:
        return reverse("record", args=[parts[2], UUID(parts[3])])
    except (IndexError, ValueError):
        return ""


def stories(_person: Person, query: Query) -> Mapping[str, Any]:
    """Return what people told after their stays, for the next."""
    words = Filter(name="q", label=_("Words"))
    kind = Filter(name="kind", label=_("Kind of stay"), choices=tuple((str(k), k.label) for k in Kind))
    chosen = years(whole=True)
    table = Table(
        columns=(_("Where and when"), _("Kind of stay"), _("Rating"), _("Report"), _("Advice")),
        found=experience.shared(words.of(query), kind=kind.of(query), year=chosen.of(query)),
        lines=story_lines,
        caption=_("Experience"),
    )
    lead = _("What others told after their stays, without their names.")
    return {"lead": lead, "filters": [words, kind, chosen], "tables": [table]}


def story_lines(rows: Sequence[Stay]) -> Iterable[Line]:
    """Return reports as lines, without names."""
    for row in rows:
        kind = str(Kind(row.mobility.kind).label)
        yield row.mobility.title, kind, f"{row.rating}/5", row.report, row.advice


def funding(_person: Person, query: Query) -> Mapping[str, Any]:
    """Return the stays of an academic year with their nights, for the funding report."""
    chosen = years()
    way = Filter(name="way", label=_("Direction"), choices=(("out", _("sent")), ("in", _("received"))))
    outgoing = {"out": True, "in": False}.get(way.of(query))
    year = chosen.of(query)
    found = experience.ended(year, outgoing=outgoing)
    sums = experience.totals(found)
    table = Table(
        columns=(
            _("Participant"),
            _("Partner"),
            _("Direction"),
            _("Kind of stay"),
            _("Field"),
            _("Arrived"),
            _("Departed"),
            _("Nights"),
        ),
        found=found,
        lines=funding_lines,
        caption=_("Stays that ended, {year}").format(year=year),
    )
    by_partner = Table(
        columns=tuple(f"{one[0].upper()}{one[1:]}" for one in reports.headings()),
        found=[line for line in reports.funding(year) if outgoing in (None, line.is_outgoing)],
        lines=lambda rows: [row.cells() for row in rows],
        caption=_("By partner, {year}").format(year=year),
    )
    lead = _("{people} people stayed {nights} nights.").format(**sums)
    return {"lead": lead, "filters": [chosen, way], "tables": [by_partner, table]}


def funding_lines(rows: Sequence[Mobility]) -> Iterable[Line]:
    """Return stays as lines of the funding report."""
    known = institutions()
    for row in rows:
        way = _("sent") if row.is_outgoing else _("received")
        about = (who(row), called(row.partner, known), way, row.get_kind_display(), f"{row.field:04}")
        yield *about, row.arrived, row.departed, experience.nights(row)


PAGES = {
    "balance": Page(
        title=gettext_lazy("Places and balance"),
        needs="mobilities.read",
        build=places,
        template="exchange/balance.html",
    ),
    "troubles": Page(title=gettext_lazy("What did not arrive"), needs="messages.read", build=troubles),
    "experience": Page(title=gettext_lazy("Experience"), needs="calls.read", build=stories),
    "funding": Page(title=gettext_lazy("Funding report"), needs="messages.read", build=funding),
}
