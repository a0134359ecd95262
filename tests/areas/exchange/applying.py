"""Calls with applicants, made by real actions."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Application, Call, Iia
from hansa.kernel.models import Person
from tests.areas.exchange.scene import ENDS, STARTS, Scene
from tests.conftest import given

WRITTEN = {
    "given_names": "Anna",
    "family_name": "Muster",
    "birth_date": date(2003, 4, 5),
    "nationality": "DE",
    "gender": "female",
    "email": "anna@charite.example",
    "field": 912,
    "cycle": "master",
}


def soon() -> Any:
    """Return a moment that is not over for some days."""
    return timezone.now() + timedelta(days=9)


def opened(scene: Scene, clause: str = "5.1", **changes: Any) -> Call:
    """Open a call for what a clause gives."""
    about = {
        "title": "A term abroad",
        "places": [scene.place(clause)],
        "deadline": soon(),
        "starts": STARTS,
        "ends": ENDS,
        "criteria": ["marks = 3", "letter"],
    }
    return actions.calls.open(Call(), by=scene["officer"], **{**about, **changes})


def somebody(name: str) -> Person:
    """Return one more participant."""
    with given():
        made = Person(username=name, name=name.title(), roles=["participant"], state="active")
        made.save()
    return made


def applied(scene: Scene, call: Call, name: str = "", **changes: Any) -> Application:
    """Let somebody write and hand in an application."""
    by = somebody(name) if name else scene["participant"]
    about = {**WRITTEN, "email": f"{by.username}@charite.example", "wishes": [scene.side.id], **changes}
    made = actions.applications.apply(Application(), by=by, call=str(call.pk), **about)
    return actions.applications.submit(made, by=by)


def assessed(scene: Scene, row: Application, marks: str, letter: str = "0") -> Application:
    """Let the office give points."""
    return actions.applications.assess(row, by=scene["officer"], points={"marks": marks, "letter": letter})


def ranked(scene: Scene, call: Call) -> Call:
    """Close a call and rank it."""
    actions.calls.close(call, by=scene["officer"], reason="All are in.")
    return actions.calls.rank(call, by=scene["officer"])


def over(call: Call) -> Call:
    """Let the deadline of a call have passed."""
    with given():
        call.deadline = timezone.now() - timedelta(minutes=1)
        call.save()
    return call


def agreed(*, places: int = 2, **changes: Any) -> Iia:
    """Return an agreement of the network that both approved."""
    condition = {
        "kind": "student-studies",
        "sending": "charite.de",
        "receiving": "uu.se",
        "first_year": "2026/2027",
        "last_year": "2027/2028",
        "places": places,
        "fields": ["0912"],
        "eqf": [7],
    }
    about = {"partner": "uu.se", "title": "Uppsala", "approved_here": "a", "approved_there": "b"}
    with given():
        made = Iia(**{"state": "in_force", "conditions": [condition], **about, **changes})
        made.save()
    return made


def key_of(iia: Iia, number: int = 1) -> str:
    """Return the key of what a condition gives."""
    return f"hei:uu.se iia:{iia.pk} {number}"


def now(row: Any) -> Any:
    """Return a record as it is now."""
    return type(row).objects.get(pk=row.pk)
