from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import LanguageSkill, SubjectArea
from hansa.lib.ewp.iia_hash import hash_alone
from hansa.lib.ewp.iia_xml import get_response, iia_element, plain, years_between
from hansa.lib.ewp.xml import parse
from tests.lib.ewp.interinstitutional import OURS, STUDIES, agreements, received, with_condition
from tests.lib.ewp.schemas import validate


@given(agreements())
def test_agreement_comes_back_as_it_was_written(iia):
    found = received(iia)

    assert found.iia == iia
    assert found.hash_holds
    assert found.iia_id == iia.owner.iia_id


@settings(max_examples=50, deadline=None)
@given(agreements())
def test_agreement_is_valid_under_the_published_schema(iia):
    validate(get_response(iia))


@settings(max_examples=50, deadline=None)
@given(agreements())
def test_agreement_of_version_6_is_valid_under_the_published_schema(iia):
    validate(get_response(replace(iia, terminated_as_a_whole=False), version=6))


@given(agreements())
def test_both_versions_have_one_hash(iia):
    iia = replace(iia, terminated_as_a_whole=False)

    new, old = iia_element(iia, version=7), iia_element(iia, version=6)

    assert hash_alone(new).text == hash_alone(old, version=6).text


def test_get_response_without_an_agreement_is_empty_and_valid():
    data = get_response(None)

    assert len(parse(data)) == 0
    validate(data)


def test_version_6_comes_back_with_what_it_can_say():
    iia = with_condition(OURS, 0, subject_areas=(SubjectArea(code="0912", v6_value="091"),))

    found = received(iia, version=6)

    assert found.version == 6
    assert found.hash_holds
    assert found.iia == replace(with_condition(iia, 0, subject_areas=(SubjectArea(code="091"),)), pdf_file="")


def test_version_6_leaves_out_what_it_has_no_mark_for():
    skill = LanguageSkill(language="en", not_yet_defined=True)
    iia = with_condition(OURS, 0, mobilities_not_yet_defined=True, languages=(skill,))

    condition = received(iia, version=6).iia.conditions[0]

    assert condition.mobilities_per_year is None
    assert condition.languages == ()


@pytest.mark.parametrize(
    ("version", "changes", "said"),
    [
        (7, {"conditions": (replace(STUDIES, mobilities_per_year=None),)}, "how many people"),
        (6, {"conditions": (replace(STUDIES, total_per_year=None),)}, "months per year"),
        (6, {"terminated_as_a_whole": True}, "cannot say that an agreement is terminated"),
    ],
)
def test_get_response_refuses_what_a_version_cannot_say(version, changes, said):
    with pytest.raises(InvalidError, match=said):
        get_response(replace(OURS, **changes), version=version)


def test_total_may_be_left_open_in_version_7():
    iia = with_condition(OURS, 0, total_per_year=None)

    assert received(iia).iia == iia


def test_years_between_lists_every_year():
    assert years_between(STUDIES) == ["2026/2027", "2027/2028", "2028/2029"]
    assert years_between(replace(STUDIES, first_year="2026/2026", last_year="2027/2027")) == ["2026/2026", "2027/2027"]


def test_plain_writes_no_exponent():
    assert [plain(Decimal(number)) for number in ("1E+2", "0.50")] == ["100", "0.50"]
