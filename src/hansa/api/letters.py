"""The door of the letters: where other nodes hand in envelopes and collect theirs.

Three addresses and no session: who knocks is known by the signature on the envelope or
under the call. Everything that is decided is decided in the kernel; here an HTTP
request becomes a call of it, and its answer or its error an HTTP response.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hansa.api.answers import breakdown, no, refusal
from hansa.kernel import door, recall
from hansa.lib.canonical import JSON, parse
from hansa.lib.errors import HansaError, InvalidError

CONTENT_TYPE = "application/json"


@csrf_exempt
@require_POST
def hand_in(request: HttpRequest) -> HttpResponse:
    """Take an envelope: answer with the sealed receipt, or 202 where it is only kept."""
    return answered(request, take)


@csrf_exempt
@require_POST
def collect(request: HttpRequest) -> HttpResponse:
    """Hand out the envelopes that wait for an institution which only dials out."""
    return answered(request, give)


@csrf_exempt
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Tell a partner what this node saw of it, which a partner asks that was brought back from a copy."""
    return answered(request, tell)


def take(body: dict[str, JSON]) -> JsonResponse:
    """Hand an envelope to the kernel's door."""
    reply = door.hand_in(body)
    if reply is None:
        return JsonResponse({}, status=202)
    return JsonResponse({"envelope": reply})


def give(body: dict[str, JSON]) -> JsonResponse:
    """Ask the kernel's door what waits for the caller."""
    return JsonResponse({"envelopes": door.collect(body.get("from"), body.get("call"))})


def tell(body: dict[str, JSON]) -> JsonResponse:
    """Ask the kernel what it saw of the caller."""
    return JsonResponse({"seen": recall.answer(body.get("from"), body.get("question"))})


def answered(request: HttpRequest, ask: Callable[[dict[str, JSON]], JsonResponse]) -> HttpResponse:
    """Read the body, ask, and turn whatever is raised into an answer with a remedy."""
    if request.content_type != CONTENT_TYPE:
        return no(
            "type",
            _("A letter comes as JSON, not as '{kind}'.").format(kind=request.content_type),
            remedy=_("Send it with the content type application/json."),
            status=415,
        )
    try:
        return ask(read(request))
    except HansaError as fault:
        return refusal(fault)
    except Exception as fault:  # noqa: BLE001 -- another node must get a sentence, never a traceback
        return breakdown(fault)


def read(request: HttpRequest) -> dict[str, Any]:
    """Return the body as a JSON object, or raise InvalidError."""
    body = parse(request.body)
    if not isinstance(body, dict):
        raise InvalidError("The letter is not a JSON object.", "Both nodes must speak version 1 of the letters.")
    return body
