"""Jobs: done once whatever happens in between."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hansa.kernel import bell, jobs, ledger
from hansa.kernel.change import change
from hansa.kernel.jobs import WaitingError
from hansa.kernel.models import Job, LedgerEntry
from hansa.lib.errors import RefusedError
from tests.kernel.conftest import RECORD, Scene, effect
from tests.patience import until

KIND = "tests.work"


class Work:
    """A kind of job made for tests: what happens when it computes, and when it writes."""

    def __init__(self) -> None:
        self.computed = 0
        self.compute = lambda row: None
        self.write = lambda: None
        self.given_up: list[str] = []

    def __call__(self, row):
        self.computed += 1
        self.compute(row)

        def write():
            effect("done")
            self.write()

        return write


@pytest.fixture
def work(scene):
    work = Work()
    jobs.job(KIND)(work)
    jobs.failed(KIND)(lambda row: work.given_up.append(row.trouble))
    yield work
    jobs.KINDS.pop(KIND)
    jobs.FAILED.pop(KIND, None)


def owe(key="1", **options):
    with change({"test": "owe"}):
        return jobs.enqueue(KIND, key=key, record=RECORD, **options)


def row():
    return Job.objects.get()


def due_again():
    Job.objects.update(next_at=timezone.now())


def raises(fault):
    def fail(*_given):
        raise fault

    return fail


def test_enqueue_owes_the_same_key_once(work):
    first = owe(data={"round": 1})
    second = owe(data={"round": 2})

    assert (first.pk, row().data, row().state) == (second.pk, {"round": 1}, "waiting")


def test_enqueue_refuses_outside_a_change(work):
    with pytest.raises(RefusedError, match="only be changed through an action"):
        jobs.enqueue(KIND, key="1", record=RECORD)


def test_job_is_done_and_told_in_one_change(scene, work):
    owe()

    assert jobs.run_due() == 1

    assert scene.effects() == ["done"]
    assert (row().state, row().held_until) == ("done", None)
    assert row().settled is not None
    assert json.loads(LedgerEntry.objects.latest("position").body) == {
        "job": KIND,
        "record": RECORD,
        "moves": {},
        "letters": [],
    }
    assert jobs.run_due() == 0


def test_job_owed_for_later_waits(work):
    owe(after=timedelta(hours=1))

    assert jobs.run_due() == 0
    due_again()
    assert jobs.run_due() == 1


def test_effect_that_fails_leaves_neither_effect_nor_mark(scene, work):
    owe()
    size = ledger.size()
    work.write = raises(OSError("the disk of Ada Lovelace is full"))

    jobs.run_due()

    assert (scene.effects(), row().state, row().attempts, ledger.size()) == ([], "waiting", 1, size)
    work.write = lambda: None
    due_again()
    jobs.run_due()
    assert (scene.effects(), row().state, work.computed) == (["done"], "done", 2)


def test_crash_between_computing_and_writing_computes_again_and_writes_once(scene, work):
    owe()
    killed = jobs.claim("killed")
    jobs.KINDS[KIND](killed)  # and here the process ends

    assert jobs.run_due() == 0
    jobs.release("killed")
    jobs.run_due()

    assert (scene.effects(), work.computed) == (["done"], 2)


def test_lease_of_a_dead_worker_ends_by_itself(scene, work):
    owe()
    jobs.claim("dead")
    assert jobs.claim("alive") is None

    Job.objects.update(held_until=timezone.now() - timedelta(seconds=1))

    assert jobs.claim("alive").holder == "alive"


def test_slow_worker_whose_job_was_taken_writes_nothing(scene, work, caplog):
    owe()
    slow = jobs.claim("slow")

    def overtaken(_row):
        Job.objects.update(held_until=None)
        work.compute = lambda _row: None
        jobs.run_due("fast")

    work.compute = overtaken
    jobs.work(slow)

    assert (scene.effects(), row().state, work.computed) == (["done"], "done", 2)


@pytest.mark.parametrize("fault", [RefusedError("No longer."), WaitingError("Waits."), KeyError("x")])
def test_slow_worker_that_fails_does_not_spoil_what_another_did(scene, work, fault):
    owe()
    slow = jobs.claim("slow")
    slow.attempts = 4

    def overtaken(_row):
        Job.objects.update(held_until=None)
        work.compute = lambda _row: None
        jobs.run_due("fast")
        raise fault

    work.compute = overtaken
    jobs.work(slow)

    assert (scene.effects(), row().state, work.given_up) == (["done"], "done", [])


def test_job_held_by_another_is_not_put_back(work):
    owe()
    slow = jobs.claim("slow")
    Job.objects.update(holder="fast")

    jobs.put_back(slow, seconds=0, waits_for="nothing")

    assert (row().holder, row().waits_for) == ("fast", "")


def test_waiting_says_for_whom_and_tries_again(scene, work):
    owe()
    work.compute = raises(WaitingError("Karolinska Institutet has not contributed yet.", seconds=60))

    jobs.run_due()

    assert (row().state, row().waits_for) == ("waiting", "Karolinska Institutet has not contributed yet.")
    assert (row().holder, row().attempts) == ("", 0)
    assert timedelta(seconds=50) < row().next_at - timezone.now() <= timedelta(seconds=60)
    work.compute = lambda _row: None
    due_again()
    jobs.run_due()
    assert (row().state, row().waits_for) == ("done", "")


def test_what_is_refused_is_given_up_at_once_with_its_sentence(scene, work):
    owe()
    work.compute = raises(RefusedError("Clause 4.1 does not permit it.", "Amend it."))

    jobs.run_due()

    assert (row().state, row().trouble) == ("failed", "Clause 4.1 does not permit it. Amend it.")
    assert work.given_up == ["Clause 4.1 does not permit it. Amend it."]
    assert json.loads(LedgerEntry.objects.latest("position").body)["outcome"] == "failed"
    assert scene.effects() == []


def test_failure_nobody_reacts_to_is_only_kept(work):
    jobs.FAILED.pop(KIND)
    owe()
    work.compute = raises(RefusedError("No."))

    jobs.run_due()

    assert row().state == "failed"


def test_unexpected_fault_is_tried_five_times_then_given_up_without_personal_data(scene, work, caplog):
    owe()
    work.compute = raises(ValueError("patient Ada Lovelace, born 1815-12-10"))
    pauses = []
    for _ in range(5):
        due_again()
        before = timezone.now()
        assert jobs.run_due() == 1
        pauses.append((row().next_at - before) / timedelta(seconds=1))

    assert pauses[:4] == pytest.approx([0.5, 1, 2, 4], abs=0.2)
    assert (row().state, work.computed) == ("failed", 5)
    assert row().trouble.startswith("An internal fault (ValueError at tests.kernel.test_jobs:")
    assert work.given_up == [row().trouble]
    assert "Lovelace" not in row().trouble + row().waits_for + caplog.text
    assert "tests.work: ValueError at tests.kernel.test_jobs:" in caplog.text


def test_between_attempts_it_says_why(work):
    owe()
    work.compute = raises(ValueError("secret"))

    jobs.run_due()

    assert row().waits_for == "another attempt after ValueError"


def test_job_of_an_unknown_kind_stays_for_the_version_that_knows_it(scene):
    with change({"test": "owe"}):
        jobs.enqueue("tests.unknown", key="1", record=RECORD)

    assert jobs.run_due() == 0

    assert (row().state, row().attempts, row().holder) == ("waiting", 0, "")


@pytest.mark.parametrize(
    ("attempts", "expected"), [(0, 30), (1, 60), (2, 120), (7, 3600), (8, 3600), (1_000_000, 3600)]
)
def test_backoff_doubles_up_to_the_longest_wait(attempts, expected):
    assert jobs.backoff(attempts, first=30, longest=3600) == expected


def test_job_that_waits_counts_how_often_so_that_it_can_wait_longer(work):
    owe()
    work.compute = lambda row: raises(WaitingError("Not yet.", seconds=jobs.backoff(row.waits, first=30, longest=99)))()
    pauses = []
    for _ in range(3):
        due_again()
        before = timezone.now()
        jobs.run_due()
        pauses.append((row().next_at - before) / timedelta(seconds=1))

    assert pauses == pytest.approx([30, 60, 99], abs=0.5)
    assert (row().waits, row().attempts) == (3, 0)


def test_job_in_a_lane_that_is_not_there_is_refused():
    with pytest.raises(AssertionError, match="no lane 'moon' for tests\\.moon; there are: here, network"):
        jobs.job("tests.moon", lane="moon")


@pytest.fixture
def calls(scene, work):
    """A second kind of job, which waits for the computers of others."""
    calls = Work()
    jobs.job("tests.call", lane=jobs.NETWORK)(calls)
    yield calls
    jobs.KINDS.pop("tests.call")


def owe_call(key, group=""):
    with change({"test": "owe"}):
        return jobs.enqueue("tests.call", key=key, record=RECORD, group=group)


def test_lane_does_only_its_own_kinds(work, calls):
    owe()
    owe_call("1")

    assert jobs.run_due(lane=jobs.HERE) == 1
    assert (work.computed, calls.computed) == (1, 0)
    assert jobs.run_due(lane=jobs.NETWORK) == 1
    assert (work.computed, calls.computed) == (1, 1)


def test_jobs_of_one_group_are_done_one_after_the_other(calls):
    first, second, other = owe_call("1", "upsala"), owe_call("2", "upsala"), owe_call("3", "lund")

    held = [jobs.claim(f"thread {number}") for number in range(3)]

    assert held == [first, other, None]
    jobs.work(held[0])
    assert jobs.claim("thread 4") == second


def test_group_held_by_a_dead_worker_is_free_when_its_lease_ends(calls):
    first, second = owe_call("1", "upsala"), owe_call("2", "upsala")
    jobs.claim("dead")
    Job.objects.filter(pk=first.pk).update(held_until=timezone.now() - timedelta(seconds=1))

    assert jobs.claim("alive") == first
    assert jobs.claim("other") is None
    assert second.group == "upsala"


@pytest.mark.django_db(transaction=True)
def test_partner_that_does_not_answer_holds_up_nothing_else(scene, work, calls):
    stop, answered, asked = threading.Event(), threading.Event(), threading.Event()

    def call(row):
        if row.key == "silent":
            asked.set()
            answered.wait(10)

    calls.compute = call
    owe_call("silent", "upsala")
    threads = jobs.start(stop)
    try:
        assert asked.wait(10)
        owe()
        owe_call("other", "lund")
        until(lambda: scene.effects() == ["done", "done"])
        assert Job.objects.get(key="silent").state == "waiting"
        answered.set()
        until(lambda: Job.objects.get(key="silent").state == "done")
    finally:
        stop.set()
        answered.set()
        end(threads)

    assert [thread.name for thread in threads] == ["jobs-here", *["jobs-network"] * 4]


def end(threads):
    """Wait until all threads have ended."""
    bell.ring(jobs.BELL)
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_place_of_a_fault_that_never_happened_is_unknown():
    assert jobs.place(ValueError("never raised")) == "unknown"


def test_claim_gives_up_when_another_takes_the_job_in_between(work, monkeypatch):
    owe()
    real = Job.objects.filter

    class Due:
        def __init__(self, *given, **named):
            self.rows = real(*given, **named)

        def exists(self):
            return self.rows.exists()

        def select_for_update(self, **options):
            return self.rows.none()

    monkeypatch.setattr(Job.objects, "filter", Due)

    assert jobs.claim("late") is None


@pytest.mark.django_db(transaction=True)
def test_started_worker_wakes_when_work_is_owed_and_outlives_a_fault(scene: Scene, work, caplog, monkeypatch):
    stop, faults = threading.Event(), iter([True])
    real = jobs.run_due

    def run_due(holder, *, lane):
        if next(faults, False):
            raise ConnectionError("the database of Ada is away")
        return real(holder, lane=lane)

    monkeypatch.setattr(jobs, "run_due", run_due)
    threads = jobs.start(stop)
    try:
        until(lambda: "ConnectionError" in caplog.text)
        owe()
        until(lambda: scene.effects() == ["done"])
    finally:
        stop.set()
        end(threads)

    assert "Ada" not in caplog.text
    assert connection.in_atomic_block is False


def test_settle_ends_what_waits_of_one_kind_on_one_record(scene, work):
    owe("1")
    with change({"test": "other"}):
        jobs.enqueue(KIND, key="2", record="urn:other")
    with change({"test": "settle"}):
        jobs.settle(KIND, record=RECORD)

    assert sorted(Job.objects.values_list("key", "state")) == [("1", "done"), ("2", "waiting")]
    assert scene.effects() == []


def test_settle_refuses_outside_a_change(work):
    with pytest.raises(RefusedError, match="only be changed through an action"):
        jobs.settle(KIND, record=RECORD)


@pytest.mark.django_db(transaction=True)
def test_process_that_serves_takes_back_what_it_held_when_it_was_killed(scene, work):
    owe()
    jobs.claim(f"{jobs.SERVING}before the end")
    stop = threading.Event()

    threads = jobs.start(stop, serves=True)
    try:
        until(lambda: scene.effects() == ["done"])
    finally:
        stop.set()
        end(threads)


STANDS = "tests.standing"


@pytest.fixture
def turns(scene):
    """A standing job made for tests: what happens at each turn."""
    turns = []
    others = list(jobs.STANDING)
    jobs.STANDING.clear()

    @jobs.job(STANDS, standing=True)
    def look(row):
        raise turns.pop(0)

    yield turns
    jobs.KINDS.pop(STANDS)
    jobs.STANDING[:] = others


def test_standing_job_comes_back_and_tells_the_ledger_nothing(turns):
    turns += [WaitingError("The next look.", seconds=900), WaitingError("The next look.", seconds=900)]
    before = LedgerEntry.objects.count()

    for _start in range(2):
        jobs.stand()
        due_again()
        jobs.run_due()

    assert (row().state, row().waits_for, row().waits) == ("waiting", "The next look.", 2)
    assert LedgerEntry.objects.count() == before
    assert turns == []


@pytest.mark.parametrize("fault", [RefusedError("No.", "Wait."), ValueError("7")])
def test_standing_job_is_never_given_up(turns, fault, caplog):
    turns += [fault] * (jobs.MOST_ATTEMPTS + 1)
    jobs.stand()

    for _turn in range(jobs.MOST_ATTEMPTS + 1):
        due_again()
        jobs.run_due()

    assert row().state == "waiting"
    assert turns == []


def test_job_that_is_held_on_is_not_taken_by_another(work):
    owe()
    held = jobs.claim("slow")

    jobs.hold(held, seconds=600)

    assert (row().held_until - timezone.now()).total_seconds() > 590


def test_job_that_another_has_taken_is_not_held_on(work):
    owe()
    held = jobs.claim("slow")
    Job.objects.update(holder="fast", held_until=None)

    jobs.hold(held, seconds=600)

    assert row().held_until is None
