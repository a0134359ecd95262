import json
from datetime import date

import pytest

from hansa.areas.exchange import actions, agreements
from hansa.areas.exchange.models import Iia, IiaVersion, Message
from hansa.areas.exchange.queries import comparison
from hansa.areas.exchange.states import IiaState as State
from hansa.kernel.actions import GivenError
from hansa.kernel.models import Person
from hansa.lib.errors import RefusedError
from tests.areas.exchange import treaty
from tests.areas.exchange.league import CHARITE, KI
from tests.areas.exchange.scene import Scene
from tests.areas.exchange.treaty import IN, OUT
from tests.conftest import given


@pytest.fixture
def officer(db):
    made = Person(username="an-officer", name="Olga", roles=["officer"], state="active")
    with given():
        made.save()
    return made


def owed():
    """What is owed to the partner, and about what."""
    return [(row.kind, row.subject) for row in Message.objects.order_by("created")]


def now(iia):
    return Iia.objects.get(pk=iia.pk)


def test_draft_says_what_was_written_and_tells_nobody(league, officer):
    iia = actions.iias.draft(Iia(), by=officer, partner=KI, title="Medicine", conditions=treaty.CONDITIONS)

    first, second = agreements.own_copy(iia).conditions
    assert (iia.state, owed()) == (State.DRAFT, [])
    assert (first.sending_hei, first.receiving_hei, first.mobilities_per_year) == (CHARITE, KI, 4)
    assert (second.sending_hei, second.receiving_hei, second.mobilities_per_year) == (KI, CHARITE, 2)
    assert [row["places"] for row in iia.conditions] == [4, 2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no JSON", "JSONDecodeError"),
        ("[]", "one condition at least"),
        ('["out"]', "TypeError"),
        (json.dumps([{**OUT, "kind": "holiday"}]), "ValueError"),
        (json.dumps([{"kind": "student-studies"}]), "KeyError"),
        (json.dumps([{**OUT, "first_year": "2026"}]), "first_year: this is no academic year"),
        (json.dumps([{**OUT, "total": "many"}]), "total: this is no number"),
    ],
)
def test_conditions_that_are_none_are_refused_with_the_reason(league, officer, text, why):
    with pytest.raises(GivenError, match=why):
        actions.iias.draft(Iia(), by=officer, partner=KI, title="Medicine", conditions=text)


def test_total_may_be_left_out(league, officer):
    text = json.dumps([{key: value for key, value in OUT.items() if key != "total"}])

    iia = actions.iias.draft(Iia(), by=officer, partner=KI, title="Medicine", conditions=text)

    assert agreements.own_copy(iia).conditions[0].total_per_year is None


@pytest.mark.parametrize("partner", [CHARITE, "nobody.example"])
def test_agreement_is_with_another_member_of_the_network(league, officer, partner):
    with pytest.raises(GivenError, match="names no such partner"):
        actions.iias.draft(Iia(), by=officer, partner=partner, title="X", conditions=treaty.CONDITIONS)


def from_clause(scene, officer, **changes):
    asked = {"partner": KI, "title": "Medicine", "clauses": ["5.1"], "institution": scene.side.id, **changes}
    return actions.iias.draft(Iia(), by=officer, **asked)


def test_draft_from_a_clause_of_the_memorandum_says_what_the_clause_says(league, officer):
    scene = Scene()

    iia = from_clause(scene, officer)

    assert (iia.agreement, iia.clauses) == (scene.agreement.hash, ["5.1"])
    assert {(row["sending"], row["places"]) for row in iia.conditions} == {(CHARITE, 4), (KI, 4)}
    assert not [one for one in comparison.against_clauses(iia) if one.is_hashed]


def test_draft_from_a_clause_says_what_the_network_has_no_word_for(league, officer):
    iia = from_clause(Scene(), officer, clauses=["5.1", "5.2"])

    assert "Clinical electives are not expressible" in iia.trouble


def test_memorandum_without_an_end_gives_to_the_end_of_the_programme(league, officer):
    valid = {"from": "2026-01-01", "until": None}

    iia = from_clause(Scene(valid=valid), officer)

    assert {row["last_year"] for row in iia.conditions} == {"2028/2029"}
    assert not [one for one in comparison.against_clauses(iia) if one.is_hashed]


def test_clauses_of_no_memorandum_are_refused(league, officer):
    with pytest.raises(GivenError, match="No memorandum in force"):
        from_clause(Scene(), officer, clauses=["9.9"])
    with pytest.raises(GivenError, match="No memorandum in force"):
        actions.iias.draft(Iia(), by=officer, partner=KI, title="X", clauses=["5.1"], institution="ror:02crff812")


def test_copy_that_was_changed_differs_from_the_clause(league, officer):
    iia = from_clause(Scene(), officer)

    actions.iias.revise(iia, by=officer, conditions=json.dumps([{**OUT, "places": 9}, {**IN, "places": 4}]))

    assert any("9" in one.sentence for one in comparison.against_clauses(iia))


def test_share_tells_the_partner_and_every_change_afterwards_does(league, officer):
    iia = treaty.drafted()

    actions.iias.share(iia, by=officer)
    actions.iias.revise(iia, by=officer, conditions=json.dumps([OUT]))

    assert (iia.state, owed()) == (State.SHARED, [("iia-cnr", str(iia.pk))] * 2)
    assert IiaVersion.objects.filter(iia=iia).count() == 2


def test_change_of_a_draft_tells_nobody(league, officer):
    actions.iias.revise(treaty.drafted(), by=officer, conditions=json.dumps([OUT]))

    assert owed() == []


def test_copy_that_came_is_taken_over_and_names_the_partners(league, officer):
    iia = treaty.heard(treaty.unknown())

    actions.iias.take_over(iia, by=officer)

    ours = agreements.own_copy(iia)
    assert (iia.state, owed()) == (State.SHARED, [("iia-cnr", str(iia.pk))])
    assert [(one.hei, one.iia_id) for one in ours.partners] == [(CHARITE, str(iia.pk)), (KI, treaty.THERE)]
    assert [one.is_hashed for one in comparison.differing(iia) if "agreement id" not in one.place] == []


def test_copy_that_cannot_be_read_is_not_taken_over(league, officer):
    iia = treaty.heard(treaty.unknown())
    with given():
        iia.theirs, iia.trouble = iia.theirs.replace("2026/2027", "soon"), ""
        iia.save()

    with pytest.raises(RefusedError, match="cannot be read"):
        actions.iias.take_over(iia, by=officer)


def test_copies_made_on_both_sides_are_linked(league, officer):
    iia, other = treaty.drafted(is_shared=True), treaty.heard(treaty.unknown())

    actions.iias.connect(iia, by=officer, received=str(other.pk))

    assert (iia.foreign_id, agreements.own_copy(iia).other.iia_id) == (treaty.THERE, treaty.THERE)
    assert not Iia.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("name", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_nothing_is_linked_to_what_never_came(league, officer, name):
    with pytest.raises(GivenError, match="Nothing of this name"):
        actions.iias.connect(treaty.drafted(is_shared=True), by=officer, received=name)


def test_approval_keeps_the_copy_that_was_approved_and_tells_the_partner(league, officer):
    iia = treaty.linked()

    actions.iias.approve(iia, by=officer)

    found = now(iia)
    assert (found.state, found.approved_here) == (State.APPROVED_HERE, found.their_hash)
    assert found.approved_copy == found.theirs
    assert owed()[-1] == ("iia-approval-cnr", treaty.THERE)


def test_agreement_is_in_force_once_both_have_approved(league, officer):
    iia = treaty.linked()
    with given():
        agreements.hear_approval(iia, iia.hash, raw="<approval/>")
    assert iia.state == State.APPROVED_THERE

    actions.iias.approve(iia, by=officer)

    assert (iia.state, iia.approval) == (State.IN_FORCE, "<approval/>")
    assert iia.decide("exchange.nominate", condition=1).outcome == "permit"


def test_copies_that_differ_are_not_approved_and_the_difference_is_named(league, officer):
    iia = treaty.drafted(is_shared=True)
    found = treaty.iias.conditions_of(json.dumps([{**OUT, "places": 5}, IN]), ours=CHARITE, theirs=KI)
    for _turn in range(2):
        iia = treaty.heard(treaty.copy_of(iia, conditions=found))

    with pytest.raises(RefusedError, match="5"):
        actions.iias.approve(iia, by=officer)
    assert now(iia).approved_here == ""


def test_copy_that_was_fetched_long_ago_is_not_approved(league, officer):
    with pytest.raises(RefusedError, match="not fetched just now"):
        actions.iias.approve(treaty.stale(treaty.linked()), by=officer)


def test_copy_that_never_came_is_not_approved(league, officer):
    with pytest.raises(RefusedError, match="not fetched just now"):
        actions.iias.approve(treaty.drafted(is_shared=True), by=officer)


def test_changes_are_given_up_and_the_agreement_is_in_force_again(league, officer):
    iia = treaty.changed()
    assert iia.state == State.CHANGED

    actions.iias.revert(iia, by=officer)

    assert (iia.state, len(agreements.own_copy(iia).conditions)) == (State.IN_FORCE, 2)


def test_version_that_is_no_longer_kept_cannot_be_gone_back_to(league, officer):
    iia = treaty.changed()
    with given():
        IiaVersion.objects.all().delete()

    with pytest.raises(RefusedError, match="no longer kept"):
        actions.iias.revert(iia, by=officer)


def test_terminated_agreement_lets_nobody_go_and_both_approve_its_end(league, officer):
    iia = treaty.agreed()

    actions.iias.terminate(iia, by=officer)

    assert (iia.state, owed()[-1][0]) == (State.TERMINATED, "iia-cnr")
    assert iia.decide("exchange.nominate", condition=1).outcome == "deny"
    iia = treaty.heard(treaty.copy_of(iia))
    actions.iias.approve(iia, by=officer)
    assert iia.state == State.TERMINATED


def test_deleted_copy_is_served_no_more_and_its_partner_is_told(league, officer):
    iia = treaty.linked()

    actions.iias.delete(iia, by=officer)

    assert (iia.state, iia.foreign_id, owed()[-1]) == (State.DELETED, "", ("iia-cnr", str(iia.pk)))


def test_look_at_a_linked_agreement_asks_for_copy_and_approval(league, officer):
    iia = treaty.linked()
    before = len(owed())

    actions.iias.refresh(iia, by=officer)

    assert owed()[before:] == [("iia-get", treaty.THERE), ("iia-approval-get", str(iia.pk))]


def test_look_at_a_copy_that_came_asks_for_the_copy_alone(league, officer):
    actions.iias.refresh(treaty.heard(treaty.unknown()), by=officer)

    assert owed() == [("iia-get", treaty.THERE)]


def test_look_at_a_copy_without_fellow_asks_what_the_partner_has(league, officer):
    iia = treaty.drafted(is_shared=True)

    actions.iias.refresh(iia, by=officer)

    assert owed() == [("sweep", "everything"), ("iia-approval-get", str(iia.pk))]


def test_programme_ends_with_the_academic_year_2028():
    assert comparison.programme_end() == date(2029, 7, 31)
