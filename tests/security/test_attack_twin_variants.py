"""Subtract the sums of two variants that nearly the same people carry."""

import numpy as np
import pytest

from hansa.lib.statistics import genotype_counts
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from tests.lib.genomics import people

ATTACK = {
    "family": "Twin variants",
    "tries": "Two neighbouring variants of a genome that are the same in everybody but one person. The totals of their "
    "sums with each covariate differ by what this person has, and every party's node reads them. Also a variant that "
    "one person carries, and one that one person lacks.",
    "stopped by": "minimum cell, over carriers and over those in whom neighbours differ",
    "where it ends": "Who knows many genotypes of the people in a study can combine more than two variants; what that "
    "tells is not looked for.",
}
VICTIM, CELL, FIRST, SECOND = 400, 10, 5, 6


@pytest.fixture
def made():
    found = people.pooled(variants=20, missing=0.0, seed=3)
    found.doses[:, SECOND] = found.doses[:, FIRST]
    found.doses[VICTIM, FIRST], found.doses[VICTIM, SECOND] = 1, 2
    return found


def totals(made, folder):
    """Yield state, names and totals of each round, which every party's node learns."""
    wanted = parse(people.protocol(made.panel, people.LINEAR, cell=CELL))
    tables = [people.table(path, wanted, folder) for path in people.split(made, folder)]
    programme, state = Programme(wanted), Programme(wanted).start()
    while not programme.is_done(state):
        total = np.sum([programme.local(state, table) for table in tables], axis=0)
        yield state, dict(zip(programme.labels(state), total.tolist(), strict=True))
        state = programme.combine(state, total)


def differences(made, folder):
    """Return what the totals of the two variants say of the person in whom they differ, by column."""
    names = [made.panel[place].text for place in (FIRST, SECOND)]
    found = {}
    for state, total in totals(made, folder):
        for name in ("age", "sex[1]"):
            sums = [total.get(f"linear: {variant}: sum of {name} × copies") for variant in names]
            if None not in sums:
                null = state["analyses"]["linear"]["null"]
                place = ["Intercept", "age", "sex[1]"].index(name)
                found[name] = (sums[1] - sums[0]) * null["scale"][place] + null["centre"][place]
    return found


def test_sums_of_twins_tell_a_person_where_nothing_stops_them(made, tmp_path, monkeypatch):
    monkeypatch.setattr(genotype_counts.GenotypeCounts, "_compared", lambda self, reasons, pairs, distances: reasons)

    told = differences(made, tmp_path)

    victim = made.frame.iloc[VICTIM]
    assert told["age"] == pytest.approx(victim["age"], abs=1e-6)
    assert told["sex[1]"] == pytest.approx(victim["sex"], abs=1e-6)


def test_only_one_of_two_twins_is_added_up(made, tmp_path):
    assert differences(made, tmp_path) == {}


@pytest.mark.parametrize("dose", [1, people.MISSING])
def test_nothing_is_added_over_the_one_who_carries_or_lacks_a_variant(made, tmp_path, dose):
    made.doses[:, 10] = 0 if dose == 1 else made.doses[:, 10]
    made.doses[VICTIM, 10] = dose
    name = made.panel[10].text
    labels = [label for _state, total in totals(made, tmp_path) for label in total if name in label]
    sums = [label for label in labels if "sum of" in label]
    assert labels
    assert sums == [] if dose == 1 else not any("unknown" in label for label in sums)
