"""What every answer of the node says to the browser, and what no request may do.

Pages run no script and no style that is not a file of this node: a page that
needs an exception marks it with ``request.csp_nonce``. A request may not be
larger than its address allows, and one caller may not keep the API to itself.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _

from hansa.kernel.actions import ACTIONS
from hansa.kernel.areas import doors
from hansa.kernel.files import takes_files

Answer = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


@dataclass
class Buckets:
    """One bucket of tokens for each caller: it empties with requests and fills with time."""

    rate: float
    burst: float
    callers: int = 10_000
    _full: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, caller: str, *, now: float) -> float:
        """Take one token and return 0, or return how many seconds it takes until there is one."""
        with self._lock:
            left, then = self._full.pop(caller, (self.burst, now))
            left = min(self.burst, left + (now - then) * self.rate)
            taken = left >= 1
            self._full[caller] = (left - 1 if taken else left, now)
            if len(self._full) > self.callers:
                self._full.popitem(last=False)
        return 0.0 if taken else (1 - left) / self.rate


class SecurityMiddleware:
    """Refuse what is too large or too often, and tell the browser what it may do."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.buckets = Buckets(rate=settings.API_RATE, burst=settings.API_BURST)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or refuse it at the door."""
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]  # reason: Django 6 knows this attribute, 5.2 does not yet
        if is_door(request.path):
            forget_session(request)
        response = self.refusal(request) or self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def refusal(self, request: HttpRequest) -> HttpResponse | None:
        """Return the answer to a request that is too large or too often, or None."""
        if too_large(request):
            return refused(
                request, _("This is larger than the node accepts."), remedy=_("Send less at once."), status=413
            )
        if not is_for_programs(request):
            return None
        wait = self.buckets.take(request.META.get("REMOTE_ADDR", ""), now=time.monotonic())
        if not wait:
            return None
        answer = refused(
            request, _("These are too many requests at once."), remedy=_("Wait a moment and go on."), status=429
        )
        answer.headers["Retry-After"] = str(int(wait) + 1)
        return answer


def is_for_programs(request: HttpRequest) -> bool:
    """Tell whether a program reads the answer, not a person."""
    return request.path.startswith(("/api/", *settings.LETTER_PATHS, *doors()))


def is_door(path: str) -> bool:
    """Tell whether an area declared that only machines knock here."""
    return path.startswith(doors())


def forget_session(request: HttpRequest) -> None:
    """Take from a request whatever a browser adds by itself, so that no form of another house can speak for anybody."""
    request.META.pop("HTTP_COOKIE", None)
    # Nothing is left that a forged form could use.
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001 -- Django's own switch


def too_large(request: HttpRequest) -> bool:
    """Tell whether the body is larger than its address allows."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdigit() or int(length) > limit_of(request.path)


def limit_of(path: str) -> int:
    """Return how large a body this address takes."""
    if path.startswith(settings.LETTER_PATHS):
        return int(settings.LETTER_LIMIT)
    if is_door(path):
        return int(settings.DOOR_LIMIT)
    if not takes_file(path):
        return int(settings.BODY_LIMIT)
    return int(settings.UPLOAD_LIMIT_OF_PROGRAMS if path.startswith("/api/") else settings.UPLOAD_LIMIT)


def takes_file(path: str) -> bool:
    """Tell whether an address is that of an action one of whose inputs is a file."""
    words = path.removeprefix("/api").strip("/").split("/")
    action = ACTIONS.get(f"{words[0]}.{words[-1]}")
    return action is not None and takes_files(action.inputs)


def refused(request: HttpRequest, message: str, *, remedy: str, status: int) -> HttpResponse:
    """Say no in the form that the caller reads."""
    if is_for_programs(request):
        return JsonResponse({"message": message, "remedy": remedy}, status=status)
    return HttpResponse(f"{message} {remedy}\n", content_type="text/plain; charset=utf-8", status=status)


class StrangersMiddleware:
    """Take files only from people of this node: nothing large of a stranger is read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, or refuse a large one before anybody looks into it."""
        if is_large(request) and not shows_token(request) and not request.user.is_authenticated:
            return refused(request, _("Nobody is signed in."), remedy=_("Sign in, then send it again."), status=403)
        return self.get_response(request)


def is_large(request: HttpRequest) -> bool:
    """Tell whether the body is as large as only files are."""
    return not request.path.startswith(settings.LETTER_PATHS) and (
        int(request.META.get("CONTENT_LENGTH") or 0) > settings.BODY_LIMIT
    )


def shows_token(request: HttpRequest) -> bool:
    """Tell whether a program shows a token, which the API looks at before it reads the body."""
    return request.path.startswith("/api/") and "HTTP_AUTHORIZATION" in request.META


class LanguageMiddleware:
    """Speak the language that the person chose in their account."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's language."""
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
