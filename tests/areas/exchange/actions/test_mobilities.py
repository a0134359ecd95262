"""Stays as people here nominate, decide, confirm and end them."""

from datetime import date
from uuid import uuid4

import pytest

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.actions.mobilities import not_sender
from hansa.areas.exchange.models import Application, Call, Message, Mobility
from hansa.kernel.actions import GivenError, RoleError
from hansa.lib.errors import RefusedError
from tests.areas.exchange.hosting import Incoming, offer, today
from tests.areas.exchange.league import KI, League
from tests.areas.exchange.samples import ABOUT, application
from tests.areas.exchange.scene import ENDS, STARTS, Outgoing, Scene
from tests.conftest import given
from tests.kernel.samples import World


@pytest.fixture
def guest(scene: Scene) -> Incoming:
    return Incoming(scene)


@pytest.fixture
def world(scene: Scene, tmp_path) -> World:
    return World(tmp_path, scene.agreement, scene.side, scene.people)


def test_nominate_takes_over_what_the_applicant_wrote(scene: Scene, world: World) -> None:
    with given():
        applied = application(world, "taken")

    made = actions.mobilities.nominate(Mobility(), by=scene[rules.OFFICER], application=str(applied.pk), note="First.")

    assert (made.state, made.kind, made.field, made.cycle) == ("nominated", "student_studies", 912, "master")
    assert (made.receiving, made.clause, made.application) == (scene.side.id, "5.1", applied)
    assert made.stay.person == scene[rules.PARTICIPANT]
    assert Application.objects.get().state == "nominated"
    assert scene.letters("mobilities.nominated")[0]["note"] == "First."


@pytest.mark.parametrize("key", ["nonsense", str(uuid4())])
def test_nominate_without_a_taken_place_is_refused(scene: Scene, world: World, key: str) -> None:
    with given():
        reserve = application(world, "reserve")

    with pytest.raises(GivenError, match="no application of this name"):
        actions.mobilities.nominate(Mobility(), by=scene[rules.OFFICER], application=key)
    with pytest.raises(GivenError, match="no application of this name"):
        actions.mobilities.nominate(Mobility(), by=scene[rules.OFFICER], application=str(reserve.pk))

    assert Call.objects.count() == 1
    assert not Mobility.objects.exists()


def test_nominate_person_for_an_offer_of_the_host(scene: Scene) -> None:
    found = offer(scene.side.id)

    made = scene.nominate(offer=str(found.pk), participant="participant")

    assert (made.offer, made.stay.person) == (found, scene[rules.PARTICIPANT])
    assert scene.letters("mobilities.nominated")[0]["offer"] == str(found.pk)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"offer": "nonsense"}, "offer"),
        ({"offer": str(uuid4())}, "offer"),
        ({"participant": "nobody"}, "participant"),
    ],
)
def test_nominate_person_names_what_is_wrong(scene: Scene, changes, field) -> None:
    with pytest.raises(GivenError) as refused:
        scene.nominate(**changes)

    assert list(refused.value.faults) == [field]
    assert not Mobility.objects.exists()


@pytest.mark.parametrize(
    "place", ["", "nonsense", "hei:ki.example iia:nonsense 1", f"hei:ki.example iia:{uuid4()} 1", "x y z"]
)
def test_nominate_person_for_a_place_that_nobody_gives_is_refused(scene: Scene, place: str) -> None:
    with pytest.raises(RefusedError, match="gives this place") as refused:
        scene.nominate(place=place)

    assert refused.value.remedy


def test_nominate_person_that_starts_after_its_end_is_refused(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="ends before it begins"):
        scene.nominate(starts=ENDS, ends=STARTS)


def test_accept_and_reject_are_told_with_their_words(guest: Incoming, scene: Scene) -> None:
    other = Incoming(scene)

    guest.do("accept", note="Welcome.")
    other.do("reject", reason="No ward is free.")

    assert (guest.mobility.state, guest.mobility.comment) == ("accepted", "Welcome.")
    assert (other.mobility.state, other.mobility.comment) == ("rejected", "No ward is free.")
    assert scene.letters("mobilities.accepted")[0]["note"] == "Welcome."
    assert scene.letters("mobilities.rejected")[0]["reason"] == "No ward is free."


def test_confirm_wants_a_plan_signed_by_all(guest: Incoming) -> None:
    guest.do("accept")

    with pytest.raises(RefusedError, match="signed by all three") as refused:
        guest.do("confirm")

    assert refused.value.remedy
    assert guest.mobility.state == "accepted"


def test_confirm_at_the_bedside_wants_every_check(scene: Scene) -> None:
    guest = Incoming(scene, "5.2")
    guest.agreed()

    with pytest.raises(RefusedError, match="immunisation; language level; liability insurance; licence"):
        guest.do("confirm")
    guest.verified()
    guest.do("confirm", ends=date(2026, 12, 31))

    assert (guest.mobility.state, guest.mobility.ends) == ("confirmed", date(2026, 12, 31))
    assert scene.letters("mobilities.confirmed")[0]["ends"] == "2026-12-31"


def test_confirm_wants_checks_that_hold_on_the_first_day(scene: Scene) -> None:
    guest = Incoming(scene, "5.2")
    guest.agreed()
    guest.verified()
    guest.hear("verified", kind="licence", authority="Office", valid_until="2026-09-30")

    with pytest.raises(RefusedError, match="licence or student status, which ends before the start"):
        guest.do("confirm")


def test_arrive_and_depart_in_their_order_and_not_in_the_future(guest: Incoming, scene: Scene) -> None:
    guest.agreed()
    guest.do("confirm")

    with pytest.raises(RefusedError, match="The arrival is in the future"):
        guest.do("arrive", day=today(1))
    guest.do("arrive", day=today(-5))
    with pytest.raises(RefusedError, match="The departure is before the arrival"):
        guest.do("depart", day=today(-6))
    guest.do("depart", day=today())

    assert (guest.mobility.arrived, guest.mobility.departed) == (today(-5), today())
    assert scene.letters("mobilities.arrived")[0]["day"] == str(today(-5))
    assert scene.letters("mobilities.departed")[0]["day"] == str(today())


def test_cancel_frees_the_place(scene: Scene) -> None:
    stays = [scene.nominate() for _number in range(4)]

    actions.mobilities.cancel(stays[0], by=scene[rules.OFFICER], reason="She fell ill.")

    assert scene.letters("mobilities.cancelled")[0]["reason"] == "She fell ill."
    assert scene.nominate().state == "nominated"


def test_cancel_by_the_host_of_the_network_is_refused(league: League, person) -> None:
    stay = league.mobility(iia=league.iia(), is_outgoing=False)

    with pytest.raises(RefusedError, match="Only the sending institution") as refused:
        actions.mobilities.cancel(stay, by=person(rules.OFFICER), reason="No ward is free.")

    assert refused.value.remedy


def test_host_alone_decides(guest: Incoming, scene: Scene) -> None:
    stay = scene.nominate()

    assert not actions.mobilities.accept.possible(stay, scene[rules.OFFICER])
    assert not_sender(guest.mobility, scene[rules.OFFICER])
    with pytest.raises(RefusedError, match="Only the receiving institution"):
        actions.mobilities.accept(stay, by=scene[rules.OFFICER])


def test_report_is_the_participants_own(scene: Scene) -> None:
    stay = Outgoing(scene)
    stay.agreed()
    stay.present()

    with pytest.raises(RoleError):
        actions.mobilities.report(stay.mobility, by=scene[rules.OFFICER], rating=5, report="Good.")
    actions.mobilities.report(
        stay.mobility, by=scene[rules.PARTICIPANT], rating=5, report="Good.", advice="Bring a bike.", is_shared=True
    )

    kept = stay.mobility.stay
    assert (kept.rating, kept.report, kept.advice, kept.is_shared) == (5, "Good.", "Bring a bike.", True)
    assert kept.reported is not None


@pytest.mark.parametrize("rating", [0, 6])
def test_report_takes_one_to_five(scene: Scene, rating: int) -> None:
    stay = Outgoing(scene)

    with pytest.raises(GivenError, match="rating"):
        actions.mobilities.report(stay.mobility, by=scene[rules.PARTICIPANT], rating=rating, report="Good.")


def test_nominate_person_over_the_network_takes_a_place_of_the_agreement(league: League, person) -> None:
    iia = league.iia()
    league.profile()
    place = f"hei:{KI} iia:{iia.pk} 1"
    about = {**ABOUT, "starts": STARTS, "ends": ENDS, "cycle": "master", "field": 912}
    about |= {"language": "en", "language_level": "B2", "place": place}

    made = actions.mobilities.nominate_person(Mobility(), by=person(rules.OFFICER), **about)

    assert (made.channel, made.iia, made.condition, made.partner) == ("network", iia, 1, f"hei:{KI}")
    assert (made.foreign_id, made.state) == (str(made.pk), "nominated")
    message = Message.objects.get()
    assert (message.kind, message.partner, message.subject) == ("omobility-cnr", KI, str(made.pk))


def test_cancel_over_the_network_is_owed_to_the_partner(league: League, person) -> None:
    stay = league.mobility(iia=league.iia())

    actions.mobilities.cancel(stay, by=person(rules.OFFICER), reason="She fell ill.")

    assert Message.objects.get().kind == "omobility-cnr"
