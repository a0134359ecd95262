"""Mails to groups through a real mail server: one each, never two, put off or given up for a reason."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.mail.backends.smtp import EmailBackend

from hansa.areas.exchange import actions
from hansa.areas.exchange.jobs import mailings as carrier
from hansa.areas.exchange.models import Application, Mailing, Stay
from hansa.areas.exchange.queries.mailings import journal
from hansa.kernel import jobs
from hansa.kernel.models import Job, LedgerEntry
from tests.areas.exchange.applying import applied, now, opened
from tests.areas.exchange.scene import Scene
from tests.conftest import given


class Post:
    """What the mail server does: it keeps what it takes, and answers what a test tells it to."""

    def __init__(self) -> None:
        self.kept: list[tuple[list[str], Any]] = []
        self.says: dict[str, list[str]] = {}
        self.breaks = False

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802 -- named by the server
        if self.says.get(address):
            return self.says[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 -- named by the server
        self.kept.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        if self.breaks:
            server.transport.abort()
        return self.says.get("data", ["250 OK"])[0]

    @property
    def addresses(self) -> list[str]:
        return [address for to, _message in self.kept for address in to]


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """Run a mail server on this machine and let the node use it."""
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


def written(scene: Scene, *names: str) -> Mailing:
    """Write to the applicants of a call."""
    call = opened(scene)
    for name in names:
        applied(scene, call, name)
    return actions.mailings.send(
        Mailing(), by=scene["officer"], subject="Wie geht’s?", text="Grüße\naus Berlin", call=str(call.pk)
    )


def later() -> None:
    """Let the time of every job have come."""
    Job.objects.update(next_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_mail_reaches_everybody_alone(scene: Scene, post: Post) -> None:
    mailing = written(scene, "ada", "bea")

    jobs.run_due(lane="network")

    assert [to for to, _message in post.kept] == [["ada@charite.example"], ["bea@charite.example"]]
    message = post.kept[0][1]
    assert (message["Subject"], message["To"]) == ("Wie geht’s?", "ada@charite.example")
    assert message["From"] == "Charité – Universitätsmedizin Berlin <exchange@charite.example>"
    assert message.get_content().replace("\r\n", "\n").strip() == "Grüße\naus Berlin"
    mailing = now(mailing)
    assert (mailing.state, mailing.sent, mailing.trouble) == ("sent", 2, "")
    assert journal(mailing) == [("Anna Muster", "sent")] * 2


def test_mail_leaves_no_address_in_ledger_or_jobs(scene: Scene, post: Post) -> None:
    mailing = written(scene, "ada")

    jobs.run_due(lane="network")

    everything = f"{list(LedgerEntry.objects.values())} {list(Job.objects.values())} {now(mailing).recipients}"
    assert "ada@" not in everything
    assert LedgerEntry.objects.filter(body__contains="exchange.mail").exists()


def test_mail_that_was_put_off_is_tried_again_later(scene: Scene, post: Post) -> None:
    mailing = written(scene, "ada", "bea")
    post.says["ada@charite.example"] = ["451 4.7.1 Greylisted"]

    jobs.run_due(lane="network")
    waiting = Job.objects.get(state="waiting")
    states = [one["state"] for one in now(mailing).recipients]
    later()
    jobs.run_due(lane="network")

    assert waiting.waits_for == "the mail server (SMTPRecipientsRefused 451)"
    assert states == ["waiting", "sent"]
    assert post.addresses == ["bea@charite.example", "ada@charite.example"]
    assert now(mailing).state == "sent"


def test_mail_that_the_server_refuses_for_good_is_not_tried_again(scene: Scene, post: Post) -> None:
    mailing = written(scene, "ada", "bea")
    post.says["ada@charite.example"] = ["550 5.1.1 No such user"]

    jobs.run_due(lane="network")

    mailing = now(mailing)
    assert (mailing.state, mailing.sent, mailing.trouble) == ("failed", 1, "1 of 2 were not reached.")
    assert not Job.objects.filter(state="waiting").exists()


@pytest.mark.parametrize(("answer", "state"), [("552 5.3.4 Too big", "failed"), ("452 4.3.1 Disk full", "waiting")])
def test_mail_follows_the_answer_to_its_text(scene: Scene, post: Post, answer, state) -> None:
    mailing = written(scene, "ada")
    post.says["data"] = [answer]

    jobs.run_due(lane="network")

    assert now(mailing).recipients[0]["state"] == state


def test_mail_whose_fate_is_not_known_is_never_sent_twice(scene: Scene, post: Post) -> None:
    mailing = written(scene, "ada")
    post.breaks = True

    jobs.run_due(lane="network")
    later()
    jobs.run_due(lane="network")

    mailing = now(mailing)
    assert post.addresses == ["ada@charite.example"]
    assert (mailing.state, mailing.recipients[0]["state"]) == ("failed", "unknown")
    assert mailing.trouble.startswith("1 may not have been reached")


def test_mail_of_a_node_that_was_killed_in_between_is_never_sent_twice(scene: Scene, post: Post) -> None:
    mailing = written(scene, "ada")
    Job.objects.update(data={"number": 0, "tried": True})

    jobs.run_due(lane="network")

    assert post.kept == []
    assert now(mailing).recipients[0]["state"] == "unknown"


def test_mail_that_another_worker_has_taken_is_left_to_it(scene: Scene, post: Post) -> None:
    mailing = written(scene, "ada")
    row = jobs.claim("one", lane="network")
    Job.objects.update(holder="two")

    jobs.work(row)

    assert post.kept == []
    assert now(mailing).recipients[0]["state"] == "waiting"


def test_mail_waits_for_a_server_that_is_away(scene: Scene, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    mailing = written(scene, "ada")

    jobs.run_due(lane="network")

    row = Job.objects.get()
    assert row.waits_for == "the mail server (ConnectionRefusedError )"
    assert "tried" not in row.data
    assert now(mailing).state == "sending"


def test_mail_is_given_up_after_a_day(scene: Scene, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    mailing = written(scene, "ada")
    Job.objects.update(waits=carrier.MOST_WAITS)

    jobs.run_due(lane="network")

    assert (now(mailing).state, now(mailing).trouble) == ("failed", "1 of 1 were not reached.")
    waits = [jobs.backoff(number, first=carrier.FIRST, longest=carrier.LONGEST) for number in range(carrier.MOST_WAITS)]
    assert 18 * 3600 < sum(waits) < 26 * 3600


def test_mail_to_someone_whose_address_is_gone_fails(scene: Scene, post: Post) -> None:
    scene.nominate()
    mailing = actions.mailings.send(Mailing(), by=scene["officer"], subject="S", text="T", direction="outgoing")
    with given():
        Stay.objects.all().delete()

    jobs.run_due(lane="network")

    assert (post.kept, now(mailing).state, journal(now(mailing))) == ([], "failed", [("", "failed")])


def test_mail_waiting_at_a_node_that_lost_its_mail_server_fails(scene: Scene, settings: Any) -> None:
    mailing = written(scene, "ada")
    settings.EMAIL_HOST = ""

    jobs.run_due(lane="network")

    assert now(mailing).state == "failed"


def test_mail_that_breaks_a_job_again_and_again_is_noted(scene: Scene, post: Post, monkeypatch: Any) -> None:
    mailing = written(scene, "ada")

    def broken(row: Job, message: Any) -> str:
        raise KeyError("ada@charite.example")

    monkeypatch.setattr(carrier, "hand_over", broken)
    for _attempt in range(jobs.MOST_ATTEMPTS):
        later()
        jobs.run_due(lane="network")

    assert now(mailing).state == "failed"
    assert "ada@" not in Job.objects.get().trouble


def certificate(directory: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine; return where it and its key are."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "certificate.pem", directory / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*form))
    return paths


@pytest.fixture
def guarded(tmp_path: Path, settings: Any) -> Iterator[Post]:
    """Run a mail server that asks for TLS and a password."""
    path, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    handler = Post()

    def known(server, session, envelope, mechanism, data) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"hansa", b"s@lt"), handled=False)

    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=known,
        auth_required=True,
    )
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", controller.port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = True, "hansa", "s@lt"
    handler.certificate = path
    yield handler
    controller.stop()


def test_mail_goes_over_tls_with_a_password(scene: Scene, guarded: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(guarded.certificate))
    mailing = written(scene, "ada")

    jobs.run_due(lane="network")

    assert now(mailing).state == "sent", Job.objects.get().waits_for
    assert guarded.addresses == ["ada@charite.example"]


def test_mail_is_not_handed_to_a_server_that_nobody_vouches_for(scene: Scene, guarded: Any) -> None:
    written(scene, "ada")

    jobs.run_due(lane="network")

    assert "SSLCertVerificationError" in Job.objects.get().waits_for
    assert guarded.kept == []


def test_mail_waits_where_the_password_is_wrong(scene: Scene, guarded: Any, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(guarded.certificate))
    settings.EMAIL_HOST_PASSWORD = "pepper"
    written(scene, "ada")

    jobs.run_due(lane="network")

    assert Job.objects.get().waits_for == "the mail server (SMTPAuthenticationError 535)"


def test_mail_is_not_handed_over_in_the_clear_where_tls_is_asked_for(scene: Scene, post: Post, settings: Any) -> None:
    settings.EMAIL_USE_TLS = True
    written(scene, "ada")

    jobs.run_due(lane="network")

    assert Job.objects.get().waits_for.startswith("the mail server (SMTPNotSupportedError")
    assert post.kept == []


def test_farewell_that_breaks_changes_nothing(scene: Scene, post: Post, monkeypatch: Any) -> None:
    mailing = written(scene, "ada")

    close = EmailBackend.close

    def rude(self: Any) -> None:
        close(self)
        raise smtplib.SMTPException

    monkeypatch.setattr(EmailBackend, "close", rude)
    jobs.run_due(lane="network")

    assert now(mailing).state == "sent"
    assert Application.objects.count() == 1
