"""The recognition of a stay: what home made of each course and assessment, and why.

One JSON document, `recognition/1`, over one transcript, named by its digest. Everything that was
taken is decided exactly once. Recognition is the rule and needs no reason; `partly` and `no` need
one (European Commission, automatic mutual recognition, Council Recommendation of 26 November
2018; EWP learning agreements: "no" needs a text). What is not passed is not recognised, and
nobody gets more credits than they took.

    check(document, transcript=transcript)
    totals(document)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hansa.lib import shapes
from hansa.lib.canonical import JSON, digest
from hansa.lib.errors import InvalidError
from hansa.lib.exchange import transcript as transcripts
from hansa.lib.exchange.grades import BAVARIAN, EGRACONS, NOT_CONVERTIBLE, Conversion

FORMAT = "recognition/1"
RECOGNISED, PARTLY, NOT = "recognised", "partly", "no"
DECISIONS = (RECOGNISED, PARTLY, NOT)
METHODS = (EGRACONS, BAVARIAN, NOT_CONVERTIBLE)
KEYS = ("hansa", "transcript", "participant", "home", "decided", "automatic", "lines")
LINE_KEYS = ("kind", "code", "decision", "component", "credits", "grade", "conversion", "reason")
CONVERSION_KEYS = ("method", "rule", "steps")
REASON = 2_000
_NOTHING = "0"


@dataclass(frozen=True)
class Totals:
    """Count what was taken and what became of it."""

    taken: Decimal
    recognised: Decimal
    lines: Mapping[str, int]

    @property
    def status(self) -> str:
        """Return the status in the words of ELMO: Positive, Negative or Partially Positive."""
        if self.lines[RECOGNISED] == sum(self.lines.values()):
            return "Positive"
        return "Negative" if self.lines[NOT] == sum(self.lines.values()) else "Partially Positive"


def propose(transcript: JSON, *, home: str, decided: str) -> JSON:
    """Return the recognition by default: everything that was passed, with all its credits, and nothing else."""
    transcripts.check(transcript)
    lines = [_proposed("course", one["code"], one) for one in decidable(transcript)]
    lines += [_proposed("assessment", one["code"], one) for one in transcript["assessments"]]
    return {
        "hansa": FORMAT,
        "transcript": transcripts.fingerprint(transcript),
        "participant": transcript["participant"],
        "home": home,
        "decided": decided,
        "automatic": all(line["decision"] == RECOGNISED for line in lines),
        "lines": lines,
    }


def decidable(transcript: JSON) -> list[Mapping[str, JSON]]:
    """Return the courses that are decided: those at the top, whose parts go with them."""
    return list(transcript["courses"])


def _proposed(kind: str, code: str, taken: Mapping[str, JSON]) -> dict[str, JSON]:
    is_passed = taken["passed"] is True
    return {
        "kind": kind,
        "code": code,
        "decision": RECOGNISED if is_passed else NOT,
        "component": None,
        "credits": (taken.get("credits") or _NOTHING) if is_passed else _NOTHING,
        "grade": None,
        "conversion": None,
        "reason": "" if is_passed else "Not passed at the host.",
    }


def with_grade(line: Mapping[str, JSON], conversion: Conversion) -> dict[str, JSON]:
    """Return a line with the grade that a conversion gave, and how."""
    told = {"method": conversion.method, "rule": conversion.rule, "steps": list(conversion.steps)}
    return {**line, "grade": conversion.result, "conversion": told}


def check(document: JSON, *, transcript: JSON) -> None:
    """Refuse a document that is not the complete recognition of this transcript; the error names the place."""
    shapes.mapping(document, "", needed=KEYS)
    if document["hansa"] != FORMAT:
        raise InvalidError("hansa: this is another format.", f'Write "{FORMAT}".')
    if document["transcript"] != transcripts.fingerprint(transcript):
        raise InvalidError("transcript: this is the digest of another transcript.", "Decide over the newest one.")
    if document["participant"] != transcript["participant"]:
        raise InvalidError("participant: the transcript is about somebody else.", "Take its transcript.")
    shapes.text(document["home"], "home", most=transcripts.NAME)
    shapes.day(document["decided"], "decided")
    taken = _taken(transcript)
    lines = shapes.items(document["lines"], "lines", least=1, most=2 * transcripts.MOST_COURSES)
    decided = [_check_line(line, f"lines[{position}]", taken=taken) for position, line in enumerate(lines)]
    shapes.distinct(decided, "lines", what="course or assessment")
    missing = [f"{kind} {code}" for kind, code in taken if (kind, code) not in decided]
    if missing:
        raise InvalidError(f"lines: nothing is decided about {', '.join(missing)}.", "Decide about each, yes or no.")
    is_automatic = all(line["decision"] == RECOGNISED for line in document["lines"])
    if document["automatic"] is not is_automatic:
        raise InvalidError(
            "automatic: this does not fit the lines.", "Write true if everything is recognised, else false."
        )


def _taken(transcript: JSON) -> dict[tuple[str, str], Mapping[str, JSON]]:
    courses = {("course", one["code"]): one for one in decidable(transcript)}
    return courses | {("assessment", one["code"]): one for one in transcript["assessments"]}


def _check_line(value: object, place: str, *, taken: Mapping[tuple[str, str], Mapping[str, JSON]]) -> tuple[str, str]:
    line = shapes.mapping(value, place, needed=LINE_KEYS)
    named = (str(line["kind"]), str(line["code"]))
    if named not in taken:
        raise InvalidError(f"{place}: the transcript has no such {named[0]}.", "Remove the line.")
    if line["decision"] not in DECISIONS:
        raise InvalidError(f"{place}.decision: this is no decision.", f"Give one of {', '.join(DECISIONS)}.")
    for key, most in (("component", transcripts.NAME), ("grade", 40)):
        if line[key] is not None:
            shapes.text(line[key], f"{place}.{key}", most=most)
    _check_reason(line, place)
    _check_credits(line, place, taken=taken[named])
    _check_conversion(line["conversion"], f"{place}.conversion", grade=line["grade"])
    return named


def _check_reason(line: Mapping[str, object], place: str) -> None:
    if line["decision"] == RECOGNISED and line["reason"] == "":
        return
    if line["reason"] == "":
        raise InvalidError(f"{place}.reason: what is not fully recognised needs a reason.", "Say why in a sentence.")
    shapes.text(line["reason"], f"{place}.reason", most=REASON)


def _check_credits(line: Mapping[str, object], place: str, *, taken: Mapping[str, JSON]) -> None:
    written = shapes.matching(
        line["credits"], f"{place}.credits", pattern=transcripts.DECIMAL, example="6.0, as a text"
    )
    given, had = Decimal(written), Decimal(taken.get("credits") or _NOTHING)
    if given > had:
        raise InvalidError(f"{place}.credits: {given} are more than the {had} that were taken.", f"Give {had} at most.")
    if line["decision"] == NOT and given:
        raise InvalidError(f"{place}.credits: what is not recognised gives none.", f'Write "{_NOTHING}".')
    if line["decision"] == RECOGNISED and given != had:
        raise InvalidError(
            f"{place}.credits: {given} of {had} is not full recognition.", 'Give all, or decide "partly" with a reason.'
        )
    if line["decision"] != NOT and taken["passed"] is not True:
        raise InvalidError(f"{place}.decision: this was not passed at the host.", 'Decide "no", or wait for a result.')


def _check_conversion(value: object, place: str, *, grade: object) -> None:
    if value is None:
        return
    conversion = shapes.mapping(value, place, needed=CONVERSION_KEYS)
    if conversion["method"] not in METHODS:
        raise InvalidError(f"{place}.method: this method is not known.", f"Give one of {', '.join(METHODS)}.")
    if (conversion["method"] == NOT_CONVERTIBLE) is not (grade is None):
        raise InvalidError(f"{place}.method: this does not fit the grade.", "Convert the grade again.")
    shapes.text(conversion["rule"], f"{place}.rule", most=40)
    for position, step in enumerate(shapes.items(conversion["steps"], f"{place}.steps", least=1, most=300)):
        shapes.text(step, f"{place}.steps[{position}]", most=REASON)


def totals(document: JSON, *, transcript: JSON) -> Totals:
    """Return the sums of a recognition."""
    taken = sum((Decimal(one["credits"] or _NOTHING) for one in decidable(transcript)), Decimal())
    given = sum((Decimal(line["credits"]) for line in document["lines"]), Decimal())
    decided = [line["decision"] for line in document["lines"]]
    return Totals(taken, given, {one: decided.count(one) for one in DECISIONS})


def fingerprint(document: JSON) -> str:
    """Return the digest by which a credential names its recognition."""
    return digest(document)
