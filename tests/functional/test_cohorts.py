"""A study of cohorts on three hospitals' OMOP databases, by the pages alone."""

import json
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from hansa.areas.studies.rounds import alike
from hansa.cli.demo import omop
from hansa.cli.demo.cast import HOUSES
from hansa.cli.demo.story import HERE
from hansa.lib.omop.running import run
from hansa.lib.omop.tables import COLUMNS
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.cohort_data import extraction_of
from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.reading import read
from tests.conformance import conformance
from tests.functional.visitors import Visitor
from tests.lib.cohorts.gibleed import loaded
from tests.patience import until

PROTOCOL = (HERE / "cohorts.yaml").read_text(encoding="utf-8").replace("DUO:0000007", "DUO:0000042")
PROTOCOL = PROTOCOL.replace("minimum_cell: 5", "minimum_cell: 10")
# Persons of GiBleed at each hospital, by the last digit of their number.
PARTS = ("01234", "567", "89")


def gibleed(folder: Path) -> list[Path]:
    """Return OHDSI's example data set, divided unevenly over three files."""
    source = conformance("omop") / "gibleed"
    files = [folder / f"gibleed-{place}.duckdb" for place in range(len(PARTS))]
    with duckdb.connect() as connection:
        loaded(connection, source)
        tables = [str(name) for (name,) in connection.execute("show tables").fetchall()]
        for file, digits in zip(files, PARTS, strict=True):
            connection.execute(f"attach '{file}' as part")
            for table in tables:
                chosen = (
                    f"where right(person_id::varchar, 1) in {tuple(digits)}" if has_people(connection, table) else ""
                )
                connection.execute(f"create table part.{table} as select * from {table} {chosen}")
            connection.execute("detach part")
    return files


def has_people(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return "person_id" in {str(row[0]) for row in connection.execute(f"describe {table}").fetchall()}


def made_up(folder: Path) -> list[Path]:
    """Return the databases that the project makes up itself."""
    files = omop.write(folder)
    return [files[role.key] for role in HOUSES]


def pooled(files: list[Path]) -> dict:
    """Return the result over all databases put together as one, computed in this process."""
    asked = protocols.parse(PROTOCOL)
    with duckdb.connect() as connection:
        for place, file in enumerate(files):
            connection.execute(f"attach '{file}' as part{place} (read_only)")
        for table in COLUMNS:
            parts = [place for place in range(len(files)) if exists(connection, place, table)]
            whole = " union ".join(f"select * from part{place}.{table}" for place in parts)
            connection.execute(
                f"create table {table} as {whole}" if parts else f"create table {table} (person_id bigint)"
            )
        found = run(extraction_of(asked), connection)
    columns = {name: [row[place + 1] for row in found.rows] for place, name in enumerate(asked.variables)}
    entering = tuple(persons for _rule, persons in found.attrition)
    return rehearse(asked, {"all": replace(read(columns, protocol=asked).sound_table(), entering=entering)})


def places(result: dict) -> dict:
    """Return the analyses of a result by name."""
    return {one["name"]: one for one in result["analyses"]}


def joint(result: dict) -> list:
    """Return the analyses that do not look at each hospital alone."""
    return [one for one in result["analyses"] if one["kind"] != "meta_analysis"]


def exists(connection: duckdb.DuckDBPyConnection, place: int, table: str) -> bool:
    found = "select 1 from duckdb_tables() where database_name = ? and table_name = ?"
    return connection.execute(found, [f"part{place}", table]).fetchone() is not None


@pytest.fixture
def visit():
    """Return how somebody begins to use a node by its pages."""
    there: list[Visitor] = []

    def begin(node, role):
        there.append(Visitor(node, role))
        return there[-1]

    yield begin
    for visitor in there:
        visitor.line.close()


@pytest.mark.parametrize("source", [gibleed, made_up])
def test_study_of_cohorts_runs_through_the_pages_alone(alliance, visit, tmp_path, source):
    files = source(tmp_path / "omop" if source is made_up else tmp_path)
    stewards = [visit(node, "steward") for node in alliance.nodes]
    investigator = visit(alliance.lead, "investigator")

    for steward, file in zip(stewards, files, strict=True):
        told = steward.fill("/datasets/add/", name="omop", source=str(file), kind="omop")
        assert "Data model" in told
        assert "condition_occurrence" in told
    investigator.fill("/studies/propose/", protocol=PROTOCOL)
    page = investigator.at
    for node, steward in zip(alliance.nodes, stewards, strict=True):
        until(lambda steward=steward: steward.line.get(steward.address + page).status_code == 200, what=node.name)
        until(lambda steward=steward: "The smallest group" in steward.see(page), what=f"the worst at {node.name}")
        assert "Done" in steward.fill(f"{page}approve/", dataset="omop")
    for node, steward in zip(alliance.nodes, stewards, strict=True):
        until(lambda steward=steward: "signed it" in steward.see(page), what=f"the result at {node.name}")

    study = f"urn:hansa:studies:{page.strip('/').rpartition('/')[2]}"
    results = [node.study(study)["result"]["result"] for node in alliance.nodes]
    expected = {**pooled(files), "study": study, "sites": 3}
    assert results == [results[0]] * 3
    assert results[0]["entering"][0] >= results[0]["rows"]
    agreement, where = (places(result).pop("agreement") for result in (results[0], expected))
    assert [term["sites"] for term in agreement["terms"]] == [3] * 4
    assert [term["sites"] for term in where["terms"]] == [1] * 4
    assert alike({**results[0], "analyses": None}, {**expected, "analyses": None, "rounds": results[0]["rounds"]})
    assert alike(joint(results[0]), joint(expected))
    assert "Gastrointestinal bleeding" in stewards[0].see(page)


def test_hospitals_say_how_many_people_they_would_have(alliance, visit, tmp_path):
    files = made_up(tmp_path / "omop")
    investigator = visit(alliance.lead, "investigator")
    for node, file in zip(alliance.nodes[:2], files, strict=False):
        visit(node, "steward").fill("/datasets/add/", name="omop", source=str(file), kind="omop")
    cohort = json.dumps(protocols.parse(PROTOCOL).data.cohorts["new_users"])

    investigator.fill("/inquiries/ask/", title="New users", cohort=cohort, purpose="DUO:0000042", clause="4.6")
    page = investigator.at
    until(lambda: "answered" in investigator.see(page), what="every answer")

    told = investigator.see(page)
    assert "celecoxib or diclofenac: celecoxib (1118084), Diclofenac (1124300)" in told
    assert "Karolinska University Hospital No OMOP database is connected here." in told
    berlin, stockholm, both = map(int, re.search(r"aged 18 or more (\d+) (\d+) (\d+)", told).groups())
    assert (abs(berlin - 900) <= 10, abs(stockholm - 600) <= 10, both) == (True, True, berlin + stockholm)


def test_study_of_cohorts_is_refused_where_nobody_is_in_them(alliance, visit, tmp_path):
    files = made_up(tmp_path / "omop")
    steward, investigator = visit(alliance.lead, "steward"), visit(alliance.lead, "investigator")
    steward.fill("/datasets/add/", name="omop", source=str(files[0]), kind="omop")
    investigator.fill("/studies/propose/", protocol=PROTOCOL.replace("1118084", "1").replace("1124300", "2"))
    page = investigator.at

    told = steward.fill(f"{page}approve/", dataset="omop")

    assert "Nobody here is in the cohort that the study asks for." in told
