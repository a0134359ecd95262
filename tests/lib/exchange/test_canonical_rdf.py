import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.canonical_rdf import canonical_text

P, Q = "<urn:p>", "<urn:q>"
NODES = [f"_:e{number}" for number in range(5)]
TERMS = st.sampled_from([*NODES, "<urn:a>"])
QUAD = st.tuples(TERMS, st.sampled_from([P, Q]), TERMS, st.sampled_from(["", "_:e0", "<urn:g>"]))
QUADS = st.sets(QUAD, max_size=8)


def is_plain(quad):
    """Leave out a node that stands twice in one statement: PyLD counts it twice there, RDFC-1.0 once."""
    blank = [term for term in quad if term.startswith("_:")]
    return len(blank) == len(set(blank))


def written(quads):
    return "".join(" ".join(term for term in quad if term) + " .\n" for quad in quads)


def by_pyld(quads):
    options = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
    return jsonld.normalize(written(quads), options)


def test_text_is_sorted_and_says_everything_once():
    quads = [("<urn:b>", P, '"x"', ""), ("<urn:a>", P, "<urn:b>", "<urn:g>"), ("<urn:b>", P, '"x"', "")]

    assert canonical_text(quads) == '<urn:a> <urn:p> <urn:b> <urn:g> .\n<urn:b> <urn:p> "x" .\n'


def test_first_degree_hash_orders_names():
    # RDFC-1.0, section 4.6: the node is written _:a, and hashes decide who is named first.
    lines = {name: f'_:a <urn:p> "{name}" .\n' for name in ("one", "two")}
    first, second = sorted(lines, key=lambda name: hashlib.sha256(lines[name].encode()).hexdigest())

    text = canonical_text([("_:x", P, '"one"', ""), ("_:y", P, '"two"', "")])

    assert text == f'_:c14n0 <urn:p> "{first}" .\n_:c14n1 <urn:p> "{second}" .\n'


@settings(max_examples=200, deadline=None)
@given(st.sets(QUAD.filter(is_plain), max_size=8))
def test_names_are_those_of_an_independent_program(quads):
    assert canonical_text(quads) == by_pyld(quads)


@settings(max_examples=100, deadline=None)
@given(QUADS, st.permutations(NODES))
def test_text_does_not_depend_on_given_names(quads, others):
    names = dict(zip(NODES, others, strict=True))

    renamed = {tuple(names.get(term, term) for term in quad) for quad in quads}

    assert canonical_text(renamed) == canonical_text(quads)


def test_ring_of_nodes_that_look_alike_is_named():
    ring = [(f"_:e{n}", P, f"_:e{(n + 1) % 4}", "") for n in range(4)]

    assert canonical_text(ring) == by_pyld(ring)


@pytest.mark.parametrize("size", [9, 40])
def test_web_made_to_take_for_ever_is_refused(size):
    web = [(f"_:e{a}", P, f"_:e{b}", "") for a in range(size) for b in range(size) if a != b]

    with pytest.raises(InvalidError, match="look alike"):
        canonical_text(web)
