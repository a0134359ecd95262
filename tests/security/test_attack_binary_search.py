"""Search for a value by halves: a level whose limit is moved from study to study."""

import pytest

from tests.areas.studies.scene import Scene
from tests.paper import SOLNA, STOCKHOLM
from tests.security.attacker import Attacker, coded, hold_stopped, rest, text, years

ATTACK = {
    "family": "Binary search by filters",
    "tries": "Two studies whose level ends one time apart, subtracted: the sum of ages between is one person's. Then "
    "the largest time in the house, by halves: who is above the limit, until only one is.",
    "stopped by": "moved group, own cell, budget",
    "where it ends": "Whoever sees that a steward does not approve learns that a group is small. Refusals count in the "
    "budget like answers, and each stands on the steward's page.",
}
MEAN = "{name: asked, kind: table_one, by: half, variables: [age]}"


def above(limit):
    return coded("half", above=lambda time: time > limit, below=rest)


def neighbours(attacker):
    """Return a person in the middle of all times, and the time before theirs."""
    order = sorted(range(90), key=lambda row: int(attacker.victims["time"][row]))
    return order[45], int(attacker.victims["time"][order[44]])


def subtracted(attacker, **changes):
    """Return a person, the second answer, and the difference of the sums of ages of two studies."""
    row, before = neighbours(attacker)
    first = attacker.ask(text(MEAN, above(before), **changes))
    second = attacker.ask(text(MEAN, above(int(attacker.victims["time"][row])), **changes))
    sums = [answer.sums("sum of age", "half[above]") for answer in (first, second)]
    return row, second, [years(one - other) for one in sums[0] for other in sums[1]]


def test_with_the_rules_off_the_age_is_the_difference(unhindered):
    row, _second, found = subtracted(unhindered, minimum_cell=1)

    assert unhindered.person(row, "age") in found


def test_limit_moved_by_one_person_is_refused(attacker):
    _row, second, found = subtracted(attacker)

    assert found == []
    hold_stopped(attacker, second, "what the few people between them have", "levels that differ by many people")


def test_two_limits_one_person_apart_in_one_study_are_refused(attacker):
    row, before = neighbours(attacker)
    other = coded("other", above=lambda time: time > int(attacker.victims["time"][row]), below=rest)
    twice = f"{MEAN}\n  - {{name: again, kind: table_one, by: other, variables: [age]}}"

    answer = attacker.ask(text(twice, above(before), other))

    hold_stopped(attacker, answer, "what the few people between them have")


def test_search_by_halves_leaves_several_people(attacker):
    times = sorted(int(time) for time in attacker.victims["time"])
    low, high, refused = 0, 900, []

    while high - low > 1:
        limit = (low + high) // 2
        answer = attacker.ask(text(MEAN, above(limit)))
        if answer.refused:
            refused.append(answer)
            break
        if answer.sums("persons", "half[above]")[0] > 0:
            low = limit
        else:
            high = limit

    assert len([time for time in times if low < time <= high]) >= 3
    hold_stopped(
        attacker, refused[0], "Use exactly the groups" if "nearly" in refused[0].refused else "Join this level"
    )


@pytest.fixture
def sparing(db, tmp_path):
    return Attacker(Scene(tmp_path, STOCKHOLM, SOLNA, limits={"studies_per_person": 3}))


def test_refusals_spend_the_budget_of_whoever_goes_on(sparing):
    newest = max(int(time) for time in sparing.victims["time"])

    answers = [sparing.ask(text(MEAN, above(newest - 1 - step))) for step in range(4)]

    assert "used up the 3 studies" in answers[3].refused
    hold_stopped(sparing, answers[3], "used up the 3 studies", "Wait until", "amend the limit")
