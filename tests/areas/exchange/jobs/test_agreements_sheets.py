"""Replay the published scenario sheets with a real node on one side and a partner on paper on the other.

Whatever the sheet says a person does is done by the area's action; whatever it says goes over the wire goes over a
real connection. After each step the node must know what the sheet says it knows.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from hansa.areas.exchange import actions, agreements
from hansa.areas.exchange.models import Iia, Message
from hansa.areas.exchange.queries.conditions import conditions_of
from hansa.areas.exchange.states import IiaState as State
from hansa.kernel.models import Person
from hansa.lib.ewp.iia_states import (
    ApprovalLearnt,
    ApprovalWithdrawn,
    Approved,
    Created,
    Deleted,
    Fetched,
    Gone,
    Mapped,
    Modified,
    Reverted,
)
from tests.areas.exchange.jobs.post_office import deliver, owe
from tests.areas.exchange.league import CHARITE, KI
from tests.areas.exchange.paper import Paper
from tests.areas.exchange.treaty import IN, OUT
from tests.conftest import given
from tests.lib.ewp.test_iia_states_sheets import ERRATA, OTHER, Replay, plain, read_block, rows

#: The sheets about version 7, and those about version 6 in which no id changes, so that they hold for 7 too.
SHEETS = ("1", "3", "5", "11", "13", "15", "17")
#: Those with the most steps, and the one in which copies are made and deleted.
LONG = ("5", "13", "15", "17")
HERE = "P-1"
SENT, APPROVAL_SENT = re.compile("sends? IIA CNR"), re.compile("sends? IIA Approval CNR")
#: How many places each version gives that is not the first one; equal numbers where a sheet says "identical".
PLACES = {
    "1": {"A1.h1": 5, "B1.h1": 5, "B1.h2": 6},
    "3": {"A1.h1": 5, "B1.h1": 5},
    "5": {"A1.h1": 5, "B1.h1": 5, "A1.h2": 6, "B1.h2": 6},
    "11": {"A1.h1": 5, "B1.h1": 5, "A2.h2": 4},
    "13": {"A1.h1": 5, "B1.h1": 6, "A1.h2": 7, "B1.h2": 8, "A1.h3": 9, "B1.h3": 9},
    "15": {},
    "17": {"A1.h1": 5, "B1.h1": 5, "A1.h2": 6, "B1.h2": 6, "A2.h2": 4},
}
AS_WRITTEN, LOST, DOUBLED, LATE = "as written", "lost", "doubled", "late"


def text_of(places: int) -> str:
    return json.dumps([{**OUT, "places": places}, IN])


@dataclass
class Stage(Replay):
    """A replay in which one of the two sides is the node under test, and the other the partner on paper."""

    number: str = ""
    node: str = "A"
    line: str = AS_WRITTEN
    paper: Paper = field(default_factory=lambda: Paper(None, None))  # type: ignore[arg-type]  # reason: always given
    officer: Person = field(default_factory=Person)
    real: dict[str, str] = field(default_factory=lambda: {"": ""})
    ids: dict[str, str] = field(default_factory=lambda: {"": ""})
    late: list[tuple[str, str]] = field(default_factory=list)
    started: int = 0

    # Names of the sheet and what they are here.

    def bind(self, label: str, real: str) -> None:
        assert self.real.setdefault(label, real) == real, label

    def name(self, who: str) -> str:
        return f"{who}.iia_id"

    @property
    def iia(self) -> Iia:
        return Iia.objects.get(pk=self.ids[self.name(self.node)])

    def conditions(self, label: str) -> Any:
        text = text_of(PLACES[self.number].get(label, 4))
        return conditions_of(text, ours=CHARITE, theirs=KI)

    # What goes over the wire.

    def tell(self, kind: str, key: str) -> None:
        """Let the partner notify the node, over a line that may fail."""
        if self.line == LATE:
            self.late.append((kind, key))
        for _turn in range({LOST: 0, LATE: 0, DOUBLED: 2}.get(self.line, 1)):
            self.paper.tell(kind, key)

    def look(self) -> None:
        """Let the node do what it owes; where nobody told it anything it looks by itself."""
        if self.line in (LOST, LATE):
            owe("sweep", subject="everything")
            deliver()
        elif not Message.objects.filter(state="waiting").exists() and self.sides[self.node].own_id:
            actions.iias.refresh(self.iia, by=self.officer)
        for _turn in range(2 if self.line == DOUBLED else 1):
            deliver()

    def fetch(self, who: str, answer: str | None) -> None:
        super().fetch(who, answer)
        if who == self.node:
            self.look()
            return
        other = self.sides[self.node]
        got = self.paper.fetched(self.ids[self.name(self.node)])
        if got is None:
            assert not other.own_id
            return
        assert got.hash_holds
        assert got.iia is not None
        assert (got.iia_id, got.iia.other.iia_id) == (self.ids[other.own_id], self.ids[other.partner_id])
        self.bind(other.own_hash, got.computed)

    def ask(self, who: str, answer: str) -> None:
        super().ask(who, answer)
        if who == self.node:
            self.look()
        else:
            side = self.sides[who]
            assert self.paper.approved(HERE) == self.real[side.approved_by_partner]

    # What people do.

    def do(self, who: str, event: Any) -> None:
        super().do(who, event)
        if not isinstance(event, Fetched | ApprovalLearnt):
            (self.by_officer if who == self.node else self.by_hand)(who, event)

    def by_officer(self, who: str, event: Any) -> None:
        by, iias = self.officer, actions.iias
        match event:
            case Created(partner_id=""):
                asked = {"partner": KI, "title": "Medicine", "conditions": text_of(4)}
                made = iias.draft(Iia(), by=by, **asked)
                self.ids[self.name(who)] = str(made.pk)
                iias.share(made, by=by)
            case Created():
                made = iias.take_over(Iia.objects.get(state=State.RECEIVED), by=by)
                self.ids[self.name(who)] = str(made.pk)
            case Modified(hash=label):
                iias.revise(self.iia, by=by, conditions=text_of(PLACES[self.number][label]))
            case Reverted():
                iias.revert(self.iia, by=by)
            case Deleted():
                iias.delete(self.iia, by=by)
            case Approved():
                iias.approve(self.iia, by=by)
            case ApprovalWithdrawn():
                iias.withdraw(self.iia, by=by)
        self.bind(self.sides[who].own_hash, self.iia.hash)

    def by_hand(self, who: str, event: Any) -> None:
        paper, side = self.paper, self.sides[who]
        self.ids[self.name(who)] = HERE
        named = self.ids[self.name(self.node)] if side.partner_id else ""
        match event:
            case Created() | Modified() | Reverted():
                paper.write(paper.made(HERE, ours=named, conditions=self.conditions(side.own_hash)))
            case Mapped() | Gone():
                paper.name(HERE, ours=named)
            case Deleted():
                del paper.copies[HERE]
            case Approved():
                paper.approvals[named] = self.real[side.approved_here]
            case ApprovalWithdrawn():
                paper.approvals.clear()
        if side.own_id:
            self.bind(side.own_hash, agreements.read_stored(paper.copies[HERE]).computed)

    def start(self, who: str, block: list[str]) -> None:
        super().start(who, block)
        self.started += 1
        if self.started == len(self.sides):
            self.agree()

    def agree(self) -> None:
        """Bring both sides to what most sheets begin with: an agreement that both approved."""
        by, paper, iias = self.officer, self.paper, actions.iias
        made = iias.draft(Iia(), by=by, partner=KI, title="Medicine", conditions=text_of(4))
        iias.share(made, by=by)
        self.ids |= {self.name(self.node): str(made.pk), self.name(OTHER[self.node]): HERE}
        paper.write(paper.made(HERE, ours=str(made.pk), conditions=self.conditions("")))
        paper.tell("iia-cnr", HERE)
        deliver()
        got = paper.fetched(str(made.pk))
        assert got is not None
        paper.approvals[str(made.pk)] = got.computed
        paper.tell("iia-approval-cnr", str(made.pk))
        deliver()
        iias.approve(self.iia, by=by)
        deliver()
        assert paper.approved(HERE) == agreements.read_stored(paper.copies[HERE]).computed
        assert self.iia.state == State.IN_FORCE
        for who in self.sides:
            mine = self.iia.hash if who == self.node else self.iia.their_hash
            self.bind(self.sides[who].own_hash, mine)

    # What must hold after each step.

    def cell(self, who: str, text: str, verb: str) -> None:
        before = len(self.paper.heard)
        super().cell(who, text, verb)
        for kind, words in (("iia-cnr", SENT), ("iia-approval-cnr", APPROVAL_SENT)):
            if words.search(text) is None:
                continue
            key = self.ids[self.name(who if kind == "iia-cnr" else OTHER[who])]
            if who != self.node:
                self.tell(kind, key)
            elif self.line == AS_WRITTEN:
                deliver()
                assert (kind, key) in self.paper.heard[before - 1 :]
        if self.line == AS_WRITTEN:
            self.compare_with_node()

    def compare_with_node(self) -> None:
        """Hold what the node knows against what the sheet says it knows."""
        side, key = self.sides[self.node], self.ids.get(self.name(self.node))
        if not side.own_id:
            assert key is None or self.iia.state == State.DELETED
            return
        here = agreements.side_of(self.iia)
        assert [here.own_id, here.partner_id] == [self.ids[side.own_id], self.ids[side.partner_id]]
        known = ("own_hash", "partner_hash", "approved_by_partner", "approved_here")
        assert {name: getattr(here, name) for name in known} == {name: self.real[getattr(side, name)] for name in known}
        assert here.was_agreed == side.was_agreed

    def play(self) -> None:
        """Play the sheet to its end."""
        is_started = False
        for in_a, in_b, verb in rows(self.number)[3:]:
            if in_a.startswith("Questions"):
                break
            cells = (("A", in_a), ("B", in_b))
            for who, text in cells:
                if not is_started and "does not exist" not in in_a + in_b:
                    self.start(who, read_block(plain(text)))
                else:
                    self.cell(who, text, verb if text else "")
            is_started = True
        for kind, key in reversed(self.late):
            self.paper.tell(kind, key)
        self.look()
        deliver()


@pytest.fixture
def paper(league, university):
    return Paper(league, university)


@pytest.fixture
def officer(db):
    made = Person(username="an-officer", name="Olga", roles=["officer"], state="active")
    with given():
        made.save()
    return made


@pytest.mark.parametrize("node", ["A", "B"])
@pytest.mark.parametrize("number", SHEETS)
def test_node_knows_after_each_step_what_the_sheet_says(paper, officer, number, node):
    stage = Stage(number=number, node=node, paper=paper, officer=officer)

    stage.play()

    assert stage.found == ERRATA.get(number, [])
    stage.compare_with_node()


@pytest.mark.parametrize("line", [LOST, DOUBLED, LATE])
@pytest.mark.parametrize("node", ["A", "B"])
@pytest.mark.parametrize("number", LONG)
def test_sheet_ends_the_same_whatever_becomes_of_notifications(paper, officer, number, node, line):
    stage = Stage(number=number, node=node, line=line, paper=paper, officer=officer)

    stage.play()

    stage.compare_with_node()
