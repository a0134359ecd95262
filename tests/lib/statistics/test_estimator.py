"""What holds for every estimator, whatever it estimates."""

import json
from pathlib import Path

import numpy as np
import pytest

from hansa.lib.canonical import canonical
from hansa.lib.canonical import parse as parse_json
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from tests.lib.statistics import samples

TEXT = (Path(__file__).parent / "example_protocol.yaml").read_text(encoding="utf-8")
SITE = '  - {name: own, kind: cox, formula: "Surv(time, event) ~ age", baseline: site}\n'
PROTOCOL = parse(TEXT.replace("disclosure:", SITE + "disclosure:"))
ESTIMATORS: tuple[Estimator, ...] = (*Programme(PROTOCOL).estimators, Programme(PROTOCOL))


def sites():
    frame, _ = samples.gbsg2()
    return samples.split(samples.table_of(frame, PROTOCOL.variables))


@pytest.fixture(params=ESTIMATORS, ids=lambda estimator: estimator.name)
def estimator(request):
    return request.param


def rounds(estimator):
    state = estimator.start()
    while not estimator.is_done(state):
        vectors = [estimator.local(state, site) for site in sites()]
        total = np.sum(vectors, axis=0)
        yield state, vectors, total
        state = estimator.combine(state, total)


def test_estimator_names_each_number_that_leaves_a_site(estimator):
    for state, vectors, _ in rounds(estimator):
        labels = estimator.labels(state)

        assert [vector.shape for vector in vectors] == [(len(labels),)] * 3
        assert {vector.dtype for vector in vectors} == {np.dtype(np.float64)}
        assert len(set(labels)) == len(labels)


def test_estimator_has_sums_that_add_up(estimator):
    for state, _, total in rounds(estimator):
        if getattr(estimator, "baseline", "") == "site" or estimator.name == "programme":
            continue
        frame, _ = samples.gbsg2()
        whole = estimator.local(state, samples.table_of(frame, PROTOCOL.variables))

        assert np.allclose(total, whole, rtol=1e-9, atol=1e-9)


def test_estimator_has_a_state_that_survives_canonical_json(estimator):
    for state, _, total in rounds(estimator):
        after = estimator.combine(state, total)

        assert parse_json(canonical(after)) == after
        assert json.dumps(estimator.combine(json.loads(json.dumps(state)), total)) == json.dumps(after)


def test_estimator_gives_cells_that_count_persons(estimator):
    for state, _, total in rounds(estimator):
        for label, count in estimator.cells(state, total):
            assert count == round(count)
            assert 0 <= count <= 686
            assert label


def test_estimator_says_what_it_is(estimator):
    assert estimator.parameters >= 0
    assert estimator.needs_secure_sum in (True, False)
    assert estimator.kind in ("table_one", "glm", "kaplan_meier", "cox", "programme")
