"""What the page of a study says leaves the hospital."""

import pytest
from django.utils import translation

from hansa.areas.studies import leaving, views
from hansa.areas.studies.models import Study
from hansa.areas.studies.states import State
from hansa.lib.statistics.protocol import parse
from tests.web import house as build


@pytest.fixture
def agreement(db):
    build.partners()
    return build.agreement()


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("numbers", "words"), [([3], "round 3"), ([2, 3, 4], "rounds 2 to 4"), ([1, 3, 4], "rounds 1, 3, 4")]
)
def test_in_rounds_says_when_numbers_were_sent(numbers, words):
    assert leaving.in_rounds(numbers) == words


def name_of(group):
    """Return the analysis that numbers are for, None where they are for all."""
    return group["analysis"] and group["analysis"]["name"]


def test_grouped_tells_rounds_that_send_alike_once(agreement):
    study = build.study(agreement, State.RUNNING)
    sent = {
        1: ["persons", "adjusted: persons"],
        2: ["adjusted: score of age", "recurrence: deviance"],
        3: ["adjusted: score of age"],
    }

    groups = leaving.grouped(sent, study)

    assert [(name_of(group), group["rounds"], group["labels"]) for group in groups] == [
        (None, "round 1", ("persons",)),
        ("adjusted", "round 1", ("persons",)),
        ("adjusted", "rounds 2 to 3", ("score of age",)),
        ("recurrence", "round 2", ("deviance",)),
    ]


@pytest.mark.parametrize(
    ("lead", "parties", "who"),
    [
        (build.BERLIN, [build.BERLIN, build.INSTITUTET, build.HOSPITAL], ["Charité – Universitätsmedizin Berlin"]),
        (
            build.HOSPITAL,
            [build.BERLIN, build.INSTITUTET, build.HOSPITAL],
            ["Charité – Universitätsmedizin Berlin", "Karolinska University Hospital"],
        ),
        (
            build.INSTITUTET,
            [build.BERLIN, build.INSTITUTET],
            ["Charité – Universitätsmedizin Berlin", "Karolinska Institutet"],
        ),
    ],
)
def test_seen_by_says_who_sees_which_numbers(agreement, lead, parties, who):
    told = leaving.seen_by(Study(lead=lead, parties=parties, protocol=parse(build.PROTOCOL).to_json()), views.known())

    assert [name for name, _what in told] == [*who, "All parties"]
    assert any("because only two take part" in what for _name, what in told) == (len(parties) == 2)


def test_seen_by_says_of_which_analyses_hospitals_can_be_told_apart(agreement):
    compared = build.PROTOCOL.replace(
        "disclosure:", "  - {name: alike, kind: meta_analysis, of: adjusted}\ndisclosure:"
    )
    study = Study(lead=build.BERLIN, parties=[build.BERLIN, build.INSTITUTET, build.HOSPITAL])
    study.protocol = parse(compared).to_json()

    _lead, (_all, told) = leaving.seen_by(study, views.known())

    assert "from the sums of alike it can be worked out" in told
