"""Bring an OMOP database into a DuckDB file of the node, and extract from it the rows that a study asks for.

Connecting copies, as with tables: a study computes on data that do not change under it, and no password of a
database is kept. People keep their number when a newer state of the same database is connected, so that the
rules about earlier releases know them again.
"""

import glob
import hashlib
import json
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import numpy as np
import pandas as pd
from django.utils.translation import gettext as _

from hansa.areas.studies.datasets import DATABASES, described, opened, quoted, store
from hansa.areas.studies.models import Dataset
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.lib.canonical import canonical
from hansa.lib.cohorts.reading import read
from hansa.lib.disclosure.counting import People
from hansa.lib.errors import RefusedError
from hansa.lib.omop.counting import count, counting
from hansa.lib.omop.running import run
from hansa.lib.omop.tables import COLUMNS, IDENTIFYING, LACKING, NEEDED, kind
from hansa.lib.quality.running import checked
from hansa.lib.statistics.cohort_data import extraction_of
from hansa.lib.statistics.schema import Protocol

KIND = "omop"
PERSON = "hansa_person"
# Two states of one database share at least this part of the people of the smaller one.
SAME_PEOPLE = 0.5
PEOPLE = "omop_people"
FILES = (".csv.gz", ".csv", ".parquet")


# Two connections to one file in one process would share settings that only the first may make.
_alone = threading.Lock()
# Extracts that were seen lying ready, so that a round need not look again.
_ready: set[str] = set()


def file_of(table: str) -> Path:
    """Return the file that holds a copied OMOP database."""
    return own().directory / f"{table}.duckdb"


def connect(dataset: Dataset, source: str) -> None:
    """Copy an OMOP database into a file of its own, and say of the dataset what it holds."""
    dataset.table = f"omop_{uuid.uuid4().hex}"
    path = file_of(dataset.table)
    try:
        copy(source, path)
        path.chmod(0o600)
        with opened(path, read_only=True) as connection:
            dataset.profile = profile(connection)
            people = people_of(connection)
        dataset.rows = len(people)
        dataset.digest = f"omop:{number(people)}"
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    dataset.source = described(source)[:300]


def people_of(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return everybody by number, sex and year of birth, or say what is wrong with the table of persons."""
    people = connection.execute(
        "select person_id, coalesce(gender_concept_id, 0) as sex, coalesce(year_of_birth, 0) as born from person"
    ).df()
    if people.empty or people["person_id"].isna().any() or people["person_id"].duplicated().any():
        raise GivenError({"source": _("The table person is empty, or names somebody twice or not at all.")})
    return people


def copy(source: str, path: Path) -> None:
    """Copy the tables of the CDM from wherever they are."""
    name, _hash, schema = source.partition("#")
    place = Path(name).expanduser()
    if urlsplit(source).scheme in DATABASES:
        from_postgresql(source, path)
    elif place.is_dir():
        from_files(place, path)
    elif place.is_file() and place.suffix.lower() in (".duckdb", ".db"):
        from_duckdb(place, path, schema=schema or "main")
    else:
        raise GivenError(
            {
                "source": _(
                    "Hansa reads an OMOP database from a DuckDB file (FILE#SCHEMA), from a folder with one CSV or "
                    "Parquet file for each table, or from postgresql://HOST/DATABASE#SCHEMA."
                )
            }
        )


def from_files(folder: Path, path: Path) -> None:
    """Copy tables that lie in a folder, one file each."""
    files = {
        file.name.lower().removesuffix(suffix): file
        for suffix in reversed(FILES)
        for file in sorted(folder.iterdir())
        if file.name.lower().endswith(suffix)
    }
    found = {table: files[table] for table in COLUMNS if table in files}
    with target(path, found, reads=folder) as connection:
        for table, file in found.items():
            name = glob.escape(str(file)).replace("'", "''")
            parquet = file.suffix.lower() == ".parquet"
            read = f"read_parquet('{name}')" if parquet else f"read_csv('{name}', header = true, all_varchar = true)"
            add(connection, table, select=f"select * from {read}")


def from_duckdb(file: Path, path: Path, *, schema: str) -> None:
    """Copy tables out of another DuckDB file."""
    with opened(file, read_only=True) as connection:
        rows = connection.execute("select table_name from duckdb_tables() where schema_name = ?", [schema]).fetchall()
    names = {str(name).lower(): str(name) for (name,) in rows}
    found = {table: names[table] for table in COLUMNS if table in names}
    with target(path, found, reads=file) as connection:
        address = str(file).replace("'", "''")
        connection.execute(f"attach '{address}' as source (read_only)")
        for table, name in found.items():
            add(connection, table, select=f"select * from source.{quoted(schema)}.{quoted(name)}")
        connection.execute("detach source")


def from_postgresql(source: str, path: Path) -> None:
    """Copy the tables of a schema, read in one transaction that may not write, by way of CSV files."""
    address, _hash, named = source.partition("#")
    schema = named or "public"
    try:
        import psycopg.sql  # noqa: PLC0415 -- an extra: only hospitals that connect PostgreSQL need it
    except ImportError as absent:
        raise GivenError({"source": _("To read PostgreSQL, install: pip install 'hansa[postgres]'.")}) from absent
    try:  # pragma: no cover -- reason: only tests with a PostgreSQL server come here
        with (
            tempfile.TemporaryDirectory(dir=own().directory) as folder,
            psycopg.connect(address, options="-c default_transaction_read_only=on") as connection,
        ):
            rows = connection.execute(
                "select table_name from information_schema.tables where table_schema = %s", [schema]
            ).fetchall()
            names = {str(name).lower(): str(name) for (name,) in rows}
            for table in (table for table in COLUMNS if table in names):
                query = psycopg.sql.SQL("copy (select * from {}) to stdout (format csv, header)").format(
                    psycopg.sql.Identifier(schema, names[table])
                )
                with (Path(folder) / f"{table}.csv").open("wb") as file, connection.cursor().copy(query) as out:
                    for part in out:
                        file.write(part)
            from_files(Path(folder), path)
    except psycopg.Error as wrong:  # pragma: no cover -- reason: as above
        raise GivenError(
            {"source": _("The database did not give the table ({fault}).").format(fault=type(wrong).__name__)}
        ) from wrong


@contextmanager
def target(path: Path, found: dict[str, Any], *, reads: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the new file for tables of a source, with an empty table for each that the source lacks."""
    if lacking := [table for table in NEEDED if table not in found]:
        raise GivenError({"source": _("The OMOP database lacks: {tables}.").format(tables=", ".join(lacking))})
    try:
        with opened(path, reads=str(reads)) as connection:
            connection.execute(f"create table {LACKING} (name varchar, field varchar)")
            yield connection
            for table in (table for table in COLUMNS if table not in found):
                columns = ", ".join(f"{quoted(name)} {kind(name)}" for name in COLUMNS[table])
                connection.execute(f"create table {table} ({columns})")
                connection.execute(f"insert into {LACKING} values (?, '')", [table])
    except duckdb.Error as wrong:
        raise GivenError(
            {"source": _("The OMOP database cannot be read: a file is damaged, or of another kind than its name says.")}
        ) from wrong


def add(connection: duckdb.DuckDBPyConnection, table: str, *, select: str) -> None:
    """Copy one table with the types of the CDM; columns that are lacking are empty, those that identify stay out."""
    written = [str(column[0]) for column in connection.execute(f"{select} limit 0").description or ()]
    given = {name.lower(): name for name in written if name.lower() not in IDENTIFYING}
    casts = [f"cast({quoted(name)} as {kind(plain)}) as {quoted(plain)}" for plain, name in given.items()]
    lacking = [name for name in COLUMNS[table] if name not in given]
    casts += [f"cast(null as {kind(name)}) as {quoted(name)}" for name in lacking]
    for name in lacking:
        connection.execute(f"insert into {LACKING} values (?, ?)", [table, name])
    try:
        connection.execute(f"create table {table} as select {', '.join(casts)} from ({select})")
    except duckdb.ConversionException as wrong:
        raise GivenError({"source": misfit(connection, table, select=select, given=given)}) from wrong


def misfit(connection: duckdb.DuckDBPyConnection, table: str, *, select: str, given: dict[str, str]) -> str:
    """Return which column holds what is no value of its type, and in how many rows."""
    tests = [
        f"count(*) filter (where {quoted(name)} is not null and try_cast({quoted(name)} as {kind(plain)}) is null)"
        for plain, name in given.items()
    ]
    counts = connection.execute(f"select {', '.join(tests)} from ({select})").fetchone() or ()
    column, rows = next((name, count) for name, count in zip(given, counts, strict=True) if count)
    return _("{table}.{column} is no {kind} in {rows} rows. Correct them, or leave them empty.").format(
        table=table, column=column, kind=kind(column), rows=rows
    )


def profile(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return what a steward sees of each table: its rows and the people in it; no value of anybody."""
    found = []
    for table, columns in COLUMNS.items():
        people = "count(distinct person_id)" if "person_id" in columns else "null"
        rows, persons = connection.execute(f"select count(*), {people} from {table}").fetchone() or (0, None)
        found.append({"name": table, "rows": rows, "persons": persons})
    return found


def examined(dataset: Dataset) -> dict[str, Any]:
    """Return what every check of data quality finds in a copied database."""
    with _alone, opened(copied(dataset), read_only=True) as connection:
        return checked(connection)


def tried(source: str) -> dict[str, Any]:
    """Return what every check finds in a database that is not connected, and keep nothing of it."""
    with tempfile.TemporaryDirectory(dir=own().directory) as folder:
        path = Path(folder) / "tried.duckdb"
        copy(source, path)
        with opened(path, read_only=True) as connection:
            return checked(connection)


def number(people: pd.DataFrame) -> str:
    """Give everybody a number, the old one to those who are known; return the name of the database's lineage."""
    with store() as connection:
        connection.execute(
            f"create table if not exists {PEOPLE}"
            " (lineage varchar, person_id bigint, sex bigint, born bigint, number bigint)"
        )
        connection.register("incoming", people)
        shared = connection.execute(
            f"select p.lineage, count(*), (select count(*) from {PEOPLE} o where o.lineage = p.lineage)"
            f" from {PEOPLE} p join incoming i on i.person_id = p.person_id and i.sex = p.sex and i.born = p.born"
            " group by p.lineage order by 2 desc"
        ).fetchall()
        same = [name for name, both, before in shared if both >= SAME_PEOPLE * min(before, len(people))]
        lineage = same[0] if same else uuid.uuid4().hex
        connection.execute(
            f"insert into {PEOPLE} select ?, i.person_id, i.sex, i.born, row_number() over (order by i.person_id) - 1"
            f" + (select coalesce(max(number) + 1, 0) from {PEOPLE} where lineage = ?) from incoming i"
            f" where i.person_id not in (select person_id from {PEOPLE} where lineage = ?)",
            [lineage, lineage, lineage],
        )
    return lineage


def extract_name(dataset: Dataset, protocol: Protocol) -> str:
    """Return the name of the table of a study's rows: the same data and definitions are extracted once."""
    data = hashlib.sha256(canonical(protocol.to_json()["data"])).hexdigest()[:32]
    return f"x_{dataset.table}_{data}"


def is_extracted(dataset: Dataset, protocol: Protocol) -> bool:
    """Tell whether the rows of a study lie ready."""
    name = extract_name(dataset, protocol)
    if name not in _ready:
        with store() as connection:
            found = connection.execute("select 1 from duckdb_tables() where table_name = ?", [name]).fetchone()
        if found is None:
            return False
        _ready.add(name)
    return True


def extract(dataset: Dataset, protocol: Protocol) -> str:
    """Extract the rows of a study, one a person of its target cohort, unless they lie ready; return their table."""
    name = extract_name(dataset, protocol)
    if is_extracted(dataset, protocol):
        return name
    path = copied(dataset)
    with _alone:
        # Somebody else may have asked for the same while this one waited.
        if is_extracted(dataset, protocol):
            return name
        with opened(path, read_only=True) as connection:
            found = run(extraction_of(protocol), connection)
    if not found.rows:
        raise RefusedError(
            _("Nobody here is in the cohort that the study asks for."), _("Decline it, or ask for another cohort.")
        )
    # The rows come last: where they lie ready, everything does, whenever the node was killed.
    with store() as connection:
        attrition = pd.DataFrame(found.attrition, columns=["rule", "persons"])
        connection.register("incoming", attrition)
        connection.execute(f"create or replace table {quoted('a' + name)} as select * from incoming")
    frame = pd.DataFrame(found.rows, columns=["person_id", *protocol.variables])
    keep(frame, name=name, lineage=dataset.digest.removeprefix("omop:"))
    return name


def people_in(dataset: Dataset, cohort: dict[str, Any]) -> list[People]:
    """Return who enters a cohort, who is left after each inclusion rule, and who is in it, as numbers and marks."""
    with _alone, opened(copied(dataset), read_only=True) as connection:
        return count(counting(read(json.dumps(cohort))), connection)


def copied(dataset: Dataset) -> Path:
    """Return the file of a copied database, or say that it is gone."""
    path = file_of(dataset.table)
    if not path.is_file():
        raise RefusedError(
            _("The rows of these data are not on this node; it may have been restored without them."),
            _("Remove the dataset and connect the data again."),
        )
    return path


def keep(frame: pd.DataFrame, *, name: str, lineage: str) -> None:
    """Keep extracted rows with the number of each person in place of the person."""
    texts = frame.assign(**{column: frame[column].map(as_text) for column in frame.columns[1:]})
    with store() as connection:
        connection.register("incoming", texts)
        columns = ", ".join(f"i.{quoted(column)}" for column in frame.columns[1:])
        connection.execute(
            f"create or replace table {quoted(name)} as select p.number as {PERSON}, {columns} from incoming i"
            f" join {PEOPLE} p on p.person_id = i.person_id and p.lineage = ? order by p.number",
            [lineage],
        )


def as_text(value: Any) -> str | None:
    """Return a value as the protocol's reading takes it."""
    return None if pd.isna(value) else str(value)


def attrition(dataset: Dataset, protocol: Protocol) -> list[tuple[int, int]]:
    """Return how many people each inclusion rule left here; rule -1 is all who enter."""
    return attrition_of(extract_name(dataset, protocol))


def attrition_of(table: str) -> list[tuple[int, int]]:
    """Return how many people each inclusion rule left of those whose rows are in a table."""
    with store() as connection:
        rows = connection.execute(f"select rule, persons from {quoted('a' + table)} order by rule").fetchall()
    return [(int(rule), int(persons)) for rule, persons in rows]


def places(table: str) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Return the number of the person behind each extracted row."""
    with store() as connection:
        return np.asarray(connection.table(quoted(table)).df()[PERSON], dtype=np.int64)


def drop(table: str) -> None:
    """Remove a copied OMOP database and all rows that were extracted from it; people keep their numbers."""
    file_of(table).unlink(missing_ok=True)
    _ready.clear()
    with store() as connection:
        named = connection.execute(
            "select table_name from duckdb_tables() where contains(table_name, ?)", [f"x_{table}_"]
        )
        for (name,) in named.fetchall():
            connection.execute(f"drop table {quoted(str(name))}")
