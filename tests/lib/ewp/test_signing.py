from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpsig.sign import HeaderSigner
from httpsig.verify import HeaderVerifier
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.ewp.rsa_keys import RsaKeyPair, RsaPublicKey
from hansa.lib.ewp.signature_headers import UnauthenticError, digest, http_date
from hansa.lib.ewp.signing import (
    ASK_FOR_SIGNATURE,
    CHALLENGE,
    Request,
    Response,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
    wants_signature,
)
from tests.lib.ewp.example_network import NOW, REQUEST_ID, pair

HOST = "ewp.charite.example"
TARGET = "/ewp/iias/v7/get?hei_id=ki.example"
BODY = b"hei_id=ki.example&iia_id=1"
NAMES = ["(request-target)", "host", "date", "digest", "x-request-id"]
OTHER_ID = "0c05b425-4e86-4106-8dde-1257fccf53e5"


def key(key_id: str):
    return {one.public.key_id: one.public for one in (pair(), pair(1))}.get(key_id)


def signed(*, now=NOW, request_id=REQUEST_ID, body=BODY, method="POST", headers=(), original_date=False) -> Request:
    request = Request(method, TARGET, headers, body)
    proof = sign_request(request, host=HOST, key=pair(), now=now, request_id=request_id, original_date=original_date)
    return replace(request, headers=(*headers, *proof.headers.items()))


def verify(request: Request):
    return verify_request(request, keys=key, hosts={HOST}, now=NOW)


def changed(message, **headers):
    """Return a message with headers changed, or left out where None is given."""
    wanted = {name.replace("_", "-"): value for name, value in headers.items()}
    kept = tuple((name, wanted.get(name.lower(), value)) for name, value in message.headers)
    return replace(message, headers=tuple((name, value) for name, value in kept if value is not None))


def public_pem(one: RsaKeyPair) -> bytes:
    return one.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("original_date", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signed_request_is_verified(method, original_date):
    request = signed(method=method, headers=(("Accept-Signature", "rsa-sha256"),), original_date=original_date)

    seen = verify(request)

    assert (seen.key_id, seen.request_id) == (pair().public.key_id, REQUEST_ID)
    assert seen.headers == {
        "accept-signature": "rsa-sha256",
        "host": HOST,
        "original-date" if original_date else "date": http_date(NOW),
        "digest": digest(BODY),
        "x-request-id": REQUEST_ID,
    }


def test_httpsig_verifies_what_we_sign():
    request = signed()
    headers = dict(request.headers)

    def verifier(**changes):
        return HeaderVerifier(
            headers | changes, public_pem(pair()), required_headers=NAMES, method="POST", path=TARGET, host=HOST
        )

    assert verifier().verify()
    assert not verifier(Digest=digest(b"other")).verify()


def test_we_verify_what_httpsig_signs():
    signer = HeaderSigner(pair().public.key_id, pair().pem, algorithm="rsa-sha256", headers=NAMES)
    headers = {"Host": HOST, "Date": http_date(NOW), "Digest": digest(BODY), "X-Request-Id": REQUEST_ID}
    request = Request("POST", TARGET, tuple(signer.sign(headers, method="POST", path=TARGET).items()), BODY)

    assert verify(request).key_id == pair().public.key_id
    with pytest.raises(UnauthenticError, match="does not fit what was sent"):
        verify(replace(request, method="PUT"))


def test_httpsig_verifies_our_responses():
    proof = sign_response(Response(body=BODY), key=pair(1), now=NOW)
    headers = {"Authorization": "Signature " + proof.headers["Signature"]} | dict(proof.headers)

    assert HeaderVerifier(headers, public_pem(pair(1)), required_headers=["date", "digest"]).verify()


def test_unsigned_headers_are_not_handed_on():
    request = signed()

    seen = verify(replace(request, headers=(*request.headers, ("X-Added", "by a stranger"))))

    assert "x-added" not in seen.headers


def test_signed_header_that_comes_twice_is_joined():
    request = signed(headers=(("Accept", "text/xml"), ("Accept", "*/*")))

    assert verify(request).headers["accept"] == "text/xml, */*"


@pytest.mark.parametrize(
    ("change", "said", "status"),
    [
        (lambda r: changed(r, authorization=None), "missing or is not of the kind", 401),
        (lambda r: replace(r, headers=(*r.headers, ("Authorization", "Basic x"))), "Authorization comes 2 times", 400),
        (lambda r: replace(r, headers=(*r.headers, ("host", HOST))), "host comes 2 times", 400),
        (lambda r: replace(r, headers=(*r.headers, ("DATE", http_date(NOW)))), "date comes 2 times", 400),
        (lambda r: changed(r, digest=None), "digest is listed as signed but is not there", 400),
        (lambda r: changed(r, host="other.example"), "Host does not name this node", 400),
        (lambda r: changed(r, x_request_id=REQUEST_ID.replace("-", "")), "not a UUID", 400),
        (lambda r: changed(r, x_request_id=OTHER_ID), "does not fit", 400),
        (lambda r: changed(r, date=http_date(NOW - timedelta(minutes=6))), "more than five minutes", 400),
        (lambda r: changed(r, date=http_date(NOW - timedelta(minutes=1))), "does not fit", 400),
        (lambda r: changed(r, date="today"), "date is not a date", 400),
        (lambda r: changed(r, digest=digest(b"")), "does not fit", 400),
        (lambda r: replace(r, body=b"other"), "not that of the body", 400),
        (lambda r: replace(r, target="/ewp/iias/v7/get"), "does not fit", 400),
    ],
)
def test_verify_request_refuses_with_a_status(change, said, status):
    with pytest.raises(UnauthenticError, match=said) as caught:
        verify(change(signed()))

    assert caught.value.status == status


def edited(old: str, new: str) -> Request:
    request = signed()
    value = dict(request.headers)["Authorization"]
    assert old in value
    return changed(request, authorization=value.replace(old, new))


@pytest.mark.parametrize("name", NAMES)
def test_verify_request_refuses_a_signature_that_leaves_something_out(name):
    with pytest.raises(UnauthenticError, match="does not cover") as caught:
        verify(edited(f"{name} " if name != NAMES[-1] else f" {name}", ""))

    assert caught.value.status == 401


@pytest.mark.parametrize(
    ("old", "new", "said", "status"),
    [
        ("rsa-sha256", "hs2019", "not of the algorithm", 401),
        ('signature="', 'signature="?', "not base64", 400),
        (pair().public.key_id, pair(1).public.key_id, "does not fit", 400),
        (pair().public.key_id, pair().public.key_id.upper(), "not known here", 403),
        (pair().public.key_id, "", "not known here", 403),
    ],
)
def test_verify_request_refuses_other_parameters(old, new, said, status):
    with pytest.raises(UnauthenticError, match=said) as caught:
        verify(edited(old, new))

    assert caught.value.status == status


def test_verify_request_refuses_a_key_that_is_too_short():
    short = generate_private_key(65537, 1024)
    public = RsaPublicKey(short.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    request = Request("GET", TARGET)
    proof = sign_request(request, host=HOST, key=RsaKeyPair(short), now=NOW, request_id=REQUEST_ID)

    with pytest.raises(UnauthenticError, match="1024 bits") as caught:
        verify_request(
            replace(request, headers=tuple(proof.headers.items())), keys=lambda _id: public, hosts={HOST}, now=NOW
        )

    assert caught.value.status == 403


def test_verify_request_refuses_a_key_under_the_name_of_another():
    with pytest.raises(UnauthenticError, match="not known here"):
        verify_request(signed(), keys=lambda _id: pair(1).public, hosts={HOST}, now=NOW)


def test_host_may_name_the_usual_port():
    assert verify_request(signed(), keys=key, hosts={HOST.upper() + ":443"}, now=NOW)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=64), st.data())
def test_no_changed_byte_goes_through(body, data):
    request = signed(body=body)
    place = data.draw(st.integers(0, len(request.headers) - 1))
    name, value = request.headers[place]
    spot = data.draw(st.integers(0, len(value) - 1))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != value[spot]))
    other = value[:spot] + letter + value[spot + 1 :]
    headers = (*request.headers[:place], (name, other), *request.headers[place + 1 :])

    verified = verify(request)
    try:
        again = verify(replace(request, headers=headers))
    except UnauthenticError:
        return

    # Only the letters of a parameter's name or of the algorithm may stand in another case.
    assert (name, other.lower()) == (name, value.lower())
    assert again == verified


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(["Authorization", "Host", "Date", "Digest", "X-Request-Id"]))
def test_no_text_in_a_header_is_more_than_refused(text, name):
    with pytest.raises(UnauthenticError):
        verify(changed(signed(), **{name.lower().replace("-", "_"): f"{text}?"}))


def exchange(*, asked=True, original_date=False):
    request = Request("POST", TARGET, tuple(ASK_FOR_SIGNATURE.items()) if asked else (), BODY)
    sent = sign_request(request, host=HOST, key=pair(), now=NOW, request_id=REQUEST_ID)
    seen = verify(replace(request, headers=(*request.headers, *sent.headers.items())))
    response = Response((("Content-Type", "text/xml"), ("Content-Encoding", "gzip")), b"zipped")
    proof = sign_response(response, key=pair(1), now=NOW, to=seen, original_date=original_date)
    return sent, replace(response, headers=(*response.headers, *proof.headers.items()))


def server_key(key_id: str):
    return pair(1).public if key_id == pair(1).public.key_id else None


@pytest.mark.parametrize("original_date", [False, True])
def test_signed_response_is_verified(original_date):
    sent, response = exchange(original_date=original_date)

    seen = verify_response(response, to=sent, keys=server_key, now=NOW)

    assert seen.key_id == pair(1).public.key_id
    assert seen.headers["content-type"] == "text/xml"
    assert seen.headers["x-request-signature"] == sent.signature


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: changed(r, signature=None), "The response is not signed"),
        (lambda r: replace(r, body=b"unzipped"), "not that of the body"),
        (lambda r: changed(r, content_type="text/html"), "does not fit"),
        (lambda r: changed(r, x_request_id=OTHER_ID), "answers another request"),
        (lambda r: changed(r, x_request_signature="c2lnbmVk"), "answers another request"),
        (lambda r: changed(r, date=http_date(NOW + timedelta(hours=1))), "more than five minutes"),
        (lambda r: changed(r, signature=dict(r.headers)["Signature"].replace("x-request-id ", "")), "does not cover"),
        (lambda r: changed(r, signature=dict(r.headers)["Signature"].replace("date", "(request-target)")), "not cover"),
        (
            lambda r: changed(r, signature=dict(r.headers)["Signature"].replace('="c', '="(request-target) c')),
            "is listed as signed but is not there",
        ),
    ],
)
def test_verify_response_refuses(change, said):
    sent, response = exchange()

    with pytest.raises(UnauthenticError, match=said):
        verify_response(change(response), to=sent, keys=server_key, now=NOW)


def test_verify_response_refuses_the_key_of_another_host():
    sent, response = exchange()

    with pytest.raises(UnauthenticError, match="not known here"):
        verify_response(response, to=sent, keys=lambda _id: None, now=NOW)


def test_wants_signature_looks_at_the_algorithms():
    assert wants_signature(ASK_FOR_SIGNATURE.items())
    assert wants_signature([("accept-signature", "hs2019, RSA-SHA256")])
    assert not wants_signature([("Accept-Signature", "hs2019")])
    assert not wants_signature([])


def test_challenge_names_what_has_to_be_signed():
    assert CHALLENGE["WWW-Authenticate"].startswith('Signature realm="EWP",headers="(request-target) host ')
    assert CHALLENGE["Want-Digest"] == "SHA-256"
