"""Write a cohort expression as SQL in staged temporary tables, for DuckDB and PostgreSQL alike.

Source of the meaning: OHDSI circe-be 1.11 (what its generated SQL selects); the SQL is our own.
Every stage is a temporary table, so that a database plans each with the sizes of the one before.
"""

import re
from dataclasses import dataclass, field

from hansa.lib.cohorts.criteria import criterion_sql, group_sql
from hansa.lib.cohorts.exits import cohort_rows, final_rows
from hansa.lib.cohorts.expression import CohortExpression, ConceptItem, ConceptSet
from hansa.lib.cohorts.fragments import later
from hansa.lib.cohorts.stages import Stages
from hansa.lib.errors import InvalidError

SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")


@dataclass(frozen=True)
class Target:
    """Where the data, the vocabulary and the stages stand, the cohort's number, and what the data hold beside 5.4."""

    cohort: int = 1
    cdm: str = "main"
    vocabulary: str = ""
    prefix: str = "cohort_stage"
    location_history: bool = False


@dataclass(frozen=True)
class Compiled:
    """The statements to run in order, and the names of what they leave behind."""

    statements: list[str]
    cohort: str
    attrition: str
    clean_up: list[str] = field(default_factory=list)


def compiled(expression: CohortExpression, target: Target) -> Compiled:
    """Return the SQL of a cohort expression."""
    vocabulary = target.vocabulary or target.cdm
    for name in (target.cdm, vocabulary, target.prefix):
        if not SCHEMA.fullmatch(name):
            raise InvalidError("The name of a schema may hold letters, digits and underscores only.", "Rename it.")
    stages = Stages(target.cdm, target.prefix, location_history=target.location_history)
    stages.add("codesets", codesets(expression.concept_sets, vocabulary))
    stages.add("entry", entry(expression, stages))
    stages.add("qualified", qualified(expression, stages))
    rules = [
        stages.add(f"rule_{index}", group_sql(rule.group, stages, events=stages.name("qualified")))
        for index, rule in enumerate(expression.rules)
    ]
    stages.add("included", included(expression, stages, rules=rules))
    stages.add("periods", cohort_rows(expression, stages))
    cohort = stages.add("cohort", final_rows(expression, stages, number=int(target.cohort)))
    counts = stages.add("attrition", attrition(stages, rules))
    return Compiled(stages.statements, cohort, counts, [f"drop table if exists {name}" for name in stages.names])


def codesets(sets: tuple[ConceptSet, ...], vocabulary: str) -> str:
    """Return the concepts of every concept set: those included, less those excluded."""
    items = ", ".join(row(each.number, item) for each in sets for item in each.items)
    if not items:
        return f"select 0 as codeset_id, c.concept_id from {vocabulary}.concept c where 1 = 0"
    return (
        f"with item (codeset_id, concept_id, excluded, descendants, mapped) as (values {items}),"
        " family as (select i.codeset_id, c.concept_id, i.excluded, i.mapped from item i"
        f" join {vocabulary}.concept c on c.concept_id = i.concept_id"
        " union all select i.codeset_id, c.concept_id, i.excluded, i.mapped from item i"
        f" join {vocabulary}.concept_ancestor a on a.ancestor_concept_id = i.concept_id"
        f" join {vocabulary}.concept c on c.concept_id = a.descendant_concept_id"
        " where i.descendants and c.invalid_reason is null),"
        " member as (select codeset_id, concept_id, excluded from family"
        " union all select f.codeset_id, r.concept_id_1 as concept_id, f.excluded from family f"
        f" join {vocabulary}.concept_relationship r on f.concept_id = r.concept_id_2"
        " where f.mapped and r.relationship_id = 'Maps to' and r.invalid_reason is null)"
        " select codeset_id, concept_id from member where not excluded"
        " except select codeset_id, concept_id from member where excluded"
    )


def row(codeset: int, item: ConceptItem) -> str:
    """Return an item of a concept set as a row of SQL."""
    flags = ", ".join("true" if each else "false" for each in (item.excluded, item.descendants, item.mapped))
    return f"({codeset:d}, {item.concept:d}, {flags})"


def entry(expression: CohortExpression, stages: Stages) -> str:
    """Return the events that let a person enter, within observation, as the limit says."""
    events = " union all ".join(f"select * from ({criterion_sql(each, stages)}) u" for each in expression.entry)
    direction = "desc" if expression.entry_limit == "Last" else "asc"
    limited = "" if expression.entry_limit == "All" else " where p.ordinal = 1"
    return (
        "select p.ordinal as event_id, p.person_id, p.start_date, p.end_date, p.op_start_date, p.op_end_date,"
        " p.visit_occurrence_id from (select e.person_id, e.start_date, e.end_date, e.visit_occurrence_id,"
        " o.observation_period_start_date as op_start_date, o.observation_period_end_date as op_end_date,"
        f" row_number() over (partition by e.person_id order by e.sort_date {direction}, e.event_id) as ordinal"
        f" from ({events}) e join {stages.cdm}.observation_period o on e.person_id = o.person_id"
        " and e.start_date >= o.observation_period_start_date and e.start_date <= o.observation_period_end_date"
        f" where {later('o.observation_period_start_date', expression.prior_days)} <= e.start_date"
        f" and {later('e.start_date', expression.post_days)} <= o.observation_period_end_date) p{limited}"
    )


def limited(events: str, limit: str) -> str:
    """Return all events, or each person's first or last."""
    if limit == "All":
        return events
    direction = "desc" if limit == "Last" else "asc"
    return (
        "select event_id, person_id, start_date, end_date, op_start_date, op_end_date, visit_occurrence_id from"
        f" (select e.*, row_number() over (partition by e.person_id order by e.start_date {direction}, e.event_id)"
        f" as ordinal from ({events}) e) l where l.ordinal = 1"
    )


def qualified(expression: CohortExpression, stages: Stages) -> str:
    """Return the entry events that meet the additional criteria; only with them does the limit hold."""
    events = stages.name("entry")
    if expression.additional is None:
        return f"select * from {events}"
    met = group_sql(expression.additional, stages, events=events)
    kept = f"select e.* from {events} e join ({met}) g on g.person_id = e.person_id and g.event_id = e.event_id"
    return limited(kept, expression.qualified_limit)


def included(expression: CohortExpression, stages: Stages, *, rules: list[str]) -> str:
    """Return the events that meet every inclusion rule, as the expression's limit says."""
    joins = " ".join(
        f"join {rule} r{index} on r{index}.person_id = q.person_id and r{index}.event_id = q.event_id"
        for index, rule in enumerate(rules)
    )
    return limited(f"select q.* from {stages.name('qualified')} q {joins}", expression.expression_limit)


def attrition(stages: Stages, rules: list[str]) -> str:
    """Return for every rule who meets it, and who is left after it and those before it."""
    events = stages.name("qualified")
    rows = [
        (
            "select -1 as inclusion_rule, count(*) as events, count(distinct q.person_id) as persons,"
            f" count(*) as events_left, count(distinct q.person_id) as persons_left from {events} q"
        )
    ]
    for index, rule in enumerate(rules):
        joins = " ".join(
            f"join {name} r{at} on r{at}.person_id = q.person_id and r{at}.event_id = q.event_id"
            for at, name in enumerate(rules[: index + 1])
        )
        rows.append(
            f"select {index} as inclusion_rule, m.events, m.persons, l.events_left, l.persons_left from"
            f" (select count(*) as events, count(distinct person_id) as persons from {rule}) m cross join"
            " (select count(*) as events_left, count(distinct q.person_id) as persons_left"
            f" from {events} q {joins}) l"
        )
    return " union all ".join(rows)
