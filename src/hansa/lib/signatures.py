"""Sign values, not files: JSON Web Signatures (RFC 7515, RFC 9864) over canonical JSON.

A signature covers the header and the canonical form of the value. The header names
the algorithm (only Ed25519), the kind of the thing signed ("typ") and the key
("kid"). The kind keeps apart what is said: a signature under a letter can never be
shown as a signature under an agreement. A reader accepts exactly the header that a
writer of Hansa makes; a header it does not know is refused and not ignored.

One signature: compact form. Several parties under one text: General JSON form, whose
extra header tells who signed in which office. Both are plain JWS and can be read
by any other library of the standard.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from hansa.lib.canonical import JSON, canonical, decode64, encode64, parse, parse_canonical
from hansa.lib.errors import HansaError, InvalidError, SignatureError
from hansa.lib.keys import SigningKey, VerifyingKey

ALGORITHM = "Ed25519"
_PARTS = 3
SIGNATORY = frozenset({"party", "name", "office", "delegation", "at"})


def sign(payload: JSON, *, key: SigningKey, kind: str) -> str:
    """Sign a value and return the compact JWS."""
    text = _header(key.public.kid, kind) + "." + encode64(canonical(payload))
    return text + "." + encode64(key.sign(text.encode()))


def verify(token: str, *, key: VerifyingKey, kind: str) -> JSON:
    """Return the signed value, or raise SignatureError unless this key signed it as this kind."""
    header, payload, signature = _split(token)
    if header != _header(key.kid, kind):
        _check_header(_read_header(header), kid=key.kid, kind=kind)
    _verify(key, text=f"{header}.{payload}", signature=signature)
    return _read_payload(payload)


def resign(token: str, *, key: SigningKey, kind: str) -> str:
    """Return the same statement signed with this key; what this key signed already stays as it is."""
    header, payload, _signature = _split(token)
    present = _header(key.public.kid, kind)
    if header == present:
        return token
    text = f"{present}.{payload}"
    return text + "." + encode64(key.sign(text.encode()))


def payload_of(token: str) -> JSON:
    """Return the value inside a compact JWS WITHOUT checking the signature, to find out whose it claims to be."""
    return _read_payload(_split(token)[1])


def sign_general(payload: JSON, *, key: SigningKey, kind: str, header: Mapping[str, str]) -> dict[str, str]:
    """Return one signature object for the General JSON form; the header tells who signs."""
    if not set(header) <= SIGNATORY:
        raise InvalidError(
            "A signature tells more than " + ", ".join(sorted(SIGNATORY)) + ".", "Leave the other keys out."
        )
    protected = encode64(canonical({"alg": ALGORITHM, "kid": key.public.kid, "typ": _type(kind), **header}))
    text = protected + "." + encode64(canonical(payload))
    return {"protected": protected, "signature": encode64(key.sign(text.encode()))}


def assemble(payload: JSON, signatures: Sequence[Mapping[str, str]]) -> dict[str, JSON]:
    """Put a value and its signatures into one General JSON document."""
    return {"payload": encode64(canonical(payload)), "signatures": [dict(signature) for signature in signatures]}


def payload_of_general(document: JSON) -> JSON:
    """Return the value inside a General JSON document WITHOUT checking its signatures."""
    return _read_payload(_general(document)[0])


def verify_general(document: JSON, *, keys: Mapping[str, VerifyingKey], kind: str) -> dict[str, dict[str, str]]:
    """Return for every signing key (by kid) what its header tells; one wrong signature spoils all.

    Which keys had to sign is for the caller to compare.
    """
    payload, signatures = _general(document)
    _read_payload(payload)
    signers: dict[str, dict[str, str]] = {}
    for signature in signatures:
        header = _read_header(signature["protected"])
        kid = header.get("kid")
        if not isinstance(kid, str) or kid not in keys:
            raise _refused("a signature was made with a key that no party has")
        if kid in signers:
            raise _refused("one key signed twice")
        told = {name: header.pop(name) for name in SIGNATORY & set(header)}
        _check_header(header, kid=kid, kind=kind)
        _verify(keys[kid], text=f"{signature['protected']}.{payload}", signature=signature["signature"])
        signers[kid] = told
    return signers


@lru_cache(maxsize=1024)
def _header(kid: str, kind: str) -> str:
    return encode64(canonical({"alg": ALGORITHM, "kid": kid, "typ": _type(kind)}))


def _type(kind: str) -> str:
    return f"hansa-{kind}+jws"


def _split(token: str) -> list[str]:
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != _PARTS:
        raise _refused("it is not a compact JWS of three parts")
    return parts


def _general(document: JSON) -> tuple[str, list[dict[str, str]]]:
    if not isinstance(document, dict) or set(document) != {"payload", "signatures"}:
        raise _refused("a signed document has exactly the keys payload and signatures")
    payload, signatures = document["payload"], document["signatures"]
    if not isinstance(payload, str) or not isinstance(signatures, list):
        raise _refused("the payload is a text and the signatures are a list")
    for signature in signatures:
        if (
            not isinstance(signature, dict)
            or set(signature) != {"protected", "signature"}
            or not all(isinstance(value, str) for value in signature.values())
        ):
            raise _refused("a signature has exactly the texts protected and signature")
    return payload, signatures


def _read_header(segment: str) -> dict[str, JSON]:
    try:
        header = parse(decode64(segment))
    except InvalidError:
        raise _refused("the header cannot be read") from None
    if not isinstance(header, dict):
        raise _refused("the header is not an object")
    return header


def _check_header(header: Mapping[str, JSON], *, kid: str, kind: str) -> None:
    if set(header) != {"alg", "kid", "typ"}:
        raise _refused("the header has other keys than alg, kid and typ")
    if header["alg"] != ALGORITHM:
        raise _refused(f"the algorithm is not {ALGORITHM}")
    if header["kid"] != kid:
        raise _refused("another key made the signature")
    if header["typ"] != _type(kind):
        raise _refused(f"it is not signed as the kind '{kind}'")


def _verify(key: VerifyingKey, *, text: str, signature: str) -> None:
    try:
        key.verify(text.encode("ascii"), decode64(signature))
    except (HansaError, UnicodeEncodeError):
        raise _refused("the signature does not belong to this text and this key") from None


def _read_payload(segment: str) -> JSON:
    try:
        return parse_canonical(decode64(segment))
    except InvalidError as error:
        raise _refused(f"the signed value is not canonical ({error.message})") from None


def _refused(reason: str) -> SignatureError:
    return SignatureError(
        f"The signed text is refused: {reason}.",
        "Ask the sender to sign and send it again; compare the fingerprints of the keys if it happens twice.",
    )
