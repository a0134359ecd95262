import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from hansa.web.security import Buckets, LanguageMiddleware, SecurityMiddleware


def answer(request):
    return HttpResponse("read")


@pytest.fixture
def ask():
    return RequestFactory()


def test_answer_allows_only_what_this_node_serves(ask):
    response = SecurityMiddleware(answer)(ask.get("/"))

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Permissions-Policy"].startswith("camera=()")


def test_nonce_is_told_to_the_page_and_is_new_each_time(ask):
    seen = []
    door = SecurityMiddleware(lambda request: HttpResponse(seen.append(request.csp_nonce) or "read"))

    policies = [door(ask.get("/")).headers["Content-Security-Policy"] for _time in range(2)]

    assert seen[0] != seen[1]
    assert f"'nonce-{seen[0]}'" in policies[0]


def test_page_may_say_more_for_itself(ask):
    def own(request):
        return HttpResponse("read", headers={"Cache-Control": "max-age=3600"})

    assert SecurityMiddleware(own)(ask.get("/")).headers["Cache-Control"] == "max-age=3600"


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/login/", "1048576", 200),
        ("/login/", "1048577", 413),
        ("/api/studies", "1048577", 413),
        ("/letters/", "1048577", 200),
        ("/letters/", "16777217", 413),
        ("/login/", "-1", 413),
        ("/login/", "many", 413),
        ("/login/", "", 200),
    ],
)
def test_body_is_no_larger_than_its_address_allows(ask, path, length, status):
    response = SecurityMiddleware(answer)(ask.post(path, CONTENT_LENGTH=length))

    assert response.status_code == status


def test_refusal_is_read_by_people_and_by_programs(ask):
    door = SecurityMiddleware(answer)

    page = door(ask.post("/login/", CONTENT_LENGTH="9999999"))
    program = door(ask.post("/api/studies", CONTENT_LENGTH="9999999"))

    assert page.content.decode() == "This is larger than the node accepts. Send less at once.\n"
    assert program.headers["Content-Type"] == "application/json"
    assert program.content.decode() == (
        '{"message": "This is larger than the node accepts.", "remedy": "Send less at once."}'
    )


def test_caller_may_not_keep_the_api_to_itself(ask, settings):
    settings.API_RATE, settings.API_BURST = 0.5, 3
    door = SecurityMiddleware(answer)

    statuses = [door(ask.get("/api/studies", REMOTE_ADDR="192.0.2.7")).status_code for _time in range(4)]
    other = door(ask.get("/api/studies", REMOTE_ADDR="198.51.100.1"))
    page = door(ask.get("/", REMOTE_ADDR="192.0.2.7"))
    last = door(ask.get("/letters/", REMOTE_ADDR="192.0.2.7"))

    assert statuses == [200, 200, 200, 429]
    assert (other.status_code, page.status_code, last.status_code) == (200, 200, 429)
    assert last.headers["Retry-After"] == "2"


def test_bucket_fills_with_time():
    buckets = Buckets(rate=2, burst=2)

    taken = [buckets.take("a", now=0.0) for _time in range(3)]

    assert taken == [0.0, 0.0, 0.5]
    assert buckets.take("a", now=0.5) == 0.0
    assert [buckets.take("a", now=100.0) for _time in range(3)] == [0.0, 0.0, 0.5]


def test_buckets_forget_who_came_first_before_memory_is_full():
    buckets = Buckets(rate=0, burst=1, callers=2)

    for caller in "abc":
        buckets.take(caller, now=0.0)

    assert buckets.take("a", now=0.0) == 0.0


def test_pages_speak_the_language_of_the_person(ask, person):
    seen = []
    door = LanguageMiddleware(lambda request: HttpResponse(seen.append(translation.get_language()) or "read"))
    request = ask.get("/")
    request.user = person("auditor", language="sv")

    with translation.override("en"):
        door(request)

    assert seen == ["sv"]
    assert request.LANGUAGE_CODE == "sv"


def test_pages_keep_the_language_of_a_visitor(ask, client):
    seen = []
    door = LanguageMiddleware(lambda request: HttpResponse(seen.append(translation.get_language()) or "read"))
    request = ask.get("/")
    request.user = type("Visitor", (), {"is_authenticated": False})()

    with translation.override("de"):
        door(request)

    assert seen == ["de"]
