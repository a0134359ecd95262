import importlib.util
import xml.etree.ElementTree as ET

import pytest

from hansa.client import Result
from hansa.lib.errors import InvalidError
from tests.web.results import AGREEMENT, ASSOCIATED, COUNTED, COX, GAUSSIAN, RATES, SURVIVAL, TABLE_ONE


@pytest.fixture
def result():
    return Result({"analyses": [TABLE_ONE, SURVIVAL, COX, GAUSSIAN]}, title="Hormones & <survival>")


@pytest.fixture
def bare(monkeypatch):
    """Let matplotlib be absent."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "matplotlib" else find(name))


def test_to_pandas_gives_a_table_for_each_analysis(result):
    tables = result.to_pandas()

    assert list(tables) == ["baseline", "rfs", "adjusted", "size"]
    assert tables["adjusted"].loc["hormone[yes]", "estimate"] == COX["terms"][0]["estimate"]


def test_to_pandas_gives_a_curve_line_by_line(result):
    table = result.to_pandas("rfs")

    assert list(table["level"]) == ["no", "no", "no", "yes", "yes"]
    assert list(table["survival"]) == [0.9, 0.6, 0.4, 0.96, 0.8]


def test_to_pandas_gives_table_one_cell_by_cell(result):
    table = result.to_pandas("baseline")

    assert len(table) == 3 * len(TABLE_ONE["lines"])
    ages = table[(table["variable"] == "age") & table["mean"].notna()]
    assert list(ages["group"]) == ["all", "no", "yes"]
    assert ages.iloc[0]["mean"] == 53.05


def test_analysis_that_is_not_there_is_answered_with_those_that_are(result):
    with pytest.raises(InvalidError, match="no analysis 'x'") as wrong:
        result.to_pandas("x")

    assert "baseline, rfs, adjusted, size" in wrong.value.remedy


@pytest.mark.usefixtures("bare")
def test_plot_without_matplotlib_is_a_picture_and_is_written(result, tmp_path):
    file = tmp_path / "rfs.svg"

    picture = result.plot(file=file)

    assert file.read_text(encoding="utf-8") == picture
    assert ET.fromstring(picture).tag.endswith("svg")
    assert picture._repr_svg_() == picture


@pytest.mark.usefixtures("bare")
def test_plot_of_a_model_is_a_forest(result):
    assert "hormone[yes]" in result.plot("adjusted")


@pytest.mark.parametrize("name", ["rfs", "adjusted", "size"])
def test_plot_with_matplotlib_is_a_figure(result, tmp_path, monkeypatch, name):
    pytest.importorskip("matplotlib", reason="pip install matplotlib to test its figures")
    monkeypatch.setenv("MPLBACKEND", "agg")
    file = tmp_path / "figure.png"

    figure = result.plot(name, file=file)

    assert file.stat().st_size > 1000
    assert figure.axes[0].get_title() == name


def test_plot_says_when_there_is_nothing_to_draw():
    with pytest.raises(InvalidError, match="nothing to draw"):
        Result({"analyses": [TABLE_ONE]}).plot()


def test_notebook_shows_tables_and_curves(result):
    shown = result._repr_html_()

    assert "Hormones &amp; &lt;survival&gt;" in shown
    assert shown.count("<svg") == 1
    assert shown.count("<table") == 3


def test_repr_names_the_analyses(result):
    assert repr(result) == "<result of Hormones & <survival>: baseline, rfs, adjusted, size>"


def test_to_pandas_gives_what_any_other_kind_tells_first_a_line_each():
    result = Result({"analyses": [{**RATES, "kind": "incidence"}, {**AGREEMENT, "kind": "meta_analysis"}]})

    assert list(result.to_pandas("rates")["level"]) == ["no", "yes", "nobody at risk", "first without"]
    assert result.to_pandas("rates")["ratio.estimate"][1] == 1.667
    assert result.to_pandas("agreement")["random.estimate"][1] == -0.3567
    assert Result({"analyses": [{"name": "x", "kind": "new", "terms": None}]}).to_pandas("x").empty


def test_to_pandas_gives_a_line_for_each_variant():
    result = Result({"analyses": [ASSOCIATED, COUNTED]})

    table = result.to_pandas("tested")

    assert table.loc["2:500:A:G", "estimate"] == 0.5
    assert list(table.columns) == ["persons", "frequency", "estimate", "standard_error", "p"]
    assert list(result.to_pandas("counted").columns) == ["persons", "frequency", "equilibrium"]
