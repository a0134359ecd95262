"""The page of an agreement of the network: both copies side by side, what stands in the way, and its versions."""

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.agreements import hear_approval
from hansa.areas.exchange.models import Message
from hansa.areas.exchange.views import agreements
from tests.areas.exchange import treaty
from tests.areas.exchange.league import League
from tests.conftest import given


def test_agreement_that_was_only_drafted_compares_nothing(league: League, person) -> None:
    shown = agreements.iia(treaty.drafted(), person(rules.OFFICER))

    assert (shown["has_both"], shown["differing"], shown["alike"], shown["versions"]) == (False, [], (), [])
    assert [one["places"] for one in shown["conditions"]] == [4, 2]


def test_both_copies_stand_side_by_side(league: League, person) -> None:
    iia = treaty.linked()
    same = agreements.iia(iia, person(rules.OFFICER))
    treaty.heard(treaty.copy_of(iia, terminated_as_a_whole=True))
    iia.refresh_from_db()

    other = agreements.iia(iia, person("coordinator"))

    assert [one.place for one in same["differing"] if one.is_hashed] == []
    assert any("mobilities per year" in one.place for one in same["alike"])
    assert [one.place for one in other["differing"] if one.is_hashed] == ["termination as a whole"]
    assert other["obstacles"]


def test_versions_say_which_is_served_and_which_was_approved(league: League, person) -> None:
    iia = treaty.changed()

    shown = agreements.iia(iia, person(rules.OFFICER))

    marks = [one["marks"] for one in shown["versions"]]
    assert marks[0] == ["what we serve now"]
    assert ["what the partner approved"] in marks


def test_message_names_the_member(league: League, person) -> None:
    shown = agreements.message(Message(partner="uu.se"), person(rules.OFFICER))

    assert shown["partner"]


def test_page_says_who_approved_which_version_when(league: League, person) -> None:
    iia, officer = treaty.linked(), person(rules.OFFICER)
    with given():
        hear_approval(iia, iia.hash, raw="<approval/>")
    actions.iias.approve(iia, by=officer)

    shown = agreements.iia(iia, officer)

    assert [one["hash"] for one in shown["versions"] if one["approved"]] == [iia.hash]
    assert [(one["hash"], one["at"] is not None) for one in shown["approvals"]] == [(iia.their_hash, True)]
