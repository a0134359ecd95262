"""The places that approved agreements of the network give, and when one more is refused."""

from uuid import uuid4

import pytest

from hansa.areas.exchange.queries import network, places
from hansa.lib.errors import RefusedError
from tests.areas.exchange.league import CHARITE, KI, YEAR, League
from tests.conftest import given


def test_given_names_every_condition_of_what_both_approved(league: League) -> None:
    iia = league.iia()
    league.iia("uu.example", hash="x")
    with given():
        other = league.iia("xx.example")
        other.approved_there = ""
        other.save()

    found = network.given(sending=CHARITE)

    assert [place.receiving for place in network.given()] == [KI, CHARITE, "uu.example", CHARITE]
    assert {place.receiving for place in found} == {KI, "uu.example"}
    ours = next(place for place in found if place.receiving == KI)
    assert ours.key == f"hei:{KI} iia:{iia.pk} 1"
    assert (ours.kind, ours.places, ours.fields) == ("student_studies", 20, ("0912",))


@pytest.mark.parametrize("number", ["0", "3", "x", "", "-1"])
def test_place_named_takes_conditions_of_the_agreement_alone(league: League, number: str) -> None:
    iia = league.iia()

    with pytest.raises(RefusedError, match="No agreement that both institutions approved") as refused:
        network.place_named(f"iia:{iia.pk}", number)

    assert refused.value.remedy


@pytest.mark.parametrize("key", ["iia:nonsense", f"iia:{uuid4()}", ""])
def test_place_named_takes_agreements_that_are_here_alone(league: League, key: str) -> None:
    league.iia()

    with pytest.raises(RefusedError, match="No agreement that both institutions approved"):
        network.place_named(key, "1")


def test_place_named_refuses_what_only_one_approved(league: League) -> None:
    iia = league.iia()
    with given():
        iia.approved_here = ""
        iia.save()

    with pytest.raises(RefusedError):
        network.place_named(f"iia:{iia.pk}", "1")


def test_demand_place_names_the_years_of_the_condition(league: League) -> None:
    iia = league.iia()
    stay = league.mobility(iia=iia, year="2030/2031")

    with pytest.raises(RefusedError, match="holds from 2026/2027 to 2028/2029, not in 2030/2031"):
        network.demand_place(stay, network.place_named(f"iia:{iia.pk}", "1"))


def test_demand_place_counts_the_stays_of_the_year(league: League) -> None:
    iia = league.iia()
    with given():
        iia.conditions = [{**iia.conditions[0], "places": 2}]
        iia.save()
    first, _second = league.mobility(iia=iia), league.mobility(iia=iia)
    third = league.mobility(iia=iia, state="cancelled")
    place = network.place_named(f"iia:{iia.pk}", "1")

    network.demand_place(first, place)
    with pytest.raises(RefusedError, match="gives 2 places a year, and 2 are taken in 2026/2027") as refused:
        network.demand_place(third, place)

    assert refused.value.remedy
    assert network.taken(iia, 1, year=YEAR) == places.taken_under(
        f"iia:{iia.pk}", "1", receiving=f"hei:{KI}", year=YEAR
    )


def test_stay_without_an_approved_agreement_can_only_be_refused(league: League) -> None:
    stay = league.mobility(is_outgoing=False)

    assert stay.judge("exchange.reject").outcome == "permit"
    assert stay.judge("exchange.accept").outcome == "deny"
    assert stay.judge("exchange.accept").remedy


def test_terminated_agreement_lets_stays_go_on_but_none_begin(league: League) -> None:
    iia = league.iia()
    stay = league.mobility(iia=iia)
    with given():
        iia.state = "terminated"
        iia.save()

    assert stay.judge("exchange.plan").outcome == "permit"
    assert "terminated" in stay.judge("exchange.nominate").reason
    stay.condition = 9
    assert "not approved by both" in stay.judge("exchange.plan").reason
