from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hansa.lib.errors import HansaError, SignatureError
from hansa.lib.exchange.credentials import Stay, as_jwt, badge, belongs_to, embedded, encoded, holder, read_jwt, verify
from hansa.lib.keys import SigningKey

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEY, OTHER = SigningKey.generate(), SigningKey.generate()
STAY = Stay(
    urn="urn:hansa:mobilities:01234567-89ab-4def-8123-456789abcdef",
    issuer="Karolinska Institutet",
    issuer_url="https://ki.se",
    title="Studies at Karolinska Institutet, 2026/2027",
    description="A term of medicine.",
    criteria="Passed what the learning agreement names.",
    email="anna@charite.example",
    salt="0f1e2d",
    results=(("Surgery", "A"), ("Cardiology", "B")),
    credits="15",
    since=NOW,
)
BADGE = badge(STAY, key=KEY.public)


@pytest.fixture
def signed():
    return embedded(BADGE, key=KEY, now=NOW)


def test_credential_holds_and_names_nobody(signed):
    assert verify(signed, now=NOW) == ()
    assert "anna" not in str(signed)
    assert belongs_to(signed, "anna@charite.example")
    assert not belongs_to(signed, "bertil@ki.example")
    assert signed["credentialSubject"]["creditsEarned"] == 15.0


def test_jwt_holds():
    assert read_jwt(as_jwt(BADGE, key=KEY)) == BADGE


def test_credits_may_be_left_out():
    bare = badge(Stay(**{**vars(STAY), "credits": ""}), key=KEY.public)

    assert "creditsEarned" not in bare["credentialSubject"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("@context", ["https://www.w3.org/2018/credentials/v1"], "context"),
        ("@context", "https://www.w3.org/ns/credentials/v2", "context"),
        ("type", ["VerifiableCredential"], "types"),
        ("type", "OpenBadgeCredential", "types"),
        ("issuer", "did:key:z6Mk", "no profile"),
        ("issuer", {"id": "x", "type": "Person"}, "no profile"),
        ("credentialSubject", None, "no achievement subject"),
        ("credentialSubject", {"type": "AchievementSubject"}, "names no achievement"),
        ("validFrom", "yesterday", "validFrom is no moment"),
        ("validFrom", "2027-03-01T00:00:00", "validFrom is no moment"),
        ("validFrom", "2028-01-01T00:00:00Z", "not valid yet"),
        ("validFrom", None, "does not say from when"),
        ("validUntil", "2027-01-01T00:00:00Z", "not valid any more"),
        ("name", "A Nobel Prize", "does not belong to this text"),
        ("proof", None, "has no proof"),
        ("proof", [], "has no proof"),
    ],
)
def test_verify_names_what_is_wrong(signed, path, value, said):
    changed = {name: one for name, one in {**signed, path: value}.items() if one is not None}

    assert any(said in sentence for sentence in verify(changed, now=NOW))


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ({"achievement": {**BADGE["credentialSubject"]["achievement"], "criteria": ""}}, "criteria"),
        ({"result": [{"type": ["Grade"]}]}, "A result of the subject"),
        ({"identifier": ["anna"]}, "A identifier of the subject"),
    ],
)
def test_verify_looks_at_the_subject(signed, subject, said):
    changed = {**signed, "credentialSubject": {**signed["credentialSubject"], **subject}}

    assert any(said in sentence for sentence in verify(changed, now=NOW))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cryptosuite": "rot13"}, "another kind"),
        ({"verificationMethod": "https://example.com/key"}, "found offline"),
        ({"proofValue": "mAbc"}, "not base58"),
        ({"created": "2020-01-01T00:00:00Z"}, "does not belong"),
    ],
)
def test_verify_looks_at_the_proof(signed, changes, said):
    changed = {**signed, "proof": {**signed["proof"][0], **changes}}

    assert any(said in sentence for sentence in verify(changed, now=NOW))


def test_verify_wants_the_issuers_own_key():
    stolen = embedded(BADGE, key=OTHER, now=NOW)

    assert any("another key than the issuer's" in sentence for sentence in verify(stolen, now=NOW))
    assert verify(["x"], now=NOW) == ("This is no credential: it is not an object.",)


def test_verify_takes_a_later_day(signed):
    assert verify(signed, now=NOW + timedelta(days=9999)) == ()


@pytest.mark.parametrize(
    "token",
    [
        "a.b",
        "a.b.c",
        f"{encoded({'alg': 'none'})}.{encoded(BADGE)}.",
        f"{encoded({'alg': 'EdDSA', 'kid': 'x'})}.{encoded(BADGE)}.",
        "é.é.é",
        as_jwt(BADGE, key=KEY)[:-4] + "AAAA",
    ],
)
def test_jwt_that_was_changed_is_refused(token):
    with pytest.raises(HansaError) as refused:
        read_jwt(token)

    assert refused.value.remedy


def test_jwt_of_another_issuer_is_refused():
    with pytest.raises(SignatureError, match="another key than the issuer's"):
        read_jwt(as_jwt(BADGE, key=OTHER))
    with pytest.raises(SignatureError, match="another key than the issuer's"):
        read_jwt(as_jwt({**BADGE, "issuer": "did:key:z6Mk"}, key=KEY))


def test_badge_without_an_address_names_the_holder_by_the_stay():
    unsigned = badge(replace(STAY, email=""), key=KEY.public)

    (named,) = unsigned["credentialSubject"]["identifier"]
    assert named == holder(STAY.urn, salt=STAY.salt, kind="systemId")
    assert not belongs_to(unsigned, "")
