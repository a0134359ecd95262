import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.delimited import columns_of


@pytest.mark.parametrize(
    "data",
    [
        b"age,grade\n50,I\n61,II\n",
        b"age;grade\r\n50;I\r\n61;II\r\n",
        b"\xef\xbb\xbfage\tgrade\n50\tI\n\n61\tII",
        b'"age","grade"\n"50","I"\n"61",II\n',
    ],
)
def test_columns_are_read_by_their_names(data):
    assert columns_of(data) == {"age": ["50", "61"], "grade": ["I", "II"]}


def test_columns_keep_separators_and_lines_in_quotes():
    assert columns_of(b'note,age\n"a, b\nc",5\n') == {"note": ["a, b\nc"], "age": ["5"]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file has no header."),
        (b"a,b\n1,2\n3\n", "Line 3 of the file has 1 values, its header names 2 columns."),
        (b"a,b\n1,2,3\n", "Line 2 of the file has 3 values, its header names 2 columns."),
        (b'a,b\n1,"2\n', "Line 2 of the file is not CSV."),
        (b'a,b\n1,"2"x\n', "Line 2 of the file is not CSV."),
        (b"a,b\n1,\xff\n", "Line 2 of the file is not UTF-8 text."),
        (b"a,b\n1,2\n3,\x00\n", "Line 3 of the file holds a zero byte, so it is no text."),
        (b"a,a\n1,2\n", "A column has no name, or the name of another."),
        (b"a,\n1,2\n", "A column has no name, or the name of another."),
    ],
)
def test_broken_file_is_refused_with_its_line(data, message):
    with pytest.raises(InvalidError) as refused:
        columns_of(data)

    assert refused.value.message == message
    assert refused.value.remedy
