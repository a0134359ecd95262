import time
from dataclasses import replace

import pytest

from hansa.areas.exchange.models import Catalogue
from hansa.areas.exchange.network import client, membership
from hansa.areas.exchange.network.client import NetworkError, UnservedError
from hansa.kernel.identity import own
from hansa.lib.ewp import omobilities
from hansa.lib.ewp.hosts import Security
from hansa.lib.ewp.monitoring import Kind
from tests.areas.exchange.league import KI, UU, pair
from tests.areas.exchange.university import University, no, opened, publish


@pytest.fixture
def university(league):
    with opened(University()) as made:
        publish(league, made)
        yield made
        client.hang_up()


def where(api="omobilities", *, majors=(3, 2), part="get-url"):
    return client.endpoint(KI, api, majors=majors, part=part)


ASKED = [("omobility_id", "1")]


def test_signed_request_gets_a_signed_answer(university):
    answer = client.ask(where(), ASKED)

    assert omobilities.GET.read(answer.content) == ()
    assert answer.is_signed


def test_first_major_that_the_member_serves_is_taken(university, league):
    university.majors = {"omobilities": (2,)}
    publish(league, university)

    found = where()

    assert (found.major, found.url) == (2, f"{university.address}/omobilities/v2/get")


@pytest.mark.parametrize(("majors", "part"), [((9,), "get-url"), ((3,), "stats-url")])
def test_what_a_member_does_not_serve_is_said(university, majors, part):
    with pytest.raises(UnservedError, match=r"ki\.example does not offer omobilities") as no_:
        where(majors=majors, part=part)

    assert (no_.value.kind, no_.value.api, no_.value.passes) == (Kind.LOOKUP, "omobilities", False)


def test_request_by_get_carries_its_parameters_in_the_address(university):
    client.ask(where(), ASKED, method="GET")
    client.ask(client.endpoint(KI, "omobilities", majors=(3,), part="index-url"), method="GET")

    assert [(one.pairs, one.body) for one in university.asked] == [({"omobility_id": ["1"]}, b""), ({}, b"")]


def test_document_is_sent_as_it_is(university):
    asked = omobilities.UPDATE_REQUEST.build(
        omobilities.UpdateRequest(omobilities.Approval(omobility_id="1", proposal_id="p"))
    )

    client.ask(where(part="update-url"), document=asked)

    assert university.asked[-1].body == asked


def test_parameters_join_those_of_the_address():
    body, _headers, url = client.written("https://ki.example/a?b=c", ASKED, document=b"", method="GET")

    assert (body, url, client.path_of(url)) == (
        b"",
        "https://ki.example/a?b=c&omobility_id=1",
        "/a?b=c&omobility_id=1",
    )
    assert client.path_of("https://ki.example") == "/"


@pytest.mark.parametrize(
    ("answer", "passes", "message"),
    [
        (no(400, "Bad id."), False, "ki.example says no (400). Bad id."),
        (no(401), False, "ki.example says no (401). Developers:"),
        (no(409, "Stale."), False, "ki.example says no (409). Stale."),
        (no(429), True, "ki.example says no (429). Developers:"),
        (no(500), True, "ki.example says no (500). Developers:"),
        ((503, b"<html>gone</html>"), True, "ki.example says no (503)."),
        ((301, b""), False, "ki.example says no (301)."),
    ],
)
def test_refusal_is_told_in_the_partners_words(university, answer, passes, message):
    university.instead = [answer]

    with pytest.raises(NetworkError) as refused:
        client.ask(where(), ASKED)

    assert (refused.value.message, refused.value.passes, refused.value.status) == (message, passes, answer[0])
    assert (refused.value.api, refused.value.url) == ("omobilities", where().url)


def test_refusal_of_a_developer_is_kept_for_the_monitoring(university):
    university.instead = [no(500, "x")]

    with pytest.raises(NetworkError) as refused:
        client.ask(where(), ASKED)

    assert (refused.value.kind, refused.value.said) == (Kind.SERVER, "Developers: x")


def test_endless_words_of_a_partner_are_cut(university):
    university.instead = [no(500, "x" * 5000)]

    with pytest.raises(NetworkError) as refused:
        client.ask(where(), ASKED)

    assert len(refused.value.message) < 600


def test_huge_answer_is_refused(university, monkeypatch):
    monkeypatch.setattr(client, "MOST_ANSWERED", 1000)
    university.instead = [(200, b"x" * 100_000)]

    with pytest.raises(NetworkError, match="answers with more than 0 MB") as refused:
        client.send("GET", university.address, content=b"", headers={}, who=KI, most=1000)

    assert not refused.value.passes


def test_answer_that_comes_too_slowly_is_given_up(university, monkeypatch):
    monkeypatch.setattr(client, "LONGEST", 0.05)
    university.delay = 0.1

    with pytest.raises(NetworkError, match="answers too slowly") as refused:
        client.ask(where(), ASKED)

    assert (refused.value.kind, refused.value.passes) == (Kind.TIMEOUT, True)


def test_member_that_says_nothing_is_given_up(university, monkeypatch):
    import httpx2

    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.05))
    university.delay = 0.5
    client.hang_up()

    with pytest.raises(NetworkError, match=r"does not answer \(ReadTimeout\)") as refused:
        client.ask(where(), ASKED)

    assert (refused.value.kind, refused.value.passes) == (Kind.TIMEOUT, True)
    time.sleep(0.5)


def test_member_that_is_away_may_come_back(league):
    with opened(University()) as gone:
        publish(league, gone)

    with pytest.raises(NetworkError, match=r"does not answer \(ConnectError\)") as refused:
        client.ask(where(), ASKED)

    assert (refused.value.kind, refused.value.passes) == (Kind.NETWORK, True)
    client.hang_up()


def test_answer_signed_by_somebody_else_is_refused(university):
    university.signer = pair(UU)

    with pytest.raises(NetworkError, match="is not signed by it") as refused:
        client.ask(where(), ASKED)

    assert (refused.value.kind, refused.value.passes) == (Kind.RESPONSE, False)


def test_unsigned_answer_is_taken_where_tls_tells_who_answers(university):
    university.is_signing = False

    assert not client.ask(where(), ASKED).is_signed


def test_unsigned_answer_is_refused_where_only_signatures_tell_who_answers(university, league):
    university.is_signing, university.security = False, Security(client=("httpsig",), server=("httpsig",))
    publish(league, university)

    with pytest.raises(NetworkError, match="is not signed"):
        client.ask(where(), ASKED)


def test_answer_that_is_no_document_is_told(university):
    university.instead = [(200, b"<html/>")]
    found = where()

    with pytest.raises(NetworkError, match="answers what cannot be read") as refused:
        client.read(found, client.ask(found, ASKED), reading=omobilities.GET.read)

    assert (refused.value.kind, refused.value.status, refused.value.api) == (Kind.RESPONSE, 200, "omobilities")


def test_node_of_the_real_network_calls_no_address_of_its_own_machine(university, monkeypatch):
    monkeypatch.setattr(membership, "own", lambda: replace(own(), address="https://hansa.charite.example"))
    Catalogue.objects.update(registry=membership.demand_membership().catalogue_url)

    with pytest.raises(NetworkError, match="publishes an address on this machine"):
        client.ask(where(), ASKED)

    assert university.asked == []


def test_node_without_a_certificate_calls_without_one(university):
    membership.certificate_file().unlink()

    assert client.ask(where(), ASKED).is_signed


def test_line_is_made_anew_when_the_key_changes(university):
    import os

    before = client.line()
    os.utime(membership.key_file(), ns=(1, 1))

    assert client.line() is not before
    assert client.line() is client.line()


def test_plain_document_needs_no_signature(university):
    answer = client.plain(f"{university.address}/discovery/v6", who="x")

    assert answer.content == university.manifest
    assert answer.status == 200
