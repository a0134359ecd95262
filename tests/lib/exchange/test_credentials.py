import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.canonical import canonical, encode64, parse
from hansa.lib.errors import HansaError, SignatureError
from hansa.lib.exchange import did_keys, status_lists
from hansa.lib.exchange.credentials import (
    Stay,
    as_jwt,
    badge,
    belongs_to,
    embedded,
    holder,
    read_jwt,
    report,
    report_jwt,
    verify,
)
from hansa.lib.exchange.data_integrity import JCS, RDFC, prove
from hansa.lib.exchange.tokens import encoded
from hansa.lib.keys import SigningKey
from tests.lib.exchange.linked import by_pyld

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
        ({"result": [{"type": ["Grade"]}]}, "What stands under result"),
        ({"identifier": ["anna"]}, "What stands under identifier"),
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


def test_proof_is_the_one_that_verifiers_of_badges_read(signed):
    assert [proof["cryptosuite"] for proof in signed["proof"]] == [RDFC]
    # On its way 15.0 becomes 15: one number, one text under the proof.
    assert verify(parse(canonical(signed)), now=NOW) == ()


def test_proof_holds_with_an_independent_reader_of_linked_data(signed):
    sent = parse(canonical(signed))
    (proof,) = sent.pop("proof")
    value = did_keys.from_base58(proof.pop("proofValue")[1:])
    parts = ({"@context": sent["@context"], **proof}, sent)

    hashes = b"".join(hashlib.sha256(by_pyld(part).encode()).digest() for part in parts)

    Ed25519PublicKey.from_public_bytes(KEY.public.raw).verify(value, hashes)


def test_proof_of_canonical_json_holds_as_well():
    assert verify(prove(BADGE, key=KEY, now=NOW, suite=JCS), now=NOW) == ()


def test_credits_with_a_half_hold():
    half = badge(replace(STAY, credits="7.5"), key=KEY.public)

    assert verify(parse(canonical(embedded(half, key=KEY, now=NOW))), now=NOW) == ()


def test_jwt_by_a_key_at_an_address_is_not_the_issuers_own():
    issuer = "https://ki.example/issuer"
    said = {**BADGE, "issuer": {**BADGE["issuer"], "id": issuer}}
    text = f"{encoded({'alg': 'EdDSA', 'kid': f'{issuer}#{did_keys.multikey(KEY.public)}'})}.{encoded(said)}"
    token = f"{text}.{encode64(KEY.sign(text.encode()))}"

    found = report_jwt(token, now=NOW)

    assert found.holds
    assert "was not looked up" in found.notes[0]
    with pytest.raises(SignatureError, match="cannot be tied"):
        read_jwt(token)


def test_jwt_by_a_bare_key_says_so():
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": KEY.public.text}
    text = f"{encoded({'alg': 'EdDSA', 'jwk': jwk})}.{encoded(BADGE)}"
    token = f"{text}.{encode64(KEY.sign(text.encode()))}"

    found = report_jwt(token, now=NOW)

    assert found.holds
    assert "nothing ties it" in found.notes[0]
    with pytest.raises(SignatureError, match="cannot be tied"):
        read_jwt(token)


def test_report_of_a_jwt_says_what_is_wrong():
    assert report_jwt(as_jwt(BADGE, key=KEY), now=NOW) == report(embedded(BADGE, key=KEY, now=NOW), now=NOW)
    assert "three parts" in report_jwt("x", now=NOW).wrong[0]
    assert "another key" in report_jwt(as_jwt(BADGE, key=OTHER), now=NOW).wrong[0]
    assert "claim iss" in report_jwt(as_jwt({**BADGE, "iss": "urn:x"}, key=KEY), now=NOW).wrong[0]


def test_credential_may_be_revoked():
    url = "https://ki.example/status/1"
    unsigned = badge(STAY, key=KEY.public, status=status_lists.entry(url=url, index=7))
    signed = embedded(unsigned, key=KEY, now=NOW)
    listed = status_lists.status_list(issuer=did_keys.did(KEY.public), url=url, taken=[7], now=NOW)

    found = report(signed, now=NOW, lists={url: embedded(listed, key=KEY, now=NOW)})

    assert found.wrong == ("The issuer has revoked the credential.",)
    assert "was not checked" in verify(signed, now=NOW)[0]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "urn:x", "Profile", RDFC, "z6Mk"]),
    lambda some: st.lists(some, max_size=2) | st.dictionaries(st.sampled_from(["id", "type", "@context"]), some),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_report_answers_whatever_stands_in_a_credential(data):
    changed = parse(canonical(embedded(BADGE, key=KEY, now=NOW)))
    place = changed
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(VALUES)
            break
        place = place[key]

    found = report(changed, now=NOW)

    assert all(isinstance(sentence, str) for sentence in (*found.wrong, *found.notes))
