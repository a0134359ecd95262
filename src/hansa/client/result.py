"""A result in Python: tables for pandas, pictures for a page, and the signed document itself."""

import html
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hansa.client import drawing
from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError

if TYPE_CHECKING:
    import pandas as pd

MODELS = ("glm", "cox")


class Result:
    """The joint result of a study, the same at every party."""

    def __init__(self, document: dict[str, JSON], *, title: str = "", signed: JSON = None) -> None:
        self.document, self.title, self.signed = document, title, signed
        self.analyses: dict[str, dict[str, Any]] = {str(one["name"]): one for one in document["analyses"]}

    def __getitem__(self, name: str) -> dict[str, Any]:
        """Return one analysis as JSON."""
        try:
            return self.analyses[name]
        except KeyError:
            raise InvalidError(f"There is no analysis '{name}'.", f"There are: {', '.join(self.analyses)}.") from None

    def __repr__(self) -> str:
        return f"<result of {self.title or 'a study'}: {', '.join(self.analyses)}>"

    def to_pandas(self, name: str = "") -> "pd.DataFrame | dict[str, pd.DataFrame]":
        """Return one analysis as a table, or every analysis by its name."""
        if name:
            return frame(self[name])
        return {each: frame(one) for each, one in self.analyses.items()}

    def plot(self, name: str = "", *, file: str | Path = "") -> Any:
        """Draw an analysis: with matplotlib where it is installed, else as SVG, which is returned.

        Given a file, the picture is written there too.
        """
        analysis = self[name or self._drawable()]
        if importlib.util.find_spec("matplotlib") is None:
            picture = drawing.svg(analysis)
            if file:
                Path(file).write_text(picture, encoding="utf-8")
            return Picture(picture)
        from hansa.client import figures  # noqa: PLC0415 -- slow import, and only where it is installed

        figure = figures.draw(analysis)
        if file:
            figure.savefig(file)
        return figure

    def _drawable(self) -> str:
        for kind in ("kaplan_meier", *MODELS):
            for name, one in self.analyses.items():
                if one["kind"] == kind:
                    return name
        raise InvalidError("This result has nothing to draw.", "Look at its tables: result.to_pandas().")

    def _repr_html_(self) -> str:
        """Show the result in a notebook: each analysis as a table, and survival curves as pictures."""
        parts = [f"<h3>{html.escape(self.title or 'Result')}</h3>"]
        for name, one in self.analyses.items():
            parts.append(f"<h4>{html.escape(name)}</h4>")
            parts.append(drawing.svg(one) if one["kind"] == "kaplan_meier" else frame(one).to_html())
        return "\n".join(parts)


class Picture(str):
    """An SVG picture that a notebook shows."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def frame(analysis: dict[str, Any]) -> "pd.DataFrame":
    """Return one analysis as a table: a line a term, a time, a variant, of Table 1, or of what a kind tells first."""
    import pandas as pd  # noqa: PLC0415 -- slow import

    if analysis["kind"] in MODELS:
        return pd.DataFrame(analysis["terms"]).set_index("name")
    if analysis["kind"] == "kaplan_meier":
        return pd.concat([curve(group) for group in analysis["groups"]], ignore_index=True)
    if analysis["kind"] != "table_one":
        return by_line(analysis)
    rows = [
        {"variable": line["variable"], "level": line["level"], "group": column, **cell}
        for line in analysis["lines"]
        for column, cell in zip(analysis["columns"], line["cells"], strict=True)
    ]
    return pd.DataFrame(rows)


def by_line(analysis: dict[str, Any]) -> "pd.DataFrame":
    """Return what a kind tells first as a table: a line a variant, or a line for each thing in its first list."""
    import pandas as pd  # noqa: PLC0415 -- slow import

    lists = {key: value for key, value in analysis.items() if isinstance(value, list)}
    if "variants" in lists:
        return pd.DataFrame(lists).set_index("variants")
    return pd.json_normalize(next((lines for lines in lists.values() if lines and isinstance(lines[0], dict)), []))


def curve(group: dict[str, Any]) -> "pd.DataFrame":
    """Return one survival curve as a table, a line a time."""
    import pandas as pd  # noqa: PLC0415 -- slow import

    columns = {name: values for name, values in group.items() if isinstance(values, list)}
    found = pd.DataFrame(columns)
    found.insert(0, "level", group["level"])
    return found
