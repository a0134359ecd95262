import pytest

from hansa.api import reading
from hansa.areas.studies.states import State
from hansa.kernel.models import Person
from hansa.kernel.reading import may_read
from hansa.lib.errors import RefusedError
from tests.conftest import given
from tests.web import house

pytestmark = pytest.mark.django_db


def test_readable_gives_a_person_without_a_role_themself_alone(stranger, administrator):
    assert list(reading.readable(stranger, Person)) == [stranger]
    assert set(reading.readable(administrator, Person)) == {stranger, administrator}


def test_demand_refuses_who_has_no_role(stranger):
    with pytest.raises(RefusedError, match="You may not read this: ledger"):
        reading.demand(stranger, "ledger")


def test_may_read_opens_to_every_role_what_is_granted_to_none(stranger, person):
    assert may_read(person("auditor"), "letters")
    assert not may_read(stranger, "letters")


def test_may_read_asks_for_the_permission_where_one_is_granted(person):
    assert may_read(person("auditor"), "people")
    assert not may_read(person("signatory"), "people")


def test_one_does_not_tell_absent_from_forbidden(person):
    steward, other = person("steward"), person("signatory")

    with pytest.raises(reading.AbsentError, match="no such record"):
        reading.one(steward, Person, key=other.pk)


def test_result_is_withheld_until_it_is_released(person):
    held = house.agreement()
    study = house.study(held, State.REVIEW)
    with given():
        study.result = {"result": {"rows": 3}, "signed": None}
        study.save()

    assert reading.whole(study, by=person("investigator"))["result"] is None
    assert reading.whole(study, by=person("steward"))["result"] is not None
    assert reading.whole(study, by=None)["result"] is not None


def test_released_result_is_for_everyone_who_may_read(person):
    study = house.study(house.agreement(), State.RELEASED)
    with given():
        study.result = {"result": {"rows": 3}, "signed": None}
        study.save()

    assert reading.whole(study, by=person("investigator"))["result"]["result"] == {"rows": 3}


def test_whole_tells_what_every_party_decided(person):
    house.partners()
    study = house.study(house.agreement(), State.RELEASED)

    told = reading.whole(study, by=person("investigator"))["decisions"]

    assert {one["verdict"] for one in told} <= {"proposed", "approved", "released"}
    assert all(set(one) == {"party", "name", "verdict", "reason", "facts", "at"} for one in told)
