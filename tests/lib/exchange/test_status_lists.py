import gzip
from datetime import UTC, datetime

import pytest

from hansa.lib.canonical import encode64
from hansa.lib.errors import InvalidError
from hansa.lib.exchange import did_keys
from hansa.lib.exchange.data_integrity import prove, signed_bytes
from hansa.lib.exchange.status_lists import BITS, MOST_BYTES, Standing, check, entry, packed, status_list, unpacked
from hansa.lib.keys import SigningKey

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey.generate()
DID = did_keys.did(KEY.public)
URL = "https://ki.se/status/1"


def listed(*taken, purpose="revocation", **changes):
    made = status_list(issuer=DID, url=URL, taken=taken, now=NOW, purpose=purpose)
    return prove({**made, **changes}, key=KEY, now=NOW)


def credential(index=23, **changes):
    return {"issuer": {"id": DID}, "credentialStatus": {**entry(url=URL, index=index), **changes}}


def subject(**changes):
    return {**status_list(issuer=DID, url=URL, taken=[23], now=NOW)["credentialSubject"], **changes}


def test_credential_is_revoked_where_its_bit_is_set():
    assert check(credential(23), lists={URL: listed(23)}, now=NOW) == Standing(
        ("The issuer has revoked the credential.",)
    )
    assert check(credential(22), lists={URL: listed(23)}, now=NOW) == Standing()


def test_credential_without_a_status_stands():
    assert check({"issuer": DID}, lists={}, now=NOW) == Standing()


def test_bits_count_from_the_left():
    # W3C Bitstring Status List 1.0, section 3: index zero is the first bit.
    assert unpacked(packed([0, 9]))[:2] == b"\x80\x40"
    assert len(unpacked(packed([]))) * 8 == BITS


def test_suspension_and_other_purposes_are_told_apart():
    suspended = check(credential(statusPurpose="suspension"), lists={URL: listed(23, purpose="suspension")}, now=NOW)
    message = check(credential(statusPurpose="message"), lists={URL: listed(23, purpose="message")}, now=NOW)
    silent = check(credential(2, statusPurpose="message"), lists={URL: listed(23, purpose="message")}, now=NOW)

    assert suspended.wrong == ("The issuer has suspended the credential.",)
    assert message == Standing(notes=("The issuer has something to say about the credential.",))
    assert silent == Standing()


@pytest.mark.parametrize("lists", [{}, {"https://other.example": listed(23)}])
def test_list_that_was_not_given_is_a_note(lists):
    found = check(credential(), lists=lists, now=NOW)

    assert not found.wrong
    assert "was not checked" in found.notes[0]


def test_list_under_no_text_is_a_note():
    assert check(credential(statusListCredential=[URL]), lists={URL: listed()}, now=NOW).notes


def test_note_is_said_once():
    two = {"issuer": DID, "credentialStatus": [entry(url=URL, index=1), entry(url=URL, index=2)]}

    assert len(check(two, lists={}, now=NOW).notes) == 1


@pytest.mark.parametrize("status", ["urn:x", {"type": "1EdTechRevocationList"}, {}])
def test_status_of_another_kind_is_refused(status):
    found = check({"issuer": DID, "credentialStatus": status}, lists={}, now=NOW)

    assert "cannot check" in found.wrong[0]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (["x"], "no status list"),
        ({**listed(), "type": ["VerifiableCredential"]}, "no status list"),
        ({**listed(), "issuer": "did:key:z6Mk"}, "another issuer's"),
        (listed(validFrom="2028-01-01T00:00:00Z"), "not valid today"),
        (listed(validUntil="2020-01-01T00:00:00Z"), "not valid today"),
        (listed(validFrom="soon"), "not valid today"),
        ({**listed(), "id": "https://ki.se/status/2"}, "does not belong"),
        (listed(credentialSubject="urn:x"), "another purpose"),
        (listed(purpose="suspension"), "another purpose"),
        (listed(credentialSubject=subject(encodedList="zAbc")), "not written in base64url"),
        (listed(credentialSubject=subject(encodedList="uAbcd")), "GZIP"),
    ],
)
def test_list_that_cannot_be_relied_on_is_refused(one, said):
    assert said in check(credential(), lists={URL: one}, now=NOW).wrong[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"statusListIndex": "-1"}, "no place"),
        ({"statusListIndex": "9" * 5000}, "no place"),
        ({"statusListIndex": "٣"}, "no place"),
        ({"statusListIndex": BITS}, "beyond the end"),
        ({"statusSize": 2}, "more than one bit"),
    ],
)
def test_place_that_cannot_be_found_is_refused(changes, said):
    assert said in check(credential(**changes), lists={URL: listed()}, now=NOW).wrong[0]


def test_list_of_another_signer_is_refused():
    forged = prove(status_list(issuer=DID, url=URL, taken=[], now=NOW), key=SigningKey.generate(), now=NOW)

    assert "another key" in check(credential(), lists={URL: forged}, now=NOW).wrong[0]


def test_list_whose_key_stands_at_an_address_is_noted():
    issuer = "https://ki.se/issuer"
    made = status_list(issuer=issuer, url=URL, taken=[23], now=NOW)
    options = {
        **{name: value for name, value in prove(made, key=KEY, now=NOW)["proof"][0].items() if name != "proofValue"},
        "verificationMethod": f"{issuer}#{did_keys.multikey(KEY.public)}",
    }
    proof = {**options, "proofValue": "z" + did_keys.base58(KEY.sign(signed_bytes(made, options)))}

    found = check({**credential(), "issuer": issuer}, lists={URL: {**made, "proof": proof}}, now=NOW)

    assert found.wrong == ("The issuer has revoked the credential.",)
    assert "was not looked up" in found.notes[0]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(bytes(10)), gzip.compress(bytes(BITS // 8))[:-20], gzip.compress(bytes(MOST_BYTES + 1))],
)
def test_list_of_a_wrong_length_is_refused(data):
    with pytest.raises(InvalidError, match="cut off, too short or too long"):
        unpacked("u" + encode64(data))


@pytest.mark.parametrize("index", [-1, BITS])
def test_place_beyond_the_list_is_refused(index):
    with pytest.raises(InvalidError, match="lies between"):
        entry(url=URL, index=index)
    with pytest.raises(InvalidError, match="lies between"):
        packed([index])
