from django.utils import translation

from hansa.web import forest
from hansa.web.kinds.calibration import below, drawn, methods, tables
from tests.web.results import CALIBRATED


def test_controls_stand_before_what_was_found_and_what_is_left_of_it():
    with translation.override("en"):
        (table,) = tables(CALIBRATED, {"drug": "Drug"})

        assert table.columns == ("hazard ratio (95 % interval)", "p")
        assert [line.label for line in table.lines][:3] == ["first", "second", "third"]
        assert table.lines[3].cells == ("1.00 (0.82 to 1.22)", "1.000")
        assert "3 negative controls" in " ".join(methods(CALIBRATED))
        assert below(CALIBRATED).endswith("mean 0.10, standard deviation 0.20.")
    assert len(forest.terms(drawn(CALIBRATED))) == 5


def test_nothing_is_shown_where_there_are_too_few_controls():
    assert list(tables({**CALIBRATED, "problem": "Too few.", "terms": [], "systematic": None}, {})) == []
