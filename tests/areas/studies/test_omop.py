"""OMOP databases: connected, extracted from, recognised again, removed."""

import stat
import sys

import duckdb
import pytest

from hansa.areas.studies import actions, guards, omop, views, weighing
from hansa.areas.studies.models import Dataset
from hansa.kernel import jobs
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.models import Job
from hansa.lib.errors import RefusedError
from hansa.lib.omop.tables import COLUMNS, kind
from hansa.lib.row_sets import RowSet
from hansa.lib.statistics import protocol as protocols
from tests.areas.studies.databases import PEOPLE, VARIABLES, cohort_protocol, connect, database, folder, tables
from tests.areas.studies.scene import PROTOCOL, rows_of
from tests.conftest import given
from tests.postgres import postgres


def files():
    """Return the databases that the node holds."""
    return sorted(own().directory.glob("omop_*"))


@pytest.fixture
def connected(two, tmp_path):
    """Return a scene whose node has a database."""
    connect(two, database(tmp_path / "omop.duckdb"))
    return two


def test_add_copies_an_omop_database_into_a_file_of_the_node(two, tmp_path):
    dataset = connect(two, database(tmp_path / "omop.duckdb"))

    held = omop.file_of(dataset.table)
    assert (dataset.kind, dataset.rows, dataset.source) == ("omop", PEOPLE, "omop.duckdb")
    assert stat.S_IMODE(held.stat().st_mode) == 0o600
    told = {row["name"]: (row["rows"], row["persons"]) for row in dataset.profile}
    assert told["person"] == (PEOPLE, PEOPLE)
    assert told["condition_occurrence"] == (PEOPLE // 2, PEOPLE // 2)
    assert told["concept"] == (2, None)
    assert told["measurement"] == (0, 0)


@pytest.mark.parametrize("write", [folder, lambda place: folder(place, packed=False)])
def test_add_reads_a_folder_of_csv_files(two, tmp_path, write):
    assert connect(two, write(tmp_path / "o'mop")).rows == PEOPLE


def test_add_reads_parquet_files_beside_csv_files(two, tmp_path):
    place = folder(tmp_path / "omop")
    source = place / "PERSON.csv.gz"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from read_csv('{source}')) to '{place / 'person.parquet'}'")
    source.unlink()

    assert connect(two, place).rows == PEOPLE


def test_add_reads_a_schema_of_a_duckdb_file(two, tmp_path):
    source = database(tmp_path / "omop.duckdb", schema="cdm")

    assert connect(two, f"{source}#cdm").rows == PEOPLE


def test_add_leaves_out_columns_that_identify(two, tmp_path):
    made = tables()
    for row in made["person"]:
        row["person_source_value"] = "secret"

    dataset = connect(two, folder(tmp_path / "omop", made))

    with duckdb.connect(omop.file_of(dataset.table), read_only=True) as connection:
        assert "person_source_value" not in {row[0] for row in connection.execute("describe person").fetchall()}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda made: made.pop("concept"), "The OMOP database lacks: concept."),
        (lambda made: made["person"].append(made["person"][0]), "names somebody twice"),
        (lambda made: made["person"].clear(), "The table person is empty"),
        (
            lambda made: made["condition_occurrence"][0].update(condition_start_date="yesterday"),
            "condition_occurrence.condition_start_date is no date in 1 rows.",
        ),
    ],
)
def test_add_says_what_is_wrong_with_an_omop_database_and_leaves_nothing(two, tmp_path, spoil, told):
    made, before = tables(), files()
    spoil(made)

    with pytest.raises(GivenError, match=told):
        connect(two, folder(tmp_path / "omop", made))

    assert files() == before
    assert not Dataset.objects.exists()


def test_add_refuses_a_file_that_is_no_database(two, tmp_path):
    (tmp_path / "omop.txt").write_text("no")
    place = folder(tmp_path / "omop")
    (place / "PERSON.csv.gz").write_bytes(b"\x1f\x8bno")

    with pytest.raises(GivenError, match="Hansa reads an OMOP database from"):
        connect(two, tmp_path / "omop.txt")
    with pytest.raises(GivenError, match="a file is damaged"):
        connect(two, place)


def test_add_says_what_to_install_for_postgresql(two, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(GivenError, match="pip install"):
        connect(two, "postgresql://host/db#cdm")


def test_add_copies_a_schema_of_postgresql(two, tmp_path):
    import psycopg

    address = postgres()
    with psycopg.connect(address) as connection:
        connection.execute("drop schema if exists cdm cascade")
        connection.execute("create schema cdm")
        for table, rows in tables().items():
            columns = ", ".join(f"{name} {kind(name).replace('double', 'float8')}" for name in COLUMNS[table])
            connection.execute(f"create table cdm.{table} ({columns})")
            for row in rows:
                marks, names = ", ".join("%s" for _name in row), ", ".join(row)
                connection.execute(f"insert into cdm.{table} ({names}) values ({marks})", list(row.values()))

    dataset = connect(two, f"{address}#cdm")

    assert (dataset.rows, "@" in dataset.source) == (PEOPLE, False)
    with pytest.raises(GivenError, match="The OMOP database lacks"):
        connect(two, f"{address}#nothing", "other")
    with pytest.raises(GivenError, match="did not give the table"):
        connect(two, f"{address}x#cdm", "other")


def test_people_keep_their_number_in_a_newer_state_of_the_same_database(two, tmp_path):
    first = connect(two, database(tmp_path / "one.duckdb"))
    grown = tables()
    more = tables(10, first=1000)
    newer = connect(two, database(tmp_path / "two.duckdb", {name: [*more[name], *grown[name]] for name in grown}), "b")
    other = connect(two, database(tmp_path / "three.duckdb", tables(50, first=5000)), "c")

    asked = protocols.parse(cohort_protocol())
    places = [omop.places(omop.extract(dataset, asked)) for dataset in (first, newer, other)]
    assert first.digest == newer.digest != other.digest
    assert places[1][:PEOPLE].tolist() == places[0].tolist() == list(range(PEOPLE))
    assert places[1][PEOPLE:].tolist() == list(range(PEOPLE, PEOPLE + 10))
    assert places[2].tolist() == list(range(50))


def test_study_of_cohorts_runs_to_the_end(connected):
    study = connected.propose(cohort_protocol())
    for side in connected.sides:
        side.rows = rows_of(1)

    connected.approved_by_all(study)
    connected.lead_to_the_end()

    assert connected.study.state == "review"
    assert connected.study.result["result"]["rows"] == 2 * PEOPLE
    (remembered,) = connected.study.past_release.rows.split()
    assert RowSet.from_text(remembered).chosen(PEOPLE).all()


def test_approve_refuses_a_table_for_cohorts_and_a_database_without_them(connected):
    connected.dataset("rows")
    of_cohorts, of_rows = connected.propose(cohort_protocol()), connected.propose(PROTOCOL)

    with pytest.raises(GivenError, match="choose an OMOP database"):
        actions.approve(of_cohorts, by=connected.people["steward"], dataset="rows")
    with pytest.raises(GivenError, match="choose a table"):
        actions.approve(of_rows, by=connected.people["steward"], dataset="data")


def test_approve_refuses_where_nobody_is_in_the_cohort(two, tmp_path):
    connect(two, database(tmp_path / "omop.duckdb", tables(drug=99)))
    study = two.propose(cohort_protocol())

    with pytest.raises(RefusedError, match="Nobody here is in the cohort"):
        two.approve(study)


def test_approve_refuses_where_the_file_is_gone(connected):
    omop.file_of(Dataset.objects.get().table).unlink()
    study = connected.propose(cohort_protocol())

    with pytest.raises(RefusedError, match="restored without them"):
        connected.approve(study)


def test_proposal_looks_for_its_cohorts_so_that_the_steward_finds_them_weighed(connected):
    steward = connected.people["steward"]
    connected.proposed(cohort_protocol())
    study = connected.study

    before = views.detail(study, steward)["weighed"]
    jobs.run_due()
    after = views.detail(study, steward)["weighed"]

    assert before[0]["sentences"] == ["The cohorts are being looked for in these data; look again in a moment."]
    assert after[0]["sentences"][0] == f"The analyses use {PEOPLE} persons."
    assert weighing.fitting(study) == [Dataset.objects.get()]


def test_looking_for_cohorts_is_no_longer_needed_once_the_data_are_removed(connected):
    connected.propose(cohort_protocol())
    dataset = Dataset.objects.get()
    actions.remove(dataset, by=connected.people["steward"])

    jobs.run_due()

    assert not omop.file_of(dataset.table).exists()
    assert not Job.objects.exclude(state="done").filter(kind=guards.EXTRACT).exists()


def test_removed_database_takes_its_extracts_with_it(connected):
    dataset = Dataset.objects.get()
    asked = protocols.parse(cohort_protocol())
    name = omop.extract(dataset, asked)
    assert omop.attrition(dataset, asked) == [(-1, PEOPLE), (0, PEOPLE)]

    omop.drop(dataset.table)

    assert not omop.is_extracted(dataset, asked)
    with omop.store() as connection:
        left = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert [row[0] for row in left if name in row[0]] == []
    assert (omop.PEOPLE,) in left


def test_extract_is_made_once_for_the_same_definitions(connected):
    dataset = Dataset.objects.get()
    one = omop.extract(dataset, protocols.parse(cohort_protocol()))
    again = omop.extract(dataset, protocols.parse(cohort_protocol()))
    other = omop.extract(dataset, protocols.parse(cohort_protocol(variables={**VARIABLES, "sex": {
        "type": "category", "levels": ["female", "male"], "omop": {"take": "sex"}}})))  # fmt: skip

    assert one == again != other


def test_extract_is_not_made_twice_by_two_who_ask_at_once(connected, monkeypatch):
    dataset, asked = Dataset.objects.get(), protocols.parse(cohort_protocol())
    answers = iter([False, True])
    monkeypatch.setattr(omop, "is_extracted", lambda *_given: next(answers))

    name = omop.extract(dataset, asked)

    with omop.store() as connection:
        assert (name,) not in connection.execute("select table_name from duckdb_tables()").fetchall()


def test_page_of_a_database_shows_its_versions_once_it_is_checked(connected):
    steward = connected.people["steward"]
    before = views.detail(Dataset.objects.get(), steward)
    jobs.run_due()

    after = views.detail(Dataset.objects.get(), steward)

    assert set(after["versions"]) == {"cdm", "vocabulary_told", "vocabulary"}
    assert before["versions"] in ({}, after["versions"])


def test_page_of_a_removed_database_can_still_be_read(connected):
    dataset = Dataset.objects.get()
    actions.remove(dataset, by=connected.people["steward"])
    jobs.run_due()

    assert views.detail(Dataset.objects.get(), connected.people["steward"])["past"].count() == 0


def test_rows_lie_ready_only_where_their_attrition_does(connected, monkeypatch):
    dataset, protocol = Dataset.objects.get(), protocols.parse(cohort_protocol())

    def killed(*_given, **_named):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(omop, "keep", killed)
        with pytest.raises(SystemExit):
            omop.extract(dataset, protocol)
    ready = omop.is_extracted(dataset, protocol)
    omop.extract(dataset, protocol)

    assert not ready
    assert omop.is_extracted(dataset, protocol)
    assert omop.attrition(dataset, protocol)


def test_form_offers_what_fits_the_study(connected):
    connected.dataset("rows")
    of_cohorts, of_rows = connected.propose(cohort_protocol()), connected.propose(PROTOCOL)

    def offered(study):
        asked = views.Asked(record=study, person=connected.people["steward"], given={})
        return [name for name, _words in views.choices("studies.approve", asked)["dataset"]]

    assert (offered(of_cohorts), offered(of_rows)) == (["data"], ["rows"])
    with given():
        assert len(views.choices("studies.approve")["dataset"]) == 2


def test_database_that_is_only_tried_leaves_nothing_behind(two, tmp_path):
    before = set(own().directory.iterdir())

    found = omop.tried(str(database(tmp_path / "omop.duckdb")))

    assert found["hansa"] == "data-check/1"
    assert found["passed"] + found["failed"] == len(found["checks"])
    assert set(own().directory.iterdir()) == before
