"""Two real nodes carry a stay out over Erasmus Without Paper, whatever happens to the line in between."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hansa.lib.ewp.terms import years_later
from tests.functional.league import HEIS, TODAY, YEAR, League, plain
from tests.functional.nodes import BERLIN, STOCKHOLM, AnswerError, Forge, LiveNode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
COURSE = {"form": "course", "code": "KI-1", "title": "Surgery", "credits": "7.5", "term": "1/2"}
HOME = {"code": "H-1", "title": "Chirurgie", "credits": "7.5"}
GRADED = [{"code": "KI-1", "title": "Surgery", "credits": "7.5", "grade": "B", "passed": True}]
SCALE = {"name": "A to E", "passing": [["A", 22], ["B", 61], ["C", 85]], "failing": ["F"]}


@pytest.fixture(scope="module")
def league(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[League]:
    """Return two members of a closed league that have approved an agreement."""
    made = League(tmp_path_factory.mktemp("league"), forge=forge)
    try:
        made.make()
        yield made
    finally:
        made.end()


def urn(league: League, stay: str) -> str:
    """Return what Stockholm calls a stay of Berlin's."""
    return f"urn:hansa:mobilities:{league.there(stay, column='id')}"


def plans(league: League, stay: str) -> list[str]:
    """Return the states of the plans that Stockholm has of a stay."""
    return [
        state
        for (state,) in league.stockholm.rows(
            "select state from exchange_plan where mobility_id = ? order by number", league.there(stay, column="id")
        )
    ]


def test_stay_goes_from_nomination_to_recognition_over_the_network(league):
    berlin, stockholm = league.berlin, league.stockholm

    stay = league.nominate(1)
    league.wait(lambda: league.there(stay) == "nominated", what="the nomination to arrive")
    stockholm.act("officer", "mobilities.accept", urn(league, stay), note="Welcome.")
    league.wait(lambda: league.here(stay) == "accepted", what="the acceptance to arrive")

    about = {"mobility": plain(stay), "components": json.dumps([COURSE]), "home": json.dumps([HOME])}
    plan = str(berlin.act("officer", "plans.draft", **about)["id"])
    berlin.act("participant", "plans.sign", plan)
    berlin.act("officer", "plans.endorse", plan)
    league.wait(lambda: plans(league, stay) == ["offered"], what="the learning agreement to arrive")
    theirs = stockholm.rows("select id from exchange_plan")[0][0]
    stockholm.act("officer", "plans.agree", f"urn:hansa:plans:{theirs}")
    signed = "select state from exchange_plan where id = ?"
    league.wait(lambda: berlin.rows(signed, plain(plan)) == [("agreed",)], what="the signature to arrive")

    there = urn(league, stay)
    stockholm.act("officer", "mobilities.confirm", there)
    stockholm.act("officer", "mobilities.arrive", there, day=str(TODAY - timedelta(days=30)))
    league.wait(lambda: league.here(stay) == "arrived", what="the arrival to arrive")
    stockholm.act("officer", "mobilities.depart", there, day=str(TODAY))
    league.wait(lambda: league.here(stay) == "departed", what="the departure to arrive")
    stockholm.act("officer", "mobilities.transcribe", there, courses=json.dumps(GRADED), scale=json.dumps(SCALE))
    league.wait(lambda: league.here(stay) == "transcribed", what="the transcript to arrive")
    berlin.act("officer", "mobilities.recognise", stay)

    assert league.here(stay) == "recognised"
    assert json.loads(league.here(stay, column="transcript"))["courses"][0]["grade"] == "B"
    assert not league.berlin.rows("select 1 from exchange_message where state in ('failed', 'expired')")


def test_rejection_comes_back_with_its_reason(league):
    stay = league.nominate(2)
    league.wait(lambda: league.there(stay) == "nominated", what="the nomination to arrive")

    league.stockholm.act("officer", "mobilities.reject", urn(league, stay), reason="No place in surgery.")

    league.wait(lambda: league.here(stay) == "rejected", what="the rejection to arrive")
    assert league.here(stay, column="comment") == "No place in surgery."


def test_lost_notification_is_healed_by_a_sweep(league):
    stay = league.nominate_silently(3)
    assert league.there(stay) is None

    league.stockholm.act("officer", "messages.ask", partner=HEIS[BERLIN])

    league.wait(lambda: league.there(stay) == "nominated", what="the sweep to find the nomination")


def test_doubled_notifications_change_nothing(league):
    stay = league.nominate(4)
    league.wait(lambda: league.there(stay) == "nominated", what="the nomination to arrive")
    before = league.there(stay, column="updated")

    league.owe(league.berlin, *[("omobility-cnr", stay.rpartition(":")[2])] * 3)

    told = "select count(*) from exchange_message where kind = 'omobility-get' and subject = ? and state = 'delivered'"
    league.wait(
        lambda: league.stockholm.rows(told, stay.rpartition(":")[2])[0][0] >= 2, what="the doubles to be looked at"
    )
    assert league.there(stay, column="updated") == before
    assert league.stockholm.rows(
        "select count(*) from exchange_mobility where foreign_id = ?", stay.rpartition(":")[2]
    ) == [(1,)]


def test_reordered_notifications_end_in_what_stands_there(league):
    stay = league.nominate_silently(5)
    key = stay.rpartition(":")[2]
    about = {"mobility": plain(stay), "components": json.dumps([COURSE]), "home": json.dumps([HOME])}
    plan = str(league.berlin.act("officer", "plans.draft", **about)["id"])
    league.berlin.act("participant", "plans.sign", plan)
    # The agreement is told before the nomination is.
    league.berlin.act("officer", "plans.endorse", plan)
    league.wait(lambda: plans(league, stay) == ["offered"], what="agreement and nomination to arrive")

    league.berlin.act("officer", "mobilities.cancel", stay, reason="She fell ill.")
    league.wait(lambda: league.there(stay) == "cancelled", what="the cancellation to arrive")
    league.owe(league.berlin, ("omobility-cnr", key), ("omobility-la-cnr", key))

    done = "select count(*) from exchange_message where subject = ? and state = 'waiting'"
    league.wait(lambda: league.berlin.rows(done, key) == [(0,)], what="the late notifications to go")
    assert league.there(stay) == "cancelled"


def test_partner_that_is_killed_gets_what_it_missed(league):
    league.stockholm.kill()
    stay = league.nominate(6)
    tried = "select waits from kernel_job where kind = 'exchange.message' and state = 'waiting'"
    league.wait(lambda: league.berlin.rows(tried) and league.berlin.rows(tried)[0][0] > 0, what="the first attempt")

    league.stockholm.start()

    league.wait(lambda: league.there(stay) == "nominated", what="the nomination to arrive")


def test_status_tells_how_the_line_is(league):
    said = league.command(league.stockholm, "network", "status")

    assert "ki.example: the catalogue is" in said
    assert "No trouble." in said


def agreements(league: League, *, at: str, title: str) -> list[tuple[str, str]]:
    """Return id and state of what a node calls an agreement of this title."""
    node = league.berlin if at == BERLIN else league.stockholm
    return node.rows("select id, state from exchange_iia where title = ?", title)


def test_agreement_is_made_approved_used_and_terminated_by_both(league):
    berlin, stockholm = league.berlin, league.stockholm
    condition = {
        "kind": "student-studies",
        "direction": "out",
        "first_year": YEAR,
        "last_year": years_later(YEAR, 1),
        "places": 3,
        "total": 15,
        "fields": ["0912"],
        "eqf": [7],
        "languages": {"en": "B2"},
    }
    about = {"partner": HEIS[STOCKHOLM], "title": "Surgery", "conditions": json.dumps([condition])}
    ours = str(berlin.act("officer", "iias.draft", **about)["id"])
    berlin.act("officer", "iias.share", ours)
    came = f"Agreement of {HEIS[BERLIN]}"
    received = lambda: agreements(league, at=STOCKHOLM, title=came)  # noqa: E731 -- asked again and again
    league.wait(lambda: [state for _id, state in received()] == ["received"], what="the copy to arrive")
    theirs = f"urn:hansa:iias:{received()[0][0]}"

    stockholm.act("officer", "iias.take_over", theirs)
    linked = "select count(*) from exchange_iia where title = ? and foreign_id <> '' and their_hash <> ''"
    league.wait(lambda: berlin.rows(linked, "Surgery") == [(1,)], what="Berlin to hear the other copy")
    sure = "select count(*) from exchange_message where kind = 'iia-get' and state = 'waiting'"
    league.wait(lambda: stockholm.rows(sure) == berlin.rows(sure) == [(0,)], what="both copies to name each other")
    until_approved(league, stockholm, theirs)
    until_approved(league, berlin, ours)
    stand = lambda: [agreements(league, at=BERLIN, title="Surgery")[0][1], received()[0][1]]  # noqa: E731 -- asked again and again
    league.wait(lambda: stand() == ["in_force", "in_force"], what="both approvals to arrive")

    place = f"hei:{HEIS[STOCKHOLM]} iia:{plain(ours)} 1"
    stay = str(berlin.act("officer", "mobilities.nominate_person", **{**league.about(9), "place": place})["id"])
    league.wait(lambda: league.there(stay) == "nominated", what="the nomination under the new agreement to arrive")

    berlin.act("officer", "iias.terminate", ours)
    told = "select theirs like '%terminated-as-a-whole%true%' from exchange_iia where title = ?"
    league.wait(lambda: stockholm.rows(told, came) == [(1,)], what="the termination to arrive")
    assert agreements(league, at=BERLIN, title="Surgery")[0][1] == "terminated"


def until_approved(league: League, node: LiveNode, iia: str) -> None:
    """Approve an agreement once its copies say the same."""

    def approved() -> bool:
        try:
            node.act("officer", "iias.approve", iia)
        except AnswerError:
            return False
        return True

    league.wait(approved, what=f"{node.name} to approve")
