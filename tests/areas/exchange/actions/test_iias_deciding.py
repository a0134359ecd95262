"""What is decided about agreements of the network: approved, withdrawn, taken over, ended, and what each keeps."""

import json
from dataclasses import replace

import pytest

from hansa.areas.exchange import actions, agreements
from hansa.areas.exchange.queries import comparison
from hansa.areas.exchange.states import IiaState as State
from hansa.kernel.actions import GivenError
from hansa.kernel.files import Upload
from hansa.kernel.models import LedgerEntry
from hansa.lib.errors import RefusedError
from hansa.lib.ewp.iia import LanguageSkill, SubjectArea
from tests.areas.exchange import treaty
from tests.areas.exchange.actions.test_iias import from_clause, now, owed
from tests.areas.exchange.scene import Scene
from tests.areas.exchange.treaty import IN, OUT
from tests.conftest import given
from tests.uploads import PNG


@pytest.fixture
def officer(person):
    return person("officer")


def test_clause_from_which_an_agreement_is_made_is_cited_in_the_ledger(league, officer):
    scene = Scene()

    iia = from_clause(scene, officer)

    entry = json.loads(LedgerEntry.objects.filter(body__contains=iia.urn).last().body)
    assert (entry["action"], entry["agreement"], entry["clause"]) == ("iias.draft", scene.agreement.hash, "5.1")


def test_clause_that_the_network_cannot_hold_makes_no_agreement(league, officer):
    with pytest.raises(GivenError, match="one condition at least"):
        from_clause(Scene(), officer, clauses=["5.2"])


def test_stale_copy_is_asked_for_though_the_approval_is_refused(league, officer):
    iia = treaty.stale(treaty.linked())
    before = len(owed())

    with pytest.raises(RefusedError, match="not fetched just now") as refused:
        actions.iias.approve(iia, by=officer)

    assert "being fetched" in refused.value.remedy
    assert owed()[before:] == [("iia-get", treaty.THERE), ("iia-approval-get", str(iia.pk))]


def test_fresh_copy_is_not_asked_for_again(league, officer):
    iia = treaty.linked()
    before = len(owed())

    actions.iias.approve(iia, by=officer)

    assert [kind for kind, _subject in owed()[before:]] == ["iia-approval-cnr"]


def test_deliberately_wrong_copy_is_refused_with_the_very_field(league, officer):
    iia = treaty.differing(eqf_levels=(6,))

    with pytest.raises(RefusedError, match="EQF levels: here 7, at the partner's 6") as refused:
        actions.iias.approve(iia, by=officer)

    assert "subject areas" not in refused.value.message
    assert (now(iia).approved_here, now(iia).state) == ("", State.SHARED)


WORDS = "General medicine"
FORGED = f"{WORDS}__cooperation-conditions.student-studies-mobility-spec.total-months-per-year=20"


def test_forged_copy_with_the_hash_of_an_honest_one_is_not_approved(league, officer):
    text = json.dumps([{**OUT, "fields": [f"0912 {WORDS}"], "total": 20}, IN])
    iia = treaty.drafted(conditions=text, is_shared=True)
    honest, second = agreements.own_copy(iia).conditions
    forged = replace(honest, subject_areas=(SubjectArea(code="0912", clarification=FORGED),), total_per_year=None)
    for _turn in range(2):
        iia = treaty.heard(treaty.copy_of(iia, conditions=(forged, second)))
    assert iia.their_hash == treaty.copy_of(iia).computed

    with pytest.raises(RefusedError, match="could pass for another agreement"):
        actions.iias.approve(iia, by=officer)
    assert any("subject areas" in one.place for one in comparison.differing(iia))


def test_copy_whose_hash_is_right_but_whose_fields_differ_is_not_approved(league, officer):
    # What is not yet defined is left out of the hash.
    english = LanguageSkill(language="en", level="B2")
    iia = treaty.differing(languages=(english, LanguageSkill(language="sv", level="C1", not_yet_defined=True)))
    assert iia.their_hash == treaty.copy_of(iia).computed

    with pytest.raises(RefusedError, match="language skills: here en B2, at the partner's en B2, sv C1"):
        actions.iias.approve(iia, by=officer)


def test_approval_that_is_not_in_force_can_be_withdrawn(league, officer):
    iia = treaty.approved_here()
    assert iia.state == State.APPROVED_HERE

    actions.iias.withdraw(iia, by=officer)

    assert (iia.state, iia.approved_here, iia.approved_copy) == (State.SHARED, "", "")
    assert owed()[-1] == ("iia-approval-cnr", treaty.THERE)


def test_nothing_is_withdrawn_where_nothing_was_approved(league, officer):
    iia = treaty.linked()

    assert not actions.iias.withdraw.possible(iia, officer)
    with pytest.raises(RefusedError, match="Nothing of this agreement is approved here"):
        actions.iias.withdraw(iia, by=officer)


def test_changes_of_the_partner_are_taken_over_but_for_the_end(league, officer):
    iia = treaty.differing(mobilities_per_year=9, other_terms="Housing is given.")
    assert actions.iias.take_over.possible(iia, officer)

    actions.iias.take_over(iia, by=officer)

    assert [one for one in comparison.differing(iia) if one.is_hashed] == []
    assert (agreements.own_copy(iia).conditions[0].other_terms, iia.approved_here) == ("Housing is given.", "")
    assert not actions.iias.take_over.possible(iia, officer)


def test_end_that_the_partner_wants_is_not_taken_over_by_the_way(league, officer):
    iia = treaty.agreed()
    first, second = agreements.own_copy(iia).conditions
    conditions = (replace(first, mobilities_per_year=9), second)
    iia = treaty.heard(treaty.copy_of(iia, conditions=conditions, terminated_as_a_whole=True))

    actions.iias.take_over(iia, by=officer)

    assert not agreements.own_copy(iia).terminated_as_a_whole
    assert [one.place for one in comparison.differing(iia) if one.is_hashed] == ["termination as a whole"]


def test_termination_that_was_a_mistake_is_given_up(league, officer):
    iia = treaty.agreed()
    actions.iias.terminate(iia, by=officer)

    actions.iias.revert(iia, by=officer)

    assert (iia.state, agreements.own_copy(iia).terminated_as_a_whole) == (State.IN_FORCE, False)
    assert iia.decide("exchange.nominate", condition=1).outcome == "permit"


def test_what_both_approved_gives_places_until_both_approve_something_else(league, officer):
    iia = treaty.agreed()

    actions.iias.revise(iia, by=officer, conditions=json.dumps([{**OUT, "places": 400}]))

    assert (iia.state, [one["places"] for one in iia.conditions]) == (State.CHANGED, [4, 2])
    iia = treaty.heard(treaty.copy_of(iia))
    actions.iias.approve(iia, by=officer)
    assert [one["places"] for one in iia.conditions] == [4, 2]
    with given():
        agreements.hear_approval(iia, iia.hash, raw="<approval/>")
    assert (iia.state, [one["places"] for one in iia.conditions]) == (State.IN_FORCE, [400])


def test_every_approved_version_is_kept_with_its_day(league, officer):
    iia = treaty.linked()
    with given():
        agreements.hear_approval(iia, iia.hash, raw="<first/>")
    actions.iias.approve(iia, by=officer)
    actions.iias.revise(iia, by=officer, conditions=json.dumps([OUT]))
    iia = treaty.heard(treaty.copy_of(iia))
    actions.iias.approve(iia, by=officer)
    with given():
        agreements.hear_approval(iia, iia.hash, raw="<second/>")

    ours, theirs = iia.versions.filter(is_ours=True).exclude(approved=None), iia.versions.filter(is_ours=False)

    assert [row.approval for row in ours] == ["<first/>", "<second/>"]
    assert [agreements.read_stored(row.document.encode()).computed for row in theirs] == [row.hash for row in theirs]
    assert theirs.count() == 2
    assert theirs.last().document == iia.approved_copy


def test_signed_agreement_goes_with_our_copy_and_changes_no_hash(league, officer):
    iia = treaty.changed()
    before = iia.hash
    upload = Upload.of("agreement.pdf", treaty.signed())

    actions.iias.attach(iia, by=officer, document=Upload.of("old.pdf", treaty.signed(pages=2)))
    actions.iias.attach(iia, by=officer, document=upload)

    assert (iia.hash, agreements.own_copy(iia).pdf_file) == (before, upload.digest)
    assert [file.digest for file in iia.files()] == [upload.digest]
    actions.iias.revert(iia, by=officer)
    assert (iia.state, agreements.own_copy(iia).pdf_file) == (State.IN_FORCE, upload.digest)


def test_picture_is_no_signed_agreement(league, officer):
    with pytest.raises(GivenError, match="This is no PDF"):
        actions.iias.attach(treaty.drafted(), by=officer, document=Upload.of("a.png", PNG))


def test_copy_that_was_linked_is_linked_to_another_one_instead(league, officer):
    iia = treaty.linked()
    other = treaty.heard(treaty.unknown(iia_id="KI-2"))

    actions.iias.connect(iia, by=officer, received=str(other.pk))

    side = agreements.side_of(iia)
    assert (iia.foreign_id, side.seen.id, iia.their_hash) == ("KI-2", "KI-2", treaty.unknown(iia_id="KI-2").computed)
