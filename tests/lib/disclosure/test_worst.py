"""What a steward is told could be learnt at worst, counted from the rows of a site."""

import numpy as np

from hansa.lib.disclosure.worst import Overlap, alone, overlaps, smallest
from hansa.lib.row_sets import Release, RowSet

PLACES = np.arange(100)


def group(name: str, size: int) -> Release:
    return Release(name, RowSet.of(size > PLACES))


def test_smallest_names_the_group_of_the_fewest_people() -> None:
    assert smallest([group("grade[I]", 40), group("grade[III]", 4), group("grade[II]", 60)]) == ("grade[III]", 4)


def test_smallest_of_no_group_is_none() -> None:
    assert smallest([]) is None


def test_alone_counts_values_that_one_person_has_and_leaves_out_what_is_missing() -> None:
    columns = {"age": np.array([40.0, 40.0, 51.0, 62.0]), "event": np.array([0.0, 1.0, 1.0, 0.0])}

    assert alone(columns) == {"age": 2}


def test_overlaps_are_told_nearest_first_and_only_where_somebody_is_in_both() -> None:
    rows = RowSet.of(PLACES < 60)
    earlier = [group("half", 50), Release("others", RowSet.of(PLACES >= 60)), group("most", 61)]

    assert overlaps(rows, earlier) == (
        Overlap(name="most", shared=60, apart=1),
        Overlap(name="half", shared=50, apart=10),
    )
