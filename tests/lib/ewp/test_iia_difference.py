import time
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.ewp.iia import Kind, LanguageSkill, Names, SubjectArea
from hansa.lib.ewp.iia_contact import Contact, Words
from hansa.lib.ewp.iia_difference import Difference, differences, pairs, shown_contacts
from tests.lib.ewp.interinstitutional import (
    BACK,
    OFFICE,
    OURS,
    STUDIES,
    TEACHING,
    THEIRS,
    agreements,
    mirrored,
    with_condition,
)

NAMES = Names(by_hei={"charite.de": "Berlin", "ki.se": "Stockholm"})


@given(agreements(), st.randoms())
def test_copy_in_another_order_is_no_difference(iia, by):
    conditions = list(iia.conditions)
    by.shuffle(conditions)

    assert differences(iia, replace(mirrored(iia), conditions=tuple(conditions))) == ()


def test_difference_names_its_place():
    theirs = with_condition(THEIRS, 1, mobilities_per_year=5)

    (found,) = differences(OURS, theirs, names=NAMES)

    assert found == Difference(
        place="cooperation condition 2, student studies, Stockholm to Berlin: mobilities per year",
        ours="4",
        theirs="5",
    )
    assert found.sentence == f"{found.place}: here 4, at the partner's 5."


@pytest.mark.parametrize(
    ("changes", "label", "ours", "theirs"),
    [
        ({"sending_ounit": "med"}, "sending unit", "nothing", "med"),
        ({"receiving_ounit": "med"}, "receiving unit", "nothing", "med"),
        ({"first_year": "2027/2028"}, "first academic year", "2026/2027", "2027/2028"),
        ({"last_year": "2027/2028"}, "last academic year", "2028/2029", "2027/2028"),
        ({"mobilities_per_year": None}, "mobilities per year", "4", "nothing"),
        ({"mobilities_not_yet_defined": True}, "mobilities per year", "4", "4 (not yet defined)"),
        ({"languages": ()}, "language skills", "en B2", "nothing"),
        (
            {
                "languages": (
                    LanguageSkill(language="sv", subject_area=SubjectArea(code="0912"), not_yet_defined=True),
                    LanguageSkill(language="en", level="C1"),
                )
            },
            "language skills",
            "en B2",
            "en C1, sv for 0912 (not yet defined)",
        ),
        (
            {"subject_areas": (SubjectArea(code="0912", clarification=" general\nmedicine", v6_value="091"),)},
            "subject areas",
            "0912",
            "0912 (091 in version 6) “general medicine”",
        ),
        ({"other_terms": "No housing"}, "other terms", "nothing", "No housing"),
        ({"total_per_year": Decimal("20.5")}, "months per year", "20", "20.5"),
        ({"total_per_year": None}, "months per year", "20", "nothing"),
        ({"blended": True}, "blended mobility", "no", "yes"),
        ({"eqf_levels": (7, 8)}, "EQF levels", "6, 7", "7, 8"),
    ],
)
def test_every_field_of_a_condition_is_compared(changes, label, ours, theirs):
    (found,) = differences(OURS, with_condition(THEIRS, 0, **changes))

    assert found.place.endswith(f": {label}")
    assert (found.ours, found.theirs, found.is_hashed) == (ours, theirs, True)


def test_days_are_compared_for_staff():
    (found,) = differences(OURS, with_condition(THEIRS, 2, total_per_year=Decimal(11)))

    assert found.place.endswith("staff teacher, charite.de to ki.se: days per year")


def test_same_number_and_same_words_written_otherwise_are_no_difference():
    ours = with_condition(OURS, 0, other_terms="No  housing\n", total_per_year=Decimal("20.00"))
    theirs = with_condition(THEIRS, 0, other_terms="No housing", total_per_year=Decimal("2E+1"))

    assert differences(ours, theirs) == ()


def test_what_is_no_part_of_the_hash_is_told_apart():
    theirs = replace(THEIRS, in_effect=True, pdf_file="")
    theirs = with_condition(theirs, 0, sending_contacts=(OFFICE,), receiving_contacts=(OFFICE,))
    theirs = replace(theirs, partners=(replace(theirs.owner, iia_code="S 1", ounit="med"), theirs.other))

    found = differences(OURS, theirs)

    assert not any(one.is_hashed for one in found)
    assert [one.place.rpartition(": ")[2] for one in found] == [
        "in effect",
        "PDF file",
        "unit",
        "agreement number",
        "sending contacts",
        "receiving contacts",
    ]


def test_ids_and_termination_are_part_of_the_hash():
    theirs = replace(THEIRS, terminated_as_a_whole=True, partners=(THEIRS.owner, replace(THEIRS.other, iia_id="")))

    found = differences(OURS, theirs, names=NAMES)

    assert [(one.place, one.ours, one.theirs, one.is_hashed) for one in found] == [
        ("termination as a whole", "no", "yes", True),
        ("partner Berlin: agreement id", "b-1", "nothing", True),
    ]


def test_agreement_with_somebody_else_is_seen():
    theirs = replace(THEIRS, partners=(replace(THEIRS.owner, hei="uu.se"), THEIRS.other))

    (found,) = differences(OURS, theirs)

    assert (found.place, found.ours, found.theirs) == ("partner ki.se", "named", "not named")


def test_condition_without_a_fellow_is_shown_on_its_side():
    training = replace(TEACHING, kind=Kind.STAFF_TRAINING)
    ours, theirs = OURS, replace(THEIRS, conditions=(STUDIES, BACK, training))

    missing, more = differences(ours, theirs, names=NAMES)

    short = "2 per year, 2026/2027 to 2028/2029, subject areas 0912"
    assert (missing.place, missing.ours, missing.theirs) == (
        "cooperation condition 3, staff teacher, Berlin to Stockholm",
        short,
        "nothing",
    )
    assert (more.place, more.ours, more.theirs) == (
        "the partner's cooperation condition 3, staff training, Berlin to Stockholm",
        "nothing",
        short,
    )


def test_conditions_are_matched_by_subject_before_anything_else():
    nursing = replace(STUDIES, subject_areas=(SubjectArea(code="0913"),), mobilities_per_year=1, eqf_levels=())
    ours = (STUDIES, nursing)
    theirs = (replace(nursing, mobilities_per_year=4, eqf_levels=(6, 7)), replace(STUDIES, mobilities_per_year=1))

    matched, missing, more = pairs(ours, theirs)

    assert matched == ((0, 1), (1, 0))
    assert (missing, more) == ((), ())


def test_conditions_of_one_subject_are_matched_by_what_they_have_in_common():
    bachelor, master = replace(STUDIES, eqf_levels=(6,)), replace(STUDIES, eqf_levels=(7,), blended=True)

    matched, missing, more = pairs((bachelor, master, STUDIES), (replace(master, mobilities_per_year=9), bachelor))

    assert matched == ((0, 1), (1, 0))
    assert (missing, more) == ((2,), ())


def test_shown_contacts_hold_all_that_is_kept():
    shown = shown_contacts([OFFICE, Contact(names=(Words("Dean"),))])

    assert shown == (
        "Dean, International office (en) / Internationales Büro (de) Ada Byron"
        " +4930123456 030 / 123 45 office@example.org Coordinator (en)"
    )


def test_many_conditions_are_compared_in_good_time():
    many = tuple(replace(STUDIES, mobilities_per_year=number) for number in range(1, 201))
    mixed = list(many)
    Random(1).shuffle(mixed)

    started = time.perf_counter()
    found = differences(replace(OURS, conditions=many), replace(THEIRS, conditions=tuple(mixed)))

    assert found == ()
    assert time.perf_counter() - started < 5
