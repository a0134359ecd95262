import base64
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError, ProofError
from hansa.lib.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    Frontier,
    frontier_nodes,
    leaf_hash,
    node_hash,
    position_of,
    prove_consistency,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.conformance import conformance

SIZES = st.integers(1, 200)


class Grown:
    """Hold what the ledger holds: for every leaf the nodes it completed, and the root after it."""

    def __init__(self, size: int) -> None:
        self.frontier = Frontier()
        self.leaves = [leaf_hash(bytes([n % 256, n // 256])) for n in range(size)]
        self.blobs: list[bytes] = []
        self.roots = [EMPTY_ROOT]
        for leaf in self.leaves:
            self.blobs.append(self.frontier.add(leaf))
            self.roots.append(self.frontier.root())

    def node(self, level: int, index: int) -> bytes:
        blob = self.blobs[position_of(level, index)]
        return blob[level * HASH_BYTES : (level + 1) * HASH_BYTES]


TREE = Grown(200)


def _recursive_root(leaves: Sequence[bytes]) -> bytes:
    """Follow RFC 9162, section 2.1.1, to the letter."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(_recursive_root(leaves[:middle]), _recursive_root(leaves[middle:]))


def _read(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_verify_agrees_with_the_published_inclusion_proofs() -> None:
    cases = [json.loads(path.read_text()) for path in sorted((conformance("merkle") / "inclusion").rglob("*.json"))]

    refused = [_is_refused_inclusion(case) for case in cases]

    assert len(cases) == 98
    assert refused == [case["wantErr"] for case in cases]


def _is_refused_inclusion(case: dict[str, object]) -> bool:
    proof = [_read(text) for text in case["proof"] or ()]
    try:
        verify_inclusion(
            _read(case["leafHash"]),
            index=case["leafIdx"],
            size=case["treeSize"],
            proof=proof,
            root=_read(case["root"]),
        )
    except ProofError:
        return True
    return False


def test_verify_agrees_with_the_published_consistency_proofs() -> None:
    cases = [json.loads(path.read_text()) for path in sorted((conformance("merkle") / "consistency").rglob("*.json"))]

    refused = [_is_refused_consistency(case) for case in cases]

    assert len(cases) == 98
    assert refused == [case["wantErr"] for case in cases]


def _is_refused_consistency(case: dict[str, object]) -> bool:
    proof = [_read(text) for text in case["proof"] or ()]
    try:
        verify_consistency(
            _read(case["root1"]),
            _read(case["root2"]),
            old_size=case["size1"],
            new_size=case["size2"],
            proof=proof,
        )
    except ProofError:
        return True
    return False


@given(st.integers(0, 200))
def test_root_is_that_of_the_standard(size: int) -> None:
    assert TREE.roots[size] == _recursive_root(TREE.leaves[:size])


@given(st.integers(0, 200))
def test_frontier_nodes_are_the_perfect_subtrees(size: int) -> None:
    hashes = [TREE.node(level, index) for level, index in frontier_nodes(size)]

    assert root_of(hashes) == TREE.roots[size]
    assert Frontier(size, hashes).root() == TREE.roots[size]


@given(st.integers(0, 199))
def test_add_goes_on_from_a_stored_frontier(size: int) -> None:
    frontier = Frontier(size, [TREE.node(level, index) for level, index in frontier_nodes(size)])

    assert frontier.add(TREE.leaves[size]) == TREE.blobs[size]
    assert (frontier.size, frontier.root()) == (size + 1, TREE.roots[size + 1])


@given(SIZES, st.data())
def test_inclusion_holds_for_every_entry_and_for_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else size

    proof = prove_inclusion(index, size=size, node=TREE.node)

    verify_inclusion(TREE.leaves[index], index=index, size=size, proof=proof, root=TREE.roots[size])
    with pytest.raises(ProofError):
        verify_inclusion(TREE.leaves[index], index=other, size=size, proof=proof, root=TREE.roots[size])
    with pytest.raises(ProofError):
        verify_inclusion(TREE.leaves[index], index=index, size=size, proof=[*proof, bytes(32)], root=TREE.roots[size])


@given(SIZES, st.data())
def test_consistency_holds_for_every_earlier_tree(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))

    proof = prove_consistency(old, new=size, node=TREE.node)

    verify_consistency(TREE.roots[old], TREE.roots[size], old_size=old, new_size=size, proof=proof)


@given(st.integers(2, 200), st.data())
def test_consistency_fails_for_a_changed_tree(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    proof = prove_consistency(old, new=size, node=TREE.node)
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:place], bytes(32), *proof[place + 1 :]]

    for roots, hashes in (
        ((bytes(32), TREE.roots[size]), proof),
        ((TREE.roots[old], bytes(32)), proof),
        ((TREE.roots[old], TREE.roots[size]), changed),
        ((TREE.roots[old], TREE.roots[size]), proof[1:]),
        ((TREE.roots[old], TREE.roots[size]), [*proof, bytes(32)]),
    ):
        with pytest.raises(ProofError):
            verify_consistency(*roots, old_size=old, new_size=size, proof=hashes)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5)])
def test_prove_inclusion_refuses_an_entry_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(InvalidError, match="There is no entry"):
        prove_inclusion(index, size=size, node=TREE.node)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5)])
def test_prove_consistency_refuses_impossible_sizes(old: int, new: int) -> None:
    with pytest.raises(InvalidError, match="cannot be compared"):
        prove_consistency(old, new=new, node=TREE.node)


def test_verify_refuses_hashes_of_another_length() -> None:
    with pytest.raises(ProofError, match="not 32 bytes long"):
        verify_inclusion(TREE.leaves[0], index=0, size=2, proof=[b"short"], root=TREE.roots[2])


@pytest.mark.parametrize(("old", "new"), [(0, 1), (2, 1), (-1, 3)])
def test_verify_consistency_refuses_impossible_sizes(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="cannot begin"):
        verify_consistency(b"a" * 32, b"b" * 32, old_size=old, new_size=new, proof=[])
