"""Serve a node: pages, letters and jobs in one process.

One process with threads, because then kill -9 leaves no half of a node behind, and
every operating system can do it (docs/adr/0002). The courier and the worker are
threads beside the web server's; all of them keep what they owe in the database.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from waitress.server import create_server

from hansa.kernel import courier, door, jobs
from hansa.lib.errors import InvalidError
from hansa.node import memory
from hansa.node.checks import demand_soundness
from hansa.node.wsgi import application

THREADS = 16
STOPPING_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(ready: Callable[[str], object] = str) -> None:
    """Run the node until it is told to stop; ``ready`` hears the address once pages answer."""
    if not settings.NODE.is_made:
        raise InvalidError(f"There is no node in {settings.HANSA_NODE}.", "Make one with: hansa init DIRECTORY")
    call_command("migrate", verbosity=0, interactive=False)
    demand_soundness()
    web = bind()
    stop = threading.Event()
    for number in STOPPING_SIGNALS:
        signal.signal(number, leave)
    try:
        courier.start(stop)
        jobs.start(stop, serves=True)
        memory.settle()
        ready(f"http://{web.effective_host}:{web.effective_port}/")
        web.run()
    finally:
        stop.set()
        web.close()


def bind() -> Any:
    """Take the node's port, or raise InvalidError saying that it is taken."""
    try:
        return create_server(application, **options())
    except OSError as error:
        raise InvalidError(
            f"The node cannot listen on {settings.NODE_LISTEN}: {error.strerror}.",
            "Stop what listens there, or change the line 'listen' in node.toml.",
        ) from error


def options() -> dict[str, Any]:
    """Return how the web server is set up."""
    plain = {
        "listen": settings.NODE_LISTEN,
        "threads": THREADS,
        "ident": "",
        "expose_tracebacks": False,
        "max_request_body_size": settings.LETTER_LIMIT,
        "channel_timeout": 60,
        "connection_limit": 500,
        "clear_untrusted_proxy_headers": True,
    }
    if not settings.NODE.proxy:
        return plain
    return {
        **plain,
        "trusted_proxy": settings.NODE.proxy,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def leave(_number: int, _frame: FrameType | None) -> None:
    """Stop serving: requests under way are answered first, and so at once are partners that wait for letters."""
    door.close()
    raise SystemExit(0)
