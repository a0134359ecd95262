from django.utils import translation

from hansa.web.kinds.kaplan_meier import tables
from tests.web.results import SURVIVAL


def test_survival_gives_the_picture_in_numbers():
    with translation.override("de"):
        table = next(tables({**SURVIVAL, "by_label": "Hormontherapie"}, {}))

    assert table.columns == ("Hormontherapie: nein", "Hormontherapie: ja")
    assert [line.label for line in table.lines] == ["0", "20", "40", "60", "80"]
    assert table.lines[3].cells == ("60,0\xa0% [40]", "96,0\xa0% [45]")
