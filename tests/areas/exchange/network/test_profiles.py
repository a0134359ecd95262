"""What this institution tells of itself, as documents of the network."""

import pytest

from hansa.areas.exchange.models import Profile
from hansa.areas.exchange.network import profiles
from hansa.lib.errors import InvalidError


def test_profile_that_is_whole_is_let_through(league):
    profiles.check(league.profile())


def test_lines_are_read_in_pairs():
    assert profiles.pairs_in("a = b\n\n c=d = e ", "units") == [("a", "b"), ("c", "d = e")]


@pytest.mark.parametrize("line", ["a", "= b", "a ="])
def test_line_that_is_no_pair_is_named(line):
    with pytest.raises(InvalidError, match="units, line 2"):
        profiles.pairs_in(f"a = b\n{line}", "units")


@pytest.mark.parametrize(("text", "expected"), [("abc-1", True), ("x" * 65, False), ("a b", False), ("", False)])
def test_identifier_is_short_and_printable(text, expected):
    assert profiles.is_identifier(text) is expected


def test_there_is_no_profile_before_anybody_wrote_one(league):
    assert profiles.profile() is None
    assert isinstance(league.profile(), Profile)
