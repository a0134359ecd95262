"""HTTP signatures of Erasmus Without Paper, both directions.

A client signs its requests (sec-cliauth-httpsig 1.0.2), a server its responses where the
client asks for it (sec-srvauth-httpsig 1.1.0). Whoever verifies gets back the headers that
are signed and nothing else: what is unsigned may have been put there by anybody.

    proof = sign_request(request, host="ewp.example.org", key=pair, now=now, request_id=str(uuid4()))
    seen = verify_request(received, keys=catalogue.client_key, hosts={"ewp.example.org"}, now=now)
"""

import base64
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from hansa.lib.errors import SignatureError
from hansa.lib.ewp.answers import FORBIDDEN
from hansa.lib.ewp.rsa_keys import RsaKeyPair, RsaPublicKey
from hansa.lib.ewp.signature_headers import (
    ALGORITHM,
    TARGET,
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

Keys = Callable[[str], RsaPublicKey | None]
Headers = tuple[tuple[str, str], ...]

REQUIRED = (TARGET, "host", "digest", "x-request-id")
DATES = ("date", "original-date")
#: A second one of these would leave open which one was meant.
SINGLE = ("host", *DATES, "digest", "x-request-id", "x-request-signature")
#: What to send along with status 401 (draft-cavage-http-signatures-07, section 3.1.1; RFC 3230, section 4.3.1).
CHALLENGE: Mapping[str, str] = MappingProxyType(
    {
        "WWW-Authenticate": f'Signature realm="EWP",headers="{TARGET} host date digest x-request-id"',
        "Want-Digest": "SHA-256",
    }
)
#: What a client sends that wants the response to be signed.
ASK_FOR_SIGNATURE: Mapping[str, str] = MappingProxyType({"Accept-Signature": ALGORITHM, "Want-Digest": "SHA-256"})


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire; the target is the path with the query."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """A response as it goes over the wire, its body after any compression."""

    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True)
class Signed:
    """Who signed, and which headers: those to be added when signing, those to be believed when verifying."""

    key_id: str
    request_id: str
    signature: str
    headers: Mapping[str, str] = field(default_factory=dict)


def sign_request(
    request: Request, *, host: str, key: RsaKeyPair, now: datetime, request_id: str, original_date: bool = False
) -> Signed:
    """Sign a request and return the headers to add; all headers that it already has are signed too."""
    added = {
        "Host": host,
        "Original-Date" if original_date else "Date": http_date(now),
        "Digest": digest(request.body),
        "X-Request-Id": request_id,
    }
    values = {TARGET: _target(request)} | _joined((*request.headers, *added.items()))
    parameters = _signed(values, key=key)
    headers = added | {"Authorization": f"Signature {parameters.text}"}
    return Signed(parameters.key_id, request_id, parameters.signature, headers)


def verify_request(request: Request, *, keys: Keys, hosts: Collection[str], now: datetime) -> Signed:
    """Return who signed a request and the headers signed, or raise UnauthenticError with the HTTP status."""
    given = gathered(request.headers)
    parameters = read_authorization(only("Authorization", values=given.get("authorization", [])))
    check_names(parameters.names, required=REQUIRED)
    values = _covered(parameters, given=given, target=_target(request))
    _check_host(values["host"], hosts=hosts)
    check_request_id(values["x-request-id"])
    _check(parameters, values=values, keys=keys, now=now)
    check_digest(values["digest"], body=request.body)
    return Signed(parameters.key_id, values["x-request-id"], parameters.signature, _without_target(values))


def sign_response(
    response: Response, *, key: RsaKeyPair, now: datetime, to: Signed | None = None, original_date: bool = False
) -> Signed:
    """Sign a response to a request and return the headers to add; all headers that it already has are signed too."""
    added = {"Original-Date" if original_date else "Date": http_date(now), "Digest": digest(response.body)}
    if to is not None:
        added |= {"X-Request-Id": to.request_id, "X-Request-Signature": to.signature}
    parameters = _signed(_joined((*response.headers, *added.items())), key=key)
    request_id = to.request_id if to is not None else ""
    return Signed(parameters.key_id, request_id, parameters.signature, added | {"Signature": parameters.text})


def verify_response(response: Response, *, to: Signed, keys: Keys, now: datetime) -> Signed:
    """Return who signed a response to our request and the headers signed, or raise UnauthenticError."""
    given = gathered(response.headers)
    header = only("Signature", values=given.get("signature", []))
    if not header:
        raise UnauthenticError("The response is not signed.", "Ask the partner to sign where Accept-Signature is sent.")
    parameters = read_signature(header)
    check_names(parameters.names, required=("digest", "x-request-id", "x-request-signature"))
    values = _covered(parameters, given=given, target="")
    if (values["x-request-id"], values["x-request-signature"]) != (to.request_id, to.signature):
        raise UnauthenticError("The response answers another request.", "Send the request again.")
    _check(parameters, values=values, keys=keys, now=now)
    check_digest(values["digest"], body=response.body)
    return Signed(parameters.key_id, to.request_id, parameters.signature, values)


def wants_signature(headers: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a client asks for a signed response (sec-srvauth-httpsig, Accept-Signature)."""
    asked = ",".join(gathered(headers).get("accept-signature", []))
    return ALGORITHM in {name.strip().lower() for name in asked.split(",")}


def _target(request: Request) -> str:
    return f"{request.method.lower()} {request.target}"


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: ", ".join(values) for name, values in gathered(headers).items()}


def _without_target(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name != TARGET}


def _signed(values: Mapping[str, str], *, key: RsaKeyPair) -> Parameters:
    signature = base64.b64encode(key.sign(signing_string(values, values=values))).decode()
    return Parameters(key.public.key_id, ALGORITHM, tuple(values), signature)


def _covered(parameters: Parameters, *, given: Mapping[str, list[str]], target: str) -> dict[str, str]:
    """Return the value of every header that the signature lists."""
    found: dict[str, str] = {}
    for name in parameters.names:
        if name == TARGET and target:
            found[name] = target
        elif name not in given:
            raise UnauthenticError(f"The header {name} is listed as signed but is not there.", "Send what is signed.")
        else:
            found[name] = only(name, values=given[name]) if name in SINGLE else ", ".join(given[name])
    return found


def _check_host(host: str, *, hosts: Collection[str]) -> None:
    if host.lower().removesuffix(":443") not in {own.lower().removesuffix(":443") for own in hosts}:
        raise UnauthenticError(
            "The header Host does not name this node.", "Send the request to the address that the registry publishes."
        )


def _check(parameters: Parameters, *, values: Mapping[str, str], keys: Keys, now: datetime) -> None:
    """Check key, dates and signature, in the order in which a partner can mend them."""
    key = _known(parameters.key_id, keys=keys)
    for name in DATES:
        if name in values:
            check_date(name, value=values[name], now=now)
    signature = signature_bytes(parameters.signature)
    if not key.is_signed(signing_string(parameters.names, values=values), signature=signature):
        raise UnauthenticError(
            "The signature does not fit what was sent.",
            "Sign the headers in the order listed, with the key named, and let no proxy change them afterwards.",
        )


def _known(key_id: str, *, keys: Keys) -> RsaPublicKey:
    try:
        key = keys(key_id)
        if key is not None:
            key.check()
    except SignatureError as wrong:
        raise UnauthenticError(wrong.message, wrong.remedy, status=FORBIDDEN) from wrong
    if key is None or key.key_id != key_id:
        raise UnauthenticError(
            "The key that signed is not known here.",
            "Publish it in your manifest; the registry's catalogue is read again within minutes.",
            status=FORBIDDEN,
        )
    return key
