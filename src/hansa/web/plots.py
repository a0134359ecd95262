"""Pictures of a result: survival curves with numbers at risk, and forest plots.

A curve is told apart by colour, by dash and by a written label, so it can be read by
the colour-blind and on a black-and-white print. The same picture is drawn twice, for a
wide page and for a telephone, because text that shrinks with its picture cannot be
read. Everything here is a pure function of the result's JSON; the caller decides the
language by activating it.

Kaplan, Meier (1958), J. Am. Stat. Assoc. 53, 457; numbers at risk under the curve
after Pocock, Clayton, Altman (2002), Lancet 359, 1686.
"""

# ruff: noqa: PLR2004 -- the measures of a drawing are read best where it is drawn
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hansa.web import svg
from hansa.web.figures import count, percent

#: One colour and one dash pattern a curve; each colour has at least 4.5:1 against white.
SERIES = (
    ("#00578a", "none"),
    ("#b3440a", "9 4"),
    ("#00694f", "3 3"),
    ("#85346f", "12 3 3 3"),
    ("#5f5200", "6 2 2 2 2 2"),
)
WIDE = 920
NARROW = 340
LINE = 20

Analysis = Mapping[str, Any]
Group = Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """Where the axes of a survival plot lie on the paper."""

    left: float
    top: float
    width: float
    height: float
    until: float

    def x(self, time: float) -> float:
        """Return the horizontal place of a time."""
        return self.left + self.width * time / self.until

    def y(self, share: float) -> float:
        """Return the vertical place of a share between 0 and 1."""
        return self.top + self.height * (1 - share)

    @property
    def bottom(self) -> float:
        """Return the height of the time axis."""
        return self.top + self.height


def kaplan_meier(analysis: Analysis, *, width: int = WIDE, censor_marks: bool = False, by: str = "") -> SafeString:
    """Draw survival curves with confidence bands and the numbers at risk below."""
    groups: Sequence[Group] = analysis["groups"]
    names = [str(group.get("name") or level_words(group["level"], by=by)) for group in groups]
    until = max((t for group in groups for t in group["time"]), default=0) or 1
    stacked = width < 500
    margin = 48 if stacked else min(190, max(64, 26 + 8 * max(map(len, names), default=0)))
    height = 220 if stacked else 360
    frame = Frame(margin, 34 + LINE * len(groups), width - margin - 18, height, until)
    ticks = time_ticks(until, most=5 if stacked else 8)
    below, bottom = _at_risk(groups, names=names, frame=frame, ticks=ticks, stacked=stacked)
    curves = [_curve(group, frame=frame, series=place, censor_marks=censor_marks) for place, group in enumerate(groups)]
    return svg.picture(
        _legend(names, frame=frame),
        _axes(
            frame,
            ticks=ticks,
            unit=unit_words(str(analysis.get("time_unit") or "")),
            what=str(analysis.get("share") or _("without event")),
        ),
        *curves,
        below,
        key=f"km-{analysis['name']}-{width}",
        width=width,
        height=bottom,
        title=str(analysis.get("title") or _("Survival curves: %(name)s") % {"name": analysis["name"]}),
        description=survival_words(groups, names=names, unit=str(analysis.get("time_unit") or "")),
    )


def time_ticks(until: float, *, most: int) -> list[float]:
    """Return round times from 0 to ``until``, at most ``most`` steps of 1, 2, 2.5 or 5."""
    power = 10 ** math.floor(math.log10(until / most))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if until / (s * power) <= most or s == 10)
    return [step * i for i in range(int(until / step + 1e-9) + 1)]


def at_risk(group: Group, *, time: float) -> int:
    """Return how many are still under observation just before ``time``."""
    for when, people in zip(group["time"], group["at_risk"], strict=True):
        if when >= time:
            return int(people)
    if not group["time"]:
        return 0
    return int(group["at_risk"][-1] - group["events"][-1] - group["censored"][-1])


def beginning(group: Group) -> float:
    """Return where a curve begins: with everybody, or with nobody where it rises."""
    return 0.0 if group.get("rises") else 1.0


def survival_at(group: Group, *, time: float) -> float:
    """Return the height of a curve at ``time``: the estimated share without an event, or with it where it rises."""
    share = beginning(group)
    for when, value in zip(group["time"], group["survival"], strict=True):
        if when > time:
            break
        share = float(value)
    return share


def median_time(group: Group) -> float | None:
    """Return the first time at which half have had an event, if it was reached."""
    if "median" in group:
        told = group["median"]["time"]
        return None if told is None else float(told)
    pairs = zip(group["time"], group["survival"], strict=True)
    return next((float(when) for when, value in pairs if value <= 0.5), None)


def survival_words(groups: Sequence[Group], *, names: Sequence[str], unit: str) -> str:
    """Say in words what the curves show, for those who do not see them."""
    sentences = []
    for group, name in zip(groups, names, strict=True):
        rows = int(group["at_risk"][0]) if group["at_risk"] else 0
        events = int(sum(group["events"]))
        middle = median_time(group)
        median = (
            _("median not reached")
            if middle is None or group.get("rises")
            else _("median %(time)s %(unit)s")
            % {
                "time": count(middle),
                "unit": unit_words(unit),
            }
        )
        sentences.append(
            ngettext(
                "%(name)s: %(rows)s person, %(events)s events, %(median)s.",
                "%(name)s: %(rows)s people, %(events)s events, %(median)s.",
                rows,
            )
            % {"name": name, "rows": rows, "events": events, "median": median}
        )
    return " ".join(sentences)


def unit_words(unit: str) -> str:
    """Return a UCUM unit of time in words, or as it stands."""
    words = {"d": _("days"), "wk": _("weeks"), "mo": _("months"), "a": _("years")}
    return words.get(unit, unit)


def level_words(level: str | None, *, by: str = "") -> str:
    """Name a group of people by its variable and level."""
    if level in (None, "", "all"):
        return _("all")
    words = {"yes": _("yes"), "no": _("no")}.get(str(level), str(level))
    return f"{by}: {words}" if by else words


def _legend(names: Sequence[str], *, frame: Frame) -> SafeString:
    parts = []
    for place, name in enumerate(names):
        y = 14 + LINE * place
        parts.append(svg.line((frame.left, y - 5), (frame.left + 36, y - 5), **stroke(place)))
        parts.append(svg.text(name, (frame.left + 44, y)))
    return svg.element("g", *parts, **{"class": "legend"})


def _axes(frame: Frame, *, ticks: Sequence[float], unit: str, what: str) -> SafeString:
    right = frame.left + frame.width
    parts = [svg.text(what, (2, frame.top - 12), **{"class": "plot-note"})]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = frame.y(share)
        parts.append(svg.line((frame.left, y), (right, y), **rule(strong=share == 0)))
        parts.append(svg.text(percent(share, 0), (frame.left - 6, y + 5), text_anchor="end"))
    for tick in ticks:
        x = frame.x(tick)
        parts.append(svg.line((x, frame.bottom), (x, frame.bottom + 5), **rule(strong=True)))
        parts.append(svg.text(count(tick), (x, frame.bottom + LINE), text_anchor="middle"))
    words = _("time in %(unit)s") % {"unit": unit} if unit else _("time")
    parts.append(svg.text(words, (right, frame.bottom + 2 * LINE), text_anchor="end"))
    return svg.element("g", *parts, **{"class": "axes"})


def _curve(group: Group, *, frame: Frame, series: int, censor_marks: bool) -> SafeString:
    times = [0.0, *group["time"]]
    shares = steps(times, [beginning(group), *group["survival"]])
    colour = SERIES[series % len(SERIES)][0]
    parts = [
        svg.element(
            "path",
            d=_band(group, frame=frame),
            fill=colour,
            fill_opacity="0.13",
            **{"class": f"band series-{series % len(SERIES) + 1}"},
        ),
        svg.element("path", d=_path(shares, frame=frame), fill="none", **stroke(series)),
    ]
    if censor_marks:
        parts += _censor_marks(group, frame=frame, series=series)
    return svg.element("g", *parts, **{"class": "curve"})


def steps(times: Sequence[float], values: Sequence[float]) -> list[tuple[float, float]]:
    """Return the corners of the staircase that keeps each value until the next time."""
    corners = [(times[0], values[0])]
    for time, value in zip(times[1:], values[1:], strict=True):
        corners += [(time, corners[-1][1]), (time, value)]
    return corners


def _band(group: Group, *, frame: Frame) -> str:
    times = [0.0, *group["time"]]
    start = beginning(group)
    low = steps(times, [start, *_known(group["low"], otherwise=0.0)])
    high = steps(times, [start, *_known(group["high"], otherwise=start)])
    return _path([*high, *reversed(low)], frame=frame) + "Z"


def _known(values: Sequence[float | None], *, otherwise: float) -> list[float]:
    # Where everyone has had an event the variance is undefined; the band keeps its last width.
    known: list[float] = []
    for value in values:
        missing = value is None or math.isnan(value)
        known.append((known[-1] if known else otherwise) if missing or value is None else value)
    return known


def _path(corners: Sequence[tuple[float, float]], *, frame: Frame) -> str:
    points = (f"{svg.number(frame.x(t))},{svg.number(frame.y(s))}" for t, s in corners)
    return "M" + "L".join(points)


def _censor_marks(group: Group, *, frame: Frame, series: int) -> list[SafeString]:
    marks = []
    for time, share, censored in zip(group["time"], group["survival"], group["censored"], strict=True):
        if censored:
            x, y = frame.x(time), frame.y(share)
            marks.append(svg.line((x, y - 4), (x, y + 4), **stroke(series) | {"stroke_dasharray": "none"}))
    return marks


def _at_risk(
    groups: Sequence[Group],
    *,
    names: Sequence[str],
    frame: Frame,
    ticks: Sequence[float],
    stacked: bool,
) -> tuple[SafeString, float]:
    y = frame.bottom + 3.4 * LINE
    parts = [svg.text(_("Number at risk"), (2, y), font_weight=600)]
    for place, (group, name) in enumerate(zip(groups, names, strict=True)):
        y += LINE
        ink = {"fill": SERIES[place % len(SERIES)][0], "class": f"ink-{place % len(SERIES) + 1}"}
        if stacked:
            parts.append(svg.text(name, (2, y), **ink))
            y += LINE
        else:
            parts.append(svg.text(name, (frame.left - 20, y), text_anchor="end", **ink))
        for tick in ticks:
            left = count(at_risk(group, time=tick))
            parts.append(svg.text(left, (frame.x(tick), y), text_anchor="middle"))
    return svg.element("g", *parts, **{"class": "at-risk"}), y + 12


def stroke(series: int) -> dict[str, float | str]:
    """Return how the line of a series is drawn."""
    colour, dash = SERIES[series % len(SERIES)]
    return {
        "stroke": colour,
        "stroke_width": 2.4,
        "stroke_dasharray": dash,
        "class": f"line series-{series % len(SERIES) + 1}",
    }


def rule(*, strong: bool) -> dict[str, float | str]:
    """Return how a line of the grid or an axis is drawn."""
    colour, kind = ("#5a6672", "axis") if strong else ("#d9dee3", "grid")
    return {"stroke": colour, "stroke_width": 1, "class": kind}
