from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from hansa.lib.ewp.iia import LanguageSkill, Names, SubjectArea
from hansa.lib.ewp.iia_hash import forgeries
from hansa.lib.ewp.iia_obstacles import obstacles, suspicious
from hansa.lib.ewp.iia_reading import read_get_response
from hansa.lib.ewp.iia_xml import get_response, iia_element
from hansa.lib.ewp.xml import parse, write
from tests.lib.ewp.interinstitutional import OURS, STUDIES, THEIRS, agreements, received, with_condition

TODAY = date(2026, 11, 25)
FORGED = "x__cooperation-conditions.student-studies-mobility-spec.total-months-per-year=500"


def found(ours, theirs, **options):
    return [(one.about, one.sentence) for one in obstacles(ours, received(theirs), today=TODAY, **options)]


def test_equal_copies_have_no_obstacle():
    assert found(OURS, THEIRS) == []


def test_every_obstacle_has_a_sentence_and_a_remedy():
    theirs = with_condition(THEIRS, 0, mobilities_per_year=5, last_year="2020/2021", other_terms=FORGED)

    for one in obstacles(OURS, received(theirs, version=6), today=TODAY):
        assert one.sentence.endswith(".")
        assert one.remedy.endswith(".")


def test_differing_field_is_named_with_both_values():
    names = Names(by_hei={"charite.de": "Berlin", "ki.se": "Stockholm"})

    ((about, sentence),) = found(OURS, with_condition(THEIRS, 0, mobilities_per_year=5), names=names)

    assert about == "difference"
    assert sentence == (
        "cooperation condition 1, student studies, Berlin to Stockholm: mobilities per year:"
        " here 4, at the partner's 5."
    )


def test_what_is_no_part_of_the_hash_is_no_obstacle():
    assert found(OURS, replace(THEIRS, in_effect=True, pdf_file="")) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "sentence"),
    [
        ((0, {}), (0, {"hei": "uu.se"}), "The two copies are not between the same institutions."),
        ((1, {"iia_id": ""}), (0, {}), "Our copy does not name the partner's id of the agreement."),
        ((1, {"iia_id": "s-9"}), (0, {}), "Our copy names another agreement of the partner than this one."),
        ((0, {}), (1, {"iia_id": ""}), "The partner's copy does not name our id of the agreement."),
        ((0, {}), (1, {"iia_id": "b-9"}), "The partner's copy names another agreement of ours than this one."),
    ],
)
def test_ids_must_have_been_exchanged(ours, theirs, sentence):
    def changed(iia, position, changes):
        partners = list(iia.partners)
        partners[position] = replace(partners[position], **changes)
        return replace(iia, partners=tuple(partners))

    assert ("ids", sentence) in found(changed(OURS, *ours), changed(THEIRS, *theirs))


def test_number_of_conditions_must_be_the_same():
    theirs = replace(THEIRS, conditions=THEIRS.conditions[:2])

    assert found(OURS, theirs)[0] == ("conditions", "Our copy has 3 cooperation conditions, the partner's has 2.")


def test_agreement_without_conditions_is_none():
    empty = replace(OURS, conditions=()), replace(THEIRS, conditions=())

    assert found(*empty) == [
        ("conditions", "There is no cooperation condition in our copy."),
        ("conditions", "There is no cooperation condition in the partner's copy."),
    ]


@pytest.mark.parametrize(
    ("changes", "about", "said"),
    [
        ({"mobilities_not_yet_defined": True}, "undefined", "not yet defined"),
        ({"languages": ()}, "language", "names no language"),
        ({"subject_areas": (SubjectArea(code="091"),)}, "field", "no ISCED-F code of four digits"),
        (
            {"languages": (LanguageSkill(language="en", subject_area=SubjectArea(code="09")),)},
            "field",
            "no ISCED-F code of four digits",
        ),
        ({"first_year": "2024/2025", "last_year": "2025/2026"}, "years", "last academic year 2025/2026 is over"),
        ({"last_year": "2025/2026"}, "years", "2025/2026 is before its first, 2026/2027"),
        ({"last_year": "2029/2030"}, "years", "goes on after 2028/2029, when the programme ends"),
        ({"receiving_hei": "uu.se"}, "ids", "not between the two institutions"),
        ({"other_terms": FORGED}, "forgery", "other terms: this text could pass for another field"),
    ],
)
def test_every_rule_is_held_against_both_copies(changes, about, said):
    ours, theirs = (with_condition(iia, 0, **changes) for iia in (OURS, THEIRS))

    sentences = [sentence for kind, sentence in found(ours, theirs) if kind == about and said in sentence]

    assert [sentence.partition(", cooperation condition 1")[0] for sentence in sentences] == [
        "In our copy",
        "In the partner's copy",
    ]


def test_missing_number_of_people_is_an_obstacle():
    ours = with_condition(OURS, 0, mobilities_per_year=None)

    assert any("does not say how many people each year" in sentence for _about, sentence in found(ours, THEIRS))


def test_programme_end_is_a_matter_of_the_programme():
    last = {"last_year": "2029/2030"}

    assert found(with_condition(OURS, 0, **last), with_condition(THEIRS, 0, **last), programme_end="2034/2035") == []


def test_versions_must_be_the_same():
    (first, *_rest) = obstacles(OURS, received(THEIRS, version=6), today=TODAY)

    assert first.sentence == "The partner serves version 6 of agreements, this node version 7."
    assert obstacles(OURS, received(THEIRS, version=6), today=TODAY, version=6) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [(b"iia-hash>", b"x>", "is missing"), (b"<eqf-level>6", b"<eqf-level>7", "is not the hash of its copy")],
)
def test_published_hash_must_be_that_of_the_document(old, new, said):
    (one,) = read_get_response(get_response(THEIRS).replace(old, new))

    assert ("hash", f"The hash that the partner publishes {said}.") in [
        (each.about, each.sentence) for each in obstacles(OURS, one, today=TODAY)
    ]


def test_terminated_agreement_beside_it_is_an_obstacle():
    root = parse(get_response(THEIRS))
    root.append(iia_element(replace(THEIRS, terminated_as_a_whole=True)))
    one, _terminated = read_get_response(write(root))

    (only,) = obstacles(OURS, one, today=TODAY)

    assert "terminated agreement beside this one" in only.sentence


def test_document_that_cannot_be_understood_is_the_only_obstacle():
    (one,) = read_get_response(get_response(THEIRS).replace(b"<in-effect>false", b"<in-effect>?"))

    (only,) = obstacles(OURS, one, today=TODAY)

    assert only.sentence == "The partner's copy cannot be understood. in-effect: this is neither true nor false."


def test_forgery_in_the_raw_document_is_an_obstacle():
    data = get_response(THEIRS).replace(b"<subject-area>", b'<subject-area x="a__b=">', 1)
    (one,) = read_get_response(data)

    sentences = [each.sentence for each in obstacles(OURS, one, today=TODAY)]

    assert any("could pass for another agreement: see cooperation-conditions/" in sentence for sentence in sentences)


@given(agreements())
def test_suspicious_finds_what_is_found_in_the_document(iia):
    assert bool(suspicious(iia)) == bool(forgeries(iia_element(iia)))


def test_suspicious_names_each_place_once():
    areas = (SubjectArea(code="0912", clarification=FORGED), SubjectArea(code="0911", clarification=FORGED))
    skills = (LanguageSkill(language="a__b=c", subject_area=areas[0]),)
    iia = replace(OURS, conditions=(replace(STUDIES, subject_areas=areas, languages=skills, sending_ounit="__x="),))

    assert [place.rpartition(": ")[2] for place in suspicious(iia)] == [
        "institution or unit",
        "language skills",
        "subject areas",
    ]
