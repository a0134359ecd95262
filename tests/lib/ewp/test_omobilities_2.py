from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.omobilities_2 import GET, INDEX
from tests.lib.ewp.records import MOBILITY, NOMINATION, QUIET, STUDENT, SUMMER, mobilities
from tests.lib.ewp.schemas import validate


def as_version_2_says(mobility):
    nomination = replace(mobility.nomination, agreement_isced_f_code="", comment="", proposal_id="")
    status = {"rejected": "cancelled"}.get(mobility.status, mobility.status)
    return replace(mobility, nomination=nomination, status=status)


@given(st.lists(mobilities, max_size=3))
@QUIET
def test_get_reads_what_it_built_as_far_as_version_2_says_it(found):
    assert GET.read(GET.build(found)) == tuple(as_version_2_says(mobility) for mobility in found)


@given(mobilities)
@QUIET
def test_get_is_valid(found):
    validate(GET.build([found, replace(MOBILITY, nomination=SUMMER)]))


@pytest.mark.parametrize("data", [GET.build([]), INDEX.build([]), INDEX.build(["a", "b"])])
def test_empty_document_is_valid(data):
    validate(data)


def test_get_is_valid_with_the_least_that_version_2_asks():
    student = replace(STUDENT, birth_date=None, nationality="", gender="", email="")
    nomination = replace(
        NOMINATION, activity_type="student-traineeships", eqf_level_studied_at_departure=None, nominee_isced_f_code=""
    )
    least = replace(MOBILITY, student=student, nomination=nomination)

    data = GET.build([least])

    assert GET.read(data) == (as_version_2_says(least),)
    validate(data)


def test_recognised_mobility_of_a_partner_counts_as_approved():
    data = GET.build([MOBILITY]).replace(b"<status>nomination", b"<status>recognized")

    assert GET.read(data)[0].status == "approved"


def test_build_refuses_what_is_no_status():
    with pytest.raises(InvalidError, match="student-mobility/status: this must be one of nomination, live"):
        GET.build([replace(MOBILITY, status="lost")])
