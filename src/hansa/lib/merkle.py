"""A tree of hashes over a list that only grows (RFC 9162, section 2.1).

Leaves are hashed with a 0 byte before them, pairs of hashes with a 1 byte, so nobody
can pass off a pair as a leaf. The root speaks for the whole list: with log2(n) hashes
one can show that an entry is in it (inclusion) and that a longer list begins with
exactly the shorter one (consistency).

A tree over n leaves is made of perfect subtrees, one for every 1 in the binary form of
n. Their roots are the frontier; it is all that is needed to add a leaf. Node (level,
index) is the root of the perfect subtree over leaves index*2^level up to
(index+1)*2^level-1; it is complete when the last of these leaves arrives and is stored
there. Proofs are built from such nodes through a callable, so this module needs to
know nothing of databases.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeAlias

from hansa.lib.errors import InvalidError, ProofError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Node: TypeAlias = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash a pair of hashes."""
    return sha256(b"\x01" + left + right).digest()


def frontier_nodes(size: int) -> list[tuple[int, int]]:
    """Return (level, index) of the perfect subtrees of a tree, the largest first."""
    return [(level, (size >> level) - 1) for level in reversed(range(size.bit_length())) if size >> level & 1]


def position_of(level: int, index: int) -> int:
    """Return the position of the leaf that completes a node."""
    return (index + 1 << level) - 1


class Frontier:
    """Hold the roots of the perfect subtrees of a tree, the largest first, and add leaves to them."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)

    def add(self, leaf: bytes) -> bytes:
        """Add a leaf hash; return the hashes of all nodes it completes, level 0 first, joined."""
        completed = [leaf]
        size = self.size
        while size & 1:
            completed.append(node_hash(self.hashes.pop(), completed[-1]))
            size >>= 1
        self.hashes.append(completed[-1])
        self.size += 1
        return b"".join(completed)

    def root(self) -> bytes:
        """Return the root of the tree."""
        return root_of(self.hashes)


def root_of(frontier: Sequence[bytes]) -> bytes:
    """Return the root over the perfect subtrees of a tree, the largest first."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


def prove_inclusion(index: int, *, size: int, node: Node) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise InvalidError(
            f"There is no entry {index} in a ledger of {size} entries.", "Ask for an entry that is in it."
        )
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_subtree(middle, end=end, node=node))
            end = middle
        else:
            proof.append(_subtree(start, end=middle, node=node))
            start = middle
    return proof[::-1]


def prove_consistency(old: int, *, new: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise InvalidError(
            f"A ledger of {new} entries cannot be compared with one of {old}.", "Ask for 1 up to its present size."
        )
    start, end, proof, is_whole = 0, new, [], True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_subtree(middle, end=end, node=node))
            end = middle
        else:
            proof.append(_subtree(start, end=middle, node=node))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(_subtree(start, end=end, node=node))
    return proof[::-1]


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless the leaf hash stands at `index` of the tree with this root (RFC 9162, 2.1.3.2)."""
    _check_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofError(f"The ledger of {size} entries has no entry {index}.", _ASK_AGAIN)
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError(f"The proof of entry {index} is too long.", _ASK_AGAIN)
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            node, last = _climb_left(node, last)
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or computed != root:
        raise ProofError(f"Entry {index} is not in the ledger of {size} entries with this root.", _ASK_AGAIN)


def verify_consistency(
    old_root: bytes, new_root: bytes, *, old_size: int, new_size: int, proof: Sequence[bytes]
) -> None:
    """Raise ProofError unless the new tree begins with exactly the old one (RFC 9162, 2.1.4.2)."""
    if not 0 < old_size <= new_size:
        raise ProofError(f"A ledger of {new_size} entries cannot begin with one of {old_size}.", _ASK_AGAIN)
    if old_size == new_size:
        if proof or old_root != new_root:
            raise ProofError(f"Two ledgers of {old_size} entries differ.", _ASK_AGAIN)
        return
    _check_hashes([old_root, new_root, *proof])
    computed = _climb(old_root, old_size=old_size, new_size=new_size, proof=proof)
    if computed != (old_root, new_root):
        raise ProofError(
            f"The ledger of {new_size} entries does not begin with the one of {old_size} entries.", _ASK_AGAIN
        )


_ASK_AGAIN = "Ask the owner of the ledger for a new proof; if it fails again, entries were changed."


def _climb(old_root: bytes, *, old_size: int, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not steps:
        return None
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _climb_left(node, last)
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None


def _climb_left(node: int, last: int) -> tuple[int, int]:
    # A node without a right neighbour is carried up unchanged until it is a right child.
    while not node & 1 and node:
        node, last = node >> 1, last >> 1
    return node, last


def _split(width: int) -> int:
    """Return the largest power of two below the width."""
    return 1 << (width - 1).bit_length() - 1


def _subtree(start: int, *, end: int, node: Node) -> bytes:
    parts = []
    while start < end:
        # The range starts at a multiple of every power of two that fits into it.
        level = (end - start).bit_length() - 1
        parts.append(node(level, start >> level))
        start += 1 << level
    return root_of(parts)


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofError(f"A hash of the proof is not {HASH_BYTES} bytes long.", _ASK_AGAIN)
