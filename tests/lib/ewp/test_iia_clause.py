from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import Iia, Kind, LanguageSkill, Names, SubjectArea
from hansa.lib.ewp.iia_clause import (
    KINDS,
    LEVELS,
    Terms,
    compare_with_clauses,
    conditions_from_clause,
    conditions_from_clauses,
)
from hansa.lib.ewp.iia_obstacles import obstacles
from tests.lib.ewp.interinstitutional import BERLIN, OURS, STOCKHOLM, mirrored, received, with_condition

CHARITE, KAROLINSKA, UPPSALA = "https://ror.org/001w7jn25", "https://ror.org/056d84691", "https://ror.org/048a87296"
TERMS = Terms(heis={CHARITE: BERLIN, KAROLINSKA: STOCKHOLM}, first_day=date(2026, 10, 1), last_day=date(2029, 7, 31))
NAMES = Names(by_hei={BERLIN: "Berlin", STOCKHOLM: "Stockholm"})
LIMITS = {
    "kind": "student_studies",
    "places_per_year": 4,
    "cycle": "master",
    "field": 912,
    "longest_days": 150,
    "language": "en",
    "language_level": "B2",
}


def clause(name="E1", *, parties="all", area="exchange", **limits):
    kept = {key: value for key, value in (LIMITS | limits).items() if value is not None}
    return {"id": name, "area": area, "parties": parties, "permits": ["exchange.nominate"], "limits": kept}


def agreement(*clauses) -> Iia:
    """Return the agreement that is made from clauses."""
    return replace(OURS, conditions=conditions_from_clauses(clauses, terms=TERMS).conditions)


def compared(iia, *clauses):
    found = compare_with_clauses(iia, clauses, terms=TERMS, names=NAMES)
    return [(one.place, one.ours, one.theirs) for one in found]


def test_clause_becomes_one_condition_in_each_direction():
    draft = conditions_from_clause(clause(), terms=TERMS)

    there, back = draft.conditions
    assert draft.gaps == ()
    assert (there.sending_hei, there.receiving_hei) == (BERLIN, STOCKHOLM)
    assert (back.sending_hei, back.receiving_hei) == (STOCKHOLM, BERLIN)
    assert (there.first_year, there.last_year) == ("2026/2027", "2028/2029")
    assert there.mobilities_per_year == 4
    assert there.languages == (LanguageSkill(language="en", level="B2"),)
    assert there.subject_areas == (SubjectArea(code="0912"),)
    assert there.eqf_levels == (7,)
    assert there.total_per_year == Decimal("20.00")


def test_what_a_clause_leaves_open_stays_open():
    limits = {"cycle": None, "field": None, "longest_days": None, "language_level": None}

    for open_clause in (clause(**limits), clause(cycle="any", field=0, longest_days=0, language_level="none")):
        (condition, _back) = conditions_from_clause(open_clause, terms=TERMS).conditions

        assert (condition.eqf_levels, condition.subject_areas, condition.total_per_year) == ((), (), None)
        assert condition.languages == (LanguageSkill(language="en"),)


@pytest.mark.parametrize(
    ("limits", "ways"),
    [
        ({"sending": CHARITE}, [(BERLIN, STOCKHOLM)]),
        ({"receiving": CHARITE}, [(STOCKHOLM, BERLIN)]),
        ({"sending": KAROLINSKA, "receiving": CHARITE}, [(STOCKHOLM, BERLIN)]),
    ],
)
def test_clause_with_a_direction_holds_only_that_way(limits, ways):
    draft = conditions_from_clause(clause(**limits), terms=TERMS)

    assert [(one.sending_hei, one.receiving_hei) for one in draft.conditions] == ways
    assert draft.gaps == ()


def test_clause_among_three_is_narrowed_to_two():
    terms = replace(TERMS, heis={**TERMS.heis, UPPSALA: "uu.se"})

    assert len(conditions_from_clause(clause(), terms=terms).conditions) == 6
    pair = frozenset({BERLIN, "uu.se"})
    narrowed = conditions_from_clause(clause(), terms=terms, between_heis=pair).conditions
    assert {(one.sending_hei, one.receiving_hei) for one in narrowed} == {(BERLIN, "uu.se"), ("uu.se", BERLIN)}
    assert len(conditions_from_clause(clause(parties=[CHARITE, UPPSALA]), terms=terms).conditions) == 2


def test_staff_count_days_and_months_are_rounded_down():
    (teaching, _back) = conditions_from_clause(
        clause(kind="staff_teaching", cycle="any", longest_days=5), terms=TERMS
    ).conditions
    (studies, _other) = conditions_from_clause(clause(longest_days=100), terms=TERMS).conditions

    assert teaching.total_per_year == Decimal(20)
    assert studies.total_per_year == Decimal("13.33")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("clinical_elective", "Clinical electives are not expressible in an IIA."),
        ("observership", "Observerships are not expressible in an IIA."),
        ("doctoral", "Doctoral stays are not expressible in an IIA."),
    ],
)
def test_kind_that_the_network_has_not_is_named(kind, said):
    draft = conditions_from_clause(clause(kind=kind), terms=TERMS)

    assert draft.conditions == ()
    assert [(gap.clause, gap.sentence) for gap in draft.gaps] == [("E1", said)]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"kind": "staff_training"}, "A study cycle for staff is not expressible"),
        ({"language": None}, "A language level without a language"),
        ({"language": None, "language_level": "none"}, "requires a language for this kind"),
        ({"parties": [CHARITE, UPPSALA, KAROLINSKA]}, f"{UPPSALA} has no id in the network"),
        ({"sending": UPPSALA}, "leads from no institution of the network to another"),
    ],
)
def test_what_a_condition_cannot_hold_is_named(limits, said):
    (gap,) = conditions_from_clause(clause(**limits), terms=TERMS).gaps

    assert said in gap.sentence
    assert gap.remedy


def test_language_may_stay_open_where_none_is_required():
    draft = conditions_from_clause(
        clause(kind="student_traineeship", language=None, language_level="none"), terms=TERMS
    )

    assert draft.gaps == ()
    assert draft.conditions[0].languages == ()


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"kind": "holiday"}, "kind of mobility"),
        ({"kind": None}, "kind of mobility"),
        ({"places_per_year": 0}, "places"),
    ],
)
def test_clause_that_says_too_little_is_refused(limits, said):
    with pytest.raises(InvalidError, match=said):
        conditions_from_clause(clause(**limits), terms=TERMS)


def test_clauses_of_other_areas_are_passed_over_and_conditions_ordered():
    clauses = (clause("E1", kind="staff_training", cycle="any"), clause("S1", area="studies"), clause("E2"))

    draft = conditions_from_clauses(clauses, terms=TERMS)

    assert [one.kind for one in draft.conditions] == [Kind.STUDENT_STUDIES] * 2 + [Kind.STAFF_TRAINING] * 2


limits = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(sorted(KINDS)),
        "places_per_year": st.integers(1, 50),
        "field": st.integers(0, 9999),
        "longest_days": st.integers(0, 400),
        "language": st.sampled_from(["en", "sv"]),
        "language_level": st.sampled_from(["none", "A1", "C2"]),
        "cycle": st.just("any"),
    }
)


@given(st.lists(limits, max_size=4), st.sampled_from(["any", *LEVELS]))
def test_agreement_made_from_clauses_says_what_they_say(drawn, cycle):
    clauses = [
        clause(f"E{position}", **{**one, "cycle": cycle if one["kind"].startswith("student") else "any"})
        for position, one in enumerate(drawn)
    ]

    assert compared(agreement(*clauses), *clauses) == []
    assert compared(mirrored(agreement(*clauses)), *clauses) == []


def test_agreement_made_from_clauses_can_be_approved():
    iia = agreement(clause("E1"), clause("E2", kind="staff_teaching", cycle="any"))

    assert obstacles(iia, received(mirrored(iia)), today=date(2026, 11, 25)) == ()


@pytest.mark.parametrize(
    ("changes", "label", "ours", "theirs"),
    [
        ({"mobilities_per_year": 2, "total_per_year": None}, "mobilities per year", "4", "2"),
        ({"last_year": "2027/2028"}, "last academic year", "2028/2029", "2027/2028"),
        ({"subject_areas": ()}, "subject areas", "0912", "any field"),
        ({"eqf_levels": ()}, "EQF levels", "7", "any cycle"),
        ({"languages": ()}, "language skills", "en B2", "nothing"),
        ({"total_per_year": Decimal("20.01")}, "months per year", "at most 20", "20.01"),
    ],
)
def test_difference_to_a_clause_names_its_field(changes, label, ours, theirs):
    iia = with_condition(agreement(clause()), 0, **changes)

    assert compared(iia, clause()) == [
        (f"cooperation condition 1, student studies, Berlin to Stockholm: {label}", ours, theirs)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"total_per_year": Decimal(10)},
        {"total_per_year": None},
        {"sending_ounit": "med"},
        {"other_terms": "No housing"},
        {"blended": True},
        {"sending_contacts": OURS.owner.contacts},
    ],
)
def test_what_a_clause_allows_or_does_not_speak_of_is_no_difference(changes):
    assert compared(with_condition(agreement(clause()), 0, **changes), clause()) == []


def test_language_is_no_difference_to_a_clause_without_one():
    silent = clause(kind="student_traineeship", language=None, language_level="none")
    iia = with_condition(agreement(silent), 0, languages=(LanguageSkill(language="sv", level="B1"),))

    assert compared(iia, silent) == []


def test_length_is_held_against_the_places_of_the_agreement():
    days = {"kind": "staff_teaching", "cycle": "any", "longest_days": 5}
    iia = with_condition(agreement(clause(**days)), 0, mobilities_per_year=2, total_per_year=Decimal(11))

    assert [(place.rpartition(": ")[2], ours, theirs) for place, ours, theirs in compared(iia, clause(**days))] == [
        ("mobilities per year", "4", "2"),
        ("days per year", "at most 10", "11"),
    ]


def test_missing_and_unagreed_conditions_are_named():
    one_way = clause(sending=CHARITE)
    iia = agreement(clause(sending=KAROLINSKA))

    assert compared(iia, one_way) == [
        ("no cooperation condition for student studies, Berlin to Stockholm", "4 places per year", "nothing"),
        (
            "cooperation condition 1, student studies, Stockholm to Berlin",
            "no clause allows it",
            "4 places per year",
        ),
    ]


def test_what_the_network_cannot_hold_is_a_difference_too():
    elective = clause("E2", kind="clinical_elective")

    assert compared(agreement(clause()), clause(), elective) == [
        ("clause E2", "Clinical electives are not expressible in an IIA.", "nothing")
    ]
