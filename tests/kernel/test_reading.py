"""What a person may see of the records a node keeps."""

from django.utils import timezone

from hansa.areas.studies.models import Dataset
from hansa.kernel import people
from hansa.kernel.models import ApiToken, Person
from hansa.kernel.people import ROLES
from hansa.kernel.reading import kinds, may_list, may_read, readable
from tests.conftest import given


def token_of(person, name):
    """Return a token that somebody has."""
    made = ApiToken(person=person, name=name, digest=name * 64, state="valid", expires=timezone.now())
    with given():
        made.save()
    return made


def test_every_kind_has_somebody_who_may_see_it():
    open_to_all = {"tokens"}

    assert [
        noun
        for noun in kinds()
        if noun not in open_to_all and not any(f"{noun}.read" in role.permissions for role in ROLES)
    ] == []


def test_what_was_never_granted_stays_closed(person):
    assert not may_read(person("administrator", "auditor", "steward"), "surprises")


def test_ledger_is_open_to_whoever_has_a_role(person, stranger):
    assert may_read(person("auditor"), "ledger")
    assert not may_read(stranger, "ledger")


def test_stranger_sees_only_their_own_account(person, stranger):
    person("auditor")

    assert list(readable(stranger, Person)) == [stranger]
    assert list(readable(stranger, Dataset)) == []


def test_records_are_absent_for_whoever_may_not_read_their_kind(person):
    with given():
        data = Dataset(name="cohort", state="connected")
        data.save()

    assert list(readable(person("signatory"), Dataset)) == []
    assert list(readable(person("steward"), Dataset)) == [data]


def test_permission_to_read_ones_own_opens_these_alone(monkeypatch, person, administrator):
    monkeypatch.setitem(people.GRANTS, "auditor", {"tokens.read_own"})
    monkeypatch.setattr(ApiToken, "own_is_open", False)
    auditor, steward = person("auditor"), person("steward")
    mine, _theirs, _steward = token_of(auditor, "a"), token_of(administrator, "b"), token_of(steward, "c")

    assert list(readable(auditor, ApiToken)) == [mine]
    assert list(readable(steward, ApiToken)) == []
    assert (may_read(auditor, "tokens"), may_read(steward, "tokens")) == (True, False)


def test_permission_to_read_ones_own_opens_nothing_where_nobody_has_any(monkeypatch, person):
    monkeypatch.setitem(people.GRANTS, "auditor", {"datasets.read_own"})
    with given():
        Dataset(name="cohort", state="connected").save()

    assert list(readable(person("auditor"), Dataset)) == []


def test_lists_are_for_whoever_may_read_and_those_of_ones_own_for_everyone(person, stranger):
    assert may_list(stranger, Person)
    assert may_list(stranger, ApiToken)
    assert not may_list(stranger, Dataset)
    assert may_list(person("auditor"), Dataset)


def test_auditor_sees_every_account(person, stranger):
    auditor = person("auditor")

    assert set(readable(auditor, Person)) == {auditor, stranger}


def test_everyone_sees_their_own_tokens_and_an_administrator_all(person, stranger, administrator):
    mine, theirs = token_of(stranger, "a"), token_of(administrator, "b")

    assert list(readable(stranger, ApiToken)) == [mine]
    assert set(readable(administrator, ApiToken)) == {mine, theirs}
