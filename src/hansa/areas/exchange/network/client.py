"""Signed calls to members of the network.

Where a member serves an API is looked up in the catalogue, in the newest major that both speak. A request is signed
with this node's key; a signed answer must be signed by the member's own server. Whatever goes wrong becomes one error
that says with whom, what and what to do: by it an officer, and the queue of messages, know whether to try again.
"""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.network.membership import certificate_file, demand_membership, key_file, keys
from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.ewp import answers, signing
from hansa.lib.ewp.catalogue import Served
from hansa.lib.ewp.monitoring import Kind

TIMEOUT = httpx2.Timeout(10.0, read=30.0)
#: Whoever answers byte by byte keeps no thread for longer.
LONGEST = 45.0
MOST_ANSWERED = 32 * 1024 * 1024
LONGEST_SAID = 500
OK = 200
SERVER_FAULT = 500
TOO_MANY = 429
LOCK = threading.Lock()
#: The one client, under the age of the key and certificate with which it was made.
LINES: dict[tuple[int, ...], httpx2.Client] = {}
LOOPBACK = ("localhost", "127.0.0.1")
Pairs = Sequence[tuple[str, str]]
T = TypeVar("T")


class NetworkError(HansaError):
    """A member of the network could not be asked, or said no.

    ``passes`` tells whether trying again may help; ``kind``, ``status``, ``url`` and ``said`` are what the network's
    monitoring wants to know.
    """

    def __init__(
        self, message: str, remedy: str = "", *, status: int = 0, passes: bool = True, kind: Kind = Kind.NETWORK
    ) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.passes = passes
        self.kind = kind
        self.said = ""
        self.api = ""
        self.url = ""

    def at(self, where: "Endpoint") -> "NetworkError":
        """Note where it happened."""
        self.api, self.url = where.served.api.name, where.url
        return self


class UnservedError(NetworkError):
    """The member does not serve this API, so nothing is owed."""

    def __init__(self, hei: str, api: str) -> None:
        super().__init__(
            _("{hei} does not offer {api} in the network.").format(hei=hei, api=api),
            _("Tell its international office by mail, and refresh the catalogue later."),
            passes=False,
            kind=Kind.LOOKUP,
        )
        self.api = api


@dataclass(frozen=True)
class Endpoint:
    """Where one member serves one API, and in which major."""

    hei: str
    served: Served
    url: str

    @property
    def major(self) -> int:
        """Return the major that both speak."""
        return self.served.api.major


@dataclass(frozen=True)
class Reply:
    """What a member answered, and whether its server signed it."""

    content: bytes
    is_signed: bool


def endpoint(hei: str, api: str, *, majors: Sequence[int], part: str = "url") -> Endpoint:
    """Return where a member serves an API, in the first of the majors that it has, or raise UnservedError."""
    known = catalogue.current()
    for major in majors:
        found = known.api(hei, api, major=major)
        if found is not None and part in found.api.urls:
            return Endpoint(hei, found, found.api.urls[part])
    raise UnservedError(hei, api)


def ask(where: Endpoint, parameters: Pairs = (), *, document: bytes = b"", method: str = "POST") -> Reply:
    """Return what a member answers to a signed request, with parameters as a form or a document as XML."""
    body, headers, url = written(where.url, parameters, document=document, method=method)
    target = urlsplit(url)
    request = signing.Request(method, path_of(url), tuple(headers.items()), body)
    signed = signing.sign_request(
        request, host=target.netloc, key=keys(), now=timezone.now(), request_id=str(uuid.uuid4())
    )
    try:
        demand_far(url, who=where.hei)
        answer = send(method, url, content=body, headers={**headers, **signed.headers}, who=where.hei)
        check(answer, who=where.hei)
        return Reply(answer.content, verified(answer, where, to=signed))
    except NetworkError as no:
        raise no.at(where) from no.__cause__


def read(where: Endpoint, reply: Reply, *, reading: Callable[[bytes], T]) -> T:
    """Return what an answer says, or raise NetworkError where it is not the document that the network expects."""
    try:
        return reading(reply.content)
    except InvalidError as wrong:
        raise NetworkError(
            _("{who} answers what cannot be read. {why}").format(who=where.hei, why=wrong.message),
            _("Ask its administrator; nothing of it was taken."),
            status=OK,
            passes=False,
            kind=Kind.RESPONSE,
        ).at(where) from wrong


def demand_far(url: str, *, who: str) -> None:
    """Refuse an address on this very machine, unless this node is itself only known there (a league for trying).

    Otherwise whoever publishes such an address could make this node call services that trust its machine.
    """
    if urlsplit(url).hostname in LOOPBACK and urlsplit(f"//{demand_membership().host}").hostname not in LOOPBACK:
        raise NetworkError(
            _("{who} publishes an address on this machine.").format(who=who),
            _("Ask its administrator to mend its manifest."),
            passes=False,
        )


def written(url: str, parameters: Pairs, *, document: bytes, method: str) -> tuple[bytes, dict[str, str], str]:
    """Return body, headers and address of a request."""
    headers = {"Accept-Encoding": "identity", **signing.ASK_FOR_SIGNATURE}
    if document:
        return document, {**headers, "Content-Type": answers.XML_TYPE}, url
    text = urlencode(list(parameters))
    if method == "POST":
        return text.encode(), {**headers, "Content-Type": answers.FORM_TYPE}, url
    return b"", headers, f"{url}{'&' if '?' in url else '?'}{text}" if text else url


def path_of(url: str) -> str:
    """Return path and query of an address as they go over the wire."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


@dataclass(frozen=True)
class Answer:
    """What came over the wire."""

    status: int
    headers: signing.Headers
    content: bytes


def send(
    method: str, url: str, *, content: bytes, headers: dict[str, str], who: str, most: int = MOST_ANSWERED
) -> Answer:
    """Send a request and return the answer, which may not be without end."""
    found, until = bytearray(), time.monotonic() + LONGEST
    try:
        with line().stream(method, url, content=content, headers=headers) as answer:
            for part in answer.iter_raw():
                found += part
                check_bounds(len(found), until=until, most=most, who=who)
            raw = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
            return Answer(answer.status_code, raw, bytes(found))
    except httpx2.HTTPError as failed:
        raise NetworkError(
            _("{who} does not answer ({what}).").format(who=who, what=type(failed).__name__),
            _("Nothing is lost: it is tried again by itself."),
            kind=Kind.TIMEOUT if isinstance(failed, httpx2.TimeoutException) else Kind.NETWORK,
        ) from failed


def check_bounds(size: int, *, until: float, most: int, who: str) -> None:
    """Refuse an answer that is too large, or comes too slowly."""
    if size > most:
        raise NetworkError(
            _("{who} answers with more than {most} MB.").format(who=who, most=most // 1024**2),
            _("Ask its administrator."),
            passes=False,
        )
    if time.monotonic() > until:
        raise NetworkError(
            _("{who} answers too slowly.").format(who=who),
            _("Nothing is lost: it is tried again by itself."),
            kind=Kind.TIMEOUT,
        )


def line() -> httpx2.Client:
    """Return the client through which all calls go, with this node's certificate; connections are kept open."""
    stamps = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in (certificate_file(), key_file()))
    with LOCK:
        if stamps not in LINES:
            hang_up()
            context = httpx2.create_ssl_context()
            if all(stamps):
                context.load_cert_chain(certificate_file(), key_file())
            LINES[stamps] = httpx2.Client(timeout=TIMEOUT, verify=context, follow_redirects=False)
        return LINES[stamps]


def hang_up() -> None:
    """Close the connections that are kept open; a call under way on them is tried again by its job."""
    while LINES:
        LINES.popitem()[1].close()


def check(answer: Answer, *, who: str) -> None:
    """Raise NetworkError for an answer that says no, in the partner's own words where it has some."""
    if 200 <= answer.status < 300:  # noqa: PLR2004 -- RFC 9110, section 15.3: successful
        return
    told = answers.read_error(answer.content)
    why = told.for_user("en")[:LONGEST_SAID] if told is not None else ""
    no = NetworkError(
        _("{who} says no ({status}). {why}").format(who=who, status=answer.status, why=why).strip(),
        _("Mend what it names, or ask its international office; then send it again."),
        status=answer.status,
        passes=answer.status >= SERVER_FAULT or answer.status == TOO_MANY,
        kind=Kind.SERVER,
    )
    no.said = told.developer_message if told is not None else ""
    raise no


def verified(answer: Answer, where: Endpoint, *, to: signing.Signed) -> bool:
    """Return whether the answer is signed; one with a wrong signature is refused, and so is none where one is due.

    A member whose entry names TLS certificates may leave the signature out: then TLS tells who answers.
    """
    is_signed = any(name.lower() == "signature" for name, _value in answer.headers)
    if not is_signed and "tlscert" in where.served.api.security.server:
        return False
    try:
        signing.verify_response(
            signing.Response(answer.headers, answer.content),
            to=to,
            keys=catalogue.current().server_key(where.served),
            now=timezone.now(),
        )
    except HansaError as wrong:
        raise NetworkError(
            _("The answer of {who} is not signed by it. {why}").format(who=where.hei, why=wrong.message),
            _("Ask its administrator; nothing of it was taken."),
            status=answer.status,
            passes=False,
            kind=Kind.RESPONSE,
        ) from wrong
    return True


def plain(url: str, *, etag: str = "", who: str, most: int = MOST_ANSWERED) -> Answer:
    """Return an unsigned document of the network, such as a catalogue or a manifest."""
    headers = {"Accept-Encoding": "identity", **({"If-None-Match": etag} if etag else {})}
    return send("GET", url, content=b"", headers=headers, who=who, most=most)
