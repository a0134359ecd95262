import pytest

from hansa.cli.demo import programme
from hansa.cli.demo.outcome import Outcome
from tests.web.results import COX, SURVIVAL


@pytest.fixture
def outcome():
    made = Outcome(
        result={"analyses": [SURVIVAL, COX], "rounds": 9, "rows": 100, "sites": 3},
        seconds=7.12345,
        sent={"Charité": {"letters": 26, "bytes": 1234}},
        addresses={"Charité": "http://127.0.0.1:8701/"},
    )
    made.pooled.add("adjusted", by="R", estimates={"age": 3.5}, errors={"age": 1.0})
    made.pooled.add("rfs", by="R", estimates={"log-rank chi-square": 8.56})
    return made


def test_difference_is_joint_minus_pooled(outcome):
    assert outcome.difference == {"adjusted": {"age": 0.5}, "rfs": {"log-rank chi-square": 0.0}}


def test_to_json_holds_everything(outcome):
    told = outcome.to_json()

    assert told["estimates"]["adjusted"]["age"] == 4.0
    assert told["standard_errors"] == {"adjusted": {"hormone[yes]": 0.13, "age": 1.0}}
    assert told["pooled_standard_errors"] == {"adjusted": {"age": 1.0}}
    assert (told["bytes"], told["letters"]) == ({"Charité": 1234}, {"Charité": 26})
    assert (told["rounds"], told["seconds"], told["rows"], told["sites"]) == (9, 7.123, 100, 3)


def test_tables_show_joint_beside_pooled(outcome, capsys):
    programme.tables(outcome)

    told = capsys.readouterr().out
    for words in ("4.00000000", "3.50000000", "5.0e-01", "1,234", "http://127.0.0.1:8701/", "9 rounds: 7.1 s"):
        assert words in told
