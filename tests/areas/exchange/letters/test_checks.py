"""Checks between two nodes: the host asks, the sender verifies, and nobody hears more than that."""

from datetime import date

import pytest

from hansa.areas.exchange import actions, rules
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import Outgoing, Scene


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene, "5.2")
    made.hear("accepted", note="")
    return made


def test_required_adds_a_check_to_any_stay(scene: Scene) -> None:
    stay = Outgoing(scene)
    stay.hear("accepted", note="")

    stay.hear("required", kind="language")

    assert [(one.kind, one.state) for one in stay.mobility.checks.all()] == [("language", "required")]


def test_required_again_opens_what_was_verified(stay: Outgoing, scene: Scene) -> None:
    stay.verified()

    stay.hear("required", kind="licence")

    found = stay.mobility.checks.get(kind="licence")
    assert (found.state, found.valid_until, found.received, found.authority) == ("required", None, None, "")
    assert stay.mobility.checks.filter(state="verified").count() == 4


def test_required_again_leaves_what_is_still_open(stay: Outgoing) -> None:
    stay.hear("required", kind="licence")

    assert stay.mobility.checks.get(kind="licence").state == "required"


def test_required_of_no_known_kind_is_refused(stay: Outgoing, scene: Scene) -> None:
    receipt = scene.say("mobilities.required", stay.mobility, {"kind": "horoscope"})

    assert (receipt.outcome, receipt.reason) == ("refused", "There is no check of this kind.")


def test_verified_tells_kind_issuer_and_end(scene: Scene) -> None:
    guest = Incoming(scene, "5.2")
    guest.do("accept")

    guest.hear("verified", kind="licence", authority="Chamber", valid_until="2027-06-30")
    guest.hear("verified", kind="language", authority="Chamber", valid_until="")

    licence, language = (guest.mobility.checks.get(kind=kind) for kind in ("licence", "language"))
    assert (licence.state, licence.authority, licence.valid_until) == ("verified", "Chamber", date(2027, 6, 30))
    assert (language.valid_until, language.received, language.files()) == (None, None, [])


def test_verified_what_nobody_asked_for_is_refused(scene: Scene) -> None:
    guest = Incoming(scene)
    guest.do("accept")

    receipt = guest.say("verified", kind="licence", authority="Chamber", valid_until="")

    assert "Nobody asked for this check" in receipt.reason


def test_evidence_is_no_part_of_the_letter(scene: Scene) -> None:
    guest = Incoming(scene, "5.2")
    guest.do("accept")

    receipt = guest.say("verified", kind="licence", authority="Chamber", valid_until="", evidence="JVBERi0=")

    assert "another form at: evidence" in receipt.reason


def test_checks_have_the_same_name_at_both(stay: Outgoing, scene: Scene) -> None:
    check = stay.mobility.checks.get(kind="licence")

    actions.checks.verify(check, by=scene[rules.OFFICER], authority="Office", received=date(2026, 1, 5))

    assert stay.mobility.checks.get(pk=check.pk).state == "verified"
