from django.utils import translation

from hansa.web.kinds.mixed_model import methods, note, tables
from tests.web.results import MIXED


def test_variances_are_told_below_the_terms():
    with translation.override("en"):
        _terms, variances = tables(MIXED, {})
        told = note(MIXED)

        assert [tuple(cell.replace("\xa0", " ") for cell in line.cells) for line in variances.lines] == [
            ("2.00", "25.0 %"),
            ("6.00", "75.0 %"),
        ]
        assert told.startswith("3 hospitals say little")
        assert "Laird and Ware 1982" in " ".join(methods(MIXED))


def test_many_hospitals_need_no_warning():
    assert note({**MIXED, "few_sites": False}) == ""
    assert list(tables({**MIXED, "terms": []}, {})) == []
