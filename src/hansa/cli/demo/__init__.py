"""The demo: three hospitals on this machine sign a memorandum, compute one joint study and exchange people.

Each hospital is a process of its own with its own keys, database and data. The demo plays
the people: it knocks at the three doors with their tokens, as any program would, and
nothing of what it does goes around a door.
"""

import contextlib
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hansa.cli.demo import cast, cohort, omop, staying, story
from hansa.cli.demo.house import House, opened
from hansa.cli.demo.outcome import Outcome, gather
from hansa.cli.demo.stage import Stage
from hansa.lib.errors import InvalidError


def run(
    *,
    directory: str,
    port: int,
    leave: bool,
    as_json: bool,
    keep: bool,
    exchange: bool | None,
    cohorts: bool | None,
) -> None:
    """Play the demo; stay until Ctrl-C unless told to leave. What is left open is played where it stays."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, end)
    rows = cohort.read()
    with place(directory, keep=keep) as where:
        parts = cohort.split(rows, where / "data")
        password = new_password()
        houses = [
            House(role, where / role.key, listen=f"127.0.0.1:{port + n}", password=password)
            for n, role in enumerate(cast.HOUSES)
        ]
        with Stage(quiet=as_json) as stage, opened(houses, stage=stage):
            result = story.play(houses, parts=parts, stage=stage)
            outcome = gather(houses, study=result, seconds=time.monotonic() - began)
            stage.step("The same on one table", lambda: outcome.compare(rows))
            if cohorts if cohorts is not None else not leave:
                databases = omop.write(where / "data")
                outcome.cohorts = dict(story.play_cohorts(houses, databases=databases, stage=stage).result["result"])
            if exchange if exchange is not None else not leave:
                stage.step("Everyone else joins", lambda: complete(houses))
                stays = stage.step(
                    "Berlin and Stockholm send each other students and staff",
                    lambda: staying.play(*houses[:2], stage=stage),
                )
                outcome.stays = stays
            show(outcome, houses, stage=stage, leave=leave, as_json=as_json)
            if not leave:
                with contextlib.suppress(KeyboardInterrupt):
                    stay()


def new_password() -> str:
    """Return the password of everybody in this demo: 64 random bits in groups that are easy to type."""
    return "-".join(secrets.token_hex(2) for _group in range(4))


def show(outcome: Outcome, houses: list[House], *, stage: Stage, leave: bool, as_json: bool) -> None:
    """Tell what came out: one JSON object, or tables."""
    from hansa.cli import output
    from hansa.cli.demo import programme

    stage.end()
    if as_json:
        output.dump(outcome.to_json())
    else:
        programme.tables(outcome)
    if not leave:
        programme.invite(houses, quiet=as_json)


def complete(houses: list[House]) -> None:
    """Add the people who had no part in the story."""
    for house in houses:
        house.complete()


def stay() -> None:
    """Stay until Ctrl-C."""
    while True:
        time.sleep(3600)


def end(_number: int, _frame: object) -> None:
    """End as after Ctrl-C, so that no node is left behind."""
    raise SystemExit(143)


@contextlib.contextmanager
def place(directory: str, *, keep: bool) -> Iterator[Path]:
    """Give the demo an empty directory, and remove it afterwards unless it was asked for."""
    if directory:
        where = Path(directory).expanduser().absolute()
        if where.exists() and any(where.iterdir()):
            raise InvalidError(f"{where} is not empty.", "Name a new directory.")
        where.mkdir(parents=True, exist_ok=True)
        yield where
        return
    where = Path(tempfile.mkdtemp(prefix="hansa-demo-"))
    try:
        yield where
    finally:
        if not keep:
            shutil.rmtree(where, ignore_errors=True)
