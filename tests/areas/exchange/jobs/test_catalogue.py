import pytest
from django.utils import timezone

from hansa.areas.exchange.jobs import catalogue as work
from hansa.areas.exchange.models import Catalogue
from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.network.membership import membership
from hansa.kernel import jobs
from hansa.kernel.models import Job, LedgerEntry
from hansa.lib.errors import RefusedError
from tests.areas.exchange.jobs.post_office import deliver
from tests.areas.exchange.league import CHARITE, KI, UU
from tests.areas.exchange.university import University, no, opened, publish


class Registry(University):
    """The registry of the network."""

    document = b""

    def answer(self, asked):
        return self.instead.pop(0) if self.instead else (200, self.document)


@pytest.fixture
def registry(university, league):
    """A registry whose catalogue names the node under test and one partner."""
    document = bytes(Catalogue.objects.get(registry=membership().catalogue_url).document)
    Catalogue.objects.all().delete()
    with opened(Registry(hei="registry.example", etag='"1"')) as made:
        made.document = document
        league.table["registry"] = f"{made.address}/catalogue-v1.xml"
        yield made


def row() -> Catalogue:
    return Catalogue.objects.get(registry=membership().catalogue_url)


def test_catalogue_is_fetched_and_known_at_once(registry):
    assert catalogue.current().institutions == {}

    assert work.refresh() == ""

    assert set(catalogue.current().institutions) == {CHARITE, KI}
    assert (row().etag, row().trouble) == ('"1"', "")


def test_catalogue_that_has_not_changed_is_not_sent_again(registry):
    work.refresh()
    before = row()

    assert work.refresh() == ""

    assert row().at > before.at
    assert len(registry.asked) == 2


def test_newer_catalogue_replaces_the_older(registry):
    work.refresh()
    Catalogue.objects.update(at=timezone.now())
    registry.etag, registry.document = '"2"', registry.document.replace(b"Karolinska Institutet", b"KI")

    work.refresh()

    assert catalogue.current().institutions[KI].name() == "KI"


def test_registry_without_tags_is_asked_for_everything(registry):
    registry.etag = ""

    work.refresh()
    work.refresh()

    assert set(catalogue.current().institutions) == {CHARITE, KI}


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (no(500, "Sleeping."), "The registry says no (500). Sleeping."),
        ((200, b"<catalogue/>"), "The document is a “catalogue” of no namespace"),
        ((200, b"not XML"), "not well-formed XML"),
        ((302, b""), "The registry says no (302)."),
    ],
)
def test_catalogue_that_cannot_be_had_leaves_the_last_good_one(registry, answer, trouble):
    work.refresh()
    registry.etag, registry.instead = "", [answer]

    assert trouble in work.refresh()

    assert trouble in row().trouble
    assert KI in catalogue.current().institutions


def test_registry_that_was_never_reached_leaves_an_empty_catalogue(registry):
    registry.instead = [no(500)]

    work.refresh()

    assert catalogue.current().institutions == {}
    assert row().trouble


def test_standing_job_looks_every_quarter_of_an_hour(registry):
    before = LedgerEntry.objects.count()
    jobs.stand()

    deliver()

    waiting = Job.objects.get(kind=work.JOB)
    left = (waiting.next_at - timezone.now()).total_seconds()
    assert KI in catalogue.current().institutions
    assert (waiting.state, 890 < left <= 900) == ("waiting", True)
    # Nothing of the node's own has happened.
    assert LedgerEntry.objects.count() == before


def test_standing_job_looks_again_soon_after_trouble(registry):
    registry.instead = [no(500)]
    jobs.stand()

    deliver()

    left = (Job.objects.get(kind=work.JOB).next_at - timezone.now()).total_seconds()
    assert left <= 30


def test_node_that_is_no_member_looks_for_nothing(registry, league):
    league.table.clear()
    jobs.stand()

    deliver()

    assert registry.asked == []
    assert Job.objects.get(kind=work.JOB).state == "waiting"
    with pytest.raises(RefusedError):
        work.refresh()


@pytest.fixture
def members(university, league, monkeypatch):
    """A closed league of which the node under test is the registry; its own manifest is served by another."""
    Catalogue.objects.all().delete()
    with opened(University(hei=CHARITE)) as here, opened(University(hei=UU)) as other:
        urls = [f"{one.address}/discovery/v6" for one in (university, other)]
        league.table["league"] = urls
        monkeypatch.setattr(work, "own_url", lambda _member: f"{here.address}/discovery/v6")
        yield here, other


def test_registry_of_a_league_combines_manifests(members, university):
    assert work.refresh() == ""

    assert set(catalogue.current().institutions) == {CHARITE, KI, UU}
    assert row().etag.startswith('"')


def test_catalogue_of_a_league_keeps_its_tag_while_nothing_changes(members):
    work.refresh()
    before = row().etag

    work.refresh()

    assert row().etag == before


def test_member_of_a_league_that_is_away_keeps_its_place(members):
    _here, other = members
    work.refresh()
    other.instead = [no(503)]

    assert work.refresh() == f"{other.address}/discovery/v6 does not answer with a manifest."

    assert UU in catalogue.current().institutions
    assert row().trouble


def test_manifest_that_is_none_is_told(members):
    _here, other = members
    other.instead = [(200, b"<html/>")]

    assert f"{other.address}/discovery/v6 does not answer with a manifest." in work.refresh()
    assert set(catalogue.current().institutions) == {CHARITE, KI}


def test_what_two_members_claim_is_told(members):
    _here, other = members
    other.hei = KI

    assert f"Another host covers {KI}" in work.refresh()


def test_league_of_which_nobody_answers_says_so(members, university):
    for one in (*members, university):
        one.instead = [no(500)]

    assert "None of the manifests can be taken." in work.refresh()
    assert catalogue.current().institutions == {}


def test_own_manifest_is_where_the_network_reads_it(league):
    assert work.own_url(membership()) == "https://localhost/ewp/discovery/v6"


def test_published_catalogue_names_both(league, university):
    publish(league, university)

    assert KI in catalogue.current().institutions
