import csv

import pytest

from hansa.cli.demo import cohort
from hansa.cli.demo.cast import HOUSES
from hansa.lib.errors import InvalidError


def test_read_gives_every_patient_of_the_trial():
    rows = cohort.read()

    assert len(rows) == 686
    assert sum(int(row["cens"]) for row in rows) == 299
    assert set(cohort.MAPPING.values()) == set(rows[0])


def test_read_says_what_to_install(monkeypatch):
    monkeypatch.setattr(cohort, "find_spec", lambda _name: None)

    with pytest.raises(InvalidError, match="lifelines") as wrong:
        cohort.read()

    assert wrong.value.remedy == "pip install 'hansa[demo]'"


def test_split_gives_each_hospital_its_own_and_nobody_twice(tmp_path):
    rows = cohort.read()

    files = cohort.split(rows, tmp_path / "one")
    again = cohort.split(rows, tmp_path / "two")

    parts = [list(csv.DictReader(file.read_text(encoding="utf-8").splitlines())) for file in files.values()]
    assert [len(part) for part in parts] == [role.patients for role in HOUSES] == [343, 206, 137]
    key = lambda row: sorted(row.items())  # noqa: E731 -- a name for one comparison
    assert sorted((row for part in parts for row in part), key=key) == sorted(rows, key=key)
    assert [f.read_bytes() for f in files.values()] == [f.read_bytes() for f in again.values()]
