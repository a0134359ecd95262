"""The words a clause about joint studies may use, and who does what."""

import pytest

from hansa.areas.studies.rules import CONTRIBUTE, DECLINE, GRANTS, VOCABULARY, WITHDRAW
from hansa.kernel.people import ROLES
from hansa.lib.errors import InvalidError
from hansa.lib.terms import check_terms

TERMS = {
    "permits": sorted(VOCABULARY.actions),
    "purposes": ["DUO:0000042"],
    "limits": {"minimum_cell": 5, "minimum_sites": 3, "time_grid_days": 30, "release": "steward"},
    "person": ["studies.approve"],
}


def test_words_fill_a_clause() -> None:
    check_terms(TERMS, "clauses[0]", vocabulary=VOCABULARY)


@pytest.mark.parametrize(
    ("limit", "value"),
    [("minimum_cell", 0), ("minimum_cell", 1001), ("minimum_sites", 1), ("time_grid_days", 0), ("release", "never")],
)
def test_limit_out_of_bounds_is_no_clause(limit: str, value: object) -> None:
    terms = {**TERMS, "limits": {**TERMS["limits"], limit: value}}  # type: ignore[dict-item]  # reason: plain JSON

    with pytest.raises(InvalidError, match=limit):
        check_terms(terms, "clauses[0]", vocabulary=VOCABULARY)


def test_unknown_word_is_no_clause() -> None:
    with pytest.raises(InvalidError, match="permits"):
        check_terms({**TERMS, "permits": ["studies.copy_rows"]}, "clauses[0]", vocabulary=VOCABULARY)


def test_stopping_takes_no_purpose() -> None:
    assert {DECLINE, WITHDRAW} == VOCABULARY.stopping
    assert CONTRIBUTE not in VOCABULARY.stopping


def test_only_stewards_decide_about_data() -> None:
    deciders = {role for role, permissions in GRANTS.items() if "studies.decide" in permissions}

    assert deciders == {"steward"}
    assert {role for role, permissions in GRANTS.items() if "datasets.add" in permissions} == {"steward"}


def test_whoever_may_propose_may_not_release() -> None:
    assert all(not {"studies.propose", "studies.release"} <= set(permissions) for permissions in GRANTS.values())


def test_every_role_exists() -> None:
    assert set(GRANTS) <= {role.name for role in ROLES}
