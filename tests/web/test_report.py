"""The report of a released study: page, paper, archive."""

import io
import json
import zipfile

import pytest
from django.utils import translation
from pypdf import PdfReader

from hansa.areas.studies.states import State
from hansa.web import report
from hansa.web.kinds.registry import of
from hansa.web.methods import methods
from tests.web.results import AGREEMENT, COX, EFFECT, GAUSSIAN, RATES, SURVIVAL, TABLE_ONE

PROTOCOL = {"disclosure": {"minimum_cell": 5}, "data": {"target": "users", "cohorts": {}, "variables": {}}}


def address(house, state=State.RELEASED, *, form="report/"):
    return f"/studies/{house.studies[state].pk}/{form}"


def words_of(content):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def test_report_tells_who_was_studied_how_and_how_to_verify(signed_in, house):
    client = signed_in("investigator")

    told = client.get(address(house)).content.decode()

    for words in (
        "Who was studied",
        "Sensitivity analyses",
        "Methods",
        "Kaplan and Meier (1958)",
        "How to verify",
        "hansa verify FILE",
    ):
        assert words in told
    assert "Karolinska Institutet" in told
    assert address(house) in client.get(address(house, form="")).content.decode()


@pytest.mark.parametrize("form", ["report/", "report.pdf", "report.zip"])
def test_report_is_only_there_once_the_result_is_released(signed_in, house, form):
    client = signed_in("investigator", "steward")

    found = [client.get(address(house, state, form=form)).status_code for state in (State.RELEASED, State.REVIEW)]

    assert found == [200, 404]


def test_report_is_for_those_who_may_read_studies(client, signed_in, house):
    assert client.get(address(house)).status_code == 302
    assert signed_in("participant").get(address(house)).status_code in (403, 404)


@pytest.mark.parametrize("language", ["en", "de", "sv"])
def test_paper_says_what_the_page_says(signed_in, house, language):
    client = signed_in("investigator", language=language)

    answer = client.get(address(house, form="report.pdf"))
    again = client.get(address(house, form="report.pdf"))

    told = words_of(answer.content)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content == again.content
    assert house.studies[State.RELEASED].title[:20] in told
    assert {"en": "Methods", "de": "Methoden", "sv": "Metoder"}[language] in told
    assert "sha256:" in told
    assert {"en": "Sensitivity analyses", "de": "Sensitivitätsanalysen", "sv": "Känslighetsanalyser"}[language] in told


def test_archive_describes_itself_as_a_five_safes_crate(signed_in, house):
    client = signed_in("investigator")

    content = client.get(address(house, form="report.zip")).content

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        described = json.loads(archive.read("ro-crate-metadata.json"))
        inside = {name: len(archive.read(name)) for name in archive.namelist()}
    graph = {entity["@id"]: entity for entity in described["@graph"]}
    root = graph["./"]
    assert graph["ro-crate-metadata.json"]["conformsTo"]["@id"] == "https://w3id.org/ro/crate/1.2"
    assert root["conformsTo"]["@id"] == "https://w3id.org/5s-crate/0.4"
    for part in root["hasPart"]:
        assert graph[part["@id"]]["contentSize"] == str(inside[part["@id"]])
    assert {*inside} == {"ro-crate-metadata.json", *(part["@id"] for part in root["hasPart"])}
    phases = [entity["additionalType"]["@id"] for entity in graph.values() if entity["@type"] == "AssessAction"]
    assert {phase.rpartition("#")[2] for phase in phases} == {"ValidationPhase", "SignOff", "DisclosureCheck"}


def test_every_kind_of_analysis_has_its_methods_with_a_source():
    analyses = {
        "Austin 2009": {**TABLE_ONE, "comparisons": [{}]},
        "Mantel 1966": {**SURVIVAL, "grid": {"step": 30.0}},
        "Garwood 1936": {**RATES, "kind": "incidence"},
        "Nelder and Wedderburn 1972": {**GAUSSIAN, "formula": "y ~ x"},
        "Efron (1977)": {**COX, "ties": "efron"},
        "Viechtbauer 2005": {**AGREEMENT, "kind": "meta_analysis"},
        "Rosenbaum 1987": EFFECT,
    }

    with translation.override("en"):
        told = {source: " ".join(of(analysis).methods(analysis)) for source, analysis in analyses.items()}

    assert [source for source, sentence in told.items() if source not in sentence] == []


def test_methods_say_that_cohorts_were_looked_for():
    with translation.override("en"):
        told = methods({"rounds": 3, "analyses": []}, {**PROTOCOL, "data": {"cohorts": {"users": {}}}})

    assert "OHDSI cohort expressions" in " ".join(told)


def test_flow_begins_with_the_cohort_and_ends_with_the_event():
    result = {"rows": 120, "complete": 100, "analyses": [{**SURVIVAL, "groups": []}, SURVIVAL]}

    with translation.override("en"):
        steps = report.flow(result, PROTOCOL)

    assert steps[0] == ("persons in the cohort users", "120")
    assert steps[1][1] == "100"
    assert len(steps) == 3


def test_flow_tells_what_each_rule_left():
    cohort = {"InclusionRules": [{"name": "Adult"}, {"name": "No ulcer"}, {}]}
    result = {"rows": 120, "complete": 100, "analyses": [], "entering": [300, 200, None, 120]}
    protocol = {"data": {"target": "users", "cohorts": {"users": cohort}, "variables": {}}}

    with translation.override("en"):
        told = report.flow(result, protocol)

    assert [words for words, _number in told[:3]] == ["persons who enter", "after the rule: Adult", "after the rule: 3"]
    assert [number for _words, number in told] == ["300", "200", "120", "120", "100"]
