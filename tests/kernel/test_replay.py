"""Replaying the ledger explains the state of every record."""

from typing import Any

import pytest

from hansa.kernel import accounts, replay
from hansa.kernel.models import Partner, Person
from tests.conftest import given
from tests.kernel.samples import PASSWORD
from tests.paper import PaperPartner


@pytest.fixture
def administrator(db: None) -> Person:
    """Return the first administrator, made through the ledger."""
    return accounts.begin(username="astrid", name="Astrid", password=PASSWORD)


def add_colleague(administrator: Person) -> Person:
    return accounts.add(Person(), by=administrator, username="nora", name="Nora", password=PASSWORD, roles=["auditor"])


def test_explains_every_state(administrator: Person) -> None:
    colleague = add_colleague(administrator)

    accounts.disable(colleague, by=administrator)

    assert replay.states() == {administrator.urn: "active", colleague.urn: "disabled"}
    assert replay.faults() == []


def test_names_a_state_changed_behind_its_back(administrator: Person) -> None:
    colleague = add_colleague(administrator)
    with given():
        Person.objects.filter(pk=colleague.pk).update(state="disabled")

    assert replay.faults() == [f"{colleague.urn} is disabled, but the ledger left it active."]


def test_names_a_record_the_ledger_never_told_of(administrator: Person) -> None:
    with given():
        partner: Any = PaperPartner().row(state=Partner.State.KNOWN)

    assert replay.faults() == [f"{partner.urn} is known, but the ledger left it unmade."]


def test_names_a_record_that_is_gone(administrator: Person) -> None:
    colleague = add_colleague(administrator)
    urn = colleague.urn
    with given():
        Person.objects.filter(pk=colleague.pk).delete()

    assert replay.faults() == [f"{urn} is gone, but the ledger tells of no removal."]
