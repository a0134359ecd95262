"""Commands of areas: loaded only when they are asked for, and told in one static table."""

import pytest

from hansa.cli import groups
from hansa.cli.nouns import NOUNS
from hansa.kernel.areas import modules

pytestmark = pytest.mark.django_db


def test_table_names_every_group_of_every_area():
    named = {name for module in modules("commands") for name in module.GROUPS}

    assert set(groups.GROUPS) == named - set(NOUNS)


def test_area_adds_commands_to_a_noun(sample_area, hansa):
    assert "count" in hansa("datasets", "--help").out
    assert hansa("datasets", "count").out == "none\n"


def test_group_of_an_area_finds_its_commands(sample_area):
    group = groups.AreaGroup(name="ferries")

    assert group.list_commands(None) == ["sail"]
    assert group.get_command(None, "sail").name == "sail"
    assert group.get_command(None, "sink") is None


def test_group_that_no_area_wrote_is_empty():
    assert groups.written("ferries") == {}
