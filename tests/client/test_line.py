import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hansa.client.line import Line, error
from hansa.lib.errors import InvalidError, RefusedError, UnreachableError


class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"[1]" if self.path.endswith("/list") else b"<html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given):
        pass


@pytest.fixture
def elsewhere():
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    line = Line(f"http://127.0.0.1:{server.server_port}/", "hansa_x", timeout=5)
    yield line
    line.close()
    server.shutdown()
    server.server_close()


def test_get_says_when_nobody_answers():
    line = Line("http://127.0.0.1:9", "hansa_x", timeout=1)

    with pytest.raises(UnreachableError, match="does not answer"):
        line.get("/me")
    line.close()


def test_get_says_when_something_else_answers(elsewhere):
    with pytest.raises(UnreachableError, match="no Hansa node"):
        elsewhere.get("/me")


def test_get_keeps_an_answer_that_is_no_object(elsewhere):
    assert elsewhere.get("/list") == {"": [1]}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidError),
        (404, InvalidError),
        (401, RefusedError),
        (403, RefusedError),
        (409, RefusedError),
        (500, UnreachableError),
        (503, UnreachableError),
    ],
)
def test_error_keeps_message_and_remedy(status, kind):
    made = error(status, {"message": "No.", "remedy": "Ask."})

    assert type(made) is kind
    assert (made.message, made.remedy) == ("No.", "Ask.")


def test_error_without_words_names_the_status():
    assert error(502, {}).message == "HTTP 502"
