"""A study of the kinds of analysis that the other studies of real nodes do not ask for."""

from tests.functional.protocols import OTHERS, protocol, rehearsed
from tests.functional.test_rounds import same


def test_every_other_kind_of_analysis_gives_the_pooled_result(alliance, parts):
    study = alliance.run(text := protocol(*OTHERS, title="Every other kind"))

    ended = alliance.wait(study, "released")

    found = ended[0]["result"]["result"]
    assert all(one.get("problem") is None for one in found["analyses"])
    assert same(found, rehearsed(text, parts["data"]))
