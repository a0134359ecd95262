import json

import pytest

from hansa.areas.studies.states import State
from hansa.kernel import bundles
from hansa.lib.bundle import Check, Report
from tests.web import abroad, house

pytestmark = pytest.mark.django_db


def test_export_writes_a_file_that_verify_reads(hansa, tmp_path):
    house.partners()
    study = house.study(house.agreement(), State.RELEASED)
    file = tmp_path / "study.json"

    exported = hansa("studies", "export", str(study.pk), str(file))
    verified = hansa("verify", str(file))

    assert exported.code == 0, exported.err
    assert f"hansa verify {file}" in exported.out
    # A study put in place by a test has no letters, and the bundle says so.
    assert verified.code == 1
    assert verified.err.startswith("study.json does not hold: ")


def test_export_writes_a_stay_too(hansa, tmp_path, person):
    house.partners()
    stay = next(iter(abroad.fill(house.agreement(), person("officer")).stays.values()))
    file = tmp_path / "stay.json"

    exported = hansa("mobilities", "export", str(stay.pk), str(file))

    assert exported.code == 0, exported.err
    assert json.loads(file.read_bytes())["record"] == stay.urn


def test_verify_tells_every_check(hansa, tmp_path, monkeypatch):
    file = tmp_path / "study.json"
    file.write_text("{}", encoding="utf-8")
    report = Report((Check("letters", "Every letter was signed", "holds", "48 letters"),))
    monkeypatch.setattr(bundles, "verify", lambda _data, trusted: report)

    said = hansa("verify", str(file), "--trust", "AAAA-BBBB")

    assert said.code == 0
    assert "48 letters" in said.out


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), (b"no bundle", "")])
def test_verify_says_what_is_no_bundle(hansa, tmp_path, content, words):
    file = tmp_path / "study.json"
    if content is not None:
        file.write_bytes(content)

    said = hansa("verify", str(file))

    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err
