"""Commands for whoever writes a protocol: check it, and try it on files of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.session import JsonOption
from hansa.lib.errors import InvalidError

if TYPE_CHECKING:
    from hansa.lib.statistics.schema import Protocol
    from hansa.lib.statistics.table import Table

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
        list[str], typer.Option(metavar="NAME=FILE", help="A site and its CSV file; give it once for each.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Run a study on local files in one process, as if each file lay at a hospital."""
    from hansa.cli import output
    from hansa.cli.findings import show
    from hansa.lib.statistics import programme, protocol

    asked = protocol.parse(text_of(file), name=file.name)
    result = programme.rehearse(asked, {name: table_of(path, asked) for name, path in map(named, site)})
    if as_json:
        output.dump(result)
    else:
        show(result)


def named(given: str) -> tuple[str, Path]:
    """Return the name of a site and its file from ``NAME=FILE``."""
    name, equals, path = given.partition("=")
    if not (name and equals and path):
        raise InvalidError(f"'{given}' is not a name and a file.", "Write it as --site berlin=berlin.csv")
    return name, Path(path).expanduser()


def table_of(file: Path, asked: "Protocol") -> "Table":
    """Return the rows of one site as the protocol asks for them, or say what does not fit."""
    from hansa.lib.statistics.delimited import columns_of
    from hansa.lib.statistics.reading import read

    try:
        data = file.read_bytes()
    except OSError as wrong:
        raise InvalidError(
            f"{file} cannot be read ({type(wrong).__name__}).", "Check its name and whose it is."
        ) from wrong
    try:
        return read(columns_of(data), protocol=asked).sound_table()
    except InvalidError as wrong:
        raise InvalidError(f"{file.name}: {wrong.message}", wrong.remedy) from wrong
