"""Every check of a table as SQL that counts violations, all of a table in one pass over it.

The same text runs on DuckDB and PostgreSQL.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hansa.lib.omop.tables import COLUMNS
from hansa.lib.quality.specification import (
    CONCEPTS,
    DOMAINS,
    KEYS,
    MAIN,
    PERIODS,
    RANGES,
    REFERENCES,
    REQUIRED,
    Plausible,
)

CONFORMANCE, COMPLETENESS, PLAUSIBILITY = "conformance", "completeness", "plausibility"
# The share of violations above which a check fails; what a source cannot help is given more room.
LIMITS = {CONFORMANCE: 0.0, COMPLETENESS: 0.05, PLAUSIBILITY: 0.01}
# Whoever has no record of a kind may just not have had it, but for these everybody has one.
FOR_EVERYBODY = ("observation_period",)
DAYS_AFTER_DEATH, DAYS_BESIDE_VISIT = 60, 7


@dataclass(frozen=True)
class Check:
    """One check: what it looks at, which rows violate it, and of how many."""

    table: str
    field: str
    kind: str
    category: str
    violated: str
    whole: str = "count(*)"
    limit: float | None = None

    @property
    def threshold(self) -> float:
        """Return the share of violations above which the check fails."""
        return LIMITS[self.category] if self.limit is None else self.limit


def where(test: str) -> str:
    """Return how many rows pass a test."""
    return f"count(*) filter (where {test})"


def of_table(table: str) -> Iterator[Check]:
    """Yield the checks of one table that need nothing but one pass over it and what its rows point to."""
    columns = COLUMNS[table]
    if table in KEYS:
        key = f"t.{KEYS[table]}"
        yield Check(table, KEYS[table], "isPrimaryKey", CONFORMANCE, f"count(*) - count(distinct {key})")
    for field in REQUIRED.get(table, ()):
        yield Check(table, field, "isRequired", CONFORMANCE, where(f"t.{field} is null"))
    for field in (field for field in columns if field in REFERENCES and field != KEYS.get(table)):
        given = f"t.{field} is not null"
        lost = where(f"{given} and {_other(field)}.{field} is null")
        yield Check(table, field, "isForeignKey", CONFORMANCE, lost, where(given))
    for field in (field for field in columns if field in RANGES):
        low, high = RANGES[field]
        known = where(f"t.{field} is not null")
        yield Check(table, field, "plausibleValueLow", PLAUSIBILITY, where(f"t.{field} < {low}"), known)
        yield Check(table, field, "plausibleValueHigh", PLAUSIBILITY, where(f"t.{field} > {high}"), known)
    yield from _of_concepts(table)
    yield from _of_dates(table)


def concept_fields(table: str) -> list[str]:
    """Return the fields of a table that hold concepts, in its own order."""
    if table in ("concept", "concept_ancestor", "concept_relationship", "vocabulary", "cdm_source"):
        return []
    return [field for field in COLUMNS[table] if field.endswith("_concept_id")]


def _of_concepts(table: str) -> Iterator[Check]:
    for field in concept_fields(table):
        concept, mapped = f"c_{field}", f"t.{field} <> 0"
        lost = where(f"t.{field} is not null and {concept}.concept_id is null")
        yield Check(table, field, "isForeignKey", CONFORMANCE, lost, where(f"t.{field} is not null"))
        if "source" in field:
            continue
        found = f"{mapped} and {concept}.concept_id is not null"
        odd = where(
            f"{found} and ({concept}.standard_concept is distinct from 'S' or {concept}.invalid_reason is not null)"
        )
        yield Check(table, field, "isStandardValidConcept", CONFORMANCE, odd, where(mapped))
        if field in DOMAINS:
            other = where(f"{found} and {concept}.domain_id <> '{DOMAINS[field]}'")
            yield Check(table, field, "fkDomain", CONFORMANCE, other, where(mapped))
        if field == MAIN.get(table):
            empty = where(f"coalesce(t.{field}, 0) = 0")
            yield Check(table, field, "standardConceptRecordCompleteness", COMPLETENESS, empty)


def _of_dates(table: str) -> Iterator[Check]:
    if table not in PERIODS:
        return
    start, end = PERIODS[table]
    both = f"t.{start} is not null and p.year_of_birth is not null"
    early = where(f"t.{start} < make_date(cast(p.year_of_birth as integer), 1, 1)")
    yield Check(table, start, "plausibleAfterBirth", PLAUSIBILITY, early, where(both))
    dead = "d.death_date is not null"
    late = where(f"t.{start} > d.death_date + {DAYS_AFTER_DEATH}")
    yield Check(table, start, "plausibleBeforeDeath", PLAUSIBILITY, late, where(dead))
    if end is not None:
        known = where(f"t.{start} is not null and t.{end} is not null")
        yield Check(table, end, "plausibleStartBeforeEnd", PLAUSIBILITY, where(f"t.{end} < t.{start}"), known)
    if "visit_occurrence_id" in COLUMNS[table] and table != "visit_occurrence":
        inside = (
            f"t.{start} between visit_occurrence.visit_start_date - {DAYS_BESIDE_VISIT}"
            f" and visit_occurrence.visit_end_date + {DAYS_BESIDE_VISIT}"
        )
        there = "visit_occurrence.visit_occurrence_id is not null"
        outside = where(f"{there} and not ({inside})")
        yield Check(table, start, "withinVisitDates", PLAUSIBILITY, outside, where(there))


def query_of(table: str, checks: list[Check], *, cdm: str) -> str:
    """Return the one query that counts violations and rows of every check of a table."""
    counts = ", ".join(f"{check.violated}, {check.whole}" for check in checks)
    joins = [
        f"left join (select distinct {field} from {cdm}.{REFERENCES[field]}) {_other(field)}"
        f" on {_other(field)}.{field} = t.{field}"
        for field in COLUMNS[table]
        if field in REFERENCES and field not in (KEYS.get(table), "visit_occurrence_id", "person_id")
    ]
    joins += [
        f"left join {cdm}.concept c_{field} on c_{field}.concept_id = t.{field}" for field in concept_fields(table)
    ]
    if "person_id" in COLUMNS[table] and table != "person":
        joins.append(f"left join {cdm}.person p on p.person_id = t.person_id")
        if table != "death":
            died = f"select person_id, min(death_date) as death_date from {cdm}.death group by person_id"
            joins.append(f"left join ({died}) d on d.person_id = t.person_id")
    if "visit_occurrence_id" in COLUMNS[table] and table != "visit_occurrence":
        joins.append(
            f"left join {cdm}.visit_occurrence on visit_occurrence.visit_occurrence_id = t.visit_occurrence_id"
        )
    return f"select {counts} from {cdm}.{table} t {' '.join(joins)}"


def _other(field: str) -> str:
    """Return the name under which the table that a field points to is joined."""
    return "p" if field == "person_id" else REFERENCES[field]


def alone(*, cdm: str) -> Iterator[tuple[Check, str]]:
    """Yield the checks that look at people or at one concept, each with its own query of violations and rows."""
    people = f"select count(*) from {cdm}.person"
    for table in PERIODS:
        limit = 0.0 if table in FOR_EVERYBODY else 1.0
        check = Check(table, "person_id", "measurePersonCompleteness", COMPLETENESS, "", limit=limit)
        yield check, f"select ({people} p where {_without(table, 'p', cdm=cdm)}), ({people})"
    having = f"select distinct person_id from {cdm}.condition_occurrence"
    era = Check("condition_era", "person_id", "measureConditionEraCompleteness", COMPLETENESS, "")
    lacking = f"select count(*) from ({having}) h where {_without('condition_era', 'h', cdm=cdm)}"
    yield era, f"select ({lacking}), (select count(*) from ({having}) h)"
    for one in CONCEPTS:
        yield from _of_sex(one, cdm=cdm) if one.sex is not None else _of_values(one, cdm=cdm)


def _without(table: str, people: str, *, cdm: str) -> str:
    return f"not exists (select 1 from {cdm}.{table} t where t.person_id = {people}.person_id)"


def _family(concept: int, *, cdm: str) -> str:
    return (
        f"select descendant_concept_id from {cdm}.concept_ancestor where ancestor_concept_id = {concept}"
        f" union select {concept}"
    )


def _of_sex(one: Plausible, *, cdm: str) -> Iterator[tuple[Check, str]]:
    rows = (
        f"from {cdm}.condition_occurrence t join {cdm}.person p on p.person_id = t.person_id"
        f" where t.condition_concept_id in ({_family(one.concept, cdm=cdm)})"
    )
    check = Check("condition_occurrence", one.name, "plausibleGender", PLAUSIBILITY, "")
    yield check, f"select {where(f'p.gender_concept_id <> {one.sex}')}, count(*) {rows}"


def _of_values(one: Plausible, *, cdm: str) -> Iterator[tuple[Check, str]]:
    rows = (
        f"from {cdm}.measurement t where t.measurement_concept_id in ({_family(one.concept, cdm=cdm)})"
        " and t.value_as_number is not null"
    )
    tests = {
        "plausibleUnitConceptIds": (f"t.unit_concept_id is distinct from {one.unit}", rows),
        "plausibleValueLow": (f"t.value_as_number < {one.low}", f"{rows} and t.unit_concept_id = {one.unit}"),
        "plausibleValueHigh": (f"t.value_as_number > {one.high}", f"{rows} and t.unit_concept_id = {one.unit}"),
    }
    for kind, (test, among) in tests.items():
        check = Check("measurement", one.name, kind, PLAUSIBILITY, "")
        yield check, f"select {where(test)}, count(*) {among}"
