"""The figures of the rules: the strictest counts, and what a clause leaves open has a default."""

import pytest

from hansa.lib.disclosure import LIMITS, Limits, effective


@pytest.mark.parametrize(
    ("protocol", "site", "expected"), [(None, None, 10), (5, None, 10), (20, 3, 20), (None, 30, 30), (12, 15, 15)]
)
def test_effective_never_goes_below_the_clause(protocol: int | None, site: int | None, expected: int) -> None:
    assert effective(10, protocol=protocol, site=site) == expected


def test_effective_is_at_least_one() -> None:
    assert effective(0) == 1


def test_limits_of_a_clause_replace_the_defaults() -> None:
    found = Limits.of({"own_cell": 5, "leverage": 80, "minimum_cell": 10, "release": "steward"})

    assert found == Limits(own_cell=5, leverage=80)


def test_limits_of_a_clause_that_sets_none_are_the_defaults() -> None:
    assert Limits.of({}) == LIMITS
