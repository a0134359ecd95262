"""Pictures without any other package: survival curves and forest plots as SVG."""

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any

COLOURS = ("#00578a", "#b3440a", "#00694f", "#85346f", "#5f5200")
DASHES = ("none", "9 4", "3 3", "12 3 3 3", "6 2 2 2 2 2")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, ROW = 720, 400, 180, 24, 24, 24
RATIOS = ("binomial", "poisson", "negative_binomial")
Term = tuple[str, float, float, float]


def svg(analysis: dict[str, Any]) -> str:
    """Return a picture of survival curves or of a model's terms."""
    return survival(analysis) if analysis["kind"] == "kaplan_meier" else forest(analysis)


def steps(group: dict[str, Any], name: str) -> tuple[list[float], list[float]]:
    """Return the corners of a curve that begins with everyone at time 0; what is not known counts as the extreme."""
    beyond = 0.0 if name == "low" else 1.0
    values = [beyond if value is None else float(value) for value in group[name]]
    return [0.0, *map(float, group["time"])], [1.0, *values]


def estimates(analysis: dict[str, Any]) -> tuple[list[Term], bool]:
    """Return each term with its interval on the scale that people read, and whether that is a ratio."""
    is_ratio = analysis["kind"] == "cox" or analysis.get("family") in RATIOS
    scale = exponential if is_ratio else float
    terms = [t for t in analysis["terms"] if "ntercept" not in t["name"]]
    return [(str(t["name"]), scale(t["estimate"]), scale(t["low"]), scale(t["high"])) for t in terms], is_ratio


def exponential(value: float) -> float:
    """Return e to a power; infinity where that is too large for a number."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def survival(analysis: dict[str, Any]) -> str:
    """Draw survival curves, told apart by colour, dash and label."""
    groups = analysis["groups"]
    until = max((t for group in groups for t in group["time"]), default=1.0) or 1.0
    bottom = HEIGHT - 2 * ROW

    def point(time: float, share: float) -> tuple[float, float]:
        return LEFT / 3 + (WIDTH - LEFT / 3 - RIGHT) * time / until, TOP + (bottom - TOP) * (1 - share)

    parts = [text(f"{share:.0%}", point(0, share), anchor="end", shift=-6) for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += [
        text(f"{until * k / 4:.0f}", (point(until * k / 4, 0)[0], bottom + ROW), anchor="middle") for k in range(5)
    ]
    parts.append(path([point(0, 1), point(0, 0), point(until, 0)], colour="#1c2733", dash="none"))
    for place, group in enumerate(groups):
        times, shares = steps(group, "survival")
        corners = stairs(times, shares)
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
        parts.append(path([point(*corner) for corner in corners], colour=colour, dash=dash))
        label = f"{group['level']}" if group.get("level") is not None else "all"
        x, y = point(*corners[-1])
        parts.append(text(label, (x, y - 6), anchor="end", colour=colour))
    words = f"Survival curves, time in {analysis.get('time_unit') or 'units'}"
    return picture(parts, title=words, height=HEIGHT)


def stairs(times: Sequence[float], shares: Sequence[float]) -> list[tuple[float, float]]:
    """Return the corners of a step function."""
    corners = [(times[0], shares[0])]
    for time, share in zip(times[1:], shares[1:], strict=True):
        corners += [(time, corners[-1][1]), (time, share)]
    return corners


def forest(analysis: dict[str, Any]) -> str:
    """Draw each term's estimate and interval, ratios on a logarithmic axis."""
    terms, is_ratio = estimates(analysis)
    places = {value: position(value, is_ratio=is_ratio) for term in terms for value in term[1:]}
    reach = max((abs(place) for place in places.values()), default=1.0) or 1.0

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (0.5 + 0.5 * places[value] / reach)

    parts: list[str] = []
    for row, (name, value, low, high) in enumerate(terms):
        y = TOP + ROW * (row + 1)
        parts.append(text(name, (LEFT - 8, y), anchor="end"))
        parts.append(path([(across(low), y - 5), (across(high), y - 5)], colour="#1c2733", dash="none"))
        parts.append(f'<rect x="{across(value) - 4:.1f}" y="{y - 9:.1f}" width="8" height="8" fill="#00578a"/>')
    height = TOP + ROW * (len(terms) + 2)
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(path([(middle, TOP), (middle, height - ROW)], colour="#666666", dash="4 4"))
    parts.append(text("1" if is_ratio else "0", (middle, height - 6), anchor="middle"))
    return picture(parts, title="Estimates with 95% intervals", height=height)


def position(value: float, *, is_ratio: bool) -> float:
    """Return where a value lies on the axis, kept within what can be drawn."""
    where = math.log(value) if is_ratio and value > 0 else -math.inf if is_ratio else value
    return max(-8.0, min(8.0, where)) if is_ratio else where


def path(points: Iterable[tuple[float, float]], *, colour: str, dash: str) -> str:
    """Return a line through points."""
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dash}"/>'


def text(words: str, at: tuple[float, float], *, anchor: str, shift: float = 0, colour: str = "#1c2733") -> str:
    """Return words at a point."""
    x, y = at
    return f'<text x="{x + shift:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{html.escape(words)}</text>'


def picture(parts: Iterable[str], *, title: str, height: float) -> str:
    """Return a whole picture that says in words what it shows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" font-family="system-ui, sans-serif" font-size="14">'
        f"<title>{html.escape(title)}</title>{''.join(parts)}</svg>"
    )
