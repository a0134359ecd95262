"""Filters for templates: how a state is toned, how a size and a name are said."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.safestring import SafeString

from hansa.kernel.actions import Action
from hansa.web import figures, forest, manhattan, plots, reading, sheets, words
from hansa.web.kinds import registry

register = template.Library()


@register.filter
def tone(state: str) -> str:
    """Return how a state is coloured: good, wait, bad or calm."""
    return words.tone(state)


@register.simple_tag(takes_context=True)
def turn(context: Any, *, name: str, number: int) -> str:
    """Return the present address with another page of a table."""
    query = context["request"].GET.copy()
    query[name] = str(number)
    return f"?{query.urlencode()}"


@register.filter
def is_number(cell: Any) -> bool:
    """Tell whether a cell is a number, which stands at the right."""
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


@register.filter
def cell_words(cell: Any) -> Any:
    """Return a cell as people read it."""
    if isinstance(cell, datetime):
        return formats.date_format(timezone.localtime(cell) if timezone.is_aware(cell) else cell, "DATETIME_FORMAT")
    if isinstance(cell, date):
        return formats.date_format(cell, "DATE_FORMAT")
    if is_number(cell):
        return formats.number_format(cell, use_l10n=True)
    return sheets.plain(cell) or "–"


@register.filter
def is_grave(action: Action[Any]) -> bool:
    """Tell whether an action ends or stops something, so that its button warns."""
    return action.verb in reading.GRAVE


@register.filter
def bytes_words(count: int) -> str:
    """Write a number of bytes as people read it."""
    return str(filesizeformat(count))


@register.filter
def button(action: Action[Any]) -> str:
    """Return an action as its button says it, without the full stop of its sentence."""
    return action.title.rstrip(".")


@register.inclusion_tag("web/components/analysis.html")
def analysis_shown(analysis: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, Any]:
    """Show an analysis of a result: its picture, and its tables."""
    shown = registry.of(analysis)
    drawn = shown.drawn(analysis)
    pictures: dict[str, Callable[[int], SafeString]] = {
        "curves": lambda width: plots.kaplan_meier(drawn, width=width, by=str(analysis.get("by_label") or "")),
        "terms": lambda width: forest.forest(drawn, width=width, labels=labels),
        "variants": lambda width: manhattan.manhattan(drawn, width=width),
    }
    draw = None if analysis.get("problem") else pictures.get(shown.picture)
    return {
        "problem": analysis.get("problem"),
        "wide": draw(plots.WIDE) if draw else "",
        "narrow": draw(plots.NARROW) if draw else "",
        "caption": shown.caption(analysis) if draw else "",
        "tables": list(shown.tables(analysis, labels or {})),
        "note": shown.note(analysis),
    }


@register.inclusion_tag("web/components/plot.html")
def forest_of(drawn: dict[str, Any]) -> dict[str, SafeString]:
    """Draw a forest plot for a wide page and for a telephone."""
    return {"wide": forest.forest(drawn, width=plots.WIDE), "narrow": forest.forest(drawn, width=plots.NARROW)}


@register.filter
def kind_words(analysis: dict[str, Any]) -> str:
    """Return the kind of an analysis as clinicians call it."""
    return str(registry.of(analysis).name)


@register.filter
def later_words(analysis: dict[str, Any]) -> str:
    """Return what leaves a site for an analysis after the counts."""
    return str(registry.of(analysis).later)


@register.filter
def asked_words(analysis: dict[str, Any]) -> str:
    """Return what a protocol asks for in an analysis."""
    return registry.of(analysis).asked(analysis)


@register.filter
def p_value(p: float) -> str:
    """Write a p value."""
    return figures.p_words(float(p))


@register.filter
def figure(value: float) -> str:
    """Write an estimate with three significant figures."""
    return figures.figure(float(value))


@register.filter
def unit_of_time(unit: str) -> str:
    """Return a unit of time in words."""
    return plots.unit_words(unit or "")
