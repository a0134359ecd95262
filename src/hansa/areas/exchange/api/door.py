"""The door of the network: who calls, with which parameters, and how the answer goes back.

    @endpoint(repeatable("iia_id", least=1, most=MOST))
    def get(caller: Caller, given: Given) -> bytes:
        ...

Every call is known by the signature of a key, or by the TLS certificate, that the registry publishes for an
institution; an answer is signed where the caller asks for it. An error is the document that the specification wants,
and says no more than the caller may know.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar
from urllib.parse import parse_qsl, unquote

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override

from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.network.membership import Membership, keys, membership
from hansa.areas.exchange.queries.network import HEI
from hansa.kernel.jobs import place
from hansa.lib.errors import HansaError, RefusedError
from hansa.lib.ewp import answers, signing
from hansa.lib.ewp.answers import AnswerError, UserMessage
from hansa.lib.ewp.client_certificates import fingerprint
from hansa.lib.ewp.parameters import Parameter, read_parameters

LOG = logging.getLogger("hansa.exchange")
MOST_PAIRS = 1_000
OK, NOWHERE, TOO_LARGE, BROKEN = 200, 404, 413, 500
Given = Mapping[str, tuple[str, ...]]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: the institutions for which its key or certificate speaks, and this node as a member."""

    heis: frozenset[str]
    member: Membership
    document: bytes = b""
    signed: signing.Signed | None = None

    def demand(self, hei: str, *, name: str) -> None:
        """Refuse a caller who speaks for another institution than the one it names."""
        if hei not in self.heis:
            raise AnswerError(
                f"{name}: your key does not speak for this institution.",
                "Sign with the key that the registry publishes for it.",
            )

    @property
    def partners(self) -> list[str]:
        """Return the names under which our records know the institutions of the caller."""
        return sorted(f"{HEI}{hei}" for hei in self.heis)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What goes back: content, its type, and the status."""

    content: bytes
    media_type: str = answers.XML_TYPE
    status: int = OK
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[[Caller, Given], bytes | Sent]


class ConflictError(AnswerError):
    """What the caller has seen is no longer what stands here (status 409, with words for its user)."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy, status=answers.CONFLICT)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One address of the network, behind the door."""

    #: Nobody comes here with a form of ours; signatures tell who comes.
    csrf_exempt: ClassVar[bool] = True

    view: View
    parameters: tuple[Parameter, ...]
    methods: tuple[str, ...]
    takes_document: bool
    open_to_all: bool

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request: with the document it asks for, or with the reason why not."""
        member = membership()
        if member is None:
            return HttpResponse(status=NOWHERE)
        # Users of other systems read our error texts; English is the language of the network's specifications.
        with override("en"):
            caller = told(lambda: self.admit(request, member))
            if isinstance(caller, Sent):
                return sealed(request, caller, to=None)
            return sealed(request, told(lambda: self.hear(request, caller)), to=caller.signed)

    def admit(self, request: HttpRequest, member: Membership) -> Caller:
        """Return who calls, or raise AnswerError."""
        answers.check_method(request.method or "", allowed=self.methods)
        if self.open_to_all:
            return Caller(heis=frozenset(), member=member)
        heis, signed = authenticated(request, member)
        return Caller(heis=heis, member=member, signed=signed, document=request.body)

    def hear(self, request: HttpRequest, caller: Caller) -> Sent:
        """Return what the endpoint says to a caller."""
        if self.takes_document:
            check_document(request)
        given = read_parameters(() if self.takes_document else pairs_of(request), *self.parameters)
        answer = self.view(caller, given)
        return answer if isinstance(answer, Sent) else Sent(content=answer)


def endpoint(
    *parameters: Parameter,
    methods: tuple[str, ...] = ("GET", "POST"),
    takes_document: bool = False,
    open_to_all: bool = False,
) -> Callable[[View], Endpoint]:
    """Turn a function of caller and parameters into an endpoint of the network."""

    def wrap(view: View) -> Endpoint:
        return Endpoint(
            view=view, parameters=parameters, methods=methods, takes_document=takes_document, open_to_all=open_to_all
        )

    return wrap


def told(run: Callable[[], T]) -> T | Sent:
    """Return what comes out, or the document that says why nothing did."""
    try:
        return run()
    except AnswerError as no:
        return refusal(no, status=no.status)
    except HansaError as no:
        return refusal(no, status=answers.BAD_REQUEST)
    except RequestDataTooBig:
        return refusal(AnswerError("The request is larger than this node accepts."), status=TOO_LARGE)
    except Exception as fault:  # noqa: BLE001 -- a partner must get a document, never a traceback
        LOG.warning("the network's door: %s at %s", type(fault).__name__, place(fault))
        return refusal(AnswerError("This node has an internal fault.", "Try again later."), status=BROKEN)


def refusal(no: HansaError, *, status: int) -> Sent:
    """Return the document for an error, with words for the user where the user can do something about it."""
    is_for_user = status == answers.CONFLICT or isinstance(no, RefusedError)
    users = (UserMessage(f"{no.message} {no.remedy}".strip(), "en"),) if is_for_user else ()
    return Sent(content=answers.write_error(answers.error_of(no, user_messages=users)), status=status)


def authenticated(request: HttpRequest, member: Membership) -> tuple[frozenset[str], signing.Signed | None]:
    """Return for whom a request speaks, by its signature or its TLS certificate, or raise AnswerError."""
    known = catalogue.current()
    if "Authorization" not in request.headers and member.certificate_header and settings.NODE.proxy:
        # The hospital's proxy checked that the caller holds the certificate's key, and passes it on.
        shown = unquote(request.headers.get(member.certificate_header, ""))
        if shown and (heis := known.heis_of_certificate(fingerprint(shown.encode()))):
            return heis, None
    asked = signing.Request(request.method or "", target_of(request), tuple(request.headers.items()), request.body)
    signed = signing.verify_request(asked, keys=known.client_key, hosts=[member.host], now=timezone.now())
    return known.heis_of_key(signed.key_id), signed


def target_of(request: HttpRequest) -> str:
    """Return path and query as they came over the wire, which is what was signed."""
    query = request.META.get("QUERY_STRING", "")
    return f"{request.path}?{query}" if query else request.path


def pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the parameters of a request in their order, or raise AnswerError."""
    text = request.META.get("QUERY_STRING", "")
    if request.method == "POST":
        if request.body:
            answers.check_type(request.content_type or "")
        text = request.body.decode("ascii", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PAIRS, errors="strict")
    except ValueError:
        raise AnswerError("The parameters cannot be read.", "Send them as application/x-www-form-urlencoded.") from None


def check_document(request: HttpRequest) -> None:
    """Raise AnswerError where a request brings no XML document."""
    if request.content_type not in ("text/xml", "application/xml"):
        raise AnswerError("The request brings no XML document.", "Send it as text/xml.", status=answers.WRONG_TYPE)


def sealed(request: HttpRequest, sent: Sent, *, to: signing.Signed | None) -> HttpResponse:
    """Return the answer, signed where the caller asks for it."""
    response = HttpResponse(sent.content, content_type=sent.media_type, status=sent.status, headers=dict(sent.headers))
    challenge = signing.CHALLENGE if sent.status == answers.UNAUTHENTICATED else {}
    signature = signature_of(sent, to=to) if signing.wants_signature(tuple(request.headers.items())) else {}
    for name, value in {**challenge, **signature}.items():
        response.headers[name] = value
    return response


def signature_of(sent: Sent, *, to: signing.Signed | None) -> Mapping[str, str]:
    """Return the headers that sign an answer; a node that has no key yet signs nothing."""
    said = signing.Response((("Content-Type", sent.media_type),), sent.content)
    try:
        return signing.sign_response(said, key=keys(), now=timezone.now(), to=to).headers
    except RefusedError:
        return {}
