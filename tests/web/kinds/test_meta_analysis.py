from django.utils import translation

from hansa.web import forest
from hansa.web.kinds.meta_analysis import caption, drawn, tables
from tests.web.results import AGREEMENT


def test_agreement_tells_how_far_hospitals_differ():
    with translation.override("en"):
        table = next(tables(AGREEMENT, {"hormone": "hormone therapy"}))

    assert table.columns[1] == "hazard ratio (95 % interval)"
    assert [(line.label, *(cell.replace("\xa0", " ") for cell in line.cells)) for line in table.lines] == [
        ("hormone therapy: yes", "3", "0.70 (0.50 to 1.00)", "25.0 %", "0.012", "0.040", "0.30 to 1.65"),
        ("age", "2", "1.00 (0.90 to 1.11)", "0.0 %", "0.000", "0.800", "–"),
        ("size", "1", "–", "–", "–", "–", "–"),
    ]


def test_picture_is_of_the_random_effects_and_its_caption_says_how_far_hospitals_differ():
    with translation.override("en"):
        told = caption(AGREEMENT).replace("\xa0", " ")

    assert [term.label for term in forest.terms(drawn(AGREEMENT))] == ["hormone: yes", "age"]
    assert told.endswith("hormone: yes 25.0 %, age 0.0 %.")
