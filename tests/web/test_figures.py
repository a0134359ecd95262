import math

import pytest
from django.utils import translation

from hansa.web import figures


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (0.698, "0.70", "0,70"),
        (-1.5, "−1.50", "−1,50"),
        (12.34, "12.3", "12,3"),
        (250.4, "250", "250"),
        (0.05, "0.050", "0,050"),
        (0.0, "0.000", "0,000"),
        (12345.0, "12345", "12345"),
        (123456.0, "1.2e+05", "1.2e+05"),
        (0.0001, "0.0001", "0.0001"),
        (math.inf, "∞", "∞"),
        (-math.inf, "−∞", "−∞"),
    ],
)
def test_figure_has_three_significant_places_in_the_readers_way(value, english, german):
    shown = []
    for language in ("en", "de"):
        with translation.override(language):
            shown.append(figures.figure(value))

    assert shown == [english, german]


@pytest.mark.parametrize(("p", "words"), [(0.00001, "< 0.001"), (0.0432, "0.043"), (math.nan, "–")])
def test_p_words_give_small_values_as_a_bound(p, words):
    with translation.override("en"):
        assert figures.p_words(p) == words


@pytest.mark.parametrize(("share", "words"), [(None, "–"), (0.1175, "11.8 %"), (0.9996, "100.0 %"), (-0.5, "−50.0 %")])
def test_percent_rounds_and_never_cuts(share, words):
    with translation.override("en"):
        assert figures.percent(share).replace("\xa0", " ") == words


@pytest.mark.parametrize(("value", "words"), [(2500.0, "2500"), (2.5, "2,5"), (-1, "−1")])
def test_count_writes_round_numbers_plainly(value, words):
    with translation.override("de"):
        assert figures.count(value) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((0.72, 0.56, 0.93), ["0.72", "0.56", "0.93"]),
        ((1.001, 0.989, 1.013), ["1.001", "0.989", "1.013"]),
        ((0.9978, 0.9967, 0.9989), ["0.9978", "0.9967", "0.9989"]),
        ((1.00001, 1.00001, 1.00002), ["1.00001", "1.00001", "1.00002"]),
        ((250.4, 12.34, math.inf), ["250", "12.3", "∞"]),
        ((12.34, 12.31, 12.38), ["12.3", "12.3", "12.4"]),
    ],
)
def test_together_tells_the_limits_of_an_interval_apart(values, words):
    with translation.override("en"):
        assert figures.together(*values) == words
