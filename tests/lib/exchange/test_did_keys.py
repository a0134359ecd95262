import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import SignatureError
from hansa.lib.exchange.did_keys import base58, did, from_base58, key_of, method, multikey, named_key
from hansa.lib.keys import SigningKey, VerifyingKey

# From the W3C CCG did:key test vectors for Ed25519.
KNOWN = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
RAW = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"


def test_did_is_the_published_one():
    key = VerifyingKey(bytes.fromhex(RAW))

    assert did(key) == KNOWN
    assert key_of(KNOWN) == key_of(method(key)) == key


@given(st.binary(max_size=80))
def test_base58_is_read_back(data):
    assert from_base58(base58(data)) == data


def test_base58_is_the_published_one():
    assert base58(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert base58(b"\x00\x00\x28\x7f\xb4\xcd") == "11233QC4"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("https://example.com/issuers/1#key", "cannot be found offline"),
        (f"{KNOWN}#z6Mk", "cannot be found offline"),
        ("did:key:z0OIl", "not base58"),
        ("did:key:z" + "2" * 200, "not base58"),
        ("did:key:z" + base58(b"\xec\x01" + bytes(32)), "another kind than Ed25519"),
        ("did:key:z" + base58(b"\xed\x01" + bytes(5)), "key"),
    ],
)
def test_key_of_refuses_what_is_no_key(name, said):
    with pytest.raises(Exception, match=said) as refused:
        key_of(name)

    assert refused.value.remedy


def test_key_of_gives_back_every_key():
    key = SigningKey.generate().public

    assert key_of(did(key)) == key


def test_signature_error_is_what_is_raised():
    with pytest.raises(SignatureError):
        key_of("did:web:example.com")


@pytest.mark.parametrize("name", ["https://example.com/issuers/1", "did:web:example.com:issuers"])
def test_key_in_a_fragment_is_not_taken_as_the_owners(name):
    key = SigningKey.generate().public

    found = named_key(f"{name}#{multikey(key)}")

    assert (found.key, found.controller, found.is_owned) == (key, name, False)


def test_did_key_is_its_owners():
    key = SigningKey.generate().public

    found = named_key(method(key))

    assert (found.key, found.controller, found.is_owned) == (key, did(key), True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("did:example:z6Mk", "DID method that Hansa does not know"),
        ("https://example.com/issuers/1", "cannot be found offline"),
        ("http://example.com/issuers/1#z6Mk", "cannot be found offline"),
        ("did:web:example.com#key-1", "cannot be found offline"),
        ("", "cannot be found offline"),
        ("https://example.com/issuers/1#z6Mk", "another kind than Ed25519"),
    ],
)
def test_named_key_refuses_what_gives_no_key(name, said):
    with pytest.raises(SignatureError, match=said):
        named_key(name)
