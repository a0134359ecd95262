import pytest

from hansa.areas.exchange.models import Catalogue
from hansa.areas.exchange.network import catalogue
from tests.areas.exchange.league import CHARITE, KI


def test_same_version_is_read_once(league):
    assert catalogue.current() is catalogue.current()


def test_newer_version_is_read_anew(league):
    before = catalogue.current()
    league.publish(KI)
    Catalogue.objects.update(etag='"2"')

    assert catalogue.current() is not before
    assert set(catalogue.current().institutions) == {CHARITE, KI}


def test_version_without_a_tag_is_known_by_its_time(league):
    Catalogue.objects.update(etag="")

    assert KI in catalogue.current().institutions


@pytest.mark.parametrize("state", ["none", "empty", "no member"])
def test_nobody_is_known_before_the_catalogue_came(league, state):
    if state == "empty":
        Catalogue.objects.update(document=b"", etag="")
    elif state == "none":
        Catalogue.objects.all().delete()
    else:
        league.table.clear()

    assert catalogue.current().institutions == {}
