import json

import pytest
import sqlglot

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.dialects import translated, written
from hansa.lib.cohorts.reading import read
from hansa.lib.errors import InvalidError
from tests.lib.cohorts.cdm import CONDITION, counted, expression, group, window

ASKED = expression(
    CONDITION,
    {"VisitOccurrence": {"VisitLength": {"Op": "gt", "Value": 2}}},
    {"DrugExposure": {"Age": {"Op": "gt", "Value": 40}}},
    InclusionRules=[{"name": "drug", "expression": group(counted(CONDITION, start=window((30, -1), (3, 1))))}],
    EndStrategy={"CustomEra": {"DrugCodesetId": 2, "GapDays": 30, "Offset": 0}},
)


@pytest.mark.parametrize(
    ("statement", "spark", "trino"),
    [
        ("select (c.start_date + 5) as d", "DATE_ADD(c.start_date, 5)", "DATE_ADD('DAY', 5, c.start_date)"),
        ("select (c.start_date - 5) as d", "DATE_ADD(c.start_date, -5)", "DATE_ADD('DAY', -5, c.start_date)"),
        (
            "select t.start_date + t.days_supply as d",
            "DATE_ADD(t.start_date, t.days_supply)",
            "DATE_ADD('DAY', CAST(t.days_supply AS BIGINT), t.start_date)",
        ),
        (
            "select (c.end_date - c.start_date) as n",
            "DATEDIFF(DAY, c.start_date, c.end_date)",
            "DATE_DIFF('DAY', c.start_date, c.end_date)",
        ),
        (
            "select (extract(year from c.start_date) - p.year_of_birth) as age",
            "EXTRACT(YEAR FROM c.start_date) - p.year_of_birth",
            "EXTRACT(YEAR FROM c.start_date) - p.year_of_birth",
        ),
        ("select x like 'a\\%' escape ''", "x LIKE 'a\\\\\\\\%'", "x LIKE 'a\\%'"),
        ("create temporary table s as select 1 as one", "CREATE TEMPORARY VIEW s AS", "CREATE TABLE s AS"),
        ("drop table if exists s", "DROP VIEW IF EXISTS s", "DROP TABLE IF EXISTS s"),
    ],
)
def test_statement_is_written_as_each_dialect_has_it(statement, spark, trino):
    assert spark in written(statement, "spark")
    assert trino in written(statement, "trino")
    assert "ESCAPE" not in written(statement, "spark") + written(statement, "trino")


@pytest.mark.parametrize("dialect", ["spark", "trino"])
def test_whole_cohort_is_read_back_without_sums_of_dates(dialect):
    plan = compiled(read(json.dumps(ASKED)), Target(7, cdm="cdm"))

    found = translated(plan, dialect)

    trees = [sqlglot.parse_one(each, read=dialect) for each in found.statements]
    assert (len(trees), found.cohort, found.attrition) == (len(plan.statements), plan.cohort, plan.attrition)
    assert not [add for tree in trees for add in tree.find_all(sqlglot.exp.Add)]
    assert all(isinstance(sub.this, sqlglot.exp.Extract) for tree in trees for sub in tree.find_all(sqlglot.exp.Sub))
    assert len(found.clean_up) == len(plan.clean_up)


def test_dialect_that_is_not_known_is_refused():
    plan = compiled(read(json.dumps(ASKED)), Target(7))

    with pytest.raises(InvalidError, match="cannot be written for oracle"):
        translated(plan, "oracle")
