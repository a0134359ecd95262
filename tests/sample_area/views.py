"""The pages of the area made for tests."""

from datetime import date
from typing import Any

from hansa.kernel.models import Partner, Person
from hansa.kernel.pages import Filter, Link, Page, Query, Table

PORTS = ("Lübeck", "Visby", "Riga", "Tallinn")


def crossings(person: Person, query: Query) -> dict[str, Any]:
    """Return every crossing between two ports, thirty of each, and the partners."""
    port = Filter(name="port", label="Port", choices=tuple((port, port) for port in PORTS))
    rows = [(one, number) for number in range(1, 31) for one in PORTS if port.of(query) in ("", one)]
    partners = Table(
        columns=("Partner",),
        found=Partner.objects.order_by("name"),
        lines=lambda found: [(partner.name,) for partner in found],
        caption="Who sails with us",
        note="Only ferries.",
    )
    table = Table(
        columns=("Port", "Number", "Cargo"),
        found=rows,
        lines=lambda found: [(Link(one, "/ledger/"), number, "=1+1") for one, number in found],
    )
    return {"lead": "All crossings.", "filters": [port], "tables": [table, partners]}


def nothing(person: Person, query: Query) -> dict[str, Any]:
    """Return an empty table."""
    return {"tables": [Table(columns=("Day",), found=[], caption="Days")]}


def places(person: Person) -> list[tuple[str, str]]:
    """Return a place that is neither a record nor a page."""
    return [("Timetable", "/agreements/?q=ferry")]


def waiting_count(person: Person) -> int:
    """Return how many ferries wait."""
    return 7


DAY = date(2026, 5, 17)
PAGES = {
    "crossings": Page(title="Crossings", needs="ledger.read", build=crossings),
    "nothing": Page(title="No crossings", needs="ledger.read", build=nothing, in_menu=False),
    "secrets": Page(title="Secret crossings", needs="ferries.sail", build=nothing),
}
