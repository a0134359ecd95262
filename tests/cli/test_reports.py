import zipfile

import pytest

from hansa.areas.studies.states import State
from tests.web import house as build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studies(person):
    build.partners()
    agreement = build.agreement()
    person("investigator", username="clara")
    return {state: build.study(agreement, state) for state in (State.RELEASED, State.REVIEW)}


def test_report_is_written_as_a_pdf_and_as_an_archive(hansa, studies, tmp_path):
    key = str(studies[State.RELEASED].pk)

    paper = hansa("studies", "report", key, str(tmp_path / "report.pdf"), "--by", "clara")
    archive = hansa("studies", "report", key, str(tmp_path / "study.zip"), "--by", "clara")

    assert (paper.code, archive.code) == (0, 0), (paper.err, archive.err)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    with zipfile.ZipFile(tmp_path / "study.zip") as written:
        assert "ro-crate-metadata.json" in written.namelist()


def test_report_of_a_study_without_a_released_result_is_refused(hansa, studies, tmp_path):
    said = hansa("studies", "report", str(studies[State.REVIEW].pk), str(tmp_path / "report.pdf"), "--by", "clara")

    assert said.code == 1
    assert "no released result" in said.err


def test_report_needs_a_name_that_says_which_kind_it_is(hansa, studies, tmp_path):
    said = hansa("studies", "report", str(studies[State.RELEASED].pk), str(tmp_path / "report.doc"), "--by", "clara")

    assert said.code == 2
    assert "neither a PDF nor a zip file" in said.err
