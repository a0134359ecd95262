import json

import duckdb
import pytest

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.running import run
from hansa.lib.errors import InvalidError
from tests.conformance import conformance
from tests.lib.cohorts.cdm import CONDITION, concept_set, counted, expression, found, group, starts
from tests.lib.cohorts.gibleed import expected, loaded

SHORT = {"EndStrategy": {"DateOffset": {"DateField": "StartDate", "Offset": 0}}}


def test_every_definition_gives_the_rows_of_the_reference():
    folder = conformance("omop")
    connection, wanted = duckdb.connect(), expected(folder)
    loaded(connection, folder / "gibleed")
    wrong = []

    for file in sorted((folder / "cohorts").glob("*.json")):
        cohort = run(compiled(read(file.read_bytes()), Target(int(file.stem))), connection)
        rows = sorted((row[1], str(row[2]), str(row[3])) for row in cohort.rows)
        if rows != sorted(wanted.get(file.stem, [])):
            wrong.append(file.stem)

    assert wrong == []


@pytest.mark.parametrize("name", ["cdm; drop table person", "a.b.c", "", "ä"])
def test_names_that_are_none_are_refused(name):
    with pytest.raises(InvalidError, match="name of a schema"):
        compiled(read(json.dumps(expression(CONDITION))), Target(prefix=name))


def test_concept_sets_hold_descendants_what_maps_and_no_exclusions():
    sets = [
        concept_set(1, [(10, True, False, True), (11, False, True, False)]),
        concept_set(2, []),
    ]
    source = {"ConditionOccurrence": {"ConditionSourceConcept": 1}}

    assert starts(expression(CONDITION, ConceptSets=sets, **SHORT)) == [(1, "2002-01-01"), (2, "2006-01-01")]
    assert starts(expression(source, ConceptSets=sets, **SHORT)) == [(1, "2001-01-01")]
    assert starts(expression(CONDITION, ConceptSets=[], **SHORT)) == []


@pytest.mark.parametrize(("limit", "expected"), [("First", "2001-01-01"), ("Last", "2002-01-01")])
def test_limits_keep_one_event_of_a_person(limit, expected):
    limits = {"Type": limit}
    entry = expression(CONDITION, **SHORT)
    entry["PrimaryCriteria"]["PrimaryCriteriaLimit"] = limits

    wanted = [(1, expected), (2, "2006-01-01")]

    assert starts(entry) == wanted
    assert starts(expression(CONDITION, QualifiedLimit=limits, AdditionalCriteria=group(), **SHORT)) == wanted
    assert starts(expression(CONDITION, ExpressionLimit=limits, **SHORT)) == wanted


def test_inclusion_rules_are_counted_one_by_one_and_together():
    rules = [
        {"name": "drug", "expression": group(counted({"DrugExposure": {"CodesetId": 2}}))},
        {"name": "young", "expression": group(DemographicCriteriaList=[{"Age": {"Value": 20, "Op": "lt"}}])},
    ]

    cohort = found(expression(CONDITION, InclusionRules=rules))

    assert cohort.rows == []
    assert cohort.attrition == [(-1, 3, 2, 3, 2), (0, 2, 1, 2, 1), (1, 1, 1, 0, 0)]
