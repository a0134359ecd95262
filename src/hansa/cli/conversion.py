"""Turn FHIR R4 exports into an OMOP database, on this machine; nothing is connected or sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.session import JsonOption
from hansa.lib.errors import InvalidError

if TYPE_CHECKING:
    import duckdb


def convert_data(
    sources: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Bundles (JSON) or bulk files (NDJSON).")],
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE.duckdb", help="The OMOP database to write.")],
    vocabulary: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="CONCEPT.csv and the others, as OHDSI's Athena gives them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Convert FHIR R4 resources to an OMOP database, and say what could not be mapped."""
    from duckdb import connect

    from hansa.cli import output
    from hansa.lib.fhir import reading, writing
    from hansa.lib.fhir import vocabulary as vocabularies
    from hansa.lib.fhir.mapping import mapped

    if to.exists():
        raise InvalidError(f"{to.name} is there already.", "Name a new file; nothing is written over.")
    try:
        with connect(to) as connection:
            to.chmod(0o600)
            _load(connection, vocabulary)
            found = mapped(lambda: reading.entries(sources), vocabularies.load(connection))
            writing.write(found, connection)
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    told = writing.told(found)
    if as_json:
        output.dump(told)
        return
    output.rows([{"table": table, "rows": rows} for table, rows in told["rows"].items()], title="written")
    for kind, count in told["unknown_codes"].items():
        typer.echo(f"{count} of {kind} have a code that the vocabulary does not know; they are kept as concept 0.")
    for kind, count in told["left_out"].items():
        typer.echo(f"{count} of {kind} were left out: no known patient, no day, or written by mistake.")
    for place in told["no_resource"]:
        typer.echo(f"{place} is no FHIR resource; it was left out.")


def _load(connection: "duckdb.DuckDBPyConnection", folder: Path | None) -> None:
    """Load the tables of the vocabulary that a folder has; columns keep the types of the CDM."""
    from hansa.lib.fhir.writing import VOCABULARY
    from hansa.lib.omop.tables import COLUMNS, kind

    files = {file.stem.lower(): file for file in sorted(folder.glob("*.csv"))} if folder is not None else {}
    if folder is not None and "concept" not in files:
        raise InvalidError(f"{folder.name} has no CONCEPT.csv.", "Name the folder that Athena's download unpacks to.")
    for table in VOCABULARY:
        columns = COLUMNS[table]
        if table not in files:
            connection.execute(f"create table {table} ({', '.join(f'{name} {kind(name)}' for name in columns)})")
            continue
        name = str(files[table]).replace("'", "''")
        read = f"read_csv('{name}', header = true, all_varchar = true, quote = '')"
        casts = ", ".join(f"{_cast(column, kind(column))} as {column}" for column in columns)
        connection.execute(f"create table {table} as select {casts} from {read}")  # noqa: S608 -- names of the CDM


def _cast(column: str, kind: str) -> str:
    """Return a column with its type; Athena writes days without dashes."""
    return f"cast(strptime({column}, '%Y%m%d') as date)" if kind == "date" else f"cast({column} as {kind})"
