"""Convert a grade of the host into one of home, by a rule that is stated with the result.

EGRACONS: the passing grades of both institutions are laid out by their cumulative shares, best
first. A grade holds a stretch of 0 to 100 %; the home grades whose stretches overlap with it are
those it may become. Where several do, the institution's rule picks the lowest, the highest or
the one at the middle of the stretch (ECTS Users' Guide 2015, section 4.3 and annex 2; EGRACONS
grade conversion). A touch at the border is no overlap.

Modified Bavarian formula, where a distribution is missing and both scales are numbers:
x = 1 + 3 * (best - grade) / (best - lowest passing), then linearly from the German 1 to 4 to the
home scale, to the nearest grade there, in the participant's favour when in the middle
(Kultusministerkonferenz, agreement of 15 March 1991 as amended).

All arithmetic is exact: shares and grades are fractions. Where neither rule works the result says
so and why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError

RULES = ("lowest", "highest", "midpoint")
EGRACONS = "egracons"
BAVARIAN = "modified-bavarian"
NOT_CONVERTIBLE = "not-convertible"
_GERMAN_BEST, _GERMAN_SPAN = 1, 3


@dataclass(frozen=True)
class Numeric:
    """Say which number is the best grade of a scale and which is the lowest that passes."""

    best: Fraction
    lowest_passing: Fraction


@dataclass(frozen=True)
class Scale:
    """Hold the grades of an institution, passing ones best first, with the shares of a field where known."""

    name: str
    passing: tuple[str, ...]
    failing: tuple[str, ...] = ()
    shares: Mapping[str, Fraction] = field(default_factory=dict)
    numeric: Numeric | None = None


@dataclass(frozen=True)
class Conversion:
    """Say which home grade a host grade became, by which method and rule, and in which steps."""

    grade: str
    result: str | None
    method: str
    rule: str
    candidates: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def is_converted(self) -> bool:
        """Tell whether there is a home grade."""
        return self.result is not None

    @property
    def audit(self) -> str:
        """Return the steps as one text."""
        return "\n".join(self.steps)


def scale_of(transcript: JSON, identifier: str, *, field: str | None = None) -> Scale:
    """Return a scale of a transcript with the shares of one field of ISCED-F."""
    for one in transcript["scales"]:
        if one["id"] == identifier:
            numeric = one["numeric"]
            return Scale(
                one["title"],
                tuple(one["passing"]),
                tuple(one["failing"]),
                shares_of(transcript, identifier, field=field),
                Numeric(Fraction(numeric["best"]), Fraction(numeric["lowest_passing"])) if numeric else None,
            )
    raise InvalidError(f"The transcript has no scale “{identifier}”.", "Name one of its scales.")


def shares_of(transcript: JSON, identifier: str, *, field: str | None) -> dict[str, Fraction]:
    """Return the shares of the grades of one scale in one field, empty where the transcript has no table of it."""
    for table in transcript["distributions"]:
        if table["field"] == field and table["scale"] in {identifier, None}:
            return {one["grade"]: Fraction(one["share"]) for one in table["shares"]}
    return {}


def convert(grade: str, *, host: Scale, home: Scale, rule: str = "lowest") -> Conversion:
    """Return what a grade of the host is at home; the rule says which grade to take where several overlap."""
    if rule not in RULES:
        raise InvalidError(f"The rule “{rule}” is not known.", f"Give one of {', '.join(RULES)}.")
    missing = [*_missing_table(host, "host"), *_missing_table(home, "home")]
    if grade in host.failing:
        return _failed(grade, home=home, rule=rule)
    if grade in host.passing and not missing:
        return _by_overlap(grade, host=host, home=home, rule=rule)
    return _by_formula(grade, host=host, home=home, rule=rule, missing=missing)


def _missing_table(scale: Scale, side: str) -> list[str]:
    if not scale.passing:
        return [f"the {side} scale does not list its passing grades"]
    if not sum(scale.shares.get(one, Fraction()) for one in scale.passing):
        return [f"the {side} institution gives no distribution for this field"]
    return []


def _failed(grade: str, *, home: Scale, rule: str) -> Conversion:
    # Only passing grades are distributed, so a failing grade has a counterpart only where there is just one.
    result = home.failing[0] if len(home.failing) == 1 else None
    said = f"“{grade}” is a failing grade of the host; home has {len(home.failing)} failing grades."
    end = f"It becomes “{result}”." if result else "Not convertible: it does not say which failing grade."
    method = EGRACONS if result else NOT_CONVERTIBLE
    return Conversion(grade, result, method, rule, (result,) if result else (), (said, end))


def stretches(scale: Scale) -> dict[str, tuple[Fraction, Fraction]]:
    """Return where each passing grade lies between 0 (best) and 1, by cumulative share."""
    total = sum((scale.shares.get(one, Fraction()) for one in scale.passing), Fraction())
    found, start = {}, Fraction()
    for grade in scale.passing:
        end = start + scale.shares.get(grade, Fraction()) / total
        found[grade] = (start, end)
        start = end
    return found


def _by_overlap(grade: str, *, host: Scale, home: Scale, rule: str) -> Conversion:
    start, end = stretches(host)[grade]
    at_home = stretches(home)
    overlapping = [one for one, (low, high) in at_home.items() if low < end and start < high]
    if start == end:
        # Nobody had this grade: it is a point, and lies in the grade that begins or holds it.
        overlapping = [one for one, (low, high) in at_home.items() if low <= start < high]
        overlapping = overlapping or [one for one, (low, high) in at_home.items() if low < high == start]
    middle = (start + end) / 2
    result = _picked(overlapping, rule=rule, at_home=at_home, middle=middle)
    steps = [
        f"Method: EGRACONS, cumulative shares of passing grades; rule for several home grades: {rule}.",
        f"Host “{grade}” ({host.name}) lies from {_percent(start)} to {_percent(end)} of passing grades, best first.",
        *(f"Home “{one}” lies from {_percent(at_home[one][0])} to {_percent(at_home[one][1])}." for one in overlapping),
        *([f"The middle is at {_percent(middle)}."] if rule == "midpoint" else []),
        f"It becomes “{result}”.",
    ]
    return Conversion(grade, result, EGRACONS, rule, tuple(overlapping), tuple(steps))


def _picked(
    grades: Sequence[str], *, rule: str, at_home: Mapping[str, tuple[Fraction, Fraction]], middle: Fraction
) -> str:
    if rule == "lowest":
        return grades[-1]
    if rule == "highest":
        return grades[0]
    # A middle on a border belongs to the better grade.
    return next(one for one in grades if middle <= at_home[one][1])


def _percent(share: Fraction) -> str:
    # Shown with two digits, computed with the fraction.
    hundredths = round(share * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def _by_formula(grade: str, *, host: Scale, home: Scale, rule: str, missing: Sequence[str]) -> Conversion:
    reasons = list(missing) or [f"“{grade}” is no grade of the host scale"]
    value = number(grade)
    values = {one: number(one) for one in home.passing}
    numbers = {one: found for one, found in values.items() if found is not None}
    if host.numeric is None or home.numeric is None or value is None or not numbers:
        return _impossible(grade, rule=rule, reasons=[*reasons, "the two scales and the grade are not all numbers"])
    best, lowest = host.numeric.best, host.numeric.lowest_passing
    along = (best - value) / (best - lowest)
    if not 0 <= along <= 1:
        return _impossible(grade, rule=rule, reasons=[*reasons, "the grade is outside the host's passing grades"])
    german = _GERMAN_BEST + _GERMAN_SPAN * along
    aim = home.numeric.best - along * (home.numeric.best - home.numeric.lowest_passing)
    # Of two grades that are equally near, the better comes first in the scale and is taken.
    result = min(numbers, key=lambda one: abs(numbers[one] - aim))
    steps = (
        f"Method: modified Bavarian formula, because {' and '.join(reasons)}.",
        f"x = 1 + 3 * ({best} - {value}) / ({best} - {lowest}) = {_shown(german)} on the German scale.",
        f"On the home scale from {home.numeric.best} to {home.numeric.lowest_passing} this is {_shown(aim)}.",
        f"The nearest home grade is “{result}”.",
    )
    return Conversion(grade, result, BAVARIAN, "nearest", (result,), steps)


def _impossible(grade: str, *, rule: str, reasons: Sequence[str]) -> Conversion:
    said = f"Not convertible: {'; '.join(reasons)}."
    return Conversion(grade, None, NOT_CONVERTIBLE, rule, (), (said,))


def number(grade: str) -> Fraction | None:
    """Return a grade as a number, with a point or a comma, or None where it is none."""
    try:
        found = Decimal(grade.replace(",", "."))
    except InvalidOperation:
        return None
    return Fraction(found) if found.is_finite() else None


def _shown(value: Fraction) -> str:
    hundredths = round(value * 100)
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
