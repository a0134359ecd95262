"""OMOP databases of made-up people, and protocols over them."""

import gzip
import json

import duckdb
import numpy as np

from hansa.areas.studies import actions
from hansa.areas.studies.models import Dataset
from hansa.lib.omop.tables import COLUMNS, kind
from tests.areas.studies.scene import PROTOCOL
from tests.lib.omop import sample

PEOPLE = 80
VARIABLES = {
    "age": {"type": "number", "unit": "a", "range": [0, 120], "omop": {"take": "age"}},
    "event": {"type": "boolean", "omop": {"take": "condition", "concepts": [sample.OUTCOME], "window": [None, None]}},
}


def cohort_protocol(**changes):
    """Return the text of a protocol over the users of a drug."""
    data = {"target": "users", "cohorts": {"users": sample.COHORTS["users"]}, "variables": VARIABLES, **changes}
    return PROTOCOL.partition("data:")[0] + f"data: {json.dumps(data)}\nanalyses:" + PROTOCOL.partition("analyses:")[2]


def tables(count=PEOPLE, *, first=1, drug=sample.DRUG):
    """Return the rows of a database of some people, every second of whom has the outcome."""
    numbers = range(first, first + count)
    chance = np.random.default_rng(first)
    return {
        "concept": [{"concept_id": concept} for concept in (sample.DRUG, sample.OUTCOME)],
        "concept_ancestor": [{"ancestor_concept_id": one, "descendant_concept_id": one} for one in (10, 20)],
        "concept_relationship": [],
        "person": [
            {"person_id": n, "gender_concept_id": 8532, "year_of_birth": int(chance.integers(1930, 1980))}
            for n in numbers
        ],
        "observation_period": [
            {
                "observation_period_id": n,
                "person_id": n,
                "observation_period_start_date": "2010-01-01",
                "observation_period_end_date": "2015-12-31",
            }
            for n in numbers
        ],
        "drug_exposure": [
            {"drug_exposure_id": n, "person_id": n, "drug_concept_id": drug, "drug_exposure_start_date": "2012-01-01"}
            for n in numbers
        ],
        "condition_occurrence": [
            {
                "condition_occurrence_id": n,
                "person_id": n,
                "condition_concept_id": sample.OUTCOME,
                "condition_start_date": "2013-01-01",
            }
            for n in numbers
            if n % 2
        ],
    }


def database(path, made=None, *, schema="main"):
    """Write a database as a DuckDB file."""
    with duckdb.connect(path) as connection:
        connection.execute(f"create schema if not exists {schema}")
        for table, rows in (made or tables()).items():
            columns = ", ".join(f"{name} {kind(name)}" for name in COLUMNS[table])
            connection.execute(f"create table {schema}.{table} ({columns})")
            for row in rows:
                marks = ", ".join("?" for _name in row)
                names = ", ".join(row)
                connection.execute(f"insert into {schema}.{table} ({names}) values ({marks})", list(row.values()))
    return path


def folder(path, made=None, *, packed=True):
    """Write a database as a folder of CSV files."""
    path.mkdir()
    for table, rows in (made or tables()).items():
        columns = list(rows[0]) if rows else COLUMNS[table]
        lines = [",".join(columns), *(",".join(str(value) for value in row.values()) for row in rows)]
        text = ("\n".join(lines) + "\n").encode()
        name = path / f"{table.upper()}.csv{'.gz' if packed else ''}"
        name.write_bytes(gzip.compress(text) if packed else text)
    return path


def connect(scene, source, name="data"):
    """Connect a database as the steward does."""
    return actions.add(Dataset(), by=scene.people["steward"], name=name, source=str(source), kind="omop")
