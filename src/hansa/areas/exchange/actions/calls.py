"""What the international office does with calls: open, extend, close, rank, cancel."""

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call
from hansa.areas.exchange.queries import places
from hansa.areas.exchange.rules import NOMINATE
from hansa.areas.exchange.states import ApplicationState, Level
from hansa.areas.exchange.states import CallState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.models import Person
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp.terms import year_of
from hansa.lib.exchange import ranking

AT_HOME = "Applications and their order stay in this house."
FOUR_PLACES = Decimal("0.0001")


def criteria_of(lines: list[str]) -> list[dict[str, Any]]:
    """Return criteria written as lines "name = weight", or raise GivenError."""
    found: list[dict[str, Any]] = []
    for line in lines:
        name, _sign, weight = (part.strip() for part in line.partition("="))
        found.append({"name": name, "weight": int(weight) if weight.isdigit() else 1 if not weight else 0})
    try:
        ranking.check([ranking.Criterion(one["name"], one["weight"]) for one in found])
    except InvalidError as wrong:
        raise GivenError({"criteria": str(wrong)}) from wrong
    return found


@action(needs="calls.open", source=(NEW,), target=(State.OPEN,), permit=NOMINATE)
def open(  # noqa: A001 -- what an office does with a call
    call: Call,
    *,
    by: Person,
    title: str,
    places: list[str],
    deadline: datetime,
    starts: date,
    ends: date,
    criteria: list[str],
    cycle: Literal["any", "short", "bachelor", "master", "doctoral"] = "any",
    requirements: str = "",
    language_level: Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"] = "none",
    documents: list[str] | None = None,
    most_wishes: int = 3,
) -> None:
    """Open a call.

    Participants of this institution can apply until the deadline for the places you choose. The criteria by which they
    will be put in order are published with it.
    """
    if deadline <= timezone.now():
        raise GivenError({"deadline": _("This moment is over.")})
    if ends < starts:
        raise GivenError({"ends": _("It is before the first day.")})
    call.destinations = [destination(key) for key in places]
    kinds = {one.pop("kind") for one in call.destinations}
    if len(kinds) != 1:
        raise GivenError({"places": _("Choose places for one kind of stay.")})
    call.kind, call.year = kinds.pop(), year_of(starts)
    call.title, call.cycle, call.requirements = title, cycle, requirements
    call.language_level = Level(language_level)
    call.deadline, call.starts, call.ends = deadline, starts, ends
    call.criteria, call.documents, call.most_wishes = criteria_of(criteria), documents or [], most_wishes
    # Drawn before anybody applies, so that nobody can know which lot an application will have.
    call.seed = secrets.token_hex(32)


def destination(key: str) -> dict[str, Any]:
    """Return a destination of a call: where one can go, and under what."""
    found = places.place_named(key, sending=own().id)
    return {
        "kind": found.kind,
        "institution": found.receiving,
        "name": places.name_of(found.receiving),
        "places": found.places,
        "basis": found.agreement,
        "clause": found.clause,
    }


@action(needs="calls.open", source=(State.OPEN,), target=(State.OPEN,), because=AT_HOME)
def extend(call: Call, *, by: Person, deadline: datetime) -> None:
    """Extend the deadline.

    Whoever has applied already stays in.
    """
    if deadline <= call.deadline:
        raise GivenError({"deadline": _("It is not later than the present deadline.")})
    call.deadline = deadline


@action(needs="calls.close", source=(State.OPEN,), target=(State.CLOSED,), because=AT_HOME)
def close(call: Call, *, by: Person) -> None:
    """Close the call.

    Nobody can apply any more. Applications that were not handed in are not considered.
    """


@action(needs="calls.rank", source=(State.CLOSED,), target=(State.RANKED,), because=AT_HOME)
def rank(call: Call, *, by: Person) -> None:
    """Put the applications in order.

    By the published criteria; equal scores by lot. Everybody gets the first wish that is still free, or a place on the
    waiting list. The order and its reasons are kept, by number and without names.
    """
    rows = {str(row.pk): row for row in call.applications.filter(state=ApplicationState.SUBMITTED)}
    entries = [
        ranking.Entry(id=key, points=row.points, wishes=row.wishes, excluded=row.reason) for key, row in rows.items()
    ]
    criteria = [ranking.Criterion(one["name"], one["weight"]) for one in call.criteria]
    try:
        lines = ranking.rank(entries, criteria, places=free(call), seed=call.seed)
    except InvalidError as wrong:
        raise RefusedError(
            _("An application has no points yet: {why}").format(why=wrong.message), _("Assess every application first.")
        ) from wrong
    call.ranking = [
        {"application": line.id, "rank": line.rank, "score": f"{float(line.score or 0):.4f}", "why": line.why}
        for line in lines
    ]
    for line in lines:
        settle(rows[line.id], line)


def free(call: Call) -> dict[str, int]:
    """Return how many places are still free at each destination of a call."""
    found: dict[str, int] = {}
    for one in call.destinations:
        taken = places.taken_under(one["basis"], one["clause"], receiving=one["institution"], year=call.year)
        found[one["institution"]] = found.get(one["institution"], 0) + max(0, one["places"] - taken)
    return found


def settle(row: Application, line: ranking.Line) -> None:
    """Write where an application stands."""
    row.rank, row.outcome, row.reason = line.rank, line.outcome, line.why
    row.score = Decimal(line.score.numerator) / Decimal(line.score.denominator) if line.score is not None else None
    row.score = row.score.quantize(FOUR_PLACES) if row.score is not None else None
    eligible = ApplicationState.SELECTED if line.outcome else ApplicationState.RESERVE
    row.state = eligible if line.rank is not None else ApplicationState.DECLINED
    row.save()


@action(needs="calls.cancel", source=(State.OPEN, State.CLOSED), target=(State.CANCELLED,), because=AT_HOME)
def cancel(call: Call, *, by: Person, reason: str) -> None:
    """Cancel the call.

    Nobody is selected; participants read the reason.
    """
    call.requirements = f"{call.requirements}\n\n{reason}".strip()
    for row in call.applications.filter(state__in=(ApplicationState.DRAFT, ApplicationState.SUBMITTED)):
        row.state, row.reason = ApplicationState.DECLINED, reason
        row.save()
