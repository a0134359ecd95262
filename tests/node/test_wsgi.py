"""The application that a server runs."""

import gc
import io

import pytest

from hansa.node import wsgi


@pytest.fixture(autouse=True)
def memory():
    """Leave Python's search for circles as it was."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_settle_leaves_the_program_out_of_every_later_search():
    held = {"itself": None}
    held["itself"] = held

    wsgi.settle()

    assert not any(one is held for one in gc.get_objects())
    assert gc.get_threshold() == (wsgi.YOUNG, wsgi.OFTEN, wsgi.SELDOM)


@pytest.mark.django_db
def test_application_answers():
    told = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/nowhere/at/all", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}

    b"".join(
        wsgi.application(
            {**environ, "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http"}, lambda status, _h: told.append(status)
        )
    )

    assert told[0][:3] in {"301", "302", "400", "404"}
