"""Answers: every refusal and every fault as one JSON object with a sentence and a remedy.

A program reads ``error``, one word; its person reads ``message`` and ``remedy``. What
went wrong inside the node is told by its kind alone, here and in the log, because the
text of a stranger's exception may hold a patient's data.
"""

import errno
import logging
from typing import Any

from django.db import DatabaseError, OperationalError
from django.http import JsonResponse
from django.utils.translation import gettext as _

from hansa.kernel.actions import GivenError, StateError
from hansa.kernel.inbox import AlarmError, GapError
from hansa.kernel.jobs import place
from hansa.kernel.policy import ClauseError
from hansa.kernel.sessions import EntryError
from hansa.kernel.throttle import ThrottledError
from hansa.lib.errors import DisclosureError, HansaError, InvalidError, ProofError, UnreachableError

LOG = logging.getLogger("hansa.api")
BUSY, FULL, FAULT = 503, 507, 500
#: The first kind that fits counts; whatever is not listed is a refusal.
STATUS: tuple[tuple[type[HansaError], int], ...] = (
    (EntryError, 401),
    (ThrottledError, 429),
    (GapError, 409),
    (AlarmError, 409),
    (StateError, 409),
    (ProofError, 409),
    (DisclosureError, 409),
    (InvalidError, 400),
    (UnreachableError, BUSY),
)
REFUSED = 403


def status_of(fault: HansaError) -> int:
    """Return the HTTP status that fits an error."""
    return next((status for kind, status in STATUS if isinstance(fault, kind)), REFUSED)


def told(fault: HansaError) -> dict[str, Any]:
    """Return an error as the caller reads it."""
    word = type(fault).__name__.removesuffix("Error").lower()
    found: dict[str, Any] = {"error": word, "message": str(fault.message), "remedy": str(fault.remedy)}
    if isinstance(fault, GapError):
        found["expected"] = fault.expected
    if isinstance(fault, GivenError):
        found["faults"] = {name: str(what) for name, what in fault.faults.items()}
    if isinstance(fault, ClauseError):
        found |= {"clause": fault.decision.clause, "agreement": fault.decision.agreement}
    return found


def refusal(fault: HansaError) -> JsonResponse:
    """Answer with an error that was raised on purpose."""
    return JsonResponse(told(fault), status=status_of(fault))


def no(word: str, message: str, *, remedy: str, status: int) -> JsonResponse:
    """Answer with an error that has no class of its own."""
    return JsonResponse({"error": word, "message": message, "remedy": remedy}, status=status)


def breakdown(fault: Exception) -> JsonResponse:
    """Answer for a fault that nobody raised on purpose; only its kind and place are told."""
    LOG.error("%s at %s", type(fault).__name__, place(fault))
    if is_full(fault):
        return no(
            "full",
            _("This node has no room left on its disk; nothing was stored."),
            remedy=_("Nothing is lost: try again after its administrator has made room."),
            status=FULL,
        )
    if isinstance(fault, DatabaseError):
        answer = no(
            "busy",
            _("The database of this node cannot answer now; nothing was stored."),
            remedy=_("Nothing is lost: try again in a moment."),
            status=BUSY,
        )
        answer.headers["Retry-After"] = "1"
        return answer
    return no(
        "fault",
        _("This node met an internal fault ({kind}); nothing was stored.").format(kind=type(fault).__name__),
        remedy=_("Tell the administrator of this node the time; its log knows the place."),
        status=FAULT,
    )


def is_full(fault: Exception) -> bool:
    """Tell whether a disk without room is behind a fault."""
    if isinstance(fault, OSError):
        return fault.errno == errno.ENOSPC
    text = str(fault).lower()
    return isinstance(fault, OperationalError) and any(
        words in text for words in ("disk is full", "disk full", "no space left")
    )
