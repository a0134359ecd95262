"""Tables of a result as plain rows of words, ready for a template.

Table 1 follows the habit of clinical journals: a line a level with count and share,
a line a measured variable with mean and standard deviation, a line for what is
missing. A count that the clause does not let out is said to be withheld, never left
blank, so that an empty cell can only mean "nobody".
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hansa.lib.statistics.e_value import RATIOS, e_values
from hansa.web import forest, plots
from hansa.web.figures import NONE, count, figure, p_words, percent

Analysis = Mapping[str, Any]
#: Rates are told for so many units of time.
PER = 1_000


@dataclass(frozen=True)
class Cell:
    """One cell of Table 1 in words."""

    words: str
    withheld: bool = False


@dataclass(frozen=True)
class Line:
    """One line of Table 1: a variable, one of its levels, or what is missing."""

    label: str
    cells: tuple[Cell, ...]
    is_level: bool = False
    is_variable: bool = False


@dataclass(frozen=True)
class Lines:
    """A table with its caption, ready to be shown."""

    caption: str
    columns: tuple[str, ...]
    lines: tuple[Any, ...]

    @property
    def has_withheld(self) -> bool:
        """Say whether any cell of Table 1 is withheld."""
        return any(cell.withheld for line in self.lines for cell in line.cells)


@dataclass(frozen=True)
class Plain:
    """One line of a table whose cells are only words."""

    label: str
    cells: tuple[str, ...]


def table_one(analysis: Analysis, *, labels: Mapping[str, str] | None = None) -> Lines:
    """Return Table 1 of a result in words."""
    known = labels or {}
    by = str(analysis.get("by") or "")
    heads = tuple(
        _("All") if column == "all" else plots.level_words(str(column), by=known.get(by, by))
        for column in analysis["columns"]
    )
    compared = {one["variable"]: one for one in analysis.get("comparisons") or ()}
    more = (_("Difference (SMD)"), _("p")) if compared else ()
    lines: list[Line] = []
    last = None
    for line in analysis["lines"]:
        beside = _beside(compared.get(line["variable"]) if line["variable"] != last else None, len(more))
        if line["statistic"] == "level" and line["variable"] != last:
            empty = tuple(Cell("") for _column in heads)
            lines.append(Line(str(line["label"]), (*empty, *beside), is_variable=True))
            beside = _beside(None, len(more))
        last = line["variable"]
        lines.append(_line(line, beside))
    heads += more
    return Lines(_("Characteristics of the persons: %(name)s") % {"name": analysis["name"]}, heads, tuple(lines))


def _beside(compared: Mapping[str, Any] | None, size: int) -> tuple[Cell, ...]:
    """Return what stands beside a variable: its standardised mean difference and the p value of its first test."""
    if compared is None:
        return tuple(Cell("") for _column in range(size))
    smd, tests = compared["smd"], compared["tests"]
    return (Cell(NONE if smd is None else figure(smd)), Cell(p_words(tests[0]["p"]) if tests else NONE))


def _line(line: Mapping[str, Any], beside: tuple[Cell, ...]) -> Line:
    kind = line["statistic"]
    cells = (*(_cell(cell, plain=kind == "persons") for cell in line["cells"]), *beside)
    if kind == "persons":
        return Line(_("Persons"), cells, is_variable=True)
    if kind == "missing":
        return Line(_("missing"), cells, is_level=True)
    if kind == "level":
        return Line(plots.level_words(str(line["level"])), cells, is_level=True)
    unit = f", {plots.unit_words(line['unit'])}" if line["unit"] else ""
    return Line(_("%(label)s, mean (SD)") % {"label": f"{line['label']}{unit}"}, cells, is_variable=True)


def _cell(cell: Mapping[str, Any], *, plain: bool) -> Cell:
    if cell.get("suppressed") or ("mean" in cell and cell["mean"] is None):
        return Cell(_("withheld"), withheld=True)
    if "mean" in cell:
        return Cell(f"{figure(cell['mean'])} ({NONE if cell['sd'] is None else figure(cell['sd'])})")
    return Cell(count(cell["count"]) if plain else f"{count(cell['count'])} ({percent(cell.get('share'))})")


def estimates(analysis: Analysis, *, labels: Mapping[str, str] | None = None) -> Lines:
    """Return the terms of a model: estimate, interval, coefficient, standard error, p."""
    measure = forest.measure_words(analysis)
    words = {t.label: t for t in forest.terms(analysis, labels=labels)}
    lines = []
    for term in analysis["terms"]:
        label = forest.term_words(str(term["name"]), labels=labels or {})
        shown = words.get(label)
        cells = (
            shown.words if shown else "–",
            figure(term["estimate"]),
            figure(term["standard_error"]),
            p_words(float(term["p"])),
            *_explained_away(analysis, term),
        )
        lines.append(Plain(label, cells))
    columns = (
        _("%(measure)s (95 %% interval)") % {"measure": measure},
        _("Coefficient"),
        _("Standard error"),
        _("p"),
        *((_("E-value (of the limit)"),) if measure_of(analysis) else ()),
    )
    return Lines(_("Estimates: %(name)s") % {"name": analysis["name"]}, columns, tuple(lines))


def measure_of(analysis: Analysis) -> str | None:
    """Return which ratio a model estimates, None for a difference."""
    return RATIOS.get("cox" if analysis["kind"] == "cox" else str(analysis.get("family")))


def _explained_away(analysis: Analysis, term: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the E-value of a ratio and of the limit nearer to no effect; the intercept is no effect of anything."""
    measure = measure_of(analysis)
    if measure is None:
        return ()
    if term["name"] == "Intercept":
        return (NONE,)
    found = e_values(term, measure=measure)
    return (f"{figure(found['estimate'])} ({figure(found['limit'])})",)


def incidence(analysis: Analysis, *, by: str = "") -> Lines:
    """Return incidence rates by group: persons, events, time at risk, rate for a thousand units of time, ratio."""
    unit = plots.unit_words(str(analysis["unit"]))
    lines = [
        Plain(
            plots.level_words(group["level"], by=by),
            (
                count(group["persons"]),
                count(group["events"]),
                count(round(group["time"])),
                _interval(group, "rate", times=PER),
                _interval(group["ratio"], "estimate") if group["ratio"] else NONE,
                p_words(group["ratio"]["p"]) if group["ratio"] and group["ratio"]["p"] is not None else NONE,
            ),
        )
        for group in analysis["groups"]
    ]
    columns = (
        _("Persons"),
        _("Events"),
        _("Time at risk in %(unit)s") % {"unit": unit},
        _("Rate for 1,000 %(unit)s (95 %% interval)") % {"unit": unit},
        _("Rate ratio (95 % interval)"),
        _("p"),
    )
    return Lines(_("Incidence rates: %(name)s") % {"name": analysis["name"]}, columns, tuple(lines))


def effect(analysis: Analysis) -> Lines:
    """Return the effect of a treatment: the weighted means of both groups, their difference and ratios."""
    words = {"difference": _("difference"), "ratio": _("ratio"), "odds_ratio": _("odds ratio")}
    lines = [
        Plain(
            f"{analysis['treatment']}: {plots.level_words(group['level'])}",
            (count(group["persons"]), figure(group["effective"]), figure(group["mean"]), NONE),
        )
        for group in analysis["groups"]
    ]
    for one in analysis["effects"]:
        scale = float if one["name"] == "difference" else forest.scale({"kind": "cox"})
        told = _scaled(one, scale, middle="estimate")
        p = p_words(one["p"]) if one["p"] is not None else NONE
        lines.append(Plain(words[one["name"]], (NONE, NONE, told, p)))
    columns = (_("Persons"), _("Effective number"), _("Mean or effect (95 % interval)"), _("p"))
    return Lines(_("Effect on %(outcome)s, weighted") % {"outcome": analysis["outcome"]}, columns, tuple(lines))


def balance(analysis: Analysis, *, labels: Mapping[str, str] | None = None) -> Lines:
    """Return how far the groups differ in what was adjusted for, before and after weighting."""
    lines = [
        Plain(
            forest.term_words(str(one["name"]), labels=labels or {}),
            tuple(NONE if one[key] is None else figure(one[key]) for key in ("before", "after")),
        )
        for one in analysis["balance"]
    ]
    columns = (_("Difference (SMD) before"), _("Difference (SMD) after"))
    return Lines(_("Balance of the groups"), columns, tuple(lines))


def agreement(analysis: Analysis, *, labels: Mapping[str, str] | None = None) -> Lines:
    """Return how far the hospitals agree on each term of a model: what they estimate together, and how they differ."""
    model = {"kind": analysis["model"], "family": analysis["family"]}
    scale = forest.scale(model)
    lines = [
        Plain(
            forest.term_words(str(term["name"]), labels=labels or {}),
            (
                count(term["sites"]),
                _scaled(term["random"], scale, middle="estimate"),
                percent(term["i2"]) if term["i2"] is not None else NONE,
                figure(term["tau2"]) if term["tau2"] is not None else NONE,
                p_words(term["p"]) if term["p"] is not None else NONE,
                _scaled(term["prediction"], scale),
            ),
        )
        for term in analysis["terms"]
        if term["name"] != "Intercept"
    ]
    columns = (
        _("Hospitals"),
        _("%(measure)s (95 %% interval)") % {"measure": forest.measure_words(model)},
        _("I²"),
        _("Tau²"),
        _("p of Q"),
        _("Where a further hospital would lie"),
    )
    caption = _("What each hospital estimates alone, for %(name)s (random effects)") % {"name": analysis["of"]}
    return Lines(caption, columns, tuple(lines))


def _scaled(told: Mapping[str, float] | None, scale: Callable[[float], float], *, middle: str = "") -> str:
    """Return an interval on the scale that people read, with its middle where there is one."""
    if told is None:
        return NONE
    low, high = figure(scale(told["low"])), figure(scale(told["high"]))
    if not middle:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("%(estimate)s (%(low)s to %(high)s)") % {"estimate": figure(scale(told[middle])), "low": low, "high": high}


def _interval(told: Mapping[str, Any], key: str, *, times: float = 1.0) -> str:
    """Return a figure with its interval; a side without a bound is infinite."""
    if told[key] is None and told["low"] is None:
        return NONE
    high = math.inf if told["high"] is None else times * told["high"]
    middle = math.inf if told[key] is None else times * told[key]
    return _("%(estimate)s (%(low)s to %(high)s)") % {
        "estimate": figure(middle),
        "low": figure(times * told["low"]),
        "high": figure(high),
    }


def survival(analysis: Analysis, *, by: str = "") -> Lines:
    """Return the survival curves as numbers, at the round times of the picture."""
    groups = analysis["groups"]
    until = max((t for group in groups for t in group["time"]), default=0) or 1
    lines = []
    for time in plots.time_ticks(until, most=8):
        cells = tuple(f"{percent(plots.survival_at(g, time=time))} [{plots.at_risk(g, time=time)}]" for g in groups)
        lines.append(Plain(count(time), cells))
    heads = tuple(plots.level_words(g["level"], by=by) for g in groups)
    return Lines(_("Share without event [number at risk]: %(name)s") % {"name": analysis["name"]}, heads, tuple(lines))
