import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx2
import pytest
from django.conf import settings

from hansa.kernel.door import Call
from hansa.lib.errors import InvalidError
from hansa.lib.letters import moment
from hansa.node import server
from hansa.node.initialise import prepare
from tests.paper import SOLNA, STOCKHOLM, PaperPartner

SERVE = """
import django
django.setup()
from hansa.node.server import serve
serve(lambda address: print(address, flush=True))
"""
MEET = """
import json, sys
import django
django.setup()
from hansa.kernel.change import change
from hansa.kernel.models import Partner
with change({"job": "tests.meet"}):
    Partner(**json.loads(sys.argv[1])).save()
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def served(tmp_path):
    """Start a real node and return its process and its address."""
    made = prepare(
        tmp_path / "node",
        institution="https://ror.org/056d84691",
        name="Karolinska Institutet",
        listen=f"127.0.0.1:{free_port()}",
    )
    environment = {**os.environ, "HANSA_NODE": str(made.directory)}
    with subprocess.Popen([sys.executable, "-c", SERVE], env=environment, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().strip()
        yield process, address
        process.kill()


def test_serve_answers_pages_and_stops_when_told(served):
    process, address = served

    page = httpx2.get(f"{address}login/", timeout=60)
    process.send_signal(signal.SIGTERM)

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "waitress" not in page.headers.get("Server", "")
    assert process.wait(timeout=60) == 0


def test_serve_stops_at_once_while_a_partner_waits_for_letters(served, tmp_path):
    process, address = served
    paper = PaperPartner(id=SOLNA)
    row = {"institution": SOLNA, "name": "Solna", "identity": paper.identity.to_json(), "state": "known"}
    environment = {**os.environ, "HANSA_NODE": str(tmp_path / "node")}
    subprocess.run([sys.executable, "-c", MEET, json.dumps(row)], env=environment, check=True, timeout=60)
    asked = Call(sender=SOLNA, recipient=STOCKHOLM, at=moment(datetime.now(UTC)), seconds=25, done=[])
    knock = {"from": SOLNA, "call": asked.sign(paper.signing)}

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(httpx2.post, f"{address}letters/collect", json=knock, timeout=30)
        with pytest.raises(TimeoutError):
            answer.result(timeout=1.5)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        code = process.wait(timeout=60)
        took = time.monotonic() - began

    assert (code, answer.result().json()) == (0, {"envelopes": []})
    # It would have waited for the partner's 25 seconds.
    assert took < 20


def test_serve_refuses_letters_without_end(served):
    _process, address = served

    answer = httpx2.post(f"{address}letters/", content=b"x" * (settings.LETTER_LIMIT + 1), timeout=30)

    assert answer.status_code == 413


def test_serve_starts_again_at_once_after_a_kill(served, tmp_path):
    process, address = served
    process.kill()
    process.wait(timeout=60)

    environment = {**os.environ, "HANSA_NODE": str(tmp_path / "node")}
    with subprocess.Popen([sys.executable, "-c", SERVE], env=environment, stdout=subprocess.PIPE, text=True) as again:
        assert again.stdout.readline().strip() == address
        again.kill()


def test_serve_says_that_there_is_no_node(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "NODE", type("Nowhere", (), {"is_made": False})())

    with pytest.raises(InvalidError, match="no node"):
        server.serve()


def test_serve_says_that_the_port_is_taken(served, tmp_path):
    # In a process of its own, because waitress leaves its sockets open when it fails.
    second = subprocess.run(
        [sys.executable, "-c", SERVE],
        env={**os.environ, "HANSA_NODE": str(tmp_path / "node")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert second.returncode == 1
    assert "The node cannot listen on 127.0.0.1:" in second.stderr


def test_options_believe_one_proxy_only(monkeypatch):
    plain = server.options()
    monkeypatch.setattr(settings, "NODE", type("Behind", (), {"proxy": "10.0.0.1"})())

    behind = server.options()

    assert plain["clear_untrusted_proxy_headers"]
    assert "trusted_proxy" not in plain
    assert (behind["trusted_proxy"], behind["trusted_proxy_headers"]) == (
        "10.0.0.1",
        {"x-forwarded-for", "x-forwarded-proto"},
    )
