from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from hansa.web import manhattan, report_pdf
from hansa.web.plots import NARROW, WIDE
from tests.web.results import ASSOCIATED


def test_variants_stand_in_the_order_of_the_genome():
    found = manhattan.points(ASSOCIATED)
    assert [point.chromosome for point in found] == [1, 1, 2, 10]
    assert [point.along for point in found] == [0.125, 0.375, 0.625, 0.875]
    assert found[2].height == pytest.approx(22)
    assert found[3].height == 300


def test_points_upon_each_other_are_drawn_once():
    many = 100_000
    crowd = {
        "variants": [f"1:{place + 1}:A:G" for place in range(many)],
        "p": [0.5 if place else 1e-12 for place in range(many)],
    }
    found = manhattan.points(crowd)
    assert len(found) == manhattan.STEPS + 1
    assert max(point.height for point in found) == pytest.approx(12)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_picture_says_in_words_what_it_shows(width):
    with translation.override("en"):
        picture = manhattan.manhattan(ASSOCIATED, width=width)

    assert ET.fromstring(picture).tag.endswith("svg")
    assert picture.count("<circle") == 4
    assert "4 variants were tested. 2 have a p value below the line" in picture


def test_picture_of_no_variant_is_empty():
    assert "<circle" not in manhattan.manhattan({"name": "none", "variants": [], "p": []})


def test_report_on_paper_has_the_picture():
    assert len(report_pdf.variants(ASSOCIATED).contents) > 8
    assert list(report_pdf._analysis(ASSOCIATED, labels={}))
