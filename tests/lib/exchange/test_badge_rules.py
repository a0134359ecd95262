from datetime import UTC, datetime

import pytest

from hansa.lib.exchange.badge_rules import faults
from hansa.lib.exchange.vocabulary import BADGES, CREDENTIALS

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ACHIEVEMENT = {
    "id": "urn:x:a",
    "type": ["Achievement"],
    "name": "Surgery",
    "description": "A term.",
    "criteria": {"narrative": "Passed."},
}
SUBJECT = {"id": "urn:x:s", "type": ["AchievementSubject"], "achievement": ACHIEVEMENT}
SOUND = {
    "@context": [CREDENTIALS, BADGES],
    "type": ["VerifiableCredential", "AchievementCredential"],
    "issuer": {"id": "urn:x:i", "type": ["Profile"]},
    "validFrom": "2027-03-01T12:00:00Z",
    "validUntil": "2028-03-01T12:00:00Z",
    "credentialSubject": SUBJECT,
}
OLD = "https://www.w3.org/2018/credentials/v1"
IDENTITY = {"type": "IdentityObject", "hashed": False, "identityHash": "x", "identityType": "emailAddress"}


def said(**changes):
    return " ".join(faults({name: one for name, one in {**SOUND, **changes}.items() if one is not ...}, now=NOW))


def said_of_subject(**changes):
    return said(credentialSubject={**SUBJECT, **changes})


def test_sound_credential_has_no_faults():
    assert said() == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"@context": [BADGES, CREDENTIALS]}, "context is not"),
        ({"@context": [CREDENTIALS]}, "context is not"),
        ({"@context": [CREDENTIALS, {"name": "urn:x"}]}, "context is not"),
        ({"@context": [CREDENTIALS, "https://example.org/v1"]}, "context is not"),
        ({"@context": CREDENTIALS}, "context is not"),
        ({"@context": [OLD, BADGES]}, "older data model 1.1"),
        ({"@context": OLD}, "older data model 1.1"),
        ({"issuanceDate": "2027-03-01T12:00:00Z"}, "older data model 1.1"),
        ({"vc": {}}, "older data model 1.1"),
        ({"type": ["VerifiableCredential"]}, "types are not"),
        ({"type": ["VerifiableCredential", {}]}, "types are not"),
        ({"type": ["OpenBadgeCredential"]}, "types are not"),
        ({"type": "OpenBadgeCredential"}, "types are not"),
        ({"issuer": "urn:x:i"}, "issuer is no profile"),
        ({"issuer": {"type": ["Profile"]}}, "issuer is no profile"),
        ({"issuer": {"id": "urn:x:i", "type": "Person"}}, "issuer is no profile"),
        ({"credentialSubject": ...}, "no achievement subject"),
        ({"credentialSubject": {"type": "Person"}}, "no achievement subject"),
        ({"validFrom": ...}, "does not say from when"),
        ({"validFrom": "2027-03-01T12:00:01Z"}, "not valid yet"),
        ({"validFrom": "2027-03-01T12:00:00"}, "validFrom is no moment"),
        ({"validUntil": "2027-03-01T11:59:59Z"}, "not valid any more"),
        ({"validUntil": None}, "validUntil is no moment"),
        ({"evidence": [{"type": "Evidence"}, {"type": "Rumour"}]}, "under evidence is not of the type Evidence"),
        ({"evidence": ["urn:x"]}, "under evidence is not of the type Evidence"),
        ({"issuer": {**SOUND["issuer"], "parentOrg": {"id": "urn:x", "type": "Club"}}}, "under parentOrg is not"),
        ({"issuer": {**SOUND["issuer"], "image": {"type": ["Image"]}}}, "type Image says nothing about its id"),
    ],
)
def test_fault_of_a_credential_is_named(changes, sentence):
    assert sentence in said(**changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": ""}, "names nobody"),
        ({"achievement": "urn:x:a"}, "names no achievement"),
        ({"achievement": {**ACHIEVEMENT, "type": "Award"}}, "under achievement is not"),
        ({"achievement": {**ACHIEVEMENT, "criteria": {}}}, "Achievement says nothing about its criteria"),
        ({"identifier": ["anna"]}, "under identifier is not of the type IdentityObject"),
        ({"identifier": {**IDENTITY, "identityType": "shoeSize"}}, "identityType of an object"),
        ({"identifier": {"type": "IdentityObject"}}, "says nothing about its hashed"),
        ({"result": [{"type": ["Grade"]}]}, "under result is not of the type Result"),
        ({"result": [{"type": ["Result"], "resultDescription": {}}]}, "under resultDescription is not"),
        ({"result": [{"type": ["Result"], "status": "ext:Sleeping"}]}, "status of an object"),
        ({"achievement": {**ACHIEVEMENT, "resultDescription": "urn:x"}}, "under resultDescription is not"),
    ],
)
def test_fault_of_a_subject_is_named(changes, sentence):
    assert sentence in said_of_subject(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "", "identifier": [IDENTITY]},
        {"identifier": {**IDENTITY, "identityType": "ext:shoeSize"}},
        {"result": [{"type": ["Result"], "resultDescription": "urn:x:r", "status": "Completed"}]},
        {
            "source": {
                "id": "urn:x",
                "type": "Profile",
                "otherIdentifier": {"type": "IdentifierEntry", "identifier": "KI", "identifierType": "identifier"},
            }
        },
    ],
)
def test_what_the_standard_allows_is_no_fault(changes):
    assert said_of_subject(**changes) == ""


def test_nesting_without_end_is_named():
    deep = {}
    for _ in range(100):
        deep = {"related": deep}

    assert "nested too deep" in said(termsOfUse=deep)
