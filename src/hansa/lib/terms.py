"""The closed vocabulary in which a clause says what is permitted.

A clause carries text for people and terms for nodes: the actions it permits, the purposes
it permits them for, the limits that hold and the actions that a person must decide. Which
words exist is said by the area, as a `Vocabulary`; this module knows no area. A word that
the vocabulary does not hold makes the whole document invalid at signing and denies at
decision. It is never skipped: where a misspelt constraint is dropped, access widens.

A limit has a direction. `minimum_cell` is "at_least": a study may ask for more people
behind a number than the clause, never for fewer. An age of evidence is "at_most". Choices
are written from the freest to the strictest, so that they too can be "at_least".

    Limit(kind="integer", direction="at_least", low=1, high=1000)

A clause narrows by what it sets beyond the area's minimum, such as the language of a stay.
A limit with `where_set` may be left out of a clause, but never of a request under a clause
that sets it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from hansa.lib import duo, shapes
from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError

Kind = Literal["integer", "days", "decimal", "choice", "boolean", "text", "institution"]
Direction = Literal["at_least", "at_most", "exactly"]
Rank: TypeAlias = int | Decimal | str

DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?")
ALL = "all"
TERM_KEYS = ("permits", "purposes", "limits", "person")
INSTITUTION = re.compile(r"https://ror\.org/0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}")
MOST_TERMS = 100


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Describe one limit: the values it may take and the direction that is stricter.

    Bounds `low` and `high` are inclusive, whole numbers for integer and days, texts for
    decimal; days count calendar days. A text matches its `pattern`; an institution is the
    ROR id of a party for which the clause holds; both are compared exactly. A limit with
    `stated=False` need not be in every clause nor in every request; one that is stated is
    still held against the clause. With `where_set` a request must state it wherever the
    clause sets it: what a clause narrows, no request gets around by saying nothing.
    """

    kind: Kind
    direction: Direction = "exactly"
    low: int | str = 0
    high: int | str = shapes.LARGEST_WHOLE
    choices: tuple[str, ...] = ()
    pattern: str = ""
    stated: bool = True
    where_set: bool = False

    def __post_init__(self) -> None:
        if self.kind in ("text", "institution") and self.direction != "exactly":
            raise InvalidError("A text or an institution has no order.", 'Leave the direction at "exactly".')
        if (self.kind == "text") != bool(self.pattern):
            raise InvalidError("A limit has a pattern if it is a text, and only then.", "Say which texts it may be.")

    def rank(self, value: object, place: str) -> Rank:
        """Return the number by which values of this limit compare, or raise InvalidError."""
        if self.kind == "boolean":
            return _truth(value, place)
        if self.kind == "choice":
            return self._choice(value, place)
        if self.kind == "decimal":
            return self._decimal(value, place)
        if self.kind == "institution":
            return shapes.matching(value, place, pattern=INSTITUTION, example="https://ror.org/001w7jn25")
        if self.kind == "text":
            return shapes.matching(
                value, place, pattern=re.compile(self.pattern), example=f"what {self.pattern} matches"
            )
        return shapes.whole(value, place, low=int(self.low), high=int(self.high))

    def allows(self, *, bound: Rank, asked: Rank) -> bool:
        """Tell whether the value asked for keeps to the clause's bound."""
        if self.direction == "exactly" or isinstance(asked, str) or isinstance(bound, str):
            return asked == bound
        return asked >= bound if self.direction == "at_least" else asked <= bound

    def _choice(self, value: object, place: str) -> int:
        if not isinstance(value, str) or value not in self.choices:
            raise InvalidError(
                f"{place}: this choice is not known.",
                f"Choose one of {', '.join(self.choices)}.",
            )
        return self.choices.index(value)

    def _decimal(self, value: object, place: str) -> Decimal:
        written = shapes.matching(value, place, pattern=DECIMAL, example='"0.25", in quotes')
        number = Decimal(written)
        if not Decimal(self.low) <= number <= Decimal(self.high):
            raise InvalidError(
                f"{place}: this number is out of bounds.",
                f"Give one between {self.low} and {self.high}.",
            )
        return number


def _truth(value: object, place: str) -> int:
    if not isinstance(value, bool):
        raise InvalidError(f"{place}: this must be true or false.", "Write true or false.")
    return int(value)


@dataclass(frozen=True, kw_only=True)
class Words:
    """Say an area's terms in one language: each action as people do it, each limit as a sentence.

    A limit's sentence has a gap for its value; where a limit is a choice it stands under
    "limit value", a sentence for each.
    """

    actions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Hold every word that a clause of one area may use, and how it is read in each language.

    Actions in `stopping` (decline, withdraw) only end or narrow something: a request for
    one needs to state neither purpose nor limits. With `purposes=False` the area has no
    use for purposes, and a clause that names one is invalid.
    """

    area: str
    actions: frozenset[str]
    purposes: bool = True
    limits: Mapping[str, Limit] = field(default_factory=lambda: MappingProxyType({}))
    stopping: frozenset[str] = frozenset()
    words: Mapping[str, Words] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for action in self.actions:
            if not action.startswith(f"{self.area}."):
                raise InvalidError(
                    f"Vocabulary of {self.area}: the action {action} is of another area.",
                    f"Name it {self.area}.<verb>.",
                )
        if not self.stopping <= self.actions:
            raise InvalidError(
                f"Vocabulary of {self.area}: an action that stops is not among the actions.",
                "Add it to the actions.",
            )


Vocabularies: TypeAlias = Mapping[str, Vocabulary]


def check_terms(
    clause: Mapping[str, object], place: str, *, vocabulary: Vocabulary | None, institutions: Collection[str] = ()
) -> None:
    """Refuse a clause whose terms its area's vocabulary does not hold, or has left out; `institutions` sign it."""
    if vocabulary is None:
        _check_text_only(clause, place)
        return
    permits = _check_actions(clause["permits"], f"{place}.permits", known=vocabulary.actions)
    _check_actions(clause["person"], f"{place}.person", known=permits)
    _check_purposes(clause["purposes"], place, vocabulary=vocabulary, permits=permits)
    _check_limits(clause["limits"], f"{place}.limits", vocabulary=vocabulary, permits=permits)
    _check_institutions(clause, f"{place}.limits", vocabulary=vocabulary, institutions=institutions)


def _check_text_only(clause: Mapping[str, object], place: str) -> None:
    for key in TERM_KEYS:
        if clause[key] not in ([], {}, ()):
            raise InvalidError(
                f"{place}.{key}: the area of this clause has no vocabulary here, so the clause can be text only.",
                f"Leave {key} empty, or use an area that this node has.",
            )


def _check_actions(value: object, place: str, *, known: frozenset[str]) -> frozenset[str]:
    listed = shapes.items(value, place, least=0, most=MOST_TERMS)
    for position, action in enumerate(listed):
        if not isinstance(action, str) or action not in known:
            raise InvalidError(
                f"{place}[{position}]: this action is not known here.",
                f"Use one of {', '.join(sorted(known)) or 'none: permit an action first'}.",
            )
    shapes.distinct(listed, place, what="action")
    return frozenset(str(action) for action in listed)


def _check_purposes(value: object, place: str, *, vocabulary: Vocabulary, permits: frozenset[str]) -> None:
    here = f"{place}.purposes"
    listed = shapes.items(value, here, least=0, most=MOST_TERMS)
    if listed and not vocabulary.purposes:
        raise InvalidError(f"{here}: the area knows no purposes.", "Leave the list empty.")
    sorts = [duo.look_up(str(code), place=f"{here}[{position}]").sort for position, code in enumerate(listed)]
    shapes.distinct(listed, here, what="purpose")
    if vocabulary.purposes and permits - vocabulary.stopping and "purpose" not in sorts:
        raise InvalidError(
            f"{here}: the clause permits actions but names no purpose.",
            "Add what they are permitted for, for example DUO:0000007.",
        )


def _check_limits(value: object, place: str, *, vocabulary: Vocabulary, permits: frozenset[str]) -> None:
    listed = shapes.mapping(value, place, allowed=tuple(vocabulary.limits))
    for name, bound in listed.items():
        vocabulary.limits[name].rank(bound, f"{place}.{name}")
    if permits - vocabulary.stopping:
        for name, limit in vocabulary.limits.items():
            if limit.stated and name not in listed:
                raise InvalidError(
                    f"{place}.{name}: the clause permits actions but leaves this limit open.",
                    "Set it; an area's limits have no silent default.",
                )


def _check_institutions(
    clause: Mapping[str, Any], place: str, *, vocabulary: Vocabulary, institutions: Collection[str]
) -> None:
    """Refuse a limit that names an institution for which its clause does not hold."""
    named = {name: bound for name, bound in clause["limits"].items() if vocabulary.limits[name].kind == "institution"}
    for name, bound in named.items():
        if bound not in (institutions if clause["parties"] == ALL else clause["parties"]):
            raise InvalidError(
                f"{place}.{name}: the clause does not hold for this institution.", "Name one of the clause's parties."
            )


@dataclass(frozen=True)
class Clause:
    """Hold one checked clause as requests are held against it; `terms` are the limits as written."""

    id: str
    parties: frozenset[str]
    permits: frozenset[str]
    purposes: frozenset[str]
    conditions: frozenset[str]
    limits: Mapping[str, Rank]
    terms: Mapping[str, JSON]
    person: frozenset[str]


def read_clause(
    clause: Mapping[str, JSON], place: str, *, vocabulary: Vocabulary, institutions: frozenset[str]
) -> Clause:
    """Check a clause's terms and return them ready for decisions."""
    check_terms(clause, place, vocabulary=vocabulary, institutions=institutions)
    codes = frozenset(clause["purposes"])
    conditions = frozenset(code for code in codes if duo.CODES[code].sort == "condition")
    return Clause(
        id=clause["id"],
        parties=institutions if clause["parties"] == ALL else frozenset(clause["parties"]),
        permits=frozenset(clause["permits"]),
        purposes=codes - conditions,
        conditions=conditions,
        limits={name: vocabulary.limits[name].rank(bound, place) for name, bound in clause["limits"].items()},
        terms=dict(clause["limits"]),
        person=frozenset(clause["person"]),
    )
