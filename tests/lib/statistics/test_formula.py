import itertools

import numpy as np
import pandas as pd
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.formula import parse
from hansa.lib.statistics.variables import Variable
from tests.lib.statistics.samples import BOOLEAN, NUMBER, category, ranged, table_of
from tests.rscript import rscript

VARIABLES = {
    "y": NUMBER,
    "x": ranged(1, 9),
    "z": NUMBER,
    "b": BOOLEAN,
    "a": category("low", "middle", "high"),
    "c": category("p", "q"),
    "time": Variable(type="number", unit="d", range=(0, 100)),
}
FORMULAS = [
    "y ~ a",
    "y ~ a * c + log(x)",
    "y ~ 0 + a + c",
    "y ~ a - 1 + x:a",
    "y ~ a:x",
    "y ~ a:c",
    "y ~ a + a:c",
    "y ~ (a + c + x)^2 - 1",
    "y ~ (a + c + x)^3",
    "y ~ x:c:a + z*x",
    "y ~ 1",
    "y ~ x + b:c",
    "y ~ 0 + a:c",
]


def rows():
    combinations = list(itertools.product(("low", "middle", "high"), ("p", "q"), (0.0, 1.0)))
    random = np.random.default_rng(1)
    frame = pd.DataFrame(combinations, columns=["a", "c", "b"])
    for name in ("x", "y", "z"):
        frame[name] = random.uniform(1, 9, len(frame)).round(3)
    return frame.assign(time=1.0)


@pytest.mark.parametrize("text", FORMULAS)
def test_matrix_equals_the_one_of_r(text, tmp_path):
    frame = rows()
    frame.to_csv(tmp_path / "rows.csv", index=False)
    printed = rscript(
        f"d <- read.csv('{tmp_path}/rows.csv'); d$c <- factor(d$c);"
        "d$a <- factor(d$a, levels=c('low','middle','high'));"
        f"X <- model.matrix({text}, d); cat(ncol(X), '\\n'); cat(sprintf('%.17g', t(X)), sep='\\n')"
    )
    count, *values = printed.split()
    expected = np.array(values, dtype=float).reshape(-1, int(count))

    found = parse(text, variables=VARIABLES)

    assert np.allclose(found.matrix(table_of(frame, VARIABLES)), expected, rtol=1e-14)


def test_columns_are_the_same_where_a_level_is_absent():
    frame = rows()

    found = parse("y ~ a * c", variables=VARIABLES)

    assert found.names == ("Intercept", "a[middle]", "a[high]", "c[q]", "a[middle]:c[q]", "a[high]:c[q]")
    assert found.matrix(table_of(frame[frame["a"] == "low"], VARIABLES)).shape == (4, 6)


def test_boolean_is_a_number_or_two_levels():
    assert parse("y ~ b", variables=VARIABLES).names == ("Intercept", "b")
    assert parse("y ~ C(b)", variables=VARIABLES).names == ("Intercept", "b[yes]")
    assert parse("y ~ 0 + C(b) + C(a)", variables=VARIABLES).names == ("b[no]", "b[yes]", "a[middle]", "a[high]")


def test_survival_has_time_event_and_no_intercept():
    found = parse("Surv( time, b ) ~ a + log(x)", variables=VARIABLES, survival=True)

    assert (found.response, found.event) == ("time", "b")
    assert found.names == ("a[middle]", "a[high]", "log(x)")
    assert found.used == ("time", "b", "a", "x")
    assert not found.has_intercept


def test_survival_has_contrasts_where_the_intercept_is_taken_out():
    assert parse("Surv(time, b) ~ 0 + a", variables=VARIABLES, survival=True).names == ("a[middle]", "a[high]")


def test_crossings_are_the_categories_of_each_term():
    found = parse("y ~ a*c + x:b + x", variables=VARIABLES)

    assert found.crossings == (("a",), ("c",), ("a", "c"), ("b",))
    assert found.has_intercept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y ~ 1", (1, 1)),
        ("y ~ 0 + x", (1, 9)),
        ("y ~ 0 + b", (0, 1)),
        ("y ~ 0 + log(x)", (0, np.log(9))),
        ("y ~ 0 + x:z", None),
        ("y ~ 0 + x:b", (0, 9)),
        ("y ~ 0 + C(b)", (0, 1)),
    ],
)
def test_bounds_follow_from_the_ranges(text, expected):
    column = parse(text, variables=VARIABLES).columns[0]

    assert column.bounds(VARIABLES) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y", "The formula 'y' does not have one ~ between its two sides."),
        ("y ~ x ~ z", "The formula 'y ~ x ~ z' does not have one ~ between its two sides."),
        ("y + x ~ z", "The left side 'y + x' is not one variable."),
        ("log(y) ~ z", "The left side 'log(y)' is not one variable."),
        ("y ~ q", "The formula names 'q', which the protocol does not declare."),
        ("q ~ y", "The formula names 'q', which the protocol does not declare."),
        ("y ~ 0 + C(q)", "The formula names 'q', which the protocol does not declare."),
        ("y ~ C(x)", "The formula has C(x), but 'x' is a number."),
        ("y ~ log(z)", "The formula has log(z), but the protocol allows values of 'z' without a logarithm."),
        ("y ~ log(a)", "The formula has log(a), but the protocol allows values of 'a' without a logarithm."),
        ("y ~ log(time)", "The formula has log(time), but the protocol allows values of 'time' without a logarithm."),
        ("y ~ 0", "The formula 'y ~ 0' explains nothing."),
        ("y ~ x + y", "The formula has 'y' on both sides."),
        ("y ~ x.real", "The formula has '.', which is not allowed."),
    ],
)
def test_parse_refuses_with_what_is_wrong(text, message):
    with pytest.raises(InvalidError) as refused:
        parse(text, variables=VARIABLES)

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time ~ x", "The left side of a Cox formula is not Surv(time, event)."),
        ("Surv(a, b) ~ x", "The time 'a' is not a number."),
        ("Surv(time, a) ~ x", "The event 'a' is not a boolean."),
        ("Surv(time, b) ~ 1", "The formula 'Surv(time, b) ~ 1' explains nothing."),
        ("Surv(time, b) ~ x + b", "The formula has 'b' on both sides."),
    ],
)
def test_parse_refuses_a_survival_formula_with_what_is_wrong(text, message):
    with pytest.raises(InvalidError) as refused:
        parse(text, variables=VARIABLES, survival=True)

    assert refused.value.message == message


def test_parse_refuses_more_columns_than_anybody_reads():
    many = {"y": NUMBER, "u": category(*map(str, range(20))), "v": category(*map(str, range(20)))}

    with pytest.raises(InvalidError) as refused:
        parse("y ~ u*v", variables=many)

    assert refused.value.message == "The formula has over 200 columns."
