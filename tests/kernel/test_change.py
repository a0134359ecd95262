"""One cause, one transaction, one entry of the ledger."""

import json

import pytest

from hansa.kernel import bell, ledger
from hansa.kernel.change import change
from hansa.kernel.frame import current, under_way
from hansa.kernel.models import LedgerEntry, Partner
from hansa.lib.errors import InvalidError, RefusedError
from tests.paper import PaperPartner


def block(scene):
    partner = scene.row
    partner.state = "blocked"
    partner.save()


def block_and_fail(scene):
    block(scene)
    raise KeyError


def change_once_more():
    PaperPartner(id="https://ror.org/00m8d6786").row()
    with change({"test": "inner"}):
        raise AssertionError


def ring_and_fail():
    current().rings.add("tests")
    raise KeyError


def test_seals_cause_moves_and_letters_in_one_entry(scene):
    with change({"test": "block"}) as made:
        partner = scene.row
        partner.state = "blocked"
        partner.save()
        made.cause |= {"by": "nobody"}
        made.letters.append("0" * 32)

    assert json.loads(LedgerEntry.objects.get().body) == {
        "test": "block",
        "by": "nobody",
        "moves": {partner.urn: ["known", "blocked"]},
        "letters": ["0" * 32],
    }


def test_leaves_nothing_when_it_fails(scene):
    with pytest.raises(KeyError), change({"test": "fails"}):
        block_and_fail(scene)

    assert (ledger.size(), scene.row.state) == (0, "known")
    assert under_way.get() is None


def test_leaves_nothing_when_the_ledger_cannot_take_it(scene):
    with pytest.raises(InvalidError), change({"test": float("nan")}):
        block(scene)

    assert (ledger.size(), scene.row.state) == (0, "known")


def test_refuses_a_change_inside_a_change_and_undoes_both(scene):
    with pytest.raises(RefusedError, match="already under way") as nested, change({"test": "outer"}):
        change_once_more()

    assert nested.value.remedy == "Finish it first; an action never calls an action."
    assert Partner.objects.count() == 1
    assert ledger.size() == 0


@pytest.mark.django_db(transaction=True)
def test_rings_only_after_what_it_did_is_there_for_others():
    before = bell.count("tests")
    with change({"test": "rings"}) as made:
        made.rings.add("tests")
        assert bell.count("tests") == before

    assert bell.count("tests") == before + 1


@pytest.mark.django_db(transaction=True)
def test_rings_nothing_when_it_failed():
    before = bell.count("tests")

    with pytest.raises(KeyError), change({"test": "fails"}):
        ring_and_fail()

    assert bell.count("tests") == before


@pytest.mark.django_db
def test_ends_the_frame_before_it_writes_the_ledger():
    with change({"test": "frame"}) as made:
        assert current() is made

    with pytest.raises(RefusedError):
        current()
