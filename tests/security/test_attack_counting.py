"""Ask how many people there are, with one person and without."""

import itertools

import numpy as np

from hansa.lib.disclosure.counting import People, shown

ATTACK = {
    "family": "Differencing counts before a study",
    "tries": "Two questions how many people a hospital has, about sets that differ by one person, in the words of a "
    "cohort that only she is in or only she is not; again and again, and until a count stands where rounding turns.",
    "stopped by": "the cell key method, rounding, a budget of questions a week",
    "where it ends": "Whoever may ask some hundreds of times in other words averages the blur away; the budget is what "
    "stands against that.",
}
STEP, A_WEEK, VICTIMS = 10, 20, 400
SECRET = b"a secret of the hospital"


def told(members, *, blurred=True):
    """Return what a hospital says of a set of people, or what it would say if it only rounded."""
    marks = (int(members.sum()), int((members.astype(object) ** 2 % 1_000_003).sum()))
    people = People(len(members), marks)
    return shown(people, secret=SECRET, step=STEP) if blurred else STEP * round(len(members) / STEP)


def test_asking_again_gives_the_same_number():
    members = np.arange(1, 138)

    assert len({told(members) for _again in range(A_WEEK)}) == 1


def test_count_at_the_limit_of_rounding_gives_one_person_away_where_nothing_is_blurred():
    """The attack is one: with rounding alone, a set of 105 becomes 100 without her and 110 with another."""
    found = [told(np.arange(1, size), blurred=False) for size in range(100, 120)]

    assert sum(one != other for one, other in itertools.pairwise(found)) == 2


def test_questions_of_a_week_do_not_tell_whether_one_person_is_there():
    chance, right = np.random.default_rng(7), 0
    for victim in range(VICTIMS):
        is_there = bool(victim % 2)
        moved = 0.0
        for _pair in range(A_WEEK // 2):
            # Other words each time, so that neither blur is the one of an earlier question.
            others = chance.choice(np.arange(1_000, 9_000), size=int(chance.integers(120, 400)), replace=False)
            moved += told(np.append(others, victim) if is_there else others) - told(others[1:] if is_there else others)
        right += (moved / (A_WEEK // 2) > STEP / 10) == is_there

    assert right / VICTIMS < 0.8
