import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.disclosure.counting import People, shown, shown_in_turn, together
from hansa.lib.errors import InvalidError

SECRET = b"a secret of the hospital"


def people(count, seed=1):
    return People(count, (count * seed, seed))


@given(st.integers(0, 100_000), st.integers(1, 200), st.integers(1, 50))
def test_shown_is_within_a_step_and_never_small(count, step, seed):
    found = shown(people(count, seed), secret=SECRET, step=step)

    if count < step:
        assert found is None
    else:
        assert found % step == 0
        assert found >= step
        assert abs(found - count) <= step


def test_shown_is_the_same_for_the_same_people_and_another_at_another_hospital():
    found = [shown(people(1005), secret=secret, step=100) for secret in (SECRET, SECRET)]

    assert found[0] == found[1]
    assert len({shown(people(1050), secret=str(n).encode(), step=100) for n in range(1, 60)}) == 2


def test_sets_that_differ_by_one_person_are_moved_independently():
    """Somebody who asks for each count with and without one person learns nothing from whether the answer moves."""
    pairs = [
        (shown(People(n, (n, 7)), secret=SECRET, step=10), shown(People(n + 1, (n + 99, 8)), secret=SECRET, step=10))
        for n in range(100, 2100)
    ]
    ups, downs = sum(one < other for one, other in pairs), sum(one > other for one, other in pairs)

    assert downs > 100
    assert ups < 3 * downs


def test_counts_in_turn_never_grow():
    sets = [people(count, seed) for seed, count in enumerate((500, 499, 498, 497, 30, 9, 40), start=1)]

    found = shown_in_turn(sets, secret=SECRET, step=10)

    known = [count for count in found if count is not None]
    assert known == sorted(known, reverse=True)
    assert found[-2:] == [None, None]


def test_together_adds_what_is_known():
    assert together([[100, 20, None], [50, None, None]]) == [150, 20, None]


def test_shown_refuses_a_step_of_nothing():
    with pytest.raises(InvalidError, match="less than one"):
        shown(people(5), secret=SECRET, step=0)
