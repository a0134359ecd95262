from django.utils import translation

from hansa.web.kinds.treatment_effect import tables
from tests.web.results import EFFECT


def test_effect_tells_means_difference_and_ratio_and_how_alike_the_groups_are():
    with translation.override("en"):
        table, alike = tables(EFFECT, {})

    assert [(line.label, *line.cells) for line in table.lines] == [
        ("hormone: no", "440", "431", "0.48", "–"),
        ("hormone: yes", "246", "230", "0.38", "–"),
        ("difference", "–", "–", "−0.10 (−0.18 to −0.020)", "0.012"),
        ("ratio", "–", "–", "0.79 (0.64 to 1.00)", "–"),
    ]
    assert [(line.label, *line.cells) for line in alike.lines] == [("age", "0.42", "0.010"), ("grade: II", "–", "–")]
