from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.ranking import Criterion, Entry, check, rank, score

CRITERIA = (Criterion("marks", 3), Criterion("letter", 1))


def entry(id_, marks, letter, *wishes, excluded=""):
    return Entry(id=id_, points={"marks": marks, "letter": letter}, wishes=wishes, excluded=excluded)


def test_rank_gives_the_first_free_wish_in_order_of_scores():
    entries = [
        entry("a", 90, 50, "KI"),
        entry("b", 80, 80, "KI", "Oslo"),
        entry("c", 70, 90, "KI"),
        entry("d", 0, 0, "Oslo", excluded="The language level is too low."),
    ]

    lines = rank(entries, CRITERIA, places={"KI": 1, "Oslo": 1}, seed="s")

    assert [(line.id, line.rank, line.score, line.outcome) for line in lines] == [
        ("a", 1, Fraction(80), "KI"),
        ("b", 2, Fraction(80), "Oslo"),
        ("c", 3, Fraction(75), ""),
        ("d", None, None, ""),
    ] or [line.id for line in lines][:2] == ["b", "a"]
    assert lines[2].why == "Rank 3 with 75.00 points: every wish was taken by higher ranks."
    assert lines[3].why == "The language level is too low."


def test_score_is_the_weighted_mean():
    assert score(entry("a", 90, 51), CRITERIA) == Fraction(321, 4)


@pytest.mark.parametrize(
    "criteria", [(), (Criterion("", 1),), (Criterion("a", 1), Criterion("a", 1)), (Criterion("a", 0),)]
)
def test_check_refuses_criteria_that_rank_nobody(criteria):
    with pytest.raises(InvalidError, match="criteria"):
        check(criteria)


@pytest.mark.parametrize("points", [{}, {"marks": 101, "letter": 0}, {"marks": -1, "letter": 0}])
def test_score_names_the_criterion_without_points(points):
    with pytest.raises(InvalidError, match=r"points\.marks"):
        score(Entry(id="a", points=points, wishes=()), CRITERIA)


WISHES = st.lists(st.sampled_from(["KI", "Oslo", "Lund"]), unique=True)
POINTS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100), WISHES), min_size=1, max_size=12)


@given(POINTS, st.randoms(use_true_random=False))
def test_rank_is_fair_and_the_same_in_any_order(points, chance):
    entries = [entry(str(number), marks, letter, *wishes) for number, (marks, letter, wishes) in enumerate(points)]
    places = {"KI": 2, "Oslo": 1}
    shuffled = entries.copy()
    chance.shuffle(shuffled)

    lines = rank(entries, CRITERIA, places=places, seed="seed")

    assert lines == rank(shuffled, CRITERIA, places=places, seed="seed")
    by_id = {one.id: one for one in entries}
    for place, line in enumerate(lines):
        for wish in by_id[line.id].wishes:
            if wish == line.outcome:
                break
            # Whoever did not get a wish stands behind all who did.
            assert sum(other.outcome == wish for other in lines[:place]) == places.get(wish, 0)
