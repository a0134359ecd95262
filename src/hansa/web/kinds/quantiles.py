"""Medians and quartiles."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import plots
from hansa.web.figures import NONE, count, figure
from hansa.web.kinds.shown import Analysis, Labels, Shown
from hansa.web.tables import Lines, Plain


def methods(_analysis: Analysis) -> Iterator[str]:
    """Yield how quartiles were found without any person's value."""
    yield _(
        "Quartiles from counts of persons in steps of the variable, joined until enough persons were in each; within "
        "its interval a quartile is placed as if persons were spread evenly (Hyndman and Fan 1996)."
    )


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield the quartiles of each variable, a column for each group."""
    by = labels.get(str(analysis["by"]), str(analysis["by"] or ""))
    levels = [group["level"] for group in analysis["variables"][0]["groups"]]
    lines = [
        Plain(_label(variable), tuple(_quarters(group) for group in variable["groups"]))
        for variable in analysis["variables"]
    ]
    lines.insert(0, Plain(_("Persons"), tuple(count(group["persons"]) for group in analysis["variables"][0]["groups"])))
    heads = tuple(plots.level_words(level, by=by) for level in levels)
    caption = _("Median (lower to upper quartile): %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, heads, tuple(lines), head=_("Characteristic"))


def _label(variable: Mapping[str, Any]) -> str:
    unit = f", {plots.unit_words(variable['unit'])}" if variable["unit"] else ""
    return f"{variable['label']}{unit}"


def _quarters(group: Mapping[str, Any]) -> str:
    if group["median"] is None:
        return NONE
    low, middle, high = (figure(group[key]["estimate"]) for key in ("lower", "median", "upper"))
    return _("%(estimate)s (%(low)s to %(high)s)") % {"estimate": middle, "low": low, "high": high}


QUANTILES = Shown(
    name=gettext_lazy("Median and quartiles"),
    asked=lambda analysis: ", ".join(analysis["steps"]),
    methods=methods,
    tables=tables,
)
