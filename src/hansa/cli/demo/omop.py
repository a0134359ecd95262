"""Made-up OMOP databases of the demo: people who begin celecoxib or diclofenac, and whether they bleed.

Nobody in them lives. The concepts are those of the OMOP vocabularies, so that the demo's protocol runs as
well on OHDSI's example data set GiBleed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from hansa.cli.demo.cast import HOUSES
from hansa.lib.omop.tables import COLUMNS, kind

SEED = 1118084
CELECOXIB, DICLOFENAC, BLEEDING, ULCER = 1118084, 1124300, 192671, 4027663
MALE, FEMALE = 8507, 8532
CONCEPTS = {
    CELECOXIB: ("celecoxib", "Drug", "RxNorm"),
    DICLOFENAC: ("Diclofenac", "Drug", "RxNorm"),
    BLEEDING: ("Gastrointestinal hemorrhage", "Condition", "SNOMED"),
    ULCER: ("Peptic ulcer", "Condition", "SNOMED"),
    MALE: ("MALE", "Gender", "Gender"),
    FEMALE: ("FEMALE", "Gender", "Gender"),
}
FIRST, LAST = date(2005, 1, 1), date(2022, 12, 31)
# Bleedings a day of an untreated forty-year-old, and how risks multiply.
HAZARD, BY_CELECOXIB, BY_YEAR, BY_ULCER = 1.2e-4, 0.6, 1.02, 2.0
SIZES = (900, 600, 450)
Row = dict[str, Any]


@dataclass(frozen=True)
class Patient:
    """One made-up person: sex, year of birth, observation, drug with its first day, ulcer and bleeding if any."""

    number: int
    sex: int
    born: int
    since: date
    until: date
    drug: int
    begins: date
    ulcer: date | None
    bleeds: date | None


def write(directory: Path) -> dict[str, Path]:
    """Write each hospital's database into a file of its own, the same every time."""
    directory.mkdir(mode=0o700, exist_ok=True, parents=True)
    chance, files, first = np.random.default_rng(SEED), {}, 1
    for role, size in zip(HOUSES, SIZES, strict=True):
        people = [_patient(chance, number) for number in range(first, first + size)]
        files[role.key] = directory / f"{role.key}-omop.duckdb"
        _fill(files[role.key], people)
        first += size
    return files


def _patient(chance: np.random.Generator, number: int) -> Patient:
    begins = FIRST + timedelta(days=int(chance.integers(400, 4500)))
    since = begins - timedelta(days=int(chance.integers(30, 400)))
    until = min(LAST, begins + timedelta(days=int(chance.integers(60, 2500))))
    age, is_celecoxib = int(chance.integers(25, 86)), bool(chance.random() < 0.62)  # noqa: PLR2004 -- shares made up
    ulcer = since + timedelta(days=int(chance.integers(0, 25))) if chance.random() < 0.22 else None  # noqa: PLR2004 -- as above
    hazard = HAZARD * BY_YEAR ** (age - 40) * (BY_CELECOXIB if is_celecoxib else 1) * (BY_ULCER if ulcer else 1)
    bleeds = begins + timedelta(days=1 + int(chance.exponential(1 / hazard)))
    return Patient(
        number=number,
        sex=MALE if chance.random() < 0.48 else FEMALE,  # noqa: PLR2004 -- as above
        born=begins.year - age,
        since=since,
        until=until,
        drug=CELECOXIB if is_celecoxib else DICLOFENAC,
        begins=begins,
        ulcer=ulcer,
        bleeds=bleeds if bleeds <= until else None,
    )


def _fill(file: Path, people: list[Patient]) -> None:
    rows: dict[str, list[Row]] = {"concept": list(_concepts())}
    rows["concept_ancestor"] = [
        {
            "ancestor_concept_id": concept,
            "descendant_concept_id": concept,
            "min_levels_of_separation": 0,
            "max_levels_of_separation": 0,
        }
        for concept in CONCEPTS
    ]
    rows["cdm_source"] = [
        {"cdm_source_name": "Made up for the demo", "cdm_version": "5.4", "vocabulary_version": "made up"}
    ]
    for person in people:
        for table, row in _events(person):
            rows.setdefault(table, []).append(row)
    with duckdb.connect(file) as connection:
        for table, columns in COLUMNS.items():
            typed = ", ".join(f'"{column}" {kind(column)}' for column in columns)
            connection.execute(f"create table {table} ({typed})")
            if table in rows:
                values = [[row.get(column) for column in columns] for row in rows[table]]
                connection.register("made", pd.DataFrame(values, columns=list(columns), dtype=object))
                connection.execute(f"insert into {table} select * from made")  # noqa: S608 -- tables of the CDM
    file.chmod(0o600)


def _concepts() -> Iterator[Row]:
    for concept, (name, domain, vocabulary) in CONCEPTS.items():
        yield {
            "concept_id": concept,
            "concept_name": name,
            "domain_id": domain,
            "vocabulary_id": vocabulary,
            "standard_concept": "S",
            "concept_code": str(concept),
            "valid_start_date": date(1970, 1, 1),
            "valid_end_date": date(2099, 12, 31),
        }


def _events(person: Patient) -> Iterator[tuple[str, Row]]:
    """Yield the rows of one person, each with its table."""
    who = {"person_id": person.number}
    yield "person", who | {"gender_concept_id": person.sex, "year_of_birth": person.born}
    yield (
        "observation_period",
        who
        | {
            "observation_period_id": person.number,
            "observation_period_start_date": person.since,
            "observation_period_end_date": person.until,
        },
    )
    yield (
        "drug_exposure",
        who
        | {
            "drug_exposure_id": person.number,
            "drug_concept_id": person.drug,
            "drug_exposure_start_date": person.begins,
            "drug_exposure_end_date": person.begins + timedelta(days=30),
        },
    )
    for place, (concept, day) in enumerate(((ULCER, person.ulcer), (BLEEDING, person.bleeds))):
        if day is not None:
            found = {"condition_occurrence_id": 2 * person.number + place, "condition_concept_id": concept}
            yield "condition_occurrence", who | found | {"condition_start_date": day}
