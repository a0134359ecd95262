import pytest

from hansa.cli.demo import cohort, pooled
from hansa.cli.demo.story import HERE
from hansa.lib.statistics import programme, protocol
from hansa.lib.statistics.reading import read


@pytest.fixture(scope="module")
def rows():
    return cohort.read()


@pytest.fixture(scope="module")
def result(rows):
    asked = protocol.parse((HERE / "protocol.yaml").read_text(encoding="utf-8"))
    columns = {name: [row[column] for row in rows] for name, column in cohort.MAPPING.items()}
    return programme.rehearse(asked, {"all": read(columns, protocol=asked).sound_table()})


@pytest.mark.filterwarnings("ignore")
def test_compute_agrees_with_hansa_s_own_estimators(rows, result):
    found = pooled.compute(rows, result=result)

    own = {one["name"]: {term["name"]: term for term in one.get("terms", [])} for one in result["analyses"]}
    for name in ("adjusted", "recurrence"):
        assert set(found.estimates[name]) == set(own[name])
        for term, value in found.estimates[name].items():
            assert value == pytest.approx(own[name][term]["estimate"], abs=1e-8)
            assert found.standard_errors[name][term] == pytest.approx(own[name][term]["standard_error"], abs=1e-8)
    chi_square = result["analyses"][1]["log_rank"]["chi_square"]
    assert found.estimates["survival"]["log-rank chi-square"] == pytest.approx(chi_square, abs=1e-8)


def test_compute_says_which_program_gave_each(rows, result, monkeypatch):
    monkeypatch.setattr(pooled, "find_spec", lambda _name: None)
    made = pooled.Pooled()

    pooled.logistic(made, rows, analysis=result["analyses"][3])

    assert made.programs == {"recurrence": "hansa, on one table"}
    assert list(made.estimates["recurrence"].values()) == [t["estimate"] for t in result["analyses"][3]["terms"]]
