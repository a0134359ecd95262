"""Follow the life of an agreement between two partners, seen from one of them.

Each side keeps its own copy and knows four hashes: of its copy, of the partner's as last
fetched, of its copy as the partner approved it, and of the partner's as approved here. What
people do and what is learnt are events; `after` says what a side knows then. Hashes are made
elsewhere: an event that changes our copy, or the ids in it, brings the new hash.

    side = after(side, Fetched(Seen(id="s-1", hash=received.computed, names="b-1")))
    side = after(side, Approved(received.computed))

Notifications change nothing here: they only say when to fetch. So it does no harm if they are
lost, doubled or late; a sweep (index, get, approval) brings both sides together again. Before a
person approves, withdraws an approval or deletes, fetch the partner's copy and its approval anew.

Sources: the scenario sheets of iias 7.0.0 (2024-03-01 DeleteModifyScenarios) and the mandatory
business requirements for IIA of 24-10-2022, chapters 9 to 12.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from hansa.lib.errors import RefusedError


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Hold the partner's copy as last fetched; ``names`` is the id by which it names ours."""

    id: str
    hash: str
    names: str = ""
    is_terminated: bool = False


@dataclass(frozen=True, kw_only=True)
class Side:
    """Hold what one partner knows of an agreement; an empty text means that there is none.

    ``approved_by_partner`` is the hash of our copy, ``approved_here`` that of the partner's copy
    with the id ``approved_id``. ``was_agreed`` stays once both copies were approved. ``served`` are
    the hashes that our copy has had since it names the partner's as it does.
    """

    own_id: str = ""
    own_hash: str = ""
    partner_id: str = ""
    seen: Seen | None = None
    approved_by_partner: str = ""
    approved_here: str = ""
    approved_id: str = ""
    is_terminated: bool = False
    was_agreed: bool = False
    served: frozenset[str] = frozenset()
    used_ids: frozenset[str] = frozenset()

    @property
    def partner_hash(self) -> str:
        """Return the hash of the partner's copy, as last known."""
        return self.seen.hash if self.seen is not None and self.seen.id == self.partner_id else ""

    @property
    def is_agreed(self) -> bool:
        """Tell whether both copies are approved as they stand."""
        both = self.approved_by_partner == self.own_hash and self.approved_here == self.partner_hash
        return both and bool(self.own_hash and self.partner_hash)

    @property
    def is_over(self) -> bool:
        """Tell whether both sides agreed to terminate it as a whole."""
        return self.is_agreed and self.is_terminated and self.seen is not None and self.seen.is_terminated

    @property
    def can_revert(self) -> bool:
        """Tell whether there is a version approved by the partner to go back to."""
        return self.approved_by_partner in self.served - {self.own_hash}

    @property
    def should_map(self) -> bool:
        """Tell whether the partner's copy names ours and ours does not name it yet."""
        return self.seen is not None and bool(self.own_id) and self.seen.names == self.own_id and not self.partner_id

    def approval_of(self, iia_id: str) -> str:
        """Return what an approval request of the partner for its copy is answered with: a hash or nothing."""
        return self.approved_here if iia_id == self.approved_id else ""


@dataclass(frozen=True)
class Created:
    """Say that we made our copy, perhaps as the answer to the partner's."""

    own_id: str
    hash: str
    partner_id: str = ""


@dataclass(frozen=True)
class Modified:
    """Say that our copy says something else now."""

    hash: str


@dataclass(frozen=True)
class Reverted:
    """Say that we went back to the version of our copy that the partner approved."""


@dataclass(frozen=True)
class Terminated:
    """Say that our copy is now marked as terminated as a whole."""

    hash: str


@dataclass(frozen=True)
class Deleted:
    """Say that we deleted our copy."""


@dataclass(frozen=True)
class Approved:
    """Say that we approved the partner's copy, which was fetched just now and has this hash."""

    hash: str


@dataclass(frozen=True)
class ApprovalWithdrawn:
    """Say that we no longer keep an approval."""


@dataclass(frozen=True)
class Mapped:
    """Say that our copy names the partner's from now on; with its ids our hash changed."""

    partner_id: str
    hash: str


@dataclass(frozen=True)
class Fetched:
    """Say that the partner served this copy."""

    seen: Seen


@dataclass(frozen=True)
class Gone:
    """Say that the partner no longer serves its copy; ours, which names it no more, has this hash now.

    A partner may delete only what was never agreed. It can believe so in good faith, when it has not
    yet learnt of an approval: where `was_agreed` holds, let a person ask before this is taken as true.
    """

    hash: str


@dataclass(frozen=True)
class ApprovalLearnt:
    """Say what the partner answered to an approval request for our copy: a hash or nothing."""

    hash: str


@dataclass(frozen=True)
class Switched:
    """Say that all hashes are from now on those of another version of the interface, each by its old one."""

    hashes: Mapping[str, str]


Event: TypeAlias = (
    Created
    | Modified
    | Reverted
    | Terminated
    | Deleted
    | Approved
    | ApprovalWithdrawn
    | Mapped
    | Fetched
    | Gone
    | ApprovalLearnt
    | Switched
)


def after(side: Side, event: Event) -> Side:
    """Return what a side knows after an event, or raise RefusedError where the rules forbid it."""
    changed = STEPS[type(event)](side, event)
    return replace(changed, was_agreed=changed.was_agreed or changed.is_agreed)


def _created(side: Side, event: Created) -> Side:
    if side.own_id:
        raise RefusedError("There is a copy of this agreement here already.", "Change it instead.")
    if event.own_id in side.used_ids:
        raise RefusedError("The id of a deleted agreement is never used again.", "Take a new id.")
    used = side.used_ids | {event.own_id}
    return replace(_serving(side, event.hash), own_id=event.own_id, partner_id=event.partner_id, used_ids=used)


def _modified(side: Side, event: Modified) -> Side:
    _own(side)
    return replace(_serving(side, event.hash), is_terminated=False)


def _reverted(side: Side, _event: Reverted) -> Side:
    if not side.can_revert:
        raise RefusedError(
            "The partner has approved no other version of our copy than the one that stands here.",
            "Change the copy as it should be and ask for a new approval.",
        )
    return replace(side, own_hash=side.approved_by_partner, is_terminated=False)


def _terminated(side: Side, event: Terminated) -> Side:
    _own(side)
    if not side.was_agreed:
        raise RefusedError("Only an agreement that both have approved can be terminated.", "Delete it instead.")
    return replace(_serving(side, event.hash), is_terminated=True)


def _deleted(side: Side, _event: Deleted) -> Side:
    _own(side)
    if side.was_agreed:
        raise RefusedError("An agreement that both have approved cannot be deleted.", "Terminate it instead.")
    return Side(approved_here=side.approved_here, approved_id=side.approved_id, used_ids=side.used_ids)


def _approved(side: Side, event: Approved) -> Side:
    _own(side)
    if side.seen is None or not side.partner_id or event.hash != side.partner_hash:
        raise RefusedError(
            "What was approved is not the partner's copy as last fetched.", "Fetch the copy again and look at it."
        )
    if side.seen.names != side.own_id:
        raise RefusedError(
            "The partner's copy does not name ours, so its hash will change.", "Wait until the partner has linked it."
        )
    return replace(side, approved_here=event.hash, approved_id=side.partner_id)


def _withdrawn(side: Side, _event: ApprovalWithdrawn) -> Side:
    if side.was_agreed and side.partner_id:
        raise RefusedError(
            "The approval of an agreement that both have approved cannot be withdrawn.",
            "Agree on a new version or terminate it.",
        )
    return replace(side, approved_here="", approved_id="")


def _mapped(side: Side, event: Mapped) -> Side:
    _own(side)
    if side.partner_id not in {"", event.partner_id} and side.was_agreed:
        raise RefusedError(
            "An agreement that both have approved stays linked to the partner's copy.", "Make a new agreement."
        )
    if event.partner_id == side.partner_id:
        return _serving(side, event.hash)
    # What was served under other ids is no version that could be gone back to.
    return replace(side, partner_id=event.partner_id, own_hash=event.hash, served=frozenset({event.hash}))


def _fetched(side: Side, event: Fetched) -> Side:
    if side.partner_id not in {"", event.seen.id}:
        return side
    return replace(side, seen=event.seen)


def _gone(side: Side, event: Gone) -> Side:
    _own(side)
    served = frozenset({event.hash})
    return replace(side, partner_id="", seen=None, own_hash=event.hash, served=served, was_agreed=False)


def _learnt(side: Side, event: ApprovalLearnt) -> Side:
    return replace(side, approved_by_partner=event.hash) if side.own_id else side


def _switched(side: Side, event: Switched) -> Side:
    def new(old: str) -> str:
        if old and old not in event.hashes:
            raise RefusedError(
                "A hash that is kept has no counterpart in the new version.", "Compute it from the kept copy first."
            )
        return event.hashes[old] if old else ""

    return replace(
        side,
        own_hash=new(side.own_hash),
        served=frozenset(event.hashes[old] for old in side.served if old in event.hashes),
        seen=replace(side.seen, hash=new(side.seen.hash)) if side.seen else None,
        approved_by_partner=new(side.approved_by_partner),
        approved_here=new(side.approved_here),
    )


def _serving(side: Side, hash_: str) -> Side:
    return replace(side, own_hash=hash_, served=side.served | {hash_})


def _own(side: Side) -> None:
    if not side.own_id:
        raise RefusedError("There is no copy of this agreement here.", "Make one first.")


STEPS: Mapping[type, Callable[[Side, Any], Side]] = {
    Created: _created,
    Modified: _modified,
    Reverted: _reverted,
    Terminated: _terminated,
    Deleted: _deleted,
    Approved: _approved,
    ApprovalWithdrawn: _withdrawn,
    Mapped: _mapped,
    Fetched: _fetched,
    Gone: _gone,
    ApprovalLearnt: _learnt,
    Switched: _switched,
}
