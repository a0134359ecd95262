import threading
import time

from hansa.kernel import bell


def test_ring_is_counted_for_each_bell():
    before, other = bell.count("tests.bell"), bell.count("tests.other")

    bell.ring("tests.bell")

    assert (bell.count("tests.bell"), bell.count("tests.other")) == (before + 1, other)


def test_wait_returns_at_once_when_it_rang_since():
    since = bell.count("tests.bell")
    bell.ring("tests.bell")

    assert bell.wait("tests.bell", since=since, timeout=0) is True


def test_wait_gives_up_after_its_time():
    begun = time.monotonic()

    assert bell.wait("tests.bell", since=bell.count("tests.bell"), timeout=0.05) is False

    assert time.monotonic() - begun >= 0.05


def test_wait_is_woken_by_its_own_bell_only():
    since = bell.count("tests.bell")

    def ring():
        bell.ring("tests.other")
        time.sleep(0.05)
        bell.ring("tests.bell")

    threading.Timer(0.05, ring).start()

    assert bell.wait("tests.bell", since=since, timeout=10) is True
