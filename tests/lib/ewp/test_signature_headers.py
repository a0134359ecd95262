import base64
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.ewp.signature_headers import (
    Parameters,
    UnauthenticError,
    check_date,
    check_digest,
    check_names,
    check_request_id,
    digest,
    gathered,
    http_date,
    only,
    read_authorization,
    read_signature,
    signature_bytes,
    signing_string,
)
from tests.lib.ewp.example_network import NOW, REQUEST_ID

PARAMETERS = Parameters("ab", "rsa-sha256", ("date", "digest"), "c2lnbmVk")


def test_parameters_come_back_from_the_header():
    assert read_authorization("Signature " + PARAMETERS.text) == PARAMETERS
    assert read_authorization("signature  " + PARAMETERS.text.replace(",", " , ")) == PARAMETERS


@pytest.mark.parametrize(
    ("value", "said", "status"),
    [
        ("", "missing or is not of the kind Signature", 401),
        ("Basic dXNlcjpwYXNz", "missing or is not of the kind Signature", 401),
        ("Signature", "not of the algorithm rsa-sha256", 401),
        ('Signature keyId="a",headers="date",signature="x"', "not of the algorithm", 401),
        ('Signature algorithm="hmac-sha256"', "not of the algorithm", 401),
        ("Signature keyId=a", "cannot be read", 400),
        ('Signature keyId="a" algorithm="rsa-sha256"', "cannot be read", 400),
        ('Signature keyId="a",keyid="b"', "gives its parameter “keyid” twice", 400),
        ('Signature algorithm="rsa-sha256",headers="date Date"', "lists a header twice", 400),
    ],
)
def test_read_authorization_refuses_with_a_status(value, said, status):
    with pytest.raises(UnauthenticError, match=said) as caught:
        read_authorization(value)

    assert caught.value.status == status


def test_read_signature_takes_the_date_where_no_headers_are_listed():
    assert read_signature('algorithm="RSA-SHA256"') == Parameters("", "rsa-sha256", ("date",), "")


def test_gathered_headers_have_one_name_each():
    found = gathered([("A", " 1 "), ("b", "2"), ("a", "3")])

    assert found == {"a": ["1", "3"], "b": ["2"]}
    assert only("b", values=found["b"]) == "2"
    assert only("c", values=[]) == ""
    with pytest.raises(UnauthenticError, match="The header a comes 2 times"):
        only("a", values=found["a"])


def test_check_names_says_everything_that_is_missing():
    check_names(("date", "digest"), required=("digest",))
    check_names(("original-date",), required=())

    with pytest.raises(UnauthenticError, match="does not cover host, digest, date or original-date") as caught:
        check_names(("x-request-id",), required=("host", "digest", "x-request-id"))

    assert caught.value.status == 401


def test_signing_string_has_a_line_for_each_header():
    values = {"date": "today", "host": "a.example", "x-grüße": "é"}

    assert signing_string(("host", "date"), values=values) == b"host: a.example\ndate: today"
    with pytest.raises(UnauthenticError, match="outside of Latin-1"):
        signing_string(("host",), values={"host": "€"})


def test_digest_of_an_empty_body_is_the_published_one():
    assert digest(b"") == "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@given(st.binary(), st.binary())
def test_digest_holds_for_its_body_and_no_other(body, other):
    check_digest("MD5=xyz, sha-256=" + digest(body).partition("=")[2], body=body)

    if body != other:
        with pytest.raises(UnauthenticError, match="not that of the body"):
            check_digest(digest(body), body=other)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "no SHA-256"),
        ("MD5=xyz", "no SHA-256"),
        ("SHA-256", "not that of the body"),
        (digest(b"") + "," + digest(b"x"), "not that of the body"),
        ("SHA-256=ä", "not that of the body"),
    ],
)
def test_check_digest_refuses_what_is_none(value, said):
    with pytest.raises(UnauthenticError, match=said):
        check_digest(value, body=b"")


def test_date_is_written_in_greenwich_time():
    berlin = NOW.astimezone(timezone(timedelta(hours=1)))

    assert http_date(berlin) == "Mon, 02 Mar 2026 09:30:00 GMT"


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_check_date_takes_what_is_within_five_minutes(minutes):
    check_date("date", value=http_date(NOW + timedelta(minutes=minutes)), now=NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 10**8])
def test_check_date_refuses_what_is_older_or_newer(seconds):
    with pytest.raises(UnauthenticError, match="date is more than five minutes off"):
        check_date("date", value=http_date(NOW + timedelta(seconds=seconds)), now=NOW)


@pytest.mark.parametrize("value", ["", "yesterday", "2026-03-02T09:30:00Z", "Mon, 42 Mar 2026 09:30:00 GMT"])
def test_check_date_refuses_what_is_no_date(value):
    with pytest.raises(UnauthenticError, match="original-date is not a date"):
        check_date("original-date", value=value, now=NOW)


@pytest.mark.parametrize("value", [REQUEST_ID, REQUEST_ID.upper()])
def test_check_request_id_takes_a_canonical_uuid(value):
    check_request_id(value)


@pytest.mark.parametrize("value", ["", REQUEST_ID.replace("-", ""), "{" + REQUEST_ID + "}", REQUEST_ID + "\n"])
def test_check_request_id_refuses_anything_else(value):
    with pytest.raises(UnauthenticError, match="not a UUID in its canonical form"):
        check_request_id(value)


def test_signature_is_base64():
    assert signature_bytes(base64.b64encode(b"signed").decode()) == b"signed"
    with pytest.raises(UnauthenticError, match="The signature is not base64") as caught:
        signature_bytes("?")
    assert caught.value.status == 400
