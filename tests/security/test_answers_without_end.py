"""A partner whose node answers without end, or with an essay."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hansa.kernel import courier
from hansa.kernel.courier import Line
from hansa.lib.errors import RefusedError, UnreachableError


@pytest.fixture
def partner():
    """Return a web server on this machine and what it is to answer."""
    said = {"status": 200, "body": b"{}", "headers": {}}

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(said["status"])
            for name, value in {**said["headers"], "Content-Length": str(len(said["body"]))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said["body"])

        def log_message(self, *_given):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Line(f"http://127.0.0.1:{server.server_port}", who="KI"), said
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("packed", [False, True])
def test_line_reads_no_more_than_letters_can_hold(partner, packed, monkeypatch):
    line, said = partner
    monkeypatch.setattr(courier, "MOST_ANSWERED", 100_000)
    body = b'{"x": "' + b"x" * 200_000 + b'"}'
    said["body"] = gzip.compress(body) if packed else body
    said["headers"] = {"Content-Encoding": "gzip"} if packed else {}

    with pytest.raises(UnreachableError, match="more than letters can hold"):
        line.post("/letters/", {})

    said["body"], said["headers"] = b'{"x": 1}', {}
    assert line.post("/letters/", {}) == {"x": 1}


def test_line_repeats_only_the_beginning_of_what_a_partner_says(partner):
    line, said = partner
    said["status"], said["body"] = 403, b'{"message": "' + b"m" * 9_000 + b'", "remedy": "' + b"r" * 9_000 + b'"}'

    with pytest.raises(RefusedError) as no:
        line.post("/letters/", {})

    assert (len(no.value.message), len(no.value.remedy)) == (len("KI: ") + 500, 500)
