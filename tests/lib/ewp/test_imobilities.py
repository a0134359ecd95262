from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.imobilities import (
    GET,
    GET_1,
    STATUSES_1,
    IncomingMobility,
    IncomingMobilityOfVersion1,
    as_version_1,
)
from tests.lib.ewp.records import QUIET, days, identifiers, maybe_words
from tests.lib.ewp.schemas import validate

HERE = IncomingMobility(omobility_id="m-1", actual_arrival_date=date(2026, 9, 1))
stays = {
    "omobility_id": identifiers,
    "actual_arrival_date": st.none() | days,
    "actual_departure_date": st.none() | days,
}
newer = st.builds(IncomingMobility, **stays)
older = st.builds(IncomingMobilityOfVersion1, **stays, status=st.sampled_from(STATUSES_1), comment=maybe_words)


@given(st.lists(newer, max_size=2).map(tuple), st.lists(older, max_size=2).map(tuple))
@QUIET
def test_both_majors_read_what_they_built(new, old):
    assert GET.read(GET.build(new)) == new
    assert GET_1.read(GET_1.build(old)) == old


@given(st.lists(newer, max_size=2), st.lists(older, max_size=2))
@QUIET
def test_both_majors_are_valid(new, old):
    validate(GET.build(new))
    validate(GET_1.build(old))


@pytest.mark.parametrize(
    ("status", "said"),
    [("pending", "pending"), ("approved", "verified"), ("rejected", "rejected"), ("cancelled", "rejected")],
)
def test_older_major_says_what_became_of_the_nomination(status, said):
    mobility = as_version_1(HERE, status=status, comment="Seen.")

    (read,) = GET_1.read(GET_1.build([mobility]))

    assert (read.status, read.comment, read.actual_arrival_date) == (said, "Seen.", date(2026, 9, 1))


def test_older_major_refuses_what_is_no_status():
    with pytest.raises(InvalidError, match="student-mobility-for-studies/status: this must be one of pending"):
        GET_1.build([as_version_1(HERE, status="lost")])


def test_document_of_the_other_major_is_refused():
    with pytest.raises(InvalidError, match="not a “imobilities-get-response”"):
        GET.read(GET_1.build([]))
