import numpy as np
import pytest
import statsmodels.api as sm

from hansa.lib.genomics.genotypes import MISSING
from hansa.lib.statistics import components
from hansa.lib.statistics.components import Components
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import check, parse
from tests import plink
from tests.lib.genomics import people

ASKED = '{name: linear, kind: gwas, family: gaussian, formula: "bmi ~ age + sex", components: 2}'
CELL = 5


def ancestries(*, persons=900, variants=400, seed=21):
    """Make persons of three ancestries, of which one is heavier for reasons that no variant has."""
    made = people.pooled(persons=persons, variants=variants, missing=0.01, seed=seed)
    random = np.random.default_rng(seed)
    group = np.arange(persons) % 3
    share = np.clip(random.uniform(0.1, 0.9, variants) + random.normal(0, 0.12, (3, variants)), 0.03, 0.97)
    doses = random.binomial(2, share[group]).astype(np.int8)
    doses[made.doses == MISSING] = MISSING
    made.doses[:] = doses
    made.frame["bmi"] = (25 + 2.0 * (group == 0) + random.normal(0, 1.5, persons)).round(4)
    return made, group


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("components")


@pytest.fixture(scope="module")
def made():
    return ancestries()[0]


@pytest.fixture(scope="module")
def run(made, folder):
    """Return the result of the study, and where each person stands, in the order of all."""
    wanted = parse(people.protocol(made.panel, ASKED, cell=CELL))
    tables = [people.table(path, wanted, folder) for path in people.split(made, folder)]
    programme, state = Programme(wanted), Programme(wanted).start()
    while not programme.is_done(state):
        parts = [programme.local(state, table) for table in tables]
        assert len(programme.labels(state)) == len(set(programme.labels(state))) == len(parts[0])
        state = programme.combine(state, np.sum(parts, axis=0))
    (gwas,), inside = programme.estimators, state["analyses"]["linear"]
    shares = gwas._counts.shares(inside["counts"])
    scores = [gwas.components.scores(inside["components"], each, shares=shares, rows=900) for each in tables]
    return programme.result(state)["analyses"][0], np.concatenate(scores)


def pooled_components(made, variants):
    """Return the two first components of the pooled doses, by a singular value decomposition."""
    names = [variant.text for variant in made.panel]
    doses = made.doses[:, [names.index(variant) for variant in variants]].astype(float)
    doses[doses == MISSING] = np.nan
    share = np.nanmean(doses, axis=0) / 2
    frequent = np.minimum(share, 1 - share) >= components.RAREST
    X = ((doses - 2 * share) / np.sqrt(2 * share * (1 - share)))[:, frequent]
    U, values, _V = np.linalg.svd(np.nan_to_num(X), full_matrices=False)
    return U[:, :2], values**2 / (values**2).sum()


def alike(one, other):
    return abs(np.corrcoef(one, other)[0, 1])


def test_persons_stand_where_the_pooled_decomposition_puts_them(made, run):
    result, scores = run
    expected, explained = pooled_components(made, result["variants"])
    for place in range(2):
        assert alike(scores[:, place], expected[:, place]) > 0.9999
        assert scores[:, place].std() == pytest.approx(1, abs=0.05)
    assert result["components"]["explained"] == pytest.approx(explained[:2], rel=1e-3)


def test_persons_stand_where_plink_puts_them(made, run, folder):
    path = people.write(folder, made, rows=np.arange(900), name="all")
    plink.run("--bfile", path.with_suffix(""), "--maf", "0.05", "--pca", "2", "--nonfounders", "--out", folder / "pca")
    lines = [line.split("\t") for line in (folder / "pca.eigenvec").read_text().splitlines()]
    theirs = np.array([[float(line[-2]), float(line[-1])] for line in lines[1:]])
    for place in range(2):
        assert alike(run[1][:, place], theirs[:, place]) > 0.999


def test_effects_are_those_of_a_model_with_these_components(made, run):
    result, scores = run
    names = [variant.text for variant in made.panel]
    for place in range(0, len(result["variants"]), 17):
        doses = made.doses[:, names.index(result["variants"][place])].astype(float)
        known = doses != MISSING
        if not 0 < (~known).sum() < CELL:
            frame = made.frame[known]
            X = np.column_stack([np.ones(len(frame)), frame["age"], frame["sex"], scores[known], doses[known]])
            one = sm.OLS(frame["bmi"].to_numpy(), X).fit()
            found = result["estimate"][place], result["standard_error"][place]
            assert found == pytest.approx((one.params[-1], one.bse[-1]), rel=1e-6)


def test_ancestry_no_longer_inflates_p_values(made, run, folder):
    crude = people.rehearsed(people.protocol(made.panel, people.LINEAR, cell=CELL), people.split(made, folder), folder)[
        "analyses"
    ][0]
    assert crude["inflation"] > 1.5
    assert run[0]["inflation"] < 1.3


@pytest.mark.parametrize(
    ("persons", "variants", "told"), [(900, 12, "common variants for 2"), (90, 200, "90 persons for 2")]
)
def test_components_of_too_little_are_refused(tmp_path, persons, variants, told):
    made, _group = ancestries(persons=persons, variants=variants)
    text = people.protocol(made.panel, ASKED, cell=CELL)
    found = people.rehearsed(text, people.split(made, tmp_path), tmp_path)["analyses"][0]
    assert told in found["problem"]


def test_variable_with_the_name_of_a_component_is_refused(made):
    text = people.protocol(made.panel, ASKED).replace("    bmi:", "    pc1: {type: number}\n    bmi:")
    assert any("has the name of a component" in fault.message for fault in check(text))


def test_components_are_the_same_whichever_sign_a_library_chooses():
    matrix = np.array([[0.1, -0.9], [-0.8, 0.2]])
    assert components._signed(-matrix).tolist() == components._signed(matrix).tolist()
    assert Components(2).directions == 2 + components.SPARE
