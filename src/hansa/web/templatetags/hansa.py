"""Filters for templates: how a state is toned, how a size and a name are said."""

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString

from hansa.web import forest, plots

register = template.Library()

#: Which states are good, which wait for someone, which need attention; the rest are calm.
TONES = {
    "good": ("in_force", "known", "approved", "released", "done", "applied", "ready", "signed", "active", "connected"),
    "wait": ("offered", "proposed", "introduced", "waiting", "running", "computing", "held", "checked", "checking"),
    "bad": ("suspended", "changed", "blocked", "declined", "withdrawn", "failed", "refused", "lapsed", "closed_out"),
}


@register.filter
def tone(state: str) -> str:
    """Return how a state is coloured: good, wait, bad or calm."""
    return next((name for name, states in TONES.items() if state in states), "calm")


@register.filter
def bytes_words(count: int) -> str:
    """Write a number of bytes as people read it."""
    return str(filesizeformat(count))


@register.inclusion_tag("web/components/plot.html")
def survival_plot(analysis: dict[str, object], by: str = "") -> dict[str, SafeString]:
    """Draw survival curves for a wide page and for a telephone."""
    return {
        "wide": plots.kaplan_meier(analysis, width=plots.WIDE, by=by),
        "narrow": plots.kaplan_meier(analysis, width=plots.NARROW, by=by),
    }


@register.inclusion_tag("web/components/plot.html")
def forest_plot(analysis: dict[str, object], labels: dict[str, str] | None = None) -> dict[str, SafeString]:
    """Draw a forest plot for a wide page and for a telephone."""
    return {
        "wide": forest.forest(analysis, width=plots.WIDE, labels=labels),
        "narrow": forest.forest(analysis, width=plots.NARROW, labels=labels),
    }
