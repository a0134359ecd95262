import numpy as np
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.table import Partitions, Table, stack


def example():
    columns = {"age": np.array([50.0, np.nan, 70.0]), "grade": np.array([0, 1, -1])}
    return Table(columns, {"grade": ("I", "II")}, 3)


def test_missing_is_told_for_numbers_and_categories():
    assert example().missing("age").tolist() == [False, True, False]
    assert example().missing("grade").tolist() == [False, False, True]


def test_complete_keeps_rows_that_lack_nothing():
    assert example().complete(["age", "grade"])["age"].tolist() == [50.0]
    assert example().complete([]).rows == 3


def test_column_that_is_absent_is_refused():
    with pytest.raises(InvalidError) as refused:
        example()["weight"]

    assert refused.value.message == "The table has no column 'weight'."


def test_column_of_another_length_is_refused():
    with pytest.raises(InvalidError) as refused:
        Table({"age": np.array([1.0])}, {}, 2)

    assert refused.value.message == "The column 'age' has the shape (1,), the table has 2 rows."


def test_stack_puts_rows_of_all_tables_together():
    both = stack([example(), example().complete(["age"])])

    assert both.rows == 5
    assert both["grade"].tolist() == [0, 1, -1, 0, -1]


def test_stack_of_nothing_is_refused():
    with pytest.raises(InvalidError) as refused:
        stack([])

    assert refused.value.message == "There is no table to stack."


def test_blocks_hold_all_rows_in_order():
    table = Table({"age": np.arange(7.0)}, {}, 7)

    blocks = [block["age"].tolist() for block in table.blocks(3)]

    assert blocks == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(table.blocks(7)) == [table]
    assert table.whole() is table


def test_partitions_are_read_anew_each_time():
    readings = []

    def read():
        readings.append(1)
        yield from (example(), example())

    partitions = Partitions.of(read)
    complete = partitions.complete(["age"])

    assert (partitions.rows, complete.rows) == (6, 4)
    assert [block["age"].tolist() for block in complete.blocks()] == [[50.0, 70.0], [50.0, 70.0]]
    assert complete.whole()["grade"].tolist() == [0, -1, 0, -1]
    assert len(readings) == 4
