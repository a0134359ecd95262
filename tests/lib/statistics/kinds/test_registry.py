import typing

from hansa.lib.statistics import analyses
from hansa.lib.statistics.kinds.registry import KINDS, name_of


def test_every_analysis_that_a_protocol_can_ask_for_has_a_kind():
    known = {name_of(each) for each in typing.get_args(analyses.Analysis)}

    assert known == set(KINDS)
    assert all(name_of(kind.analysis) == name for name, kind in KINDS.items())
