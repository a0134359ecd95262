"""Nominations both ways: our rows as documents of the network, and a partner's documents as our rows."""

from dataclasses import replace
from datetime import date

import pytest

from hansa.areas.exchange.network import nominations
from hansa.areas.exchange.states import Cycle, MobilityState
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.omobilities import GET, proposed
from tests.areas.exchange.league import CHARITE, ENDS, KI, STARTS, YEAR
from tests.lib.ewp.records import MOBILITY, NOMINATION, STUDENT


def test_nomination_goes_there_and_back(league):
    iia = league.iia()
    mobility = league.mobility(iia=iia)

    found = nominations.heard(GET.read(GET.build([nominations.nomination_of(mobility, hei=CHARITE)]))[0])

    assert found.foreign_id == mobility.foreign_id
    assert found.state == MobilityState.NOMINATED
    assert (found.sending, found.receiving, found.year) == (CHARITE, KI, YEAR)
    assert (found.their_iia, found.our_iia) == (str(iia.pk), iia.foreign_id)
    assert found.stay["cycle"] == Cycle.MASTER
    assert found.stay["field"] == 912
    assert (found.stay["starts"], found.stay["ends"]) == (date(2026, 8, 1), date(2027, 1, 31))
    stay = mobility.stay
    assert found.person == {name: getattr(stay, name) for name in found.person}


def test_proposal_is_new_only_with_new_content(league):
    mobility = league.mobility()
    first = nominations.nomination_of(mobility, hei=CHARITE)

    mobility.state, mobility.comment = MobilityState.ACCEPTED, "Welcome."
    same = nominations.nomination_of(mobility, hei=CHARITE)
    mobility.field = 721
    other = nominations.nomination_of(mobility, hei=CHARITE)

    assert first.nomination.proposal_id == same.nomination.proposal_id != other.nomination.proposal_id
    assert (first.status, same.status) == ("pending", "approved")


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (STARTS, ENDS, "2026/2027-1/2"),
        (date(2027, 2, 1), date(2027, 7, 31), "2026/2027-2/2"),
        (STARTS, date(2027, 2, 1), ""),
        (date(2026, 7, 31), ENDS, ""),
    ],
)
def test_term_is_the_half_in_which_a_stay_lies(starts, ends, expected):
    assert nominations.term_of(starts, ends, year=YEAR) == expected


@pytest.mark.parametrize(
    ("term", "days"),
    [
        ("2026/2027-2/2", (date(2027, 2, 1), date(2027, 7, 31))),
        ("2026/2027-1/3", (date(2026, 8, 1), date(2027, 7, 31))),
        ("", (date(2026, 8, 1), date(2027, 7, 31))),
    ],
)
def test_days_are_those_of_the_term_or_of_the_whole_year(term, days):
    nomination = replace(NOMINATION, sending_academic_term_ewp_id=term)

    assert nominations.days_in(nomination) == days


@pytest.mark.parametrize(
    ("field", "fields", "expected"),
    [(912, ["0912", "0721"], "0912"), (911, ["0721", "0912"], "0721"), (911, [], "0911"), (0, [], "9999")],
)
def test_agreed_field_is_the_persons_if_it_was_agreed_on(league, field, fields, expected):
    iia = league.iia()
    iia.conditions[0]["fields"] = fields
    mobility = league.mobility(iia=iia, field=field)

    assert nominations.agreed_field(mobility) == expected


def test_agreed_field_is_the_persons_where_no_condition_is_known(league):
    assert nominations.agreed_field(league.mobility(field=731)) == "0731"
    assert nominations.agreed_field(league.mobility(iia=league.iia(), condition=9)) == "0912"


def test_ids_of_an_agreement_come_together_or_not_at_all(league):
    iia = league.iia()
    iia.foreign_id = ""

    assert nominations.iia_ids(iia) == nominations.iia_ids(None) == ("", "")


def test_nomination_without_a_level_is_refused(league):
    with pytest.raises(InvalidError, match="study cycle"):
        nominations.check(league.mobility(cycle="any"), hei=CHARITE)


def test_nomination_without_a_student_identifier_is_refused(league):
    with pytest.raises(InvalidError, match="global-id"):
        nominations.check(league.mobility(person={"esi": "4711"}), hei=CHARITE)


def test_nomination_that_is_whole_is_let_through(league):
    nominations.check(league.mobility(iia=league.iia()), hei=CHARITE)


@pytest.mark.parametrize(
    ("said", "code"), [("female", "2"), ("Male ", "1"), ("other", "9"), ("", "0"), ("rather not say", "0")]
)
def test_gender_is_a_code_of_its_own(said, code):
    assert nominations.gender_of(said) == code


def test_what_a_partner_leaves_out_stays_empty():
    student = replace(STUDENT, birth_date=None, gender="", email="", nationality="")
    nomination = replace(NOMINATION, eqf_level_studied_at_departure=None, nominee_isced_f_code="", comment="")

    found = nominations.heard(replace(MOBILITY, student=student, nomination=nomination, status="cancelled"))

    assert found.state == MobilityState.CANCELLED
    assert found.stay["cycle"] == Cycle.ANY
    assert found.stay["field"] == 912
    assert (found.person["birth_date"], found.person["gender"]) == (None, "unknown")
    assert (found.person["given_names"], found.person["family_name"]) == ("Ada Maria", "Beispiel")


def test_field_that_nobody_knows_is_nought():
    nomination = replace(NOMINATION, nominee_isced_f_code="9999")

    assert nominations.heard(proposed(replace(MOBILITY, nomination=nomination))).stay["field"] == 0
