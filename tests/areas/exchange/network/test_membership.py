from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.conf import settings

from hansa.areas.exchange.network import membership
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError, RefusedError
from tests.areas.exchange.league import CHARITE, pair


def test_table_says_who_the_node_is(league):
    found = membership.membership()

    assert (found.hei, found.erasmus_code, found.is_registry, found.host) == (
        CHARITE,
        "D  BERLIN14",
        True,
        "localhost",
    )
    assert found.url("echo/v2") == "https://localhost/ewp/echo/v2"
    assert found.catalogue_url == "https://localhost/ewp/registry/catalogue-v1.xml"


def test_registry_of_the_network_is_where_the_table_says(league):
    league.table["registry"] = "https://registry.example/catalogue-v1.xml"

    found = membership.demand_membership()

    assert (found.is_registry, found.catalogue_url) == (False, "https://registry.example/catalogue-v1.xml")


@pytest.mark.parametrize("areas", [{}, {"exchange": {}}, {"exchange": {"hei": ""}}])
def test_node_without_an_id_is_no_member(monkeypatch, areas):
    monkeypatch.setattr(settings, "NODE", SimpleNamespace(areas=areas))

    assert membership.membership() is None
    with pytest.raises(RefusedError, match="no member of Erasmus Without Paper"):
        membership.demand_membership()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"colour": "blue"}, "'colour' under"),
        ({"league": "x"}, "'league' under .* not a list"),
        ({"league": [7]}, "'league' under .* not a list"),
        ({"erasmus_code": 7}, "'erasmus_code' under .* not a text"),
        ({"hei": "Charité"}, "hei: this is not an institution's SCHAC id"),
        ({"registry": "http://registry.example"}, "address without https"),
        ({"league": ["http://ki.example/manifest"]}, "address without https"),
    ],
)
def test_line_that_is_wrong_is_named(changes, told):
    with pytest.raises(InvalidError, match=told):
        membership.read({"hei": CHARITE, **changes})


@pytest.mark.parametrize("url", ["https://ki.example/m", "http://localhost:8000/m", "http://127.0.0.1:8000/m"])
def test_plain_http_is_for_this_machine_alone(url):
    assert membership.read({"hei": CHARITE, "registry": "own", "league": [url]}).league == (url,)


def test_keys_are_read_once(league):
    assert membership.keys().public == pair(CHARITE).public
    assert membership.keys() is membership.keys()


def test_node_without_a_key_says_how_to_make_one(db, monkeypatch, tmp_path):
    monkeypatch.setattr(membership, "own", lambda: replace(own(), directory=tmp_path))

    with pytest.raises(RefusedError, match="no key in the network") as refused:
        membership.keys()

    assert refused.value.remedy == "Make it with: hansa network join"
