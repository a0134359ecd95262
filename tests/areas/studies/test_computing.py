"""Sums of this hospital on its own Dask cluster."""

from dataclasses import replace

import numpy as np
import pytest

from hansa.areas.studies import computing
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from tests.lib.statistics import samples
from tests.lib.statistics.samples import split, table_of
from tests.lib.statistics.test_programme import EVERY
from tests.rscript import missing


@pytest.fixture(scope="module")
def address():
    """Return the address of a real cluster of two processes."""
    try:
        from distributed import LocalCluster
    except ImportError:
        missing("Dask", "pip install 'hansa[dask]'")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address.replace("tcp://", "dask://")


@pytest.fixture
def at(settings):
    """Let node.toml say something under [studies]."""

    def say(**lines):
        settings.NODE = replace(settings.NODE, areas={"studies": lines})

    return say


def run(sums):
    """Return the result of a study of many analyses whose sums are computed so."""
    protocol = parse(EVERY)
    tables = split(table_of(samples.gbsg2()[0], protocol.variables), (400, 150))
    programme = Programme(protocol)
    state = programme.start()
    while not programme.is_done(state):
        state = programme.combine(state, np.sum([sums(programme, state, table=table) for table in tables], axis=0))
    return programme.result(state)


def test_cluster_of_processes_gives_the_same_result(address, at, monkeypatch):
    parts = computing.blocks
    monkeypatch.setattr(
        computing, "blocks", lambda table: [part for whole in parts(table) for part in whole.blocks(80)]
    )
    here = run(computing.sums)
    at(compute=address)

    there = run(lambda programme, state, table: computing.sums(programme, state, table=table, fewest=1))

    for one, other in zip(here["analyses"], there["analyses"], strict=True):
        assert one.get("problem") is None
        for term, again in zip(one.get("terms", ()), other.get("terms", ()), strict=True):
            if "estimate" in term:
                assert again["estimate"] == pytest.approx(term["estimate"], rel=1e-8, abs=1e-10)
    assert [one["kind"] for one in here["analyses"]] == [one["kind"] for one in there["analyses"]]


def test_few_rows_are_computed_here(at):
    at(compute="dask://127.0.0.1:9")

    assert run(computing.sums)["rows"] == 686


def test_cluster_that_does_not_answer_is_told(at, monkeypatch):
    monkeypatch.setattr(computing, "CONNECT_SECONDS", 0.2)
    at(compute="dask://127.0.0.1:9")

    with pytest.raises(RefusedError, match="does not answer"):
        run(lambda programme, state, table: computing.sums(programme, state, table=table, fewest=1))


def test_node_without_dask_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    with pytest.raises(RefusedError, match="not installed") as refused, computing.connected("dask://127.0.0.1:9"):
        pass

    assert "hansa[dask]" in refused.value.remedy


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ({"computes": "x"}, "'computes' under [studies] in node.toml is not known."),
        ({"compute": "tcp://127.0.0.1:8786"}, "is no Dask scheduler"),
        ({"compute": "dask://127.0.0.1"}, "is no Dask scheduler"),
        ({"compute": 5}, "is no Dask scheduler"),
        ({"compute": "dask://scheduler.hospital.example:8786"}, "unprotected"),
        ({"compute": "dask+tls://scheduler.hospital.example:8786"}, "is no folder with the keys"),
        ({"compute": "dask+tls://scheduler.hospital.example:8786", "compute_keys": 5}, "is no folder with the keys"),
    ],
)
def test_line_that_cannot_be_is_refused(lines, told):
    with pytest.raises(InvalidError) as refused:
        computing.cluster(lines)

    assert told in refused.value.message


def test_cluster_with_keys_is_taken(tmp_path):
    for name in computing.KEYS:
        (tmp_path / name).touch()
    lines = {"compute": "dask+tls://scheduler.hospital.example:8786", "compute_keys": str(tmp_path)}

    assert computing.cluster(lines) == lines["compute"]
    assert computing.cluster({}) == ""


def test_keys_that_are_none_are_refused_before_anything_is_sent(at, tmp_path):
    for name in computing.KEYS:
        (tmp_path / name).write_text("no key", encoding="utf-8")
    at(compute="dask+tls://127.0.0.1:9", compute_keys=str(tmp_path))

    with pytest.raises(RefusedError, match="does not answer"), computing.connected("dask+tls://127.0.0.1:9"):
        pass
