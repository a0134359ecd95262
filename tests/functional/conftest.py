"""What tests with real nodes share: one prepared set of three institutions and their parts of a real trial."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from lifelines.datasets import load_gbsg2

from tests.functional import nodes
from tests.functional.nodes import BERLIN, STOCKHOLM, Alliance, Forge, clause

CLAUSES = [
    clause("4.1"),
    clause("4.2", limits={"release": "steward"}),
    clause("4.3", parties=[BERLIN, STOCKHOLM], limits={"minimum_sites": 2}),
    clause("4.4", person=["studies.release"]),
    clause("4.6", limits={"counting": "automatic"}),
    clause("4.5", purposes=["DUO:0000007"], permits=["studies.approve", "studies.decline"]),
]


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """Return the process that makes nodes."""
    made = Forge()
    yield made
    made.end()


def trial() -> pd.DataFrame:
    """Return the German Breast Cancer Study Group 2 trial in an order that mixes its rows."""
    return load_gbsg2().sample(frac=1, random_state=7).reset_index(drop=True)


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Write the data of each institution: the trial in three uneven parts, and ways in which it can be awkward."""
    whole = trial()
    cuts = [whole[:343], whole[343:549], whole[549:]]
    quiet = [cuts[0], cuts[1].assign(cens=0), cuts[2].assign(tgrade="II")]
    fewer = [cuts[0][:-3], *cuts[1:]]
    root = tmp_path_factory.mktemp("data")
    found: dict[str, list[Path]] = {}
    for name, frames in {"data": cuts, "quiet": quiet, "fewer": fewer}.items():
        found[name] = [root / f"{name}{place}.csv" for place in range(3)]
        for path, frame in zip(found[name], frames, strict=True):
            frame.to_csv(path, index=False)
    return found


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, parts: dict[str, list[Path]]) -> tuple[Path, dict[str, int]]:
    """Return the directories of three prepared nodes, and their ports."""
    root = tmp_path_factory.mktemp("made")
    return root, nodes.make(root, data=parts, clauses=CLAUSES)


@pytest.fixture(scope="module")
def house(
    made: tuple[Path, dict[str, int]], forge: Forge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Alliance]:
    """Return three institutions whose nodes run for all tests of a module, and wait six seconds for a contribution."""
    root, ports = made
    with nodes.opened(
        root, tmp_path_factory.mktemp("house"), ports=ports, forge=forge, settings="HANSA_PATIENCE_SECONDS=6"
    ) as alliance:
        yield alliance


@pytest.fixture
def alliance(made: tuple[Path, dict[str, int]], forge: Forge, tmp_path: Path) -> Iterator[Alliance]:
    """Return three institutions whose nodes run; the last can only dial out."""
    root, ports = made
    with nodes.opened(root, tmp_path, ports=ports, forge=forge) as alliance:
        yield alliance
