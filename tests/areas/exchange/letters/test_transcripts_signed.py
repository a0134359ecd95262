"""Transcripts, credentials and recognitions that partners send: only what holds is kept, and both sign the end."""

import json

import pytest
from django.utils import timezone

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.queries.credentials import elmo_of
from hansa.kernel.identity import own
from hansa.lib.ewp import certified, elmo
from hansa.lib.ewp.xml import write
from hansa.lib.exchange import credentials
from hansa.lib.exchange.did_keys import did
from hansa.lib.keys import SigningKey
from hansa.lib.signatures import verify_general
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.letters.test_plans import refuse
from tests.areas.exchange.scene import ENDS, HOME, STARTS, YEAR, Outgoing, Scene


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene)
    made.agreed()
    made.present()
    return made


@pytest.fixture
def guest(scene: Scene) -> Incoming:
    made = Incoming(scene)
    made.transcribed()
    return made


def say(stay: Outgoing, **changes: object):
    return stay.scene.say("mobilities.transcribed", stay.mobility, {**stay.papers(), **changes})


def test_transcribed_is_kept_with_the_credential_in_both_forms(stay: Outgoing) -> None:
    papers = stay.papers()

    stay.hear("transcribed", **papers)

    assert (stay.mobility.transcript, stay.mobility.credential) == (papers["transcript"], papers["credential"])
    assert stay.mobility.signatures["credential"] == papers["jwt"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mobility": "urn:hansa:mobilities:01234567-89ab-4def-8123-456789abcdef"}, "one of another stay"),
        ({"courses": []}, "transcript.courses"),
    ],
)
def test_transcript_that_is_none_of_this_stay_is_refused(stay: Outgoing, changes, said) -> None:
    receipt = say(stay, transcript=stay.transcript(**changes))

    assert said in receipt.reason
    assert stay.mobility.state == "departed"


def test_credential_that_was_changed_is_refused(stay: Outgoing) -> None:
    receipt = say(stay, credential={**stay.papers()["credential"], "name": "Everything"})

    assert receipt.reason.startswith("The credential does not hold")


def test_credential_of_somebody_else_is_refused(stay: Outgoing) -> None:
    other = SigningKey.generate()
    unsigned = {**stay.unsigned(), "issuer": {**stay.unsigned()["issuer"], "id": did(other.public)}}

    receipt = say(stay, credential=credentials.embedded(unsigned, key=other, now=timezone.now()))

    assert "another institution's" in receipt.reason


def test_jwt_that_says_something_else_is_refused(stay: Outgoing) -> None:
    token = credentials.as_jwt({**stay.unsigned(), "name": "Everything"}, key=stay.scene.side.signing)

    receipt = say(stay, jwt=token)

    assert "The JWT says something else" in receipt.reason


def test_transcript_that_the_partners_node_refuses_can_be_issued_again(guest: Incoming, scene: Scene) -> None:
    refuse(scene)

    assert guest.mobility.state == "departed"
    assert guest.mobility.comment.startswith("Karolinska Institutet: ")


def test_recognised_is_countersigned_and_answered(guest: Incoming, scene: Scene) -> None:
    document = guest.recognition()

    guest.hear("recognised", **guest.signed(document))

    keys = {key.kid: key for key in (own().signing.public, scene.side.signing.public)}
    signed = verify_general(guest.mobility.proof(), keys=keys, kind="result")
    assert sorted(header["party"] for header in signed.values()) == sorted([own().id, scene.side.id])
    assert guest.mobility.state == "recognised"
    assert guest.mobility.recognition == document
    assert scene.letters("mobilities.acknowledged")[0]["signature"] == guest.mobility.signatures["receiving"]
    assert guest.mobility.signatures["credential"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"transcript": "sha256:" + "0" * 64}, "another transcript"),
        ({"plan": None}, "names another plan"),
        ({"decisions": []}, "recognition.decisions"),
    ],
)
def test_recognition_that_does_not_stand_on_ours_is_refused(guest: Incoming, changes, said) -> None:
    receipt = guest.say("recognised", **guest.signed(guest.recognition(**changes)))

    assert said in receipt.reason
    assert guest.mobility.state == "transcribed"


def test_recognition_signed_for_somebody_else_is_refused(guest: Incoming) -> None:
    receipt = guest.say("recognised", **guest.signed(guest.recognition(), party=own().id))

    assert "names another institution" in receipt.reason


def test_recognition_with_another_signature_is_refused(guest: Incoming) -> None:
    body = guest.signed(guest.recognition())
    other = guest.signed(guest.recognition(decided="2026-11-26"))

    receipt = guest.say("recognised", **{**body, "signature": other["signature"]})

    assert receipt.outcome == "refused"


def test_recognition_that_the_partners_node_refuses_is_decided_again(stay: Outgoing, scene: Scene) -> None:
    stay.transcribed()
    actions.transcripts.recognise(stay.mobility, by=scene[rules.OFFICER], scale=json.dumps(HOME))

    refuse(scene)

    assert stay.mobility.state == "transcribed"


def elmo_about(stay: Outgoing, urn: str) -> str:
    """Return the partner's transcript as ELMO, about one stay or another."""
    about = certified.Stay(
        host={"schac": "ki.example", "name": "KI", "country": "SE", "url": "https://ki.example"},
        participant="p",
        first=STARTS,
        last=ENDS,
        year=YEAR,
    )
    record = certified.record_of(stay.transcript(mobility=urn), stay=about)
    return write(elmo.build(elmo.Record(record, elmo.Learner("Anna", "Muster")))).decode()


def test_elmo_is_kept_for_the_participant(stay: Outgoing) -> None:
    document = elmo_about(stay, stay.made.urn)

    stay.hear("transcribed", **stay.papers(), elmo=document)

    assert elmo_of(stay.mobility) == ("application/xml", document.encode())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("<elmo/>", ""),
        ("no XML at all", ""),
        ('<!DOCTYPE elmo [<!ENTITY a SYSTEM "file:///etc/passwd">]><elmo>&a;</elmo>', ""),
        (None, "elmo: it is about another stay"),
    ],
)
def test_elmo_that_is_none_of_this_stay_is_refused(stay: Outgoing, document: str | None, said: str) -> None:
    other = "urn:hansa:mobilities:01234567-89ab-4def-8123-456789abcdef"

    receipt = say(stay, elmo=document if document is not None else elmo_about(stay, other))

    assert (receipt.outcome, stay.mobility.state) == ("refused", "departed")
    assert said in receipt.reason
