"""Filters for templates: how a state is toned, how a size and a name are said."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.safestring import SafeString

from hansa.kernel.actions import Action
from hansa.web import figures, forest, plots, reading, sheets, tables, words

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


@register.filter
def button(action: Action[Any]) -> str:
    """Return an action as its button says it, without the full stop of its sentence."""
    return action.title.rstrip(".")


@register.inclusion_tag("web/components/table_one.html")
def table_one(analysis: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, tables.Lines]:
    """Show Table 1."""
    return {"table": tables.table_one(analysis, labels=labels)}


@register.inclusion_tag("web/components/estimates.html")
def estimates(analysis: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, tables.Lines]:
    """Show the terms of a model in numbers."""
    return {"table": tables.estimates(analysis, labels=labels)}


@register.inclusion_tag("web/components/estimates.html")
def survival_table(analysis: dict[str, Any], by: str = "") -> dict[str, Any]:
    """Show survival curves in numbers."""
    return {"table": tables.survival(analysis, by=by)}


@register.inclusion_tag("web/components/estimates.html")
def incidence_table(analysis: dict[str, Any], by: str = "") -> dict[str, Any]:
    """Show incidence rates."""
    return {"table": tables.incidence(analysis, by=by)}


@register.inclusion_tag("web/components/estimates.html")
def agreement_table(analysis: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, tables.Lines]:
    """Show how far the hospitals agree on a model."""
    return {"table": tables.agreement(analysis, labels=labels)}


@register.inclusion_tag("web/components/estimates.html")
def effect_table(analysis: dict[str, Any]) -> dict[str, tables.Lines]:
    """Show the effect of a treatment."""
    return {"table": tables.effect(analysis)}


@register.inclusion_tag("web/components/estimates.html")
def balance_table(analysis: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, tables.Lines]:
    """Show how alike weights made the groups."""
    return {"table": tables.balance(analysis, labels=labels)}


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
