import json

import pytest

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.domains import DOMAINS
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.values import READERS
from hansa.lib.errors import InvalidError
from tests.lib.cohorts.cdm import concept_set, counted, expression, found, group, spans

STAYS = {"EndStrategy": {"DateOffset": {"DateField": "EndDate", "Offset": 0}}}
HEAD, TAIL = "2001-01-01", "2006-01-01"


def chosen(*concepts):
    return [{"CONCEPT_ID": concept} for concept in concepts]


def at_least(number):
    return {"Op": "gte", "Value": number}


DRUG_ERAS = [(1, HEAD, "2001-01-25"), (1, "2003-01-01", "2003-01-02")]
DOSE_ERAS = [(1, HEAD, "2001-01-10"), (1, "2003-01-01", "2003-01-02")]
CONDITION_ERAS = [(1, HEAD, "2001-01-31"), (2, TAIL, TAIL)]
DEVICES = [(1, "2001-03-01", "2001-03-02"), (2, "2006-01-05", "2006-01-09")]
SPECIMENS = [(1, "2001-04-01", "2001-04-02"), (2, "2006-04-01", "2006-04-02")]
OBSERVATIONS = [(1, "2001-02-01", "2001-02-02"), (2, "2006-03-01", "2006-03-02")]
PROCEDURE = [(1, "2001-02-02", "2001-02-03")]
DETAIL = [(1, HEAD, "2002-01-02")]
PAYER = [(1, "2000-01-01", "2001-12-31")]


def test_all_sixteen_domains_of_circe_are_known():
    assert len(DOMAINS) == 16
    assert all(attribute.kind in READERS for domain in DOMAINS.values() for attribute in domain.attributes.values())


@pytest.mark.parametrize(
    ("domain", "criterion", "expected"),
    [
        ("DrugEra", {"CodesetId": 2}, DRUG_ERAS),
        ("DrugEra", {"CodesetId": 1}, []),
        ("DrugEra", {"First": True}, DRUG_ERAS[:1]),
        ("DrugEra", {"GapDays": at_least(5)}, DRUG_ERAS[:1]),
        ("DrugEra", {"OccurrenceCount": at_least(2)}, DRUG_ERAS[:1]),
        ("DrugEra", {"EraLength": {"Op": "lt", "Value": 2}}, DRUG_ERAS[1:]),
        ("DrugEra", {"AgeAtEnd": at_least(43)}, DRUG_ERAS[1:]),
        ("DrugEra", {"EraEndDate": {"Op": "lt", "Value": "2002-01-01"}}, DRUG_ERAS[:1]),
        ("DoseEra", {"CodesetId": 2}, DOSE_ERAS),
        ("DoseEra", {"Unit": chosen(4)}, DOSE_ERAS[1:]),
        ("DoseEra", {"DoseValue": {"Op": "bt", "Value": 2, "Extent": 2.5}}, DOSE_ERAS[:1]),
        ("DoseEra", {"EraLength": at_least(9)}, DOSE_ERAS[:1]),
        ("ConditionEra", {"CodesetId": 1}, CONDITION_ERAS),
        ("ConditionEra", {"OccurrenceCount": {"Op": "eq", "Value": 1}}, CONDITION_ERAS[1:]),
        ("ConditionEra", {"Gender": chosen(8507)}, CONDITION_ERAS[:1]),
        ("VisitDetail", {"VisitDetailSourceConcept": 5}, DETAIL),
        ("VisitDetail", {"VisitDetailTypeCS": {"CodesetId": 1}}, DETAIL),
        ("VisitDetail", {"VisitDetailTypeCS": {"CodesetId": 1, "IsExclusion": True}}, []),
        # The age is taken at the end, as OHDSI's compiler does.
        ("VisitDetail", {"Age": {"Op": "eq", "Value": 42}}, DETAIL),
        ("VisitDetail", {"VisitDetailLength": at_least(300)}, DETAIL),
        ("VisitDetail", {"PlaceOfServiceCS": {"CodesetId": 6}}, DETAIL),
        ("VisitDetail", {"PlaceOfServiceLocation": 3}, DETAIL),
        ("DeviceExposure", {"CodesetId": 1}, DEVICES),
        ("DeviceExposure", {"UniqueDeviceId": {"Op": "startsWith", "Text": "(01)"}}, DEVICES[:1]),
        ("DeviceExposure", {"Quantity": at_least(1)}, DEVICES[:1]),
        ("DeviceExposure", {"DeviceType": chosen(9), "DeviceTypeExclude": True}, DEVICES[:1]),
        ("DeviceExposure", {"OccurrenceEndDate": {"Op": "gt", "Value": TAIL}}, DEVICES[1:]),
        # Who has no provider has a specialty that is none of no concepts.
        ("DeviceExposure", {"ProviderSpecialtyCS": {"CodesetId": 99, "IsExclusion": True}}, DEVICES),
        ("DeviceExposure", {"ProviderSpecialtyCS": {"CodesetId": 1, "IsExclusion": True}}, DEVICES[:1]),
        ("Specimen", {"CodesetId": 1}, SPECIMENS),
        ("Specimen", {"SpecimenType": chosen(2)}, SPECIMENS[1:]),
        ("Specimen", {"AnatomicSite": chosen(4), "DiseaseStatus": chosen(5), "Unit": chosen(3)}, SPECIMENS[:1]),
        # An underscore stands for any character, as in OHDSI's SQL.
        ("Specimen", {"SourceId": {"Op": "contains", "Text": "_1"}}, SPECIMENS[:1]),
        ("Observation", {"CodesetId": 1}, OBSERVATIONS),
        ("Observation", {"ObservationSourceConcept": 5}, OBSERVATIONS[:1]),
        ("Observation", {"ValueAsString": {"Op": "endsWith", "Text": "off"}}, OBSERVATIONS[:1]),
        ("Observation", {"ValueAsString": {"Op": "!contains", "Text": "zzz"}}, OBSERVATIONS[:1]),
        ("Observation", {"Qualifier": chosen(2), "ValueAsConcept": chosen(1), "Unit": chosen(3)}, OBSERVATIONS[:1]),
        ("Observation", {"ValueAsNumber": {"Op": "!bt", "Value": 4, "Extent": 5}}, OBSERVATIONS[:1]),
        ("ProcedureOccurrence", {"Modifier": chosen(2), "Quantity": at_least(3)}, PROCEDURE),
        ("PayerPlanPeriod", {"PlanSourceConcept": 2}, PAYER),
        ("PayerPlanPeriod", {"PeriodLength": at_least(1000)}, []),
        ("LocationRegion", {"CodesetId": 3}, [(1, HEAD, "2010-12-31")]),
        ("LocationRegion", {"CodesetId": 1}, []),
    ],
)
def test_domain_finds_its_events(domain, criterion, expected):
    sets = [concept_set(number, [(concept, True, False, False)]) for number, concept in SETS.items()]
    short = STAYS | ({"ConceptSets": sets})

    assert spans(expression({domain: criterion}, **short)) == expected


SETS = {1: 10, 2: 20, 3: 30, 5: 90, 6: 87}


@pytest.mark.parametrize(
    ("criterion", "column", "count", "persons"),
    [
        ({"Death": {}}, "DOMAIN_CONCEPT", 1, [2]),
        ({"ObservationPeriod": {"UserDefinedPeriod": {"StartDate": "2006-01-01"}}}, "START_DATE", 1, [1, 2]),
        ({"DrugEra": {}}, "GAP_DAYS", 2, [1]),
        ({"DoseEra": {}}, "UNIT", 2, [1]),
        ({"ConditionEra": {}}, "ERA_OCCURRENCES", 2, []),
    ],
)
def test_what_is_counted_distinctly_is_the_domains_own(criterion, column, count, persons):
    asked = counted(criterion, distinct=True, column=column, count=count)

    rows = found(expression({"ObservationPeriod": {}}, AdditionalCriteria=group(asked))).rows

    assert [row[1] for row in rows] == persons


@pytest.mark.parametrize(
    ("criterion", "construct"),
    [
        ({"LocationRegion": {"CodesetId": 3}}, "LocationRegion"),
        ({"VisitDetail": {"PlaceOfServiceLocation": 3}}, "PlaceOfServiceLocation"),
    ],
)
def test_places_are_refused_for_data_without_their_history(criterion, construct):
    asked = read(json.dumps(expression(criterion)))

    with pytest.raises(InvalidError, match=f"{construct} needs the table location_history"):
        compiled(asked, Target())


@pytest.mark.parametrize(
    "criterion",
    [
        {"Episode": {"CodesetId": 1}},
        {"Specimen": {"SpecimenSourceConcept": 1}},
        {"DrugExposure": {"EffectiveDrugDose": at_least(1)}},
        {"DrugExposure": {"DoseUnit": chosen(1)}},
    ],
)
def test_what_the_data_model_does_not_hold_is_refused_by_name(criterion):
    domain, attributes = next(iter(criterion.items()))

    with pytest.raises(InvalidError, match=domain if domain == "Episode" else next(iter(attributes))):
        read(json.dumps(expression(criterion)))
