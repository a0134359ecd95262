import pytest

from hansa.areas.exchange.queries import served
from hansa.areas.exchange.queries.served import History, Wanted
from hansa.areas.exchange.states import MobilityState, PlanState
from tests.areas.exchange.league import KI, UU

OURS = Wanted(partners=(f"hei:{KI}",))


def test_only_the_two_institutions_of_a_stay_see_it(league):
    made = league.mobility()

    assert list(served.stays(OURS, is_outgoing=True)) == [made]
    assert list(served.stays(OURS, is_outgoing=False)) == []
    assert list(served.stays(Wanted(partners=(f"hei:{UU}",)), is_outgoing=True)) == []
    assert list(served.stays(Wanted(partners=(f"hei:{UU}", f"hei:{KI}")), is_outgoing=True)) == [made]


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [({"kind": "staff_training"}, False), ({"channel": "letters"}, False), ({"foreign_id": ""}, False), ({}, True)],
)
def test_what_the_network_does_not_carry_is_not_served(league, changes, is_found):
    league.mobility(**changes)

    assert served.stays(OURS, is_outgoing=True).exists() == is_found


def test_nominations_are_read_with_person_and_agreement_at_once(league, django_assert_num_queries):
    league.mobility(iia=league.iia())

    with django_assert_num_queries(1):
        (row,) = served.nominations(OURS)
        assert (row.stay.given_names, row.iia.partner) == ("Anna", KI)


def test_plan_is_shown_from_the_signature_of_the_sending_institution_on(league):
    league.plan(league.mobility(), "A", state=PlanState.DRAFT)
    shown = league.mobility()
    league.plan(shown, "A")

    assert list(served.with_plans(OURS)) == [shown]
    assert [plan.number for plan in served.agreements(OURS)[0].shown] == [1]


def test_stays_are_counted_by_year_and_state(league):
    for state in (MobilityState.NOMINATED, MobilityState.ACCEPTED, MobilityState.REJECTED):
        league.mobility(state=state)

    (one,) = served.counted()

    assert (one.year, one.pending, one.approved) == ("2026/2027", 1, 1)


def test_history_says_what_became_of_the_versions():
    agreed, replaced = PlanState.AGREED, PlanState.REPLACED

    assert History("2026/2027", (agreed,)).is_untouched
    assert not History("2026/2027", (replaced, agreed)).is_untouched
    assert History("2026/2027", (replaced, PlanState.OFFERED)).is_modified
    assert History("2026/2027", (replaced, agreed)).approved == 2
    assert History("2026/2027", (replaced, PlanState.OFFERED)).latest == PlanState.OFFERED
