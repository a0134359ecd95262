import numpy as np
import pytest
from scipy.stats import chisquare

from hansa.lib.genomics.genotypes import MISSING
from hansa.lib.statistics.allele_frequencies import equilibrium, tally
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from tests import plink
from tests.lib.genomics import people


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("frequencies")


@pytest.fixture(scope="module")
def made():
    return people.pooled(variants=100)


@pytest.fixture(scope="module")
def found(made, folder):
    text = people.protocol(made.panel, people.COUNTED, cell=10)
    return people.rehearsed(text, people.split(made, folder), folder)["analyses"][0]


def test_frequencies_are_those_of_all_persons(made, found):
    names = [variant.text for variant in made.panel]
    for variant, persons, frequency in zip(found["variants"], found["persons"], found["frequency"], strict=True):
        doses = made.doses[:, names.index(variant)]
        known = doses[doses != MISSING]
        assert persons == len(known)
        assert frequency == known.sum() / (2 * len(known))
    assert len(found["variants"]) + sum(found["left_out"].values()) == 100


def test_frequencies_equal_those_of_plink(made, found, folder):
    path = people.write(folder, made, rows=np.arange(len(made.frame)), name="all")
    plink.run("--bfile", path.with_suffix(""), "--freq", "--out", folder / "plink")
    lines = [line.split("\t") for line in (folder / "plink.afreq").read_text().splitlines()]
    place = {name: column for column, name in enumerate(lines[0])}
    expected = {line[place["ID"]]: line for line in lines[1:]}
    names = [variant.text for variant in made.panel]
    for variant, frequency in zip(found["variants"], found["frequency"], strict=True):
        line = expected[f"rs{names.index(variant)}"]
        other = float(line[place["ALT_FREQS"]])
        same = line[place["ALT"]] == variant.split(":")[3]
        assert frequency == pytest.approx(other if same else 1 - other, abs=1e-5)


def test_equilibrium_is_the_test_of_chi_square():
    counts = np.array([[300, 120, 20], [100, 40, 12]])
    persons, one, two = counts.T
    for place, (all_, mixed, both) in enumerate(counts.tolist()):
        share = (mixed + 2 * both) / (2 * all_)
        due = [all_ * (1 - share) ** 2, 2 * all_ * share * (1 - share), all_ * share**2]
        p = chisquare([all_ - mixed - both, mixed, both], due, ddof=1).pvalue
        assert equilibrium(persons, one=one, two=two)[place] == pytest.approx(p, rel=1e-9)


def test_reasons_are_counted():
    assert tally(["", "twin", "few", "few"]) == {"few": 2, "twin": 1}


def test_only_counts_are_added_and_no_cell_stops_the_study(made, folder):
    programme = Programme(parse(people.protocol(made.panel, people.COUNTED)))
    state = programme.start()
    total = np.zeros(len(programme.labels(state)))
    assert programme.sums(state, total) == {}
    assert [label for label, _count in programme.cells(state, total)] == ["persons", "persons without missing values"]
