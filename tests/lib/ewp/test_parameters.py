from datetime import UTC, date, datetime, timedelta

import pytest

from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.parameters import (
    Parameter,
    academic_year,
    day,
    exactly_one,
    modified_since,
    moment,
    optional,
    read_parameters,
    repeatable,
    required,
    times,
)

KNOWN = (required("hei_id"), repeatable("iia_id", least=1, most=3), optional("send_pdf"))


def test_read_parameters_keeps_order_and_ignores_what_it_does_not_know():
    pairs = [("iia_id", "2"), ("hei_id", "uw.edu.pl"), ("newer", "x"), ("iia_id", "1"), ("send_pdf", "")]

    values = read_parameters(pairs, *KNOWN)

    assert values == {"hei_id": ("uw.edu.pl",), "iia_id": ("2", "1"), "send_pdf": ()}


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("iia_id", "1")], "hei_id: this parameter is missing. Send it at least once."),
        ([("hei_id", ""), ("iia_id", "1")], "hei_id: this parameter is missing"),
        ([("hei_id", "a")], "iia_id: this parameter is missing"),
        ([("hei_id", "a"), ("hei_id", "b"), ("iia_id", "1")], "hei_id: it is given 2 times. Send it at most once"),
        ([("hei_id", "a"), *[("iia_id", "1")] * 4], "iia_id: it is given 4 times. Send it at most 3 times"),
        ([("hei_id", "a\x00"), ("iia_id", "1")], "hei_id: a value has characters that no XML"),
        ([("hei_id", "\ud800"), ("iia_id", "1")], "hei_id: a value has characters that no XML"),
    ],
)
def test_read_parameters_refuses_with_400(pairs, said):
    with pytest.raises(AnswerError, match=said) as caught:
        read_parameters(pairs, *KNOWN)

    assert caught.value.status == 400


def test_read_parameters_keeps_empty_values_where_they_count():
    values = read_parameters([("echo", ""), ("echo", "a")], Parameter("echo", most=None, keeps_empty=True))

    assert values == {"echo": ("", "a")}


def test_times_are_said_as_people_do():
    assert [times(count) for count in (1, 2, 3)] == ["once", "twice", "3 times"]


def test_exactly_one_of_several_parameters_is_given():
    known = (repeatable("ounit_id"), repeatable("ounit_code"))
    one, none, both = ([("ounit_id", "1")], [], [("ounit_id", "1"), ("ounit_code", "2")])

    assert exactly_one(read_parameters(one, *known), of=("ounit_id", "ounit_code")) == "ounit_id"
    for pairs, said in ((none, "none of"), (both, "more than one of")):
        with pytest.raises(AnswerError, match=said):
            exactly_one(read_parameters(pairs, *known), of=("ounit_id", "ounit_code"))


def test_modified_since_is_read_with_its_zone():
    known = optional("modified_since")

    assert modified_since(read_parameters([], known)) is None
    assert modified_since(read_parameters([("modified_since", "2026-02-12T15:19:21+01:00")], known)) == datetime(
        2026, 2, 12, 14, 19, 21, tzinfo=UTC
    )
    assert moment("modified_since", value=" 2026-02-12T15:19:21.1234567Z ").utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-12",
        "2026-02-12T15:19:21",
        "2026-02-12T15:19:21 01:00",
        "2026-02-30T15:19:21Z",
        "2026-02-12T25:19:21Z",
        "2026-02-12 15:19:21Z",
        "٢٠٢٦-02-12T15:19:21Z",
        "yesterday",
        "",
    ],
)
def test_moment_refuses_what_is_no_full_date_and_time(value):
    with pytest.raises(AnswerError, match="modified_since: this is not a date and time with a zone"):
        moment("modified_since", value=value)


def test_day_is_read():
    assert day("start", value="2026-02-12") == date(2026, 2, 12)


@pytest.mark.parametrize("value", ["2026-02-30", "20260212", "12.02.2026", "2026-02-12T00:00:00Z"])
def test_day_refuses_what_is_no_date(value):
    with pytest.raises(AnswerError, match="start: this is not a date"):
        day("start", value=value)


@pytest.mark.parametrize("value", ["2026/2027", "2026/2026"])
def test_academic_year_is_read(value):
    assert academic_year("receiving_academic_year_id", value=value) == value


@pytest.mark.parametrize("value", ["2026", "2026/27", "2026-2027", "2026/2028", "2027/2026"])
def test_academic_year_refuses_what_is_none(value):
    with pytest.raises(AnswerError, match="receiving_academic_year_id: this is not an academic year"):
        academic_year("receiving_academic_year_id", value=value)
