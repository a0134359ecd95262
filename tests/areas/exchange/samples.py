"""For every action of exchange: a record it may start from, and what a person gives."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from hansa.areas.exchange import stays
from hansa.areas.exchange.models import Application, Call, Check, Mobility, Offer, Plan, Stay
from hansa.kernel.files import Upload, keep
from hansa.kernel.identity import own
from hansa.lib.canonical import digest
from tests.areas.exchange.scene import ANNA, CLAUSES, COURSE, ENDS, GRADES, PASSED, STARTS, YEAR
from tests.kernel.samples import Sample, World

ABOUT = {**ANNA, "birth_date": date(2003, 4, 5)}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001000005fe02fea73581e80000000049454e44ae426082"
)


def mobility(world: World, state: str, *, outgoing: bool = True, clause: str = "5.1", **fields: Any) -> Mobility:
    """Return a stay in a state, the participant's own where it goes out."""
    sending, receiving = (own().id, world.partner.id) if outgoing else (world.partner.id, own().id)
    kinds = {one["id"]: one["limits"]["kind"] for one in CLAUSES}
    made = Mobility(
        state=state,
        channel="letters",
        agreement=world.agreement.hash,
        clause=clause,
        kind=kinds[clause],
        starts=STARTS,
        ends=ENDS,
        **({"language": "en", "language_level": "B2"} if clause == "5.2" else {}),
        **fields,
    )
    stays.shape(made, sending=sending, receiving=receiving)
    made.save()
    person = world.people["participant"] if outgoing else None
    Stay(mobility=made, person=person, **ABOUT).save()
    return made


def document(made: Mobility) -> dict[str, Any]:
    """Return the document of a first plan."""
    about = {"hansa": "plan/1", "mobility": made.urn, "version": 1, "previous": None, "phase": "before"}
    return {**about, "components": [COURSE], "home": [], "automatic": True, "terms": ""}


def plan(world: World, state: str, *, outgoing: bool = True) -> Plan:
    """Return a plan in a state."""
    stay = mobility(world, "accepted", outgoing=outgoing)
    text = document(stay)
    made = Plan(mobility=stay, number=1, phase="before", document=text, digest=digest(text), state=state)
    made.save()
    return made


def check(world: World, state: str, *, outgoing: bool = True) -> Check:
    """Return a check in a state."""
    made = Check(
        mobility=mobility(world, "accepted", outgoing=outgoing, clause="5.2"), kind="immunisation", state=state
    )
    made.save()
    return made


def ready(world: World) -> Sample:
    """Return a stay at this institution whose first day can be confirmed."""
    made = plan(world, "agreed", outgoing=False)
    return made.mobility, {}


def place(world: World) -> str:
    """Return the key of a place from here."""
    return f"{world.partner.id} {world.agreement.hash} 5.1"


def today(days: int = 0) -> date:
    """Return a day so many days from now."""
    return timezone.localdate() + timedelta(days=days)


def transcribed(world: World) -> Sample:
    """Return a stay whose transcript has come."""
    made = mobility(world, "transcribed")
    about = {"hansa": "transcript/1", "mobility": made.urn, "issued": "2026-11-21"}
    made.transcript = {**about, "scale": GRADES, "courses": [PASSED]}
    made.save()
    return made, {}


def application(world: World, state: str, *, call: str = "ranked", **fields: Any) -> Application:
    """Return the participant's application for a call."""
    there = {"institution": world.partner.id, "name": "KI", "places": 4, "basis": world.agreement.hash, "clause": "5.1"}
    made = Call(
        state=call,
        title="A term abroad",
        kind="student_studies",
        year=YEAR,
        agreement=world.agreement.hash,
        clause="5.1",
        destinations=[there],
        criteria=[{"name": "marks", "weight": 1}],
        deadline=timezone.now() + timedelta(days=9),
        starts=STARTS,
        ends=ENDS,
        seed="00",
    )
    made.save()
    about = {**ABOUT, "field": 912, "cycle": "master", "wishes": [world.partner.id], "outcome": world.partner.id}
    found = Application(state=state, call=made, person=world.people["participant"], **{**about, **fields})
    found.save()
    return found


def offer(world: World, state: str = "open", **fields: Any) -> Offer:
    """Return an offer of ours."""
    made = Offer(
        state=state,
        title="Surgery",
        form="course",
        kind="student_studies",
        code="S-101",
        credits="7.5",
        department="Surgery",
        language="en",
        lead=own().id,
        parties=[own().id, world.partner.id],
        agreement=world.agreement.hash,
        clause="5.1",
        **fields,
    )
    made.save()
    return made


def back(world: World) -> str:
    """Return the key of a place from the partner to here."""
    return f"{own().id} {world.agreement.hash} 5.1"


def call_in(world: World, state: str) -> Call:
    """Return a call in a state, with one application that was handed in and assessed."""
    return application(world, "submitted", call=state, points={"marks": 90}).call


def opened(world: World) -> Sample:
    """Return a call to open."""
    about = {"title": "A term abroad", "places": [place(world)], "criteria": ["marks = 1"], "starts": STARTS}
    return Call(), {**about, "deadline": timezone.now() + timedelta(days=9), "ends": ENDS}


def applying(world: World) -> Sample:
    """Return an application to be written."""
    call = application(world, "draft", call="open").call
    call.applications.all().delete()
    person = {**ABOUT, "nationality": "DE", "esi": "", "field": 912, "cycle": "master"}
    return Application(), {**person, "call": str(call.pk), "wishes": [world.partner.id]}


REVISED = {"email": "anna@charite.example", "field": 912, "cycle": "master"}


def attached(world: World) -> Sample:
    """Return an application with a document."""
    made = application(world, "draft", call="open")
    return made, {"document": keep(made, Upload.of("proof.png", PNG)).digest}


def attaching(world: World) -> Sample:
    """Return an application for a call that asks for a document."""
    made = application(world, "draft", call="open")
    made.call.documents = ["a letter"]
    made.call.save()
    return made, {"document": Upload.of("proof.png", PNG), "purpose": "a letter"}


SAMPLES: dict[str, Callable[[World], Sample]] = {
    "offers.offer": lambda w: (
        Offer(),
        {
            "place": back(w),
            "form": "course",
            "title": "Surgery",
            "department": "Surgery",
            "language": "en",
            "code": "S-101",
            "credits": "7.5",
        },
    ),
    "offers.revise": lambda w: (offer(w), {"title": "Surgery 2", "department": "Surgery"}),
    "offers.close": lambda w: (offer(w), {}),
    "calls.open": opened,
    "calls.extend": lambda w: (call_in(w, "open"), {"deadline": timezone.now() + timedelta(days=20)}),
    "calls.close": lambda w: (call_in(w, "open"), {"reason": "Every place is given."}),
    "calls.rank": lambda w: (call_in(w, "closed"), {}),
    "calls.cancel": lambda w: (call_in(w, "open"), {"reason": "The host has no room."}),
    "applications.apply": applying,
    "applications.revise": lambda w: (application(w, "draft", call="open"), {**REVISED, "wishes": [w.partner.id]}),
    "applications.attach": attaching,
    "applications.detach": attached,
    "applications.submit": lambda w: (application(w, "draft", call="open"), {}),
    "applications.withdraw": lambda w: (application(w, "submitted"), {}),
    "applications.assess": lambda w: (application(w, "submitted"), {"points": {"marks": "90"}}),
    "applications.accept_place": lambda w: (application(w, "selected"), {}),
    "applications.refuse_place": lambda w: (application(w, "selected"), {}),
    "applications.decide": lambda w: (application(w, "reserve"), {"decision": "declined", "reason": "She asked."}),
    "mobilities.nominate": lambda w: (Mobility(), {"application": str(application(w, "taken").pk)}),
    "mobilities.nominate_person": lambda w: (
        Mobility(),
        {**ABOUT, "place": place(w), "starts": STARTS, "ends": ENDS},
    ),
    "mobilities.accept": lambda w: (mobility(w, "nominated", outgoing=False), {}),
    "mobilities.reject": lambda w: (mobility(w, "nominated", outgoing=False), {"reason": "No ward is free."}),
    "mobilities.cancel": lambda w: (mobility(w, "accepted"), {"reason": "She fell ill."}),
    "mobilities.confirm": ready,
    "mobilities.arrive": lambda w: (mobility(w, "confirmed", outgoing=False), {"day": today()}),
    "mobilities.depart": lambda w: (mobility(w, "arrived", outgoing=False, arrived=today(-9)), {"day": today()}),
    "mobilities.transcribe": lambda w: (
        mobility(w, "departed", outgoing=False, arrived=today(-9), departed=today(-1)),
        {"courses": json.dumps([PASSED]), "scale": json.dumps(GRADES)},
    ),
    "mobilities.recognise": transcribed,
    "mobilities.report": lambda w: (mobility(w, "departed"), {"rating": 5, "report": "I learned much."}),
    "plans.draft": lambda w: (
        Plan(),
        {"mobility": str(mobility(w, "accepted").pk), "components": json.dumps([COURSE])},
    ),
    "plans.draft_own": lambda w: (
        Plan(),
        {"mobility": str(mobility(w, "accepted").pk), "components": json.dumps([COURSE])},
    ),
    "plans.revise": lambda w: (plan(w, "signed"), {"components": json.dumps([COURSE])}),
    "plans.revise_own": lambda w: (plan(w, "signed"), {"components": json.dumps([COURSE])}),
    "plans.sign": lambda w: (plan(w, "draft"), {}),
    "plans.endorse": lambda w: (plan(w, "signed"), {}),
    "plans.agree": lambda w: (plan(w, "offered", outgoing=False), {}),
    "plans.decline": lambda w: (plan(w, "offered", outgoing=False), {"reason": "Surgery is full."}),
    "checks.require": lambda w: (
        Check(),
        {"mobility": str(mobility(w, "accepted", outgoing=False, clause="5.2").pk), "kind": "language"},
    ),
    "checks.ask_again": lambda w: (check(w, "verified", outgoing=False), {}),
    "checks.submit": lambda w: (check(w, "required"), {"document": Upload.of("proof.png", PNG)}),
    "checks.verify": lambda w: (check(w, "submitted"), {"authority": "Health office", "received": date(2026, 8, 1)}),
    "checks.refuse": lambda w: (check(w, "submitted"), {"reason": "It cannot be read."}),
}
