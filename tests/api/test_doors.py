"""Doors of areas: only for machines, and nothing of a browser counts there."""

import pytest
from django.test import Client

MIB = 1024 * 1024


@pytest.fixture
def stranger_at_the_door(sample_area, db):
    return Client(enforce_csrf_checks=True)


def test_door_needs_no_session_and_no_form_of_this_node(stranger_at_the_door):
    answer = stranger_at_the_door.post("/ferry/landing", "<sail/>", content_type="text/xml")

    assert (answer.status_code, answer.content.decode()) == (200, "POST [] False")


def test_door_does_not_know_the_browser_of_somebody_who_is_signed_in(sample_area, client, administrator):
    client.force_login(administrator)

    assert client.get("/ferry/landing").content.decode() == "GET [] False"
    assert "Set-Cookie" not in client.get("/ferry/landing").headers


def test_door_takes_no_more_than_a_mebibyte(stranger_at_the_door):
    def status(size):
        return stranger_at_the_door.post("/ferry/landing", "x" * size, content_type="text/xml").status_code

    assert (status(MIB), status(MIB + 1)) == (200, 413)


def test_door_is_held_by_the_same_rate_as_the_api(stranger_at_the_door, settings):
    settings.API_RATE, settings.API_BURST = 0.001, 2
    client = Client()

    assert [client.get("/ferry/landing").status_code for _time in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("path", ["/ferry/", "/ferry/nowhere", "/ferry/a/b/c"])
def test_door_says_that_nothing_is_there_instead_of_asking_to_sign_in(stranger_at_the_door, path):
    answer = stranger_at_the_door.get(path)

    assert (answer.status_code, answer.json()["error"]) == (404, "absent")


def test_address_is_no_door_unless_an_area_declares_it(client, db):
    assert client.get("/ferry/landing/").headers["Location"] == "/login/?next=/ferry/landing/"
