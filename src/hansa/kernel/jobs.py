"""Jobs: work that a node owes, done exactly once whatever happens in between.

A job is written in the same transaction as the change that makes it necessary. A
worker claims it, computes outside any transaction, and hands back an effect: what
to write. Effect and the mark that the job is done are one change. A node killed at
any moment finds the job still waiting and computes it again; what counts happens
once.

    @job("studies.combine")
    def combine(job: Job) -> Effect:
        state = ...compute...
        def effect() -> None:
            ...save records, send letters...
        return effect

What has to be looked at again and again is a standing job: it waits in the database from the
first start on, ends every turn with WaitingError, and is never given up.

Work that waits for somebody else's computer belongs to the lane "network", whose
threads are its own: however long a partner takes to answer, no study waits for it.
Jobs of one ``group``, for example of one partner, are done one after the other.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db import close_old_connections, connections, transaction
from django.db.models import F, Q
from django.utils import timezone

from hansa.kernel import bell
from hansa.kernel.change import change
from hansa.kernel.frame import current
from hansa.kernel.models import Job
from hansa.lib.canonical import JSON
from hansa.lib.errors import HansaError

LOG = logging.getLogger("hansa.jobs")
BELL = "jobs"
LEASE = timedelta(seconds=60)
# After a fault of a standing job.
PAUSE = 60.0
# Only one process can have the node's port, so whatever an earlier one held is free when it starts.
SERVING = "serve-"
MOST_ATTEMPTS = 5
Effect = Callable[[], None]
Work = Callable[[Job], Effect]
HERE, NETWORK = "here", "network"
#: How many threads a node has for each lane.
LANES = {HERE: 1, NETWORK: 4}
KINDS: dict[str, Work] = {}
LANE_OF: dict[str, str] = {}
STANDING: list[str] = []
FAILED: dict[str, Callable[[Job], None]] = {}


class WaitingError(HansaError):
    """The job cannot go on yet; the message says for what, or for whom, it waits."""

    def __init__(self, message: str, *, seconds: float = 1.0) -> None:
        super().__init__(message)
        self.seconds = seconds


def backoff(attempts: int, *, first: float, longest: float) -> float:
    """Return for how many seconds to wait after so many attempts: twice as long each time, up to the longest."""
    # 2 ** 40 seconds are longer than anybody waits; larger powers would only overflow.
    return min(longest, first * 2.0 ** min(attempts, 40))


def job(kind: str, *, lane: str = HERE, standing: bool = False) -> Callable[[Work], Work]:
    """Register the work of one kind of job, whose threads do it, and whether it comes back for as long as we serve."""
    if lane not in LANES:
        raise AssertionError(f"There is no lane '{lane}' for {kind}; there are: {', '.join(LANES)}.")

    def wrap(work: Work) -> Work:
        KINDS[kind], LANE_OF[kind] = work, lane
        if standing:
            STANDING.append(kind)
        return work

    return wrap


def failed(kind: str) -> Callable[[Callable[[Job], None]], Callable[[Job], None]]:
    """Register what is written when a job of this kind fails for good."""

    def wrap(react: Callable[[Job], None]) -> Callable[[Job], None]:
        FAILED[kind] = react
        return react

    return wrap


def enqueue(
    kind: str,
    *,
    key: str,
    record: str,
    data: dict[str, JSON] | None = None,
    after: timedelta = timedelta(0),
    group: str = "",
) -> Job:
    """Owe a piece of work, inside the change under way; the same key is owed once."""
    current().rings.add(BELL)
    owed = {"record": record, "data": data or {}, "next_at": timezone.now() + after, "group": group}
    row, _made = Job.objects.get_or_create(kind=kind, key=key, defaults=owed)
    return row


def stand() -> None:
    """Let every standing job wait for its next turn; whichever has no row yet begins now."""
    for kind in STANDING:
        Job.objects.get_or_create(kind=kind, key=kind, defaults={"record": "", "next_at": timezone.now()})


def hold(row: Job, *, seconds: float) -> None:
    """Keep a job for this worker for longer than usual, because what it asks others may take its time."""
    Job.objects.filter(pk=row.pk, holder=row.holder).update(held_until=timezone.now() + timedelta(seconds=seconds))


def settle(kind: str, *, record: str) -> None:
    """Owe the waiting work of one kind on a record no longer, inside the change under way."""
    current()
    Job.objects.filter(kind=kind, record=record, state=Job.State.WAITING).update(
        state=Job.State.DONE, settled=timezone.now(), waits_for="", held_until=None
    )


def kinds_of(lane: str) -> list[str]:
    """Return the kinds of jobs that a lane does; no lane means all that this node knows."""
    return [kind for kind in KINDS if lane in ("", LANE_OF[kind])]


def claim(holder: str, *, lane: str = "") -> Job | None:
    """Return the next job due in a lane, held for this worker alone.

    What no code of this node knows stays where it is, for the version that does.
    """
    now = timezone.now()
    free = Q(held_until=None) | Q(held_until__lt=now)
    busy = Job.objects.exclude(group="").filter(state=Job.State.WAITING, held_until__gte=now).values("group")
    due = Job.objects.filter(
        free, ~Q(group__in=busy), state=Job.State.WAITING, next_at__lte=now, kind__in=kinds_of(lane)
    )
    if not due.exists():
        return None
    with transaction.atomic():
        row = due.select_for_update(
            skip_locked=transaction.get_connection().features.has_select_for_update_skip_locked
        ).first()
        if row is not None:
            row.holder, row.held_until = holder, now + LEASE
            row.save(update_fields=["holder", "held_until"])
    return row


def work(row: Job) -> None:
    """Do one job: compute, then write its effect and its end as one change."""
    try:
        effect = KINDS[row.kind](row)
        with change({"job": row.kind, "record": row.record}):
            fresh = still_ours(row)
            effect()
            finish(fresh, state=Job.State.DONE)
    except TakenError:
        LOG.info("%s was done by another worker", row.kind)
    except WaitingError as wait:
        put_back(row, seconds=wait.seconds, waits_for=wait.message, waits=1)
    except HansaError as fault:
        row.fault = fault
        if row.kind in STANDING:
            put_back(row, seconds=PAUSE, waits_for=str(fault))
        else:
            give_up(row, str(fault))
    except Exception as fault:  # noqa: BLE001 -- a fault in one job must not stop the others
        LOG.warning("%s: %s at %s", row.kind, type(fault).__name__, place(fault))
        again(row, fault)


class TakenError(HansaError):
    """Another worker finished the job meanwhile."""


def still_ours(row: Job) -> Job:
    """Return the job, locked, or say that another worker took it meanwhile."""
    fresh = Job.objects.select_for_update().get(pk=row.pk)
    if fresh.state != Job.State.WAITING or fresh.holder != row.holder:
        raise TakenError(row.kind)
    return fresh


def finish(row: Job, *, state: Job.State, trouble: str = "") -> None:
    """Mark a job as ended."""
    row.state, row.trouble, row.waits_for = state, trouble, ""
    row.settled, row.held_until = timezone.now(), None
    row.save()


def put_back(row: Job, *, seconds: float, waits_for: str, waits: int = 0) -> None:
    """Let a job wait, and say for what."""
    Job.objects.filter(pk=row.pk, state=Job.State.WAITING, holder=row.holder).update(
        held_until=None,
        holder="",
        next_at=timezone.now() + timedelta(seconds=seconds),
        waits_for=waits_for,
        waits=F("waits") + waits,
    )


def again(row: Job, fault: Exception) -> None:
    """Try a job again after an unexpected fault, a few times, then give it up."""
    if row.attempts + 1 >= MOST_ATTEMPTS and row.kind not in STANDING:
        give_up(
            row, f"An internal fault ({type(fault).__name__} at {place(fault)}). The node's log has the time of it."
        )
        return
    Job.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
    put_back(
        row,
        seconds=backoff(row.attempts, first=0.5, longest=60),
        waits_for=f"another attempt after {type(fault).__name__}",
    )


def give_up(row: Job, trouble: str) -> None:
    """End a job that cannot be done, and let its area tell whoever waits for it."""
    with suppress(TakenError), change({"job": row.kind, "record": row.record, "outcome": "failed"}):
        finish(still_ours(row), state=Job.State.FAILED, trouble=trouble)
        row.trouble = trouble
        if (react := FAILED.get(row.kind)) is not None:
            react(row)


def place(fault: BaseException) -> str:
    """Return where in the code a fault arose, without any of its data."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else "unknown"


def run_due(holder: str = "here", *, lane: str = "") -> int:
    """Do every job of a lane, or of all, that is due now, and return how many."""
    done = 0
    while (row := claim(holder, lane=lane)) is not None:
        work(row)
        done += 1
    return done


def release(holders: str) -> None:
    """Free the jobs held by workers that are gone, whose names begin so."""
    held = Job.objects.filter(state=Job.State.WAITING, holder__startswith=holders)
    held.update(holder="", held_until=None)


def start(stop: threading.Event, *, serves: bool = False) -> list[threading.Thread]:
    """Start the threads of every lane; the one process that serves takes back at once what it held when killed."""
    if serves:
        release(SERVING)
    stand()
    threads = [_thread(stop, lane=lane, serves=serves) for lane, size in LANES.items() for _number in range(size)]
    for thread in threads:
        thread.start()
    return threads


def _thread(stop: threading.Event, *, lane: str, serves: bool) -> threading.Thread:
    holder = f"{SERVING if serves else ''}{uuid.uuid4().hex}"

    def loop() -> None:
        while not stop.is_set():
            since = bell.count(BELL)
            try:
                run_due(holder, lane=lane)
            except Exception as fault:  # noqa: BLE001 -- the worker must outlive a database that is briefly away
                LOG.warning("jobs: %s at %s", type(fault).__name__, place(fault))
            close_old_connections()
            bell.wait(BELL, since=since)
        connections.close_all()

    return threading.Thread(target=loop, name=f"jobs-{lane}", daemon=True)
