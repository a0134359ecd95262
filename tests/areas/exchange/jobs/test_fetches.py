from datetime import date

import pytest

from hansa.areas.exchange.models import Message, Mobility, Plan
from tests.areas.exchange.jobs.post_office import sent
from tests.areas.exchange.league import CHARITE, KI, UU
from tests.areas.exchange.university import no, publish


def test_nomination_is_fetched_from_the_newest_major(university, league):
    iia = league.iia()
    university.nominate()

    found = sent("omobility-get")

    stay = Mobility.objects.get()
    assert (found.state, found.trouble) == ("delivered", "")
    assert university.asked[-1].path == "/omobilities/v3/get"
    assert university.asked[-1].pairs == {"omobility_id": ["N-1"]}
    assert (stay.state, stay.iia, stay.condition, stay.partner) == ("nominated", iia, 2, f"hei:{KI}")
    assert (stay.starts, stay.ends, stay.year) == (date(2026, 8, 1), date(2027, 1, 31), "2026/2027")
    assert (stay.stay.family_name, stay.stay.gender) == ("Holm", "male")
    assert "<omobility-id>N-1</omobility-id>" in stay.raw


def test_nomination_is_fetched_from_a_partner_that_speaks_only_the_older_major(university, league):
    university.majors = {"omobilities": (2,)}
    publish(league, university)
    university.nominate(
        student={"birth_date": None, "nationality": "", "gender": "", "email": ""},
        nomination={"agreement_isced_f_code": ""},
    )

    found = sent("omobility-get")

    assert (found.state, found.trouble) == ("delivered", "")
    assert university.asked[-1].pairs == {"sending_hei_id": [KI], "omobility_id": ["N-1"]}
    assert Mobility.objects.get().stay.birth_date is None
    assert Mobility.objects.get().proposal.startswith("sha256") or Mobility.objects.get().proposal


def test_nomination_that_the_partner_does_not_know_leaves_a_remark(university):
    found = sent("omobility-get")

    assert found.state == "delivered"
    assert found.trouble == f"{KI} knows no such stay, or none that it tells us of."


@pytest.mark.parametrize(("sending", "receiving"), [(UU, CHARITE), (KI, UU)])
def test_nomination_between_others_is_not_taken(university, sending, receiving):
    from hansa.lib.ewp.omobilities import Side

    university.nominate(nomination={"sending_hei": Side(hei_id=sending), "receiving_hei": Side(hei_id=receiving)})

    found = sent("omobility-get")

    assert (found.state, found.trouble) == ("failed", f"{KI} answers with a stay between other institutions.")
    assert not Mobility.objects.exists()


@pytest.mark.parametrize(
    "spoilt",
    [
        (b"api-omobilities/blob/stable-v3", b"api-omobilities/blob/stable-v9"),
        (b"<status>pending", b"<status>perhaps"),
        (b"?>", b"?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"),
    ],
)
def test_document_that_breaks_its_schema_is_not_taken(university, spoilt):
    university.nominate()
    university.extra["omobilities"] = lambda asked: university.omobilities_get(asked, 3).replace(*spoilt)

    found = sent("omobility-get")

    assert found.state == "failed"
    assert "answers what cannot be read" in found.trouble
    assert "Holm" not in f"{found.trouble} {found.remedy}"


def test_nomination_whose_person_cannot_be_kept_names_the_field_and_no_person(university):
    university.nominate(student={"email": "x" * 300 + "@ki.example"})

    found = sent("omobility-get")

    assert (found.state, found.trouble) == (
        "failed",
        "The nomination says something of the person that cannot be kept: email.",
    )
    assert not Mobility.objects.exists()


def test_agreement_is_fetched_with_the_nomination_that_is_not_here_yet(university, league):
    university.nominate()
    university.agree()

    found = sent("omobility-la-get")

    plan = Plan.objects.get()
    assert (found.state, found.trouble) == ("delivered", "")
    assert university.paths() == ["/omobility-las/v1/get", "/omobilities/v3/get"]
    assert university.asked[0].pairs == {"sending_hei_id": [KI], "omobility_id": ["N-1"]}
    assert (plan.state, plan.number, plan.mobility.foreign_id) == ("offered", 1, "N-1")
    assert plan.document["components"][0]["title"] == "Surgery"


def test_agreement_for_a_known_stay_is_fetched_alone(university):
    university.nominate()
    sent("omobility-get")
    university.agree()

    sent("omobility-la-get")

    assert university.paths() == ["/omobilities/v3/get", "/omobility-las/v1/get"]


def test_agreement_for_a_stay_that_nobody_nominates_is_not_taken(university):
    university.agree()

    found = sent("omobility-la-get")

    assert (found.state, found.remedy) == ("failed", "Ask its international office for the nomination.")


def test_agreement_that_the_partner_does_not_know_leaves_a_remark(university):
    assert sent("omobility-la-get").trouble.startswith(f"{KI} knows no such stay")


def test_arrival_is_fetched(university, league):
    stay = league.mobility(state="accepted")
    university.arrive(stay.foreign_id, arrived=date(2026, 10, 2))

    found = sent("imobility-get", subject=stay.foreign_id)

    stay.refresh_from_db()
    assert (found.state, stay.state, stay.arrived) == ("delivered", "arrived", date(2026, 10, 2))
    assert university.asked[-1].path == "/imobilities/v2/get"


def test_older_major_says_whether_the_partner_takes_somebody(university, league):
    university.majors = {"imobilities": (1,)}
    publish(league, university)
    stay = league.mobility()
    university.arrive(stay.foreign_id, status="rejected", comment="Too late.")

    sent("imobility-get", subject=stay.foreign_id)

    stay.refresh_from_db()
    assert (stay.state, stay.comment) == ("rejected", "Too late.")
    assert university.asked[-1].pairs == {"receiving_hei_id": [KI], "omobility_id": [stay.foreign_id]}


def test_arrival_of_somebody_unknown_leaves_a_remark(university):
    assert sent("imobility-get").trouble.startswith(f"{KI} knows no such stay")


def test_arrival_of_nobody_of_ours_changes_nothing(university):
    university.arrive("N-9")

    assert sent("imobility-get", subject="N-9").state == "delivered"
    assert not Mobility.objects.exists()


def test_fetch_that_fails_is_tried_again_and_heals(university):
    university.nominate()
    university.instead = [no(500)]
    first = sent("omobility-get")
    from tests.areas.exchange.jobs.post_office import deliver

    deliver()

    assert first.state == "waiting"
    assert Message.objects.get().state == "delivered"
    assert Mobility.objects.count() == 1


@pytest.mark.parametrize(("major", "pairs"), [(3, {}), (2, {"receiving_hei_id": [KI]})])
def test_transcript_is_fetched(university, league, major, pairs):
    university.majors = {"imobility-tors": (major,)}
    publish(league, university)
    stay = league.mobility(state="departed")
    university.certify(stay.foreign_id, league.transcript(stay))

    found = sent("imobility-tor-get", subject=stay.foreign_id)

    stay.refresh_from_db()
    assert (found.state, found.trouble, stay.state) == ("delivered", "", "transcribed")
    assert [one["code"] for one in stay.transcript["courses"]] == ["A", "B"]
    assert university.asked[-1].pairs == {**pairs, "omobility_id": [stay.foreign_id]}


def test_transcript_that_is_not_there_leaves_a_remark(university):
    assert sent("imobility-tor-get").trouble.startswith(f"{KI} knows no such stay")
