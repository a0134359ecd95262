"""The courier: threads that carry letters out and, where nobody can reach us, fetch them in.

A node with an address is delivered to. A node without one dials out to every
partner that has one and keeps asking what waits for it; between two such nodes any
reachable partner of both holds the sealed envelopes. A thread a partner keeps the
order and keeps one slow partner from delaying another.
"""

import logging
import threading
import time
from collections.abc import Callable

import httpx2
from django.db import close_old_connections, connections
from django.utils import timezone

from hansa.kernel import bell, door, envelopes, outbox, recall
from hansa.kernel.identity import own
from hansa.kernel.inbox import AlarmError, GapError
from hansa.kernel.letters import OUTBOX
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib.canonical import JSON, canonical, digest, parse
from hansa.lib.errors import HansaError, InvalidError, RefusedError, UnreachableError

LOG = logging.getLogger("hansa.courier")
POLL_SECONDS = 20
TIMEOUT = httpx2.Timeout(10.0, read=40.0)
HEADERS = {"Content-Type": "application/json"}
# Above what a door answers at once (door.MOST_ANSWERED_BYTES and one more letter); memory is not theirs to fill.
MOST_ANSWERED = 64 * 1024 * 1024
LONGEST_SAID = 500


class Line:
    """A kept-open connection to one partner's node."""

    def __init__(self, address: str, *, who: str) -> None:
        self.address = address.rstrip("/")
        self.who = who
        self.client = httpx2.Client(timeout=TIMEOUT, headers=HEADERS)

    def post(self, path: str, body: dict[str, JSON]) -> dict[str, JSON]:
        """Return the partner's answer, or raise what it answered as an error."""
        try:
            with self.client.stream("POST", self.address + path, content=canonical(body)) as answer:
                content = self.bounded(answer)
        except httpx2.HTTPError as failed:
            raise UnreachableError(
                f"{self.who} does not answer ({type(failed).__name__}).",
                "Nothing is lost: it is tried again by itself until they answer.",
            ) from failed
        return self.read(answer, content)

    def bounded(self, answer: httpx2.Response) -> bytes:
        """Return the content of an answer, but not without end."""
        content = bytearray()
        for part in answer.iter_bytes():
            content += part
            if len(content) > MOST_ANSWERED:
                raise UnreachableError(
                    f"{self.who} answers with more than letters can hold.", "Ask its administrator; the letter is kept."
                )
        return bytes(content)

    def read(self, answer: httpx2.Response, content: bytes) -> dict[str, JSON]:
        """Return the JSON of an answer, or raise the error in it."""
        try:
            told = parse(content) if content else {}
        except InvalidError as wrong:
            raise UnreachableError(
                f"{self.who} answers with something that is no letter (HTTP {answer.status_code}).",
                "Check the address, and any proxy in between.",
            ) from wrong
        if not isinstance(told, dict):
            told = {}
        if not answer.is_success:
            message, remedy = str(told.get("message", answer.status_code)), str(told.get("remedy", ""))
            raise RefusedError(f"{self.who}: {message[:LONGEST_SAID]}", remedy[:LONGEST_SAID])
        return told


Lines = dict[str, Line]


def deliver(row: LetterRow, partner: Partner, *, line: Line) -> bool:
    """Carry one letter; return whether it was answered."""
    body = outbox.envelope(row, partner)
    try:
        told = line.post("/letters/", body)
        if "envelope" not in told and not partner.address:
            outbox.passed_on(row)
            return False
        outside, answering = envelopes.check(told.get("envelope"), now=timezone.now())
        settled = outbox.settle(envelopes.open_envelope(outside, answering), size=len(canonical(body)))
        if settled.pk != row.pk:
            wrong = InvalidError(f"{line.who} answers with the receipt of another letter.")
            outbox.postpone(row, partner, trouble=wrong)
            return False
    except HansaError as trouble:
        outbox.postpone(row, partner, trouble=trouble)
        return False
    return True


def route(partner: Partner) -> Partner | None:
    """Return whose door a letter for this partner is brought to, if we bring it anywhere."""
    if partner.address:
        return partner
    if own().address:
        return None
    reachable = Partner.objects.filter(state=Partner.State.KNOWN).exclude(address="")
    return reachable.exclude(pk=partner.pk).order_by("institution").first()


def carry(partner: Partner, lines: Lines) -> float:
    """Deliver the oldest letter due for a partner; return how long to rest before the next."""
    partner = Partner.named(partner.institution) or partner
    row = next(iter(outbox.due(partner, most=1)), None)
    through = route(partner) if row is not None and partner.state == Partner.State.KNOWN else None
    if row is None or through is None:
        return bell.PATIENCE
    pause = (row.next_at - timezone.now()).total_seconds() if row.next_at else 0.0
    if pause > 0:
        return min(pause, bell.PATIENCE)
    line = line_to(through, lines)
    deliver(row, partner, line=line)
    return 0.0


def line_to(partner: Partner, lines: Lines) -> Line:
    """Return the connection to a partner's address; a new one is costly, so it is kept."""
    if partner.address not in lines:
        lines[partner.address] = Line(partner.address, who=partner.name)
    return lines[partner.address]


def fetch(partner: Partner, lines: Lines, *, done: list[str]) -> tuple[list[str], list[HansaError]]:
    """Collect what waits for us at a reachable partner; return what to acknowledge next time, and what went wrong."""
    line = line_to(partner, lines)
    token = door.call(recipient=partner.institution, seconds=POLL_SECONDS, done=done)
    told = line.post("/letters/collect", {"from": own().id, "call": token, "seen": recall.seen(partner)})
    found = told.get("envelopes")
    taken: list[str] = []
    troubles: list[HansaError] = []
    for envelope in found if isinstance(found, list) else []:
        try:
            accept(envelope, line)
        except (UnreachableError, AlarmError, GapError) as trouble:
            troubles.append(trouble)
            continue
        except HansaError as fault:
            # It will never be taken as it is, and must not block those behind it; its sender brings a new one.
            troubles.append(fault)
        taken.append(sealed_in(envelope))
    return taken, troubles


def accept(envelope: JSON, line: Line) -> None:
    """Take one collected envelope and bring the answer back."""
    outside, sender = envelopes.check(envelope, now=timezone.now(), fresh=False)
    reply = door.take(outside, sender)
    if reply is not None:
        line.post("/letters/", reply)


def sealed_in(envelope: JSON) -> str:
    """Return the name under which a third node holds an envelope."""
    return digest(envelope.get("sealed") if isinstance(envelope, dict) else None)


class Round(threading.Thread):
    """A thread that does one small thing again and again until the node stops."""

    def __init__(self, name: str, *, step: Callable[[Lines], float], stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.step, self.stop = step, stop
        self.lines: Lines = {}

    def run(self) -> None:
        """Do the step, rest as long as it says or until the bell rings."""
        while not self.stop.is_set():
            since = bell.count(OUTBOX)
            try:
                rest = self.step(self.lines)
            except Exception as failed:  # noqa: BLE001 -- a thread of the node must outlive any single fault
                LOG.warning("%s: %s", self.name, type(failed).__name__)
                rest = bell.PATIENCE
            close_old_connections()
            if rest > 0:
                bell.wait(OUTBOX, since=since, timeout=rest)
        for line in self.lines.values():
            line.client.close()
        connections.close_all()


def outgoing(partner: Partner) -> Callable[[Lines], float]:
    """Return the step of the thread that brings letters to one partner."""
    return lambda lines: carry(partner, lines)


def incoming(partner: Partner) -> Callable[[Lines], float]:
    """Return the step of the thread that fetches letters from one partner."""
    done: list[str] = []
    told = ""

    def step(lines: Lines) -> float:
        nonlocal done, told
        partner.refresh_from_db()
        if partner.state != Partner.State.KNOWN or not partner.address:
            return bell.PATIENCE
        begun = time.monotonic()
        try:
            done, troubles = fetch(partner, lines, done=done)
        except HansaError as trouble:
            troubles = [trouble]
        if troubles:
            told = str(troubles[0])
            partner.observe(trouble=told)
            time.sleep(bell.PATIENCE)
        elif told:
            # Only what this thread said is taken back; the one that brings letters out speaks for itself.
            partner.observe(trouble="" if partner.trouble == told else partner.trouble)
            told = ""
        # A partner that lets nobody wait just now answers at once; it is not to be asked without a pause.
        return bell.PATIENCE if not done and time.monotonic() - begun < bell.PATIENCE else 0.0

    return step


def start(stop: threading.Event) -> threading.Thread:
    """Start the courier; it takes on new partners by itself."""
    running: set[str] = set()

    def hire(_lines: Lines) -> float:
        for partner in Partner.objects.all():
            if partner.institution not in running:
                running.add(partner.institution)
                Round(f"to {partner.institution}", step=outgoing(partner), stop=stop).start()
                if not own().address:
                    Round(f"from {partner.institution}", step=incoming(partner), stop=stop).start()
        return bell.PATIENCE

    thread = Round("courier", step=hire, stop=stop)
    thread.start()
    return thread
