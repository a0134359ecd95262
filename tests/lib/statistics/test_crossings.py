import numpy as np
import pytest

from hansa.lib.statistics.crossings import Crossings, is_few, refusal
from hansa.lib.statistics.table import Table
from tests.lib.statistics import samples

VARIABLES = {"sick": samples.BOOLEAN, "grade": samples.category("I", "II")}
TABLE = Table(
    {"sick": np.array([0.0, 1.0, 1.0, 0.0]), "grade": np.array([0, 1, 1, 1], dtype=np.int64)}, {"grade": ("I", "II")}, 4
)


def test_local_counts_each_combination_of_levels():
    crossings = Crossings((("grade",), ("grade", "sick")), VARIABLES)

    cells = crossings.cells(crossings.local(TABLE))

    assert cells == (
        ("persons with grade[I]", 1.0),
        ("persons with grade[II]", 3.0),
        ("persons with grade[I] and sick[no]", 1.0),
        ("persons with grade[I] and sick[yes]", 0.0),
        ("persons with grade[II] and sick[no]", 1.0),
        ("persons with grade[II] and sick[yes]", 2.0),
    )


def test_few_names_the_combinations_that_somebody_has_but_too_few():
    crossings = Crossings((("grade", "sick"),), VARIABLES)

    few = crossings.few(crossings.local(TABLE), minimum_cell=2)

    assert few == ("grade[I] and sick[no]", "grade[II] and sick[no]")


def test_no_sets_count_nothing():
    crossings = Crossings((), {})

    assert (crossings.labels, crossings.local(TABLE).tolist(), crossings.few(np.empty(0), minimum_cell=9)) == (
        (),
        [],
        (),
    )


@pytest.mark.parametrize(("count", "expected"), [(0, False), (1e-9, False), (1, True), (9, True), (10, False)])
def test_is_few_of_somebody_under_the_minimum(count, expected):
    assert is_few(count, minimum_cell=10) == expected


def test_refusal_names_levels_and_remedy():
    message, remedy = refusal(("a[x]", "b[y]"), minimum_cell=10)

    assert message == "Fewer than 10 persons have 'a[x]' and 'b[y]', so no sum was added over them."
    assert remedy == "Merge these levels with others, or leave the term out."


def test_refusal_names_three_levels_at_most():
    message, _ = refusal(("a[x]", "b[y]", "c[z]", "d[z]"), minimum_cell=10)

    assert "'c[z]' (and 1 more), so" in message
