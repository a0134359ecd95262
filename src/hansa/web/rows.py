"""A field of rows: each row is one thing with several parts, such as a course of a plan.

An action takes such a list as JSON, which programs write; people fill in rows. An area names the
parts of an input in its ``forms.py``, in ROWS. What is left empty is left out of a row, unless
its part is kept; a row in which nothing was written is left out altogether.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from hansa.kernel.pages import Part

#: How many rows there are at most, and how many empty ones stand below those that are filled in: more where a row is
#: short, because a grading scale has a dozen.
MOST, SPARE, SPARE_SHORT, SHORT = 100, 2, 12, 3
Row = Mapping[str, Any]


class RowsInput(forms.Widget):
    """Rows of inputs, each under the name ``field-row-part``."""

    use_fieldset = True
    draws_itself = True

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__()
        self.parts = tuple(parts)

    def value_from_datadict(self, *given: Any) -> list[dict[str, str]]:
        """Return the cells of every row as they were sent."""
        data, _files, name = given
        keys = [key for key in data if key.startswith(f"{name}-")]
        numbers = [number for number in range(MOST) if any(key.startswith(f"{name}-{number}-") for key in keys)]
        return [{part.name: data.get(f"{name}-{number}-{part.name}", "") for part in self.parts} for number in numbers]

    def value_omitted_from_data(self, *given: Any) -> bool:
        """Tell whether no row was sent."""
        return not self.value_from_datadict(*given)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return no id: every cell has a label of its own."""
        return ""

    def render(self, name: str, value: Any, **given: Any) -> SafeString:  # type: ignore[override] # Django gives the rest by name
        """Return the rows that are filled in, and some empty ones."""
        held = list(value or [])
        rows = held + [{}] * (SPARE_SHORT if len(self.parts) <= SHORT else SPARE)
        described = self.build_attrs(self.attrs, given.get("attrs")).get("aria-describedby", "")
        return format_html_join(
            "\n",
            '<fieldset class="row"{}><legend>{}</legend><div class="parts">{}</div></fieldset>',
            (
                (
                    format_html(' aria-describedby="{}"', described) if described else "",
                    number + 1,
                    format_html_join("", "{}", ((self.cell(part, row, of=f"{name}-{number}"),) for part in self.parts)),
                )
                for number, row in enumerate(rows[:MOST])
            ),
        )

    def cell(self, part: Part, row: Row, *, of: str) -> SafeString:
        """Return one part of a row with its label."""
        key, held = f"{of}-{part.name}", row.get(part.name, "")
        if part.kind == "yes":
            ticked = mark_safe(" checked") if held in (True, "yes") else ""
            box = format_html('<input type="checkbox" name="{}" id="id_{}" value="yes"{}>', key, key, ticked)
            return format_html('<label class="choice" for="id_{}">{}{}</label>', key, box, part.label)
        if part.choices:
            options = (
                (value, mark_safe(" selected") if str(held) == value else "", words)
                for value, words in (("", "–"), *part.choices)
            )
            told = format_html_join("", '<option value="{}"{}>{}</option>', options)
            field = format_html('<select name="{}" id="id_{}">{}</select>', key, key, told)
        else:
            kind = {"day": "date", "whole": "number"}.get(part.kind, "text")
            field = format_html('<input type="{}" name="{}" id="id_{}" value="{}">', kind, key, key, shown(held))
        return format_html('<label for="id_{}">{}{}</label>', key, part.label, field)


def shown(value: Any) -> str:
    """Return a cell as people write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {level}" for name, level in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


class RowsField(forms.Field):
    """Several things with several parts each, given to the action as JSON."""

    def __init__(self, *, parts: Sequence[Part], **given: Any) -> None:
        super().__init__(widget=RowsInput(parts), **given)
        self.parts = tuple(parts)

    def prepare_value(self, value: Any) -> Any:
        """Return the rows of what the form opens with, which may be JSON."""
        return json.loads(value) if isinstance(value, str) and value else value

    def clean(self, value: Any) -> str:
        """Return the rows as JSON, or say which part of which row is wrong."""
        rows = []
        for number, cells in enumerate(value or [], start=1):
            if any(str(cells[part.name]).strip() for part in self.parts if part.kind != "yes"):
                rows.append(self.row(cells, number=number))
        if self.required and not rows:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return json.dumps(rows, ensure_ascii=False) if rows else ""

    def row(self, cells: Row, *, number: int) -> dict[str, Any]:
        """Return one row with every part in its type."""
        found: dict[str, Any] = {}
        for part in self.parts:
            written = str(cells[part.name]).strip()
            if not (written or part.is_kept or part.kind == "yes"):
                continue
            try:
                found[part.name] = READ[part.kind](written)
            except ValueError:
                told = _("Row {row}, {part}: “{written}” cannot be read. {help}")
                raise forms.ValidationError(
                    told.format(row=number, part=part.label, written=written, help=HELP[part.kind]())
                ) from None
        return found


def levels(written: str) -> dict[str, str]:
    """Return the level asked for in each language, from "en B2, de C1"."""
    pairs = [one.split() for one in parts_of(written)]
    if any(len(pair) != len(("language", "level")) for pair in pairs):
        raise ValueError(written)
    return {pair[0]: pair[1] for pair in pairs}


def parts_of(written: str) -> list[str]:
    """Return what stands between commas."""
    return [one.strip() for one in written.split(",") if one.strip()]


READ: dict[str, Callable[[str], Any]] = {
    "text": str,
    "day": str,
    "whole": int,
    "wholes": lambda written: [int(one) for one in parts_of(written)],
    "number": float,
    "yes": lambda written: written == "yes",
    "list": parts_of,
    "levels": levels,
}
HELP: dict[str, Callable[[], str]] = {
    "whole": lambda: _("Write a whole number."),
    "wholes": lambda: _("Write whole numbers with commas between them."),
    "number": lambda: _("Write a number, with a full stop before the decimals."),
    "levels": lambda: _("Write each language with its level, such as: en B2, de C1."),
}
