from django.utils import translation

from hansa.web import forest
from hansa.web.sensitivity import compared
from tests.web.results import AGREEMENT, COX, GAUSSIAN

CRUDE = {**COX, "name": "crude", "terms": COX["terms"][:1]}
RESULT = {"analyses": [COX, CRUDE, GAUSSIAN, {**AGREEMENT, "kind": "meta_analysis"}]}
PLANNED = {
    "analyses": [
        {"name": "adjusted"},
        {"name": "crude", "sensitivity_of": "adjusted"},
        {"name": "size", "sensitivity_of": "adjusted"},
        {"name": "agreement"},
    ]
}


def test_model_stands_beside_what_questions_it():
    with translation.override("en"):
        (found,) = compared(RESULT, PLANNED, labels={"hormone": "Hormone"})

        assert [line.label for line in found["table"].lines] == [
            "Hormone: yes – adjusted",
            "Hormone: yes – crude",
            "Hormone: yes – random effects of the hospitals",
            "age – adjusted",
            "age – random effects of the hospitals",
        ]
        assert found["table"].lines[0].cells == ("0.70 (0.54 to 0.91)",)
        assert forest.terms(found["drawn"])[1].label == "Hormone: yes – crude"


def test_model_without_comparison_of_hospitals_stands_beside_its_own_questions():
    with translation.override("en"):
        (found,) = compared({"analyses": [COX, CRUDE, GAUSSIAN]}, PLANNED, labels={})

    assert len(found["table"].lines) == 3


def test_nothing_is_compared_where_nothing_questions():
    assert compared(RESULT, {"analyses": [{"name": "adjusted"}]}, labels={}) == []
