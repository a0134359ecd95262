"""May they? One answer, one clause, one sentence.

A decision is a pure function of the agreements held, the request and the time. It permits
only what a clause in force says; whatever is missing, unknown, malformed or out of order is
a deny, and so is any error on the way. It never leaves out what it does not understand.

A clause permits when it stands in an agreement that is in force today and unchanged since
it was hashed, and when it meets every rule of rules.py: the action, the institutions
concerned, the purposes, the conditions and the limits. If all holds but the clause asks for
a person's decision and none was made, the answer is "person". Each answer names the clause,
the reason in words that a lawyer can read, and what to do next. Where several clauses could
speak, a permit goes before a person, and a person before the deny that came furthest.

    decide(agreements, Request(party=charite, parties=(ki,), area="studies",
           action="studies.approve", purposes=("DUO:0000007",), limits={"minimum_cell": 10}),
           now=now, vocabularies=vocabularies).permitted
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Literal, NamedTuple

from hansa.lib import duo, rules
from hansa.lib.agreement import Index, StandingAgreement, State, day_of
from hansa.lib.canonical import JSON
from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.rules import Case, Matter, Why
from hansa.lib.terms import Rank, Vocabularies, Vocabulary

Outcome = Literal["permit", "deny", "person"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """Say who wants to do what, together with whom, what for and within which limits."""

    party: str
    parties: tuple[str, ...] = ()
    area: str
    action: str
    clause: str | None = None
    agreement: str | None = None
    purposes: tuple[str, ...] = ()
    limits: Mapping[str, JSON] = field(default_factory=lambda: MappingProxyType({}))
    by_person: bool = False


@dataclass(frozen=True)
class Decision:
    """Give the answer, the agreement and clause it rests on, the reason and what to do next."""

    outcome: Outcome
    agreement: str | None
    clause: str | None
    reason: str
    remedy: str

    @property
    def permitted(self) -> bool:
        """Tell whether the action may go ahead."""
        return self.outcome == "permit"


class _Answer(NamedTuple):
    """Hold how far the request came; the words are written only for the answer that is given."""

    depth: int
    decision: Callable[[], Decision]


def decide(
    agreements: Sequence[StandingAgreement], request: Request, *, now: datetime, vocabularies: Vocabularies
) -> Decision:
    """Answer a request under the agreements held; an error of any kind is a deny."""
    try:
        case, today = _case(request, vocabularies=vocabularies), day_of(now)
        held = [standing for standing in agreements if request.agreement in (None, standing.hash)]
        answers = [
            _under(standing, case, clause=request.clause, today=today, agreements=agreements) for standing in held
        ]
        return _best(answers)
    except HansaError as error:
        return _deny((f"The request cannot be judged as it stands. {error.message}", error.remedy))
    except Exception as error:  # noqa: BLE001 -- the promise is that every error, foreseen or not, is a deny
        what = f"The request could not be judged ({type(error).__name__})."
        return _deny((what, "Check the request and the agreements held here; report it if both are in order."))


def _deny(why: Why, *, agreement: str | None = None, clause: str | None = None) -> Decision:
    return Decision("deny", agreement, clause, *why)


def _best(answers: Sequence[_Answer]) -> Decision:
    if answers:
        return max(answers, key=lambda answer: answer.depth).decision()
    what = "No agreement is held here under which this could be judged."
    return _deny((what, "Sign an agreement, or name the hash of one that is held here."))


def _case(request: Request, *, vocabularies: Vocabularies) -> Case:
    vocabulary = vocabularies.get(request.area)
    if vocabulary is None or vocabulary.area != request.area:
        raise InvalidError("This node does not have the area that the request names.", "Name an area that it has.")
    if request.action not in vocabulary.actions:
        known = ", ".join(sorted(vocabulary.actions))
        raise InvalidError(f"The area {request.area} has no such action.", f"Use one of {known}.")
    if not isinstance(request.parties, tuple) or not isinstance(request.purposes, tuple):
        raise InvalidError("The parties and the purposes of a request are lists.", "Give each as a tuple.")
    codes = [duo.look_up(code, place=f"purposes[{position}]") for position, code in enumerate(request.purposes)]
    return Case(
        party=request.party,
        action=request.action,
        institutions=frozenset((request.party, *request.parties)),
        purposes=frozenset(code.id for code in codes if code.sort == "purpose"),
        conditions=frozenset(code.id for code in codes if code.sort == "condition"),
        limits=_ranks(request.limits, vocabulary=vocabulary),
        stated=request.limits,
        by_person=request.by_person is True,
        is_stopping=request.action in vocabulary.stopping,
        vocabulary=vocabulary,
        vocabularies=vocabularies,
    )


def _ranks(limits: Mapping[str, JSON], *, vocabulary: Vocabulary) -> Mapping[str, Rank]:
    if any(name not in vocabulary.limits for name in limits):
        known = ", ".join(sorted(vocabulary.limits)) or "none"
        raise InvalidError(
            f"The area {vocabulary.area} does not know a limit that the request states.",
            f"Remove it; the limits are: {known}.",
        )
    return {name: vocabulary.limits[name].rank(value, f"limits.{name}") for name, value in limits.items()}


def _under(
    standing: StandingAgreement,
    case: Case,
    *,
    clause: str | None,
    today: date,
    agreements: Sequence[StandingAgreement],
) -> _Answer:
    """Return what one agreement says: a refusal, or the best answer of the clauses that could speak."""
    try:
        index, clauses = standing.index, standing.index.clauses(case.vocabularies)
        why = _out_of_force(standing, today) or _set_aside(standing, agreements) or _stranger(index, case)
    except HansaError as error:
        why = (f"An agreement held here cannot be relied on. {error.message}", error.remedy)
    if why is not None:
        return _refusal(why, hash_=standing.hash)
    could_speak = [
        one for one in clauses.values() if (case.action in one.permits if clause is None else one.id == clause)
    ]
    if not could_speak:
        return _refusal(_no_clause(index, case, clause=clause), hash_=standing.hash)
    depths = [rules.depth(one, case) for one in could_speak]
    depth = max(depths)
    matter = Matter(could_speak[depths.index(depth)], case, index.names)
    return _Answer(depth, partial(_explain, matter, depth=depth, index=index, hash_=standing.hash))


def _refusal(why: Why, *, hash_: str) -> _Answer:
    return _Answer(0, lambda: _deny(why, agreement=hash_))


def _explain(matter: Matter, *, depth: int, index: Index, hash_: str) -> Decision:
    case, clause = matter.case, matter.clause.id
    where = f"Clause {clause} of the agreement {_name(index)}"
    if depth == rules.PERMIT:
        reason = f"{where} permits {case.action} to {index.names[case.party]}."
        return Decision("permit", hash_, clause, reason, "Go ahead.")
    if depth == rules.PERSON:
        reason = f"{where} permits {case.action} only after a person has decided."
        return Decision("person", hash_, clause, reason, "Let a person who has the role for it decide.")
    what, remedy = rules.RULES[depth].why(matter)
    return _deny((f"{where} {what}.", remedy), agreement=hash_, clause=clause)


def _name(index: Index) -> str:
    return f"“{index.title}” (version {index.version})"


# What a state other than "in force" means for whoever asks.
_STATES: Mapping[str, Why] = MappingProxyType(
    {
        State.DRAFT: ("is a draft that no party has been offered", "Offer it to the parties and have it signed."),
        State.OFFERED: ("has not been signed by every party", "Ask for the signatures that are missing."),
        State.AMENDED: ("has been replaced by a newer version", "Act under the newer version."),
        State.DECLINED: ("was declined by a party", "Offer a new version that every party can sign."),
        State.ENDED: ("has ended", "Sign a new agreement."),
    }
)
_UNKNOWN_STATE: Why = ("is in a state that is not known here", "Fetch the signed agreement again from a partner.")


def _out_of_force(standing: StandingAgreement, today: date) -> Why | None:
    index, last = standing.index, standing.last_day
    if standing.state == State.SUSPENDED or standing.suspended_by:
        who = index.names.get(standing.suspended_by, "One of its parties")
        return f"{who} has suspended the agreement {_name(index)}.", "Ask why, and wait until that party resumes it."
    if standing.state != State.IN_FORCE:
        what, remedy = _STATES.get(standing.state, _UNKNOWN_STATE)
        return f"The agreement {_name(index)} {what}.", remedy
    if today < index.first:
        return f"The agreement {_name(index)} is not valid before {index.first}.", f"Wait until {index.first}."
    if last is not None and today > last:
        return f"The agreement {_name(index)} ended on {last}.", "Renew it by a new version that all parties sign."
    return None


def _set_aside(standing: StandingAgreement, agreements: Sequence[StandingAgreement]) -> Why | None:
    """Say whether another agreement in the list takes this one out of force."""
    index = standing.index
    for other in agreements:
        if other is standing or not isinstance(other.document, Mapping):
            continue
        if other.hash == standing.hash and _stance(other) != _stance(standing):
            what = f"The agreement {_name(index)} is held here in two different states."
            return what, "Ask the administrator of the node to settle which of the two is right."
        if other.document.get("id") == index.id and _is_newer(other, than=index.version):
            return f"The agreement {_name(index)} has been replaced by a newer version.", _STATES[State.AMENDED][1]
    return None


def _stance(standing: StandingAgreement) -> tuple[str, str, date | None]:
    return standing.state, standing.suspended_by, standing.ends_on


def _is_newer(other: StandingAgreement, *, than: int) -> bool:
    version = other.document.get("version")
    is_signed = other.state not in (State.DRAFT, State.OFFERED)
    return is_signed and isinstance(version, int) and version > than


def _stranger(index: Index, case: Case) -> Why | None:
    if case.party in index.names:
        return None
    what = f"The institution that asks is no party of the agreement {_name(index)}."
    return what, "Act under an agreement that the institution has signed, or amend this one to accept it."


def _no_clause(index: Index, case: Case, *, clause: str | None) -> Why:
    if clause is None:
        return f"No clause of the agreement {_name(index)} permits {case.action}.", rules.AMEND
    if clause in index.clause_ids:
        what = f"Clause {clause} of the agreement {_name(index)} is text only and permits nothing by itself."
        return what, "Name a clause that permits the action."
    return f"The agreement {_name(index)} has no clause of the number given.", "Name one of its clauses."
