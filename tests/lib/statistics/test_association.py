import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from hansa.lib.genomics.genotypes import MISSING
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from tests import plink
from tests.lib.genomics import people

CELL = 5


@pytest.fixture(scope="module")
def made():
    return people.pooled()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("variants")


@pytest.fixture(scope="module")
def paths(made, folder):
    return people.split(made, folder)


def study(made, paths, folder, *analyses, cell=CELL):
    return people.rehearsed(people.protocol(made.panel, *analyses, cell=cell), paths, folder)["analyses"][0]


def with_plink(made, folder, *, outcome):
    path = people.write(folder, made, rows=np.arange(len(made.frame)), name="all")
    named = made.frame.assign(FID=0, IID=made.frame["iid"], case=(made.frame["case"] == "yes") + 1)
    named[["FID", "IID", outcome]].to_csv(folder / "outcome.txt", sep="\t", index=False)
    named[["FID", "IID", "age", "sex"]].to_csv(folder / "covariates.txt", sep="\t", index=False)
    parts = [part for kind in ("bed", "bim", "fam") for part in (f"--{kind}", path.with_suffix(f".{kind}"))]
    tables = ["--pheno", folder / "outcome.txt", "--covar", folder / "covariates.txt"]
    plink.run(*parts, *tables, "--glm", "hide-covar", "no-firth", "--out", folder / f"plink_{outcome}")
    (found,) = folder.glob(f"plink_{outcome}.*.glm.*")
    rows = pd.read_csv(found, sep="\t")
    return rows.set_index(rows["#CHROM"].astype(str) + ":" + rows["POS"].astype(str))


def of_design(made, index):
    doses = made.doses[:, index].astype(float)
    known = doses != MISSING
    X = np.column_stack([np.ones(known.sum()), made.frame["age"][known], made.frame["sex"][known], doses[known]])
    return X, known


def of_each(found):
    keys = ("variants", "persons", "estimate", "standard_error", "p")
    return list(zip(*(found[key] for key in keys), strict=True))


@pytest.mark.parametrize("outcome", ["bmi", "case"])
def test_effects_equal_those_of_plink_on_the_pooled_file(made, paths, folder, outcome):
    # PLINK stops a logistic model early; statsmodels below does not.
    analysis, close = {"bmi": (people.LINEAR, 1e-5), "case": (people.LOGISTIC, 5e-3)}[outcome]
    expected = with_plink(made, folder, outcome=outcome)

    found = of_each(study(made, paths, folder, analysis))

    assert len(found) > 100
    for variant, persons, estimate, error, p in found:
        row, counted = expected.loc[":".join(variant.split(":")[:2])], variant.split(":")[3]
        effect = row["BETA"] if "BETA" in row else np.log(row["OR"])
        assert persons == row["OBS_CT"]
        # Who lacks a variant is left out by PLINK also where they are few.
        if not 0 < len(made.frame) - persons < CELL:
            assert estimate == pytest.approx(effect if row["A1"] == counted else -effect, abs=close * error, rel=close)
            assert p == pytest.approx(row["P"], rel=5 * close)


def test_linear_effects_equal_least_squares(made, paths, folder):
    names = [variant.text for variant in made.panel]
    found = of_each(study(made, paths, folder, people.LINEAR))
    for variant, persons, estimate, error, p in found:
        X, known = of_design(made, names.index(variant))
        if not 0 < (~known).sum() < CELL:
            one = sm.OLS(made.frame["bmi"][known].to_numpy(), X).fit()
            assert persons == known.sum()
            assert (estimate, error, p) == pytest.approx((one.params[-1], one.bse[-1], one.pvalues[-1]), rel=1e-7)


def test_logistic_effects_equal_maximum_likelihood(made, paths, folder):
    names = [variant.text for variant in made.panel]
    for variant, _persons, estimate, error, _p in of_each(study(made, paths, folder, people.LOGISTIC)):
        X, known = of_design(made, names.index(variant))
        if not 0 < (~known).sum() < CELL:
            case = (made.frame["case"][known] == "yes").to_numpy(dtype=float)
            one = sm.Logit(case, X).fit(disp=0, tol=1e-14, maxiter=100)
            assert (estimate, error) == pytest.approx((one.params[-1], one.bse[-1]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("analysis", [people.LINEAR, people.LOGISTIC])
def test_what_few_persons_lack_has_the_mean_in_its_place(made, paths, folder, analysis):
    found = {each[0]: each for each in of_each(study(made, paths, folder, analysis))}

    _variant, persons, estimate, error, _p = found[made.panel[7].text]

    doses = made.doses[:, 7].astype(float)
    lacking = doses == MISSING
    assert 0 < lacking.sum() < CELL
    doses[lacking] = doses[~lacking].mean()
    X = np.column_stack([np.ones(len(doses)), made.frame["age"], made.frame["sex"], doses])
    if analysis == people.LINEAR:
        one = sm.OLS(made.frame["bmi"].to_numpy(), X).fit()
    else:
        one = sm.Logit((made.frame["case"] == "yes").to_numpy(dtype=float), X).fit(disp=0, tol=1e-14)
    assert persons == (~lacking).sum()
    assert (estimate, error) == pytest.approx((one.params[-1], one.bse[-1]), rel=1e-7)


def test_neighbours_that_differ_in_few_persons_are_not_both_tested(folder):
    made = people.pooled(missing=0.0, variants=60, seed=5)
    made.doses[:3, 7] = made.doses[3:6, 7]
    inside = folder / "twins"
    inside.mkdir()

    found = study(made, people.split(made, inside), inside, people.LINEAR)

    assert found["left_out"]["twin"] > 0
    names = [variant.text for variant in made.panel]
    kept = [names.index(variant) for variant in found["variants"]]
    for first in kept:
        for second in (other for other in kept if other > first):
            apart = (made.doses[:, first] != made.doses[:, second]).sum()
            assert apart == 0 or apart >= CELL


def test_variant_of_few_carriers_is_left_out(made, folder):
    rare = people.pooled(variants=30, missing=0.0, seed=9)
    rare.doses[:, 3] = 0
    rare.doses[:4, 3] = 1
    rare.doses[:, 4] = 2
    inside = folder / "rare"
    inside.mkdir()
    paths = people.split(rare, inside)

    linear = study(rare, paths, inside, people.LINEAR)

    assert linear["left_out"]["few"] == 1
    assert linear["left_out"]["absent"] == 1
    assert rare.panel[3].text not in linear["variants"]


def test_variant_that_no_case_carries_is_left_out_of_a_logistic_model(folder):
    made = people.pooled(variants=12, missing=0.0, seed=11)
    cases = made.frame["case"] == "yes"
    made.doses[:, 5] = np.where(cases, 0, made.doses[:, 5])
    # Of this one both alleles are among cases, and yet its coefficient grows without end.
    made.doses[:, 8] = np.where(cases, 1, made.doses[:, 8] % 2)
    inside = folder / "separated"
    inside.mkdir()

    found = study(made, people.split(made, inside), inside, people.LOGISTIC)

    assert found["left_out"] == {"diverged": 1, "separated": 1}
    assert found["inflation"] > 0


def test_variant_that_the_model_explains_has_no_effect(folder):
    made = people.pooled(variants=9, missing=0.0, seed=12)
    made.doses[:, 4] = made.frame["sex"]
    inside = folder / "explained"
    inside.mkdir()
    paths = people.split(made, inside)

    for analysis in (people.LINEAR, people.LOGISTIC):
        assert study(made, paths, inside, analysis)["left_out"] == {"diverged": 1}


def test_null_model_that_cannot_be_estimated_says_so(folder):
    made = people.pooled(variants=6, seed=13)
    made.frame["bmi"] = 25.0
    inside = folder / "flat"
    inside.mkdir()

    found = study(made, people.split(made, inside), inside, people.LINEAR)

    assert "bmi" in found["problem"]
    assert found["variants"] == []


def test_panel_of_which_no_variant_is_left_gives_an_empty_result(folder):
    made = people.pooled(variants=3, missing=0.0, seed=14)
    made.doses[:] = 0
    inside = folder / "empty"
    inside.mkdir()

    found = study(made, people.split(made, inside), inside, people.LOGISTIC)

    assert found["left_out"] == {"absent": 3}
    assert found["inflation"] is None


@pytest.mark.parametrize("analysis", [people.LINEAR, people.LOGISTIC, people.COUNTED])
def test_every_number_has_a_name(made, paths, folder, analysis):
    wanted = parse(people.protocol(made.panel, analysis, cell=CELL))
    programme, state = Programme(wanted), Programme(wanted).start()
    tables = [people.table(path, wanted, folder) for path in paths]
    while not programme.is_done(state):
        parts = [programme.local(state, table) for table in tables]
        assert len(programme.labels(state)) == len(set(programme.labels(state))) == len(parts[0])
        total = np.sum(parts, axis=0)
        assert min([CELL, *(count for _label, count in programme.cells(state, total))]) == CELL
        assert programme.sums(state, total) == {}
        state = programme.combine(state, total)
    assert programme.own_cells(tables[0])


def test_rows_in_blocks_and_variants_in_parts_give_the_same(made, paths, folder, monkeypatch):
    whole = [study(made, paths, folder, each) for each in (people.LINEAR, people.LOGISTIC)]
    for place, size in (("table.BLOCK", 100), ("genotype_counts.HELD", 2_000), ("genotype_counts.CHUNK", 70)):
        monkeypatch.setattr(f"hansa.lib.statistics.{place}", size)
    monkeypatch.setattr("hansa.lib.statistics.genotype_counts.PAIRS", 9)
    monkeypatch.setattr("hansa.lib.statistics.association.NUMBERS", 1_500)

    parts = [study(made, paths, folder, each) for each in (people.LINEAR, people.LOGISTIC)]

    for one, other in zip(whole, parts, strict=True):
        assert one["variants"] == other["variants"]
        assert one["estimate"] == pytest.approx(other["estimate"], rel=1e-9)
        assert one["standard_error"] == pytest.approx(other["standard_error"], rel=1e-7)


def test_search_that_goes_on_too_long_ends(made, paths, folder, monkeypatch):
    monkeypatch.setattr("hansa.lib.statistics.association.MOST_LOOKS", 2)
    assert study(made, paths, folder, people.LOGISTIC)["left_out"]["diverged"] > 100
