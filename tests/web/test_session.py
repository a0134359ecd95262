import pytest

from hansa.kernel.models import Person
from tests.web.conftest import PASSWORD
from tests.web.html import read


@pytest.fixture
def ada(person):
    return person("steward", username="ada", password=PASSWORD)


def test_sign_in_page_is_whole(client, db):
    answer = client.get("/login/")

    page = read(answer)
    assert (answer.status_code, page.faults) == (200, [])
    assert "Charité – Universitätsmedizin Berlin" in page.texts


def test_sign_in_leads_where_the_person_wanted_to_go(client, ada):
    answer = client.post("/login/?next=/ledger/", {"username": "ada", "password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/ledger/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_sign_in_never_leads_away_from_the_node(client, ada, elsewhere):
    answer = client.post(f"/login/?next={elsewhere}", {"username": "ada", "password": PASSWORD})

    assert answer.headers["Location"] == "/"


def test_sign_in_with_a_wrong_password_says_no_more_than_that(client, ada):
    wrong, unknown = (client.post("/login/", {"username": name, "password": "wrong"}) for name in ("ada", "nobody"))

    told = "This name and this password do not belong together. Check both and try again."
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert told in read(wrong).texts
    assert told in read(unknown).texts
    assert read(wrong).faults == []


def test_sign_in_without_a_name_asks_for_it(client, db):
    page = read(client.post("/login/", {"username": "", "password": ""}))

    assert page.texts.count("This field is required.") == 2
    assert page.faults == []


def test_sign_out_closes_the_session(client, ada):
    client.force_login(ada)

    answer = client.post("/logout/")

    assert answer.headers["Location"] == "/login/"
    assert client.get("/").status_code == 302
    assert client.get("/logout/").status_code == 405


def test_language_of_a_stranger_is_kept_in_a_cookie(client, db):
    answer = client.post("/language/", {"language": "de", "next": "/login/"})

    assert answer.headers["Location"] == "/login/"
    assert answer.cookies["django_language"].value == "de"
    assert read(client.get("/login/")).language == "de"


def test_language_of_a_person_is_kept_in_the_account(client, ada):
    client.force_login(ada)

    client.post("/language/", {"language": "sv", "next": "https://evil.example/"})

    assert Person.objects.get().language == "sv"
    assert read(client.get("/")).language == "sv"


def test_language_that_is_not_spoken_changes_nothing(client, ada):
    client.force_login(ada)

    answer = client.post("/language/", {"language": "tlh"})

    assert (answer.headers["Location"], Person.objects.get().language) == ("/", "en")


def test_account_leads_to_ones_own_page(client, ada):
    client.force_login(ada)

    assert client.get("/account/").headers["Location"] == f"/people/{ada.pk}/"


def test_answers_forbid_script_and_foreign_style(client, db):
    policy = client.get("/login/").headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none';")
    assert "unsafe-inline" not in policy
