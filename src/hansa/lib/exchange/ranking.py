"""Rank applications by published criteria and give out places, so that anybody can do it again.

Points: each criterion has a whole weight; an application has 0 to 100 points in it, or yes (100)
or no (0). The score is the weighted mean, an exact fraction. A requirement that is not met
excludes, with the sentence that was published for it.

Order: by score; equal scores by the points in the criteria in their published order; then by
lot, which is HMAC-SHA256 of the application's id under the seed that was published with the call
(RFC 2104), the smallest first. The order of the list that comes in plays no part.

Places: in this order each application gets the first of its wishes that still has a place
(serial dictatorship). Since every destination ranks by the same score, this is also what
deferred acceptance of Gale and Shapley (1962) gives: nobody misses a place that somebody ranked
lower got, and no false order of wishes ever helps.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from hansa.lib import shapes
from hansa.lib.errors import InvalidError

MOST_POINTS = 100
MOST_WEIGHT = 1000
YES_NO = {True: MOST_POINTS, False: 0}


@dataclass(frozen=True)
class Criterion:
    """Name one published criterion and how much it weighs."""

    name: str
    weight: int


@dataclass(frozen=True, kw_only=True)
class Application:
    """Hold what the ranking needs of an application: no name, only its id."""

    id: str
    points: Mapping[str, int | bool]
    wishes: Sequence[str]
    unmet: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Line:
    """Say where an application stands, what it got and why."""

    id: str
    rank: int | None
    score: Fraction | None
    destination: str | None
    wish: int | None
    points: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def explanation(self) -> str:
        """Return the reasons as one text."""
        return " ".join(self.reasons)


@dataclass(frozen=True)
class Ranking:
    """Hold the lines, best first and the excluded last, and the places that are left."""

    lines: tuple[Line, ...]
    left: Mapping[str, int]


def rank(
    applications: Sequence[Application],
    *,
    criteria: Sequence[Criterion],
    places: Mapping[str, int],
    seed: str,
) -> Ranking:
    """Return the ranking of all applications for these places; the same input in any order gives the same."""
    _check_call(criteria, places=places, seed=seed)
    shapes.distinct([one.id for one in applications], "applications", what="application")
    for one in applications:
        _check_application(one, criteria=criteria, places=places)
    eligible = [one for one in applications if not one.unmet]
    ordered = sorted(eligible, key=lambda one: _order(one, criteria=criteria, seed=seed))
    left = dict(places)
    lines = []
    for position, one in enumerate(ordered, 1):
        said = _standing(ordered, position - 1, criteria=criteria)
        lines.append(_placed(one, position, criteria=criteria, left=left, said=said))
    excluded = sorted((one for one in applications if one.unmet), key=lambda one: one.id)
    return Ranking((*lines, *(_excluded(one) for one in excluded)), left)


def _check_call(criteria: Sequence[Criterion], *, places: Mapping[str, int], seed: str) -> None:
    if not criteria:
        raise InvalidError("criteria: there are none.", "Publish one at least.")
    shapes.distinct([one.name for one in criteria], "criteria", what="criterion")
    for position, one in enumerate(criteria):
        shapes.text(one.name, f"criteria[{position}].name", most=200)
        shapes.whole(one.weight, f"criteria[{position}].weight", low=1, high=MOST_WEIGHT)
    for name, count in places.items():
        shapes.whole(count, f"places.{name}", low=0, high=100_000)
    if not seed:
        raise InvalidError("seed: there is none.", "Publish one with the call, before anybody applies.")


def _check_application(application: Application, *, criteria: Sequence[Criterion], places: Mapping[str, int]) -> None:
    names = {one.name for one in criteria}
    here = f"application {application.id}"
    if set(application.points) != names:
        odd = ", ".join(sorted(names ^ set(application.points)))
        raise InvalidError(f"{here}.points: missing or not among the criteria: {odd}.", "Give points in each, once.")
    for name, points in application.points.items():
        if not isinstance(points, bool):
            shapes.whole(points, f"{here}.points.{name}", low=0, high=MOST_POINTS)
    for wish in application.wishes:
        if wish not in places:
            raise InvalidError(f"{here}.wishes: the call has no destination “{wish}”.", "Choose among its places.")
    shapes.distinct(list(application.wishes), f"{here}.wishes", what="destination")


def points_of(application: Application, *, criteria: Sequence[Criterion]) -> dict[str, int]:
    """Return the points in each criterion in the published order; yes counts 100 and no counts 0."""
    given = {one.name: application.points[one.name] for one in criteria}
    return {name: YES_NO[points] if isinstance(points, bool) else points for name, points in given.items()}


def score(application: Application, *, criteria: Sequence[Criterion]) -> Fraction:
    """Return the weighted mean of the points, between 0 and 100."""
    points = points_of(application, criteria=criteria)
    return Fraction(sum(one.weight * points[one.name] for one in criteria), sum(one.weight for one in criteria))


def lot(identifier: str, *, seed: str) -> str:
    """Return the lot of an application: HMAC-SHA256 of its id under the published seed, in hexadecimal."""
    return hmac.new(seed.encode(), identifier.encode(), hashlib.sha256).hexdigest()


def _order(application: Application, *, criteria: Sequence[Criterion], seed: str) -> tuple[object, ...]:
    points = points_of(application, criteria=criteria)
    return (
        -score(application, criteria=criteria),
        [-points[one.name] for one in criteria],
        lot(application.id, seed=seed),
        application.id,
    )


def _standing(ordered: Sequence[Application], position: int, *, criteria: Sequence[Criterion]) -> list[str]:
    """Say how the application came to its rank, where a tie had to be broken."""
    own = ordered[position]
    total = score(own, criteria=criteria)
    said = [f"Rank {position + 1} with a score of {shown(total)}."]
    beside = [ordered[one] for one in (position - 1, position + 1) if 0 <= one < len(ordered)]
    tied = [one for one in beside if score(one, criteria=criteria) == total]
    mine = points_of(own, criteria=criteria)
    if any(points_of(one, criteria=criteria) == mine for one in tied):
        said.append("Others have the same points in every criterion: the lot decided.")
    elif tied:
        said.append("Others have the same score: the points in the criteria decided, in their published order.")
    return said


def shown(value: Fraction) -> str:
    """Return a score with two digits, rounded down, for reading; ranks come from the fraction."""
    hundredths = value * 100 // 1
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _placed(
    application: Application,
    position: int,
    *,
    criteria: Sequence[Criterion],
    left: dict[str, int],
    said: Sequence[str],
) -> Line:
    reasons, got = list(said), None
    for number, wish in enumerate(application.wishes, 1):
        if left[wish]:
            got = number
            left[wish] -= 1
            reasons.append(f"Wish {number}, {wish}: a place.")
            break
        reasons.append(f"Wish {number}, {wish}: all places went to higher ranks.")
    if got is None:
        reasons.append("No wish is left: no place.")
    return Line(
        id=application.id,
        rank=position,
        score=score(application, criteria=criteria),
        destination=application.wishes[got - 1] if got else None,
        wish=got,
        points=points_of(application, criteria=criteria),
        reasons=tuple(reasons),
    )


def _excluded(application: Application) -> Line:
    reasons = tuple(f"Not eligible: {one}" for one in application.unmet)
    return Line(id=application.id, rank=None, score=None, destination=None, wish=None, reasons=reasons)
