import numpy as np
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.genomics.genotypes import MISSING, Genotypes
from hansa.lib.genomics.panel import Variant
from hansa.lib.statistics import genotype_counts
from hansa.lib.statistics.genotype_counts import GenotypeCounts
from hansa.lib.statistics.table import Table

CELL = 3


def table_of(doses, case=None):
    held = np.array(doses, dtype=np.int8)
    people, variants = held.shape
    genotypes = Genotypes(
        lambda rows, columns: held[np.ix_(rows, columns)],
        np.arange(people),
        np.arange(variants),
        np.zeros(variants, dtype=np.bool_),
    )
    columns = {} if case is None else {"case": np.array(case, dtype=np.float64)}
    return Table(columns, {}, people, genotypes=genotypes)


def counted(*tables, outcome=None):
    panel = [Variant("1", place + 1, "A", "G") for place in range(tables[0].genotypes.variants)]
    counts = GenotypeCounts(panel, CELL, outcome)
    state = counts.start()
    while not counts.is_done(state):
        parts = [counts.local(state, table) for table in tables]
        assert all(len(part) == len(counts.labels(state)) == counts.size(state) for part in parts)
        assert len(counts.persons(state, parts[0])) == len(parts[0])
        state = counts.combine(state, np.sum(parts, axis=0))
    return counts, state


def test_genotypes_are_counted_over_sites():
    first, second = table_of([[0, 1], [2, MISSING]]), table_of([[1, 1]])
    counts, state = counted(first, second)
    assert counts.numbers(state).tolist() == [[3, 2], [1, 2], [1, 0]]


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([0] * 8, "absent"),
        ([2] * 8, "absent"),
        ([MISSING] * 8, "absent"),
        ([1, 1, 0, 0, 0, 0, 0, 0], "few"),
        ([1, 1, 2, 2, 2, 2, 2, 2], "few"),
        ([0, 1, 1, 1, 0, 0, 2, 0], ""),
    ],
)
def test_variant_of_few_carriers_is_not_used(column, reason):
    counts, state = counted(table_of([[dose] for dose in column]))
    assert genotype_counts.named(counts.reasons(state)) == [reason]


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], "separated"),
        ([1, 1, 1, 0, 0, 1, 0, 0, 0, 0], "few"),
        ([1, 1, 1, 0, 0, 1, 1, 1, 0, 0], ""),
    ],
)
def test_carriers_are_looked_at_by_outcome_too(column, reason):
    counts, state = counted(table_of([[dose] for dose in column], case=[0] * 5 + [1] * 5), outcome="case")
    assert genotype_counts.named(counts.reasons(state)) == [reason]


@pytest.mark.parametrize(("apart", "reason"), [(0, ""), (1, "twin"), (2, "twin"), (3, "")])
def test_second_of_two_neighbours_that_differ_in_few_persons_is_not_used(apart, reason):
    one = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 1])
    other = one.copy()
    other[:apart] = 1
    table = table_of(np.stack([one, other], axis=1))
    counts, state = counted(table)
    assert genotype_counts.named(counts.reasons(state)) == ["", reason]


def test_differences_are_those_of_all_sites_together():
    one = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 1])
    other = np.where(np.arange(12) < 2, 1, one)
    table = table_of(np.stack([one, other], axis=1))
    counts, state = counted(table, table)
    assert genotype_counts.named(counts.reasons(state)) == ["", ""]


def test_neighbour_of_one_that_is_not_used_may_be():
    one = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 1])
    columns = [one, np.where(np.arange(12) < 1, 1, one), np.where(np.arange(12) < 3, 1, one)]
    counts, state = counted(table_of(np.stack(columns, axis=1)))
    assert genotype_counts.named(counts.reasons(state)) == ["", "twin", ""]


def test_table_without_genotypes_is_refused():
    with pytest.raises(InvalidError, match="no genotypes"):
        genotype_counts.genotypes_of(Table({}, {}, 3))
