import pytest

from hansa.cli import output


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        ("", "–"),
        ([], "–"),
        (["a", "b"], "a, b"),
        (3, "3"),
        ({"a": 1}, '{"a": 1}'),
        ("x" * 100, "x" * 71 + "…"),
    ],
)
def test_cell_fits_a_table(value, expected):
    assert output.cell(value) == expected


def test_cell_is_whole_where_there_is_room():
    assert output.cell("x" * 100, whole=True) == "x" * 100


def test_rows_say_when_there_are_none(capsys):
    output.rows([], title="studies")

    assert capsys.readouterr().out == "There are no studies here yet.\n"


def test_rows_show_brackets_as_they_are(capsys):
    output.rows([{"term": "hormone[yes]"}], title="terms")

    assert "hormone[yes]" in capsys.readouterr().out


def test_records_leave_out_what_nobody_needs_to_tell_them_apart(capsys):
    output.records([{"id": "1", "called": "Ada", "created": "2026-11-23T15:31:00Z", "table": "d_1"}], title="people")

    told = capsys.readouterr().out
    assert "2026-11-23T15:31" in told
    assert "d_1" not in told


def test_record_leaves_out_what_is_long(capsys):
    output.record({"id": "1", "document": {"a": 1}, "can": ["sign"]}, short=True)

    told = capsys.readouterr().out
    assert "sign" in told
    assert "document" not in told
