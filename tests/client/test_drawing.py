import math
import xml.etree.ElementTree as ET

import pytest

from hansa.client import drawing
from tests.web.results import COX, GAUSSIAN, SURVIVAL

SPACE = "{http://www.w3.org/2000/svg}"


def test_survival_draws_a_curve_for_each_group():
    picture = ET.fromstring(drawing.svg(SURVIVAL))

    lines = picture.findall(f"{SPACE}polyline")
    assert len(lines) == 3
    assert len({line.get("stroke-dasharray") for line in lines[1:]}) == 2
    assert picture.find(f"{SPACE}title").text == "Survival curves, time in d"


def test_survival_draws_a_single_group_without_level():
    alone = {**SURVIVAL, "groups": [{**SURVIVAL["groups"][0], "level": None}], "time_unit": ""}

    texts = [text.text for text in ET.fromstring(drawing.svg(alone)).findall(f"{SPACE}text")]

    assert "all" in texts


def test_survival_draws_nobody():
    empty = {**SURVIVAL, "groups": []}

    assert ET.fromstring(drawing.svg(empty)).tag == f"{SPACE}svg"


def test_forest_draws_a_line_and_a_square_for_each_term():
    picture = ET.fromstring(drawing.svg(COX))

    assert len(picture.findall(f"{SPACE}rect")) == 2
    assert [text.text for text in picture.findall(f"{SPACE}text")] == ["hormone[yes]", "age", "1"]


def test_forest_of_differences_is_around_zero_without_the_intercept():
    picture = ET.fromstring(drawing.svg(GAUSSIAN))

    assert [text.text for text in picture.findall(f"{SPACE}text")] == ["age", "0"]


def test_forest_of_no_terms_is_still_a_picture():
    assert ET.fromstring(drawing.svg({**COX, "terms": []})).tag == f"{SPACE}svg"


def test_names_are_escaped():
    term = {**COX["terms"][0], "name": "a<b>&c"}

    assert "a&lt;b&gt;&amp;c" in drawing.svg({**COX, "terms": [term]})


def test_steps_take_what_is_not_known_as_the_extreme():
    group = {"time": [30.0], "low": [None], "high": [None]}

    assert drawing.steps(group, "low") == ([0.0, 30.0], [1.0, 0.0])
    assert drawing.steps(group, "high") == ([0.0, 30.0], [1.0, 1.0])


def test_stairs_go_across_before_they_go_down():
    assert drawing.stairs([0.0, 1.0], [1.0, 0.5]) == [(0.0, 1.0), (1.0, 1.0), (1.0, 0.5)]


@pytest.mark.parametrize(
    ("value", "is_ratio", "expected"),
    [(1.0, True, 0.0), (math.inf, True, 8.0), (0.0, True, -8.0), (2.5, False, 2.5)],
)
def test_position_stays_on_the_axis(value, is_ratio, expected):
    assert drawing.position(value, is_ratio=is_ratio) == expected


def test_exponential_does_not_overflow():
    assert drawing.exponential(1000.0) == math.inf
