from django.utils import translation

from hansa.web.kinds.table_one import note, tables
from tests.web.results import TABLE_ONE


def test_table_one_writes_counts_means_and_what_is_withheld():
    with translation.override("en"):
        table = next(tables(TABLE_ONE, {"hormone": "hormone therapy"}))

    rows = [(line.label, [cell.words.replace("\xa0", " ") for cell in line.cells]) for line in table.lines]
    assert table.columns == ("All", "hormone therapy: no", "hormone therapy: yes")
    assert rows == [
        ("Persons", ["1334", "1000", "334"]),
        ("age at operation, years, mean (SD)", ["53.0 (10.1)", "51.1 (10.3)", "56.6 (–)"]),
        ("grade", ["", "", ""]),
        ("I", ["1234 (11.8 %)", "48 (10.9 %)", "withheld"]),
        ("missing", ["0 (0.0 %)", "0 (–)", "0 (0.0 %)"]),
    ]
    assert note(TABLE_ONE).startswith("“withheld”")
    assert note({**TABLE_ONE, "lines": []}) == ""


def test_table_one_tells_how_much_two_groups_differ():
    compared = {
        **TABLE_ONE,
        "comparisons": [
            {"variable": "age", "smd": 0.51, "tests": [{"test": "welch", "p": 0.0004}]},
            {"variable": "grade", "smd": None, "tests": []},
        ],
    }

    with translation.override("en"):
        table = next(tables(compared, {}))

    assert table.columns[-2:] == ("Difference (SMD)", "p")
    assert [tuple(cell.words for cell in line.cells[-2:]) for line in table.lines] == [
        *(("", ""), ("0.51", "< 0.001"), ("–", "–"), ("", ""), ("", "")),
    ]
