import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.canonical_rdf import canonical_text
from hansa.lib.exchange.linked_data import literal, quads
from hansa.lib.exchange.vocabulary import BADGES, CREDENTIALS
from tests.lib.exchange.linked import by_pyld

CONTEXT = [CREDENTIALS, BADGES]
XSD = "http://www.w3.org/2001/XMLSchema#"
ENDORSEMENT = {
    "@context": CONTEXT,
    "id": "urn:x:endorsement",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "issuer": {"id": "urn:x:agency", "type": "Profile", "address": {"type": "Address", "geo": {"latitude": 59.35}}},
    "credentialSubject": {"id": "urn:x:ki", "type": ["EndorsementSubject"], "endorsementComment": "Good."},
}
ENDORSEMENT["issuer"]["address"]["geo"]["type"] = ["GeoCoordinates"]
FULL = {
    "@context": CONTEXT,
    "id": "urn:x:1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:key:z6Mk", "type": ["Profile"], "url": "https://ki.se", "parentOrg": "https://se.example"},
    "validFrom": "2027-03-01T12:00:00Z",
    "awardedDate": "2027-03-01T12:00:00Z",
    "name": 'Line\nbreak, tab\t, "quotes", \\ and ü',
    "evidence": [{"type": "Evidence", "genre": "Report"}, {"id": "_:e", "type": ["Evidence"]}, None],
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "creditsEarned": 7.5,
        "achievement": {
            "id": "urn:x:a",
            "type": ["Achievement"],
            "creditsAvailable": 30,
            "tag": [["b", "a"], "a"],
            "criteria": {"narrative": "Passed."},
            "resultDescription": [
                {"id": "urn:x:r", "type": ["ResultDescription"], "allowedValue": ["A", "B", "A"]},
                {"id": "urn:x:s", "type": ["ResultDescription"], "allowedValue": []},
            ],
        },
        "identifier": [{"type": "IdentityObject", "hashed": True}, {"type": "IdentityObject", "hashed": False}],
        "result": [],
    },
    "endorsement": [ENDORSEMENT],
    "proof": {
        "type": "DataIntegrityProof",
        "created": "2027-03-01T12:00:00Z",
        "proofPurpose": "assertionMethod",
        "verificationMethod": "did:key:z6Mk#z6Mk",
    },
}
SMALL = {"@context": CONTEXT, "id": "urn:x:1", "type": ["VerifiableCredential"]}


def text(document):
    return canonical_text(quads(document))


@pytest.mark.parametrize(
    "document",
    [
        FULL,
        ENDORSEMENT,
        {**SMALL, "exp": 1_800_000_000, "cnf": {"jwk": {"b": [1, 2.5], "a": None}}},
        {**SMALL, "type": ["VerifiableCredential", "https://example.org/Own"]},
        {**SMALL, "name": 12},
        {**SMALL, "name": 2.5e-7},
        {**SMALL, "name": 1.25e30},
        {**SMALL, "name": True},
        {**SMALL, "issuer": 5},
        {**SMALL, "proof": {"type": "DataIntegrityProof", "proofPurpose": "https://example.org/purpose"}},
        {"@context": CREDENTIALS, "type": "VerifiablePresentation", "verifiableCredential": [ENDORSEMENT, FULL]},
    ],
)
def test_statements_are_those_of_an_independent_program(document):
    assert text(document) == by_pyld(document)


def test_whole_number_is_the_same_however_it_is_held():
    # pyld tells 15.0 from 15; JSON does not, and neither do programs in JavaScript.
    assert text({**SMALL, "name": 15.0}) == text({**SMALL, "name": 15})
    assert f'"15"^^<{XSD}integer>' in text({**SMALL, "name": 15.0})


def test_literal_escapes_what_is_not_printable():
    assert literal('\x00\b\t\n\f\r"\\\x7fü') == r'"\u0000\b\t\n\f\r\"\\\u007Fü"'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"favouriteColour": "blue"}, "“favouriteColour” is defined by none"),
        ({"@type": "VerifiableCredential"}, "“@type” is defined by none"),
        ({"type": ["VerifiableCredential", "OtherCredential"]}, "“OtherCredential” is defined by none"),
        ({"type": ["VerifiableCredential", "id"]}, "is not absolute"),
        ({"type": [5]}, "no text"),
        ({"id": "here"}, "is not absolute"),
        ({"id": None}, "is not absolute"),
        ({"issuer": "urn:x:not an address"}, "is not absolute"),
        ({"@context": "https://example.org"}, "does not know"),
        ({"name": float("inf")}, "no canonical form"),
        ({"name": "\ud800"}, "no canonical form"),
    ],
)
def test_what_has_no_meaning_is_refused(changes, said):
    with pytest.raises(InvalidError, match=said):
        quads({**SMALL, **changes})


def test_nesting_without_end_is_refused():
    deep = {"type": ["Profile"]}
    for _ in range(62):
        deep = {"type": ["Profile"], "parentOrg": deep}

    assert quads({**SMALL, "issuer": deep})
    with pytest.raises(InvalidError, match="deeper than 64"):
        quads({**SMALL, "issuer": {"type": ["Profile"], "parentOrg": deep}})
