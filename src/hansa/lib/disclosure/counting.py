"""How many people a hospital says it has: blurred, rounded, and alike for the same people.

Whoever may ask often can ask about two sets of people that differ by one. So a count is moved by a small
amount that follows from the very set of people and a secret of the hospital, before it is rounded: the same
people always give the same answer, asking again teaches nothing, and two sets that differ by one are moved
independently (the cell key method: Fraser and Wooton 2005; Thompson, Broadfoot and Elazar 2013).
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hansa.lib.errors import InvalidError


@dataclass(frozen=True)
class People:
    """Say how many people are in a set, and by what the set is known: sums over their numbers that never leave."""

    count: int
    marks: tuple[int, ...]


def shown(people: People, *, secret: bytes, step: int) -> int | None:
    """Return a count moved by less than half a step and rounded to a step; None stands for fewer than a step."""
    if step < 1:
        raise InvalidError("A step of counts is less than one.", "Write a whole number of people.")
    if people.count < step:
        return None
    text = ",".join(str(mark) for mark in (people.count, *people.marks))
    drawn = int.from_bytes(hmac.new(secret, text.encode(), hashlib.sha256).digest()[:8])
    half = (step - 1) // 2
    moved = people.count + drawn % (2 * half + 1) - half
    return max(step, (moved + step // 2) // step * step)


def shown_in_turn(sets: Iterable[People], *, secret: bytes, step: int) -> list[int | None]:
    """Return the counts of sets each of which is part of the one before; none is shown larger than that."""
    found: list[int | None] = []
    for people in sets:
        count = shown(people, secret=secret, step=step)
        before = found[-1] if found else count
        found.append(None if count is None or before is None else min(count, before))
    return found


def together(counts: Sequence[Sequence[int | None]]) -> list[int | None]:
    """Return the sums over hospitals, rule by rule; None where every hospital has fewer than a step."""
    sums = []
    for of_rule in zip(*counts, strict=True):
        known = [count for count in of_rule if count is not None]
        sums.append(sum(known) if known else None)
    return sums
