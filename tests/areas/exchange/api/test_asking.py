import pytest

from hansa.areas.exchange.api import asking
from hansa.areas.exchange.api.door import Caller
from hansa.areas.exchange.network import membership
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.answers import AnswerError
from tests.areas.exchange.league import CHARITE, KI, UU


@pytest.fixture
def caller(league):
    return Caller(heis=frozenset({KI}), member=membership.read(league.table))


def test_wanted_is_what_the_caller_may_see_of_the_year_and_since_the_moment(caller):
    moment = ("2026-01-02T03:04:05+00:00",)
    found = asking.wanted(caller, {"receiving_academic_year_id": ("2026/2027",), "modified_since": moment})

    assert (found.partners, found.year, found.since.isoformat()) == ([f"hei:{KI}"], "2026/2027", moment[0])
    assert asking.wanted(caller, {}).since is None


def test_another_institution_than_this_is_refused_by_the_name_of_the_parameter(caller):
    asking.demand_ours(caller, {"sending_hei_id": (CHARITE,)}, name="sending_hei_id")

    with pytest.raises(AnswerError, match="sending_hei_id"):
        asking.demand_ours(caller, {"sending_hei_id": (KI,)}, name="sending_hei_id")


@pytest.mark.parametrize(
    ("owner", "partners", "found"),
    [(CHARITE, (), [f"hei:{KI}"]), (CHARITE, (KI, UU), [f"hei:{KI}"]), (CHARITE, (UU,), []), (KI, (), ())],
)
def test_older_majors_name_both_institutions(caller, owner, partners, found):
    given = {"sending_hei_id": (owner,), "receiving_hei_id": partners}

    asked = asking.narrowed(caller, given, owner="sending_hei_id", partner="receiving_hei_id")

    assert asked.partners == found


def test_row_that_no_document_can_hold_hides_no_other():
    def say(row):
        if row == "half":
            raise InvalidError("No name.", "Give one.")
        return row

    assert asking.written(" ".join, ["one", "half", "two"], say=say) == "one two"
