"""Commands for whoever writes a protocol: check it, and try it on files of one's own."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.session import JsonOption
from hansa.lib.errors import InvalidError

if TYPE_CHECKING:
    from hansa.lib.statistics.schema import Protocol
    from hansa.lib.statistics.table import Table

#: Protocols to copy, each said in its first line.
TEMPLATES = Path(__file__).parent / "studies_to_copy"
ProtocolFile = Annotated[Path, typer.Argument(metavar="PROTOCOL", help="A YAML or JSON file.")]


def check(file: ProtocolFile, *, as_json: JsonOption = False) -> None:
    """Check a protocol: the line of each fault and what to do about it."""
    from hansa.cli import output
    from hansa.lib.statistics import protocol

    faults = [
        {"line": f.line, "place": f.place, "message": f.message, "remedy": f.remedy}
        for f in protocol.check(text_of(file))
    ]
    if as_json:
        output.dump(faults)
    else:
        output.rows(faults, title=f"faults in {file.name}") if faults else typer.echo(
            f"{file.name} is a sound protocol."
        )
    if faults:
        raise typer.Exit(2)


def template(
    name: Annotated[str, typer.Argument(help="Which one; without a name they are listed.")] = "",
) -> None:
    """Print a protocol to begin with: a design of epidemiology, ready but for what is in capitals."""
    from hansa.cli import output

    there = {file.stem: file for file in sorted(TEMPLATES.glob("*.yaml"))}
    if name in there:
        typer.echo(text_of(there[name]), nl=False)
        return
    if name:
        raise InvalidError(f"There is no template '{name}'.", f"There are: {', '.join(there)}.")
    rows = [{"name": stem, "what": text_of(file).partition("\n")[0].lstrip("# ")} for stem, file in there.items()]
    output.rows(rows, title="templates: hansa studies template NAME > protocol.yaml")


def text_of(file: Path) -> str:
    """Return the text of a protocol."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise InvalidError(f"{file} cannot be read ({type(wrong).__name__}).", "Give a text file in UTF-8.") from wrong


def rehearse(
    file: ProtocolFile,
    *,
    site: Annotated[
        list[str],
        typer.Option(metavar="NAME=FILE", help="A site and its CSV, or GENOTYPES#CSV; once for each."),
    ],
    mapping: Annotated[
        list[str] | None,
        typer.Option(metavar="[SITE:]VARIABLE=COLUMN", help="Which column holds a variable, where the names differ."),
    ] = None,
    units: Annotated[
        list[str] | None,
        typer.Option(metavar="[SITE:]VARIABLE=UNIT", help="In which unit a variable is, where it is another."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run a study on local files in one process, as if each file lay at a hospital."""
    from tempfile import TemporaryDirectory

    from hansa.cli import output
    from hansa.cli.findings import show
    from hansa.lib.statistics import programme, protocol

    asked = protocol.parse(text_of(file), name=file.name)
    sites = dict(map(named, site))
    columns, other_units = (Told(given or (), sites=sites, variables=asked.variables) for given in (mapping, units))
    with TemporaryDirectory() as folder:
        tables = {
            name: site_of(
                path,
                asked,
                mapping=columns.at(name),
                units=other_units.at(name),
                kept=Path(folder) / f"{place}.bed",
            )
            for place, (name, path) in enumerate(sites.items())
        }
        result = programme.rehearse(asked, tables)
    if as_json:
        output.dump(result)
    else:
        show(result)


class Told:
    """What was said of variables, for every site or for one: ``VARIABLE=WHAT`` or ``SITE:VARIABLE=WHAT``."""

    def __init__(self, given: Iterable[str], *, sites: Iterable[str], variables: Iterable[str]) -> None:
        self._of: dict[str, dict[str, str]] = {}
        for text in given:
            place, equals, what = text.partition("=")
            site, colon, variable = place.rpartition(":")
            if not (equals and what and variable in variables) or (colon and site not in sites):
                raise InvalidError(
                    f"'{text}' names no variable of the protocol, or no site.",
                    "Write VARIABLE=…, or SITE:VARIABLE=… with the name that you gave the site.",
                )
            self._of.setdefault(site, {})[variable] = what

    def at(self, site: str) -> dict[str, str]:
        """Return what holds at a site; what was said of it alone goes before what was said of all."""
        return {**self._of.get("", {}), **self._of.get(site, {})}


def named(given: str) -> tuple[str, Path]:
    """Return the name of a site and its file from ``NAME=FILE``."""
    name, equals, path = given.partition("=")
    if not (name and equals and path):
        raise InvalidError(f"'{given}' is not a name and a file.", "Write it as --site berlin=berlin.csv")
    return name, Path(path).expanduser()


def site_of(
    file: Path, asked: "Protocol", *, mapping: Mapping[str, str], units: Mapping[str, str], kept: Path
) -> "Table":
    """Return the rows of one site, with their genotypes where the file names some before its table."""
    source, _hash, beside = str(file).partition("#")
    if not beside or asked.data.panel is None:
        return table_of(file, asked, mapping=mapping, units=units)
    from hansa.lib.genomics import files

    path, panel = Path(source), asked.data.panel
    if not path.is_file():
        raise InvalidError(f"{path} is no file.", "Write --site NAME=GENOTYPES#TABLE.csv.")
    rows = columns_in(path.parent / beside)
    samples = files.sample_column(rows)
    if samples is None:
        raise InvalidError(f"{beside} has no column 'iid'.", "It names the sample of each person.")
    found = files.keep(path, kept)
    places = files.places_of(rows[samples], found.people)
    there = [place is not None for place in places]
    people = {name: list(compress(cells, there)) for name, cells in rows.items()}
    table = sound(people, asked, name=beside, mapping=mapping, units=units)
    carried = files.genotypes(
        kept,
        columns=found.columns,
        people=len(found.people),
        panel=panel.parsed,
        is_forward=panel.strand == "forward",
        places=[place for place in places if place is not None],
    )
    return replace(table, genotypes=carried)


def table_of(file: Path, asked: "Protocol", *, mapping: Mapping[str, str], units: Mapping[str, str]) -> "Table":
    """Return the rows of one site as the protocol asks for them, or say what does not fit."""
    return sound(columns_in(file), asked, name=file.name, mapping=mapping, units=units)


def columns_in(file: Path) -> dict[str, list[str]]:
    """Return the columns of a CSV file, or say why it cannot be read."""
    from hansa.lib.statistics.delimited import columns_of

    try:
        data = file.read_bytes()
    except OSError as wrong:
        raise InvalidError(
            f"{file} cannot be read ({type(wrong).__name__}).", "Check its name and whose it is."
        ) from wrong
    try:
        return columns_of(data)
    except InvalidError as wrong:
        raise InvalidError(f"{file.name}: {wrong.message}", wrong.remedy) from wrong


def sound(
    columns: Mapping[str, list[str]],
    asked: "Protocol",
    *,
    name: str,
    mapping: Mapping[str, str],
    units: Mapping[str, str],
) -> "Table":
    """Return columns as the protocol asks for them, or say what does not fit."""
    from hansa.lib.statistics.reading import read

    try:
        return read(columns, protocol=asked, mapping=mapping, units=units).sound_table()
    except InvalidError as wrong:
        raise InvalidError(f"{name}: {wrong.message}", wrong.remedy) from wrong
