"""Statements written out do what Django's own would."""

from datetime import UTC, datetime

import pytest

from hansa.kernel.models import Partner
from hansa.kernel.models.statements import first, update
from hansa.lib.errors import RefusedError
from tests.conftest import given
from tests.paper import STOCKHOLM, PaperPartner


@pytest.fixture
def partner(db):
    with given():
        return PaperPartner().row()


def test_update_writes_the_columns_it_names_and_no_other(partner):
    partner.last_heard, partner.acknowledged = datetime(2026, 11, 23, tzinfo=UTC), 7
    partner.name = "Not written"

    with given():
        update(partner, "last_heard", "acknowledged")

    read = Partner.objects.get(pk=partner.pk)
    assert (read.last_heard, read.acknowledged) == (partner.last_heard, 7)
    assert read.name == "Karolinska Institutet"


def test_update_outside_a_change_is_refused(partner):
    with pytest.raises(RefusedError):
        update(partner, "acknowledged")


def test_first_finds_the_row_with_these_values(partner):
    assert first(Partner, institution=STOCKHOLM, state="known") == partner
    assert first(Partner, institution=STOCKHOLM, state="blocked") is None
