import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.meta_analysis import Heterogeneity, _fixed, _mean, _scored
from hansa.lib.statistics.programme import Programme, rehearse
from hansa.lib.statistics.table import Table
from tests.lib.statistics import samples
from tests.lib.statistics.samples import estimate, split, table_of
from tests.rscript import rscript

TEXT = """\
hansa: study/1
title: Recurrence by hormone therapy
question: Do the hospitals agree?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {type: number, unit: d, range: [0, 3000]}
    event: {type: boolean}
    hormone: {type: category, levels: ["no", "yes"]}
    age: {type: number, range: [18, 100]}
analyses:
  - {name: model, kind: glm, formula: event ~ hormone + age, family: binomial}
  - {name: survival, kind: cox, formula: "Surv(time, event) ~ hormone + age", baseline: site}
  - {name: agreement, kind: meta_analysis, of: model}
  - {name: curves_agree, kind: meta_analysis, of: survival}
disclosure: {minimum_cell: 5}
"""


def sites(sizes=(250, 180, 120)):
    """Return the breast cancer trial at uneven sites."""
    protocol = protocols.parse(TEXT)
    frame, _ = samples.gbsg2()
    return protocol, split(table_of(frame, protocol.variables), sizes)


def alone(protocol, tables, name="model"):
    """Return the estimate and variance of each term at each site, as a study of that site alone finds them."""
    found = []
    for table in tables:
        result = rehearse(protocol, {"only": table})
        terms = next(one for one in result["analyses"] if one["name"] == name)["terms"]
        found.append([(term["estimate"], term["standard_error"] ** 2) for term in terms])
    return np.array(found).transpose(1, 2, 0)


def joint(protocol, tables, name="agreement"):
    result = rehearse(protocol, {str(place): table for place, table in enumerate(tables)})
    return next(one for one in result["analyses"] if one["name"] == name)["terms"]


def reml(y, v):
    """Return the variance between sites that maximises the restricted likelihood, by bounded search."""

    def minus_likelihood(tau2):
        w = 1 / (v + tau2)
        mean = (w * y).sum() / w.sum()
        return 0.5 * (np.log(v + tau2).sum() + np.log(w.sum()) + (w * (y - mean) ** 2).sum())

    found = optimize.minimize_scalar(minus_likelihood, bounds=(0, 10 * y.var() + 1e-9), method="bounded",
                                     options={"xatol": 1e-14})  # fmt: skip
    return 0.0 if minus_likelihood(0.0) <= found.fun else float(found.x)


# statsmodels takes the root of a variance between sites before it sets a negative one to zero.
@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt:RuntimeWarning")
@pytest.mark.parametrize(("name", "model"), [("agreement", "model"), ("curves_agree", "survival")])
@pytest.mark.parametrize("sizes", [(250, 180, 120), (100, 60, 90, 130, 80, 70)])
def test_figures_equal_those_of_statsmodels_and_of_the_restricted_likelihood(sizes, name, model):
    protocol, tables = sites(sizes)

    terms = joint(protocol, tables, name)

    for term, (y, v) in zip(terms, alone(protocol, tables, model), strict=True):
        expected = combine_effects(y, v, method_re="dl")
        k = len(y)
        assert term["sites"] == k == len(sizes) + 1
        assert term["fixed"]["estimate"] == pytest.approx(expected.mean_effect_fe, rel=1e-8)
        assert term["fixed"]["standard_error"] == pytest.approx(expected.sd_eff_w_fe, rel=1e-8)
        assert term["q"] == pytest.approx(expected.q, rel=1e-7)
        assert term["p"] == pytest.approx(stats.chi2.sf(expected.q, k - 1), rel=1e-6)
        assert term["i2"] == pytest.approx(max(0, 1 - (k - 1) / expected.q), abs=1e-7)
        simple = term["dersimonian_laird"]
        assert simple["tau2"] == pytest.approx(max(0, expected.tau2), abs=1e-9)
        weight = 1 / (v + max(0, expected.tau2))
        assert simple["estimate"] == pytest.approx((weight * y).sum() / weight.sum(), rel=1e-7)
        assert simple["standard_error"] == pytest.approx(weight.sum() ** -0.5, rel=1e-7)

        tau2 = reml(y, v)
        assert term["tau2"] == pytest.approx(tau2, abs=1e-6 * (1 + v.mean()))
        w = 1 / (v + term["tau2"])
        mean = (w * y).sum() / w.sum()
        knapp = np.sqrt(max(1, (w * (y - mean) ** 2).sum() / (k - 1)) / w.sum())
        reach = stats.t.ppf(0.975, k - 1) * knapp
        assert term["random"]["estimate"] == pytest.approx(mean, rel=1e-7)
        assert (term["random"]["low"], term["random"]["high"]) == pytest.approx((mean - reach, mean + reach), rel=1e-7)
        far = stats.t.ppf(0.975, k - 2) * np.sqrt(term["tau2"] + 1 / w.sum())
        told = (term["prediction"]["low"], term["prediction"]["high"])
        assert told == pytest.approx((mean - far, mean + far), rel=1e-7)


def test_variance_between_sites_is_the_one_that_r_finds():
    """Sites that truly differ, so that the variance is not at its bound."""
    y, v = np.array([0.1, 0.9, 0.4, -0.3, 1.2]), np.array([0.02, 0.03, 0.01, 0.05, 0.02])
    code = f"""
    y <- c({",".join(map(str, y))}); v <- c({",".join(map(str, v))})
    f <- function(t) {{ w <- 1 / (v + t); m <- sum(w * y) / sum(w)
      0.5 * (sum(log(v + t)) + log(sum(w)) + sum(w * (y - m)^2)) }}
    cat(sprintf("%.12g", optimize(f, c(0, 5), tol = 1e-12)$minimum))
    """

    found = combined(y, v)

    assert found["tau2"] == pytest.approx(float(rscript(code)), rel=1e-5)
    assert found["tau2"] == pytest.approx(reml(y, v), rel=1e-6)
    assert found["tau2"] > 0.1


class Fixed(Heterogeneity):
    """Take estimates that are given, one site a table."""

    given: dict

    def _alone(self, table):
        return self.given[table.rows]


def combined(y, v):
    """Return the figures of one term that sites estimate as given."""
    made = Fixed(name="m", of="x", model=None, terms=("x",))
    object.__setattr__(made, "given", {n: (np.array([y[n]]), np.array([v[n]])) for n in range(len(y))})
    state = made.start()
    while not made.is_done(state):
        state = made.combine(state, np.sum([made.local(state, Table({}, {}, n)) for n in range(len(y))], axis=0))
    return made._term({**state}, 0) | {"looks": state["looks"]}


def test_sites_that_agree_exactly_have_no_variance_between_them():
    found = combined(np.array([0.5, 0.5, 0.5]), np.array([0.1, 0.2, 0.3]))

    assert (found["tau2"], found["i2"]) == (0.0, 0.0)
    assert found["random"]["standard_error"] == pytest.approx(found["fixed"]["standard_error"])


def test_two_sites_predict_nothing():
    assert combined(np.array([0.5, 0.9]), np.array([0.1, 0.2]))["prediction"] is None


def test_site_that_cannot_estimate_alone_is_left_out_and_counted():
    protocol, tables = sites((300, 250))
    # A site without events, and one of too few rows for the rules.
    quiet = tables[2]
    quiet = Table({**quiet.columns, "event": np.zeros(quiet.rows)}, quiet.levels, quiet.rows)
    tiny = tables[0].select(np.arange(tables[0].rows) < 8)

    terms = joint(protocol, [*tables[:2], quiet, tiny])

    y, v = alone(protocol, tables[:2])[1]
    assert [term["sites"] for term in terms] == [2, 2, 2]
    assert terms[1]["fixed"]["estimate"] == pytest.approx(combine_effects(y, v).mean_effect_fe, rel=1e-8)


def test_nothing_is_compared_where_no_site_estimates_alone():
    protocol, tables = sites(())
    tiny = [tables[0].select(np.arange(tables[0].rows) % 90 == place) for place in range(3)]

    terms = joint(protocol, tiny)

    assert [(term["sites"], term["random"]) for term in terms] == [(0, None)] * 3


def test_one_site_agrees_with_itself():
    protocol, tables = sites(())

    (*_others, term) = joint(protocol, tables)

    assert (term["sites"], term["q"], term["prediction"]) == (1, None, None)


def test_search_for_the_variance_ends():
    sums = {"w": 1.0, "wy": 0.5, "wyy": 0.25, "ww": 1.0, "wwy": 0.5, "wwyy": 0.25, "wwv": 1.0}

    assert _scored(sums, trial=0.0, sites=1) == 0.0
    assert _fixed(sums, 1)["q"] == 0.0
    assert _mean({**sums, "w": 0.0})["estimate"] == 0.0


def test_labels_say_what_each_sum_is_and_nobody_is_counted():
    protocol, tables = sites()
    made = Programme(protocol).estimators[2]
    state, seen = made.start(), []
    while not made.is_done(state):
        total = np.sum([made.local(state, table) for table in tables], axis=0)
        assert len(made.labels(state)) == len(total)
        assert (made.cells(state, total), made.persons(state, total), made.sums(state, total)) == ((), (), {})
        seen.append(made.labels(state)[0])
        state = made.combine(state, total)

    assert seen[0] == "sites that can estimate Intercept alone"
    assert seen[1] == "weight of Intercept where a site estimates alone"
    assert made.needs_secure_sum is False
    assert estimate(made, tables)["model"] == "glm"


def test_meta_analysis_needs_a_model():
    text = TEXT.replace("of: model", "of: modle")

    assert [fault.message for fault in protocols.check(text)] == ["There is no model 'modle'."]
