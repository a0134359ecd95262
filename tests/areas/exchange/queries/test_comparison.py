import json
from decimal import Decimal

import pytest

from hansa.areas.exchange.models import Iia, Member
from hansa.areas.exchange.queries import comparison
from hansa.lib.errors import InvalidError
from tests.areas.exchange import treaty
from tests.areas.exchange.league import CHARITE, KI
from tests.areas.exchange.treaty import IN, OUT

pytestmark = pytest.mark.usefixtures("db")


def test_copies_that_say_the_same_do_not_differ():
    iia = treaty.linked()

    assert [one for one in comparison.differing(iia) if one.is_hashed] == []
    assert comparison.obstacles(iia) == ()


def test_what_differs_is_named_with_the_partners_name():
    Member.objects.create(hei=KI, name="Karolinska Institutet")
    iia = treaty.drafted(is_shared=True)
    found = treaty.iias.conditions_of(json.dumps([{**OUT, "places": 5}, IN]), ours=CHARITE, theirs=KI)
    iia = treaty.heard(treaty.copy_of(iia, conditions=found))

    (one,) = [one for one in comparison.differing(iia) if "condition" in one.place]

    assert ("Karolinska Institutet" in one.place, "4" in one.ours, "5" in one.theirs) == (True, True, True)


def test_one_copy_alone_differs_from_nothing():
    for iia in (treaty.drafted(), treaty.heard(treaty.unknown()), Iia()):
        assert comparison.differing(iia) == ()
        assert comparison.obstacles(iia) == ()
        assert comparison.against_clauses(iia) == ()


def test_copy_that_cannot_be_read_stands_in_the_way_of_an_approval():
    iia = treaty.linked()
    iia.theirs = iia.theirs.replace("2026/2027", "soon")

    assert comparison.differing(iia) == ()
    assert [one.about for one in comparison.obstacles(iia)] == ["document"]


def test_agreement_made_from_a_memorandum_that_is_gone_is_compared_with_nothing():
    iia = treaty.drafted()
    iia.agreement = "sha256:gone"

    assert comparison.against_clauses(iia) == ()


def test_version_that_was_served_is_found_by_its_hash():
    iia = treaty.changed()
    before = iia.approved_there

    assert len(comparison.served_copy(iia, before).conditions) == 2
    assert comparison.served_copy(iia, "0" * 64) is None


def test_number_is_a_decimal_or_an_error_that_says_so():
    assert comparison.number("7.5") == Decimal("7.5")
    with pytest.raises(InvalidError, match="no number"):
        comparison.number("many")
