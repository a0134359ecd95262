"""Show a memorandum's clauses about exchange and an agreement of the network as one thing.

One clause allows one kind of mobility between its parties; one cooperation condition says the
same for one direction. Conditions can be made from clauses, and an agreement that a partner
serves is held against them field by field. What a condition cannot hold is named, never
dropped: the network has no clinical electives, no observerships, no doctoral stays as such and
no study cycle for staff.

    draft = conditions_from_clause(clause, terms=terms)
    compare_with_clauses(iia, clauses, terms=terms)

A clause bounds the length of one stay in days. A condition states months (students) or days
(staff) over all places of a year, so the bound becomes places times days, a month being 30 days,
rounded down: what is made from a clause never promises longer stays. The years are those in which
the first and the last day of the memorandum lie.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from itertools import permutations
from types import MappingProxyType

from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import Condition, Iia, Kind, LanguageSkill, Names, SubjectArea, academic_year, in_schema_order
from hansa.lib.ewp.iia_difference import NAMES, NOTHING, Difference, between, pairs, place_of, shown_number

AREA, ALL = "exchange", "all"
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "student_studies": Kind.STUDENT_STUDIES,
        "student_traineeship": Kind.STUDENT_TRAINEESHIP,
        "staff_teaching": Kind.STAFF_TEACHER,
        "staff_training": Kind.STAFF_TRAINING,
    }
)
#: What only a memorandum can hold, and how an officer calls it.
ONLY_HERE: Mapping[str, str] = MappingProxyType(
    {"doctoral": "doctoral stays", "clinical_elective": "clinical electives", "observership": "observerships"}
)
#: Study cycles by their level in the European Qualifications Framework.
LEVELS: Mapping[str, int] = MappingProxyType({"short": 5, "bachelor": 6, "master": 7, "doctoral": 8})
ANY, NO_LEVEL = "any", "none"
DAYS_OF_A_MONTH = 30
LANGUAGES = "language skills"
#: What it means that a condition is silent.
OPEN: Mapping[str, str] = MappingProxyType({"subject areas": "any field", "EQF levels": "any cycle"})
#: A clause says nothing of these fields, so they are no difference to it.
SILENT = ("unit", "other terms", "blended mobility", "contacts", "months per year", "days per year")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Hold what a clause takes from its memorandum: who is who in the network, and the days of its validity.

    ``heis`` gives the id in the network (hei-id) of each institution by its ROR id.
    """

    heis: Mapping[str, str]
    first_day: date
    last_day: date


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Say what of a clause an agreement of the network cannot hold, and what to do about it."""

    clause: str
    sentence: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Hold the conditions made from clauses, and what of the clauses is not in them."""

    conditions: tuple[Condition, ...]
    gaps: tuple[Gap, ...] = ()


def conditions_from_clause(clause: JSON, *, terms: Terms, between_heis: frozenset[str] = frozenset()) -> Draft:
    """Return the conditions that say the same as a clause; with two hei-ids, only those between the two."""
    limits = _limits(clause)
    if limits["kind"] in ONLY_HERE:
        return Draft(conditions=(), gaps=(_only_here(clause, limits["kind"]),))
    ways, gaps = _ways(clause, limits, terms=terms)
    wanted = [way for way in ways if not between_heis or set(way) == between_heis]
    conditions = tuple(_condition(limits, way, terms=terms) for way in wanted)
    return Draft(conditions=conditions, gaps=(*gaps, *_gaps(clause, limits)))


def conditions_from_clauses(
    clauses: Sequence[JSON], *, terms: Terms, between_heis: frozenset[str] = frozenset()
) -> Draft:
    """Return the conditions of all clauses about exchange, in the order of the schema."""
    drafts = [
        conditions_from_clause(clause, terms=terms, between_heis=between_heis)
        for clause in clauses
        if clause.get("area") == AREA
    ]
    return Draft(
        conditions=in_schema_order(tuple(condition for draft in drafts for condition in draft.conditions)),
        gaps=tuple(gap for draft in drafts for gap in draft.gaps),
    )


def compare_with_clauses(
    iia: Iia, clauses: Sequence[JSON], *, terms: Terms, names: Names = NAMES
) -> tuple[Difference, ...]:
    """Return every place in which an agreement says something else than the clauses between its partners.

    ``ours`` is what the memorandum says, ``theirs`` what the agreement says. A stay may be
    shorter than a clause allows, never longer. What the network cannot hold is a difference too.
    """
    heis = frozenset(partner.hei for partner in iia.partners)
    draft = conditions_from_clauses(clauses, terms=terms, between_heis=heis)
    return (*_missing(draft), *_between(iia, draft, names=names))


def _missing(draft: Draft) -> Iterator[Difference]:
    for gap in draft.gaps:
        yield Difference(place=f"clause {gap.clause}", ours=gap.sentence, theirs=NOTHING, is_hashed=False)


def _between(iia: Iia, draft: Draft, *, names: Names) -> Iterator[Difference]:
    matched, unserved, unagreed = pairs(draft.conditions, iia.conditions)
    for ours, theirs in matched:
        condition, served = draft.conditions[ours], iia.conditions[theirs]
        place = place_of(served, theirs, names=names)
        yield from _of_fields(condition, served, place=place)
        yield from _too_long(condition, served, place=place)
    for position in unserved:
        condition = draft.conditions[position]
        way = place_of(condition, position, names=names).partition(", ")[2]
        yield Difference(place=f"no cooperation condition for {way}", ours=_places(condition), theirs=NOTHING)
    for position in unagreed:
        condition = iia.conditions[position]
        yield Difference(
            place=place_of(condition, position, names=names), ours="no clause allows it", theirs=_places(condition)
        )


def _of_fields(clause: Condition, served: Condition, *, place: str) -> Iterator[Difference]:
    """Yield the fields in which a condition is another than the one made from a clause, open ones in words."""
    silent = (*SILENT, *(() if clause.languages else (LANGUAGES,)))
    for one in between(clause, served, place=place):
        label = one.place.rpartition(": ")[2]
        if not label.endswith(silent):
            ours, theirs = (OPEN.get(label, NOTHING) if said == NOTHING else said for said in (one.ours, one.theirs))
            yield replace(one, ours=ours, theirs=theirs)


def _places(condition: Condition) -> str:
    return f"{condition.mobilities_per_year} places per year"


def _too_long(clause: Condition, served: Condition, *, place: str) -> Iterator[Difference]:
    """Yield the length of stays where an agreement goes beyond the bound of a clause, for its own number of places."""
    if clause.total_per_year is None or served.total_per_year is None:
        return
    share = Decimal(served.mobilities_per_year or 0) / Decimal(clause.mobilities_per_year or 1)
    bound = (clause.total_per_year * share).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    if served.total_per_year > bound:
        unit = "months" if served.kind.is_student else "days"
        theirs = shown_number(served.total_per_year)
        yield Difference(place=f"{place}: {unit} per year", ours=f"at most {shown_number(bound)}", theirs=theirs)


def _limits(clause: JSON) -> dict[str, JSON]:
    """Return the limits of a clause with what is left open filled in as open."""
    open_ones = {"cycle": ANY, "field": 0, "longest_days": 0, "language_level": NO_LEVEL, "language": ""}
    limits = {**open_ones, "sending": "", "receiving": "", **clause["limits"]}
    place = f"clause {clause['id']}"
    if limits.get("kind") not in {*KINDS, *ONLY_HERE}:
        raise InvalidError(f"{place}: this kind of mobility is not known.", f"Use one of {', '.join(KINDS)}.")
    places = limits.get("places_per_year")
    if not isinstance(places, int) or places < 1:
        raise InvalidError(f"{place}: it does not say for how many places a year.", "State places_per_year.")
    return limits


def _ways(clause: JSON, limits: Mapping[str, JSON], *, terms: Terms) -> tuple[list[tuple[str, str]], list[Gap]]:
    """Return each direction of a clause as two hei-ids, and the institutions that the network does not know."""
    parties = list(terms.heis) if clause["parties"] == ALL else list(clause["parties"])
    strangers = [party for party in parties if party not in terms.heis]
    gaps = [
        Gap(
            clause=clause["id"],
            sentence=f"{party} has no id in the network.",
            remedy="Enter its hei-id, or exchange with it under the memorandum alone.",
        )
        for party in strangers
    ]
    known = [party for party in parties if party in terms.heis]
    sending, receiving = limits["sending"], limits["receiving"]
    ways = [
        (terms.heis[here], terms.heis[there])
        for here, there in permutations(known, 2)
        if sending in {"", here} and receiving in {"", there}
    ]
    return ways, gaps if ways or gaps else [_nowhere(clause)]


def _condition(limits: Mapping[str, JSON], way: tuple[str, str], *, terms: Terms) -> Condition:
    kind = KINDS[limits["kind"]]
    level = "" if limits["language_level"] == NO_LEVEL else limits["language_level"]
    field = limits["field"]
    condition = Condition(
        kind=kind,
        sending_hei=way[0],
        receiving_hei=way[1],
        first_year=academic_year(terms.first_day),
        last_year=academic_year(terms.last_day),
        mobilities_per_year=limits["places_per_year"],
        languages=(LanguageSkill(language=limits["language"], level=level),) if limits["language"] else (),
        subject_areas=(SubjectArea(code=f"{field:04}"),) if field else (),
        eqf_levels=(LEVELS[limits["cycle"]],) if kind.is_student and limits["cycle"] in LEVELS else (),
    )
    return replace(condition, total_per_year=_total(condition, limits["longest_days"]))


def _total(condition: Condition, longest_days: int) -> Decimal | None:
    """Return the months or days over all places of a year, None where a clause leaves the length open."""
    days = Decimal(longest_days * (condition.mobilities_per_year or 0))
    if not days:
        return None
    if not condition.kind.is_student:
        return days
    return (days / DAYS_OF_A_MONTH).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def _nowhere(clause: JSON) -> Gap:
    return Gap(
        clause=clause["id"],
        sentence="The clause leads from no institution of the network to another.",
        remedy="Name a sending and a receiving party that are parties of the clause.",
    )


def _only_here(clause: JSON, kind: str) -> Gap:
    return Gap(
        clause=clause["id"],
        sentence=f"{ONLY_HERE[kind].capitalize()} are not expressible in an IIA.",
        remedy="Exchange them between Hansa nodes, under the clause itself.",
    )


def _gaps(clause: JSON, limits: Mapping[str, JSON]) -> Iterator[Gap]:
    kind = KINDS[limits["kind"]]
    if not kind.is_student and limits["cycle"] != ANY:
        yield Gap(
            clause=clause["id"],
            sentence="A study cycle for staff is not expressible in an IIA.",
            remedy="Write the clause for any cycle, or keep the bound in the memorandum alone.",
        )
    if limits["language"]:
        return
    if limits["language_level"] != NO_LEVEL:
        yield Gap(
            clause=clause["id"],
            sentence="A language level without a language is not expressible in an IIA.",
            remedy="Name the language in the clause.",
        )
    elif kind.needs_language:
        yield Gap(
            clause=clause["id"],
            sentence="The network requires a language for this kind of mobility and the clause names none.",
            remedy="Name the language in the clause.",
        )
