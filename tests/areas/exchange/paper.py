"""A partner on paper: a member of the network that keeps its agreements by hand and speaks the protocol over HTTP.

It serves its copies and approvals at a port of this machine, calls the node's door with signed requests, and knows
nothing of what the node keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hansa.lib.ewp import iia_answers
from hansa.lib.ewp.iia import Iia as Copy
from hansa.lib.ewp.iia import Partner
from hansa.lib.ewp.iia_answers import Approval, read_approval_response, read_index_response
from hansa.lib.ewp.iia_reading import Received, read_get_response, read_stored
from hansa.lib.ewp.iia_xml import get_response
from tests.areas.exchange.league import CHARITE, KI, League
from tests.areas.exchange.university import Asked, University


@dataclass
class Paper:
    """The partner: its copy by its ids, the hash of ours that it approves, and what it heard."""

    league: League
    university: University
    copies: dict[str, bytes] = field(default_factory=dict)
    approvals: dict[str, str] = field(default_factory=dict)
    heard: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.university.extra |= {
            "iias": self.iias,
            "iias-approval": self.approving,
            "iia-cnr": lambda asked: self.hear("iia-cnr", asked),
            "iia-approval-cnr": lambda asked: self.hear("iia-approval-cnr", asked),
        }

    # What the node asks of it.

    def iias(self, asked: Asked) -> bytes:
        if asked.path.endswith("index"):
            return iia_answers.index_response(list(self.copies))
        found = [self.copies[key] for key in asked.pairs["iia_id"] if key in self.copies]
        return found[0] if found else get_response(None)

    def approving(self, asked: Asked) -> bytes:
        keys = [key for key in asked.pairs["iia_id"] if self.approvals.get(key)]
        return iia_answers.approval_response([Approval(iia_id=key, hash=self.approvals[key]) for key in keys])

    def hear(self, kind: str, asked: Asked) -> bytes:
        self.heard += [(kind, key) for key in asked.pairs["iia_id"]]
        return iia_answers.cnr_response() if kind == "iia-cnr" else iia_answers.approval_cnr_response()

    # What it asks of the node.

    def tell(self, kind: str, key: str) -> None:
        """Notify the node; whatever the id is, the answer is yes."""
        assert self.league.ask(kind, 3 if kind == "iia-cnr" else 2, [("iia_id", key)]).status_code == 200

    def listed(self) -> Sequence[str]:
        """Return the ids that the node lists."""
        return read_index_response(self.asked("iias", 7, part="index-url"))

    def fetched(self, key: str) -> Received | None:
        """Return the node's copy, or None where it serves none."""
        return next(iter(read_get_response(self.asked("iias", 7, ("iia_id", key), part="get-url"))), None)

    def approved(self, key: str) -> str:
        """Return the hash of its own copy that the node approves, or nothing."""
        found = read_approval_response(self.asked("iias-approval", 2, ("iia_id", key)))
        assert all(one.iia_id == key for one in found)
        return next((one.hash for one in found), "")

    def asked(self, name: str, major: int, *pairs: tuple[str, str], **changes: Any) -> bytes:
        answer = self.league.ask(name, major, list(pairs), **changes)
        assert answer.status_code == 200, answer.content
        return bytes(answer.content)

    # What it writes.

    def write(self, copy: Copy) -> str:
        """Serve a copy from now on; return its hash."""
        raw = get_response(copy)
        self.copies[copy.owner.iia_id] = raw
        return read_stored(raw).computed

    def copy(self, key: str) -> Copy:
        """Return a copy that it serves."""
        found = read_stored(self.copies[key]).iia
        assert found is not None
        return found

    def name(self, key: str, *, ours: str) -> str:
        """Let a copy name another id of the node's, or none; return its hash."""
        before = self.copy(key)
        return self.write(replace(before, partners=(before.owner, Partner(hei=CHARITE, iia_id=ours))))

    def made(self, key: str, *, ours: str, conditions: Any) -> Copy:
        """Return a copy of its own that names the node's by an id, or by none."""
        return Copy(
            partners=(Partner(hei=KI, iia_id=key), Partner(hei=CHARITE, iia_id=ours)), conditions=tuple(conditions)
        )
