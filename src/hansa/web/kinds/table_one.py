"""Table 1: who was studied."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import plots
from hansa.web.figures import NONE, count, figure, p_words, percent
from hansa.web.kinds.shown import Analysis, Labels, Shown
from hansa.web.tables import Cell, Line, Lines


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield how persons were described and groups compared."""
    yield _("Counts with shares, means with standard deviations.")
    if analysis.get("comparisons"):
        yield _(
            "Standardised mean differences (Austin 2009; Yang and Dalton 2012), Welch's t test and Pearson's "
            "chi-square test, of variables of which nothing is withheld."
        )


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield Table 1 in words."""
    by = str(analysis.get("by") or "")
    heads = tuple(
        _("All") if column == "all" else plots.level_words(str(column), by=labels.get(by, by))
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
    caption = _("Characteristics of the persons: %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, heads, tuple(lines), head=_("Characteristic"))


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


def note(analysis: Analysis) -> str:
    """Say what a withheld cell means, where there is one."""
    cells = (cell for line in analysis["lines"] for cell in line["cells"])
    if not any(_cell(cell, plain=True).withheld for cell in cells):
        return ""
    return _("“withheld” stands where a count is below the smallest number that the clause lets out.")


TABLE_ONE = Shown(
    name=gettext_lazy("Table 1: who was studied"),
    later=gettext_lazy(
        "counts of persons in each group and level, sums of each measured variable, and sums of squared distances from "
        "its mean"
    ),
    asked=lambda analysis: ", ".join(analysis["variables"]),
    methods=methods,
    tables=tables,
    note=note,
)
