"""Who comes through the door of the network, what is asked of them, and what they hear when they may not."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.conf import settings

from hansa.areas.exchange.api import door
from hansa.areas.exchange.network import membership
from hansa.lib.ewp import echo, signing
from hansa.lib.ewp.answers import read_error
from hansa.lib.ewp.client_certificates import pem_of
from tests.areas.exchange.league import CERTIFICATE_HEADER, CHARITE, KI, UU, certificate, pair

ECHO = "/ewp/echo/v2"


def said(answer):
    return read_error(answer.content).developer_message


def test_answer_repeats_what_a_member_says(league):
    answer = league.ask("echo", 2, [("echo", "a b"), ("echo", "")])

    assert answer.status_code == 200
    assert echo.read_echo(answer.content) == echo.Echo((KI,), ("a b", ""))


def test_get_is_signed_with_its_query(league):
    answer = league.ask("echo", 2, [("echo", "ä/&")], method="GET")

    assert echo.read_echo(answer.content).echoes == ("ä/&",)


def test_answer_is_signed_where_asked_for(league):
    answer = league.ask("echo", 2, [("echo", "x")], headers=dict(signing.ASK_FOR_SIGNATURE))

    seen = signing.verify_response(
        signing.Response(tuple(answer.headers.items()), answer.content),
        to=league.signed,
        keys={pair(CHARITE).public.key_id: pair(CHARITE).public}.get,
        now=datetime.now(UTC),
    )
    assert seen.key_id == pair(CHARITE).public.key_id


def test_refusal_is_signed_where_asked_for(league):
    answer = league.ask("omobilities", 3, part="get-url", headers=dict(signing.ASK_FOR_SIGNATURE))

    assert answer.status_code == 400
    assert "Signature" in answer.headers


def test_answer_of_a_node_without_a_key_is_not_signed(league):
    membership.key_file().unlink()

    answer = league.ask("echo", 2, headers=dict(signing.ASK_FOR_SIGNATURE))

    assert answer.status_code == 200
    assert "Signature" not in answer.headers


def test_node_that_is_no_member_has_no_door(league):
    league.table["hei"] = ""

    answer = league.client.get(ECHO)

    assert answer.status_code == 404


def test_stranger_is_told_how_to_come_in(league):
    answer = league.client.get(ECHO)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Signature realm="EWP"')
    assert answer.headers["Want-Digest"] == "SHA-256"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"by": "nobody.example"}, 403, "not known"),
        ({"now": datetime.now(UTC) - timedelta(hours=1)}, 400, "Date"),
        ({"now": datetime.now(UTC) + timedelta(hours=1)}, 400, "Date"),
        ({"after": {"Digest": "SHA-256=" + "A" * 43 + "="}}, 400, "signature"),
        ({"instead": b"echo=another"}, 400, "Digest"),
        ({"after": {"Host": "127.0.0.1"}}, 400, ""),
        ({"after": {"X-Request-Id": "7"}}, 400, "X-Request-Id"),
        ({"after": {"Digest": None}}, 400, "digest"),
        ({"after": {"Authorization": "Basic YTpi"}}, 401, "Signature"),
        ({"after": {"Authorization": 'Signature keyId="x"'}}, 401, ""),
    ],
    ids=["unknown-key", "old", "early", "digest-changed", "body", "host", "request-id", "no-digest", "basic", "torn"],
)
def test_request_that_is_not_signed_right_is_refused(league, changes, status, words):
    answer = league.ask("echo", 2, [("echo", "x")], **changes)

    assert answer.status_code == status
    assert words.lower() in said(answer).lower()


def test_certificate_that_the_proxy_saw_is_as_good_as_a_signature(league):
    shown = quote(pem_of(certificate(KI)).decode())

    answer = league.client.get(ECHO, headers={CERTIFICATE_HEADER: shown})

    assert echo.read_echo(answer.content).heis == (KI,)


def test_certificate_that_the_registry_does_not_publish_is_refused(league):
    shown = quote(pem_of(certificate("stranger.example")).decode())

    answer = league.client.get(ECHO, headers={CERTIFICATE_HEADER: shown})

    assert answer.status_code == 401


def test_certificate_that_is_none_is_refused(league):
    answer = league.client.get(ECHO, headers={CERTIFICATE_HEADER: "nonsense"})

    assert answer.status_code == 400


@pytest.mark.parametrize("lacking", ["proxy", "header"])
def test_certificate_counts_only_where_a_proxy_shows_it(league, monkeypatch, lacking):
    league.table["certificate_header"] = "" if lacking == "header" else CERTIFICATE_HEADER
    node = league.node
    node.proxy = "" if lacking == "proxy" else node.proxy
    monkeypatch.setattr(settings, "NODE", node)

    answer = league.client.get(ECHO, headers={CERTIFICATE_HEADER: quote(pem_of(certificate(KI)).decode())})

    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(league, method):
    answer = league.send(method, ECHO)

    assert answer.status_code == 405


def test_form_of_another_type_is_refused(league):
    answer = league.send("POST", ECHO, b'{"echo": "x"}', type_="application/json")

    assert answer.status_code == 415


def test_post_without_a_body_needs_no_type(league):
    answer = league.send("POST", ECHO)

    assert answer.status_code == 200


def test_parameters_that_cannot_be_read_are_refused(league):
    answer = league.send("POST", ECHO, b"&".join([b"echo=x"] * 1001), type_="application/x-www-form-urlencoded")

    assert answer.status_code == 400


def test_document_of_another_type_is_refused(league):
    answer = league.send("POST", "/ewp/omobilities/v3/update", b"a=b", type_="application/x-www-form-urlencoded")

    assert answer.status_code == 415


def test_request_that_is_too_large_is_refused(league, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    answer = league.ask("echo", 2, [("echo", "x" * 100)])

    assert answer.status_code == 413


def test_internal_fault_says_nothing_about_the_inside(league, monkeypatch, caplog):
    def broken(*_given):
        raise KeyError("Anna Muster")

    monkeypatch.setattr(door, "pairs_of", broken)

    answer = league.ask("echo", 2)

    assert answer.status_code == 500
    assert "Anna" not in answer.content.decode() + caplog.text


def test_caller_who_names_another_institution_is_refused(league):
    answer = league.ask("omobility-cnr", 1, {"sending_hei_id": UU, "omobility_id": "1"})

    assert answer.status_code == 400
    assert "sending_hei_id" in said(answer)
