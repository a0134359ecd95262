"""A line between two nodes that is slow, loses packets, or is cut: a proxy that passes on bytes late.

A lost packet is sent again by TCP after a while, so to what is above TCP loss is a delay now and then.
"""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue

PACKET = 1_400
AGAIN = 1.0


class Link:
    """Pass on what comes to a port of this machine to another one, in both directions."""

    def __init__(self, target: int, *, delay: float = 0.0, rate: float = 0.0, loss: float = 0.0, seed: int = 1) -> None:
        self.target, self.delay, self.rate, self.loss = target, delay, rate, loss
        self.chance = random.Random(seed)
        self.is_cut = threading.Event()
        self.passed = 0
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """End every connection, and let none begin."""
        self.is_cut.set()
        for line in list(self.open):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections begin again."""
        self.is_cut.clear()

    def end(self) -> None:
        """End the line for good."""
        self.cut()
        self.listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = self.listener.accept()
                if self.is_cut.is_set():
                    line.close()
                    continue
                threading.Thread(target=self._join, args=(line,), daemon=True).start()

    def _join(self, line: socket.socket) -> None:
        # A connection begins when its first packet has gone there and back.
        time.sleep(2 * self.delay)
        try:
            there = socket.create_connection(("127.0.0.1", self.target), timeout=30)
        except OSError:
            line.close()
            return
        there.settimeout(None)
        self.open |= {line, there}
        ways = [
            threading.Thread(target=self._pass_on, args=pair, daemon=True) for pair in ((line, there), (there, line))
        ]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        self.open -= {line, there}
        for each in (line, there):
            each.close()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        """Read at once and write late, so that what is under way does not hold up what follows."""
        under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        writer = threading.Thread(target=self._write, args=(under_way, target), daemon=True)
        writer.start()
        free = time.monotonic()
        with contextlib.suppress(OSError):
            while packet := source.recv(PACKET):
                free = max(free, time.monotonic()) + (len(packet) / self.rate if self.rate else 0.0)
                lost = AGAIN if self.chance.random() < self.loss else 0.0
                # What follows a lost packet waits for it.
                free += lost
                under_way.put((free + self.delay, packet))
                # No more is under way than a second of the line holds.
                if self.rate and free - time.monotonic() > 1.0:
                    time.sleep(free - time.monotonic() - 1.0)
        under_way.put((0.0, b""))
        writer.join()

    def _write(self, under_way: "SimpleQueue[tuple[float, bytes]]", target: socket.socket) -> None:
        with contextlib.suppress(OSError, Empty):
            while True:
                due, packet = under_way.get(timeout=600)
                if not packet:
                    break
                time.sleep(max(due - time.monotonic(), 0.0))
                target.sendall(packet)
                self.passed += len(packet)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def links(*targets: int, **quality: float) -> Iterator[list[Link]]:
    """Open a line to each of some ports, and end them all."""
    made = [Link(target, **quality) for target in targets]
    try:
        yield made
    finally:
        for each in made:
            each.end()
