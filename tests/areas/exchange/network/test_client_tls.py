"""The client certificate of this node, shown to a real TLS server that asks for one."""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hansa.areas.exchange.network import client, membership
from hansa.lib.ewp.client_certificates import fingerprint, pem_of
from tests.areas.exchange.league import CHARITE, certificate, pair


class Handler(BaseHTTPRequestHandler):
    """Answer with the fingerprint of the certificate that the client showed."""

    def do_GET(self):
        shown = self.connection.getpeercert(binary_form=True)
        body = fingerprint(shown).encode() if shown else b"none"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given):
        """Say nothing."""


def server_certificate():
    """Return the certificate of a server on this machine, which vouches for itself."""
    me, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=me, subject_name=me)
        .public_key(pair("localhost").private.public_key())
        .serial_number(9)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(pair("localhost").private, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


@pytest.fixture
def server(tmp_path, monkeypatch, league):
    """Return the address of a TLS server that asks for a client certificate."""
    name = tmp_path / "server.pem"
    key = tmp_path / "server-key.pem"
    key.write_bytes(pair("localhost").pem)
    name.write_bytes(server_certificate())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(name, key)
    context.verify_mode = ssl.CERT_OPTIONAL
    # What the registry's fingerprint decides the handshake need not: it trusts exactly our certificate.
    context.load_verify_locations(cadata=pem_of(certificate(CHARITE)).decode())
    made = HTTPServer(("127.0.0.1", 0), Handler)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(name))
    client.hang_up()
    yield f"https://localhost:{made.server_port}/"
    client.hang_up()
    made.shutdown()
    made.server_close()
    thread.join()


def test_node_shows_the_certificate_that_its_manifest_publishes(server):
    answer = client.plain(server, who="ki.example")

    assert answer.content.decode() == fingerprint(certificate(CHARITE))


def test_node_without_a_certificate_shows_none(server):
    membership.certificate_file().unlink()

    assert client.plain(server, who="ki.example").content == b"none"


def test_server_whose_certificate_nobody_vouches_for_is_not_asked(server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    client.hang_up()

    with pytest.raises(client.NetworkError, match=r"ki\.example"):
        client.plain(server, who="ki.example")
