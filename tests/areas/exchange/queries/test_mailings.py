"""Whom a selection names, and where each can be reached now."""

from hansa.areas.exchange.models import Mailing
from hansa.areas.exchange.queries import mailings
from tests.areas.exchange.applying import applied, opened
from tests.areas.exchange.scene import Scene
from tests.conftest import given


def test_recipients_are_named_by_record_and_not_by_address(scene: Scene) -> None:
    row = applied(scene, opened(scene))

    found = mailings.Selection(call=str(row.call.pk)).recipients()

    assert found == [{"of": "applications", "id": str(row.pk), "state": "waiting"}]
    assert mailings.address_of(found[0]) == "participant@charite.example"


def test_address_is_the_one_that_holds_when_the_mail_is_sent(scene: Scene) -> None:
    mobility = scene.nominate()
    found = mailings.Selection(year="2026/2027").recipients()
    with given():
        mobility.stay.email = "new@charite.example"
        mobility.stay.save()

    assert mailings.address_of(found[0]) == "new@charite.example"


def test_trouble_counts_who_was_not_reached() -> None:
    states = ["sent", "failed", "unknown", "waiting"]
    made = Mailing(recipients=[{"of": "applications", "id": "", "state": state} for state in states])

    said = mailings.trouble(made)

    assert said == ("1 of 4 were not reached. 1 may not have been reached: the line broke, and nothing is sent twice.")


def test_journal_names_people_by_stay_and_application(scene: Scene) -> None:
    mobility, row = scene.nominate(), applied(scene, opened(scene), given_names="Bea")
    listed = [("mobilities", mobility), ("applications", row)]
    made = Mailing(recipients=[{"of": of, "id": str(one.pk), "state": "sent"} for of, one in listed])

    assert mailings.journal(made) == [("Anna Muster", "sent"), ("Bea Muster", "sent")]


def test_mailing_reads_by_its_subject() -> None:
    assert str(Mailing(subject="Your application")) == "Your application"
