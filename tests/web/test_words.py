"""The words of forms: the kernel's own, and those that areas bring."""

import pytest

from hansa.web import words
from hansa.web.templatetags.hansa import tone


@pytest.mark.parametrize(
    ("name", "of", "expected"),
    [
        ("reason", "", "Reason"),
        ("protocol", "studies.propose", "Protocol (YAML or JSON)"),
        ("harbour", "", "Harbour"),
        ("days", "things.make", "Days at sea"),
        ("days", "things.mend", "Valid for so many days"),
        ("days", "", "Valid for so many days"),
        ("share", "things.mend", "Share of the cargo"),
        ("night_watch", "", "Night watch"),
    ],
)
def test_label_is_the_closest_that_anybody_wrote(sample_area, name, of, expected):
    assert words.label(name, of=of) == expected


def test_choice_is_said_as_its_input_means_it(sample_area):
    assert words.choice("wind", "calm") == "no wind"
    assert words.choice("weather", "storm") == "a storm"
    assert words.choice("weather", "light_rain") == "light rain"
    assert words.choice("release", "pooled") == "pooled over the hospitals"


def test_names_and_tones_of_areas_are_known(sample_area):
    assert words.named("ferries.landed") == "Ferry landed"
    assert words.named("ferries.sank_deep") == "ferries: sank deep"
    assert [tone(state) for state in ("landed", "in_force", "proposed", "failed", "adrift")] == [
        "good",
        "good",
        "wait",
        "bad",
        "calm",
    ]


def test_long_inputs_of_areas_are_known(sample_area):
    assert words.holds("LONG", "harbour")
    assert words.holds("LONG", "name", of="things.make")
    assert not words.holds("LONG", "name", of="people.add")
    assert words.holds("SOURCES", "reason", of="things.make")
    assert not words.holds("SOURCES", "reason", of="things.mend")


def test_words_of_an_area_go_with_it():
    assert words.label("harbour") == "Harbour"
    assert words.found("HELP", "harbour") is None
