import pytest

from hansa.cli import findings
from tests.web.results import AGREEMENT, COX, EFFECT, GAUSSIAN, RATES, SURVIVAL, TABLE_ONE


def test_show_prints_every_kind_of_analysis(capsys):
    findings.show({"sites": 3, "rows": 100, "rounds": 4, "analyses": [TABLE_ONE, SURVIVAL, COX, GAUSSIAN]})

    told = capsys.readouterr().out
    for words in ("3 sites, 100 rows, 4 rounds", "53.0", "too few", "Log-rank: chi-square 8.560", "0.700", "< 0.001"):
        assert words in told


def test_incidence_prints_rates_and_ratios():
    table = findings.incidence({**RATES, "problem": None})

    columns = [list(column.cells) for column in table.columns]
    assert columns[4] == ["12.000", "20.000", "∞", "400.000"]
    assert columns[6] == ["", "1.667", "∞", "∞"]
    assert columns[7][3] == "0.660 to ∞"
    assert columns[8] == ["", "0.164", "", "0.125"]


def test_agreement_prints_how_far_sites_differ():
    columns = [list(column.cells) for column in findings.agreement(AGREEMENT).columns]

    assert columns[1] == ["3", "3", "2", "1"]
    assert columns[2] == ["", "0.700", "1.000", ""]
    assert columns[7] == ["", "0.301 to 1.649", "–", ""]


def test_effect_prints_means_and_ratios():
    columns = [list(column.cells) for column in findings.effect(EFFECT).columns]

    assert columns[3] == ["0.4800", "0.3800", "-0.1000", "0.7917"]
    assert columns[5][2:] == ["0.012", ""]


def test_show_counts_one_as_one(capsys):
    findings.show({"sites": 1, "rows": 100, "rounds": 1, "analyses": []})

    assert capsys.readouterr().out == "1 site, 100 rows, 1 round.\n"


def test_description_names_what_is_missing():
    labels = list(findings.description(TABLE_ONE).columns[0].cells)

    assert labels == ["Persons", "age at operation", "grade: I", "grade: missing"]


def test_model_says_why_there_is_no_estimate():
    assert findings.model({**COX, "terms": [], "problem": "It did not converge."}).caption == "It did not converge."


def test_survival_without_groups_has_no_test():
    alone = {name: value for name, value in SURVIVAL.items() if name != "log_rank"}
    alone["groups"] = [{**SURVIVAL["groups"][0], "level": None}]

    assert findings.survival(alone).caption is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({"suppressed": True}, "too few"),
        ({"n": 3, "mean": 1.25, "sd": 0.5}, "1.2 ± 0.5"),
        ({"n": 0, "mean": None, "sd": None}, "–"),
        ({"count": 3, "share": 0.125}, "3 (12.5%)"),
        ({"count": 0, "share": None}, "0"),
    ],
)
def test_words_of_a_cell(cell, expected):
    assert findings.words(cell) == expected


@pytest.mark.parametrize(("p", "expected"), [(0.0004, "< 0.001"), (0.0123, "0.012")])
def test_p_words_are_those_of_journals(p, expected):
    assert findings.p_words(p) == expected


def test_kind_without_a_table_of_its_own_is_printed_line_by_line(capsys):
    lines = [{"level": "no", "median": 1.25, "inside": [1]}, {"level": "yes", "median": None, "inside": []}]
    tables = [{"name": "q", "kind": "new", "groups": lines}, {"name": "empty", "kind": "new"}]

    findings.show({"sites": 3, "rows": 100, "rounds": 4, "analyses": tables})

    told = capsys.readouterr().out
    assert "q (new)" in told
    assert "1.25" in told
