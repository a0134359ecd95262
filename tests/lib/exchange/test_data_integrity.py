from datetime import UTC, datetime, timedelta

import pytest

from hansa.lib.errors import HansaError, SignatureError
from hansa.lib.exchange import did_keys
from hansa.lib.exchange.data_integrity import (
    JCS,
    RDFC,
    check,
    demand_issuer,
    issuer_of,
    moment,
    prove,
    read_moment,
    signed_bytes,
)
from hansa.lib.exchange.vocabulary import BADGES, CREDENTIALS
from hansa.lib.keys import SigningKey

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey.generate()
SAID = {
    "@context": [CREDENTIALS, BADGES],
    "type": ["VerifiableCredential"],
    "issuer": did_keys.did(KEY.public),
    "name": "A stay",
}


def resigned(**changes):
    """Return the document with a proof whose options were changed before it was signed."""
    proof = {**prove(SAID, key=KEY, now=NOW)["proof"][0], **changes}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    value = "z" + did_keys.base58(KEY.sign(signed_bytes(SAID, options)))
    return {**SAID, "proof": {**options, "proofValue": value}}


@pytest.mark.parametrize("suite", [RDFC, JCS])
def test_proof_holds_until_the_text_changes(suite):
    signed = prove(SAID, key=KEY, now=NOW, suite=suite)

    (named,) = check(signed, now=NOW)

    assert (named.key.raw, named.is_owned, named.controller) == (KEY.public.raw, True, SAID["issuer"])
    with pytest.raises(SignatureError, match="does not belong"):
        check({**signed, "name": "Another stay"}, now=NOW)


def test_order_in_a_document_is_not_what_it_says():
    signed = prove(SAID, key=KEY, now=NOW)

    assert check(dict(reversed(signed.items())), now=NOW)


def test_every_known_proof_must_hold():
    one, other = prove(SAID, key=KEY, now=NOW), prove(SAID, key=KEY, now=NOW, suite=JCS)
    both = [*one["proof"], *other["proof"]]

    assert len(check({**SAID, "proof": both}, now=NOW)) == 2
    with pytest.raises(SignatureError, match="does not belong"):
        check({**SAID, "proof": [both[0], {**both[1], "created": "2020-01-01T00:00:00Z"}]}, now=NOW)


def test_unknown_proof_beside_a_known_one_is_passed_over():
    (proof,) = prove(SAID, key=KEY, now=NOW)["proof"]

    assert len(check({**SAID, "proof": [{**proof, "cryptosuite": "ecdsa-sd-2023"}, proof]}, now=NOW)) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cryptosuite": "rot13"}, "another kind"),
        ({"proofPurpose": "authentication"}, "another kind"),
        ({"previousProof": "urn:x"}, "another kind"),
        ({"verificationMethod": "https://example.com/key"}, "found offline"),
        ({"proofValue": "mAbc"}, "not base58"),
        ({"@context": [CREDENTIALS]}, "other contexts"),
    ],
)
def test_proof_that_cannot_be_relied_on_is_refused(changes, said):
    (proof,) = prove(SAID, key=KEY, now=NOW)["proof"]

    with pytest.raises(SignatureError, match=said):
        check({**SAID, "proof": {**proof, **changes}}, now=NOW)


@pytest.mark.parametrize("proof", [None, [], {}, "z", ["z"]])
def test_document_without_a_proof_is_refused(proof):
    with pytest.raises(SignatureError, match="no proof"):
        check({**SAID, "proof": proof}, now=NOW)


def test_proof_ends_when_it_says():
    signed = resigned(expires=moment(NOW))

    assert check(signed, now=NOW)
    with pytest.raises(SignatureError, match="not valid any more"):
        check(signed, now=NOW + timedelta(seconds=1))
    with pytest.raises(SignatureError, match="not valid any more"):
        check({**SAID, "proof": {**signed["proof"], "expires": "soon"}}, now=NOW)


def test_key_at_an_address_is_used_and_not_taken_as_the_owners():
    name = "https://example.com/issuers/1"
    signed = resigned(verificationMethod=f"{name}#{did_keys.multikey(KEY.public)}")

    (named,) = check(signed, now=NOW)

    assert (named.controller, named.is_owned) == (name, False)
    with pytest.raises(SignatureError, match="another key than the issuer's"):
        demand_issuer(SAID, named)
    demand_issuer({"issuer": {"id": name}}, named)


def test_issuer_stands_in_an_object_or_alone():
    assert issuer_of({"issuer": {"id": "urn:x"}}) == issuer_of({"issuer": "urn:x"}) == "urn:x"
    assert issuer_of({}) is None


@pytest.mark.parametrize(("text", "expected"), [(moment(NOW), NOW), ("2027-03-01T12:00:00", None), (None, None)])
def test_moment_has_a_time_zone(text, expected):
    assert read_moment(text) == expected


def test_document_with_unknown_terms_is_not_signed():
    with pytest.raises(HansaError, match="favouriteColour"):
        prove({**SAID, "favouriteColour": "blue"}, key=KEY, now=NOW)
