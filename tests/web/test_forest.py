from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from hansa.web import forest, plots
from tests.web.results import COX, GAUSSIAN

SPACE = "{http://www.w3.org/2000/svg}"
LABELS = {"hormone": "hormone therapy"}


def drawn(analysis, **how):
    with translation.override("en"):
        return ET.fromstring(forest.forest(analysis, labels=LABELS, **how))


def test_terms_are_shown_as_ratios_without_the_intercept():
    shown = forest.terms(COX, labels=LABELS)
    plain = forest.terms(GAUSSIAN)

    assert [term.label for term in shown] == ["hormone therapy: yes", "age"]
    assert (shown[0].value, shown[0].low, shown[0].high) == pytest.approx((0.70, 0.54, 0.91))
    assert [(term.label, term.value) for term in plain] == [("age", 1.5)]


@pytest.mark.parametrize("width", [plots.WIDE, plots.NARROW])
def test_forest_draws_an_interval_and_a_square_a_term(width):
    root = drawn(COX, width=width)

    rows = [group for group in root.iter(f"{SPACE}g") if group.attrib.get("class") == "term"]
    tags = [[part.tag.removeprefix(SPACE) for part in row] for row in rows]
    assert tags == [["text", "text", "line", "rect"], ["text", "text", "line", "rect", "polygon", "polygon"]]


def test_forest_describes_every_term_in_words():
    root = drawn(COX)

    assert root[0].text == "Forest plot: adjusted"
    assert root[1].text == (
        "hormone therapy: yes: hazard ratio 0.70 (0.54 to 0.91); age: hazard ratio 54.6 (0.002 to 403)."
    )


def test_forest_of_differences_has_a_straight_axis_around_zero():
    root = drawn(GAUSSIAN)

    words = [text.text for text in root.iter(f"{SPACE}text")]
    assert words == [
        "Term",
        "difference (95 % interval)",
        "−2.5",
        "0",
        "2.5",
        "← lower",
        "higher →",
        "age",
        "1.50 (0.52 to 2.48)",
    ]


def test_forest_of_no_terms_is_still_a_picture():
    root = drawn({"name": "n", "kind": "glm", "family": "gaussian", "terms": []})

    assert root.attrib["role"] == "img"


@pytest.mark.parametrize(
    ("analysis", "words"),
    [
        ({"kind": "cox"}, "hazard ratio"),
        ({"kind": "glm", "family": "binomial"}, "odds ratio"),
        ({"kind": "glm", "family": "poisson"}, "rate ratio"),
        ({"kind": "glm", "family": "gaussian"}, "difference"),
    ],
)
def test_measure_words_name_what_a_clinician_reads(analysis, words):
    with translation.override("en"):
        assert forest.measure_words(analysis) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("age", "age"),
        ("hormone[yes]", "hormone therapy: yes"),
        ("hormone[T.yes]", "hormone therapy: yes"),
        ("hormone[yes]:age", "hormone therapy: yes × age"),
    ],
)
def test_term_words_use_the_labels_of_the_protocol(name, words):
    assert forest.term_words(name, labels=LABELS) == words


def test_shortened_never_leaves_the_reader_without_a_sign():
    assert (forest.shortened("tumour size", most=20), forest.shortened("tumour size", most=8)) == (
        "tumour size",
        "tumour…",
    )
