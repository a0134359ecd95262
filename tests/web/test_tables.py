from django.utils import translation

from hansa.web import tables
from tests.web.results import AGREEMENT, COX, EFFECT, GAUSSIAN, RATES, SURVIVAL, TABLE_ONE


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

    assert table.columns[:4] == ("hazard ratio (95 % interval)", "Coefficient", "Standard error", "p")
    assert table.columns[4] == "E-value (of the limit)"
    assert table.lines[0] == tables.Plain(
        "hormone: yes", ("0.70 (0.54 to 0.91)", "−0.36", "0.13", "0.006", "1.88 (1.34)")
    )


def test_estimates_have_an_e_value_only_where_they_are_ratios():
    logistic = {**GAUSSIAN, "family": "binomial", "terms": [{**GAUSSIAN["terms"][0], "name": "Intercept"}]}

    assert len(tables.estimates(GAUSSIAN).columns) == 4
    assert tables.estimates(logistic).lines[0].cells[-1] == "–"


def test_survival_gives_the_picture_in_numbers():
    with translation.override("de"):
        table = tables.survival(SURVIVAL, by="Hormontherapie")

    assert table.columns == ("Hormontherapie: nein", "Hormontherapie: ja")
    assert [line.label for line in table.lines] == ["0", "20", "40", "60", "80"]
    assert table.lines[3].cells == ("60,0\xa0% [40]", "96,0\xa0% [45]")


def test_incidence_tells_rates_for_a_thousand_units_and_ratios():
    with translation.override("en"):
        table = tables.incidence(RATES, by="hormone")

    assert table.columns == (
        *("Persons", "Events", "Time at risk in years", "Rate for 1,000 years (95 % interval)"),
        *("Rate ratio (95 % interval)", "p"),
    )
    assert [line.cells[3:] for line in table.lines] == [
        ("12.0 (6.20 to 21.0)", "–", "–"),
        ("20.0 (13.5 to 28.6)", "1.67 (0.83 to 3.58)", "0.164"),
        ("–", "–", "–"),
        ("400 (109 to 1020)", "∞ (0.66 to ∞)", "0.125"),
    ]


def test_table_one_tells_how_much_two_groups_differ():
    compared = {
        **TABLE_ONE,
        "comparisons": [
            {"variable": "age", "smd": 0.51, "tests": [{"test": "welch", "p": 0.0004}]},
            {"variable": "grade", "smd": None, "tests": []},
        ],
    }

    with translation.override("en"):
        table = tables.table_one(compared)

    assert table.columns[-2:] == ("Difference (SMD)", "p")
    assert [tuple(cell.words for cell in line.cells[-2:]) for line in table.lines] == [
        *(("", ""), ("0.51", "< 0.001"), ("–", "–"), ("", ""), ("", "")),
    ]


def test_agreement_tells_how_far_hospitals_differ():
    with translation.override("en"):
        table = tables.agreement(AGREEMENT, labels={"hormone": "hormone therapy"})

    assert table.columns[1] == "hazard ratio (95 % interval)"
    assert [(line.label, *(cell.replace("\xa0", " ") for cell in line.cells)) for line in table.lines] == [
        ("hormone therapy: yes", "3", "0.70 (0.50 to 1.00)", "25.0 %", "0.012", "0.040", "0.30 to 1.65"),
        ("age", "2", "1.00 (0.90 to 1.11)", "0.0 %", "0.000", "0.800", "–"),
        ("size", "1", "–", "–", "–", "–", "–"),
    ]


def test_effect_tells_means_difference_and_ratio_and_how_alike_the_groups_are():
    with translation.override("en"):
        table, alike = tables.effect(EFFECT), tables.balance(EFFECT)

    assert [(line.label, *line.cells) for line in table.lines] == [
        ("hormone: no", "440", "431", "0.48", "–"),
        ("hormone: yes", "246", "230", "0.38", "–"),
        ("difference", "–", "–", "−0.10 (−0.18 to −0.020)", "0.012"),
        ("ratio", "–", "–", "0.79 (0.64 to 1.00)", "–"),
    ]
    assert [(line.label, *line.cells) for line in alike.lines] == [("age", "0.42", "0.010"), ("grade: II", "–", "–")]
