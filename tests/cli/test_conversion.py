import duckdb
import pytest

from tests.lib.fhir.samples import PATIENTS, RESOURCES, bundle, lines

CONCEPT = (
    "concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code"
    " valid_start_date valid_end_date invalid_reason"
).replace(" ", "\t")


@pytest.fixture
def export(tmp_path):
    (tmp_path / "all.json").write_text(bundle(*PATIENTS))
    (tmp_path / "Condition.ndjson").write_text(lines(*RESOURCES) + "broken\n")
    athena = tmp_path / "athena"
    athena.mkdir()
    row = '10\tBleeding "acute"\tCondition\tSNOMED\tFinding\tS\t1\t19700101\t20991231\t'
    (athena / "CONCEPT.csv").write_text(f"{CONCEPT}\n{row}\n")
    return tmp_path


def test_convert_writes_an_omop_database_and_says_what_it_could_not_map(hansa, export):
    said = hansa(
        *("data", "convert", str(export / "all.json"), str(export / "Condition.ndjson")),
        *("--to", str(export / "omop.duckdb"), "--vocabulary", str(export / "athena")),
    )

    assert said.code == 0, said.err
    assert "1 of Condition have a code that the vocabulary does not know" in said.out
    assert "Condition.ndjson, line 10 is no FHIR resource" in said.out
    with duckdb.connect(export / "omop.duckdb", read_only=True) as connection:
        assert connection.execute("select condition_concept_id from condition_occurrence order by 1").fetchall() == [
            (0,),
            (10,),
        ]


def test_convert_without_a_vocabulary_keeps_every_code_as_unknown(hansa, export):
    said = hansa("data", "convert", str(export / "Condition.ndjson"), "--to", str(export / "o.duckdb"), "--json")

    assert said.json["rows"] == {}
    assert said.json["left_out"]["Condition"] == 2
    assert said.json["no_resource"] == ["Condition.ndjson, line 10"]


def test_convert_writes_over_nothing_and_leaves_nothing_half_done(hansa, export):
    there = export / "there.duckdb"
    there.write_text("mine")

    over = hansa("data", "convert", str(export / "all.json"), "--to", str(there))
    absent = hansa("data", "convert", str(export / "absent.json"), "--to", str(export / "new.duckdb"))
    empty = hansa(
        *("data", "convert", str(export / "all.json"), "--to", str(export / "new.duckdb")),
        *("--vocabulary", str(export)),
    )

    assert (over.code, absent.code, empty.code) == (2, 2, 2)
    assert there.read_text() == "mine"
    assert not (export / "new.duckdb").exists()
    assert "has no CONCEPT.csv" in empty.err
