"""Studies of variants over three real nodes, whose files name the variants each in its own way."""

import numpy as np
import pytest

from tests.functional.test_rounds import same
from tests.lib.genomics import people


def run(alliance, text):
    study = alliance.run(text, **{node.directory.name: "cohort" for node in alliance.nodes})
    ended = alliance.wait(study, "released")
    return ended[0]["result"]["result"]


def test_studies_of_variants_give_the_pooled_result(alliance, tmp_path):
    made = people.pooled(variants=120)
    paths = people.split(made, tmp_path)
    for node, path in zip(alliance.nodes, paths, strict=True):
        source = f"{path}#{path.stem}.csv"
        node.act("steward", "datasets.add", name="cohort", source=source, kind="genotypes", build="GRCh38")
    several = people.protocol(made.panel, people.LOGISTIC, people.COUNTED)
    linear = people.protocol(made.panel, people.LINEAR)

    assert same(run(alliance, several), people.rehearsed(several, paths, tmp_path))
    found = run(alliance, linear)["analyses"][0]

    expected = people.rehearsed(linear, paths, tmp_path)["analyses"][0]
    assert found["variants"] == expected["variants"]
    apart = np.subtract(found["estimate"], expected["estimate"]) / expected["standard_error"]
    # Sums over variants are written in 32 bits.
    assert np.abs(apart).max() < 1e-5
    assert found["p"] == pytest.approx(expected["p"], rel=1e-4)
