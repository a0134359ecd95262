from hansa.lib.statistics.kinds import sums
from tests.lib.statistics.kinds.asked import asked, trial

ASKED = "{name: a, kind: glm, formula: event ~ age * tsize + age * hormone, family: binomial}"


def test_products_of_numbers_are_summed_among_the_rows_that_have_the_level():
    protocol, one, _kind = asked(ASKED)

    found = list(sums.of_formula(one.parsed(protocol), trial(protocol), protocol=protocol))

    assert [(name, where, len(values)) for (name, where), values in found] == [
        ("age", "", 686),
        ("tsize", "", 686),
        ("age × tsize", "", 686),
        ("age", " of a group", 246),
    ]


def test_only_numbers_are_described():
    protocol, _one, _kind = asked(ASKED)
    table = trial(protocol)

    found = dict(sums.described(("age", "grade"), table, by=None, protocol=protocol))

    assert list(found) == ["age"]
    assert sums.numbers_among(("age", None, "event"), protocol) == ["age"]
