"""With what the forms of exchange are filled when they open: what is there already, or what is most likely meant."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone

from hansa.areas.exchange.models import Application, Mobility, Plan
from hansa.areas.exchange.queries import comparison, gate
from hansa.areas.exchange.queries.conditions import shown
from hansa.areas.exchange.queries.named import row_named
from hansa.kernel.pages import Asked

Given = dict[str, Any]
WRITTEN = (
    "given_names",
    "family_name",
    "birth_date",
    "nationality",
    "gender",
    "email",
    "field",
    "cycle",
    "wishes",
    "esi",
    "language",
    "language_level",
)
OFFERED = (
    "title",
    "department",
    "language",
    "language_level",
    "code",
    "credits",
    "term",
    "supervisor",
    "capacity",
    "first_day",
    "last_day",
    "checks",
    "description",
)
DESCRIBED = (
    "name",
    "street",
    "city",
    "country",
    "website",
    "email",
    "phone",
    "contact_given_names",
    "contact_family_name",
    "contact_position",
    "abbreviation",
    "postal_code",
    "units",
)
INFORMED = (
    "nominations_autumn",
    "nominations_spring",
    "applications_autumn",
    "applications_spring",
    "decision_weeks",
    "transcript_weeks",
    "housing",
    "visa",
    "insurance",
    "requirements",
)


def initial(action: str, asked: Asked) -> Given:
    """Return with what the form of an action is filled when it opens."""
    return INITIAL[action](asked) if action in INITIAL else {}


def held(*names: str) -> Callable[[Asked], Given]:
    """Return a filling with what the record says now."""
    return lambda asked: {name: getattr(asked.record, name) for name in names}


def written(data: Any) -> str:
    """Return data as JSON that people can go on writing."""
    return json.dumps(data, indent=2, ensure_ascii=False) if data else ""


def about_oneself(asked: Asked) -> Given:
    """Return what somebody wrote in the last application, so that nobody writes it twice."""
    last = Application.objects.filter(person=asked.person).order_by("-updated").first()
    if last is None:
        return {}
    return {name: getattr(last, name) for name in WRITTEN if name not in ("wishes", "language", "language_level")}


def application(asked: Asked) -> Given:
    """Return what an application says so far."""
    return {**held(*WRITTEN)(asked), "motivation": asked.record.answers.get("motivation", "")}


def points(asked: Asked) -> Given:
    """Return every criterion of the call, with the points so far, to be filled in."""
    row = asked.record
    return {"points": {one["name"]: row.points.get(one["name"], "") for one in row.call.criteria}}


def next_plan(asked: Asked) -> Given:
    """Return what the plan before says, of which this becomes the next version."""
    stay = row_named(Mobility.objects.all(), asked.given.get("mobility", ""))
    before = stay.plans.order_by("-number").first() if stay is not None else None
    return document(before) if before is not None else {}


def document(plan: Plan) -> Given:
    """Return a plan as its form has it."""
    whole = plan.document
    return {"components": written(whole["components"]), "home": written(whole["home"]), "terms": whole["terms"]}


def dates(asked: Asked) -> Given:
    """Return the first and last day of a stay as they are now."""
    row = asked.record
    return {"starts": row.starts, "ends": row.ends}


def today(_asked: Asked) -> Given:
    """Return today for a day on which something is confirmed."""
    return {"day": timezone.localdate()}


def courses(asked: Asked) -> Given:
    """Return the courses or rotations of the plan that all three signed, without the grades."""
    row = asked.record
    plan = gate.plan_in_force(row)
    found = plan.document["components"] if plan is not None else []
    return {"courses": written([course(one, number) for number, one in enumerate(found, start=1)])}


def course(part: Any, number: int) -> Given:
    """Return a component of a plan as a line of a transcript, to be completed."""
    code = part.get("code") or f"R{number}"
    line = {"code": code, "title": part["title"], "credits": part.get("credits", ""), "grade": "", "passed": True}
    if "department" not in part:
        return line
    days = (date.fromisoformat(part["last"]) - date.fromisoformat(part["first"])).days + 1
    return {**line, "department": part["department"], "hours": part["hours"], "days": days, "assessment": ""}


def conditions(asked: Asked) -> Given:
    """Return the conditions of an agreement of the network as its form has them."""
    row = asked.record
    ours, _theirs = comparison.copies(row)
    return {"conditions": written([shown(one, partner=row.partner) for one in ours.conditions])} if ours else {}


INITIAL: dict[str, Callable[[Asked], Given]] = {
    "applications.apply": about_oneself,
    "applications.revise": application,
    "applications.assess": points,
    "offers.revise": held(*OFFERED),
    "plans.draft": next_plan,
    "plans.draft_own": next_plan,
    "plans.revise": lambda asked: document(asked.record),
    "plans.revise_own": lambda asked: document(asked.record),
    "mobilities.confirm": dates,
    "mobilities.arrive": today,
    "mobilities.depart": today,
    "mobilities.transcribe": courses,
    "iias.revise": conditions,
    "profiles.revise": held(*DESCRIBED),
    "profiles.inform": held(*INFORMED),
}
