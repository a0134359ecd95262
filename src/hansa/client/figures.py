"""Pictures with matplotlib, where it is installed."""

import math
from typing import Any

import matplotlib.pyplot as plt

from hansa.client.drawing import estimates, steps


def draw(analysis: dict[str, Any]) -> Any:
    """Return a figure: survival curves, or a forest plot of a model's terms."""
    figure, axes = plt.subplots(layout="constrained")
    if analysis["kind"] == "kaplan_meier":
        survival(analysis, axes)
    else:
        forest(analysis, axes)
    axes.set_title(analysis["name"])
    return figure


def survival(analysis: dict[str, Any], axes: Any) -> None:
    """Draw survival curves with their intervals."""
    for group in analysis["groups"]:
        times, shares = steps(group, "survival")
        (line,) = axes.step(times, shares, where="post", label=str(group["level"]))
        low, high = steps(group, "low")[1], steps(group, "high")[1]
        axes.fill_between(times, low, high, step="post", alpha=0.15, color=line.get_color())
    axes.set(ylim=(0, 1.02), xlabel=f"Time ({analysis.get('time_unit') or ''})", ylabel="Without an event")
    axes.legend()


def forest(analysis: dict[str, Any], axes: Any) -> None:
    """Draw each term's estimate and interval; ratios on a logarithmic axis."""
    terms, is_ratio = estimates(analysis)
    places = range(len(terms), 0, -1)
    for place, (_name, value, low, high) in zip(places, terms, strict=True):
        axes.plot([low, high], [place, place], color="black")
        axes.plot(value, place, "s", color="black")
    axes.axvline(1.0 if is_ratio else 0.0, linestyle="--", color="grey")
    axes.set_yticks(list(places), [name for name, *_rest in terms])
    if is_ratio and all(math.isfinite(high) for *_rest, high in terms):
        axes.set_xscale("log")
