"""A study of variants over three real nodes, whose files name the variants each in its own way."""

from tests.functional.test_rounds import same
from tests.lib.genomics import people


def test_study_of_variants_gives_the_pooled_result(alliance, tmp_path):
    made = people.pooled(variants=120)
    paths = people.split(made, tmp_path)
    for node, path in zip(alliance.nodes, paths, strict=True):
        source = f"{path}#{path.stem}.csv"
        node.act("steward", "datasets.add", name="cohort", source=source, kind="genotypes", build="GRCh38")
    text = people.protocol(made.panel, people.LINEAR, people.LOGISTIC, people.COUNTED)

    study = alliance.run(text, **{node.directory.name: "cohort" for node in alliance.nodes})
    ended = alliance.wait(study, "released")

    found = ended[0]["result"]["result"]
    assert all(one.get("problem") is None for one in found["analyses"])
    assert same(found, people.rehearsed(text, paths, tmp_path))
