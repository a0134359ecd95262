"""What people do at the end of a stay: the host certifies, the sending institution recognises."""

import json
import secrets
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import stays
from hansa.areas.exchange.actions.mobilities import demand_host, demand_sender, not_host, not_sender
from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.network import transcripts as network_transcripts
from hansa.areas.exchange.queries import gate
from hansa.areas.exchange.queries.credentials import JWT
from hansa.areas.exchange.rules import RECOGNISE, TRANSCRIBE
from hansa.areas.exchange.states import Channel
from hansa.areas.exchange.states import MobilityState as State
from hansa.kernel.actions import GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.joint import names
from hansa.kernel.models import Person
from hansa.lib import shapes
from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError
from hansa.lib.exchange import credentials, grades, recognition, transcript
from hansa.lib.letters import moment
from hansa.lib.signatures import sign_general

RESULT, GRADE = "result", ("grade", "passed")
Rule = Literal["midpoint", "lowest", "highest"]


def listed(name: str, text: str) -> Any:
    """Return what was written as JSON, or say that it is none."""
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError as wrong:
        raise GivenError({name: _("This is not JSON: {why}.").format(why=wrong.msg)}) from wrong


def scale_of(text: str) -> Any:
    """Return a grading scale written as JSON: whole, or as a list of its grades from the best to the worst."""
    found = listed("scale", text)
    if not isinstance(found, list):
        return found
    try:
        lines = [shapes.mapping(one, f"scale[{at}]", needed=GRADE, allowed=("count",)) for at, one in enumerate(found)]
    except InvalidError as wrong:
        raise GivenError({"scale": str(wrong)}) from wrong
    return {
        "name": own().name[: grades.LONGEST],
        "passing": [[one["grade"], one.get("count", 0)] for one in lines if one["passed"]],
        "failing": [one["grade"] for one in lines if not one["passed"]],
    }


@action(
    needs="mobilities.transcribe",
    source=(State.DEPARTED,),
    target=(State.TRANSCRIBED,),
    permit=TRANSCRIBE,
    unless=not_host,
)
def transcribe(mobility: Mobility, *, by: Person, courses: str, scale: str = "") -> None:
    """Issue the transcript.

    Courses with grades, or rotations with assessments, and the grading scale with its distribution. The sending
    institution gets it signed; the participant gets a credential to take along.
    """
    demand_host(mobility)
    document = {
        "hansa": transcript.FORMAT,
        "mobility": mobility.urn,
        "issued": str(timezone.localdate()),
        "scale": scale_of(scale),
        "courses": rows(courses),
    }
    try:
        transcript.check(document)
    except InvalidError as wrong:
        raise GivenError({"courses": str(wrong)}) from wrong
    mobility.transcript = document
    unsigned = credential(mobility)
    mobility.credential = credentials.embedded(unsigned, key=own().signing, now=timezone.now())
    mobility.signatures = {**mobility.signatures, JWT: credentials.as_jwt(unsigned, key=own().signing)}
    mobility.state = State.TRANSCRIBED
    if mobility.channel == Channel.NETWORK:
        # Whoever is told of it fetches it; what cannot be written would never come.
        network_transcripts.check(mobility)
    else:
        mobility.raw = network_transcripts.elmo_of(mobility)
    body = {
        "transcript": document,
        "credential": mobility.credential,
        "jwt": mobility.signatures[JWT],
        "elmo": mobility.raw,
    }
    stays.tell(mobility, "mobilities.transcribed", body={**body}, permit=TRANSCRIBE)


def rows(text: str) -> Any:
    """Return the courses of a transcript, written as JSON or as CSV with a header."""
    if text.lstrip().startswith("["):
        return listed("courses", text)
    try:
        return transcript.read_courses(text)
    except InvalidError as wrong:
        raise GivenError({"courses": str(wrong)}) from wrong


def credential(mobility: Mobility) -> dict[str, Any]:
    """Return the credential that the participant takes along, not yet signed; it names what was passed."""
    kind, document = mobility.get_kind_display(), mobility.transcript
    passed = [one for one in document["courses"] if one["passed"]]
    results = [(one["title"], one["grade"] or one.get("assessment", "") or _("passed")) for one in passed]
    stay = credentials.Stay(
        urn=mobility.urn,
        issuer=own().name,
        issuer_url=own().id,
        title=_("{kind} at {host}, {year}").format(
            kind=f"{kind[:1].upper()}{kind[1:]}", host=own().name, year=mobility.year
        ),
        description=_("A stay from {starts} to {ends}, sent by {sending}.").format(
            starts=mobility.arrived, ends=mobility.departed, sending=names([mobility.sending])[0]
        ),
        criteria=_("What the plan names was attended, and what the transcript says was passed."),
        email=mobility.stay.email,
        salt=secrets.token_hex(16),
        results=tuple((title, str(value)) for title, value in results),
        credits=f"{transcript.credits_of(document):f}",
        since=timezone.now(),
    )
    return credentials.badge(stay, key=own().signing.public)


@action(
    needs="mobilities.recognise",
    source=(State.TRANSCRIBED,),
    target=(State.DECIDED, State.RECOGNISED),
    permit=RECOGNISE,
    unless=not_sender,
)
def recognise(mobility: Mobility, *, by: Person, decisions: str = "", scale: str = "", rule: Rule = "midpoint") -> None:
    """Decide what is recognised.

    What was passed counts in full unless you decide otherwise, course by course and with a reason. With your grading
    scale the host's grades are converted by the rule you choose. Both institutions sign the outcome.
    """
    demand_sender(mobility)
    plan = gate.plan_in_force(mobility)
    proposal = proposed(mobility.transcript, home=scale_of(scale), rule=rule)
    document = {
        "hansa": recognition.FORMAT,
        "mobility": mobility.urn,
        "transcript": digest(mobility.transcript),
        "plan": plan.digest if plan is not None else None,
        "decided": str(timezone.localdate()),
        "decisions": decided(proposal, otherwise=listed("decisions", decisions) or []),
    }
    try:
        recognition.check(document, transcript=mobility.transcript)
    except InvalidError as wrong:
        raise GivenError({"decisions": str(wrong)}) from wrong
    mobility.recognition = document
    if mobility.channel == Channel.NETWORK:
        # The network has no word for recognition; what was decided stays with the sending institution.
        mobility.state = State.RECOGNISED
        return
    mobility.state = State.DECIDED
    mobility.signatures = {**mobility.signatures, "sending": signature(document)}
    body = {"recognition": document, "signature": mobility.signatures["sending"]}
    stays.tell(mobility, "mobilities.recognised", body={**body}, permit=RECOGNISE)


def signature(document: dict[str, Any]) -> dict[str, str]:
    """Return this institution's signature under a recognition."""
    header = {"party": own().id, "at": moment(timezone.now())}
    return dict(sign_general(document, key=own().signing, kind=RESULT, header=header))


def proposed(document: dict[str, Any], *, home: Any, rule: str) -> list[dict[str, str]]:
    """Return the decisions that the rule of automatic recognition asks for, with grades converted where possible."""
    theirs = grades.Scale.read(document["scale"]) if document["scale"] is not None else None
    ours = read_scale(home) if home is not None else None
    found = []
    for course in document["courses"]:
        grade = used = ""
        if theirs is not None and ours is not None and course["grade"]:
            converted = grades.convert(course["grade"], host=theirs, home=ours, rule=rule)
            grade, used = converted.grade, f"{converted.rule}: {' '.join(converted.steps)}"[: recognition.LONGEST]
        found.append(recognition.automatic(course, grade=grade, rule=used))
    return found


def decided(proposal: list[dict[str, str]], *, otherwise: Any) -> list[Any]:
    """Return the proposed decisions, with what somebody decides otherwise in its place."""
    if not isinstance(otherwise, list):
        raise GivenError({"decisions": _("This is no list.")})
    given: dict[str, Any] = {}
    rest = []
    for one in otherwise:
        course = str(one.get("course")) if isinstance(one, dict) else ""
        if course in given or course not in {line["course"] for line in proposal}:
            rest.append(one)
        else:
            given[course] = one
    return [*(line | counted(given.get(line["course"], {})) for line in proposal), *rest]


def counted(given: dict[str, Any]) -> dict[str, Any]:
    """Return what somebody decides about a course; what does not count has no credits."""
    return {"credits": "0", **given} if given.get("decision") == recognition.NOT else given


def read_scale(value: Any) -> grades.Scale:
    """Return a grading scale, or say what is wrong in it."""
    try:
        return grades.Scale.read(value)
    except InvalidError as wrong:
        raise GivenError({"scale": str(wrong)}) from wrong
