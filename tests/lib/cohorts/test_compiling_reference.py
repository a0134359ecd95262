import datetime as dt
import json
import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.running import run
from tests.lib.cohorts.cdm import counted, database, expression
from tests.lib.cohorts.reference import cohort

EXAMPLES = 500 if os.environ.get("HANSA_TEST_ALL") else 40
OBSERVED = {1: (dt.date(2001, 1, 3), dt.date(2001, 2, 10)), 2: (dt.date(2001, 1, 1), dt.date(2001, 1, 31))}
days = st.dates(dt.date(2001, 1, 1), dt.date(2001, 2, 15))
bounds = st.fixed_dictionaries(
    {"Days": st.none() | st.integers(0, 20), "Coeff": st.sampled_from([-1, 1])},
)
windows = st.fixed_dictionaries(
    {"Start": bounds, "End": bounds, "UseIndexEnd": st.booleans(), "UseEventEnd": st.booleans()}
)
correlated = st.builds(
    lambda start, end, times, count, distinct, beyond: counted(
        {"DrugExposure": {"CodesetId": 2}},
        start=start,
        times=times,
        count=count,
        distinct=distinct,
        column="START_DATE",
        EndWindow=end,
        IgnoreObservationPeriod=beyond,
    ),
    windows,
    st.none() | windows,
    st.integers(0, 2),
    st.integers(0, 2),
    st.booleans(),
    st.booleans(),
)


def grouped(inner):
    return st.fixed_dictionaries(
        {
            "Type": st.sampled_from(["ALL", "ANY", "AT_LEAST", "AT_MOST"]),
            "Count": st.integers(0, 2),
            "CriteriaList": st.lists(correlated, max_size=3),
            "Groups": inner,
        }
    )


groups = grouped(st.lists(grouped(st.just([])), max_size=2))
rules = st.lists(groups.map(lambda drawn: {"name": "rule", "expression": drawn}), max_size=2)
expressions = st.builds(
    lambda first, met, limit, offset, pad, rules, since: expression(
        {"ConditionOccurrence": {"CodesetId": 1, "First": first}},
        AdditionalCriteria=met,
        ExpressionLimit={"Type": limit},
        EndStrategy={"DateOffset": {"DateField": "StartDate", "Offset": offset}},
        CollapseSettings={"CollapseType": "ERA", "EraPad": pad},
        InclusionRules=rules,
        CensorWindow={"StartDate": str(since)},
    ),
    st.booleans(),
    groups,
    st.sampled_from(["All", "First", "Last"]),
    st.integers(0, 15),
    st.integers(0, 10),
    rules,
    days,
)


def rows(concepts):
    row = st.tuples(st.integers(1, 2), st.sampled_from(concepts), days, st.none() | st.integers(0, 9))
    return st.lists(row, max_size=8).map(
        lambda drawn: [
            (number, person, concept, start, None if length is None else start + dt.timedelta(days=length))
            for number, (person, concept, start, length) in enumerate(drawn, 1)
        ]
    )


def filled(connection, table, drawn):
    name = table.split("_", maxsplit=1)[0]
    long = f"{table}_start_date" if name == "drug" else f"{name}_start_date"
    connection.execute(f"delete from {table}")
    for number, person, concept, start, end in drawn:
        connection.execute(
            f"insert into {table} ({table}_id, person_id, {name}_concept_id, {long}, {long.replace('start', 'end')})"
            " values (?, ?, ?, ?, ?)",
            [number, person, concept, start, end],
        )


CONNECTION = database()
CONNECTION.execute("delete from observation_period")
for _person, (_start, _end) in OBSERVED.items():
    CONNECTION.execute("insert into observation_period values (?, ?, ?, ?, 0)", [_person, _person, _start, _end])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions, rows([10, 11, 12]), rows([20, 21]))
def test_sql_gives_the_rows_of_the_reference_engine(asked, conditions, drugs):
    filled(CONNECTION, "condition_occurrence", conditions)
    filled(CONNECTION, "drug_exposure", drugs)

    found = run(compiled(read(json.dumps(asked)), Target(7)), CONNECTION)

    assert [row[1:] for row in found.rows] == cohort(asked, conditions, drugs, OBSERVED)
