import re
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from hansa.web import plots
from tests.web.results import SURVIVAL

SPACE = "{http://www.w3.org/2000/svg}"


def drawn(**how):
    with translation.override("en"):
        return ET.fromstring(plots.kaplan_meier(SURVIVAL, **how))


def group_of(root, name):
    return [child for child in root.iter(f"{SPACE}g") if child.attrib.get("class") == name]


def texts(element):
    return [child.text for child in element.iter(f"{SPACE}text")]


@pytest.mark.parametrize("width", [plots.WIDE, plots.NARROW])
def test_kaplan_meier_draws_one_band_and_one_line_a_group(width):
    root = drawn(width=width)

    classes = [[part.attrib["class"] for part in curve] for curve in group_of(root, "curve")]
    assert classes == [["band series-1", "line series-1"], ["band series-2", "line series-2"]]


def test_kaplan_meier_tells_the_curves_apart_without_colour():
    root = drawn()

    dashes = [curve[1].attrib["stroke-dasharray"] for curve in group_of(root, "curve")]
    assert dashes == ["none", "9 4"]


def test_kaplan_meier_names_the_groups_in_the_legend():
    root = drawn(by="hormone")

    assert texts(group_of(root, "legend")[0]) == ["hormone: no", "hormone: yes"]


def test_kaplan_meier_writes_the_numbers_at_risk_below():
    root = drawn()

    words = texts(group_of(root, "at-risk")[0])
    # Ticks at 0, 20, 40, 60 and 80 days.
    assert words == ["Number at risk", "no", "50", "50", "40", "40", "20", "yes", "50", "50", "45", "45", "45"]


def test_kaplan_meier_keeps_every_mark_on_the_paper():
    root = drawn(width=plots.NARROW)

    _zero, _zero2, width, height = map(float, root.attrib["viewBox"].split())
    for path in root.iter(f"{SPACE}path"):
        points = re.findall(r"(-?[\d.]+),(-?[\d.]+)", path.attrib["d"])
        assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


def test_kaplan_meier_marks_censored_times_only_when_asked():
    plain, marked = drawn(), drawn(censor_marks=True)

    assert [len(curve) for curve in group_of(plain, "curve")] == [2, 2]
    assert [len(curve) for curve in group_of(marked, "curve")] == [5, 3]


def test_kaplan_meier_describes_itself_in_words():
    root = drawn()

    assert root[0].text == "Survival curves: rfs"
    assert root[1].text == "no: 50 people, 23 events, median 90 days. yes: 50 people, 9 events, median not reached."


def test_kaplan_meier_stands_nothing_observed():
    empty = {"name": "none", "groups": [dict.fromkeys(SURVIVAL["groups"][0], ()) | {"level": None}]}

    with translation.override("en"):
        root = ET.fromstring(plots.kaplan_meier(empty))

    assert root[1].text == "all: 0 people, 0 events, median not reached."


@pytest.mark.parametrize(
    ("until", "most", "expected"),
    [
        (90, 4, [0, 25, 50, 75]),
        (90, 8, [0, 20, 40, 60, 80]),
        (2659, 8, [0, 500, 1000, 1500, 2000, 2500]),
        (2659, 4, [0, 1000, 2000]),
        (1, 5, pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])),
        (10, 1, [0, 10]),
        (11, 1, [0]),
    ],
)
def test_time_ticks_are_round_and_few(until, most, expected):
    assert plots.time_ticks(until, most=most) == expected


@pytest.mark.parametrize(("time", "expected"), [(0, 50), (30, 50), (31, 40), (90, 20), (91, 10)])
def test_at_risk_counts_just_before_the_time(time, expected):
    assert plots.at_risk(SURVIVAL["groups"][0], time=time) == expected


@pytest.mark.parametrize(("time", "expected"), [(0, 1.0), (30, 0.9), (59, 0.9), (90, 0.4), (1000, 0.4)])
def test_survival_at_keeps_its_value_until_the_next_event(time, expected):
    assert plots.survival_at(SURVIVAL["groups"][0], time=time) == expected


def test_steps_hold_each_value_until_the_next_time():
    assert plots.steps([0, 1, 2], [1.0, 0.5, 0.2]) == [(0, 1.0), (1, 1.0), (1, 0.5), (2, 0.5), (2, 0.2)]


@pytest.mark.parametrize(("language", "words"), [("en", "days")])
def test_unit_words_speak_the_readers_language(language, words):
    with translation.override(language):
        assert (plots.unit_words("d"), plots.unit_words("cycles")) == (words, "cycles")
