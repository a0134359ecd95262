"""Tables and sentences in Markdown."""

import inspect
from collections.abc import Iterable, Sequence
from typing import Any


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def cell(value: Any) -> str:
    """Return a value as one cell."""
    return str(value).replace("|", "\\|").replace("\n", " ").strip()


def code(value: Any) -> str:
    """Return a value as the code writes it, nothing for nothing."""
    return f"`{value}`" if str(value) else ""


def codes(values: Iterable[Any]) -> str:
    """Return several values as the code writes them."""
    return ", ".join(code(value) for value in values)


def sentence(thing: Any) -> str:
    """Return the first sentence of something's docstring."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


def rest(thing: Any) -> str:
    """Return what follows the first sentence of something's docstring."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[2].split())
