"""What the international office does with calls: open, extend, close, rank, cancel."""

import secrets
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call
from hansa.areas.exchange.models.calls import IIA
from hansa.areas.exchange.queries import calls
from hansa.areas.exchange.rules import NOMINATE
from hansa.areas.exchange.states import ApplicationState
from hansa.areas.exchange.states import CallState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.models import Person
from hansa.lib import shapes
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp.terms import year_of
from hansa.lib.exchange import ranking

CycleName = Literal["any", "short", "bachelor", "master", "doctoral"]
LevelName = Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"]
MOST_DESTINATIONS = 100
MOST_CRITERIA = 20
MOST_WEIGHT = 1_000
LONGEST_CRITERION = 80
MOST_DOCUMENTS = 15
LONGEST_DOCUMENT = 40
MOST_WISHES = 20
ENDS_HERE = "Nobody is promised anything by ending a call, so it needs no clause."


@action(needs="calls.open", source=(NEW,), target=(State.OPEN,), permit=NOMINATE)
def open(  # noqa: A001 -- the word of the field, and the verb of the action
    call: Call,
    *,
    by: Person,
    title: str,
    places: list[str],
    deadline: datetime,
    starts: date,
    ends: date,
    criteria: list[str],
    cycle: CycleName = "any",
    requirements: str = "",
    language_level: LevelName = "none",
    documents: list[str] | None = None,
    most_wishes: int = 3,
) -> None:
    """Open a call.

    People of this institution can apply until the deadline. Criteria and weights are published with it, and so is the
    seed of the lot for ties: nothing of this can be changed once somebody may apply.
    """
    call.title, call.cycle, call.language_level = title, cycle, language_level
    call.starts, call.ends, call.year = starts, ends, year_of(starts)
    call.deadline, call.requirements = aware(deadline), requirements
    call.criteria = criteria_of(criteria)
    call.documents, call.most_wishes = listed(documents or []), most_wishes
    call.seed = secrets.token_hex(16)
    demand_order(call)
    put_places(call, places)


def demand_order(call: Call) -> None:
    """Refuse a call whose days are out of order, or that allows no wish or endless ones."""
    if call.ends < call.starts:
        raise GivenError({"ends": _("It is before the first day.")})
    if not timezone.now() < call.deadline:
        raise GivenError({"deadline": _("The deadline is in the past.")})
    if not 1 <= call.most_wishes <= MOST_WISHES:
        raise GivenError({"most_wishes": _("Give a number from 1 to {most}.").format(most=MOST_WISHES)})


def put_places(call: Call, keys: list[str]) -> None:
    """Write where one can go, with the places that are left there now."""
    if not 1 <= len(keys) <= MOST_DESTINATIONS:
        raise GivenError({"places": _("Choose from 1 to {most}.").format(most=MOST_DESTINATIONS)})
    found = [calls.destination(key) for key in keys]
    demand_alike(found)
    call.kind = found[0].kind
    named = zip(found, calls.names_of([one.institution for one in found]), strict=True)
    call.destinations = [
        {"institution": one.institution, "name": name, "places": 0, "basis": one.basis, "clause": one.clause}
        for one, name in named
    ]
    left = calls.left(call)
    call.destinations = [{**there, "places": left[there["institution"]]} for there in call.destinations]
    under = next((one for one in found if not one.basis.startswith(IIA)), None)
    call.agreement, call.clause = (under.basis, under.clause) if under is not None else ("", "")


def demand_alike(found: list[calls.Destination]) -> None:
    """Refuse places for several kinds of stay, and an institution that stands there twice."""
    if len({one.institution for one in found}) < len(found):
        raise GivenError({"places": _("An institution stands there twice; open a second call for the other.")})
    if len({one.kind for one in found}) > 1:
        raise GivenError({"places": _("Choose places for one kind of stay.")})


def criteria_of(lines: list[str]) -> list[dict[str, Any]]:
    """Return criteria written as lines "name = weight", or say what is wrong with them; a weight left out is 1."""
    found: list[dict[str, Any]] = []
    for line in lines:
        name, _sign, weight = (part.strip() for part in line.partition("="))
        is_weight = weight.isascii() and weight.isdigit() and int(weight) <= MOST_WEIGHT
        found.append({"name": name, "weight": (int(weight) if is_weight else 0) if weight else 1})
    is_clear = all(shapes.is_clean(one["name"]) and len(one["name"]) <= LONGEST_CRITERION for one in found)
    try:
        ranking.check([ranking.Criterion(one["name"], one["weight"]) for one in found])
    except InvalidError:
        is_clear = False
    if not is_clear or len(found) > MOST_CRITERIA:
        raise GivenError(
            {
                "criteria": _("Write at most {most}, each once, as: name = weight, from 1 to {weight}.").format(
                    most=MOST_CRITERIA, weight=MOST_WEIGHT
                )
            }
        )
    return found


def listed(given: list[str]) -> list[str]:
    """Return the documents asked for, or say what is wrong with them."""
    is_right = all(shapes.is_clean(one) and 1 <= len(one.strip()) <= LONGEST_DOCUMENT for one in given)
    if not is_right or len(given) > MOST_DOCUMENTS or len(set(given)) < len(given):
        raise GivenError(
            {
                "documents": _("Name at most {most} documents, each once, with at most {longest} letters.").format(
                    most=MOST_DOCUMENTS, longest=LONGEST_DOCUMENT
                )
            }
        )
    return given


def aware(moment: datetime) -> datetime:
    """Return a moment with its time zone; one without is meant in the node's."""
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


@action(needs="calls.open", source=(State.OPEN, State.CLOSED), target=(State.OPEN,), permit=NOMINATE)
def extend(call: Call, *, by: Person, deadline: datetime) -> None:
    """Extend the deadline.

    A call that was closed is open again. A deadline can only be moved to later.
    """
    if aware(deadline) <= max(call.deadline, timezone.now()):
        raise GivenError({"deadline": _("It is not later than the deadline that stands, or than now.")})
    call.deadline = aware(deadline)


@action(needs="calls.close", source=(State.OPEN,), target=(State.CLOSED,), because=ENDS_HERE)
def close(call: Call, *, by: Person, reason: str = "") -> None:
    """Close the call.

    Nobody can hand in any more. Before the deadline, on which people rely, it takes a reason, which they read.
    """
    if timezone.now() < call.deadline and not reason:
        raise GivenError({"reason": _("The deadline has not passed; say why nobody can hand in any more.")})
    call.comment = reason


@action(needs="calls.cancel", source=(State.OPEN, State.CLOSED), target=(State.CANCELLED,), because=ENDS_HERE)
def cancel(call: Call, *, by: Person, reason: str) -> None:
    """Cancel the call.

    Everybody who applied reads the reason. It cannot be taken back; open a new call instead.
    """
    call.comment = reason
    ended = (ApplicationState.SUBMITTED, *calls.HOLDING, ApplicationState.RESERVE)
    for row in call.applications.select_for_update().filter(state__in=ended):
        row.state, row.outcome, row.reason = ApplicationState.DECLINED, "", reason
        row.save()


@action(needs="calls.rank", source=(State.CLOSED,), target=(State.RANKED,), permit=NOMINATE)
def rank(call: Call, *, by: Person) -> None:
    """Rank the applications.

    By the published criteria and weights, ties by the published lot. Each applicant gets the first wish that still has
    a place when their turn comes, or the waiting list; every line says why.
    """
    rows = list(call.applications.select_for_update().filter(state=ApplicationState.SUBMITTED))
    demand_assessed(rows, call)
    call.ranking = calls.ranked(call, rows, left=calls.left(call))
    by_id = {str(row.pk): row for row in rows}
    for line in call.ranking["lines"]:
        place(by_id[line["application"]], line)


def demand_assessed(rows: list[Application], call: Call) -> None:
    """Refuse to rank while somebody has no points yet."""
    names = {one["name"] for one in call.criteria}
    open_still = sum(row.is_eligible and set(row.points) != names for row in rows)
    if open_still:
        raise RefusedError(
            _("{number} of {all} applications are not assessed yet.").format(number=open_still, all=len(rows)),
            _("Give each its points, or say why it is not eligible; then rank."),
        )


def place(row: Application, line: dict[str, Any]) -> None:
    """Write what the ranking says into an application."""
    row.rank, row.outcome = line["rank"], line["destination"]
    if not row.is_eligible:
        row.state = ApplicationState.DECLINED
    else:
        score = Fraction(line["score"])
        row.score = (Decimal(score.numerator) / Decimal(score.denominator)).quantize(Decimal("0.0001"))
        row.state = ApplicationState.SELECTED if row.outcome else ApplicationState.RESERVE
        row.reason = line["why"]
    row.save()
