"""Two nodes put together what they know to read a third."""

import numpy as np
import pytest

from hansa.lib.keys import SealingKey
from hansa.lib.secure_sum import STATISTICS, _blend, context, mask, pair_keys
from tests.security.attacker import coded, hold_stopped, rest, text, years

ATTACK = {
    "family": "A colluding pair of nodes",
    "tries": "Of four parties, two take off all masks they know from the numbers of a third. Of three, two subtract "
    "their own sums from the total and have those of the third exactly; with a level that many people have elsewhere "
    "and one person here, that person's age.",
    "stopped by": "masks, own cell",
    "where it ends": "Of three parties, two together read the sums of the third hospital, over at least three people "
    "each, and, not held, its steps of time in pooled survival models, of which one may be of one person.",
}
MEAN = "{name: asked, kind: table_one, by: target, variables: [age]}"


def common(attacker):
    """Return a level that one person here has and twenty elsewhere."""
    ours = {int(attacker.victims["time"][17])}
    theirs = {int(time) for side in attacker.scene.sides for time in side.rows["time"][:10]}
    wanted = ours | (theirs - {int(time) for time in attacker.victims["time"]})
    return coded("target", some=lambda time: time in wanted, others=rest)


def test_with_the_rules_off_a_pair_of_three_reads_the_age(unhindered):
    answer = unhindered.ask(text(MEAN, common(unhindered), minimum_cell=5))

    assert unhindered.person(17, "age") in [years(found) for found in answer.sums("sum of age", "target[some]")]


def test_pair_of_three_gets_no_sum_over_one_person(attacker):
    answer = attacker.ask(text(MEAN, common(attacker)))

    hold_stopped(attacker, answer, "Fewer than 3 people here have 'target[some]'")


def test_pair_of_three_reads_sums_of_many_and_no_age(attacker):
    half = coded("half", early=lambda time: time <= 450, late=rest)

    answer = attacker.ask(text("{name: asked, kind: table_one, by: half, variables: [age]}", half))

    read = answer.sums("sum of age", "half[")
    victims = attacker.victims
    groups = [
        [float(age) for age, time in zip(victims["age"], victims["time"], strict=True) if (int(time) <= 450) == early]
        for early in (True, False)
    ]
    assert [years(value, persons=len(group)) for value, group in zip(read, groups, strict=True)] == [*map(sum, groups)]
    assert min(len(group) for group in groups) >= 10


@pytest.mark.parametrize("pair", [("B", "C"), ("C", "D"), ("B", "D")])
def test_pair_of_four_reads_nothing_of_a_third(pair):
    parties = ("A", "B", "C", "D")
    keys = {party: SealingKey.generate() for party in parties}
    within = context("urn:hansa:studies:1", attempt=1, round_number=1)
    sums = np.array([53.0, 12.0])
    others = {party: keys[party].public for party in parties if party != "A"}
    masked = mask(sums, own="A", keys=pair_keys(keys["A"], others, own_id="A", context=within))

    for party in pair:
        (key,) = pair_keys(keys[party], {"A": keys["A"].public}, own_id=party, context=within).values()
        # What A has added for this party is taken off again.
        _blend(masked, key=key, adds=False)

    assert np.all(np.abs(STATISTICS.decode(masked[:-1]) - sums) > 1e3)
