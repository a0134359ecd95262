"""Incidence rates."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.lib.statistics.units import factor
from hansa.web import plots
from hansa.web.figures import NONE, count, p_words
from hansa.web.kinds.shown import Analysis, Labels, Shown, asked_by_time
from hansa.web.tables import Lines, Plain, interval

#: Rates are told for so many person-years.
PER = 1_000


def methods(_analysis: Analysis) -> Iterator[str]:
    """Yield by which formulas rates and intervals were computed."""
    yield _(
        "Events for the time at risk with exact intervals (Garwood 1936); rate ratios given the events of both groups "
        "(Clopper and Pearson 1934)."
    )


def tables(analysis: Analysis, _labels: Labels) -> Iterator[Lines]:
    """Yield incidence rates by group: persons, events, time at risk, rate for a thousand person-years, ratio."""
    if not analysis["groups"]:
        return
    by = str(analysis.get("by_label") or "")
    # Epidemiologists read rates for person-years, whatever unit the hospitals keep time in.
    years = factor(str(analysis["unit"]), "a") or 1.0
    lines = [
        Plain(
            plots.level_words(group["level"], by=by),
            (
                count(group["persons"]),
                count(group["events"]),
                count(round(group["time"] * years)),
                interval(group, "rate", times=PER / years),
                interval(group["ratio"], "estimate") if group["ratio"] else NONE,
                p_words(group["ratio"]["p"]) if group["ratio"] and group["ratio"]["p"] is not None else NONE,
            ),
        )
        for group in analysis["groups"]
    ]
    columns = (
        _("Persons"),
        _("Events"),
        _("Time at risk in years"),
        _("Rate for 1,000 person-years (95 % interval)"),
        _("Rate ratio (95 % interval)"),
        _("p"),
    )
    caption = _("Incidence rates: %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, columns, tuple(lines), head=_("Group"))


INCIDENCE = Shown(
    name=gettext_lazy("Incidence rates"),
    later=gettext_lazy("the sum of the time at risk in each group, and the sum of its squares"),
    asked=asked_by_time,
    methods=methods,
    tables=tables,
)
