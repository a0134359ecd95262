"""What is wrong with one analysis of a protocol, kind by kind, and what to do about it.

A finding is the key in the analysis, the message and the remedy.
"""

import difflib
from collections.abc import Callable, Iterator
from typing import TypeAlias

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.schema import (
    DAYS,
    CoxAnalysis,
    EffectAnalysis,
    GlmAnalysis,
    IncidenceAnalysis,
    KaplanMeierAnalysis,
    MetaAnalysis,
    Protocol,
    TableOneAnalysis,
)
from hansa.lib.statistics.variables import Variable

Found: TypeAlias = Iterator[tuple[str, str, str]]


def _odd_table(analysis: TableOneAnalysis, protocol: Protocol) -> Found:
    yield from _odd_groups(analysis.by, protocol)
    for name in analysis.variables:
        yield from _odd_name("variables", name=name, protocol=protocol)
    if len(set(analysis.variables) | {analysis.by}) <= len(analysis.variables):
        yield "variables", "A variable is described twice.", "Name each once, and not the one of 'by'."


def _odd_times(analysis: KaplanMeierAnalysis | IncidenceAnalysis, protocol: Protocol) -> Found:
    yield from _odd_groups(analysis.by, protocol)
    yield from _odd_name("time", name=analysis.time, protocol=protocol)
    yield from _odd_name("event", name=analysis.event, protocol=protocol)
    if analysis.time in protocol.variables:
        is_on_grid = isinstance(analysis, KaplanMeierAnalysis)
        yield from _odd_time("time", name=analysis.time, protocol=protocol, is_on_grid=is_on_grid)


def _odd_comparison(analysis: MetaAnalysis, protocol: Protocol) -> Found:
    if not list(protocol.models(analysis.of)):
        yield "of", f"There is no model '{analysis.of}'.", "Name an analysis of kind glm or cox."


def _odd_groups(by: str | None, protocol: Protocol) -> Found:
    if by is not None:
        yield from _odd_name("by", name=by, protocol=protocol)


def _odd_name(key: str, *, name: str, protocol: Protocol) -> Found:
    wanted = {
        "by": ("category", "boolean"),
        "strata": ("category", "boolean"),
        "event": ("boolean",),
        "time": ("number",),
        "exposure": ("number",),
    }
    if name not in protocol.variables:
        near = difflib.get_close_matches(name, list(protocol.variables), n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else "Declare it under data.variables."
        yield key, f"The variable '{name}' is not declared.", remedy
    elif key in wanted and protocol.variables[name].type not in wanted[key]:
        yield key, f"'{name}' is a {protocol.variables[name].type}.", f"Name a {' or a '.join(wanted[key])} here."


def _odd_model(analysis: GlmAnalysis | CoxAnalysis, protocol: Protocol) -> Found:
    try:
        formula = protocol.formula(analysis)
    except InvalidError as error:
        yield "formula", error.message, error.remedy
        return
    if isinstance(analysis, GlmAnalysis):
        yield from _odd_response(analysis, protocol.variables[formula.response])
        yield from _odd_exposure(analysis, protocol)
        return
    for name in analysis.strata:
        yield from _odd_name("strata", name=name, protocol=protocol)
        if name in formula.used:
            yield "strata", f"'{name}' is in the formula and in the strata.", "Keep it in one of the two."
    if analysis.baseline == "pooled":
        yield from _odd_time("formula", name=formula.response, protocol=protocol)


def _odd_exposure(analysis: GlmAnalysis, protocol: Protocol) -> Found:
    if analysis.exposure is None:
        return
    if analysis.family != "poisson":
        yield "exposure", f"A {analysis.family} model has no exposure.", "Remove it, or choose the poisson family."
    yield from _odd_name("exposure", name=analysis.exposure, protocol=protocol)
    bounds = protocol.variables[analysis.exposure].range if analysis.exposure in protocol.variables else (1.0, 1.0)
    if bounds is None or bounds[0] <= 0:
        message = f"The exposure '{analysis.exposure}' has no range that begins above 0."
        yield "exposure", message, "Give it one, such as [1, 3000]; nobody is at risk for no time."


def _odd_response(analysis: GlmAnalysis, response: Variable) -> Found:
    if analysis.family == "binomial":
        if len(response.categories) != 2:  # noqa: PLR2004 -- no and yes
            yield "formula", "The response of a binomial model has not two levels.", "Name a boolean, or two levels."
    elif response.type == "category":
        yield "formula", f"The response of a {analysis.family} model is a category.", "Name a number."
    elif analysis.family == "poisson" and (response.bounds is None or response.bounds[0] < 0):
        yield "formula", "The response of a poisson model may be negative.", "Give it a range that begins at 0."


def _odd_time(key: str, *, name: str, protocol: Protocol, is_on_grid: bool = True) -> Found:
    time = protocol.variables[name]
    if time.unit not in DAYS:
        yield key, f"The time '{name}' has no unit of time.", f"Give it a unit: {', '.join(DAYS)}."
    if time.range is None or time.range[0] < 0:
        yield key, f"The time '{name}' has no range that begins at 0 or later.", "Give it one, such as [0, 3000]."
    if is_on_grid and protocol.disclosure.time_grid is None:
        yield key, "There is no time grid.", "Add 'time_grid:' under disclosure, in the unit of the time."


def _odd_effect(analysis: EffectAnalysis, protocol: Protocol) -> Found:
    for key, name in (("treatment", analysis.treatment), ("outcome", analysis.outcome)):
        yield from _odd_name(key, name=name, protocol=protocol)
    try:
        used = protocol.propensity(analysis).used
    except InvalidError as error:
        yield "adjust", error.message, error.remedy
        return
    if analysis.outcome in used:
        yield "adjust", "The outcome is among what is adjusted for.", "Leave it out."
    if len(protocol.variables[analysis.treatment].categories) != 2:  # noqa: PLR2004 -- treated or not
        yield "treatment", "The treatment has not two levels.", "Name a boolean, or a category of two levels."
    outcome = protocol.variables.get(analysis.outcome)
    if outcome is not None and (outcome.type == "number") != (analysis.family != "binomial"):
        yield (
            "outcome",
            f"The outcome of a {analysis.family} family is of another type.",
            ("Name a boolean for binomial, a number for gaussian and poisson."),
        )


ODD: dict[str, Callable[..., Found]] = {
    "table_one": _odd_table,
    "kaplan_meier": _odd_times,
    "incidence": _odd_times,
    "glm": _odd_model,
    "cox": _odd_model,
    "meta_analysis": _odd_comparison,
    "treatment_effect": _odd_effect,
}
