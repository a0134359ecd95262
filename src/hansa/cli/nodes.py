"""Commands about the node itself: make it and serve it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from hansa.cli.session import enter

A_DAY = 86_400


def init(
    directory: Annotated[Path, typer.Argument(help="A new directory; it will hold keys, database and data.")],
    *,
    institution: Annotated[
        str, typer.Option(prompt="ROR id of the institution (https://ror.org/…)", help="The institution's ROR id.")
    ],
    name: Annotated[str, typer.Option(prompt="Name of the institution", help="Its name, as people write it.")],
    address: Annotated[str, typer.Option(help="Where partners reach this node; none if it only dials out.")] = "",
    listen: Annotated[str, typer.Option(help="Host and port on this machine.")] = "127.0.0.1:8000",
    language: Annotated[str, typer.Option(help="Language of the pages: en, de or sv.")] = "en",
    database: Annotated[str, typer.Option(help="postgresql://… for PostgreSQL; SQLite if left out.")] = "",
) -> None:
    """Make a new node."""
    os.environ["HANSA_NODE"] = str(directory.absolute())
    from hansa.node.initialise import initialise

    made = initialise(
        directory.absolute(),
        institution=institution,
        name=name,
        address=address,
        listen=listen,
        language=language,
        database=database,
    )
    from hansa.kernel.identity import own

    typer.echo(f"The node of {made.name} is in {made.directory}.")
    typer.echo(f"Its fingerprint: {own().identity.fingerprint}")
    typer.echo(f"Next: hansa --node {made.directory} people add, then: hansa --node {made.directory} serve")


def serve() -> None:
    """Serve the node: pages, letters and jobs, until Ctrl-C."""
    enter()
    from hansa.node.server import serve as run

    run(lambda address: typer.echo(f"The node answers at {address} (end with Ctrl-C)."))


def worker() -> None:
    """Do the node's jobs in a process of its own, beside the one that serves."""
    enter()
    import signal
    import threading
    import time

    from hansa.kernel import jobs

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        jobs.start(stop)
        typer.echo("This process does jobs (end with Ctrl-C).")
        while True:
            time.sleep(A_DAY)
    finally:
        stop.set()


def end(*_heard: object) -> None:
    """Leave; a handler that touched the event this process waits for could wait for itself for ever."""
    raise typer.Exit


def rotate() -> None:
    """Change the node's keys; partners follow by themselves, and the node goes over once all of them know."""
    enter()
    from hansa.kernel.rotation import rotate as begin

    typer.echo(f"The fingerprint of the next keys: {begin().fingerprint}")
    typer.echo("The node goes over to them while it is served, once every known partner has taken note.")


def manage(context: typer.Context) -> None:
    """Run one of Django's own commands for this node, such as makemigrations."""
    enter(made=False)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["hansa manage", *context.args])
