"""The door of the network: who calls, with which parameters, and how the answer goes back.

    @endpoint("iias", parameters=(repeatable("iia_id", least=1, most=MOST),))
    def get(caller: Caller, given: Given) -> bytes:
        ...

Every call is known by the signature of a key, or by the TLS certificate, that the registry publishes for an
institution; an answer is signed where the caller asks for it. An error is the document that the specification wants,
and says no more than the caller may know.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from urllib.parse import parse_qsl, unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.network.membership import Membership, keys, membership
from hansa.kernel.jobs import place
from hansa.lib.errors import HansaError
from hansa.lib.ewp import answers, signing
from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.client_certificates import fingerprint
from hansa.lib.ewp.parameters import Parameter, read_parameters

LOG = logging.getLogger("hansa.exchange")
MOST_PAIRS = 1_000
NOWHERE, BROKEN, OK = 404, 500, 200
Given = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: the institutions for which its key or certificate speaks, and this node as a member."""

    heis: frozenset[str]
    member: Membership
    document: bytes = b""

    def demand(self, hei: str, *, name: str) -> None:
        """Refuse a caller who speaks for another institution than the one it names."""
        if hei not in self.heis:
            raise AnswerError(
                f"{name}: your key does not speak for this institution.",
                "Sign with the key that the registry publishes for it.",
            )


View = Callable[[Caller, Given], bytes]
Sealed = Callable[[HttpRequest], HttpResponse]


def endpoint(
    *parameters: Parameter,
    methods: tuple[str, ...] = ("GET", "POST"),
    takes_document: bool = False,
    open_to_all: bool = False,
    media_type: str = answers.XML_TYPE,
) -> Callable[[View], Sealed]:
    """Turn a function of caller and parameters into an endpoint of the network."""

    def wrap(view: View) -> Sealed:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            # Users of other systems read our error texts; English is the language of the network's specifications.
            with override("en"):
                return answered(request)

        def answered(request: HttpRequest) -> HttpResponse:
            member = membership()
            if member is None:
                return HttpResponse(status=NOWHERE)
            signed: signing.Signed | None = None
            try:
                answers.check_method(request.method or "", allowed=methods)
                heis: frozenset[str] = frozenset()
                if not open_to_all:
                    heis, signed = authenticated(request, member)
                document = document_of(request) if takes_document else b""
                given = read_parameters(() if takes_document else pairs_of(request), *parameters)
                content, status = view(Caller(heis=heis, member=member, document=document), given), OK
            except AnswerError as no:
                content, status = answers.write_error(answers.error_of(no)), no.status
            except HansaError as no:
                content, status = answers.write_error(answers.error_of(no)), answers.BAD_REQUEST
            except Exception as fault:  # noqa: BLE001 -- a partner must get a document, never a traceback
                LOG.warning("%s: %s at %s", request.path, type(fault).__name__, place(fault))
                content, status = answers.write_error(answers.ErrorResponse("This node has an internal fault.")), BROKEN
            return sealed(request, content, status=status, signed=signed, media_type=media_type)

        return answer

    return wrap


def authenticated(request: HttpRequest, member: Membership) -> tuple[frozenset[str], signing.Signed | None]:
    """Return for whom a request speaks, by its signature or its TLS certificate, or raise AnswerError."""
    known = catalogue.current()
    if "Authorization" not in request.headers and member.certificate_header and settings.NODE.proxy:
        # The hospital's proxy checked that the caller holds the certificate's key, and passes it on.
        shown = unquote(request.headers.get(member.certificate_header, ""))
        if shown and (heis := known.heis_of_certificate(fingerprint(shown.encode()))):
            return heis, None
    asked = signing.Request(request.method or "", request.get_full_path(), tuple(request.headers.items()), request.body)
    signed = signing.verify_request(asked, keys=known.client_key, hosts=[member.host], now=timezone.now())
    return known.heis_of_key(signed.key_id), signed


def pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the parameters of a request in their order, or raise AnswerError."""
    if request.method == "POST":
        answers.check_type(request.content_type or "")
        text = request.body.decode("ascii", "replace")
    else:
        text = request.META.get("QUERY_STRING", "")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PAIRS, errors="strict")
    except ValueError:
        raise AnswerError("The parameters cannot be read.", "Send them as application/x-www-form-urlencoded.") from None


def document_of(request: HttpRequest) -> bytes:
    """Return the XML document that a request brings, or raise AnswerError."""
    if (request.content_type or "") not in ("text/xml", "application/xml"):
        raise AnswerError("The request brings no XML document.", "Send it as text/xml.", status=answers.WRONG_TYPE)
    return request.body


def sealed(
    request: HttpRequest, content: bytes, *, status: int, signed: signing.Signed | None, media_type: str
) -> HttpResponse:
    """Return the answer, signed where the caller asks for it."""
    response = HttpResponse(content, content_type=media_type, status=status)
    if status == answers.UNAUTHENTICATED:
        for name, value in signing.CHALLENGE.items():
            response.headers[name] = value
    if signing.wants_signature(tuple(request.headers.items())):
        said = signing.Response((("Content-Type", media_type),), content)
        for name, value in signing.sign_response(said, key=keys(), now=timezone.now(), to=signed).headers.items():
            response.headers[name] = value
    return response
