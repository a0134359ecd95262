"""The rules about several releases: rows and groups that differ by a few are refused, and nothing else."""

import numpy as np
import pytest

from hansa.lib.disclosure import Finding, differencing, moved_groups, releases, small_groups
from hansa.lib.row_sets import Release, RowSet

PLACES = np.arange(200)


def rows_but(*left_out: int, rows: int = 200) -> RowSet:
    return RowSet.of(~np.isin(np.arange(rows), left_out))


def test_differencing_allows_the_same_rows_and_distant_rows() -> None:
    earlier = [Release("study 1", rows_but(3)), Release("study 2", rows_but(*range(20, 60)))]

    assert differencing(rows_but(3), earlier, minimum_cell=10) == []


@pytest.mark.parametrize(("apart", "is_refused"), [(0, False), (1, True), (9, True), (10, False)])
def test_differencing_refuses_a_few_rows(apart: int, is_refused: bool) -> None:  # noqa: FBT001 - a case's expectation
    earlier = [Release("study 1", rows_but())]

    found = differencing(rows_but(*range(apart)), earlier, minimum_cell=10)

    assert bool(found) == is_refused


def test_differencing_says_why_and_what_to_do() -> None:
    found = differencing(rows_but(3), [Release("study 1", rows_but())], minimum_cell=10)

    assert found == [
        Finding(
            rule="differencing",
            place="study 1",
            message=(
                "The rows differ from study 1 by fewer than 10: "
                "subtracting the two results would say what these few have."
            ),
            remedy="Use exactly the same rows as before, or change the selection by at least 10 rows.",
        )
    ]


def test_differencing_allows_rows_released_before_and_what_earlier_ones_gave_away() -> None:
    earlier = [Release("table", rows_but()), Release("model", rows_but(0, 1, 2))]

    assert differencing(rows_but(0, 1, 2), earlier, minimum_cell=10) == []
    assert differencing(rows_but(*range(20)), earlier, minimum_cell=10) == []
    assert len(differencing(rows_but(0, 1), earlier, minimum_cell=10)) == 2


def test_differencing_refuses_a_set_that_several_releases_add_up_to() -> None:
    earlier = [
        Release("women", RowSet.of(np.arange(200) < 100)),
        Release("men", RowSet.of((np.arange(200) >= 100) & (np.arange(200) < 198))),
    ]

    found = differencing(rows_but(), earlier, minimum_cell=10)

    assert [finding.place for finding in found] == ["several earlier releases taken together"]


def group(chosen: "np.ndarray[tuple[int], np.dtype[np.bool_]]", name: str = "level") -> Release:
    return Release(name, RowSet.of(chosen))


def halves(limit: int, name: str = "half") -> list[Release]:
    return [group(limit > PLACES, f"{name}[young]"), group(limit <= PLACES, f"{name}[old]")]


def found(groups: list[Release], earlier: list[Release], own_cell: int = 3) -> list[str]:
    return [one.rule for one in moved_groups(groups, earlier, minimum_cell=10, own_cell=own_cell)]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, ["own cell"]), (2, ["own cell"]), (3, [])])
def test_small_groups_finds_few_people_here(count: int, expected: list[str]) -> None:
    rare = group(count > PLACES)

    assert [one.rule for one in small_groups([rare, group(PLACES >= 0)], own_cell=3)] == expected


@pytest.mark.parametrize(("by", "expected"), [(0, []), (1, ["moved group"]), (9, ["moved group"]), (10, [])])
def test_moved_groups_finds_a_limit_that_was_moved(by: int, expected: list[str]) -> None:
    assert found(halves(100 + by), halves(100)) == expected
    assert found([*halves(100), *halves(100 + by)], []) == expected


def test_moved_groups_allows_rare_levels_of_two_variables() -> None:
    # Each sets four apart, fewer than the minimum cell, as small hospitals have them.
    rare, other = [group(PLACES < 4), group(PLACES >= 4)], [group(PLACES >= 196), group(PLACES < 196)]

    assert found(rare, other) == []


def test_moved_groups_finds_a_set_that_several_add_up_to() -> None:
    # No two are close; the first and the second together are all of the third but one.
    earlier = [group(PLACES < 60, "a"), group((PLACES >= 60) & (PLACES < 120), "b")]

    assert found([group(PLACES < 121, "c")], earlier) == ["moved group"]
    assert found([group(PLACES < 121, "c")], earlier, own_cell=1) == []
    assert found([group(PLACES < 150, "c")], earlier) == []


def test_moved_groups_compares_pairs_alone_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "MOST_COMBINED", 10)
    earlier = [group(PLACES < 60, "a"), group((PLACES >= 60) & (PLACES < 120), "b")]

    assert found([group(PLACES < 121, "c")], earlier) == []
    assert found([group(PLACES < 61, "c")], earlier) == ["moved group"]


def test_moved_groups_of_nobody_are_none() -> None:
    assert found([], halves(100)) == []
    assert found([group(PLACES < 0), group(PLACES < 100)], [group(PLACES < 0)]) == []
