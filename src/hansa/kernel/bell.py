"""Bells wake the threads of a node that wait for something to happen.

A bell is only a courtesy: whoever waits also looks by itself every half second,
so work that another process of the node left in the database is found too.
"""

import threading
import time

PATIENCE = 0.5
_changed = threading.Condition()
_rung: dict[str, int] = {}


def ring(name: str) -> None:
    """Wake everyone who waits for this bell."""
    with _changed:
        _rung[name] = _rung.get(name, 0) + 1
        _changed.notify_all()


def count(name: str) -> int:
    """Return how often this bell has rung; give it to ``wait``."""
    with _changed:
        return _rung.get(name, 0)


def wait(name: str, *, since: int, timeout: float = PATIENCE) -> bool:
    """Wait until the bell rings after ``since``; return whether it did."""
    until = time.monotonic() + timeout
    with _changed:
        while _rung.get(name, 0) == since:
            left = until - time.monotonic()
            if left <= 0:
                return False
            _changed.wait(left)
        return True
