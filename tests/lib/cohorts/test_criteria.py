import json

import pytest

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.running import run
from tests.lib.cohorts.cdm import CONDITION, counted, database, expression, filled, group, starts, window

FIRST, SECOND, THIRD = (1, "2001-01-01"), (1, "2002-01-01"), (2, "2006-01-01")
SHORT = {"EndStrategy": {"DateOffset": {"DateField": "StartDate", "Offset": 0}}}
DRUG = {"DrugExposure": {"CodesetId": 2}}
MEASURED = {"Measurement": {"CodesetId": 4}}


def condition(**attributes):
    return {"ConditionOccurrence": {"CodesetId": 1} | attributes}


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (CONDITION, [FIRST, SECOND, THIRD]),
        (condition(First=True), [FIRST, THIRD]),
        (condition(ConditionSourceConcept=1), []),
        (condition(Age={"Value": 20, "Op": "lt"}), [THIRD]),
        (condition(Gender=[{"CONCEPT_ID": 8507}]), [FIRST, SECOND]),
        (condition(VisitType=[{"CONCEPT_ID": 50}]), [FIRST]),
        (condition(ProviderSpecialty=[{"CONCEPT_ID": 38}]), [FIRST]),
        (condition(ConditionType=[{"CONCEPT_ID": 1}], ConditionTypeExclude=True), [THIRD]),
        (condition(StopReason={"Op": "startsWith", "Text": "it's"}), [FIRST]),
        (condition(OccurrenceStartDate={"Op": "bt", "Value": "2002-01-01", "Extent": "2005-12-31"}), [SECOND]),
        (
            condition(
                DateAdjustment={"StartWith": "END_DATE", "StartOffset": 1, "EndWith": "START_DATE", "EndOffset": 9}
            ),
            # The second would end before it starts.
            [(1, "2001-01-03"), (2, "2006-01-03")],
        ),
        (
            condition(
                DateAdjustment={"StartWith": "START_DATE", "StartOffset": -1, "EndWith": "END_DATE", "EndOffset": 0}
            ),
            [(1, "2000-12-31"), (1, "2001-12-31"), (2, "2005-12-31")],
        ),
        ({"Measurement": {"CodesetId": 4, "Abnormal": True}}, [(1, "2001-01-02")]),
        ({"Measurement": {"ValueAsNumber": {"Value": 5, "Op": "!eq"}}}, [(1, "2001-01-02")]),
        ({"VisitOccurrence": {"PlaceOfServiceLocation": 3}}, [FIRST]),
        ({"VisitOccurrence": {"PlaceOfService": [{"CONCEPT_ID": 87}]}}, [FIRST]),
        ({"Death": {"CodesetId": 1}}, [(2, "2010-06-01")]),
        ({"LocationRegion": {"CodesetId": 3}}, [FIRST]),
        (
            {"PayerPlanPeriod": {"PayerConcept": 1, "UserDefinedPeriod": {"StartDate": "2001-05-05"}}},
            [(1, "2001-05-05")],
        ),
        ({"ObservationPeriod": {"UserDefinedPeriod": {"EndDate": "2004-05-05"}}}, [(1, "2000-01-01")]),
    ],
)
def test_criterion_finds_its_events(criterion, expected):
    assert starts(expression(criterion, **SHORT)) == expected


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (group(), [FIRST, SECOND, THIRD]),
        (group(counted(DRUG)), [FIRST, SECOND]),
        (group(counted(DRUG, count=0, times=0)), [THIRD]),
        (group(counted(DRUG, count=1, times=1)), [THIRD]),
        (group(counted(DRUG, count=2, times=1), counted(MEASURED), kind="ANY"), [FIRST, SECOND, THIRD]),
        (group(counted(DRUG), counted(MEASURED), kind="AT_LEAST", Count=2), [FIRST, SECOND]),
        (group(counted(DRUG), kind="AT_MOST", Count=0), [THIRD]),
        (group(counted(DRUG), kind="AT_LEAST", Count=0), [FIRST, SECOND, THIRD]),
        (group(counted(DRUG, count=2, distinct=True)), []),
        (group(counted(DRUG, count=2, distinct=True, column="START_DATE")), [FIRST, SECOND]),
        (group(counted(DRUG, start=window((0, -1), (0, 1)))), [FIRST]),
        (group(counted(DRUG, start=window((0, -1), (0, 1)), RestrictVisit=True)), [FIRST]),
        (group(counted(DRUG, start=window((400, -1), (None, -1), UseIndexEnd=True, UseEventEnd=True))), []),
        (group(counted(DRUG, IgnoreObservationPeriod=True, EndWindow=window((0, 1), (9, 1)))), [FIRST]),
        (group(DemographicCriteriaList=[{"Age": {"Value": 20, "Op": "lt"}}]), [THIRD]),
        (group(DemographicCriteriaList=[{}]), [FIRST, SECOND, THIRD]),
        (
            group(counted({"ObservationPeriod": {}}, distinct=True, start=window((999, -1), (0, 1)))),
            [FIRST, SECOND, THIRD],
        ),
        (group(Groups=[group(counted(DRUG))]), [FIRST, SECOND]),
    ],
)
def test_group_keeps_the_events_around_which_it_holds(met, expected):
    assert starts(expression(CONDITION, AdditionalCriteria=met, **SHORT)) == expected


def test_correlated_criteria_narrow_a_criterion():
    inner = condition(CorrelatedCriteria=group(counted(DRUG, start=window((0, -1), (0, 1)))))

    assert starts(expression(inner, **SHORT)) == [FIRST]
    assert starts(expression(condition(CorrelatedCriteria=group()), **SHORT)) == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(("beyond", "persons"), [(True, [2]), (False, [])])
def test_open_window_reaches_beyond_observation_only_where_asked(beyond, persons):
    connection = database()
    connection.execute("delete from drug_exposure")
    filled(connection, "drug_exposure", [(9, 2, None, None, 20, 0, "2012-01-01")])
    asked = expression(CONDITION, AdditionalCriteria=group(counted(DRUG, IgnoreObservationPeriod=beyond)))

    rows = run(compiled(read(json.dumps(asked)), Target(7)), connection).rows

    assert [row[1] for row in rows] == persons
