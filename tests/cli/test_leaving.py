import pytest

from hansa.areas.studies.states import State
from tests.web import house

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    house.partners()
    return house.study(house.agreement(), State.PROPOSED)


def test_leaves_tells_every_analysis_and_who_sees_what(hansa, study):
    said = hansa("studies", "leaves", str(study.pk))
    told = hansa("studies", "leaves", str(study.pk), "--json").json

    assert said.code == 0
    for words in (
        "What would leave this hospital",
        "who was studied, baseline",
        "round 1",
        "Only the first round is known yet",
        "All parties",
    ):
        assert words in said.out
    assert f"At most {told['count']} numbers a round" in said.out
    assert sum(group["count"] or 0 for group in told["groups"]) == told["count"] > 1
    assert [group["count"] for group in told["groups"] if group["rounds"] == "later rounds"] == [None]


def test_leaves_lists_every_number_when_asked(hansa, study):
    label = hansa("studies", "leaves", str(study.pk), "--json").json["groups"][0]["labels"][0]

    said = hansa("studies", "leaves", str(study.pk), "--numbers")

    assert label in said.out
    assert label not in hansa("studies", "leaves", str(study.pk)).out


def test_leaves_tells_what_was_sent_once_the_study_runs(hansa, study):
    house.run_round(study)

    said = hansa("studies", "leaves", study.urn)

    assert "What has left this hospital" in said.out
    assert "At most 2 numbers a round" in said.out
    assert "Only the first round is known yet" not in said.out


def test_show_tells_what_would_leave(hansa, study):
    said = hansa("studies", "show", str(study.pk))

    assert "What would leave this hospital" in said.out
    assert "Who sees what" in said.out
    assert "leaves" not in hansa("studies", "show", str(study.pk), "--json").json
