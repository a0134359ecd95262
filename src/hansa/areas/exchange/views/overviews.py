"""The pages beside the records: places and balance, what went wrong, experience, the funding report."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Message, Mobility, Stay
from hansa.areas.exchange.queries import balance, experience, reports
from hansa.areas.exchange.states import Kind, MessageState
from hansa.areas.exchange.views.naming import called, institutions, who
from hansa.kernel.models import Letter, Person
from hansa.kernel.pages import Filter, Line, Link, Page, Query, Table

NOUNS = ("mobilities", "plans", "checks", "offers")
MOST_LETTERS = 200


def years() -> Filter:
    """Return the choice of an academic year."""
    return Filter(name="year", label=_("Academic year"), choices=tuple((year, year) for year in balance.years()))


def places(_person: Person, query: Query) -> Mapping[str, Any]:
    """Return places given and taken by partner and direction, and what partners count."""
    chosen = years()
    year = chosen.of(query) or balance.present()
    table = Table(
        columns=(
            _("Partner"),
            _("Direction"),
            _("Kind of stay"),
            _("Under"),
            _("Places"),
            _("Taken"),
            _("Free"),
            _("Partner counts"),
        ),
        found=balance.rows(year),
        lines=balance_lines,
        caption=_("Places in {year}").format(year=year),
        note=_("A partner's count comes with each of its letters; members of the network send none."),
    )
    lead = _("What the clauses and agreements give each year, what is taken, and whether both sides count the same.")
    return {"lead": lead, "filters": [chosen], "tables": [table]}


def balance_lines(rows: Sequence[balance.Row]) -> Iterable[Line]:
    """Return the balance as lines."""
    known, language = institutions(), (get_language() or "en").partition("-")[0]
    for row in rows:
        title = row.title.get(language) or row.title.get("en", "")
        says = {None: "–", True: str(row.theirs), False: _("{count}: differs").format(count=row.theirs)}[row.agrees]
        way = _("sent") if row.is_outgoing else _("received")
        under = f"{row.basis} {title}".strip()
        yield called(row.partner, known), way, str(Kind(row.kind).label), under, row.places, row.taken, row.free, says


def troubles(_person: Person, query: Query) -> Mapping[str, Any]:
    """Return what failed with which partner, why, and what to do."""
    search = Filter(name="partner", label=_("Partner"))
    wanted = search.of(query)
    stuck = Message.objects.exclude(state=MessageState.DELIVERED).order_by("-updated")
    letters = Letter.objects.filter(direction=Letter.Direction.OUT).exclude(state=Letter.State.APPLIED)
    ours = [row for row in letters.defer("token", "receipt").order_by("-created")[:MOST_LETTERS] if is_ours(row)]
    known = institutions()
    named = [row for row in ours if wanted.casefold() in called(row.partner, known).casefold()]
    return {
        "lead": _("Everything that a partner has not taken yet, with the reason and what helps."),
        "filters": [search],
        "tables": [
            Table(
                columns=(_("Member"), _("Message"), _("State"), _("What went wrong"), _("What to do"), _("Attempts")),
                found=stuck.filter(partner__icontains=wanted) if wanted else stuck,
                lines=message_lines,
                caption=_("Messages to the network"),
            ),
            Table(
                columns=(_("Partner"), _("Letter"), _("State"), _("What went wrong"), _("What to do"), _("Attempts")),
                found=named,
                lines=letter_lines,
                caption=_("Letters to partners"),
            ),
        ],
    }


def is_ours(row: Letter) -> bool:
    """Tell whether a letter is about exchange."""
    return row.kind.partition(".")[0] in NOUNS


def message_lines(rows: Sequence[Message]) -> Iterable[Line]:
    """Return messages as lines."""
    for row in rows:
        link = Link(row.kind, reverse("record", args=[row.noun, row.pk]))
        yield row.partner, link, row.get_state_display(), row.trouble, row.remedy, row.attempts


def letter_lines(rows: Sequence[Letter]) -> Iterable[Line]:
    """Return letters as lines."""
    known = institutions()
    for row in rows:
        noun, key = row.record.split(":")[2:4]
        link = Link(row.kind, reverse("record", args=[noun, key]))
        yield (
            called(row.partner, known),
            link,
            row.get_state_display(),
            row.reason or row.trouble,
            row.remedy,
            row.attempts,
        )


def stories(_person: Person, query: Query) -> Mapping[str, Any]:
    """Return what people told after their stays, for the next."""
    words = Filter(name="q", label=_("Words"))
    kind = Filter(name="kind", label=_("Kind of stay"), choices=tuple((str(k), k.label) for k in Kind))
    chosen = years()
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
    year = chosen.of(query) or balance.present()
    found = experience.ended(year, outgoing=outgoing)
    sums = experience.totals(list(found.only("arrived", "departed", "state", "stay__id")))
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
        columns=reports.headings(),
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
    "balance": Page(title=gettext_lazy("Places and balance"), needs="mobilities.read", build=places),
    "troubles": Page(title=gettext_lazy("What did not arrive"), needs="messages.read", build=troubles),
    "experience": Page(title=gettext_lazy("Experience"), needs="calls.read", build=stories),
    "funding": Page(title=gettext_lazy("Funding report"), needs="messages.read", build=funding),
}
