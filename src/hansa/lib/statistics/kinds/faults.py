"""Faults that several kinds of analysis share, each as the key, what is wrong, and what to do about it."""

import difflib

from hansa.lib.statistics.analyses import Asked
from hansa.lib.statistics.kinds.kind import Found
from hansa.lib.statistics.schema import DAYS, Protocol

#: Which types of variable may stand under a key, whatever the kind of analysis.
WANTED = {
    "by": ("category", "boolean"),
    "strata": ("category", "boolean"),
    "event": ("boolean",),
    "time": ("number",),
    "exposure": ("number",),
    "steps": ("number",),
}


def of_name(key: str, *, name: str, protocol: Protocol) -> Found:
    """Yield what is wrong with a variable that an analysis names under a key."""
    if name not in protocol.variables:
        near = difflib.get_close_matches(name, list(protocol.variables), n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else "Declare it under data.variables."
        yield key, f"The variable '{name}' is not declared.", remedy
    elif key in WANTED and protocol.variables[name].type not in WANTED[key]:
        yield key, f"'{name}' is a {protocol.variables[name].type}.", f"Name a {' or a '.join(WANTED[key])} here."


def of_groups(by: str | None, protocol: Protocol) -> Found:
    """Yield what is wrong with the variable whose levels are the groups, if there is one."""
    if by is not None:
        yield from of_name("by", name=by, protocol=protocol)


def of_sensitivity(analysis: Asked, protocol: Protocol) -> Found:
    """Yield what is wrong with the model that a sensitivity analysis questions, if it is one."""
    name = getattr(analysis, "sensitivity_of", None)
    if name is None:
        return
    models = list(protocol.models(name))
    if name == analysis.name or not models:
        yield "sensitivity_of", f"There is no other model '{name}'.", "Name an analysis of kind glm or cox."
    elif models[0].sensitivity_of is not None:
        remedy = f"Name the model '{models[0].sensitivity_of}', which it questions too."
        yield "sensitivity_of", f"'{name}' is a sensitivity analysis itself.", remedy


def of_time(key: str, *, name: str, protocol: Protocol, is_on_grid: bool = True) -> Found:
    """Yield what is wrong with a variable of time."""
    time = protocol.variables[name]
    if time.unit not in DAYS:
        yield key, f"The time '{name}' has no unit of time.", f"Give it a unit: {', '.join(DAYS)}."
    if time.range is None or time.range[0] < 0:
        yield key, f"The time '{name}' has no range that begins at 0 or later.", "Give it one, such as [0, 3000]."
    if is_on_grid and protocol.disclosure.time_grid is None:
        yield key, "There is no time grid.", "Add 'time_grid:' under disclosure, in the unit of the time."
