"""Somebody with a browser and no right: forged forms, foreign redirects, guessed passwords, somebody else's things."""

import json

import pytest
from django.test import Client

from hansa.areas.studies.models import Study
from hansa.kernel import tokens
from hansa.kernel.identity import own
from hansa.kernel.models import ApiToken, PartyDecision
from hansa.lib.statistics import protocol as protocols
from hansa.web.views.session import inside
from tests.areas.studies.samples import PROTOCOL
from tests.conftest import given
from tests.paper import PaperPartner, in_force, memorandum

PASSWORD = "a long sentence of words"
JSON = {"content_type": "application/json"}


@pytest.fixture
def ada(person):
    return person("steward", "investigator", username="ada", password=PASSWORD)


@pytest.fixture
def browser(ada):
    made = Client(enforce_csrf_checks=True)
    made.force_login(ada)
    return made


FORMS = ["/logout/", "/language/", "/ledger/", "/datasets/add/", "/tokens/create/", "/login/"]


@pytest.mark.parametrize("path", FORMS)
def test_form_without_its_secret_is_refused(browser, path):
    assert browser.post(path, {}).status_code == 403


@pytest.mark.parametrize("path", ["/api/tokens/create", "/api/studies/propose", "/api/datasets/add"])
def test_session_does_not_open_the_api_to_a_forged_request(browser, path):
    answer = browser.post(path, json.dumps({"name": "x", "scopes": ["studies.read"]}), **JSON)

    assert answer.status_code == 403
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("path", ["/logout/", "/language/", "/api/tokens/create"])
def test_reading_an_address_changes_nothing(browser, path):
    assert browser.get(path).status_code in (404, 405)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https:///evil.example",
        "\x08//evil.example",
        "https://testserver.evil.example/",
        "",
    ],
)
def test_sign_in_leads_to_this_node_only(db, rf, address):
    assert inside(rf.get("/login/"), address) == "/"


def test_signing_in_changes_the_session_and_signing_out_ends_it(ada, settings):
    name, browser = settings.SESSION_COOKIE_NAME, Client()
    browser.cookies[name] = before = "chosen"

    browser.post("/login/", {"username": "ada", "password": PASSWORD})
    thief = Client()
    thief.cookies[name] = stolen = browser.cookies[name].value
    browser.post("/logout/")

    assert stolen != before
    assert thief.get("/").status_code == 302


def test_changed_password_ends_other_sessions(ada):
    browser = Client()
    browser.force_login(ada)
    ada.set_password("another long sentence of words")
    with given():
        ada.save()

    assert browser.get("/").status_code == 302


def test_throttle_does_not_believe_a_header_about_the_address(ada):
    browser = Client()

    said = [
        browser.post(
            "/login/", {"username": f"nobody{number}", "password": "wrong"}, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}"
        ).content.decode()
        for number in range(22)
    ]

    assert "too many wrong passwords" not in said[0]
    assert "too many wrong passwords" in said[-1]


def test_page_of_another_host_is_not_answered(browser):
    answer = browser.get("/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_token_reads_and_does_only_what_its_scopes_name(ada):
    made = tokens.create(ApiToken(), by=ada, name="reader", scopes=["studies.read"])
    program = {"headers": {"authorization": f"Bearer {made.text}"}}

    statuses = {
        path: Client().get(path, **program).status_code
        for path in ("/api/studies/", "/api/datasets/", "/api/ledger/entries", "/api/letters", "/api/invitation")
    }
    asked = Client().post(
        "/api/tokens/create", json.dumps({"name": "more", "scopes": ["studies.decide"]}), **JSON, **program
    )

    assert statuses.pop("/api/studies/") == 200
    assert set(statuses.values()) == {403}
    assert asked.status_code == 403
    assert ApiToken.objects.count() == 1


def test_token_makes_none_that_outlives_it(ada):
    made = tokens.create(ApiToken(), by=ada, name="short", scopes=["tokens.create", "studies.read"], days=2)
    program = {"headers": {"authorization": f"Bearer {made.text}"}}

    asked = Client().post(
        "/api/tokens/create", json.dumps({"name": "long", "scopes": ["studies.read"], "days": 366}), **JSON, **program
    )

    assert asked.status_code == 200
    assert ApiToken.objects.get(name="long").expires == ApiToken.objects.get(name="short").expires


def test_token_is_no_key_to_the_pages(ada):
    made = tokens.create(ApiToken(), by=ada, name="reader", scopes=["studies.read"])

    assert Client().get("/", headers={"authorization": f"Bearer {made.text}"}).status_code == 302


def test_pages_are_kept_by_no_browser_or_proxy(browser):
    answers = [browser.get("/"), browser.get("/studies/"), Client().get("/login/"), Client().get("/nowhere/")]

    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-store"}
    assert {answer.headers["X-Frame-Options"] for answer in answers} == {"DENY"}


@pytest.mark.parametrize(
    "path", ["/%00/", "/studies/%27/", "/../keys/secret", "/static/../../keys/secret", "/nowhere/"]
)
def test_error_pages_tell_nothing_of_the_node(browser, path):
    answer = browser.get(path)

    text = answer.content.decode()
    assert answer.status_code in (400, 404)
    assert "Traceback" not in text
    assert "/tmp/" not in text


def test_text_of_a_partner_is_shown_and_never_run(browser):
    mark = "<script>alert(1)</script>"
    partner = PaperPartner()
    with given():
        agreement = in_force(memorandum(partner, preamble=dict.fromkeys(("en", "de", "sv"), mark)), partner)
        row = partner.row()
        row.name, row.trouble, row.alarm = mark, mark, mark
        row.save()
        study = Study(
            state="failed",
            title=mark,
            question=mark,
            trouble=mark,
            purpose="DUO:0000042",
            protocol=protocols.parse(PROTOCOL).to_json(),
            source_text=mark,
            lead=partner.id,
            parties=[own().id, partner.id],
            agreement=agreement.hash,
            clause="4.1",
        )
        study.save()
        note = {"record": study.urn, "party": partner.id, "at": study.created, "reason": mark}
        PartyDecision(verdict="declined", **note).save()
    pages = ["/", "/studies/", f"/studies/{study.pk}/", "/agreements/", f"/agreements/{agreement.pk}/", "/ledger/"]
    pages += ["/partners/", f"/partners/{row.pk}/"]

    shown = {path: browser.get(path) for path in pages}

    assert {answer.status_code for answer in shown.values()} == {200}
    assert [path for path, answer in shown.items() if mark in answer.content.decode()] == []
    assert "&lt;script&gt;" in shown[f"/studies/{study.pk}/"].content.decode()
