import json

import pytest

from hansa.areas.exchange import agreements
from hansa.areas.exchange.models import Iia, Message
from hansa.areas.exchange.states import IiaState as State
from hansa.lib.ewp.iia_states import Side
from tests.areas.exchange import treaty
from tests.areas.exchange.league import KI, UU
from tests.conftest import given

pytestmark = pytest.mark.usefixtures("db")


def test_side_that_was_kept_is_read_as_it_was():
    iia = treaty.agreed()

    side = agreements.side_of(iia)

    assert (side.own_id, side.partner_id, side.is_agreed) == (str(iia.pk), treaty.THERE, True)
    assert agreements.side_of(Iia()) == Side()


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (treaty.drafted, State.DRAFT),
        (lambda: treaty.drafted(is_shared=True), State.SHARED),
        (lambda: treaty.heard(treaty.unknown()), State.RECEIVED),
        (treaty.linked, State.SHARED),
        (treaty.agreed, State.IN_FORCE),
        (treaty.changed, State.CHANGED),
    ],
)
def test_agreement_stands_where_both_sides_have_brought_it(make, state):
    assert make().state == state


def test_our_copy_that_cannot_be_read_is_a_fault_of_ours():
    iia = treaty.drafted()
    iia.ours = iia.ours.replace("2026/2027", "soon")

    with pytest.raises(AssertionError, match="our own copy"):
        agreements.own_copy(iia)


def test_partners_copy_is_nothing_before_it_came():
    assert agreements.their_copy(treaty.drafted()) is None


def test_copy_that_names_ours_is_linked_and_ours_names_it_from_now_on():
    iia = treaty.drafted(is_shared=True)

    heard = treaty.heard(treaty.copy_of(iia))

    assert heard.pk == iia.pk
    assert agreements.own_copy(heard).other.iia_id == treaty.THERE
    assert Message.objects.filter(kind="iia-cnr", subject=str(iia.pk)).count() == 1


def test_copy_that_names_an_agreement_with_another_partner_is_not_linked():
    iia = treaty.drafted(is_shared=True, partner=UU)

    heard = treaty.heard(treaty.received(treaty.copy_of(treaty.drafted(is_shared=True)).iia), partner=UU)

    assert heard.pk != iia.pk
    assert heard.state == State.RECEIVED


def test_copy_that_came_again_is_kept_in_place_of_the_one_before():
    first = treaty.heard(treaty.unknown())

    second = treaty.heard(treaty.unknown())

    assert (first.pk, second.title) == (second.pk, "MED 2026")


def test_copy_of_another_id_that_names_ours_does_not_take_the_place_of_the_linked_one():
    iia = treaty.linked()
    with given():
        agreements.hear_copy(treaty.copy_of(iia, iia_id="KI-2"), partner=KI)

    iia.refresh_from_db()
    assert iia.foreign_id == treaty.THERE
    assert Iia.objects.get(foreign_id="KI-2").state == State.RECEIVED


def test_copy_that_cannot_be_understood_is_kept_and_its_fault_told():
    broken = treaty.read_stored(treaty.unknown().raw.replace(b"2026/2027", b"soon"))

    iia = treaty.heard(broken)

    assert (iia.state, iia.title) == (State.RECEIVED, f"Agreement of {KI}")
    assert iia.trouble == f"{broken.fault} {broken.remedy}"


def test_copy_with_a_wrong_hash_is_told():
    copy = treaty.unknown()
    forged = treaty.read_stored(copy.raw.replace(copy.published.encode(), b"0" * 64))

    assert "is not the hash of its copy" in treaty.heard(forged).trouble


def test_answer_about_another_copy_changes_nothing_that_is_linked(monkeypatch):
    iia = treaty.linked()
    monkeypatch.setattr(agreements, "about", lambda _copy, *, partner: iia)
    with given():
        agreements.hear_copy(treaty.copy_of(iia, iia_id="KI-2"), partner=KI)

    iia.refresh_from_db()
    assert (iia.foreign_id, "KI-2" in iia.theirs) == (treaty.THERE, False)


def absent(iia_id=treaty.THERE):
    with given():
        agreements.hear_absence(partner=KI, iia_id=iia_id)


def test_copy_that_nobody_here_took_over_goes_with_the_partners_and_may_come_again():
    iia = treaty.heard(treaty.unknown())

    absent()

    iia.refresh_from_db()
    assert (iia.state, iia.foreign_id) == (State.DELETED, "")
    assert treaty.heard(treaty.unknown()).pk != iia.pk


def test_absence_of_what_nobody_knows_changes_nothing():
    absent("KI-9")

    assert not Iia.objects.exists()


def test_agreement_of_both_stays_when_the_partner_serves_it_no_more():
    iia = treaty.agreed()

    absent()

    iia.refresh_from_db()
    assert (iia.state, iia.foreign_id) == (State.IN_FORCE, treaty.THERE)
    assert "ask its office" in iia.trouble


def test_copy_without_approval_loses_its_link_when_the_partner_deletes_its_own():
    iia = treaty.linked()

    absent()

    iia.refresh_from_db()
    assert (iia.state, iia.foreign_id, iia.theirs) == (State.SHARED, "", "")
    assert agreements.own_copy(iia).other.iia_id == ""
    assert iia.hash == agreements.read_stored(iia.ours.encode()).computed


def test_partner_may_take_back_an_approval_before_the_agreement_is_in_force():
    iia = treaty.linked()
    with given():
        agreements.hear_approval(iia, iia.hash, raw="<approval/>")
        assert iia.state == State.APPROVED_THERE

        agreements.hear_approval(iia, "", raw="<nothing/>")

    assert (iia.state, iia.approval, iia.approved_there) == (State.SHARED, "", "")


def test_versions_that_were_served_are_kept_once_each():
    iia = treaty.changed()

    kept = {row.hash: json.loads(json.dumps(row.document)) for row in iia.versions.all()}

    assert iia.hash in kept
    assert kept[iia.hash] == iia.ours
    assert all(row.iia_id == iia.pk for row in iia.versions.all())


def test_agreement_is_called_by_its_title_and_lists_its_files():
    iia = treaty.drafted()

    assert (str(iia), iia.files()) == ("Medicine", [])


def test_condition_that_the_agreement_does_not_have_permits_nothing():
    assert treaty.agreed().decide("exchange.nominate", condition=9).outcome == "deny"
