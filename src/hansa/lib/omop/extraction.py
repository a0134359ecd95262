"""From cohorts and derivations to one row a person, as SQL in staged temporary tables.

The same statements run on DuckDB and PostgreSQL. A person counts once, from the first entry into the
target cohort on, within the observation period that it lies in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.expression import CohortExpression
from hansa.lib.cohorts.fragments import later, numbers
from hansa.lib.omop.variables import AtStart, Derivation, Events, Member, Risk, Value, Window

# Table, day and concept of each kind of event.
EVENTS = {
    "condition": ("condition_occurrence", "condition_start_date", "condition_concept_id"),
    "drug": ("drug_exposure", "drug_exposure_start_date", "drug_concept_id"),
    "procedure": ("procedure_occurrence", "procedure_date", "procedure_concept_id"),
    "measurement": ("measurement", "measurement_date", "measurement_concept_id"),
    "observation": ("observation", "observation_date", "observation_concept_id"),
    "device": ("device_exposure", "device_exposure_start_date", "device_concept_id"),
    "visit": ("visit_occurrence", "visit_start_date", "visit_concept_id"),
}
AT_START = {
    "age": "extract(year from b.start_date) - p.year_of_birth",
    "year": "extract(year from b.start_date)",
    "prior_observation": "b.start_date - b.op_start_date",
    # OMOP's concepts of administrative sex; any other is no value here.
    "sex": "case p.gender_concept_id when 8532 then 'female' when 8507 then 'male' end",
}
SUMMARIES = {"lowest": "min(t.value_as_number)", "highest": "max(t.value_as_number)", "mean": "avg(t.value_as_number)"}


@dataclass(frozen=True)
class Extraction:
    """The statements to run in order, the query of the rows, that of the attrition, and what to drop at the end."""

    statements: list[str]
    rows: str
    attrition: str
    clean_up: list[str]


def extraction(
    cohorts: Mapping[str, CohortExpression],
    *,
    target: str,
    variables: Mapping[str, Derivation],
    cdm: str = "main",
    prefix: str = "extract",
) -> Extraction:
    """Return the SQL of one row a person of the target cohort: person_id, then each variable in order."""
    plans = {
        name: compiled(expression, Target(cdm=cdm, prefix=f"{prefix}_{place}"))
        for place, (name, expression) in enumerate(cohorts.items())
    }
    statements = [statement for plan in plans.values() for statement in plan.statements]
    made = _Variables({name: plan.cohort for name, plan in plans.items()}, cdm=cdm, prefix=prefix)
    made.add("base", _base(plans[target].cohort, cdm=cdm))
    columns = [f"{made.column(taken)} as {_quoted(name)}" for name, taken in variables.items()]
    statements += made.statements
    rows = (
        f"select {', '.join(['b.person_id', *columns])} from {made.name('base')} b"
        f" join {cdm}.person p on p.person_id = b.person_id{made.joins} order by b.person_id"
    )
    drops = [f"drop table if exists {name}" for name in made.names]
    drops += [statement for plan in plans.values() for statement in plan.clean_up]
    attrition = f"select inclusion_rule, persons_left from {plans[target].attrition} order by 1"
    return Extraction(statements, rows, attrition, drops)


def _base(cohort: str, *, cdm: str) -> str:
    """Return each person's first entry with the observation period it lies in."""
    return (
        "select f.subject_id as person_id, f.cohort_start_date as start_date, min(f.cohort_end_date) as end_date,"
        " min(o.observation_period_start_date) as op_start_date, max(o.observation_period_end_date) as op_end_date"
        " from (select c.*, row_number() over (partition by c.subject_id order by c.cohort_start_date) as entry"
        f" from {cohort} c) f join {cdm}.observation_period o on o.person_id = f.subject_id"
        " and f.cohort_start_date between o.observation_period_start_date and o.observation_period_end_date"
        " where f.entry = 1 group by f.subject_id, f.cohort_start_date"
    )


def _quoted(name: str) -> str:
    # Names of variables are letters, digits and underscores; quoting keeps them from being words of SQL.
    return f'"{name}"'


def _within(day: str, window: Window) -> str:
    low, high = window
    tests = [f"{day} >= {later('b.start_date', low)}"] if low is not None else []
    tests += [f"{day} <= {later('b.start_date', high)}"] if high is not None else []
    return "".join(f" and {test}" for test in tests)


class _Variables:
    """Collect the stage that each variable needs, and how it joins the rows."""

    def __init__(self, cohorts: Mapping[str, str], *, cdm: str, prefix: str) -> None:
        self.statements: list[str] = []
        self.names: list[str] = []
        self.joins = ""
        self._cohorts, self._cdm, self._prefix = cohorts, cdm, prefix
        self._made: dict[str, str] = {}

    def name(self, stage: str) -> str:
        """Return the name of a stage's table."""
        return f"{self._prefix}_{stage}"

    def add(self, stage: str, select: str) -> str:
        """Add a stage and return the name of its table."""
        name = self.name(stage)
        self.statements.append(f"create temporary table {name} as {select}")
        self.names.append(name)
        return name

    def column(self, taken: Derivation) -> str:
        """Return the SQL of one variable, after the stage it needs was added."""
        if isinstance(taken, AtStart):
            return AT_START[taken.take]
        if isinstance(taken, Risk):
            return self._risk(taken)
        if isinstance(taken, Value):
            return f"{self._joined(self._value(taken))}.value"
        found = self._joined(self._member(taken) if isinstance(taken, Member) else self._events(taken))
        return f"coalesce({found}.value, 0)"

    def _joined(self, select: str) -> str:
        """Return the name under which a stage joins the rows; the same stage is made once."""
        if select not in self._made:
            alias = f"v{len(self._made)}"
            name = self.add(f"variable_{len(self._made)}", select)
            self.joins += f" left join {name} {alias} on {alias}.person_id = b.person_id"
            self._made[select] = alias
        return self._made[select]

    def _concepts(self, taken: Events | Value) -> str:
        given = numbers(taken.concepts)
        if not taken.descendants:
            return given
        return (
            f"select concept_id from {self._cdm}.concept where concept_id in ({given}) union"
            f" select descendant_concept_id from {self._cdm}.concept_ancestor where ancestor_concept_id in ({given})"
        )

    def _events(self, taken: Events) -> str:
        table, day, concept = EVENTS[taken.take]
        return (
            f"select b.person_id, count(*) as value from {self.name('base')} b join {self._cdm}.{table} t"
            f" on t.person_id = b.person_id where t.{concept} in ({self._concepts(taken)})"
            f"{_within(f't.{day}', taken.window)} group by b.person_id"
        )

    def _member(self, taken: Member) -> str:
        return (
            f"select distinct b.person_id, 1 as value from {self.name('base')} b"
            f" join {self._cohorts[taken.cohort]} t on t.subject_id = b.person_id"
            f" where true{_within('t.cohort_start_date', taken.window)}"
        )

    def _value(self, taken: Value) -> str:
        units = f" and t.unit_concept_id in ({numbers(taken.units)})" if taken.units else ""
        found = (
            f" from {self.name('base')} b join {self._cdm}.measurement t on t.person_id = b.person_id"
            f" where t.measurement_concept_id in ({self._concepts(taken)}) and t.value_as_number is not null"
            f"{units}{_within('t.measurement_date', taken.window)}"
        )
        if taken.choose in SUMMARIES:
            return f"select b.person_id, {SUMMARIES[taken.choose]} as value{found} group by b.person_id"
        order = "asc" if taken.choose == "first" else "desc"
        return (
            "select person_id, value from (select b.person_id, t.value_as_number as value, row_number() over"
            f" (partition by b.person_id order by t.measurement_date {order}, t.value_as_number desc) as place"
            f"{found}) s where place = 1"
        )

    def _risk(self, taken: Risk) -> str:
        """Return the days at risk, or whether the outcome is in them; none for whoever had it before."""
        ends = ["b.op_end_date"] + (["b.end_date"] if taken.until == "cohort" else [])
        ends += [later("b.start_date", taken.days)] if taken.days is not None else []
        end, begins = f"least({', '.join(ends)})", later("b.start_date", taken.from_day)
        since = "" if taken.washout is None else f" and t.cohort_start_date >= {later('b.start_date', -taken.washout)}"
        found = self._joined(
            "select b.person_id, min(case when t.cohort_start_date >= "
            f"{begins} then t.cohort_start_date end) as first_day,"
            f" sum(case when t.cohort_start_date < {begins}{since} then 1 else 0 end) as earlier"
            f" from {self.name('base')} b join {self._cohorts[taken.cohort]} t on t.subject_id = b.person_id"
            " group by b.person_id"
        )
        happens, first = f"{found}.first_day <= {end}", f"{found}.first_day"
        at_risk = f"coalesce({found}.earlier, 0) = 0 and {begins} <= {end}"
        if taken.take == "outcome":
            return f"case when {at_risk} then case when {happens} then 1 else 0 end end"
        return f"case when {at_risk} then case when {happens} then {first} else {end} end - b.start_date end"
