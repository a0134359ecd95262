"""What commands print: tables for people, JSON for programs."""

import json
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

WIDEST = 72
#: What a person needs to see of a record first; what they rarely need is left out of tables.
FIRST = ("id", "name", "title", "username", "state_in_words", "version", "rows", "created")
HIDDEN = {"urn", "updated", "state"}
Row = dict[str, Any]


def console() -> Console:
    """Return the terminal, as it is now."""
    return Console(markup=False, highlight=False)


def dump(value: Any) -> None:
    """Print one JSON value."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True))


def rows(found: list[Row], *, title: str, as_json: bool = False) -> None:
    """Print records as a table, or as JSON."""
    if as_json:
        dump(found)
        return
    if not found:
        console().print(f"There are no {title} here yet.")
        return
    names = ordered([name for name in found[0] if name not in HIDDEN])
    table = Table(*[name.replace("_", " ") for name in names], title=title.capitalize())
    for row in found:
        table.add_row(*[cell(row[name]) for name in names])
    console().print(table)


def record(found: Row, *, as_json: bool = False, short: bool = False) -> None:
    """Print one record, each fact on a line of its own; ``short`` leaves out what is long."""
    if as_json:
        dump(found)
        return
    table = Table(show_header=False, box=None)
    for name in ordered(list(found)):
        if not short or not isinstance(found[name], dict | list) or name == "can":
            table.add_row(name.replace("_", " "), cell(found[name], whole=not short))
    console().print(table)


def ordered(names: list[str]) -> list[str]:
    """Return names with what people look for first in front."""
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def cell(value: Any, *, whole: bool = False) -> str:
    """Return a value as it stands in a table."""
    if value is None or value == "":
        return "–"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value) or "–"
    if isinstance(value, dict | list):
        text = json.dumps(value, ensure_ascii=False, indent=1 if whole else None)
    else:
        text = str(value)
    return text if whole or len(text) <= WIDEST else text[: WIDEST - 1] + "…"
