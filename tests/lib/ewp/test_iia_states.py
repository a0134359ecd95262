import hashlib
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Terminated,
    after,
)

AGREED = Side(
    own_id="a",
    own_hash="a0",
    partner_id="b",
    seen=Seen(id="b", hash="b0", names="a"),
    approved_by_partner="a0",
    approved_here="b0",
    approved_id="b",
    was_agreed=True,
    served=frozenset({"a0"}),
)
DRAFT = replace(AGREED, approved_by_partner="", approved_here="", approved_id="", was_agreed=False)


def following(side, *events):
    for event in events:
        side = after(side, event)
    return side


def test_agreement_is_made_step_by_step():
    side = following(
        Side(),
        Created("a", "a0"),
        Fetched(Seen(id="b", hash="b0", names="a")),
    )
    assert side.should_map
    side = following(side, Mapped("b", "a1"), Approved("b0"))
    assert (side.should_map, side.is_agreed, side.was_agreed) == (False, False, False)

    side = after(side, ApprovalLearnt("a1"))

    assert (side.is_agreed, side.was_agreed) == (True, True)
    assert (side.approval_of("b"), side.approval_of("c")) == ("b0", "")


def test_change_needs_both_approvals_again():
    side = following(AGREED, Modified("a1"), Fetched(Seen(id="b", hash="b1", names="a")), Approved("b1"))
    assert not side.is_agreed

    assert after(side, ApprovalLearnt("a1")).is_agreed


def test_revert_goes_back_to_what_the_partner_approved():
    side = after(AGREED, Modified("a1"))

    assert side.can_revert
    assert after(side, Reverted()) == replace(AGREED, served=frozenset({"a0", "a1"}))


def test_agreement_is_over_when_both_have_terminated_it():
    side = following(AGREED, Terminated("a1"), ApprovalLearnt("a1"))
    assert not side.is_over

    side = following(side, Fetched(Seen(id="b", hash="b1", names="a", is_terminated=True)), Approved("b1"))

    assert side.is_over
    assert not after(side, Modified("a2")).is_terminated


def test_deleted_copy_leaves_the_approval_until_it_is_withdrawn():
    side = following(DRAFT, Approved("b0"), Deleted())

    assert side == Side(approved_here="b0", approved_id="b")
    assert after(side, ApprovalWithdrawn()) == Side()


def test_gone_copy_of_the_partner_is_no_longer_named():
    side = following(DRAFT, Approved("b0"), Gone("a1"))

    assert (side.partner_id, side.partner_hash, side.own_hash) == ("", "", "a1")
    assert side.approval_of("b") == "b0"


def test_link_to_another_copy_leaves_no_version_to_go_back_to():
    side = following(DRAFT, Modified("a1"), ApprovalLearnt("a0"))

    assert after(side, Mapped("b", "a1")).can_revert
    assert not after(side, Mapped("c", "a2")).can_revert


def test_gone_copy_leaves_no_agreement_behind():
    side = after(AGREED, Gone("a1"))

    assert (side.was_agreed, side.is_agreed, side.can_revert) == (False, False, False)
    assert not after(side, Deleted()).own_id


def test_copy_of_another_agreement_changes_nothing():
    assert after(AGREED, Fetched(Seen(id="c", hash="c0"))) == AGREED


def test_approval_of_a_copy_that_does_not_exist_changes_nothing():
    assert after(Side(), ApprovalLearnt("a0")) == Side()


def test_switch_replaces_every_hash():
    side = after(AGREED, Switched({"a0": "x0", "b0": "y0"}))

    assert (side.own_hash, side.partner_hash, side.approved_by_partner, side.approved_here) == ("x0", "y0", "x0", "y0")
    assert after(Side(own_id="a", own_hash="a0"), Switched({"a0": "x0"})).own_hash == "x0"


@pytest.mark.parametrize(
    ("side", "event", "said"),
    [
        (AGREED, Created("z", "z0"), "There is a copy"),
        (Side(used_ids=frozenset("a")), Created("a", "a0"), "never used again"),
        (Side(), Modified("a1"), "There is no copy"),
        (AGREED, Reverted(), "approved no other version"),
        (DRAFT, Reverted(), "approved no other version"),
        (DRAFT, Terminated("a1"), "Only an agreement that both have approved can be terminated"),
        (AGREED, Deleted(), "cannot be deleted"),
        (Side(), Deleted(), "There is no copy"),
        (DRAFT, Approved("b1"), "not the partner's copy as last fetched"),
        (replace(DRAFT, seen=None), Approved("b0"), "not the partner's copy as last fetched"),
        (replace(DRAFT, partner_id=""), Approved(""), "not the partner's copy as last fetched"),
        (replace(DRAFT, seen=Seen(id="b", hash="b0")), Approved("b0"), "does not name ours"),
        (AGREED, ApprovalWithdrawn(), "cannot be withdrawn"),
        (AGREED, Mapped("c", "a1"), "stays linked"),
        (Side(), Gone("a1"), "There is no copy"),
        (AGREED, Switched({"a0": "x0"}), "no counterpart"),
    ],
)
def test_what_the_rules_forbid_is_refused(side, event, said):
    with pytest.raises(RefusedError, match=said) as refused:
        after(side, event)

    assert refused.value.remedy


def hash_of(own: str, partner: str, text: str) -> str:
    return hashlib.sha256(f"{own}|{partner}|{text}".encode()).hexdigest()


@dataclass
class Office:
    """Play one institution: its side, what its copy says, and what lies in the post to it."""

    name: str
    side: Side = field(default_factory=Side)
    text: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    made: int = 0

    def do(self, event) -> None:
        """Let an event happen; what the rules forbid a person does not do."""
        try:
            self.side = after(self.side, event)
        except RefusedError:
            return
        self.texts.setdefault(self.side.own_hash, self.text)

    def write(self, text: str, make) -> None:
        before = self.text, self.side
        self.text = text
        self.do(make(hash_of(self.side.own_id, self.side.partner_id, text)))
        if self.side == before[1]:
            self.text = before[0]

    def served(self) -> Seen | None:
        side = self.side
        if not side.own_id:
            return None
        return Seen(id=side.own_id, hash=side.own_hash, names=side.partner_id, is_terminated=side.is_terminated)


@dataclass
class Network:
    """Let two offices act, with notifications and answers lost, doubled and out of order."""

    offices: tuple[Office, Office] = field(default_factory=lambda: (Office("a"), Office("b")))
    post: list[tuple[int, Seen | None]] = field(default_factory=list)

    def act(self, who: int, verb: str, text: str) -> None:
        office, other = self.offices[who], self.offices[1 - who]
        if verb in {"approve", "withdraw", "delete"}:
            # A person looks again before deciding.
            self.learn(who)
        if verb == "create":
            self.create(office, other)
        elif verb == "modify":
            office.write(text, Modified)
        elif verb == "terminate":
            office.write(text, Terminated)
        elif verb == "approve":
            office.do(Approved(office.side.partner_hash))
        elif verb == "revert":
            office.do(Reverted())
            office.text = office.texts.get(office.side.own_hash, "")
        else:
            office.do({"delete": Deleted, "withdraw": ApprovalWithdrawn}[verb]())
        self.post.append((1 - who, office.served()))

    def create(self, office: Office, other: Office) -> None:
        """Make a copy, as the answer to the partner's if there is one that nobody has answered."""
        office.made += 1
        own = f"{office.name}{office.made}"
        seen = other.served()
        partner = seen.id if seen is not None and not seen.names else ""
        office.do(Created(own, hash_of(own, partner, office.text), partner))

    def deliver(self, position: int, *, keep: bool) -> None:
        """Deliver one fetched answer of the post, late as it may be, and perhaps once more later."""
        who, seen = self.post[position % len(self.post)]
        if not keep:
            self.post.pop(position % len(self.post))
        if seen is not None:
            self.take(self.offices[who], seen)

    def take(self, office: Office, seen: Seen) -> None:
        office.do(Fetched(seen))
        if office.side.should_map:
            office.do(Mapped(seen.id, hash_of(office.side.own_id, seen.id, office.text)))

    def learn(self, who: int) -> None:
        """Sweep once: index, get, approval."""
        office, other = self.offices[who], self.offices[1 - who]
        seen = other.served()
        if office.side.partner_id and (seen is None or seen.id != office.side.partner_id):
            office.do(Gone(hash_of(office.side.own_id, "", office.text)))
        if seen is not None:
            self.take(office, seen)
        office.do(ApprovalLearnt(other.side.approval_of(office.side.own_id)))


VERBS = ("create", "modify", "approve", "approve", "revert", "terminate", "delete", "withdraw")
POST = ("deliver", "repeat", "lose", "learn")
STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(VERBS + POST), st.integers(0, 5)),
    max_size=40,
)


def step(network: Network, who: int, verb: str, number: int) -> None:
    if verb in VERBS:
        network.act(who, verb, f"text {number}")
    elif verb == "learn":
        network.learn(who)
    elif network.post and verb == "lose":
        network.post.pop(number % len(network.post))
    elif network.post:
        network.deliver(number, keep=verb == "repeat")


def hold_together(here: Side, there: Side) -> None:
    """Hold that one side knows what is true at the other."""
    assert here.partner_id in {"", there.own_id}
    assert here.approved_by_partner == (there.approval_of(here.own_id) if here.own_id else "")
    if here.partner_id:
        assert (here.partner_hash, here.seen.names) == (there.own_hash, there.partner_id)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_sweep_brings_both_sides_together_whatever_the_post_did(steps):
    network = Network()
    for who, verb, number in [(0, "create", 0), (1, "create", 0), *steps]:
        step(network, who, verb, number)

    for who in (0, 1, 0, 1, 0, 1):
        network.learn(who)

    one, other = (office.side for office in network.offices)
    hold_together(one, other)
    hold_together(other, one)
    assert (one.is_agreed, one.is_over) == (other.is_agreed, other.is_over)
    for office in network.offices:
        if office.side.own_id:
            assert office.side.own_hash == hash_of(office.side.own_id, office.side.partner_id, office.text)


def test_network_of_the_test_reaches_an_agreement():
    network = Network()
    for who, verb in [(0, "create"), (1, "create"), (0, "learn"), (1, "approve"), (0, "approve"), (1, "learn")]:
        network.learn(who) if verb == "learn" else network.act(who, verb, "text")

    assert all(office.side.is_agreed for office in network.offices)
