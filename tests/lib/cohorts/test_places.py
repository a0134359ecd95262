import pytest

from hansa.lib.cohorts.places import Place, date, number
from hansa.lib.errors import InvalidError


@pytest.mark.parametrize(
    ("given", "take", "path"),
    [
        ([], lambda place: place, "$"),
        ({"a": 1, "A": 2}, lambda place: place, "$"),
        ({"Odd": 1}, lambda place: place.finish(), "$.Odd"),
        ({"a": 1, "b": 1}, lambda place: place.single(), "$"),
        ({}, lambda place: place.needed("Start"), "$.Start"),
        ({"list": {}}, lambda place: place.items("list"), "$.list"),
        ({"flag": 1}, lambda place: place.flag("flag"), "$.flag"),
        ({"n": "1; drop table person"}, lambda place: place.whole("n"), "$.n"),
        ({"n": 1.5}, lambda place: place.whole("n"), "$.n"),
        ({"n": True}, lambda place: place.whole("n"), "$.n"),
        ({"n": 2**63}, lambda place: place.whole("n"), "$.n"),
        ({}, lambda place: place.count("n"), "$.n"),
        ({"t": 1}, lambda place: place.text("t"), "$.t"),
        ({"t": "x"}, lambda place: place.choice("t", ("y",)), "$.t"),
        ({}, lambda place: place.choice("t", ("y",)), "$.t"),
    ],
)
def test_place_refuses_naming_where(given, take, path):
    with pytest.raises(InvalidError) as refused:
        take(Place(given, "$"))

    assert f" {path}:" in str(refused.value)


def test_place_reads_keys_in_any_case():
    place = Place({"CONCEPT_ID": 5, "conceptName": None}, "$")

    assert place.count("conceptId") == 5
    place.finish()


@pytest.mark.parametrize("given", [30, "30", 30.0])
def test_place_reads_whole_numbers_as_exports_write_them(given):
    assert Place({"n": given}, "$").whole("n") == 30


@pytest.mark.parametrize("given", ["2001-02-30", "yesterday", None, "2001-01-01'"])
def test_date_refuses_what_is_none(given):
    with pytest.raises(InvalidError, match="a date is expected"):
        date(given, "$")


@pytest.mark.parametrize("given", ["x", "NaN", float("inf"), None])
def test_number_refuses_what_is_none(given):
    with pytest.raises(InvalidError, match="a number is expected"):
        number(given, "$")
