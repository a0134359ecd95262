"""What the registry's validator expects of every endpoint (ewp-registry-service, validators): status by status.

Each line says what is asked, and what comes back: the status, and for 200 whether something is found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from lxml import etree

from hansa.areas.exchange.api import SERVED
from hansa.areas.exchange.states import MobilityState
from hansa.lib.ewp.manifest import LIMIT
from tests.areas.exchange.league import CHARITE, KI, UU, YEAR
from tests.conftest import given

FOUND, EMPTY = "found", "empty"
KNOWN, OTHERS, FAKE = "{known}", "{others}", "f" * 32


@dataclass(frozen=True)
class Line:
    """One expectation."""

    what: str
    api: tuple[str, int, str]
    pairs: tuple[tuple[str, str], ...]
    status: int
    found: str = ""
    method: str = "POST"
    by: str = KI

    def __str__(self) -> str:
        name, major, part = self.api
        return f"{name}-{major}-{part.removesuffix('url').rstrip('-') or 'it'}-{self.method.lower()}-{self.what}"


@dataclass(frozen=True)
class Asked:
    """How one endpoint is asked in the right way."""

    api: tuple[str, int, str]
    ids: str = ""
    owner: str = ""
    partner: str = ""
    limit: int = LIMIT
    dates: tuple[str, ...] = field(default=())
    #: What an unknown owner is answered with.
    unknown_owner: int = 400

    def right(self) -> tuple[tuple[str, str], ...]:
        return ((self.owner, CHARITE),) if self.owner else ()

    def lines(self) -> Iterator[Line]:
        yield from self.methods()
        yield from self.of_ids() if self.ids else self.of_lists()
        if self.owner:
            yield from self.of_owners()

    def line(self, what: str, pairs: tuple[tuple[str, str], ...], status: int, found: str = "", **more: str) -> Line:
        return Line(what, self.api, pairs, status, found, **more)

    def methods(self) -> Iterator[Line]:
        pairs = (*self.right(), *(((self.ids, KNOWN),) if self.ids else ()))
        for method in ("GET", "POST"):
            yield self.line("right", pairs, 200, FOUND, method=method)
        for method in ("PUT", "DELETE"):
            yield self.line("method", pairs, 405, method=method)

    def of_ids(self) -> Iterator[Line]:
        one, fake = (self.ids, KNOWN), (self.ids, FAKE)
        yield self.line("unknown", (*self.right(), fake), 200, EMPTY)
        yield self.line("known-and-unknown", (*self.right(), one, fake), 200, FOUND)
        yield self.line("none", self.right(), 400)
        yield self.line("empty-value", (*self.right(), (self.ids, "")), 400)
        yield self.line("other-name", (*self.right(), (f"{self.ids}_param", KNOWN)), 400)
        yield self.line("too-many-known", (*self.right(), *[one] * (self.limit + 1)), 400)
        yield self.line("too-many-unknown", (*self.right(), *[fake] * (self.limit + 1)), 400)
        yield self.line("most", (*self.right(), *[one] * self.limit), 200, FOUND)
        if self.ids == "omobility_id":
            yield self.line("as-another-member", (*self.right(), one), 200, EMPTY, by=UU)
            yield self.line("of-another-member", (*self.right(), (self.ids, OTHERS)), 200, EMPTY)

    def of_lists(self) -> Iterator[Line]:
        yield self.line("as-another-member", self.right(), 200, EMPTY, by="uu.se.example")
        for name in self.dates:
            past, future = ("2000-02-12T15:19:21+01:00", "2050-02-12T15:19:21+01:00")
            if name == "modified_since":
                yield self.line("past", (*self.right(), (name, past)), 200, FOUND)
                yield self.line("future", (*self.right(), (name, future)), 200, EMPTY)
                wrong = ("2004-02-12", "05/29/2015 05:50", FAKE, "2004-02-12T15:19:21")
            else:
                yield self.line("year", (*self.right(), (name, YEAR)), 200, FOUND)
                yield self.line("older-year", (*self.right(), (name, "2010/2011")), 200, EMPTY)
                past, wrong = YEAR, ("2010/2012", "2010", "10/11", FAKE)
            yield self.line("twice", (*self.right(), (name, past), (name, past)), 400)
            for number, value in enumerate(wrong):
                yield self.line(f"wrong-{number}", (*self.right(), (name, value)), 400)

    def of_owners(self) -> Iterator[Line]:
        ids = ((self.ids, KNOWN),) if self.ids else ()
        empty = "" if self.unknown_owner != 200 else EMPTY
        yield self.line("no-owner", ids, 400)
        yield self.line("unknown-owner", ((self.owner, FAKE), *ids), self.unknown_owner, empty)
        yield self.line("owner-twice", ((self.owner, CHARITE), (self.owner, CHARITE), *ids), 400)
        yield self.line("owner-and-another", ((self.owner, CHARITE), (self.owner, FAKE), *ids), 400)
        if self.partner:
            ours = (self.owner, CHARITE)
            yield self.line("partner", (ours, (self.partner, KI)), 200, FOUND)
            yield self.line("partner-and-unknown", (ours, (self.partner, KI), (self.partner, FAKE)), 200, FOUND)
            yield self.line("unknown-partner", (ours, (self.partner, FAKE)), 200, EMPTY)
            yield self.line("foreign-partner", (ours, (self.partner, UU)), 200, EMPTY)
            yield self.line("unknown-owner-partner", ((self.owner, FAKE), (self.partner, KI)), 200, EMPTY)


IDS, SENDING, RECEIVING = "omobility_id", "sending_hei_id", "receiving_hei_id"
BOTH = ("modified_since", "receiving_academic_year_id")
ASKED = (
    Asked(("omobilities", 3, "index-url"), dates=BOTH),
    Asked(("omobilities", 3, "get-url"), ids=IDS),
    Asked(("omobilities", 2, "index-url"), owner=SENDING, partner=RECEIVING, dates=BOTH, unknown_owner=200),
    Asked(("omobilities", 2, "get-url"), ids=IDS, owner=SENDING),
    Asked(("omobility-las", 1, "index-url"), owner=SENDING, partner=RECEIVING, dates=BOTH, unknown_owner=200),
    Asked(("omobility-las", 1, "get-url"), ids=IDS, owner=SENDING),
    Asked(("imobility-tors", 3, "index-url"), dates=("modified_since",)),
    Asked(("imobility-tors", 3, "get-url"), ids=IDS),
    Asked(
        ("imobility-tors", 2, "index-url"),
        owner=RECEIVING,
        partner=SENDING,
        dates=("modified_since",),
        unknown_owner=200,
    ),
    Asked(("imobility-tors", 2, "get-url"), ids=IDS, owner=RECEIVING),
    Asked(("imobilities", 2, "get-url"), ids=IDS),
    Asked(("imobilities", 1, "get-url"), ids=IDS, owner=RECEIVING),
)
HEIS = tuple(
    line
    for api in (("institutions", 2, "url"), ("factsheet", 1, "url"))
    for line in (
        Line("right", api, (("hei_id", CHARITE),), 200, FOUND),
        Line("right", api, (("hei_id", CHARITE),), 200, FOUND, method="GET"),
        Line("unknown", api, (("hei_id", FAKE),), 200, EMPTY),
        Line("known-and-unknown", api, (("hei_id", CHARITE), ("hei_id", FAKE)), 200, FOUND),
        Line("none", api, (), 400),
        Line("other-name", api, (("hei_id_param", CHARITE),), 400),
        Line("too-many", api, (("hei_id", CHARITE),) * (LIMIT + 1), 400),
        Line("most", api, (("hei_id", CHARITE),) * LIMIT, 200, FOUND),
        Line("method", api, (("hei_id", CHARITE),), 405, method="PUT"),
        Line("method", api, (("hei_id", CHARITE),), 405, method="DELETE"),
    )
)
STATISTICS = tuple(
    line
    for api in SERVED
    if api[0].endswith("-stats") or api[2] == "stats-url"
    for line in (
        Line("right", api, (), 200, FOUND, method="GET"),
        Line("method", api, (), 405),
        Line("method", api, (), 405, method="DELETE"),
        Line("stranger", api, (), 403, method="GET", by="stranger.example"),
    )
)
NOTICES = tuple(
    line
    for api in SERVED
    if api[0].endswith("-cnr") and api[2] == "url"
    for named in (((SENDING if api[0].startswith("o") else RECEIVING, KI),) if api[1] == 1 else (),)
    for key in ("iia_id" if api[0].startswith("iia") else IDS,)
    for line in (
        Line("unknown", api, (*named, (key, FAKE)), 200),
        Line("known", api, (*named, (key, KNOWN)), 200),
        Line("known-get", api, (*named, (key, KNOWN)), 200, method="GET"),
        Line("none", api, named, 400),
        Line("too-many", api, (*named, *((key, FAKE),) * (LIMIT + 1)), 400),
        Line("method", api, (*named, (key, FAKE)), 405, method="PUT"),
        Line("stranger", api, (*named, (key, FAKE)), 403, by="stranger.example"),
    )
)
LINES = [*(line for asked in ASKED for line in asked.lines()), *HEIS, *STATISTICS, *NOTICES]


@pytest.fixture
def full(league):
    """Return the league with a stay each way, and one of another member."""
    league.profile()
    league.publish(KI, UU, "uu.se.example", "stats.erasmuswithoutpaper.eu")
    stays = {}
    for hei in (KI, UU):
        for is_outgoing in (True, False):
            state = MobilityState.ACCEPTED
            mobility = league.mobility(hei, iia=league.iia(hei), is_outgoing=is_outgoing, state=state)
            league.plan(mobility, "A")
            with given():
                mobility.transcript = league.transcript(mobility)
                mobility.save()
            stays[hei, is_outgoing] = mobility.foreign_id
    league.stays = stays
    return league


def filled(pairs, league, *, is_outgoing):
    known = {KNOWN: league.stays[KI, is_outgoing], OTHERS: league.stays[UU, is_outgoing]}
    return [(name, known.get(value, value)) for name, value in pairs]


@pytest.mark.parametrize("line", LINES, ids=str)
def test_answer_has_the_status_that_the_validator_expects(full, line):
    name, major, part = line.api
    pairs = filled(line.pairs, full, is_outgoing=name not in ("imobilities", "imobility-tors"))

    answer = full.ask(name, major, pairs, part=part, method=line.method, by=line.by)

    assert answer.status_code == line.status, answer.content
    if line.found:
        assert bool(len(etree.fromstring(answer.content))) is (line.found == FOUND), answer.content


def test_table_is_as_long_as_it_claims():
    assert len(LINES) > 150
    assert len({str(line) + str(line.pairs) + line.by for line in LINES}) == len(LINES)
