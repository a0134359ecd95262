"""The manifest, the echo and the registry of a closed league."""

from django.urls import resolve

from hansa.areas.exchange.models import Catalogue
from hansa.areas.exchange.network import membership
from hansa.kernel.identity import own
from hansa.lib.ewp.catalogue import read_catalogue
from hansa.lib.ewp.manifest import read_manifest
from tests.areas.exchange.league import ADDRESS, CHARITE, KI, pair
from tests.lib.ewp.schemas import validate

REGISTRY = "/ewp/registry/catalogue-v1.xml"


def manifest(league):
    answer = league.client.get("/ewp/discovery/v6")
    assert answer.status_code == 200
    return read_manifest(answer.content)


def test_manifest_is_open_and_valid(league):
    answer = league.client.get("/ewp/discovery/v6")

    validate(answer.content)


def test_manifest_tells_who_and_by_which_keys(league):
    league.profile()

    found = manifest(league)

    assert (found.institution.hei_id, found.faults) == (CHARITE, ())
    assert found.admin_emails == ("office@charite.example",)
    assert found.client_keys == found.server_keys == (pair(CHARITE).public,)
    assert len(found.certificates) == 1


def test_manifest_names_the_node_before_anybody_wrote_a_profile(league):
    league.table["erasmus_code"] = ""

    found = manifest(league)

    assert found.institution.names[0].text == own().name
    assert found.institution.other_ids == ()
    assert found.admin_emails == (f"postmaster@{CHARITE}",)


def test_manifest_of_a_node_without_keys_claims_none(league):
    for path in (membership.key_file(), membership.certificate_file()):
        path.unlink()

    found = manifest(league)

    assert (found.client_keys, found.certificates) == ((), ())


def test_every_address_of_the_manifest_is_answered(league):
    urls = [url for api in manifest(league).apis for url in api.urls.values()]

    assert len(urls) > 25
    for url in urls:
        assert resolve(url.removeprefix(ADDRESS)).func.__class__.__name__ == "Endpoint", url


def test_catalogue_of_a_league_is_open_to_all(league):
    answer = league.client.get(REGISTRY)

    assert answer.status_code == 200
    assert KI in read_catalogue(answer.content).institutions
    validate(answer.content)


def test_catalogue_is_not_sent_again_while_it_is_the_same(league):
    same = league.client.get(REGISTRY, headers={"If-None-Match": f'"0", {league.etag}'})
    other = league.client.get(REGISTRY, headers={"If-None-Match": '"0"'})

    assert (same.status_code, same.content) == (304, b"")
    assert other.status_code == 200


def test_catalogue_is_not_there_before_it_was_made(league):
    Catalogue.objects.all().delete()

    assert league.client.get(REGISTRY).status_code == 404


def test_node_that_is_no_registry_has_no_catalogue(league):
    league.table["registry"] = "https://registry.example/catalogue-v1.xml"

    assert league.client.get(REGISTRY).status_code == 404


def test_node_that_is_no_member_has_no_catalogue(league):
    league.table["hei"] = ""

    assert league.client.get(REGISTRY).status_code == 404


def test_echo_is_valid(league):
    validate(league.ask("echo", 2, [("echo", "a"), ("echo", "b")]).content)
