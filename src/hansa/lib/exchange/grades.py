"""Convert a host's grade to the scale of the sending institution, by a rule that is stated.

Two rules. Where both institutions know how their passing grades are distributed, a grade is
compared by its place among those who pass: the best tenth here with the best tenth there
(ECTS Users' Guide 2015, Annex 2; the EGRACONS tables of the network hold these figures). A grade
covers a span of places, so several home grades can overlap it, and the rule says which is taken:
the lowest, the highest, or the one at the middle of the span. Where no distribution is known but
both scales are numbers, the modified Bavarian formula of the German Kultusministerkonferenz
maps best to best and lowest passing to lowest passing along a straight line. Otherwise the grade
cannot be converted, and the reason is said. Shares are fractions, so nothing is rounded before
the end.

    convert("B", host=host, home=home, rule="midpoint").grade     # "2,0"
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal

from hansa.lib import shapes
from hansa.lib.errors import InvalidError

Rule = Literal["lowest", "highest", "midpoint", "formula", "none"]
RULES = ("lowest", "highest", "midpoint")
MOST = 101
LONGEST = 40
TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A grading scale: its passing grades from the best to the lowest, each with how many had it, and those that fail.

    Counts may all be nought where no distribution is known.
    """

    name: str
    passing: tuple[tuple[str, int], ...]
    failing: tuple[str, ...] = ()

    @classmethod
    def read(cls, value: object, place: str = "scale") -> "Scale":
        """Return a scale from JSON, or raise InvalidError naming the place."""
        given = shapes.mapping(value, place, needed=("name", "passing", "failing"))
        passing = shapes.items(given["passing"], f"{place}.passing", least=1, most=MOST)
        grades = [_graded(one, f"{place}.passing[{number}]") for number, one in enumerate(passing)]
        failing = shapes.items(given["failing"], f"{place}.failing", least=0, most=MOST)
        failed = [shapes.text(one, f"{place}.failing[{number}]", most=LONGEST) for number, one in enumerate(failing)]
        shapes.distinct([*(grade for grade, _count in grades), *failed], place, what="grade")
        return cls(
            name=shapes.text(given["name"], f"{place}.name", most=LONGEST), passing=tuple(grades), failing=tuple(failed)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the scale as JSON."""
        passing = [[grade, count] for grade, count in self.passing]
        return {"name": self.name, "passing": passing, "failing": list(self.failing)}

    @property
    def grades(self) -> tuple[str, ...]:
        """Return the passing grades from the best to the lowest."""
        return tuple(grade for grade, _count in self.passing)

    def spans(self) -> Iterator[tuple[str, Fraction, Fraction]]:
        """Yield for each passing grade the span of places that it covers, 0 being the best place and 1 the last."""
        total, before = sum(count for _grade, count in self.passing), 0
        for grade, count in self.passing:
            yield grade, Fraction(before, total), Fraction(before + count, total)
            before += count

    @property
    def is_counted(self) -> bool:
        """Tell whether it is known how the passing grades are distributed."""
        return any(count for _grade, count in self.passing)


def _graded(value: object, place: str) -> tuple[str, int]:
    grade, count = shapes.items(value, place, least=2, most=2)
    return shapes.text(grade, place, most=LONGEST), shapes.whole(count, place, low=0, high=shapes.LARGEST_WHOLE)


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """A converted grade, empty where there is none, with the rule and the steps that led to it."""

    grade: str
    rule: Rule
    steps: tuple[str, ...]


def convert(grade: str, *, host: Scale, home: Scale, rule: str = "midpoint") -> Conversion:
    """Return a host's grade in the scale of the sending institution, with how it was found."""
    if rule not in RULES:
        raise InvalidError("This rule of conversion is not known.", f"Use one of {', '.join(RULES)}.")
    if grade in host.failing:
        return Conversion(grade="", rule="none", steps=("The host's grade is no pass, so nothing is converted.",))
    if grade not in host.grades:
        raise InvalidError("The grade is not in the host's scale.", f"Use one of {', '.join(host.grades)}.")
    if host.is_counted and home.is_counted:
        return _by_places(grade, host=host, home=home, rule=rule)
    return _by_formula(grade, host=host, home=home)


def _by_places(grade: str, *, host: Scale, home: Scale, rule: str) -> Conversion:
    first, last = next((first, last) for name, first, last in host.spans() if name == grade)
    middle = (first + last) / 2
    # A grade that nobody had covers no span; it stands at one place.
    overlapping = [
        name for name, begins, ends in home.spans() if begins < ends and begins < max(last, first) and ends > first
    ] or [name for name, begins, ends in home.spans() if begins <= first < ends or ends == first == 1]
    at_middle = [name for name, begins, ends in home.spans() if begins <= middle < ends or (middle == ends == 1)]
    chosen = {"lowest": overlapping[-1], "highest": overlapping[0], "midpoint": at_middle[-1]}[rule]
    steps = (
        f"{grade} in {host.name} covers the places from {_percent(first)} to {_percent(last)} of those who pass.",
        f"In {home.name} these places have the grades {', '.join(overlapping)}.",
        f"By the rule “{rule}” the grade is {chosen}.",
    )
    return Conversion(grade=chosen, rule=rule, steps=steps)  # type: ignore[arg-type]  # reason: one of RULES, looked up above


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.1f} %"


def _by_formula(grade: str, *, host: Scale, home: Scale) -> Conversion:
    numbers = [_number(one) for one in (grade, host.grades[0], host.grades[-1], home.grades[0], home.grades[-1])]
    if any(number is None for number in numbers) or numbers[1] == numbers[2]:
        why = "No distribution of grades is known for both scales, and they are not both numbers."
        return Conversion(grade="", rule="none", steps=(why,))
    given, best, lowest, home_best, home_lowest = (Fraction(number) for number in numbers if number is not None)
    share = (best - given) / (best - lowest)
    found = home_best + (home_lowest - home_best) * share
    exact = Decimal(found.numerator) / Decimal(found.denominator)
    rounded = f"{exact.quantize(TENTH, rounding=ROUND_HALF_UP)}"
    steps = (
        "No distribution of grades is known for both scales; the modified Bavarian formula is used.",
        f"{grade} lies {_percent(share)} of the way from {host.grades[0]} (best) to {host.grades[-1]} (lowest pass).",
        f"The same way from {home.grades[0]} to {home.grades[-1]} leads to {rounded}, rounded to one tenth.",
    )
    return Conversion(grade=rounded, rule="formula", steps=steps)


def _number(grade: str) -> Decimal | None:
    try:
        found = Decimal(grade.replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
