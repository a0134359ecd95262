"""A study over three real nodes: how it ends well, and how it ends when something goes wrong."""

from hansa.areas.studies.rounds import alike
from tests.functional.protocols import protocol, rehearsed


def same(found, expected):
    """Tell whether two results say the same, apart from the name of the study."""
    return alike({**found, "study": None}, {**expected, "study": None})


def test_study_gives_every_party_the_pooled_result(alliance, parts):
    study = alliance.run(text := protocol())

    ended = alliance.wait(study, "released")

    assert same(ended[0]["result"]["result"], rehearsed(text, parts["data"]))
    assert [one["result"] for one in ended[1:]] == [ended[0]["result"]] * 2
