"""The courier over real HTTP: a partner on paper listens, answers, holds letters for others, and misbehaves."""

import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.utils import timezone

from hansa.kernel import bell, courier, outbox
from hansa.kernel.courier import Line, Round
from hansa.kernel.door import Call
from hansa.kernel.identity import forget, own
from hansa.kernel.letters import OUTBOX
from hansa.kernel.models import Letter, Partner
from hansa.lib.canonical import canonical, digest, parse
from hansa.lib.errors import RefusedError, UnreachableError
from hansa.lib.letters import Receipt
from tests.conftest import given
from tests.kernel.conftest import Scene
from tests.paper import SOLNA, PaperPartner
from tests.patience import WAIT, until


class PaperNode:
    """A partner on paper behind a real web server, which also holds envelopes for others."""

    def __init__(self, paper):
        self.paper = paper
        self.got, self.calls, self.held, self.says = [], [], [], []
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = parse(self.rfile.read(int(self.headers["Content-Length"])))
                status, kind, said = node.answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *given):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, path, body):
        if self.says:
            return self.says.pop(0)
        if path == "/letters/collect":
            return self.collect(body)
        assert path == "/letters/"
        self.got.append(body)
        if body["to"] != self.paper.id or "receipt" in self.paper.open(body):
            return 202, "application/json", b"{}"
        return self.told({"envelope": self.paper.answer(body)})

    def collect(self, body):
        asked = Call.read(body["call"], key=own().signing.public)
        assert (asked.sender, asked.recipient, body["from"]) == (own().id, self.paper.id, own().id)
        self.calls.append(asked)
        # One by one, so that what a test puts there meanwhile is not lost.
        for envelope in list(self.held):
            if courier.sealed_in(envelope) in asked.done:
                self.held.remove(envelope)
        return self.told({"envelopes": self.held})

    @staticmethod
    def told(answer):
        return 200, "application/json", canonical(answer)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def node(scene):
    """Let the partner on paper be reachable."""
    node = PaperNode(scene.paper)
    reach(scene, node.address)
    yield node
    node.close()


@pytest.fixture
def solna(scene):
    """Return a second partner, which only dials out."""
    other = PaperPartner(id=SOLNA)
    with given():
        other.row()
    return Scene(other)


def reach(scene, address):
    with given():
        partner = scene.row
        partner.address = address
        partner.save()


@pytest.fixture
def lines():
    """Return the connections of one thread, closed in the end."""
    lines = {}
    yield lines
    for line in lines.values():
        line.client.close()


def again(row):
    """Let the pause of a postponed letter be over."""
    Letter.objects.update(next_at=timezone.now())
    row.refresh_from_db()


@pytest.fixture
def patience(monkeypatch):
    """Make the rests of the courier short."""
    monkeypatch.setattr(bell, "PATIENCE", 0.05)


def test_carry_delivers_the_oldest_letter_and_keeps_its_receipt(scene, node, lines):
    first, second = scene.send(), scene.send()

    assert courier.carry(scene.row, lines) == 0.0

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("applied", "waiting")
    assert first.bytes == len(canonical(node.got[0]))
    assert [envelope["to"] for envelope in node.got] == [scene.paper.id]
    assert scene.row.trouble == ""


def test_carry_rests_when_nothing_waits(scene, node, lines):
    assert courier.carry(scene.row, lines) == bell.PATIENCE


@pytest.mark.parametrize("state", ["changed", "blocked", "introduced"])
def test_carry_keeps_letters_while_the_partner_is_not_known(scene, node, state, lines):
    row = scene.send()
    with given():
        partner = scene.row
        partner.state = state
        partner.save()

    assert courier.carry(scene.row, lines) == bell.PATIENCE

    row.refresh_from_db()
    assert (row.state, node.got) == ("waiting", [])


def test_carry_waits_out_the_pause_of_a_letter(scene, node, lines):
    row = scene.send()
    Letter.objects.filter(pk=row.pk).update(next_at=timezone.now() + timedelta(seconds=0.2))
    assert 0 < courier.carry(scene.row, lines) <= 0.2
    Letter.objects.filter(pk=row.pk).update(next_at=timezone.now() + timedelta(hours=1))
    assert courier.carry(scene.row, lines) == bell.PATIENCE
    Letter.objects.filter(pk=row.pk).update(next_at=None)

    assert courier.carry(scene.row, lines) == 0.0

    assert len(node.got) == 1


def test_unreachable_partner_gets_the_letter_later_and_once(scene, lines):
    row = scene.send()
    reach(scene, "http://127.0.0.1:9")

    courier.carry(scene.row, lines)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.trouble.startswith("Karolinska Institutet does not answer (ConnectError). Nothing is lost")
    assert scene.row.trouble == row.trouble
    node = PaperNode(scene.paper)
    reach(scene, node.address)
    try:
        again(row)
        courier.carry(scene.row, lines)
        assert courier.carry(scene.row, lines) == bell.PATIENCE
    finally:
        node.close()
    row.refresh_from_db()
    assert (row.state, row.trouble, scene.row.trouble) == ("applied", "", "")
    assert len(node.got) == 1


NOT_A_LETTER = "Karolinska Institutet answers with something that is no letter (HTTP {}). Check the address"


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ((502, "text/html", b"<html><h1>Bad Gateway</h1></html>"), NOT_A_LETTER.format(502)),
        ((200, "text/html", b"<html>Please sign in</html>"), NOT_A_LETTER.format(200)),
        ((502, "text/plain", b""), "Karolinska Institutet: 502"),
        (
            (409, "application/json", b'{"message":"Letter number 1 has not arrived yet.","remedy":"In order."}'),
            "Karolinska Institutet: Letter number 1 has not arrived yet. In order.",
        ),
        ((500, "application/json", b"[]"), "Karolinska Institutet: 500"),
        ((200, "application/json", b"[]"), "This is not an envelope of version 1."),
        ((200, "application/json", b""), "This is not an envelope of version 1."),
        ((200, "application/json", b'{"envelope":{"hansa":"envelope/1"}}'), "This is not an envelope of version 1."),
    ],
    ids=["html 502", "html 200", "empty 502", "refusal", "list 500", "list 200", "empty 200", "half an envelope"],
)
def test_rubbish_for_an_answer_is_told_and_the_letter_tried_again(scene, node, answer, trouble, lines):
    row = scene.send()
    node.says.append(answer)

    courier.carry(scene.row, lines)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.trouble.startswith(trouble)
    again(row)
    courier.carry(scene.row, lines)
    row.refresh_from_db()
    assert row.state == "applied"


def test_forged_answer_is_told_and_the_letter_tried_again(scene, node, lines):
    row = scene.send()
    stranger = PaperPartner(id=SOLNA)
    node.says.append(node.told({"envelope": stranger.envelope({"receipt": "x", "note": "x"})}))

    courier.carry(scene.row, lines)

    row.refresh_from_db()
    assert (row.state, "does not know" in row.trouble) == ("waiting", True)


def test_receipt_of_another_letter_is_no_answer(scene, node, lines):
    first = scene.send()
    old = scene.paper.answer(outbox.envelope(first, scene.row))
    courier.carry(scene.row, lines)
    second = scene.send()
    node.says.append(node.told({"envelope": old}))

    courier.carry(scene.row, lines)

    second.refresh_from_db()
    assert (second.state, second.attempts) == ("waiting", 1)
    assert second.trouble == "Karolinska Institutet answers with the receipt of another letter."


def test_failed_letter_is_not_overtaken_by_the_next(scene, node, lines):
    first, _second = scene.send(), scene.send()
    node.says.append((502, "text/plain", b""))

    courier.carry(scene.row, lines)
    courier.carry(scene.row, lines)

    assert node.got == []
    again(first)
    courier.carry(scene.row, lines)
    courier.carry(scene.row, lines)
    sequences = [parse(canonical(Letter.objects.get(pk=row.pk).sequence)) for row in Letter.objects.all()]
    assert sequences == [1, 2]
    assert len(node.got) == 2


def test_route_goes_to_the_partner_itself_or_through_a_third(scene, node, solna):
    assert courier.route(scene.row) == scene.row
    assert courier.route(solna.row) == scene.row
    reach(scene, "")
    assert courier.route(solna.row) is None


def test_route_of_a_reachable_node_waits_to_be_asked(scene, node, solna, house, lines):
    toml = house / "node.toml"
    toml.write_text(toml.read_text() + 'address = "https://charite.example"\n')
    forget()

    assert courier.route(solna.row) is None
    assert courier.carry(solna.row, lines) == bell.PATIENCE


def test_two_nodes_that_only_dial_out_speak_through_a_third(scene, node, solna, lines):
    row = solna.send()

    assert courier.carry(solna.row, lines) == 0.0

    # The third node holds the envelope and cannot read it; we bring it again if nobody answers.
    row.refresh_from_db()
    (envelope,) = node.got
    assert (envelope["to"], row.state, row.attempts) == (SOLNA, "waiting", 1)
    assert row.next_at > timezone.now() + timedelta(seconds=20)
    # Solna collects it there and leaves its receipt and a letter of its own.
    node.held += [solna.paper.answer(envelope), solna.paper.seal_letter(solna.note("from Solna"))]

    taken, troubles = courier.fetch(scene.row, lines, done=[])

    row.refresh_from_db()
    assert (row.state, troubles) == ("applied", [])
    assert scene.effects() == ["from Solna"]
    reply = node.got[1]
    assert reply["to"] == SOLNA
    receipt = Receipt.read(solna.paper.open(reply)["receipt"], key=own().signing.public)
    assert receipt.outcome == "applied"
    assert taken == [digest(envelope["sealed"]) for envelope in node.held]
    assert courier.fetch(scene.row, lines, done=taken) == ([], [])
    assert node.calls[1].done == taken


def test_fetch_takes_letters_of_the_reachable_partner_itself(scene, node, lines):
    node.held.append(scene.paper.seal_letter(scene.note()))

    courier.fetch(scene.row, lines, done=[])
    courier.fetch(scene.row, lines, done=[])

    assert scene.effects() == ["hello"]
    receipts = [scene.paper.open(reply)["receipt"] for reply in node.got]
    assert len(set(receipts)) == 1


def test_envelope_that_can_never_be_taken_blocks_none_behind_it(scene, node, lines):
    stranger = PaperPartner(id=SOLNA)
    altered = {**scene.paper.envelope({}), "sealed": "altered"}
    node.held += ["rubbish", {}, stranger.envelope({}), altered, scene.paper.seal_letter(scene.note())]

    taken, troubles = courier.fetch(scene.row, lines, done=[])

    assert (len(taken), len(troubles)) == (5, 4)
    assert scene.effects() == ["hello"]


def test_envelope_that_may_be_taken_later_is_not_acknowledged(scene, node, lines):
    scene.note("lost on the way")
    node.held.append(scene.paper.seal_letter(scene.note()))

    taken, troubles = courier.fetch(scene.row, lines, done=[])

    assert taken == []
    assert [trouble.message for trouble in troubles] == ["Letter number 1 has not arrived yet."]


def test_letter_whose_receipt_could_not_be_brought_is_not_acknowledged(scene, node, lines):
    envelope = scene.paper.seal_letter(scene.note())
    node.says += [node.told({"envelopes": [envelope]}), (502, "text/html", b"<html>")]

    taken, troubles = courier.fetch(scene.row, lines, done=[])

    assert (taken, len(troubles), scene.effects()) == ([], 1, ["hello"])
    node.held.append(envelope)
    assert courier.fetch(scene.row, lines, done=[]) == ([digest(envelope["sealed"])], [])
    assert scene.effects() == ["hello"]


@pytest.mark.parametrize("found", [None, "none", 7])
def test_fetch_bears_an_answer_without_envelopes(scene, node, found, lines):
    node.says.append(node.told({"envelopes": found}))

    assert courier.fetch(scene.row, lines, done=[]) == ([], [])


def test_incoming_tells_its_trouble_and_takes_it_back(scene, node, patience, lines):
    step = courier.incoming(scene.row)
    node.says.append((502, "text/html", b"<html>"))

    step(lines)
    assert scene.row.trouble.startswith(NOT_A_LETTER.format(502))
    step(lines)

    assert scene.row.trouble == ""
    step(lines)
    assert len(node.calls) == 2


def test_incoming_leaves_the_trouble_of_others_alone(scene, node, patience, lines):
    step = courier.incoming(scene.row)
    node.says.append((502, "text/html", b"<html>"))
    step(lines)
    scene.row.observe(trouble="A letter waits.")

    step(lines)

    assert scene.row.trouble == "A letter waits."


def test_incoming_tells_of_what_it_could_not_take(scene, node, patience, lines):
    node.held.append("rubbish")

    courier.incoming(scene.row)(lines)

    assert scene.row.trouble.startswith("This is not an envelope of version 1.")


def test_incoming_asks_again_at_once_after_it_got_something(scene, node, lines):
    node.held.append(scene.paper.seal_letter(scene.note()))
    step = courier.incoming(scene.row)

    assert step(lines) == 0.0
    assert step(lines) == bell.PATIENCE

    assert (scene.effects(), node.held) == (["hello"], [])


@pytest.mark.parametrize("change", [{"state": "blocked"}, {"address": ""}])
def test_incoming_asks_only_known_partners_that_can_be_reached(scene, node, change, lines):
    step = courier.incoming(scene.row)
    with given():
        partner = scene.row
        for name, value in change.items():
            setattr(partner, name, value)
        partner.save()

    assert step(lines) == bell.PATIENCE

    assert node.calls == []


def test_line_says_who_does_not_answer(db, lines):
    with pytest.raises(UnreachableError, match="KI does not answer") as dead:
        lines.setdefault("x", Line("http://127.0.0.1:9/", who="KI")).post("/letters/", {})

    assert "tried again by itself" in dead.value.remedy


def test_line_brings_the_partners_error_with_its_remedy(scene, node, lines):
    node.says.append((403, "application/json", json.dumps({"message": "No.", "remedy": "Ask."}).encode()))

    with pytest.raises(RefusedError) as no:
        lines.setdefault("x", Line(node.address, who="KI")).post("/letters/", {})

    assert (no.value.message, no.value.remedy) == ("KI: No.", "Ask.")


@pytest.mark.django_db(transaction=True)
def test_round_outlives_a_fault_rests_and_wakes_by_the_bell(caplog):
    stop, steps, went = threading.Event(), iter([ConnectionError("the house of Ada"), 0.0, 60.0]), []

    def step(_lines):
        went.append(time.monotonic())
        said = next(steps, 60.0)
        if isinstance(said, Exception):
            raise said
        return said

    thread = Round("to somebody", step=step, stop=stop)
    thread.start()
    until(lambda: len(went) == 3)
    bell.ring(OUTBOX)
    until(lambda: len(went) == 4)
    stop.set()
    bell.ring(OUTBOX)
    thread.join(WAIT)

    assert not thread.is_alive()
    assert "to somebody: ConnectionError" in caplog.text
    assert "Ada" not in caplog.text


@pytest.fixture
def running():
    """Start the courier, and end all its threads."""
    stop, before = threading.Event(), set(threading.enumerate())
    yield lambda: courier.start(stop)
    stop.set()

    def are_gone():
        bell.ring(OUTBOX)
        return not any(isinstance(one, Round) for one in set(threading.enumerate()) - before)

    until(are_gone)


def names():
    return sorted(thread.name for thread in threading.enumerate() if isinstance(thread, Round))


@pytest.mark.django_db(transaction=True)
def test_started_courier_carries_and_fetches_for_partners_old_and_new(scene, node, running, patience):
    row = scene.send()
    running()
    until(lambda: Letter.objects.get(pk=row.pk).state == "applied")
    node.held.append(scene.paper.seal_letter(scene.note()))
    until(lambda: scene.effects() == ["hello"])
    second = scene.send()
    until(lambda: Letter.objects.get(pk=second.pk).state == "applied")

    with given():
        PaperPartner(id=SOLNA).row()

    until(lambda: f"from {SOLNA}" in names())
    assert names() == sorted(
        ["courier", *(f"{way} {partner}" for way in ("from", "to") for partner in (scene.paper.id, SOLNA))]
    )
    assert Partner.objects.get(institution=scene.paper.id).trouble == ""


@pytest.mark.django_db(transaction=True)
def test_courier_of_a_reachable_node_fetches_nothing(scene, node, house, running):
    toml = house / "node.toml"
    toml.write_text(toml.read_text() + 'address = "https://charite.example"\n')
    forget()
    running()

    until(lambda: names() == ["courier", f"to {scene.paper.id}"])

    assert connection.in_atomic_block is False
