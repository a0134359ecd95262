"""The rules about what several releases say together: rows and groups that differ by a few."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from hansa.lib.disclosure.catalogue import Finding
from hansa.lib.row_sets import Release, RowSet, distance, isolates

# Beyond so many rows times groups only pairs of groups are compared, for time.
MOST_COMBINED = 20_000_000


def differencing(rows: RowSet, earlier: Sequence[Release], *, minimum_cell: int) -> list[Finding]:
    """Find earlier releases which, subtracted from this one, leave a few rows.

    Identical rows leave nothing and are allowed (Denning, Denning and Schwartz 1979, "The
    Tracker"). Combinations of many releases are judged by what they can isolate, beyond what
    the earlier ones do among themselves.
    """
    if not earlier or any(distance(rows, release.rows) == 0 for release in earlier):
        return []
    close = [release for release in earlier if 0 < distance(rows, release.rows) < minimum_cell]
    if close:
        return [_differing(release.name, minimum_cell) for release in close]
    known = [release.rows for release in earlier]
    if isolates([rows, *known], below=minimum_cell, known=known):
        return [_differing("several earlier releases taken together", minimum_cell)]
    return []


def small_groups(groups: Sequence[Release], *, own_cell: int) -> list[Finding]:
    """Find groups of so few people here that all other parties together, or a lead that lies, read their values.

    Masks hide one hospital among honest others. Where the others join, or the lead invents people to make a group
    look large, what is left is the sum over the group here (DataSHIELD ``nfilter.tab``: three at each site).
    """
    return [
        Finding(
            rule="own cell",
            place=group.name,
            message=f"Fewer than {own_cell} people here have '{group.name}'; the others together could read their sum.",
            remedy="Join this level with another one in the protocol, or leave the variable out.",
        )
        for group in groups
        if 0 < int(np.count_nonzero(group.rows.chosen(group.rows.rows))) < own_cell
    ]


def moved_groups(
    groups: Sequence[Release], earlier: Sequence[Release], *, minimum_cell: int, own_cell: int
) -> list[Finding]:
    """Find groups that are an earlier one, or another of the same study, moved by a few people.

    A limit of an age or a time that is moved from study to study makes groups whose sums differ by what one
    person has; a search by halves finds any value so (Denning, Denning and Schwartz 1979, "The Tracker").
    Sets that differ by fewer than ``own_cell`` are too close, and by fewer than ``minimum_cell`` where many
    are in both and many in neither.
    """
    if not groups:
        return []
    sets = dict.fromkeys(group.rows for group in groups)
    whole = np.any(_members(list(sets)), axis=0)
    pairs = [*combinations(groups, 2), *((group, old) for group in groups for old in earlier)]
    close = [
        (one, other)
        for one, other in pairs
        if _is_moved(one.rows, other.rows, whole=int(whole.sum()), least=(own_cell, minimum_cell))
    ]
    if close:
        return [_moved(*close[0])]
    known = list(dict.fromkeys(release.rows for release in earlier))
    is_looked_at = own_cell > 1 and whole.size * (len(sets) + len(known)) <= MOST_COMBINED
    if is_looked_at and isolates([*sets, *known], below=own_cell, known=known):
        return [_moved(groups[0], Release("several groups taken together", groups[0].rows))]
    return []


def _members(sets: Sequence[RowSet]) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    rows = max(one.rows for one in sets)
    return np.stack([one.chosen(rows) for one in sets])


def _is_moved(one: RowSet, other: RowSet, *, whole: int, least: tuple[int, int]) -> bool:
    """Tell whether two groups are one that was moved by a few; a group of nobody is none."""
    members = _members([one, other])
    apart, both = int((members[0] ^ members[1]).sum()), int((members[0] & members[1]).sum())
    if not apart or not members.any(axis=1).all():
        return False
    own_cell, minimum_cell = least
    neither = whole - both - apart
    return apart < own_cell or (apart < minimum_cell and min(both, neither) >= minimum_cell)


def _differing(name: str, minimum_cell: int) -> Finding:
    return Finding(
        rule="differencing",
        place=name,
        message=(
            f"The rows differ from {name} by fewer than {minimum_cell}: "
            "subtracting the two results would say what these few have."
        ),
        remedy=f"Use exactly the same rows as before, or change the selection by at least {minimum_cell} rows.",
    )


def _moved(group: Release, other: Release) -> Finding:
    return Finding(
        rule="moved group",
        place=group.name,
        message=(
            f"The group '{group.name}' is nearly that of {other.name}: "
            "subtracting their sums would say what the few people between them have."
        ),
        remedy="Use exactly the groups that were used before, or levels that differ by many people.",
    )
