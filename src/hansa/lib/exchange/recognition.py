"""Hold what the sending institution counts, course by course, each with its reason.

The rule of the network is that recognition is automatic: what was agreed in the plan and passed
counts in full, and needs no reason. Whatever counts less needs one in words. The document names
the transcript and the plan by their hashes, and both institutions sign it; it names no person.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hansa.lib import shapes
from hansa.lib.canonical import JSON, digest
from hansa.lib.errors import InvalidError
from hansa.lib.exchange.plans import CREDITS, HASH, URN

FORMAT = "recognition/1"
KEYS = ("hansa", "mobility", "transcript", "plan", "decided", "decisions")
DECISION = ("course", "decision", "home", "credits", "grade", "rule", "reason")
FULL, PARTLY, NOT = DECISIONS = ("recognised", "partly", "not")
MOST, LONGEST = 100, 400


def check(document: JSON, *, transcript: Mapping[str, Any]) -> None:
    """Refuse a document that is no decision on this transcript, naming the place."""
    read = shapes.mapping(document, "recognition", needed=KEYS)
    if read["hansa"] != FORMAT:
        raise InvalidError("recognition.hansa: this is another format.", f'Only "{FORMAT}" can be read here.')
    shapes.matching(read["mobility"], "recognition.mobility", pattern=URN, example="urn:hansa:mobilities:…")
    if read["transcript"] != digest(dict(transcript)) or read["mobility"] != transcript["mobility"]:
        raise InvalidError("recognition.transcript: this is another transcript.", "Decide on the transcript at hand.")
    if read["plan"] is not None:
        shapes.matching(read["plan"], "recognition.plan", pattern=HASH, example="sha256:…")
    shapes.day(read["decided"], "recognition.decided")
    _check_decisions(shapes.items(read["decisions"], "recognition.decisions", least=1, most=MOST), transcript)


def _check_decisions(decisions: Any, transcript: Mapping[str, Any]) -> None:
    courses = {one["code"]: one for one in transcript["courses"]}
    decided = []
    for number, one in enumerate(decisions):
        place = f"recognition.decisions[{number}]"
        decision = shapes.mapping(one, place, needed=DECISION)
        if decision["course"] not in courses:
            raise InvalidError(f"{place}.course: the transcript has no such course.", "Decide on its courses alone.")
        _check_decision(decision, place, course=courses[str(decision["course"])])
        decided.append(decision["course"])
    shapes.distinct(decided, "recognition.decisions", what="course")
    if missing := [code for code in courses if code not in decided]:
        raise InvalidError(
            f"recognition.decisions: nothing is decided about {', '.join(missing)}.", "Decide on every course."
        )


def _check_decision(decision: Mapping[str, object], place: str, *, course: Mapping[str, Any]) -> None:
    kind, taken = decision["decision"], Decimal(course["credits"] or 0)
    if kind not in DECISIONS:
        raise InvalidError(f"{place}.decision: this is not known.", f"Use one of {', '.join(DECISIONS)}.")
    for name in ("home", "grade", "rule"):
        if not isinstance(decision[name], str) or len(str(decision[name])) > LONGEST:
            raise InvalidError(f"{place}.{name}: this must be a short text.", "Leave it empty where there is none.")
    written = shapes.matching(decision["credits"], f"{place}.credits", pattern=CREDITS, example='"7.5"')
    counted = Decimal(written)
    if counted > taken:
        raise InvalidError(f"{place}.credits: these are more than the course has.", f"Give at most {taken}.")
    if kind != NOT and not course["passed"]:
        raise InvalidError(f"{place}.decision: the course was not passed.", "Decide “not”, with the reason.")
    if (kind == NOT and counted) or (kind == FULL and counted != taken):
        raise InvalidError(
            f"{place}.credits: these do not fit the decision.", "Nought for “not”, all for “recognised”."
        )
    if kind != FULL:
        shapes.text(decision["reason"], f"{place}.reason")


def automatic(course: Mapping[str, Any], *, home: str = "", grade: str = "", rule: str = "") -> dict[str, str]:
    """Return the decision that the rule of the network asks for: what was passed counts in full."""
    about = {"course": str(course["code"]), "home": home, "grade": grade, "rule": rule}
    if course["passed"]:
        return {**about, "decision": FULL, "credits": course["credits"] or "0", "reason": ""}
    return {**about, "decision": NOT, "credits": "0", "reason": "The course was not passed."}


def credits_of(document: Mapping[str, Any]) -> Decimal:
    """Return the credits that count."""
    return sum((Decimal(one["credits"]) for one in document["decisions"]), Decimal(0))
