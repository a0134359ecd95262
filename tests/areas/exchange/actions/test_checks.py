"""Checks before the start: asked for, handed in, verified, refused, and what the host learns of them."""

from datetime import date

import pytest

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Check
from hansa.kernel.actions import GivenError, RoleError
from hansa.kernel.files import Upload
from hansa.kernel.models import LedgerEntry
from hansa.lib.errors import RefusedError
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.league import League
from tests.areas.exchange.samples import PNG
from tests.areas.exchange.scene import ENDS, Outgoing, Scene
from tests.conftest import given


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene, "5.2", ends=date(2027, 1, 31))
    made.hear("accepted", note="")
    return made


@pytest.fixture
def guest(scene: Scene) -> Incoming:
    made = Incoming(scene, "5.2")
    made.do("accept")
    return made


def of(stay, kind: str = "licence") -> Check:
    return stay.mobility.checks.get(kind=kind)


def test_require_asks_the_sender_for_one_more(scene: Scene) -> None:
    guest = Incoming(scene)
    guest.do("accept")

    actions.checks.require(Check(), by=scene[rules.DEPARTMENT], mobility=str(guest.made.pk), kind="language")

    assert scene.letters("mobilities.required") == [{"kind": "language", "taken": 1}]
    with pytest.raises(RefusedError, match="asked for already"):
        actions.checks.require(Check(), by=scene[rules.DEPARTMENT], mobility=str(guest.made.pk), kind="language")


@pytest.mark.parametrize(("changes", "field"), [({"kind": "horoscope"}, "kind"), ({"mobility": "x"}, "mobility")])
def test_require_names_what_is_wrong(guest: Incoming, scene: Scene, changes, field) -> None:
    given_ = {"mobility": str(guest.made.pk), "kind": "language", **changes}

    with pytest.raises(GivenError) as refused:
        actions.checks.require(Check(), by=scene[rules.DEPARTMENT], **given_)

    assert list(refused.value.faults) == [field]


def test_submit_keeps_the_evidence_in_this_house(stay: Outgoing, scene: Scene) -> None:
    letters = len(scene.letters("mobilities.verified"))

    actions.checks.submit(
        of(stay), by=scene[rules.PARTICIPANT], document=Upload.of("proof.png", PNG), note="Both sides."
    )

    assert [file.name for file in of(stay).files()] == ["proof.png"]
    assert (of(stay).state, of(stay).note) == ("submitted", "Both sides.")
    assert len(scene.letters("mobilities.verified")) == letters
    assert "proof" not in LedgerEntry.objects.order_by("-position")[0].body


def test_submit_is_for_the_participant_alone(stay: Outgoing, person) -> None:
    with pytest.raises(RoleError, match="somebody else's"):
        actions.checks.submit(of(stay), by=person(rules.PARTICIPANT), document=Upload.of("proof.png", PNG))


def test_verify_tells_the_host_as_little_as_it_needs(stay: Outgoing, scene: Scene) -> None:
    about = {"authority": "Health office", "received": date(2026, 1, 5), "valid_until": ENDS}

    actions.checks.verify(of(stay), by=scene[rules.OFFICER], **about)

    body = scene.letters("mobilities.verified")[0]
    assert body == {"kind": "licence", "authority": "Health office", "valid_until": str(ENDS), "taken": 1}
    assert of(stay).state == "verified"


def test_verify_without_an_end_says_so(stay: Outgoing, scene: Scene) -> None:
    actions.checks.verify(of(stay), by=scene[rules.OFFICER], authority="Office", received=date(2026, 1, 5))

    assert scene.letters("mobilities.verified")[0]["valid_until"] == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"received": date(2099, 1, 1)}, "received"), ({"valid_until": date(2026, 9, 30)}, "valid_until")],
)
def test_verify_names_what_is_wrong(stay: Outgoing, scene: Scene, changes, field) -> None:
    about = {"authority": "Office", "received": date(2026, 1, 5), **changes}

    with pytest.raises(GivenError) as refused:
        actions.checks.verify(of(stay), by=scene[rules.OFFICER], **about)

    assert list(refused.value.faults) == [field]
    assert of(stay).state == "required"


def test_refuse_tells_the_participant_why(stay: Outgoing, scene: Scene) -> None:
    actions.checks.submit(of(stay), by=scene[rules.PARTICIPANT], document=Upload.of("proof.png", PNG))

    actions.checks.refuse(of(stay), by=scene[rules.OFFICER], reason="It cannot be read.")

    assert (of(stay).state, of(stay).note) == ("refused", "It cannot be read.")


def test_ask_again_makes_the_check_open_at_both(guest: Incoming, scene: Scene) -> None:
    guest.hear("verified", kind="licence", authority="Office", valid_until="2026-12-01")

    actions.checks.ask_again(of(guest), by=scene[rules.DEPARTMENT], note="It ends too early.")

    assert (of(guest).state, of(guest).valid_until, of(guest).authority) == ("required", None, "")
    assert scene.letters("mobilities.required")[-1]["kind"] == "licence"


def test_check_of_a_stay_that_is_over_is_left_alone(stay: Outgoing, scene: Scene) -> None:
    with given():
        mobility = stay.mobility
        mobility.state = "cancelled"
        mobility.save()

    with pytest.raises(RefusedError, match="from the acceptance to the departure"):
        actions.checks.verify(of(stay), by=scene[rules.OFFICER], authority="Office", received=date(2026, 1, 5))


def test_side_that_may_not_is_not_offered_the_action(stay: Outgoing, guest: Incoming, scene: Scene) -> None:
    assert not actions.checks.verify.possible(of(guest), scene[rules.OFFICER])
    with given():
        check = of(stay)
        check.state = "verified"
        check.save()

    assert not actions.checks.ask_again.possible(of(stay), scene[rules.OFFICER])


def test_require_over_the_network_is_refused(league: League, person) -> None:
    stay = league.mobility(is_outgoing=False, iia=league.iia(), state="accepted")

    with pytest.raises(RefusedError, match="carries no checks") as refused:
        actions.checks.require(Check(), by=person(rules.OFFICER), mobility=str(stay.pk), kind="language")

    assert refused.value.remedy
    assert not Check.objects.exists()
