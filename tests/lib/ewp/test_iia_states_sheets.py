"""Replay the published scenario sheets between two sides, comparing what both know after each step."""

import re
from dataclasses import dataclass, field

import openpyxl
import pytest

from hansa.lib.errors import RefusedError
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
    Seen,
    Side,
    Switched,
    after,
)
from tests.conformance import conformance

OTHER = {"A": "B", "B": "A"}
HASH = re.compile(r"([AB]\d)\.(conditions-|condtitions-|iia-)?hash ?(\d)")
BLOCK = re.compile(
    r"^mapped identifiers: (\S+) \(local\), (\S+) \(remote\) *\n"
    r"last known hashes: (\S+), (\S+) *\napproval hashes: (\S+), (\S+)",
    re.MULTILINE,
)
GET = re.compile(r"sends IIA GET.*?receives.*?(?:response \w+ \((.*?)\)|empty response)", re.DOTALL)
ASKED = re.compile(
    r"sends IIA Approval request with.*?receives.*?(?:response \(\S+, (\S+)\)|empty response)", re.DOTALL
)
SHEETS = ("1", "3", "5", "7", "9", "11", "13", "15", "17")

# What the sheets themselves say wrongly, by sheet: who, what it says, what follows from the steps before.
ERRATA = {
    # A fetched B1 two steps before; its own revert changes nothing of what B serves.
    "1": [("A", "partner hash", "B0.h0", "B1.h2")],
    "9": [("A", "partner hash", "B0.h0", "B1.h2")],
    # A has approved no B1 yet; the next state of B says so.
    "5": [("B", "approved by partner", "B1.h1", "B0.h0")],
    # B's copy named B.iia_id before A deleted; the answer to A's request names the old hash.
    "15": [("A", "approval", "A0.h0", "A0.h1")],
    # B1 was last fetched with hash2, and A1 was last approved with hash2; the final state shows the first approvals.
    "17": [
        ("A", "partner hash", "B1.h1", "B1.h2"),
        ("B", "approved here", "A1.h1", "A1.h2"),
        ("A", "approved by partner", "A1.h1", "A1.h2"),
        ("A", "own hash", "A0.h0", "A2.h2"),
        ("A", "approved by partner", "A0.h0", "A2.h2"),
        ("B", "partner hash", "A0.h0", "A2.h2"),
        ("B", "approved here", "A0.h0", "A2.h2"),
    ],
}


def plain(text: str) -> str:
    """Write every hash of a cell in one short form."""
    return HASH.sub(lambda found: f"{found[1]}.{'c' if (found[2] or '').startswith('cond') else 'h'}{found[3]}", text)


def known(text: str) -> str:
    return "" if set(text) <= {"-"} else text


@dataclass
class Replay:
    """Hold both sides of one sheet, and where the sheet and the sides disagree."""

    sides: dict[str, Side] = field(default_factory=lambda: {"A": Side(), "B": Side()})
    found: list[tuple[str, str, str, str]] = field(default_factory=list)
    steps: int = 0

    def do(self, who: str, event) -> None:
        self.sides[who] = after(self.sides[who], event)
        self.steps += 1

    def compare(self, who: str, what: str, *, stated: str, real: str) -> None:
        if stated != real:
            self.found.append((who, what, stated, real))

    def start(self, who: str, block: list[str]) -> None:
        own, partner, own_hash, partner_hash, by_partner, here = block
        self.sides[who] = Side(
            own_id=own,
            own_hash=own_hash,
            partner_id=partner,
            seen=Seen(id=partner, hash=partner_hash, names=own),
            approved_by_partner=by_partner,
            approved_here=here,
            approved_id=partner,
            was_agreed=True,
            served=frozenset({own_hash}),
        )

    def check(self, who: str, block: list[str]) -> None:
        side = self.sides[who]
        names = ("own id", "partner id", "own hash", "partner hash", "approved by partner", "approved here")
        real = (
            side.own_id,
            side.partner_id,
            side.own_hash,
            side.partner_hash,
            side.approved_by_partner,
            side.approved_here,
        )
        for what, stated, value in zip(names, block, real, strict=True):
            self.compare(who, what, stated=stated, real=value)

    def fetch(self, who: str, answer: str | None) -> None:
        """Let one side fetch the other's copy, and compare the answer with the one in the sheet."""
        other = self.sides[OTHER[who]]
        if answer is None:
            self.compare(who, "empty answer", stated="", real=other.own_id)
            return
        if answer:
            in_a, in_b, hash_ = (known(part.strip()) for part in answer.split(","))
            names, own = (in_a, in_b) if who == "A" else (in_b, in_a)
            self.compare(who, "fetched id", stated=own, real=other.own_id)
            self.compare(who, "fetched hash", stated=hash_, real=other.own_hash)
            # Before A has linked its copy, sheets 7 and 15 name both ids in the answer of B only.
            self.compare(who, "fetched names", stated=names, real=other.partner_id)
        self.do(who, Fetched(Seen(id=other.own_id, hash=other.own_hash, names=other.partner_id)))

    def ask(self, who: str, answer: str) -> None:
        real = self.sides[OTHER[who]].approval_of(self.sides[who].own_id)
        self.compare(who, "approval", stated=known(answer or ""), real=real)
        self.do(who, ApprovalLearnt(real))

    def act(self, who: str, verb: str, block: list[str]) -> None:
        """Let a person do what the column of actions says."""
        side, own_hash = self.sides[who], block[2] if block else ""
        events = {
            "Creates IIA": lambda: Created(f"{who}.iia_id", own_hash, block[1]),
            "Modifies": lambda: Modified(own_hash),
            "Reverts": Reverted,
            "Approves": lambda: Approved(side.partner_hash),
            "Deletes Approval": ApprovalWithdrawn,
            "Deletes": Deleted,
            "Keeps own copy": lambda: Gone(own_hash),
            "Switches": lambda: Switched(switched(side)),
        }
        made = next((make for name, make in events.items() if name in verb), None)
        if made is not None:
            self.do(who, made())

    def cell(self, who: str, text: str, verb: str) -> None:
        text = plain(text)
        block = read_block(text)
        got, asked = GET.search(text), ASKED.search(text)
        if got is not None:
            self.fetch(who, None if got[0].endswith("empty response") else got[1])
        if asked is not None and "does not send" not in text:
            self.ask(who, asked[1])
        if self.sides[who].should_map and block:
            self.do(who, Mapped(block[1], block[2]))
        self.act(who, verb or ("Modifies" if "makes changes in" in text else ""), block)
        if block:
            self.check(who, block)
        if re.search(r"with [AB]\.iia_id \(local\)[^,.]* does not exist", text):
            self.compare(who, "own id", stated="", real=self.sides[who].own_id)


def switched(side: Side) -> dict[str, str]:
    seen = side.seen.hash if side.seen else ""
    old = {side.own_hash, seen, side.approved_by_partner, side.approved_here}
    return {one: one.replace(".c", ".h") for one in old if one}


def read_block(text: str) -> list[str]:
    found = BLOCK.search(text)
    return [known(one) for one in found.groups()] if found else []


def rows(number: str):
    """Return the rows of one sheet: what A does, what B does, and the word for it."""
    book = openpyxl.load_workbook(conformance("ewp") / "scenarios" / "DeleteModifyScenarios.xlsx", read_only=True)
    (sheet,) = [one for one in book if one.title.split(".")[0] == number]
    found = [tuple(str(cell or "") for cell in (*row, None, None)[:3]) for row in sheet.iter_rows(values_only=True)]
    book.close()
    return [row for row in found if any(row)]


def replay(number: str) -> Replay:
    whole = Replay()
    started = False
    for in_a, in_b, verb in rows(number)[3:]:
        if in_a.startswith("Questions"):
            break
        if not started and "does not exist" not in in_a + in_b:
            for who, text in (("A", in_a), ("B", in_b)):
                whole.start(who, read_block(plain(text)))
        else:
            for who, text in (("A", in_a), ("B", in_b)):
                whole.cell(who, text, verb if text else "")
        started = True
    return whole


@pytest.mark.parametrize("number", SHEETS)
def test_sheet_is_followed_but_for_its_errata(number):
    whole = replay(number)

    assert whole.found == ERRATA.get(number, [])
    assert whole.steps >= 6


@pytest.mark.parametrize("number", ["3", "5", "9", "11", "13", "17"])
def test_sheet_ends_with_both_sides_agreed(number):
    whole = replay(number)

    assert all(side.is_agreed for side in whole.sides.values())


def test_sheet_19_calls_an_error_what_is_refused_here():
    (_row, text, _verb) = next(row for row in rows("19") if row[2] == "ERROR!")
    assert "withdraw the approval" in text
    whole = Replay()
    for who, text in zip("AB", rows("19")[3][:2], strict=True):
        whole.start(who, read_block(plain(text)))

    with pytest.raises(RefusedError, match="cannot be withdrawn"):
        whole.do("B", ApprovalWithdrawn())
