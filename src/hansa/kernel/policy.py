"""Policy: what the memoranda in force say about a request, asked in one place.

The answer itself is computed by the pure ``hansa.lib.decision``; this module only
brings it the agreements this node holds, the vocabularies of its areas and the
time.
"""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils import timezone

from hansa.lib.agreement import StandingAgreement
from hansa.lib.decision import Decision, Request, decide
from hansa.lib.errors import RefusedError
from hansa.lib.terms import Vocabulary

VOCABULARIES: dict[str, Vocabulary] = {}


class ClauseError(RefusedError):
    """The memorandum does not permit it; the decision says under which clause."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason, decision.remedy)
        self.decision = decision


def standing() -> tuple[StandingAgreement, ...]:
    """Return every memorandum that was ever in force here, as it stands now."""
    # Found by name: a record asks this module, so this module imports no record.
    memoranda: Any = apps.get_model("kernel", "Agreement")
    return tuple(agreement.standing() for agreement in memoranda.objects.binding())


def answer(request: Request, *, now: datetime | None = None) -> Decision:
    """Return what the memoranda say about a request."""
    return decide(standing(), request, now=now or timezone.now(), vocabularies=VOCABULARIES)


def demand(request: Request) -> Decision:
    """Return the permission for a request, or refuse with the clause and the remedy."""
    return granted(answer(request), by_person=request.by_person)


def granted(decision: Decision, *, by_person: bool) -> Decision:
    """Return a decision that lets it happen, or refuse with the clause and the remedy."""
    if decision.outcome == "deny" or (decision.outcome == "person" and not by_person):
        raise ClauseError(decision)
    return decision
