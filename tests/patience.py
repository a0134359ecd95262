"""Waiting in tests for what happens in other threads and processes.

The limit only ends a test that would hang; it is far above what a busy machine needs, so nothing rests on speed.
"""

import time
from collections.abc import Callable

WAIT = 120.0
PAUSE = 0.02


def until(happens: Callable[[], object], *, what: str = "what should happen", seconds: float = WAIT) -> None:
    """Wait until something holds; the test fails if it never does."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"Waited {seconds:g} seconds for {what}."
        time.sleep(PAUSE)
