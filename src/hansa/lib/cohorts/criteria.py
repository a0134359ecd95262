"""Write criteria, windows and groups as SQL."""

from hansa.lib.cohorts.domains import LOCATION_REGION
from hansa.lib.cohorts.expression import Bound, Condition, Correlated, Criterion, Demographic, Group, Window
from hansa.lib.cohorts.fragments import day, later, members, tested
from hansa.lib.cohorts.reading import countable
from hansa.lib.cohorts.stages import Stages

COUNTS = {"ALL": "= {parts}", "ANY": "> 0", "AT_LEAST": ">= {count}", "AT_MOST": "<= {count}"}
FOUND_BY = {
    "person": "{cdm}.person p where p.person_id = c.person_id",
    "visit": "{cdm}.visit_occurrence v where v.visit_occurrence_id = c.visit_occurrence_id"
    " and v.person_id = c.person_id",
    "care_site": "{cdm}.care_site cs where cs.care_site_id = c.care_site_id",
    "region": "{cdm}.care_site cs join {cdm}.location_history lh on lh.entity_id = cs.care_site_id"
    " and lh.domain_id = 'CARE_SITE' join {cdm}.location loc on loc.location_id = lh.location_id"
    " where cs.care_site_id = c.care_site_id and c.start_date >= lh.start_date"
    " and c.end_date <= coalesce(lh.end_date, date '2099-12-31')",
}
LIVED = (
    "(select h.location_history_id, h.entity_id as person_id, h.start_date as lived_from, h.end_date as lived_to,"
    " l.region_concept_id from {cdm}.location l join {cdm}.location_history h on l.location_id = h.location_id"
    " where h.domain_id = 'PERSON')"
)


def criterion_sql(criterion: Criterion, stages: Stages, *, counted: str = "") -> str:
    """Return the events of a criterion, narrowed to those whose correlated criteria hold."""
    query = plain(criterion, stages, counted=counted)
    if criterion.correlated is None or criterion.correlated.parts == 0:
        return query
    number = stages.number()
    found = stages.add(f"found_{number}", query)
    events = stages.add(f"events_{number}", observed(found, stages))
    met = group_sql(criterion.correlated, stages, events=events)
    return f"select f.* from {found} f join ({met}) g on g.person_id = f.person_id and g.event_id = f.event_id"


def observed(events: str, stages: Stages) -> str:
    """Return events with the observation period they start in."""
    return (
        "select f.person_id, f.event_id, f.start_date, f.end_date, f.visit_occurrence_id,"
        " o.observation_period_start_date as op_start_date, o.observation_period_end_date as op_end_date"
        f" from {events} f join {stages.cdm}.observation_period o on o.person_id = f.person_id"
        " and o.observation_period_start_date <= f.start_date and o.observation_period_end_date >= f.start_date"
    )


def plain(criterion: Criterion, stages: Stages, *, counted: str) -> str:
    """Return the events of a criterion without its correlated criteria."""
    domain = criterion.domain
    start, end = "c.start_date", "c.end_date"
    if criterion.period and criterion.period.start:
        start = day(criterion.period.start)
    if criterion.period and criterion.period.end:
        end = day(criterion.period.end)
    tests = ["c.ordinal = 1"] if criterion.first else []
    # Moving its dates may turn an event round; OHDSI's compiler leaves those out.
    tests += (["c.end_date >= c.start_date"] if criterion.adjustment else []) + within(criterion)
    tests += [test(each, stages) for each in criterion.conditions]
    where = f" where {' and '.join(tests)}" if tests else ""
    dated = {"START_DATE": start, "END_DATE": end} | ({"DURATION": f"({end} - {start})"} if domain.has_period else {})
    extra = f", {(countable(domain) | dated)[counted]} as counted" if counted else ""
    return (
        f"select c.person_id, c.{domain.key} as event_id, {start} as start_date, {end} as end_date,"
        f" {domain.visit} as visit_occurrence_id, c.start_date as sort_date{extra}"
        f" from ({rows(criterion, stages)}) c{where}"
    )


def within(criterion: Criterion) -> list[str]:
    """Return the tests that a period the user chose lies in the event."""
    period = criterion.period
    days = [day(each) for each in (period.start, period.end) if each] if period else []
    return [f"c.start_date <= {each} and c.end_date >= {each}" for each in days]


def rows(criterion: Criterion, stages: Stages) -> str:
    """Return the rows of a domain's table that a concept set chooses, with their start, end and order."""
    domain, codesets = criterion.domain, stages.name("codesets")
    if domain is LOCATION_REGION:
        stages.need_location_history(domain.name)
    chosen = []
    if criterion.codeset is not None:
        chosen.append(f"t.{domain.concept} in ({members(codesets, criterion.codeset)})")
    if criterion.source_codeset is not None and domain.source:
        chosen.append(f"t.{domain.source[1]} in ({members(codesets, criterion.source_codeset)})")
    start, end = dates(criterion)
    order = ""
    if criterion.first:
        order = f", row_number() over (partition by t.person_id order by {domain.start}, t.{domain.key}) as ordinal"
    table = LIVED.format(cdm=stages.cdm) if domain is LOCATION_REGION else f"{stages.cdm}.{domain.table}"
    where = f" where {' and '.join(chosen)}" if chosen else ""
    return f"select t.*, {start} as start_date, {end} as end_date{order} from {table} t{where}"


def dates(criterion: Criterion) -> tuple[str, str]:
    """Return the start and the end of an event, moved where the criterion says so."""
    domain, moved = criterion.domain, criterion.adjustment
    if moved is None:
        return domain.start, domain.end
    start = domain.end if moved.start_with_end else domain.start
    end = domain.end if moved.end_with_end else domain.start
    return later(start, moved.start_offset), later(end, moved.end_offset)


def test(condition: Condition, stages: Stages) -> str:
    """Return the test of an attribute, looked up in the table it is found by."""
    tests = tested(condition, stages.name("codesets"), cdm=stages.cdm)
    via = condition.attribute.via
    if via == "region":
        stages.need_location_history("PlaceOfServiceLocation")
    return f"exists (select 1 from {FOUND_BY[via].format(cdm=stages.cdm)} and {tests})" if via else tests


def group_sql(group: Group, stages: Stages, *, events: str) -> str:
    """Return the events that meet a group of criteria."""
    parts = [correlated_sql(each, stages, events=events) for each in group.criteria]
    parts += [demographic_sql(each, stages, events=events) for each in group.demographics]
    parts += [group_sql(each, stages, events=events) for each in group.groups]
    if not parts:
        return f"select distinct e.person_id, e.event_id from {events} e"
    if len(parts) == 1 and group.kind in {"ALL", "ANY"}:
        return parts[0]
    union = " union all ".join(
        f"select {index} as part, u.person_id, u.event_id from ({sql}) u" for index, sql in enumerate(parts)
    )
    outer = group.kind == "AT_MOST" or (group.kind == "AT_LEAST" and group.count == 0)
    having = COUNTS[group.kind].format(parts=len(parts), count=int(group.count))
    return (
        f"select e.person_id, e.event_id from (select distinct person_id, event_id from {events}) e"
        f" {'left' if outer else 'inner'} join ({union}) m on m.person_id = e.person_id and m.event_id = e.event_id"
        f" group by e.person_id, e.event_id having count(m.part) {having}"
    )


def demographic_sql(demographic: Demographic, stages: Stages, *, events: str) -> str:
    """Return the events whose person and dates meet conditions."""
    tests = " and ".join(test(each, stages) for each in demographic.conditions)
    return f"select distinct c.person_id, c.event_id from {events} c" + (f" where {tests}" if tests else "")


def correlated_sql(correlated: Correlated, stages: Stages, *, events: str) -> str:
    """Return the events around which a criterion is found as often as it must be."""
    wanted = correlated.occurrence
    inner = criterion_sql(correlated.criterion, stages, counted=wanted.column if wanted.distinct else "")
    tests = ["a.person_id = p.person_id", *windows(correlated)]
    join = "left join" if wanted.operator == "<=" or wanted.count == 0 else "join"
    counted = "distinct a.counted" if wanted.distinct else "a.event_id"
    return (
        f"select p.person_id, p.event_id from {events} p {join} ({inner}) a on {' and '.join(tests)}"
        f" group by p.person_id, p.event_id having count({counted}) {wanted.operator} {wanted.count:d}"
    )


def windows(correlated: Correlated) -> list[str]:
    """Return the tests of where in time, and in which visit, an event must lie."""
    tests = []
    if not correlated.beyond_observation:
        tests = ["a.start_date >= p.op_start_date", "a.start_date <= p.op_end_date"]
    for window in (correlated.start, correlated.end):
        if window:
            tests += edges(window, open_ended=correlated.beyond_observation)
    if correlated.same_visit:
        tests.append("a.visit_occurrence_id = p.visit_occurrence_id")
    return tests


def edges(window: Window, *, open_ended: bool) -> list[str]:
    """Return the tests of one window."""
    event = "a.end_date" if window.event_end else "a.start_date"
    index = "p.end_date" if window.index_end else "p.start_date"
    found = [
        (sign, edge(bound, index))
        for sign, bound in ((">=", window.start), ("<=", window.end))
        if bound.days is not None or not open_ended
    ]
    return [f"{event} {sign} {limit}" for sign, limit in found]


def edge(bound: Bound, index: str) -> str:
    """Return the date of one edge of a window."""
    if bound.days is not None:
        return later(index, bound.days)
    return "p.op_start_date" if bound.backwards else "p.op_end_date"
