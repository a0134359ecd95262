import pytest

from tests.web.results import COX, GAUSSIAN, SURVIVAL

pytest.importorskip("matplotlib", reason="pip install matplotlib to test its figures")


@pytest.fixture
def draw(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    from hansa.client.figures import draw

    yield draw
    plt.close("all")


def test_survival_has_a_line_and_a_name_for_each_group(draw):
    axes = draw(SURVIVAL).axes[0]

    assert [line.get_label() for line in axes.get_lines()] == ["no", "yes"]
    assert axes.get_xlabel() == "Time (d)"


def test_forest_of_ratios_is_logarithmic(draw):
    axes = draw(COX).axes[0]

    assert axes.get_xscale() == "log"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["hormone[yes]", "age"]


def test_forest_of_differences_is_straight(draw):
    assert draw(GAUSSIAN).axes[0].get_xscale() == "linear"
