"""Survival curves."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import plots
from hansa.web.figures import count, figure, p_words, percent
from hansa.web.kinds.shown import Analysis, Labels, Shown, asked_by_time
from hansa.web.tables import Lines, Plain


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield how curves came about and were compared."""
    yield _("Survival by Kaplan and Meier (1958) with Greenwood's variance (1926).")
    yield from steps_of(analysis)
    if analysis.get("log_rank"):
        yield _("Groups were compared by the log-rank test (Mantel 1966).")


def steps_of(analysis: Analysis) -> Iterator[str]:
    """Yield how times were joined, where they were."""
    if analysis.get("grid"):
        yield _("Times were rounded up to steps of {step}, joined until enough persons were in each.").format(
            step=f"{analysis['grid']['step']:g}"
        )


def tables(analysis: Analysis, _labels: Labels) -> Iterator[Lines]:
    """Yield the survival curves as numbers, at the round times of the picture."""
    groups = analysis["groups"]
    until = max((t for group in groups for t in group["time"]), default=0) or 1
    lines = []
    for time in plots.time_ticks(until, most=8):
        cells = tuple(f"{percent(plots.survival_at(g, time=time))} [{plots.at_risk(g, time=time)}]" for g in groups)
        lines.append(Plain(count(time), cells))
    heads = tuple(plots.level_words(g["level"], by=str(analysis.get("by_label") or "")) for g in groups)
    caption = _("Share without event [number at risk]: %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, heads, tuple(lines), head=_("Time"))


def caption(analysis: Analysis) -> str:
    """Say what the picture shows, how times were joined and how groups compare."""
    told = [_("Share without the event, with 95 % intervals (Greenwood).")]
    if grid := analysis.get("grid"):
        words = _(
            "Times are rounded up to steps of {step} {unit}, and steps are joined until each counts at least {least} "
            "persons."
        )
        unit = plots.unit_words(str(analysis.get("time_unit") or ""))
        told.append(words.format(step=count(round(grid["step"])), unit=unit, least=grid["minimum_cell"]))
    if test := analysis.get("log_rank"):
        words = _("Log-rank test: χ² {chi}, {df} degree(s) of freedom, p {p}.")
        told.append(words.format(chi=figure(test["chi_square"]), df=test["df"], p=p_words(float(test["p"]))))
    return " ".join(told)


KAPLAN_MEIER = Shown(
    name=gettext_lazy("Survival curves (Kaplan-Meier)"),
    asked=asked_by_time,
    methods=methods,
    tables=tables,
    picture="curves",
    caption=caption,
)
