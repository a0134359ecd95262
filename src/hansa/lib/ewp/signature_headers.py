"""The headers of which an HTTP signature of the network consists, one function for each.

``Signature`` and ``Authorization: Signature`` follow draft-cavage-http-signatures-07 (not
RFC 9421), ``Digest`` follows RFC 3230 with the SHA-256 of RFC 5843, dates are those of RFC 9110.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from hansa.lib.errors import InvalidError, SignatureError
from hansa.lib.ewp.answers import BAD_REQUEST, UNAUTHENTICATED, AnswerError
from hansa.lib.ewp.rsa_keys import decode

ALGORITHM = "rsa-sha256"
TARGET = "(request-target)"
SCHEME = "signature"
#: sec-cliauth-httpsig 1.0.2: five minutes are advised, and less is forbidden.
WINDOW = timedelta(minutes=5)

_PARAMETER = re.compile(r'\s*([A-Za-z]+)\s*=\s*"([^"\\]*)"\s*(?:,|$)')
_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT", re.ASCII)
# RFC 9562, section 4; the letters are read in either case.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class UnauthenticError(AnswerError, SignatureError):
    """A request or a response is not signed as the network asks for; a server answers with the status."""


@dataclass(frozen=True)
class Parameters:
    """What the header ``Signature`` says: which key signed which headers."""

    key_id: str
    algorithm: str
    names: tuple[str, ...]
    signature: str

    @property
    def text(self) -> str:
        """Write the parameters as the header carries them."""
        return (
            f'keyId="{self.key_id}",algorithm="{self.algorithm}",'
            f'headers="{" ".join(self.names)}",signature="{self.signature}"'
        )


def read_authorization(value: str) -> Parameters:
    """Read the header ``Authorization``, or raise UnauthenticError with status 401."""
    scheme, _space, rest = value.strip().partition(" ")
    if scheme.lower() != SCHEME:
        raise UnauthenticError(
            "The header Authorization is missing or is not of the kind Signature.",
            "Sign the request by an HTTP signature, with a key that your manifest publishes.",
            status=UNAUTHENTICATED,
        )
    return read_signature(rest)


def read_signature(value: str) -> Parameters:
    """Read the parameters of a signature, or raise UnauthenticError."""
    given = _pairs(value)
    names = tuple(given.get("headers", "date").lower().split())
    if given.get("algorithm", "").lower() != ALGORITHM:
        raise UnauthenticError(
            f"The signature is not of the algorithm {ALGORITHM}.",
            f"Sign with {ALGORITHM} and say so in the parameter “algorithm”.",
            status=UNAUTHENTICATED,
        )
    if len(set(names)) != len(names):
        raise UnauthenticError("The signature lists a header twice.", "List every signed header once.")
    return Parameters(given.get("keyid", ""), ALGORITHM, names, given.get("signature", ""))


def _pairs(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(value):
        match = _PARAMETER.match(value, place)
        if match is None:
            raise UnauthenticError(
                "The parameters of the signature cannot be read.",
                'Write them as keyId="…",algorithm="…",headers="…",signature="…".',
            )
        name = match[1].lower()
        if name in found:
            raise UnauthenticError(f"The signature gives its parameter “{match[1]}” twice.", "Give it once.")
        found[name] = match[2]
        place = match.end()
    return found


def gathered(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of every header under its lower-case name, in the order in which they came."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value.strip())
    return found


def only(name: str, *, values: list[str]) -> str:
    """Return the one value of a header, or raise UnauthenticError where it comes more than once."""
    if len(values) > 1:
        raise UnauthenticError(f"The header {name} comes {len(values)} times.", "Send it once.")
    return values[0] if values else ""


def check_names(names: Collection[str], *, required: Iterable[str]) -> None:
    """Raise UnauthenticError with status 401 unless every required header is signed, and one of the two dates."""
    missing = [name for name in required if name not in names]
    if not {"date", "original-date"} & set(names):
        missing.append("date or original-date")
    if missing:
        raise UnauthenticError(
            f"The signature does not cover {', '.join(missing)}.",
            "Sign these headers too and list them in the parameter “headers”.",
            status=UNAUTHENTICATED,
        )


def signing_string(names: Iterable[str], *, values: Mapping[str, str]) -> bytes:
    """Return what is signed: one line for each header (draft-cavage-http-signatures-07, section 2.3)."""
    text = "\n".join(f"{name}: {values[name]}" for name in names)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as wrong:
        raise UnauthenticError("A signed header has characters outside of Latin-1.", "Encode them.") from wrong


def digest(body: bytes) -> str:
    """Return the header ``Digest`` of a body as it is sent, after any compression."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def check_digest(value: str, *, body: bytes) -> None:
    """Raise UnauthenticError unless the header ``Digest`` is the SHA-256 of the body."""
    parts = [part.strip().partition("=") for part in value.split(",")]
    given = [text for name, _sign, text in parts if name.strip().upper() == "SHA-256"]
    if not given:
        raise UnauthenticError("The header Digest has no SHA-256 digest.", "Send Digest: SHA-256=….")
    right = digest(body).partition("=")[2]
    if not all(hmac.compare_digest(text.strip().encode(), right.encode()) for text in given):
        raise UnauthenticError(
            "The digest is not that of the body.",
            "Compute it over the body as it is sent, and let no proxy change the body afterwards.",
        )


def http_date(now: datetime) -> str:
    """Return a moment as the header ``Date`` has it."""
    return format_datetime(now.astimezone(UTC), usegmt=True)


def check_date(name: str, *, value: str, now: datetime) -> None:
    """Raise UnauthenticError unless a signed date is within five minutes of now."""
    moment = _moment(name, value=value)
    if abs(moment - now) > WINDOW:
        raise UnauthenticError(
            f"The header {name} is more than five minutes off: it says {value}, and here it is {http_date(now)}.",
            "Set the clock by a time server and sign anew.",
        )


def _moment(name: str, *, value: str) -> datetime:
    if _DATE.fullmatch(value):
        try:
            return parsedate_to_datetime(value)
        except ValueError:
            pass
    raise UnauthenticError(f"The header {name} is not a date.", "Send it like Sun, 06 Nov 1994 08:49:37 GMT.")


def check_request_id(value: str) -> None:
    """Raise UnauthenticError unless the header ``X-Request-Id`` is a UUID in its canonical form."""
    if not _UUID.fullmatch(value):
        raise UnauthenticError(
            "The header X-Request-Id is not a UUID in its canonical form.",
            "Send a new random UUID with every request, like dc05b425-4e86-4106-8dde-1257fccf53e5.",
        )


def signature_bytes(text: str) -> bytes:
    """Return the bytes of a signature, or raise UnauthenticError."""
    try:
        return decode(text)
    except InvalidError as wrong:
        raise UnauthenticError("The signature is not base64.", "Encode it as base64.", status=BAD_REQUEST) from wrong
