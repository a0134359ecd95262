"""Transcripts, credentials and recognition as people make them."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Message
from hansa.areas.exchange.queries.credentials import JWT, elmo_of
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp import elmo_reading
from hansa.lib.ewp.xml import parse
from hansa.lib.exchange import credentials, recognition, transcript
from hansa.lib.exchange.did_keys import did
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.league import League
from tests.areas.exchange.scene import ANNA, GRADES, HOME, PASSED, Outgoing, Scene
from tests.conftest import given

CSV = "code,title,credits,grade,passed,department,hours,days,assessment\r\n"
ROTATION = 'R-1,Rotation,,,yes,Cardiology,160,20,"Reads an ECG, safely."\r\n'
FAILED = "S-102,Anatomy,5,F,no,,,,\r\n"


@pytest.fixture
def guest(scene: Scene) -> Incoming:
    return Incoming(scene)


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene)
    made.agreed()
    made.present()
    return made


def test_transcribe_sends_transcript_and_credential(guest: Incoming, scene: Scene) -> None:
    made = guest.transcribed()

    body = scene.letters("mobilities.transcribed")[0]
    assert body["transcript"] == made.transcript
    assert made.transcript["courses"] == [PASSED]
    assert credentials.verify(body["credential"], now=timezone.now()) == ()
    assert credentials.belongs_to(body["credential"], ANNA["email"])
    assert body["credential"]["issuer"]["id"] == did(own().signing.public)
    assert "Muster" not in json.dumps(body["credential"])
    bare = {name: value for name, value in body["credential"].items() if name != "proof"}
    assert credentials.read_jwt(body["jwt"]) == bare
    assert made.signatures[JWT] == body["jwt"]


def test_transcribe_reads_csv_with_rotations_and_names_only_what_was_passed(guest: Incoming) -> None:
    made = guest.transcribed(courses=CSV + ROTATION + FAILED)

    rotation, failed = made.transcript["courses"]
    assert (rotation["hours"], rotation["days"], rotation["assessment"]) == (160, 20, "Reads an ECG, safely.")
    assert (failed["passed"], failed["grade"], "department" in failed) == (False, "F", False)
    subject = made.credential["credentialSubject"]
    assert [one["value"] for one in subject["result"]] == ["Reads an ECG, safely."]


def test_transcribe_without_grades_says_passed(guest: Incoming) -> None:
    made = guest.transcribed(courses=json.dumps([{**PASSED, "grade": ""}]))

    assert made.credential["credentialSubject"]["result"][0]["value"] == "passed"
    assert transcript.credits_of(made.transcript) == Decimal("7.5")


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"courses": "[{"}, "courses", "not JSON"),
        ({"courses": json.dumps([{**PASSED, "grade": "Z"}])}, "courses", r"courses\[0\]\.grade"),
        ({"courses": "code,nonsense\r\n1,2\r\n"}, "courses", "not known: nonsense"),
        ({"courses": ""}, "courses", "no header"),
        ({"courses": json.dumps([PASSED]), "scale": "{"}, "scale", "not JSON"),
    ],
)
def test_transcribe_names_what_is_wrong(guest: Incoming, scene: Scene, values, field, said) -> None:
    guest.departed()

    with pytest.raises(GivenError, match=said) as refused:
        actions.transcripts.transcribe(guest.mobility, by=scene[rules.DEPARTMENT], **values)

    assert list(refused.value.faults) == [field]
    assert guest.mobility.state == "departed"


def test_recognise_counts_what_was_passed_and_converts_the_grades(stay: Outgoing, scene: Scene) -> None:
    stay.transcribed()

    made = actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER], scale=json.dumps(HOME))

    decision = made.recognition["decisions"][0]
    assert (decision["decision"], decision["credits"], decision["grade"]) == ("recognised", "7.5", "2,0")
    assert decision["rule"].startswith("midpoint: B in A to E covers the places")
    assert made.recognition["transcript"] == digest(made.transcript)
    assert made.recognition["plan"] == stay.plan.digest
    assert made.state == "decided"
    assert scene.letters("mobilities.recognised")[0]["signature"] == made.signatures["sending"]


def test_recognise_without_a_scale_leaves_the_grades(stay: Outgoing, scene: Scene) -> None:
    stay.transcribed()

    made = actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER])

    assert made.recognition["decisions"][0]["grade"] == ""


def test_recognise_by_hand_needs_a_reason_for_less(stay: Outgoing, scene: Scene) -> None:
    stay.transcribed()
    less = {**recognition.automatic(PASSED), "decision": "partly", "credits": "5"}

    with pytest.raises(GivenError, match=r"decisions\[0\]\.reason"):
        actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER], decisions=json.dumps([less]))
    less["reason"] = "The laboratory part is missing."
    made = actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER], decisions=json.dumps([less]))

    assert recognition.credits_of(made.recognition) == Decimal(5)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"decisions": "[{"}, "decisions"), ({"scale": "{"}, "scale"), ({"scale": "{}"}, "scale")],
)
def test_recognise_names_what_is_wrong(stay: Outgoing, scene: Scene, values, field) -> None:
    stay.transcribed()

    with pytest.raises(GivenError) as refused:
        actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER], **values)

    assert list(refused.value.faults) == [field]
    assert stay.mobility.state == "transcribed"


GRADES_IN_ROWS = [
    {"grade": "1,0", "count": 20, "passed": True},
    {"grade": "4,0", "passed": True},
    {"grade": "5,0", "count": 3, "passed": False},
]


def test_scale_may_be_written_grade_by_grade() -> None:
    assert actions.transcripts.scale_of(json.dumps(GRADES_IN_ROWS)) == {
        "name": own().name[:40],
        "passing": [["1,0", 20], ["4,0", 0]],
        "failing": ["5,0"],
    }


def test_scale_with_a_line_that_is_none_is_refused() -> None:
    with pytest.raises(GivenError) as refused:
        actions.transcripts.scale_of(json.dumps([{"grade": "1,0"}]))

    assert refused.value.faults == {"scale": "scale[0].passed: this key is missing. Add it."}


def test_recognise_takes_only_what_is_decided_otherwise(stay: Outgoing, scene: Scene) -> None:
    stay.transcribed(courses=[PASSED, {**PASSED, "code": "S-102"}])
    less = {"course": "S-102", "decision": "not", "reason": "It was taken at home already."}

    made = actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER], decisions=json.dumps([less]))

    decided = {one["course"]: (one["decision"], one["credits"]) for one in made.recognition["decisions"]}
    assert decided == {"S-101": ("recognised", "7.5"), "S-102": ("not", "0")}


@pytest.mark.parametrize(
    ("decisions", "told"),
    [
        ({"a": 1}, "This is no list"),
        ([1], r"decisions\[1\]"),
        ([{"course": "X"}], r"decisions\[1\]"),
        ([{"course": "S-101"}, {"course": "S-101"}], r"decisions\[1\]"),
    ],
)
def test_recognise_names_a_decision_that_is_none(stay: Outgoing, scene: Scene, decisions, told) -> None:
    stay.transcribed()

    with pytest.raises(GivenError, match=told):
        actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER], decisions=json.dumps(decisions))


def test_recognise_a_transcript_of_the_network_stays_in_this_house(league: League, person) -> None:
    stay = league.mobility(iia=league.iia(), state="transcribed")
    with given():
        stay.transcript = {
            "hansa": "transcript/1",
            "mobility": stay.urn,
            "issued": "2027-02-01",
            "scale": None,
            "courses": [{**PASSED, "grade": ""}],
        }
        stay.save()

    made = actions.transcripts.recognise(stay, by=person(rules.OFFICER), scale=json.dumps(HOME))

    assert (made.state, made.recognition["plan"], made.signatures) == ("recognised", None, {})


def test_side_that_may_not_is_told_who_does(stay: Outgoing, scene: Scene) -> None:
    about = {"courses": json.dumps([PASSED]), "scale": json.dumps(GRADES)}

    with pytest.raises(RefusedError, match="Only the receiving institution"):
        actions.transcripts.transcribe(stay.mobility, by=scene[rules.OFFICER], **about)


def test_transcribe_at_a_member_of_the_network_writes_elmo_too(league: League, scene: Scene) -> None:
    league.profile()

    made = Incoming(scene).transcribed()

    type_, written = elmo_of(made)
    found = elmo_reading.read(parse(written)).document
    assert type_ == "application/xml"
    assert (found["id"], found["host"]["schac"]) == (made.urn, "charite.example")
    assert [(one["code"], one["grade"]) for one in found["courses"]] == [("S-101", "B")]
    assert scene.letters("mobilities.transcribed")[0]["elmo"] == written.decode()


def test_transcribe_elsewhere_writes_no_elmo(guest: Incoming, scene: Scene) -> None:
    made = guest.transcribed()

    assert scene.letters("mobilities.transcribed")[0]["elmo"] == ""
    with pytest.raises(RefusedError, match="no transcript as ELMO") as refused:
        elmo_of(made)
    assert refused.value.remedy


def test_transcribe_for_the_network_wants_what_its_document_needs(league: League, person) -> None:
    stay = league.mobility(iia=league.iia(), is_outgoing=False, state="departed")
    about = {"courses": json.dumps([PASSED]), "scale": json.dumps(GRADES)}

    with pytest.raises(InvalidError, match="profile"):
        actions.transcripts.transcribe(stay, by=person(rules.OFFICER), **about)
    league.profile()
    made = actions.transcripts.transcribe(stay, by=person(rules.OFFICER), **about)

    assert made.state == "transcribed"
    assert Message.objects.get().kind == "imobility-tor-cnr"
