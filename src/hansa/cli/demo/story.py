"""The story: partners, memorandum, data, study, result.

Each step goes through a node's API, in the name of the person whose part it is.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hansa.cli.demo.cohort import MAPPING
from hansa.cli.demo.house import House
from hansa.cli.demo.stage import Stage
from hansa.client import Record, Records
from hansa.lib.errors import HansaError, RefusedError

HERE = Path(__file__).parent
PATIENCE = 120.0
EVERY = 0.08
DATASET, DATABASE = "gbsg2", "omop"
T = TypeVar("T")


def play(houses: list[House], *, parts: dict[str, Path], stage: Stage) -> Record:
    """Play every step and return the study as it stands at the end, at its lead."""
    stage.step("Partners exchange invitations and compare fingerprints", lambda: introduce(houses))
    stage.step("Three signatories sign the memorandum", lambda: sign(houses))
    stage.step("Each steward connects the hospital's own data", lambda: connect(houses, parts))
    study = stage.step("Berlin proposes the study", lambda: propose(houses, "protocol.yaml"))
    stage.step(
        "Each steward reads what would be computed, and approves",
        lambda: approve(houses, study, dataset=DATASET, mapping=MAPPING),
    )
    stage.step("The study runs; every party signs the same result", lambda: await_result(houses, study, stage=stage))
    return study


def play_cohorts(houses: list[House], *, databases: dict[str, Path], stage: Stage) -> Record:
    """Play a study of cohorts on each hospital's OMOP database and return it as it stands at the end, at its lead."""
    stage.step("Each steward connects an OMOP database", lambda: connect_databases(houses, databases))
    study = stage.step("Berlin proposes a study of two cohorts", lambda: propose(houses, "cohorts.yaml"))
    stage.step("Each steward approves it", lambda: approve(houses, study, dataset=DATABASE))
    stage.step("It runs over the cohorts", lambda: await_result(houses, study, stage=stage))
    return houses[0].as_("investigator").studies.get(study.id)


def connect_databases(houses: list[House], databases: dict[str, Path]) -> None:
    """Connect each hospital's OMOP database to its own node."""
    at_each(
        houses,
        lambda h: h.as_("steward").datasets.add(name=DATABASE, source=str(databases[h.role.key]), kind="omop"),
    )


def at_each(houses: list[House], do: Callable[[House], T]) -> list[T]:
    """Let the people of every house do something at the same time."""
    with ThreadPoolExecutor(len(houses)) as pool:
        return list(pool.map(do, houses))


def introduce(houses: list[House]) -> None:
    """Let every administrator accept and confirm the other two."""
    told = at_each(houses, lambda house: house.as_("administrator").line.get("/invitation"))

    def meet(house: House) -> None:
        partners = house.as_("administrator").partners
        for other, invitation in zip(houses, told, strict=True):
            if other is not house:
                met = partners.accept(invitation=invitation["invitation"])
                partners.confirm(met, fingerprint=invitation["fingerprint"])

    at_each(houses, meet)


def sign(houses: list[House]) -> None:
    """Draft and offer the memorandum in Berlin, and let every signatory sign it."""
    lead = houses[0].as_("coordinator").agreements
    drafted = lead.draft(document=json.loads((HERE / "memorandum.json").read_text(encoding="utf-8")))
    lead.offer(drafted)

    def put_name(house: House) -> None:
        agreements = house.as_("signatory").agreements
        offered = until(partial(present, agreements, drafted.id), f"the memorandum at {house.role.name}")
        agreements.sign(offered, office=house.role.office)
        until(partial(is_in_force, agreements, drafted.id), f"all signatures at {house.role.name}")

    at_each(houses, put_name)


def connect(houses: list[House], parts: dict[str, Path]) -> None:
    """Connect each hospital's own patients to its own node."""
    at_each(houses, lambda h: h.as_("steward").datasets.add(name=DATASET, source=str(parts[h.role.key])))


def propose(houses: list[House], protocol: str) -> Record:
    """Propose a study in Berlin, and wait until it lies at every party."""
    study = houses[0].as_("investigator").studies.propose(HERE / protocol)
    for house in houses:
        until(partial(present, house.as_("steward").studies, study.id), f"the study at {house.role.name}")
    return study


def approve(houses: list[House], study: Record, **given: Any) -> None:
    """Let every steward approve on the hospital's own data."""
    at_each(houses, lambda h: h.as_("steward").studies.approve(study.id, **given))


def await_result(houses: list[House], study: Record, *, stage: Stage) -> None:
    """Wait until every party holds the signed result; say how far the rounds are."""
    for house in houses:
        studies = house.as_("steward").studies
        until(partial(is_released, studies, study.id, stage=stage), f"the result at {house.role.name}")


def is_in_force(agreements: Records, key: str) -> bool:
    """Tell whether a memorandum binds."""
    return bool(agreements.get(key).state == "in_force")


def is_released(studies: Records, key: str, *, stage: Stage) -> bool:
    """Tell whether a study is at its end; raise RefusedError if it is another end than hoped for."""
    study = next(row for row in studies.list() if row["id"] == key)
    stage.say(f"The study is {study.state_in_words}")
    if study.state in ("failed", "declined", "withdrawn"):
        trouble = studies.get(key).trouble
        raise RefusedError(f"The study ended: {study.state_in_words}. {trouble}", "See the study's page.")
    return bool(study.state == "released")


def present(records: Records, key: str) -> Record | None:
    """Return a record once it has arrived."""
    return next((row for row in records.list() if row["id"] == key), None)


def until(look: Callable[[], Any], what: str) -> Any:
    """Look again and again until there is something to see."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > end:
            raise HansaError(f"Waited {PATIENCE:.0f} seconds for {what}.", "Look at the nodes' logs; use --keep.")
        time.sleep(EVERY)
    return found
