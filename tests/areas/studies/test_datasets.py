import os
import resource
import subprocess
import sys

import duckdb
import pandas as pd
import pytest

from hansa.areas.studies import actions, datasets
from hansa.areas.studies.models import Dataset
from hansa.kernel import jobs
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError, RefusedError
from tests.areas.studies.scene import csv, rows_of
from tests.postgres import postgres

FRAME = pd.DataFrame({"age": [41, 52], "event": ["1", None]})


def add(scene, source, name="registry"):
    return actions.add(Dataset(), by=scene.people["steward"], name=name, source=str(source))


def faults(scene, source, name="registry"):
    with pytest.raises(GivenError) as no:
        add(scene, source, name)
    assert not Dataset.objects.exists()
    return no.value.faults


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_file_is_copied_as_text(two, tmp_path, separator):
    path = tmp_path / "registry.tsv"
    path.write_text(f"age{separator}event\n041{separator}1\n{separator}0\n")

    made = add(two, path)

    assert (made.rows, made.source) == (2, "registry.tsv")
    assert datasets.rows(made.table).to_dict("list") == {"age": ["041", ""], "event": ["1", "0"]}
    assert made.profile == [
        {"name": "age", "type": "number", "missing": 1, "distinct": 2},
        {"name": "event", "type": "number", "missing": 0, "distinct": 2},
    ]


def test_parquet_file_is_copied_also_under_an_odd_name(two, tmp_path):
    path = tmp_path / "a*[b]?.parquet"
    for each in (path, tmp_path / "ab.parquet"):
        duckdb.from_df(FRAME).write_parquet(str(each))

    made = add(two, path)

    assert made.rows == 2
    assert datasets.rows(made.table)["age"].tolist() == [41, 52]


def duckdb_file(path, *tables):
    with duckdb.connect(path) as connection:
        connection.register("frame", FRAME)
        for table in tables:
            connection.table("frame").create(datasets.quoted(table))
    return path


@pytest.mark.parametrize("reads", ["", "one.csv"])
def test_opened_database_reaches_no_other_file_and_no_network(tmp_path, reads):
    (tmp_path / "one.csv").write_text("a\n1\n")
    (tmp_path / "other.csv").write_text("a\n1\n")

    with datasets.opened(reads=str(tmp_path / reads) if reads else "") as connection:
        for source in (tmp_path / "other.csv", "https://hansa.example/other.csv"):
            with pytest.raises(duckdb.PermissionException):
                connection.read_csv(str(source))
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            connection.execute("set enable_external_access = true")
        found = connection.read_csv(str(tmp_path / reads)).fetchall() if reads else []
        settings = connection.execute(
            "select value from duckdb_settings() where name like 'auto%_known_extensions'"
        ).fetchall()

    assert found == ([(1,)] if reads else [])
    assert settings == [("false",), ("false",)]


def test_duckdb_table_is_named_after_the_file_or_is_the_only_one(two, tmp_path):
    one = duckdb_file(tmp_path / "one.duckdb", "patients")
    many = duckdb_file(tmp_path / "many.db", "patients", 'odd" name')

    assert add(two, one, "one").rows == 2
    assert add(two, f'{many}#odd" name', "odd").rows == 2


def test_duckdb_file_with_several_tables_asks_for_one(two, tmp_path):
    many = duckdb_file(tmp_path / "many.db", "patients", "visits")
    none = duckdb_file(tmp_path / "none.db")

    assert "it holds: patients, visits" in faults(two, many)["source"]
    assert "it holds: no table" in faults(two, none)["source"]


def test_postgresql_table_is_copied_without_keeping_the_password(two):
    import psycopg

    address = postgres()
    with psycopg.connect(address) as connection:
        connection.execute("drop table if exists hansa_patients")
        connection.execute("create table hansa_patients (age numeric, event boolean)")
        connection.execute("insert into hansa_patients values (41.5, true), (null, false)")

    made = add(two, f"{address}#hansa_patients")

    assert made.rows == 2
    assert "@" not in made.source
    assert made.source.startswith("postgres")
    with pytest.raises(GivenError, match="did not give the table"):
        datasets.load(f"{address}#no_such_table")


def test_postgresql_asks_for_a_table_and_its_program(monkeypatch):
    with pytest.raises(GivenError, match="Name the table after the address"):
        datasets.load("postgresql://host/database")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(GivenError, match=r"pip install 'hansa\[postgres\]'"):
        datasets.load("postgresql://host/database#patients")


def test_broken_text_file_names_the_line_and_no_content(two, tmp_path):
    path = tmp_path / "broken.csv"
    path.write_text("age,event\n41,1\n42,1,secret\n")

    told = faults(two, path)["source"]

    assert "Line 3" in told
    assert "secret" not in told


def test_damaged_binary_file_is_said_to_be_damaged(two, tmp_path):
    path = tmp_path / "damaged.parquet"
    path.write_text("secret")

    told = faults(two, path)["source"]

    assert "damaged" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("source", "why"),
    [("/etc/passwd", "Hansa reads CSV"), ("../nowhere.csv", "no such file"), ("", "Hansa reads CSV")],
)
def test_source_that_is_no_data_file_is_refused(two, source, why):
    assert why in faults(two, source)["source"]


def test_files_of_the_node_itself_are_refused(two, tmp_path):
    two.dataset("data")
    link = tmp_path / "link.duckdb"
    link.symlink_to(own().directory / "research.duckdb")

    for path in (own().directory / "research.duckdb", link):
        with pytest.raises(GivenError, match="of the node itself"):
            datasets.load(str(path))


def test_file_beyond_the_limit_is_refused(two, tmp_path, monkeypatch):
    path = tmp_path / "huge.csv"
    path.touch()
    os.truncate(path, datasets.LARGEST_FILE + 1)

    assert "larger than 1 GiB" in faults(two, path)["source"]


@pytest.mark.parametrize("text", ["age\n", "age,Age\n1,2\n"])
def test_file_without_rows_or_with_ambiguous_names_is_refused(two, tmp_path, text):
    path = tmp_path / "odd.csv"
    path.write_text(text)

    assert set(faults(two, path)) == {"source"}


@pytest.mark.parametrize("name", ["../data", "a b", "x" * 61, "dätä"])
def test_odd_name_is_refused_before_anything_is_copied(two, tmp_path, name):
    path = tmp_path / "data.csv"
    path.write_text(csv(rows_of(1)))

    assert set(faults(two, path, name)) == {"name"}


def test_name_is_given_once(two, tmp_path):
    two.dataset("data")

    with pytest.raises(GivenError, match="name exists"):
        two.dataset("data")


def test_removed_data_are_deleted_by_a_job(two):
    made = two.dataset("data")

    actions.remove(made, by=two.people["steward"])
    jobs.run_due()

    assert made.state == "removed"
    with pytest.raises(RefusedError, match="not on this node"):
        datasets.rows(made.table)


def test_data_under_a_study_are_not_removed(two):
    made = two.dataset("data")
    two.approve(two.propose())

    with pytest.raises(RefusedError, match="Age and the event"):
        actions.remove(made, by=two.people["steward"])


def test_research_file_is_for_its_owner_alone(two):
    (own().directory / "research.duckdb").unlink(missing_ok=True)

    two.dataset("data")

    assert (own().directory / "research.duckdb").stat().st_mode & 0o777 == 0o600


def test_full_disk_is_told_and_leaves_no_table(two):
    two.dataset("data")
    path = datasets.research_file()
    before = resource.prlimit(0, resource.RLIMIT_FSIZE, (path.stat().st_size, resource.RLIM_INFINITY))
    try:
        with pytest.raises(RefusedError, match="disk may be full"):
            datasets.keep(pd.DataFrame({"age": range(200_000)}), table="d_unwritten")
    finally:
        resource.prlimit(0, resource.RLIMIT_FSIZE, before)

    with pytest.raises(RefusedError, match="not on this node"):
        datasets.rows("d_unwritten")


def test_records_are_called_by_what_people_know_them_by(two):
    assert (str(two.dataset("data")), str(two.propose())) == ("data", "Age and the event")


def test_store_waits_for_another_process_and_then_says_so(two, monkeypatch):
    two.dataset("data")
    monkeypatch.setattr(datasets, "PATIENCE", 0.2)
    path = str(datasets.research_file())
    code = f"import duckdb, sys; held = duckdb.connect({path!r}); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(InvalidError, match="Another process"):
            datasets.rows("d_any")
        other.communicate()

    assert datasets.rows(Dataset.objects.get().table).shape == (80, 2)


@pytest.mark.parametrize(
    ("column", "values", "why"),
    [
        ("age", ["17000"] * 60, "looks as if it were in"),
        ("age", ["old"] * 3 + ["40"] * 57, "not a number in 3 rows"),
        ("event", ["perhaps"] + ["1", "0"] * 29 + ["1"], "that the protocol does not name"),
        ("age", ["400"] + ["40"] * 59, "outside 18 to 100"),
    ],
)
def test_data_that_do_not_fit_are_told_to_the_steward_without_any_value(two, column, values, why):
    columns = {**rows_of(99, count=60), column: values}
    two.dataset(columns=columns)

    with pytest.raises(GivenError) as no:
        two.approve(two.propose())

    assert why in no.value.faults["dataset"]
    assert "perhaps" not in str(no.value).partition("The protocol reads")[0]


def test_unit_that_is_named_is_recalculated(two):
    columns = rows_of(99)
    two.dataset(columns={"alter": [str(int(value) * 365.25) for value in columns["age"]], "event": columns["event"]})

    approved = two.approve(two.propose(), mapping={"age": "alter"}, units={"age": "d"})

    assert approved.state == "approved"


def test_unknown_dataset_is_refused(two):
    study = two.propose()
    with pytest.raises(GivenError, match="no connected dataset"):
        two.approve(study)


def test_kind_of_a_column_is_told_from_its_values():
    words, empty = pd.Series(["x", None]), pd.Series([None, " "])

    assert [datasets.kind(column) for column in (words, empty, FRAME["age"])] == ["text", "text", "number"]


def test_source_is_described_without_user_and_password() -> None:
    assert datasets.described("postgresql://anna:secret@db.hospital.example/registry#cases") == (
        "postgresql://db.hospital.example/registry"
    )
