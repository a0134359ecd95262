import pytest
from formulaic.parser import DefaultFormulaParser
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.expansion import expand, tokens_of

NAMES = st.sampled_from(["a", "b", "c", "log(d)", "C(e)"])
FORMULAS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", ":", " * ", " - "]), inner).map("".join),
        inner.map(lambda text: f"({text})"),
        st.tuples(inner, st.sampled_from(["^", "**"]), st.sampled_from("12")).map(lambda p: f"({p[0]}){p[1]}{p[2]}"),
    ),
    max_leaves=5,
)


@given(FORMULAS)
def test_expand_agrees_with_formulaic(text):
    terms, intercept = expand(tokens_of(text))

    expected = {
        frozenset(factor.expr for factor in term.factors if factor.expr != "1")
        for term in DefaultFormulaParser().get_terms(text.replace("^", "**")).root
    }
    assert {frozenset(term) for term in terms} | ({frozenset()} if intercept else set()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ([("a",)], True)),
        ("0 + a", ([("a",)], False)),
        ("a - 1", ([("a",)], False)),
        ("a - 0 - 1", ([("a",)], False)),
        ("-1 + a + 1", ([("a",)], True)),
        ("a*b - a:b", ([("a",), ("b",)], True)),
        ("a:b + a", ([("a",), ("a", "b")], True)),
        ("(a + b)^2", ([("a",), ("b",), ("a", "b")], True)),
        ("b:a:b", ([("b", "a")], True)),
        ("( a + ( b ) )", ([("a",), ("b",)], True)),
    ],
)
def test_expand_reads_as_r_does(text, expected):
    assert expand(tokens_of(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.b", "The formula has '.', which is not allowed."),
        ("__import__('os')", "The formula has '_', which is not allowed."),
        ("a[0]", "The formula has '[', which is not allowed."),
        ("a 1.5", "The formula has '1', which is not allowed."),
        ("{a}", "The formula has '{', which is not allowed."),
        ("exp(a)", "The formula calls 'exp', which is not allowed."),
        ("I(a)", "The formula calls 'I', which is not allowed."),
        ("log(a + b)", "The formula has a bracket that is not closed where it should be."),
        ("log(1)", "The formula has '1' in log(), which takes one variable."),
        ("C(log(a))", "The formula has a bracket that is not closed where it should be."),
        ("(a", "The formula has a bracket that is not closed where it should be."),
        ("a)", "The right side of the formula goes wrong at ')'."),
        ("a b", "The right side of the formula goes wrong at 'b'."),
        ("a + 2", "The formula has the number 2."),
        ("a +", "The formula ends where a variable should be."),
        ("a + * b", "The formula has '*' where a variable should be."),
        ("a^4", "The formula has the power '4'."),
        ("a^b", "The formula has the power 'b'."),
        ("a*b*c*d*e*f*g*h", "The formula has over 200 terms."),
        ("(" * 21 + "a" + ")" * 21, "The formula has over 20 brackets in brackets."),
        ("a" * 2001, "The formula has 2001 characters."),
    ],
)
def test_formula_is_refused_with_what_is_wrong(text, message):
    with pytest.raises(InvalidError) as refused:
        expand(tokens_of(text))

    assert refused.value.message == message
    assert refused.value.remedy
