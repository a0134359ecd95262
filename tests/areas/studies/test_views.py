"""What the pages say of studies, as data; how it looks is tried in tests/web."""

import pytest
from django.utils import translation

from hansa.areas.studies import views
from hansa.areas.studies.states import State
from hansa.kernel.models import Verdict
from tests.web import house as build


@pytest.fixture
def agreement(db):
    build.partners()
    return build.agreement()


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def auditor(person):
    return person("auditor")


def notes(items):
    return [(item["state"], str(item.get("note", "")), item.get("who", "")) for item in items]


def test_waiting_names_what_each_role_decides(agreement, person):
    for state in State:
        build.study(agreement, state)

    found = {role: notes(views.waiting(person(role))) for role in ("steward", "coordinator", "auditor")}

    assert found == {
        "steward": [
            ("proposed", "Look at what would leave this hospital, then approve or decline.", ""),
            ("review", "Look at the result, then release it or withdraw.", ""),
        ],
        "coordinator": [("failed", "It stopped; start it again.", "")],
        "auditor": [],
    }


@pytest.mark.parametrize("role", ["steward", "coordinator", "auditor", "investigator"])
def test_waiting_count_is_the_number_of_lines(agreement, person, role):
    for state in State:
        build.study(agreement, state)
    signed = build.study(agreement, State.REVIEW)
    with build.given():
        build.decide(signed, build.BERLIN, verdict=Verdict.RELEASED)

    assert views.waiting_count(person(role)) == len(views.waiting(person(role)))


def test_waiting_leaves_out_what_this_institution_has_done(agreement, person):
    review = build.study(agreement, State.REVIEW)
    build.study(agreement, State.FAILED, lead=build.HOSPITAL)
    with build.given():
        build.decide(review, build.BERLIN, verdict=Verdict.RELEASED)

    assert views.waiting(person("steward", "coordinator")) == []


def test_running_names_for_whom_each_study_waits(agreement, auditor):
    everybody = "Charité – Universitätsmedizin Berlin, Karolinska Institutet, Karolinska University Hospital"
    for state in (State.PROPOSED, State.APPROVED, State.REVIEW):
        build.study(agreement, state)
    led, other = (build.study(agreement, State.RUNNING, lead=lead) for lead in (build.BERLIN, build.HOSPITAL))
    build.run_round(led, number=1, contributed=(build.BERLIN, build.INSTITUTET, build.HOSPITAL))
    build.run_round(led, number=2)
    build.run_round(other)

    found = {tuple(line) for line in notes(views.running(auditor))}

    assert found == {
        ("proposed", "", everybody),
        ("approved", "", ""),
        ("review", "", everybody),
        ("running", "round 2", "Karolinska Institutet, Karolinska University Hospital"),
        ("running", "round 1", "Karolinska University Hospital"),
    }


def test_running_counts_only_the_rounds_of_the_present_attempt(agreement, auditor):
    study = build.study(agreement, State.RUNNING)
    build.run_round(study, number=5)
    with build.given():
        study.attempt = 2
        study.save()

    assert notes(views.running(auditor)) == [
        ("running", "", "Charité – Universitätsmedizin Berlin, Karolinska Institutet, Karolinska University Hospital")
    ]


def test_produced_and_failed_tell_how_studies_ended(agreement, auditor):
    for state in State:
        build.study(agreement, state, trouble="It took too long." if state == State.FAILED else "")

    produced, failed = notes(views.produced(auditor)), notes(views.failed(auditor))

    assert produced == [("released", "Does hormone therapy lengthen the time to recurrence after an operation?", "")]
    assert sorted(failed) == [("declined", "", ""), ("failed", "It took too long.", "")]


def test_home_tells_nothing_of_studies_to_whoever_may_not_read_them(agreement, stranger):
    for state in State:
        build.study(agreement, state)

    assert [tell(stranger) for tell in (views.waiting, views.running, views.produced, views.failed)] == [[], [], [], []]


def test_choices_offer_connected_data_and_memoranda_in_force(agreement):
    build.dataset("gbsg2")

    assert views.choices("studies.approve") == {"dataset": [("gbsg2", "gbsg2, 228 rows")]}
    assert [value for value, _words in views.choices("studies.propose")["agreement"]] == ["", agreement.hash]
    assert views.choices("studies.decline") == {}


def test_detail_is_empty_for_records_of_other_areas(agreement, person):
    assert views.detail(agreement, person("auditor")) == {}


def test_detail_of_a_dataset_shows_its_columns(agreement, person):
    data = build.dataset()

    about = views.detail(data, person("steward"))

    assert (about["columns"], list(about["past"])) == (data.profile, [])


def test_detail_groups_every_number_by_its_analysis(agreement, person):
    study = build.study(agreement, State.PROPOSED)

    leaves = views.detail(study, person("steward"))["leaves"]

    assert [group["analysis"] and group["analysis"]["name"] for group in leaves["groups"]] == [
        None,
        "survival",
        "adjusted",
        "crude",
        "recurrence",
    ]
    assert leaves["count"] == sum(group["count"] for group in leaves["groups"])
    assert leaves["has_run"] is False


def test_detail_lists_what_has_left_round_by_round(agreement, person):
    study = build.study(agreement, State.RUNNING)
    build.run_round(study, number=1)
    build.run_round(study, number=2, contributed=(build.INSTITUTET,))

    about = views.detail(study, person("steward"))

    assert about["leaves"]["groups"] == [
        {"analysis": None, "rounds": "round 1", "count": 2, "labels": ("persons", "sum of age"), "more": 0}
    ]
    assert about["progress"]["waits"] == {
        "who": "Charité – Universitätsmedizin Berlin, Karolinska University Hospital",
        "what": "round 2",
    }


def test_detail_hides_a_result_that_is_not_out(agreement, person):
    study = build.study(agreement, State.REVIEW)

    shown = {role: views.detail(study, person(role))["result"] for role in ("investigator", "steward")}

    assert (shown["investigator"], shown["steward"]["rows"]) == (None, 686)


def test_detail_shows_a_released_result_with_who_signed_it(agreement, person):
    study = build.study(agreement, State.RELEASED)

    about = views.detail(study, person("investigator"))

    assert [(one["name"], one["by_label"]) for one in about["shown"]] == [
        ("baseline", "hormone therapy"),
        ("survival", "hormone therapy"),
        ("adjusted", ""),
        ("crude", ""),
        ("recurrence", ""),
    ]
    assert about["labels"]["age"] == "age at operation, per year"
    assert about["signed_by"][0] == "Charité – Universitätsmedizin Berlin"
    assert about["progress"]["steps"][-1] == {"words": "released", "done": False, "here": True}


def test_detail_stands_a_study_without_labels_text_or_memorandum(agreement, person):
    study = build.study(agreement, State.DECLINED)
    for about in study.protocol["data"]["variables"].values():
        about["label"] = ""
    study.source_text, study.agreement = "", "sha256:gone"

    about = views.detail(study, person("steward"))

    assert about["agreement"] is None
    assert about["source"].startswith("{")
    assert about["variables"][0]["label"] == "time"
    assert views.labels_of(study)["pnodes"] == "pnodes"
