"""Put applications in order by published criteria, and give out places by wishes.

The score is the weighted mean of the points, from 0 to 100, as a fraction and so without
rounding. Equal scores are ordered by lot: the HMAC-SHA256 of the application's id under a seed
that was drawn when the call was opened, before anybody had applied. Places go out in that order,
each applicant getting the first wish that is still free (serial dictatorship, which nobody can
better by wishing something else: Svensson 1999, Social Choice and Welfare 16). The same input
gives the same ranking, whatever order it comes in, and each line says why it stands where it does.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hansa.lib.errors import InvalidError

MOST_POINTS = 100


@dataclass(frozen=True)
class Criterion:
    """One published criterion and how much it weighs."""

    name: str
    weight: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One application: its points by criterion, its wishes in order, and why it is not eligible, if it is not."""

    id: str
    points: Mapping[str, int]
    wishes: Sequence[str]
    excluded: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Where one application stands: place in the ranking, score, where the person may go, and why."""

    id: str
    rank: int | None
    score: Fraction | None
    outcome: str
    why: str


def check(criteria: Sequence[Criterion]) -> None:
    """Refuse criteria by which nobody could be ranked."""
    names = [criterion.name for criterion in criteria]
    if not names or len(set(names)) < len(names) or not all(names):
        raise InvalidError("criteria: each needs a name of its own.", "Name at least one criterion.")
    if any(criterion.weight < 1 for criterion in criteria):
        raise InvalidError("criteria: a weight is below one.", "Give whole numbers from one.")


def score(entry: Entry, criteria: Sequence[Criterion]) -> Fraction:
    """Return the weighted mean of an application's points, or raise InvalidError naming the criterion."""
    for criterion in criteria:
        given = entry.points.get(criterion.name)
        if given is None or not 0 <= given <= MOST_POINTS:
            raise InvalidError(
                f"points.{criterion.name}: these are missing or out of bounds.", f"Give between 0 and {MOST_POINTS}."
            )
    total = sum(criterion.weight * entry.points[criterion.name] for criterion in criteria)
    return Fraction(total, sum(criterion.weight for criterion in criteria))


def lot(id_: str, *, seed: str) -> str:
    """Return the lot of an application: nobody could know it before the seed was drawn."""
    return hmac.new(seed.encode(), id_.encode(), hashlib.sha256).hexdigest()


def rank(
    entries: Sequence[Entry], criteria: Sequence[Criterion], *, places: Mapping[str, int], seed: str
) -> tuple[Line, ...]:
    """Return every application in order, each with where the person may go."""
    check(criteria)
    eligible = [(score(entry, criteria), entry) for entry in entries if not entry.excluded]
    eligible.sort(key=lambda pair: (-pair[0], lot(pair[1].id, seed=seed)))
    left = dict(places)
    lines = [_placed(entry, score=points, rank=place, left=left) for place, (points, entry) in enumerate(eligible, 1)]
    excluded = sorted((entry for entry in entries if entry.excluded), key=lambda entry: entry.id)
    return (*lines, *(Line(id=one.id, rank=None, score=None, outcome="", why=one.excluded) for one in excluded))


def _placed(entry: Entry, *, score: Fraction, rank: int, left: dict[str, int]) -> Line:
    """Give an application the first of its wishes that is still free."""
    for number, wish in enumerate(entry.wishes, start=1):
        if left.get(wish, 0) > 0:
            left[wish] -= 1
            why = f"Rank {rank} with {float(score):.2f} points: wish {number} was free."
            return Line(id=entry.id, rank=rank, score=score, outcome=wish, why=why)
    why = f"Rank {rank} with {float(score):.2f} points: every wish was taken by higher ranks."
    return Line(id=entry.id, rank=rank, score=score, outcome="", why=why)
