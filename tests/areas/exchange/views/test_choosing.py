"""What the forms of exchange let people choose, in words instead of keys."""

from datetime import date

import pytest

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Application, Check, Iia, Mobility, Plan
from hansa.areas.exchange.views.choosing import choices
from hansa.kernel.files import Upload
from hansa.kernel.pages import Asked
from tests.areas.exchange.applying import agreed, applied, now, opened
from tests.areas.exchange.hosting import Incoming, offer
from tests.areas.exchange.league import KI, UU, League
from tests.areas.exchange.samples import PNG
from tests.areas.exchange.scene import Outgoing, Scene
from tests.conftest import given


def asked(record, scene: Scene, role: str = rules.OFFICER, **filled: str) -> Asked:
    """Return what is known when a form is shown."""
    return Asked(record=record, person=scene[role], given=filled)


def test_form_without_choices_has_none() -> None:
    assert choices("mobilities.accept") == {}


def test_nomination_offers_places_of_clauses_and_of_the_network(scene: Scene, person) -> None:
    agreed()
    offer(scene.side.id)
    person(rules.PARTICIPANT, username="zoe", name="Zoe Z")

    found = choices("mobilities.nominate_person")

    words = [said for _key, said in found["place"]]
    assert words[0] == "Karolinska Institutet: studies, clause 5.1, 4 a year"
    assert words[-1] == "uu.se: studies, Uppsala, 2 a year"
    assert [said for _key, said in found["offer"]] == ["none", "Surgery, Surgery"]
    assert ("zoe", "Zoe Z (zoe)") in found["participant"]
    assert all(key != rules.OFFICER for key, _words in found["participant"])
    assert ("unknown", "not stated") in found["gender"]


def test_applicants_choose_a_call_and_its_destinations(scene: Scene) -> None:
    other = opened(scene, "5.3")
    call = opened(scene)
    with given():
        other.destinations = [{**other.destinations[0], "institution": "hei:uu.se"}]
        other.save()

    everything = choices("applications.apply", asked(Application(), scene))
    one = choices("applications.apply", asked(Application(), scene, call=str(call.pk)))
    mine = choices("applications.revise", asked(applied(scene, call), scene))

    assert {said for _key, said in everything["wishes"]} == {"Karolinska Institutet", "uu.se"}
    assert one["wishes"] == mine["wishes"] == [(scene.side.id, "Karolinska Institutet")]
    assert len(everything["call"]) == 2


def test_application_offers_its_own_documents_and_destinations(scene: Scene) -> None:
    call = opened(scene, documents=["Letter"])
    made = actions.applications.apply(
        Application(),
        by=scene[rules.PARTICIPANT],
        call=str(call.pk),
        wishes=[scene.side.id],
        given_names="Anna",
        family_name="Muster",
        birth_date=date(2003, 4, 5),
        nationality="DE",
        gender="female",
        email="anna@charite.example",
        field=912,
        cycle="master",
    )
    before = choices("applications.attach", asked(made, scene))
    actions.applications.attach(made, by=scene[rules.PARTICIPANT], document=Upload.of("a.png", PNG), purpose="Letter")

    ((_digest, words),) = choices("applications.detach", asked(now(made), scene))["document"]

    assert before == {"purpose": [("Letter", "Letter")]}
    assert words == "a.png (Letter)"
    assert choices("applications.decide", asked(made, scene))["destination"] == [
        (scene.side.id, "Karolinska Institutet")
    ]


def test_nominating_offers_applicants_whose_place_was_taken(scene: Scene) -> None:
    row = applied(scene, opened(scene))
    with given():
        row.state = "taken"
        row.save()

    assert choices("mobilities.nominate") == {"application": [(str(row.pk), "Anna Muster: A term abroad")]}


def test_plan_is_for_a_stay_and_of_its_host(scene: Scene) -> None:
    first, second = Outgoing(scene), scene.nominate()
    offer(scene.side.id)
    offer("https://ror.org/02feahw73", title="Elsewhere")

    office = choices("plans.draft", asked(Plan(), scene))
    one = choices("plans.draft", asked(Plan(), scene, mobility=str(second.pk)))
    own = choices("plans.draft_own", asked(Plan(), scene, rules.PARTICIPANT))
    again = choices("plans.revise", asked(Plan(mobility=first.made), scene))

    assert len(office["mobility"]) == 2
    assert one["mobility"] == [(str(second.pk), "Anna Muster → Karolinska Institutet: studies, 2026/2027")]
    assert [key for key, _words in own["mobility"]] == [str(first.made.pk)]
    assert [said for _key, said in office["offers"]] == ["Surgery, Surgery (Karolinska Institutet)"]
    assert again["offers"] == own["offers"] == office["offers"]


def test_participant_cannot_choose_the_stay_of_another_by_its_key(scene: Scene) -> None:
    other = scene.nominate()

    found = choices("plans.draft_own", asked(Plan(), scene, rules.PARTICIPANT, mobility=str(other.pk)))

    assert found == {"mobility": [], "offers": []}


def test_check_is_asked_of_a_stay_here(scene: Scene) -> None:
    guest = Incoming(scene, "5.2")
    guest.do("accept")

    found = choices("checks.require", asked(Check(), scene))

    assert [key for key, _words in found["mobility"]] == [str(guest.made.pk)]
    assert ("licence", "licence or student status") in found["kind"]


def test_offers_and_calls_name_clauses_and_levels(scene: Scene) -> None:
    found, revised, call = choices("offers.offer"), choices("offers.revise"), choices("calls.open")

    assert len(found["place"]) == 3
    assert revised["checks"] == found["checks"]
    assert next(said for _key, said in call["places"]).startswith("Karolinska Institutet: studies")


def test_agreement_of_the_network_is_with_a_member(league: League) -> None:
    found, line = choices("iias.draft"), choices("messages.ask")

    assert {KI, UU} <= {key for key, _words in found["partner"]}
    assert line["partner"] == found["partner"]
    assert (found["institution"], found["clauses"]) == ([("", "none")], [])


def test_agreement_can_be_made_from_clauses(scene: Scene) -> None:
    found = choices("iias.draft")

    assert found["clauses"][0] == ("5.1", "5.1 Exchange")
    assert found["institution"] == [("", "none"), (scene.side.id, "Karolinska Institutet")]


def test_copies_that_came_can_be_linked(db: None) -> None:
    with given():
        row = Iia(partner="uu.se", title="Uppsala", state="received")
        row.save()

    assert choices("iias.connect") == {"received": [(str(row.pk), "uu.se: Uppsala")]}


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_address_that_names_no_stay_lets_choose_any(scene: Scene, key: str) -> None:
    scene.nominate()

    found = choices("plans.draft", asked(Plan(), scene, mobility=key))

    assert len(found["mobility"]) == Mobility.objects.count()
