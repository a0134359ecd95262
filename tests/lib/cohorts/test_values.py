import pytest

from hansa.lib.cohorts.domains import CONDITION_OCCURRENCE, MEASUREMENT
from hansa.lib.cohorts.expression import ConceptList, ConceptSetChoice, Flag
from hansa.lib.cohorts.places import Place
from hansa.lib.cohorts.values import conditions
from hansa.lib.errors import InvalidError


def values(given, domain=CONDITION_OCCURRENCE):
    return [each.value for each in conditions(Place(given, "$"), domain.attributes)]


def test_concepts_are_read_by_name_and_by_set():
    given = {
        "ConditionType": [{"CONCEPT_ID": 3}],
        "ConditionTypeExclude": True,
        "GenderCS": {"CodesetId": 2, "IsExclusion": True},
        "VisitTypeCS": 4,
        "Gender": [{"conceptId": 5}],
    }

    found = values(given)

    assert ConceptList((3,), excluded=True) in found
    assert ConceptSetChoice(2, excluded=True) in found
    assert ConceptSetChoice(4) in found
    assert ConceptList((5,)) in found


def test_flag_counts_only_where_it_is_set():
    assert values({"Abnormal": True}, MEASUREMENT) == [Flag()]
    assert values({"Abnormal": False}, MEASUREMENT) == []


@pytest.mark.parametrize("text", ["", None, "a\0b"])
def test_text_that_is_none_is_refused(text):
    with pytest.raises(InvalidError, match="StopReason"):
        values({"StopReason": {"Op": "contains", "Text": text}})
