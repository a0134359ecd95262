"""What the page of a stay says: the way so far, for whom it waits, what is missing, what can be made now."""

import pytest

from hansa.areas.exchange import rules
from hansa.areas.exchange.views import staying, steps
from hansa.areas.exchange.views.naming import institutions
from tests.areas.exchange.hosting import Incoming, offer
from tests.areas.exchange.league import League
from tests.areas.exchange.scene import Outgoing, Scene
from tests.conftest import given


def test_detail_follows_a_stay_to_its_end(scene: Scene) -> None:
    stay = Outgoing(scene)
    stay.whole()

    shown = staying.detail(stay.mobility, scene[rules.OFFICER])

    assert [step["done"] for step in shown["steps"]] == [True] * 6 + [False]
    assert shown["steps"][-1]["here"]
    assert str(shown["steps"][3]["day"]) == "2026-10-02"
    assert shown["courses"][0]["decision"]["grade"] == "2,0"
    assert (shown["waits"], shown["missing"]) == ({}, [])
    assert (shown["receiving"], shown["basis"]["words"]) == ("Karolinska Institutet", "clause 5.1")
    assert "#clause-5.1" in shown["basis"]["url"]


def test_detail_of_an_accepted_stay_names_what_is_missing(scene: Scene) -> None:
    guest = Incoming(scene, "5.2")
    guest.do("accept")
    guest.hear("verified", kind="licence", authority="Office", valid_until="2026-12-01")

    shown = staying.detail(guest.mobility, scene[rules.DEPARTMENT])

    assert len(shown["missing"]) == 5
    assert [one["check"].kind for one in shown["checks"] if one["expires"]] == ["licence"]
    assert shown["waits"] | {"since": None} == {
        "who": "Karolinska Institutet",
        "what": "the plan and the checks that are missing",
        "since": None,
    }
    assert [one["title"] for one in shown["makes"]] == ["Ask for a check"]
    assert shown["courses"] == []


def test_detail_names_the_person_to_whom_it_concerns_alone(scene: Scene, person) -> None:
    stay = Outgoing(scene)

    assert staying.detail(stay.mobility, scene[rules.PARTICIPANT])["stay"] is not None
    assert staying.detail(stay.mobility, person("steward"))["stay"] is None


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("nominated", "Karolinska Institutet"),
        ("transcribed", "Charité – Universitätsmedizin Berlin"),
        ("decided", "Karolinska Institutet"),
        ("cancelled", None),
    ],
)
def test_waits_names_whose_turn_it_is(scene: Scene, state: str, who: str | None) -> None:
    stay = scene.nominate()
    stay.state = state

    found = steps.waits(stay, institutions())

    assert found.get("who") == who
    assert sum(step["here"] for step in steps.steps(stay)) == (0 if who is None else 1)


def test_basis_names_the_condition_of_an_agreement(league: League) -> None:
    stay = league.mobility(iia=league.iia())

    assert staying.basis(stay)["words"] == "condition 1 of Agreement with ki.example"


def test_basis_of_a_memorandum_that_is_not_here_has_no_link(scene: Scene) -> None:
    stay = scene.nominate()
    stay.agreement = "sha256:0"

    assert staying.basis(stay)["url"] == ""


def test_makes_offers_plans_to_who_may_write_them(scene: Scene) -> None:
    stay = scene.nominate()

    assert [one["title"] for one in staying.makes(stay, scene[rules.OFFICER])] == ["Write a plan"]
    assert [one["title"] for one in staying.makes(stay, scene[rules.PARTICIPANT])] == ["Write your plan"]


def test_offer_names_the_checks_that_are_known(scene: Scene) -> None:
    with given():
        found = offer(scene.side.id, checks=["licence", "horoscope"])

    shown = staying.offer(found, scene[rules.OFFICER])

    assert shown == {"host": "Karolinska Institutet", "kind": "studies", "asked": ["licence or student status"]}
