from django.utils import translation

from hansa.web.kinds.models import of_regression, of_survival, tables
from hansa.web.tables import Plain
from tests.web.results import COX, GAUSSIAN


def test_estimates_show_ratio_coefficient_error_and_p():
    with translation.override("en"):
        table = next(tables(COX, {}))

    assert table.columns[:4] == ("hazard ratio (95 % interval)", "Coefficient", "Standard error", "p")
    assert table.columns[4] == "E-value (of the limit)"
    assert table.lines[0] == Plain("hormone: yes", ("0.70 (0.54 to 0.91)", "−0.36", "0.13", "0.006", "1.88 (1.34)"))


def test_estimates_have_an_e_value_only_where_they_are_ratios():
    logistic = {**GAUSSIAN, "family": "binomial", "terms": [{**GAUSSIAN["terms"][0], "name": "Intercept"}]}

    assert len(next(tables(GAUSSIAN, {})).columns) == 4
    assert next(tables(logistic, {})).lines[0].cells[-1] == "–"


def test_negative_binomial_model_names_its_source():
    counted = {**GAUSSIAN, "family": "negative_binomial", "formula": "n ~ age"}

    with translation.override("en"):
        assert "Lawless" in " ".join(of_regression(counted))
        assert next(tables(counted, {})).columns[0] == "rate ratio (95 % interval)"


def test_robust_errors_are_told():
    with translation.override("en"):
        assert "Lin and Wei" in " ".join(of_survival({"ties": "efron", "robust": True}))
        assert "Lin and Wei" not in " ".join(of_survival({"ties": "efron"}))
