"""What other members read about this institution."""

import pytest

from hansa.kernel.identity import own
from hansa.lib.ewp import factsheets, institutions, ounits
from tests.areas.exchange.league import CHARITE
from tests.lib.ewp.schemas import validate

OURS = ("hei_id", CHARITE)


def units(league, *pairs):
    answer = league.ask("organizational-units", 2, [OURS, *pairs])
    assert answer.status_code == 200, answer.content
    return [unit.ounit_id for unit in ounits.RESPONSE.read(answer.content)]


def test_institution_tells_its_name_before_anybody_wrote_a_profile(league):
    answer = league.ask("institutions", 2, [OURS])

    found = institutions.RESPONSE.read(answer.content)[0]
    assert found.names[0].text == own().name
    assert found.other_id("erasmus") == "D  BERLIN14"


def test_institution_tells_what_its_profile_says(league):
    league.profile()

    answer = league.ask("institutions", 2, [OURS, ("hei_id", "other.example")])

    found = institutions.RESPONSE.read(answer.content)
    assert [one.hei_id for one in found] == [CHARITE]
    assert found[0].street_address.locality == "Berlin"
    assert found[0].ounit_ids == ("med", "nursing")
    assert found[0].contacts[0].emails == ("office@charite.example",)


@pytest.mark.parametrize("api", ["institutions", "factsheet"])
def test_others_are_passed_over(league, api):
    league.profile()
    major = 2 if api == "institutions" else 1

    answer = league.ask(api, major, [("hei_id", "other.example")])

    documents = institutions if api == "institutions" else factsheets
    assert documents.RESPONSE.read(answer.content) == ()


def test_units_are_found_by_id_and_by_code(league):
    league.profile()

    assert units(league, ("ounit_id", "med"), ("ounit_id", "unknown")) == ["med"]
    assert units(league, ("ounit_code", "nursing")) == ["nursing"]


def test_units_are_none_before_anybody_wrote_a_profile(league):
    assert units(league, ("ounit_id", "med")) == []


@pytest.mark.parametrize(
    "pairs",
    [
        [OURS],
        [("ounit_id", "med")],
        [OURS, ("ounit_id", "med"), ("ounit_code", "med")],
        [("hei_id", "other.example"), ("ounit_id", "med")],
        [OURS, OURS, ("ounit_id", "med")],
    ],
)
def test_units_asked_for_in_another_way_are_refused(league, pairs):
    assert league.ask("organizational-units", 2, pairs).status_code == 400


def test_factsheet_comes_with_the_calendar(league):
    assert factsheets.RESPONSE.read(league.ask("factsheet", 1, [OURS]).content) == ()
    league.profile()

    found = factsheets.RESPONSE.read(league.ask("factsheet", 1, [OURS]).content)[0]

    assert found.calendar.student_nominations.autumn_term == "05-31"
    assert (found.decision_weeks_limit, found.tor_weeks_limit) == (4, 5)
    assert found.requirements[0].details == "B2 in German or English"


def test_factsheet_is_left_out_without_a_calendar(league):
    league.profile(nominations_autumn="")

    assert factsheets.RESPONSE.read(league.ask("factsheet", 1, [OURS]).content) == ()


def test_answers_are_valid(league):
    league.profile()

    validate(league.ask("institutions", 2, [OURS]).content)
    validate(league.ask("organizational-units", 2, [OURS, ("ounit_id", "med")]).content)
    validate(league.ask("factsheet", 1, [OURS]).content)
