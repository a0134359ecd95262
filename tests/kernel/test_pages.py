"""Pages of areas: found by the area's name, and what may be chosen on them."""

import pytest

from hansa.kernel.areas import views_of
from hansa.kernel.pages import Filter, Table, all_pages, pages_of


def test_pages_are_those_that_an_area_names(sample_area):
    assert set(pages_of("ferries")) == {"crossings", "nothing", "secrets"}
    assert pages_of("studies") == {}
    assert pages_of("nowhere") == {}


def test_all_pages_tell_whose_they_are(sample_area):
    assert [(area, name) for area, name, _page in all_pages() if area == "ferries"] == [
        ("ferries", "crossings"),
        ("ferries", "nothing"),
        ("ferries", "secrets"),
    ]


def test_views_belong_to_the_area_of_their_package(sample_area):
    assert views_of()["ferries"].__name__ == "tests.sample_area.views"
    assert views_of()["studies"].__name__ == "hansa.areas.studies.views"


@pytest.mark.parametrize(
    ("choices", "query", "expected"),
    [
        ((("a", "A"), ("b", "B")), {"x": "b"}, "b"),
        ((("a", "A"), ("b", "B")), {"x": "c"}, ""),
        ((("a", "A"),), {}, ""),
        ((), {"x": "  free text "}, "free text"),
    ],
)
def test_filter_takes_only_what_it_offers(choices, query, expected):
    assert Filter(name="x", label="X", choices=choices).of(query) == expected


def test_table_of_plain_lines_needs_no_rule():
    assert list(Table(columns=("a",), found=[(1,)]).lines([(1,)])) == [(1,)]


@pytest.mark.parametrize(("query", "expected"), [({}, "b"), ({"x": ""}, "b"), ({"x": "c"}, "b"), ({"x": "a"}, "a")])
def test_filter_shows_what_is_shown_first_unless_something_else_is_chosen(query, expected):
    assert Filter(name="x", label="X", choices=(("a", "A"), ("b", "B")), default="b").of(query) == expected
