"""The cumulative incidence of competing causes."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import plots
from hansa.web.figures import count, percent
from hansa.web.kinds.kaplan_meier import steps_of
from hansa.web.kinds.shown import Analysis, Labels, Shown, asked_by_time
from hansa.web.tables import Lines, Plain


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield by which formulas the incidence of each cause was computed."""
    yield _(
        "Cumulative incidence of competing causes by Aalen and Johansen (1978), with errors by the infinitesimal "
        "jackknife (Jaeckel 1972; Therneau and Grambsch 2000)."
    )
    yield from steps_of(analysis)


def drawn(analysis: Analysis) -> Analysis:
    """Return a curve for each cause in each group, as the picture takes it; it rises from nobody."""
    by = str(analysis.get("by_label") or "")
    curves = [
        {
            "level": group["level"],
            "name": _name(group["level"], cause=cause["cause"], by=by),
            "rises": True,
            "time": group["time"],
            "survival": cause["incidence"],
            "low": cause["low"],
            "high": cause["high"],
            "at_risk": group["at_risk"],
            "events": cause["events"],
            "censored": group["censored"],
        }
        for group in analysis["groups"]
        for cause in group["causes"]
    ]
    title = _("Cumulative incidence: %(name)s") % {"name": analysis["name"]}
    return {**analysis, "groups": curves, "title": title, "share": _("with event")}


def _name(level: str, *, cause: str, by: str) -> str:
    return cause if level == "all" else f"{plots.level_words(level, by=by)}, {cause}"


def tables(analysis: Analysis, _labels: Labels) -> Iterator[Lines]:
    """Yield the incidence of each cause in each group at the round times of the picture."""
    curves = drawn(analysis)["groups"]
    until = max((t for curve in curves for t in curve["time"]), default=0) or 1
    lines = [
        Plain(count(time), tuple(percent(plots.survival_at(curve, time=time)) for curve in curves))
        for time in plots.time_ticks(until, most=8)
    ]
    caption = _("Cumulative incidence: %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, tuple(curve["name"] for curve in curves), tuple(lines), head=_("Time"))


def caption(_analysis: Analysis) -> str:
    """Say what the picture shows."""
    return _("Share with each event, the others keeping it from happening, with 95 % intervals.")


CUMULATIVE_INCIDENCE = Shown(
    name=gettext_lazy("Cumulative incidence of competing causes"),
    asked=asked_by_time,
    methods=methods,
    tables=tables,
    picture="curves",
    drawn=drawn,
    caption=caption,
)
