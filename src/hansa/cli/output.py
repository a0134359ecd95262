"""What commands print: tables for people, JSON for programs."""

import json
import sys
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

WIDEST = 72
#: How wide a table is where no terminal says how wide it is.
PIPED = 120
#: What a person needs to see of a record first; what they rarely need is left out of tables.
FIRST = (
    *("id", "called", "username", "roles", "institution", "state_in_words"),
    *("version", "clause", "rows", "created", "can"),
)
Row = dict[str, Any]


def console() -> Console:
    """Return the terminal, as it is now."""
    return Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else PIPED)


def dump(value: Any) -> None:
    """Print one JSON value."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True))


def records(found: list[Row], *, title: str, as_json: bool = False) -> None:
    """Print records: as a table of what a person needs to tell them apart, or as JSON with everything."""
    rows(found if as_json else [shortened(row) for row in found], title=title, as_json=as_json)


def shortened(row: Row) -> Row:
    """Return of a record what a person needs to tell it from others."""
    return {name: str(row[name])[:16] if name == "created" else row[name] for name in FIRST if name in row}


def rows(found: list[Row], *, title: str, as_json: bool = False) -> None:
    """Print rows as a table, or as JSON."""
    if as_json:
        dump(found)
        return
    if not found:
        console().print(f"There are no {title} here yet.")
        return
    table = Table(title=title.capitalize())
    for name in found[0]:
        # Whoever copies an id needs all of it.
        table.add_column(name.replace("_", " "), no_wrap=name == "id")
    for row in found:
        table.add_row(*[cell(value, whole=True) for value in row.values()])
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
