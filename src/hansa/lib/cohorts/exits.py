"""Write how a cohort is left, and how its periods are joined, as SQL."""

from hansa.lib.cohorts.criteria import criterion_sql
from hansa.lib.cohorts.expression import CohortExpression, Criterion, CustomEra, DateOffset
from hansa.lib.cohorts.fragments import day, later, members
from hansa.lib.cohorts.stages import Stages


def cohort_rows(expression: CohortExpression, stages: Stages) -> str:
    """Return each included event with the earliest of its ends."""
    ends = " union all ".join(end_selects(expression, stages))
    return (
        "select i.person_id, i.start_date, min(x.end_date) as end_date"
        f" from {stages.name('included')} i join ({ends}) x on x.event_id = i.event_id and x.person_id = i.person_id"
        " and x.end_date >= i.start_date group by i.person_id, i.event_id, i.start_date"
    )


def end_selects(expression: CohortExpression, stages: Stages) -> list[str]:
    """Return every way in which an included event may end."""
    events = stages.name("included")
    found = []
    if not isinstance(expression.exit, DateOffset):
        found.append(f"select event_id, person_id, op_end_date as end_date from {events}")
    if isinstance(expression.exit, DateOffset):
        found.append(offset(expression.exit, events))
    if isinstance(expression.exit, CustomEra):
        found.append(exposure(expression.exit, stages))
    return found + [censored(each, stages) for each in expression.censoring]


def offset(strategy: DateOffset, events: str) -> str:
    """Return ends some days after an event, within observation."""
    end = later("end_date" if strategy.from_end else "start_date", strategy.days)
    # The event without an end gets none here either, which least() would give it.
    capped = f"case when {end} > op_end_date then op_end_date else {end} end"
    return f"select event_id, person_id, {capped} as end_date from {events}"


def exposure(strategy: CustomEra, stages: Stages) -> str:
    """Return ends of continuous exposure to a drug."""
    start = "d.drug_exposure_start_date"
    end = f"coalesce(d.drug_exposure_end_date, {start} + d.days_supply, {start} + 1)"
    if strategy.supply is not None:
        end = later(start, strategy.supply)
    drugs = members(stages.name("codesets"), strategy.codeset)
    exposures = (
        f"select d.person_id, {start} as start_date, {later(f'({end})', strategy.gap + strategy.offset)} as end_date"
        f" from {stages.cdm}.drug_exposure d where d.person_id in (select person_id from {stages.name('included')})"
        f" and (d.drug_concept_id in ({drugs}) or d.drug_source_concept_id in ({drugs}))"
    )
    eras = stages.add("eras", joined(exposures, strategy.gap))
    return (
        f"select i.event_id, i.person_id, s.end_date from {stages.name('included')} i join {eras} s"
        " on s.person_id = i.person_id and i.start_date >= s.start_date and i.start_date <= s.end_date"
    )


def joined(periods: str, pad: int) -> str:
    """Return periods that touch as one, taking the padding off their ends."""
    return (
        f"select person_id, min(start_date) as start_date, {later('max(end_date)', -pad)} as end_date from"
        " (select person_id, start_date, end_date, sum(is_start) over (partition by person_id"
        " order by start_date, is_start desc rows unbounded preceding) as era from"
        " (select person_id, start_date, end_date, case when max(end_date) over (partition by person_id"
        " order by start_date rows between unbounded preceding and 1 preceding) >= start_date then 0 else 1 end"
        f" as is_start from ({periods}) s) m) g group by person_id, era"
    )


def censored(criterion: Criterion, stages: Stages) -> str:
    """Return ends at the first event that censors."""
    return (
        f"select i.event_id, i.person_id, min(a.start_date) as end_date from {stages.name('included')} i"
        f" join ({criterion_sql(criterion, stages)}) a on a.person_id = i.person_id and a.start_date >= i.start_date"
        " and a.start_date <= i.op_end_date group by i.event_id, i.person_id"
    )


def final_rows(expression: CohortExpression, stages: Stages, *, number: int) -> str:
    """Return the rows of the cohort, within its censor window."""
    padded = (
        f"select person_id, start_date, {later('end_date', expression.era_pad)} as end_date"
        f" from {stages.name('periods')}"
    )
    start, end, window = "f.start_date", "f.end_date", expression.censor_window
    if window.start:
        start = f"greatest({start}, {day(window.start)})"
    if window.end:
        end = f"least({end}, {day(window.end)})"
    return (
        f"select {number:d} as cohort_definition_id, f.person_id as subject_id, {start} as cohort_start_date,"
        f" {end} as cohort_end_date from ({joined(padded, expression.era_pad)}) f where {start} <= {end}"
    )
