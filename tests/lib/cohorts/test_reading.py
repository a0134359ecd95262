import json

import pytest

from hansa.lib.cohorts.expression import CustomEra, DateOffset, Period
from hansa.lib.cohorts.reading import read
from hansa.lib.errors import InvalidError
from tests.lib.cohorts.cdm import CONDITION, counted, expression, group, window


def refused(given):
    with pytest.raises(InvalidError) as wrong:
        read(json.dumps(given))
    return str(wrong.value)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ([], "$:"),
        (expression(), "$.PrimaryCriteria:"),
        (expression(CONDITION, Sampling={"Size": 5}), "$.Sampling:"),
        (expression({"Telepathy": {}}), "$.PrimaryCriteria.CriteriaList[0].Telepathy:"),
        (expression({"Death": {"Mood": 1}}), "CriteriaList[0].Death.Mood:"),
        (expression(CONDITION, EndStrategy={"Whim": {}}), "$.EndStrategy.Whim:"),
        (expression(CONDITION, AdditionalCriteria={"Type": "AT_LEAST"}), "$.AdditionalCriteria.Count:"),
        (expression(CONDITION, AdditionalCriteria=group(counted(CONDITION, times=9))), "Occurrence.Type:"),
        (
            expression(CONDITION, AdditionalCriteria=group(counted(CONDITION, distinct=True, column="MOOD"))),
            "Occurrence.CountColumn:",
        ),
        (expression(CONDITION, AdditionalCriteria=group(counted(CONDITION, start=window((1, 5), (1, 1))))), "Coeff:"),
        (expression({"LocationRegion": {"First": True}}), "LocationRegion.First:"),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_its_place(given, place):
    assert place in refused(given)


def test_text_that_is_no_json_is_refused():
    with pytest.raises(InvalidError, match="not JSON"):
        read("{")


def test_exits_and_windows_are_read():
    eras = {"CustomEra": {"DrugCodesetId": 2, "GapDays": 30, "Offset": 1, "DaysSupplyOverride": 5}}
    ended = read(json.dumps(expression(CONDITION, EndStrategy=eras, CensorWindow={"StartDate": "2001-01-01"})))
    offset = {"DateOffset": {"DateField": "EndDate", "Offset": 7}}

    assert ended.exit == CustomEra(2, 30, 1, 5)
    assert str(ended.censor_window.start) == "2001-01-01"
    assert read(json.dumps(expression(CONDITION, EndStrategy=offset))).exit == DateOffset(from_end=True, days=7)


def test_missing_parts_mean_what_they_mean_to_circe():
    found = read(json.dumps({"PrimaryCriteria": {"CriteriaList": [CONDITION]}}))

    assert (found.entry_limit, found.era_pad, found.exit) == ("First", 0, None)
    assert found.censor_window == Period(None, None)
