import pytest
from django.utils import translation

from hansa.lib.statistics.kinds import registry as computed
from hansa.web.kinds.registry import KINDS, of
from tests.web.results import (
    AGREEMENT,
    ASSOCIATED,
    CALIBRATED,
    CAUSES,
    COUNTED,
    COX,
    EFFECT,
    MIXED,
    PENALISED,
    QUARTERS,
    RATES,
    SURVIVAL,
    TABLE_ONE,
)


def test_every_kind_that_is_computed_is_shown():
    assert set(KINDS) == set(computed.KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_name_in_every_language(kind):
    names = []
    for language in ("en", "de", "sv"):
        with translation.override(language):
            names.append(str(KINDS[kind].name))

    assert all(names)


@pytest.mark.parametrize(
    ("analysis", "columns"),
    [
        (TABLE_ONE, [3]),
        (SURVIVAL, [2]),
        ({**RATES, "kind": "incidence"}, [6]),
        ({**AGREEMENT, "kind": "meta_analysis"}, [6]),
        (CAUSES, [2]),
        (PENALISED, [2]),
        (QUARTERS, [2]),
        (CALIBRATED, [2]),
        (MIXED, [4, 2]),
        (ASSOCIATED, [5, 1]),
        (COUNTED, [3]),
        (COX, [5]),
        (EFFECT, [4, 2]),
        ({**COX, "terms": []}, []),
        ({**EFFECT, "effects": []}, []),
        ({"kind": "incidence", "groups": []}, []),
        ({"kind": "entropy"}, []),
    ],
)
def test_every_kind_of_analysis_becomes_tables(analysis, columns):
    assert [len(table.columns) for table in of(analysis).tables(analysis, {})] == columns


def test_kind_of_a_later_version_is_named():
    later = {"kind": "entropy"}

    with translation.override("en"):
        told = list(of(later).methods(later))

    assert told == ["An analysis of kind entropy."]
    assert (of(later).name, of(later).asked(later), of(later).picture) == ("entropy", "", "")


def test_what_a_protocol_asks_for_is_told():
    asked = [
        {"kind": "table_one", "variables": ["age", "grade"]},
        {"kind": "kaplan_meier", "time": "t", "event": "e"},
        {"kind": "glm", "formula": "e ~ age"},
        {"kind": "meta_analysis", "of": "adjusted"},
        {"kind": "quantiles", "steps": {"age": 1, "size": 5}},
        {"kind": "calibration", "of": "a", "term": "x", "controls": ["b", "c"]},
        {"kind": "treatment_effect", "outcome": "e", "treatment": "t", "adjust": "age"},
    ]

    told = ["age, grade", "t, e", "e ~ age", "adjusted", "age, size", "a, x: b, c", "e ~ t | age"]
    assert [of(one).asked(one) for one in asked] == told
