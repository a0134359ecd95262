"""An institution that leaves something out of the bundle it exports, so that the rest tells another story."""

from dataclasses import replace
from itertools import pairwise

import pytest

from hansa.lib.bundle import verify
from tests.lib import example_bundle as example
from tests.lib.example_agreement import CHARITE, HOSPITAL

STATES = ["", "proposed", "approved", "running", "released"]
DECIDED = [letter for letter in example.LETTERS if letter.sequence <= 8]


def told(letters=DECIDED):
    """Return the ledger as a node writes it: who wrote, what came of it, and how the record moved."""
    bodies = [{**example.tell(letter), "record": example.RECORD} for letter in letters]
    for body, letter in zip(bodies, letters, strict=True):
        if letter.sender != CHARITE:
            body |= {"from": letter.sender, "outcome": "applied", "agreement": example.AGREEMENT, "clause": "4.1"}
    moves = [{"moves": {example.RECORD: [before, after]}} for before, after in pairwise(STATES)]
    for place, move in zip((0, 4, 5, 7), moves, strict=True):
        bodies[place] |= move
    return bodies


def fault(bundle):
    report = verify(bundle, kinds=example.KINDS, vocabularies=example.VOCABULARIES)
    return report.first_fault.detail if report.first_fault else ""


def without(bundle, *, entries=(), letters=()):
    return replace(
        bundle,
        entries=[entry for number, entry in enumerate(bundle.entries) if number not in entries],
        letters=[letter for number, letter in enumerate(bundle.letters) if number not in letters],
    )


@pytest.fixture
def bundle():
    return example.bundle(DECIDED, told=told())


def test_whole_bundle_holds(bundle):
    assert fault(bundle) == ""


def test_verify_notices_a_letter_left_out(bundle):
    assert "The letter that it tells of was left out" in fault(without(bundle, letters=[2]))


def test_verify_notices_a_letter_left_out_with_the_entry_that_moved_the_record(bundle):
    assert "The entry before it, which moved the record, was left out" in fault(
        without(bundle, letters=[4], entries=[4])
    )


def test_verify_notices_the_first_move_left_out(bundle):
    assert "which moved the record, was left out" in fault(without(bundle, letters=[0], entries=[0]))


def test_verify_notices_entries_in_another_order_or_twice(bundle):
    swapped = replace(bundle, entries=[bundle.entries[1], bundle.entries[0], *bundle.entries[2:]])
    doubled = replace(bundle, entries=[bundle.entries[0], *bundle.entries])

    assert "out of order, or there twice" in fault(swapped)
    assert "out of order, or there twice" in fault(doubled)


@pytest.mark.parametrize(
    "changes", [{"from": "https://ror.org/05xg72x27"}, {"outcome": "refused"}, {"agreement": "sha256:another"}]
)
def test_verify_misses_no_letter_of_strangers_or_under_other_terms_or_that_was_refused(changes):
    bodies = told()
    stray = example.write_letter(11, sender=HOSPITAL, recipient=CHARITE, kind="studies.approved")
    body = {**bodies[2], "letter": stray.id, "digest": stray.digest, **changes}

    assert fault(example.bundle(DECIDED, told=[*bodies, body])) == ""


def test_verify_misses_no_letter_of_a_kind_that_stays_out():
    kinds = replace(example.KINDS, withheld=frozenset({"studies.round"}))
    stray = example.write_letter(11, sender=HOSPITAL, recipient=CHARITE, kind="studies.round")
    body = {**told()[2], "letter": stray.id, "digest": stray.digest, "kind": "studies.round"}

    report = verify(example.bundle(DECIDED, told=[*told(), body]), kinds=kinds, vocabularies=example.VOCABULARIES)

    assert report.holds


def test_verify_notices_a_result_left_out_of_a_record_that_has_one(bundle):
    kinds = replace(example.KINDS, finished={"studies": frozenset({"released"})})

    report = verify(replace(bundle, result=None), kinds=kinds, vocabularies=example.VOCABULARIES)

    assert report.first_fault.name == "result"
    assert "which was left out" in report.first_fault.detail
