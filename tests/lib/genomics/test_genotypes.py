import numpy as np
import pytest

from hansa.lib.genomics.genotypes import ABSENT, MISSING, Genotypes, aligned
from hansa.lib.genomics.panel import Variant

PANEL = (Variant("1", 10, "A", "G"), Variant("1", 20, "C", "T"))


@pytest.mark.parametrize(
    ("there", "is_forward", "expected"),
    [
        ((0, "G", "A"), True, (0, False)),
        ((0, "A", "G"), True, (0, True)),
        ((0, "C", "T"), False, (0, False)),
        ((0, "T", "C"), False, (0, True)),
        ((0, "C", "T"), True, (ABSENT, False)),
        ((0, "G", "C"), False, (ABSENT, False)),
    ],
)
def test_column_is_found_whichever_allele_and_strand_it_names(there, is_forward, expected):
    columns, turned = aligned(PANEL, places={("1", 10): [there]}, is_forward=is_forward)
    assert (columns[0], turned[0]) == expected
    assert columns[1] == ABSENT


def test_two_columns_for_one_variant_are_not_believed():
    columns, _turned = aligned(PANEL, places={("1", 10): [(0, "G", "A"), (1, "A", "G")]}, is_forward=True)
    assert columns[0] == ABSENT


def test_doses_are_those_of_the_alternate_allele():
    held = np.array([[0, 1], [1, 2], [2, MISSING]], dtype=np.int8)
    found = Genotypes(
        lambda rows, columns: held[np.ix_(rows, columns)],
        np.array([2, 0, 1]),
        np.array([1, ABSENT, 0]),
        np.array([True, False, False]),
    )
    assert found.variants == 3
    assert found.doses(0, 3).tolist() == [[MISSING, MISSING, 2], [1, MISSING, 0], [0, MISSING, 1]]
    assert found.chosen(np.array([2])).tolist() == [[2], [0], [1]]
    assert found.select(np.array([False, True, False])).doses(0, 1).tolist() == [[1]]
    assert found.part(1, 3).doses(2, 3).tolist() == [[0], [1]]
    assert found.part(3, 3).doses(0, 3).shape == (0, 3)
    assert found.chosen(np.array([1])).tolist() == [[MISSING]] * 3
