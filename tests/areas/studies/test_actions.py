from datetime import date

import pytest

from hansa.areas.studies import actions
from hansa.areas.studies.models import Study
from hansa.kernel import jobs
from hansa.kernel.actions import GivenError
from hansa.kernel.models import Agreement, Job
from hansa.kernel.policy import ClauseError
from hansa.lib.canonical import digest
from hansa.lib.errors import RefusedError
from tests.areas.studies.scene import PROTOCOL
from tests.conftest import given
from tests.paper import in_force


def test_proposal_with_faults_names_line_and_remedy(two):
    with pytest.raises(GivenError, match="Line 9") as no:
        two.propose(PROTOCOL.replace("type: boolean", "type: bolean"))

    assert set(no.value.faults) == {"protocol"}


def test_proposal_needs_a_clause_of_a_memorandum_in_force(two):
    with pytest.raises(RefusedError, match=r"has a clause 9\.9"):
        two.propose(PROTOCOL.replace('"4.1"', '"9.9"'))


def test_proposal_names_the_memorandum_where_several_have_the_clause(two):
    document = {**two.agreement.document, "preamble": {"en": "New.", "de": "Neu.", "sv": "Nytt."}}
    with given():
        second = in_force(document, two.side.paper)

    with pytest.raises(GivenError, match="Several memoranda"):
        two.propose()
    study = actions.propose(Study(), by=two.people["investigator"], protocol=PROTOCOL, agreement=second.hash)

    assert study.agreement == digest(document)


def test_proposal_takes_the_parties_the_clause_names(db, tmp_path):
    from hansa.kernel.identity import own
    from tests.areas.studies.scene import Scene
    from tests.paper import SOLNA, STOCKHOLM

    scene = Scene(tmp_path, STOCKHOLM, SOLNA)
    with given():
        document = {**scene.agreement.document, "version": 2, "previous": scene.agreement.hash}
        document["clauses"] = [{**document["clauses"][0], "parties": [own().id, STOCKHOLM]}]
        Agreement.objects.filter(pk=scene.agreement.pk).update(state="amended")
        in_force(document, *(side.paper for side in scene.sides))

    assert scene.propose().parties == [own().id, STOCKHOLM]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("minimum_cell: 5", "minimum_cell: 2", "minimum_cell"),
        ("DUO:0000042", "DUO:0000011", "purpose"),
        ("minimum_sites: 2", "minimum_sites: 1", ""),
    ],
)
def test_protocol_beyond_its_clause_is_refused_citing_the_clause(two, old, new, why):
    with pytest.raises((ClauseError, GivenError)) as no:
        two.propose(PROTOCOL.replace(old, new))

    assert why in str(no.value)


def test_expired_memorandum_permits_nothing(two):
    with given():
        two.agreement.ends_on = date(2026, 1, 2)
        two.agreement.save()

    with pytest.raises(RefusedError):
        two.propose()


def test_memorandum_suspended_after_the_approval_stops_the_study(two):
    two.dataset()
    two.approved_by_all(two.propose())
    with given():
        two.agreement.state, two.agreement.suspended_by = Agreement.State.SUSPENDED, two.side.id
        two.agreement.save()

    jobs.run_due()

    assert two.study.state == "failed"
    assert two.letters("studies.contributed") == []


def test_decline_tells_the_reason(two):
    two.proposed()

    actions.decline(two.study, by=two.people["steward"], reason="We have no such data.")

    assert two.study.state == "declined"
    assert [letter["reason"] for letter in two.letters("studies.declined")] == ["We have no such data."]


@pytest.mark.parametrize("state", ["proposed", "approved", "running", "review", "failed"])
def test_withdrawal_is_possible_in_every_state_before_the_release(stewarded, state):
    stewarded.dataset()
    study = stewarded.propose()
    if state != "proposed":
        stewarded.approve(study)
    if state in ("running", "review", "failed"):
        stewarded.approved(study)
    if state == "review":
        stewarded.lead_to_the_end()
    if state == "failed":
        stewarded.say("studies.stopped", study, {"attempt": 1, "trouble": "x"})
    assert stewarded.study.state == state

    actions.withdraw(stewarded.study, by=stewarded.people["steward"], reason="The vote lapsed.")

    assert stewarded.study.state == "withdrawn"
    assert len(stewarded.letters("studies.withdrawn")) == 1
    assert not Job.objects.filter(kind="studies.patience").exclude(state="done").exists()


def test_withdrawal_after_our_signature_is_refused(two):
    two.dataset()
    two.approved_by_all(two.propose())
    two.lead_to_the_end()

    with pytest.raises(RefusedError, match="has signed the result"):
        actions.withdraw(two.study, by=two.people["steward"], reason="Too late.")
    two.signed(two.study)
    with pytest.raises(RefusedError):
        actions.withdraw(two.study, by=two.people["steward"], reason="Too late.")

    assert two.study.state == "released"
