from django.utils import translation

from hansa.web.kinds.quantiles import methods, tables
from tests.web.results import QUARTERS


def test_quartiles_stand_in_a_column_for_each_group():
    with translation.override("en"):
        (table,) = tables(QUARTERS, {"hormone": "Hormone therapy"})

        assert table.columns == ("Hormone therapy: no", "Hormone therapy: yes")
        assert [(line.label, line.cells) for line in table.lines] == [
            ("Persons", ("440", "0")),
            ("Age, years", ("52.5 (52.5 to 52.5)", "–")),
            ("nodes", ("–", "–")),
        ]
        assert "Hyndman" in " ".join(methods(QUARTERS))
