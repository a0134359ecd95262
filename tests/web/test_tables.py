from django.utils import translation

from hansa.web import tables
from tests.web.results import COX, SURVIVAL, TABLE_ONE


def test_table_one_writes_counts_means_and_what_is_withheld():
    with translation.override("en"):
        table = tables.table_one(TABLE_ONE, labels={"hormone": "hormone therapy"})

    rows = [(line.label, [cell.words.replace("\xa0", " ") for cell in line.cells]) for line in table.lines]
    assert table.columns == ("All", "hormone therapy: no", "hormone therapy: yes")
    assert rows == [
        ("Persons", ["1334", "1000", "334"]),
        ("age at operation, years, mean (SD)", ["53.0 (10.1)", "51.1 (10.3)", "56.6 (–)"]),
        ("grade", ["", "", ""]),
        ("I", ["1234 (11.8 %)", "48 (10.9 %)", "withheld"]),
        ("missing", ["0 (0.0 %)", "0 (–)", "0 (0.0 %)"]),
    ]
    assert table.has_withheld


def test_estimates_show_ratio_coefficient_error_and_p():
    with translation.override("en"):
        table = tables.estimates(COX)

    assert table.columns == ("hazard ratio (95 % interval)", "Coefficient", "Standard error", "p")
    assert table.lines[0] == tables.Plain("hormone: yes", ("0.70 (0.54 to 0.91)", "−0.36", "0.13", "0.006"))


def test_survival_gives_the_picture_in_numbers():
    with translation.override("de"):
        table = tables.survival(SURVIVAL, by="Hormontherapie")

    assert table.columns == ("Hormontherapie: nein", "Hormontherapie: ja")
    assert [line.label for line in table.lines] == ["0", "20", "40", "60", "80"]
    assert table.lines[3].cells == ("60,0\xa0% [40]", "96,0\xa0% [45]")
