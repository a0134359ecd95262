"""What a clause has to meet before it permits, one rule a line, each with its own words.

A rule is a predicate and the sentence for the reader when it does not hold. The predicates
are cheap and the sentences are written for one clause only, so two hundred clauses can be
held against a request in well under a millisecond. All rules must hold. A rule that finds
nothing to compare with does not hold: no purpose stated, no limit set, no code known.

Purposes and conditions are codes of the Data Use Ontology. Each purpose asked for must be
covered by one that the clause grants; each condition that the clause sets must be accepted
in the request. A condition that the request takes upon itself narrows and does no harm.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from hansa.lib import duo
from hansa.lib.canonical import JSON
from hansa.lib.terms import Clause, Rank, Vocabularies, Vocabulary

Why: TypeAlias = tuple[str, str]

AMEND = "Act under another clause, or ask the parties to amend the agreement."
NO_ANCESTRY = "DUO:0000044"
ABOUT_ANCESTRY = frozenset({duo.ANCESTRY_RESEARCH, duo.NO_RESTRICTION})


class Case(NamedTuple):
    """Hold a well-formed request in the form in which clauses are held against it."""

    party: str
    action: str
    institutions: frozenset[str]
    purposes: frozenset[str]
    conditions: frozenset[str]
    limits: Mapping[str, Rank]
    stated: Mapping[str, JSON]
    by_person: bool
    is_stopping: bool
    vocabulary: Vocabulary
    vocabularies: Vocabularies


class Matter(NamedTuple):
    """Hold one clause against one case; `names` gives the parties' names by id."""

    clause: Clause
    case: Case
    names: Mapping[str, str]


class Rule(NamedTuple):
    """Pair what must hold with the reason and the remedy if it does not."""

    holds: Callable[[Clause, Case], bool]
    why: Callable[[Matter], Why]


def _action(clause: Clause, case: Case) -> bool:
    return case.action in clause.permits


def _why_action(matter: Matter) -> Why:
    return f"does not permit {matter.case.action}", AMEND


def _parties(clause: Clause, case: Case) -> bool:
    return case.institutions <= clause.parties


def _why_parties(matter: Matter) -> Why:
    outside = sorted(matter.case.institutions - matter.clause.parties)
    named = ", ".join(matter.names.get(party, "an institution that has not signed") for party in outside)
    return f"does not hold for {named}", f"Go on without {named}, or ask the parties to amend the clause."


def _purpose_stated(clause: Clause, case: Case) -> bool:
    return case.is_stopping or not case.vocabulary.purposes or bool(case.purposes)


def _why_purpose_stated(matter: Matter) -> Why:
    return f"permits {matter.case.action} for stated purposes only, and none is stated", "State what it is for."


def _uncovered(clause: Clause, case: Case) -> list[str]:
    return [code for code in case.purposes if duo.CODES[code].covered_by.isdisjoint(clause.purposes)]


def _purposes(clause: Clause, case: Case) -> bool:
    return case.is_stopping or not _uncovered(clause, case)


def _why_purposes(matter: Matter) -> Why:
    asked = _in_words(_uncovered(matter.clause, matter.case))
    return (
        f"does not cover the purpose {asked}",
        f"Keep to {_in_words(matter.clause.purposes)}, or ask the parties to amend the clause.",
    )


def _unmet(clause: Clause, case: Case) -> list[str]:
    unmet = [code for code in clause.conditions if duo.CODES[code].covered_by.isdisjoint(case.conditions)]
    # Accepting "no research on ancestry" while asking for it is no acceptance.
    if NO_ANCESTRY in clause.conditions and case.purposes & ABOUT_ANCESTRY:
        unmet.append(NO_ANCESTRY)
    return unmet


def _conditions(clause: Clause, case: Case) -> bool:
    return case.is_stopping or not clause.conditions or not _unmet(clause, case)


def _why_conditions(matter: Matter) -> Why:
    unmet = _in_words(_unmet(matter.clause, matter.case))
    return f"sets a condition that the request does not meet: {unmet}", f"Accept and keep the condition: {unmet}."


def _broken_limit(clause: Clause, case: Case) -> str | None:
    bounds, asked = clause.limits, case.limits
    for name, limit in case.vocabulary.limits.items():
        if name in asked:
            if name not in bounds or not limit.allows(bound=bounds[name], asked=asked[name]):
                return name
        elif limit.stated or (limit.where_set and name in bounds):
            return name
    return None


def _limits(clause: Clause, case: Case) -> bool:
    return case.is_stopping or _broken_limit(clause, case) is None


def _why_limits(matter: Matter) -> Why:
    name = _broken_limit(matter.clause, matter.case) or ""
    if name not in matter.clause.terms:
        return f"sets no limit {name}, so the request cannot be held against it", AMEND
    direction = matter.case.vocabulary.limits[name].direction.replace("_", " ")
    bound = f"{direction} {_shown(matter.clause.terms[name])}"
    if name not in matter.case.stated:
        return f"asks for {name} to be {bound}, and the request does not state it", f"State {name}: {bound}."
    asked = _shown(matter.case.stated[name])
    return f"asks for {name} to be {bound}, and the request has {asked}", f"Set {name} to {bound}."


def _shown(value: JSON) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _in_words(codes: list[str] | frozenset[str]) -> str:
    return ", ".join(f"{duo.CODES[code].name} ({code})" for code in sorted(set(codes))) or "what it names"


RULES = (
    Rule(_action, _why_action),
    Rule(_parties, _why_parties),
    Rule(_purpose_stated, _why_purpose_stated),
    Rule(_purposes, _why_purposes),
    Rule(_conditions, _why_conditions),
    Rule(_limits, _why_limits),
)
PERSON = len(RULES)
PERMIT = len(RULES) + 1


def depth(clause: Clause, case: Case) -> int:
    """Count the rules that hold before the first that does not; PERSON or PERMIT if all hold."""
    for position, (holds, _) in enumerate(RULES):
        if not holds(clause, case):
            return position
    if case.action in clause.person and not case.by_person:
        return PERSON
    return PERMIT
