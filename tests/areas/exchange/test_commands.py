from datetime import timedelta

import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from hansa.areas.exchange import commands
from hansa.areas.exchange.models import Catalogue, Member
from hansa.areas.exchange.network import client, membership
from hansa.lib.errors import RefusedError
from tests.areas.exchange.league import CHARITE, KI
from tests.areas.exchange.university import University, no, opened


def run(*words: str) -> str:
    """Run a command and return what it prints."""
    done = CliRunner().invoke(commands.network, list(words), catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_join_says_what_the_registry_is_told(league):
    said = run("join")

    assert f"This node speaks for {CHARITE}." in said
    assert "https://localhost/ewp/discovery/v6" in said
    assert membership.keys().public.key_id in said


def test_join_is_refused_to_a_node_without_an_id(league):
    league.table.clear()

    with pytest.raises(RefusedError, match="no member"):
        run("join")


@pytest.fixture
def registry(league):
    document = bytes(Catalogue.objects.get().document)
    Catalogue.objects.all().delete()
    with opened(University()) as made:
        league.table["registry"] = f"{made.address}/catalogue"
        made.instead = [(200, document)]
        yield made
        client.hang_up()


def test_refresh_reads_the_catalogue_now(registry):
    assert "The catalogue names 4 institutions." in run("refresh")


def test_refresh_says_what_is_in_the_way(registry):
    registry.instead = [no(500, "Sleeping.")]

    with pytest.raises(RefusedError, match="Sleeping"):
        run("refresh")


def test_status_says_how_the_network_is(league):
    Catalogue.objects.update(at=timezone.now() - timedelta(minutes=7), trouble="The registry sleeps.")
    Member.objects.create(hei=KI, name="Karolinska", swept=timezone.now(), trouble="KI does not answer.")
    Member.objects.create(hei="uu.example", name="Uppsala")

    said = run("status")

    assert f"{CHARITE}: the catalogue is 7 minutes old and names 4 institutions." in said
    assert "Trouble: The registry sleeps." in said
    assert "Karolinska (ki.example): looked at 20" in said
    assert "KI does not answer." in said
    assert "Uppsala (uu.example): looked at never. No trouble." in said
    assert "0 wait, of the last 0." in said


def test_status_of_a_node_that_never_saw_a_catalogue(league):
    Catalogue.objects.all().delete()

    assert "the catalogue is not there yet and names 0 institutions." in run("status")


def test_status_tells_faults_of_the_catalogue_when_asked(league):
    row = Catalogue.objects.get()
    row.document = bytes(row.document).replace(b'version="2.0.1"', b'version="two"')
    row.etag = '"broken"'
    row.save()

    assert "In the catalogue: " in run("status", "--faults")
    assert "In the catalogue: " not in run("status")


def test_group_is_one_of_typer():
    assert isinstance(commands.GROUPS["network"], typer.Typer)
