from django.utils import translation

from hansa.web.kinds.penalised import methods, note, tables
from tests.web.results import PENALISED


def test_terms_that_the_penalty_left_are_told_and_no_interval():
    with translation.override("en"):
        (table,) = tables(PENALISED, {})

        assert table.columns == ("Coefficient", "odds ratio")
        assert [line.cells for line in table.lines] == [("−1.00", "0.37"), ("0.69", "2.00"), ("left out", "–")]
        assert "no" in note(PENALISED)
        assert "Friedman" in " ".join(methods(PENALISED))


def test_difference_has_no_ratio():
    (table,) = tables({**PENALISED, "family": "gaussian"}, {})

    assert len(table.columns) == 1
    assert list(tables({**PENALISED, "terms": []}, {})) == []
