"""Bring data into the node's own DuckDB file, profile it there, and read it as a protocol asks.

Connecting copies: a study then computes on rows that do not change under it, the
differencing rule can tell rows apart, and no password of a database is kept.
"""

import glob
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pandas as pd
from django.utils.translation import gettext as _

from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.statistics.delimited import columns_of

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".duckdb", ".db")
DATABASES = ("postgresql", "postgres")
PATIENCE = 10.0
LARGEST_FILE = 1024**3
# DuckDB would fetch extensions over the network when a file asks for them.
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_alone = threading.Lock()


def opened(path: Path | str = ":memory:", *, read_only: bool = False, reads: str = "") -> duckdb.DuckDBPyConnection:
    """Open a DuckDB database that reaches nothing but its own file and the file or folder it ``reads``."""
    connection = duckdb.connect(path, read_only=read_only, config=CLOSED)
    # A name with an asterisk in it is looked for as it is escaped; a database is attached with its log beside it.
    paths = [reads, glob.escape(reads), f"{reads}.wal"] if reads else []
    connection.execute("set allowed_paths = ?", [paths])
    connection.execute("set allowed_directories = ?", [[reads] if Path(reads).is_dir() and reads else []])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


@contextmanager
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the file that holds this node's research data, one user of it at a time."""
    path = research_file()
    with _alone:
        connection = patiently(path)
        try:
            yield connection
        finally:
            connection.close()


def patiently(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file, waiting a little while another process of this node has it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return opened(path)
        except duckdb.IOException as busy:
            if time.monotonic() > until:
                raise InvalidError(
                    _("Another process holds this node's research data."), _("Wait until it ends and try again.")
                ) from busy
            time.sleep(0.05)


def research_file() -> Path:
    """Return the file of this node's research data, readable by its owner alone."""
    path = own().directory / "research.duckdb"
    if not path.exists():
        opened(path).close()
        path.chmod(0o600)
    return path


def described(source: str) -> str:
    """Return where data came from, without user names and passwords."""
    parts = urlsplit(source)
    if parts.scheme in DATABASES:
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    return Path(source.partition("#")[0]).name


def load(source: str) -> pd.DataFrame:
    """Return the rows of a file or a database table, or say what is wrong with it."""
    if urlsplit(source).scheme in DATABASES:
        return from_postgresql(source)
    name, _hash, table = source.partition("#")
    path = Path(name).expanduser()
    if path.suffix.lower() not in SUFFIXES:
        raise GivenError({"source": _("Hansa reads CSV, Parquet and DuckDB files, and postgresql:// addresses.")})
    if not path.is_file():
        raise GivenError({"source": _("There is no such file on this node's machine.")})
    if path.resolve().parent == own().directory.resolve():
        raise GivenError({"source": _("This is a file of the node itself; its data are under Datasets already.")})
    if path.stat().st_size > LARGEST_FILE:
        raise GivenError({"source": _("The file is larger than 1 GiB; export only the columns that studies need.")})
    return from_file(path, table)


def from_file(path: Path, table: str) -> pd.DataFrame:
    """Return the rows of a CSV, Parquet or DuckDB file."""
    kind = path.suffix.lower()
    try:
        if kind in (".duckdb", ".db"):
            with opened(path, read_only=True) as connection:
                return from_duckdb(connection, table)
        if kind == ".parquet":
            with opened(reads=str(path)) as connection:
                # DuckDB would take an asterisk in the name for many files.
                return connection.read_parquet(glob.escape(str(path))).df()
        # Every cell of a CSV file stays text, so that the protocol alone decides what it means.
        return pd.DataFrame(columns_of(path.read_bytes()), dtype=object)
    except InvalidError as wrong:
        raise GivenError({"source": str(wrong)}) from wrong
    except duckdb.Error as wrong:
        raise GivenError(
            {"source": _("The file cannot be read: it is damaged, or of another kind than its name says.")}
        ) from wrong


def from_duckdb(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    """Return one table of an open DuckDB file."""
    tables = [str(row[0]) for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
    wanted = table or (tables[0] if len(tables) == 1 else "")
    if wanted not in tables:
        raise GivenError(
            {
                "source": _("Name the table after the file, as FILE#TABLE; it holds: {tables}.").format(
                    tables=", ".join(sorted(tables)) or _("no table")
                )
            }
        )
    return connection.table(quoted(wanted)).df()


def quoted(name: str) -> str:
    """Return the name of a table as SQL."""
    inside = name.replace('"', '""')
    return f'"{inside}"'


def from_postgresql(source: str) -> pd.DataFrame:
    """Return one table of a PostgreSQL database, named behind the address as URL#TABLE."""
    address, _hash, table = source.partition("#")
    try:
        import psycopg  # noqa: PLC0415 -- an extra: only hospitals that connect PostgreSQL need it
        from psycopg import sql  # noqa: PLC0415 -- as above
    except ImportError as absent:
        raise GivenError({"source": _("To read PostgreSQL, install: pip install 'hansa[postgres]'.")}) from absent
    if not table:
        raise GivenError({"source": _("Name the table after the address, as postgresql://HOST/DATABASE#TABLE.")})
    try:  # pragma: no cover -- reason: only tests with a PostgreSQL server come here
        with psycopg.connect(address, options="-c default_transaction_read_only=on") as connection:
            cursor = connection.execute(sql.SQL("select * from {}").format(sql.Identifier(*table.split("."))))
            names = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=names)
    except psycopg.Error as wrong:  # pragma: no cover -- reason: as above
        raise GivenError(
            {"source": _("The database did not give the table ({fault}).").format(fault=type(wrong).__name__)}
        ) from wrong


def keep(frame: pd.DataFrame, *, table: str) -> str:
    """Copy rows into the node's DuckDB file; return a hash of them."""
    if frame.empty or not len(frame.columns):
        raise GivenError({"source": _("There are no rows in it.")})
    if len({str(name).casefold() for name in frame.columns}) < len(frame.columns):
        raise GivenError({"source": _("Two columns differ only in capital letters; give each its own name.")})
    try:
        with store() as connection:
            connection.register("incoming", as_text(frame))
            connection.table("incoming").create(quoted(table))
    except duckdb.Error as wrong:
        raise RefusedError(
            _("The rows could not be written to this node's research data; its disk may be full."),
            _("Nothing is lost: add them again when its administrator has made room."),
        ) from wrong
    hashed = hashlib.sha256(pd.util.hash_pandas_object(frame.astype(str), index=True).to_numpy().tobytes())
    return f"sha256:{hashed.hexdigest()}"


def drop(table: str) -> None:
    """Remove the copied rows of a dataset."""
    with store() as connection:
        connection.execute(f"drop table if exists {quoted(table)}")


def rows(table: str) -> pd.DataFrame:
    """Return the copied rows of a dataset, in the order in which they came."""
    with store() as connection:
        try:
            # Scanned in the order in which they were written, which DuckDB keeps unless told otherwise.
            return connection.table(quoted(table)).df()
        except duckdb.CatalogException as absent:
            raise RefusedError(
                _("The rows of these data are not on this node; it may have been restored without them."),
                _("Remove the dataset and connect the data again."),
            ) from absent


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with each column of mixed values as text, which DuckDB would otherwise guess a type for."""
    mixed = [name for name in frame.columns if frame[name].dtype == object]
    return frame.assign(
        **{name: frame[name].map(lambda value: value if pd.isna(value) else str(value)) for name in mixed}
    )


def profile(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what a steward sees of each column: type, missing, distinct; no value of anybody."""
    return [
        {
            "name": str(name),
            "type": kind(column),
            "missing": int((column.isna() | (column.astype(str).str.strip() == "")).sum()),
            "distinct": int(column.nunique()),
        }
        for name, column in frame.items()
    ]


def kind(column: "pd.Series[Any]") -> str:
    """Return whether a column looks like numbers or like words."""
    given = column.dropna().astype(str).str.strip()
    given = given[given != ""]
    is_number = len(given) > 0 and pd.to_numeric(given, errors="coerce").notna().all()
    return "number" if is_number else "text"
