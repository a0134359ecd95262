import pytest

from hansa.areas.studies import actions, queries
from hansa.areas.studies.models import Contribution, Study
from hansa.kernel import jobs
from hansa.kernel.models import PartyDecision
from hansa.lib.errors import RefusedError
from tests.areas.studies.scene import PROTOCOL, PaperLead
from tests.conftest import given


def reason(receipt):
    return receipt.outcome, receipt.reason


def running(scene, *, lead=False):
    """Return a study whose first round is open, led from here or by the partner."""
    scene.dataset()
    study = scene.propose() if lead else (scene.proposed(), scene.study)[1]
    scene.approved_by_all(study)
    if not lead:
        scene.paper_lead = PaperLead(scene)
        scene.paper_lead.open()
    return scene.study


def test_proposal_waits_here_for_a_decision(two):
    receipt = two.proposed(note="Please.")

    assert receipt.outcome == "applied"
    assert (two.study.state, two.study.lead) == ("proposed", two.side.id)
    assert PartyDecision.objects.get().reason == "Please."


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "not-a-uuid"}, "does not name a study"),
        ({"text": 5}, "protocol has faults"),
        ({"text": PROTOCOL.replace("title", "titel")}, "protocol has faults"),
        ({"text": PROTOCOL.replace("Age and", "Ages and")}, "other terms than the protocol"),
        ({"protocol": {}}, "other terms than the protocol"),
        ({"parties": ["https://ror.org/056d84691"]}, "must both be parties"),
    ],
)
def test_proposal_that_contradicts_itself_is_refused(two, changes, why):
    outcome, said = reason(two.proposed(**changes))

    assert (outcome, why in said) == ("refused", True)
    assert not Study.objects.exists()


def test_proposal_that_names_a_party_twice_is_refused(two):
    from hansa.kernel.identity import own

    assert two.proposed(parties=[own().id, two.side.id, two.side.id]).outcome == "refused"


def test_proposal_is_taken_once(two):
    two.proposed()

    assert reason(two.proposed()) == ("refused", "A study of this name is here already.")


def test_letter_with_other_terms_than_the_study_is_refused(two):
    two.proposed()
    study = two.study
    study.stated_limits = {**study.stated_limits, "minimum_cell": 6}

    outcome, said = reason(two.say("studies.declined", study, {"reason": "x", "facts": {}}))

    assert (outcome, "other terms than the study" in said) == ("refused", True)
    assert two.study.state == "proposed"


def test_letter_of_somebody_who_is_no_party_is_refused(three):
    three.proposed()
    study = three.study
    with given():
        study.parties = study.parties[:2]
        study.save()

    outcome, said = reason(three.approved(three.study, three.sides[1]))

    assert (outcome, "no party of this study" in said) == ("refused", True)


def test_approval_of_another_protocol_is_refused(two):
    study = two.propose()

    assert two.approved(study, protocol="sha256:0").reason == "The partner approved another protocol."
    assert two.say("studies.approved", study, {"reason": "", "facts": 5}).outcome == "refused"


def test_words_that_arrive_before_the_proposal_count_once_it_is_here(two):
    study = Study(
        id="01234567-89ab-4def-8123-456789abcdef",
        purpose="DUO:0000042",
        stated_limits={"minimum_cell": 5, "minimum_sites": 2},
        parties=[two.side.id],
        agreement=two.agreement.hash,
        clause="4.1",
    )
    two.say("studies.declined", study, {"reason": "No data.", "facts": {}})

    two.proposed()

    assert (two.study.state, two.study.trouble) == ("declined", "No data.")


def test_early_words_of_a_stranger_and_for_another_protocol_are_forgotten(three):
    study = Study(
        id="01234567-89ab-4def-8123-456789abcdef",
        purpose="DUO:0000042",
        stated_limits={"minimum_cell": 5, "minimum_sites": 2},
        parties=[three.side.id],
        agreement=three.agreement.hash,
        clause="4.1",
        protocol={},
    )
    three.approved(study, protocol="sha256:0")
    three.say("studies.declined", study, {"reason": "x", "facts": {}}, three.sides[1])
    from hansa.kernel.identity import own

    three.proposed(parties=[own().id, three.side.id])

    assert three.study.state == "proposed"
    assert [row.verdict for row in PartyDecision.objects.all()] == ["proposed"]


def test_decline_ends_the_study_with_the_reason(two):
    study = two.propose()

    two.say("studies.declined", study, {"reason": "No data of this kind.", "facts": {}})

    assert (two.study.state, two.study.trouble) == ("declined", "No data of this kind.")


def test_withdrawal_ends_a_running_study(two):
    study = running(two, lead=True)

    two.say("studies.withdrawn", study, {"reason": "The vote lapsed.", "facts": {}})
    jobs.run_due()

    assert (two.study.state, Contribution.objects.count()) == ("withdrawn", 0)


def test_withdrawal_after_the_release_is_refused(two):
    study = running(two, lead=True)
    two.lead_to_the_end()
    two.signed(two.study)

    outcome, said = reason(two.say("studies.withdrawn", study, {"reason": "x", "facts": {}}))

    assert (outcome, said, two.study.state) == ("refused", "The result is released already.", "released")


def test_decline_of_an_ended_study_changes_nothing(two):
    study = two.propose()
    two.say("studies.declined", study, {"reason": "First.", "facts": {}})

    two.say("studies.withdrawn", study, {"reason": "Second.", "facts": {}})

    assert (two.study.state, two.study.trouble) == ("declined", "First.")


def test_round_is_refused_for_a_study_that_is_not_known_or_not_approved(two):
    two.proposed()
    unknown = Study.objects.get()
    unknown.id = "11234567-89ab-4def-8123-456789abcdef"
    body = {"attempt": 1, "number": 1, "state": {}, "total": None}

    assert two.say("studies.round", unknown, body).reason == "This study is not known here."
    assert two.say("studies.round", two.study, body).reason == "The study is proposed here."


def test_round_is_refused_from_anybody_but_the_lead(two):
    running(two, lead=True)

    receipt = two.say("studies.round", two.study, {"attempt": 1, "number": 2, "state": {}, "total": None})

    assert receipt.reason == "Only the lead opens rounds."


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"state": 5}, "Only the lead opens rounds"),
        ({"attempt": "1"}, "which round"),
        ({"number": 7}, "Round 7 does not follow"),
        ({"attempt": 0}, "does not follow"),
        ({"total": ["x"]}, "not a list of numbers"),
        ({"total": "x"}, "which round"),
    ],
)
def test_round_that_does_not_follow_is_refused(two, lies, why):
    study = running(two)
    body = {"attempt": 1, "number": 2, "state": {}, "total": None, **lies}

    assert why in two.say("studies.round", study, body).reason


def test_attempt_that_stopped_here_goes_on_under_a_new_number_only(two):
    study = running(two)
    two.say("studies.stopped", study, {"attempt": 1, "trouble": "No."})
    start = queries.programme(study).start()

    same = two.say("studies.round", study, {"attempt": 1, "number": 2, "state": start, "total": None})
    stopped = two.study
    new = two.say("studies.round", study, {"attempt": 2, "number": 1, "state": start, "total": None})

    assert (stopped.state, stopped.trouble) == ("failed", "Karolinska Institutet: No.")
    assert "This attempt is stopped here" in same.reason
    assert (new.outcome, two.study.state, two.study.attempt) == ("applied", "running", 2)


@pytest.mark.parametrize("kind", ["studies.stopped", "studies.declined"])
def test_why_a_partner_stopped_is_kept_short_and_without_what_hides_in_it(two, kind):
    study = running(two)
    words = "No\x00 \u202eway." + "!" * 9_000

    two.say(kind, study, {"attempt": 1, "trouble": words, "reason": words, "facts": {}})

    assert two.study.trouble.removeprefix("Karolinska Institutet: ") == "No way." + "!" * 1_992 + "…"


def test_refusal_of_a_partner_is_kept_short_and_without_what_hides_in_it(two):
    running(two, lead=True)
    jobs.run_due()

    two.refuse("studies.round", reason="No\x00 \u202eway.")

    assert two.study.trouble == "Karolinska Institutet: No way. Ask."


def test_stop_of_another_attempt_changes_nothing(two):
    study = running(two)

    two.say("studies.stopped", study, {"attempt": 9, "trouble": "No."})

    assert two.study.state == "running"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"number": 2}, "for another round"),
        ({"attempt": 2}, "for another round"),
        ({"words": 5}, "malformed"),
        ({"size": "x"}, "malformed"),
    ],
)
def test_contribution_that_is_stale_or_malformed_is_refused(two, changes, why):
    study = running(two, lead=True)
    words, size = two.words(study, two.side, number=1)
    body = {"attempt": 1, "number": 1, "total": None, "words": words, "size": size, **changes}

    assert why in two.say("studies.contributed", study, body).reason
    assert not Contribution.objects.exists()


def test_contribution_is_taken_once(two):
    study = running(two, lead=True)
    two.contributed(study, two.side, number=1)

    assert "already" in two.contributed(study, two.side, number=1).reason
    assert Contribution.objects.count() == 1


def test_contribution_to_a_study_that_others_lead_is_refused(two):
    study = running(two)

    body = {"attempt": 1, "number": 1, "total": None, "words": "", "size": 0}
    assert "takes no contributions" in two.say("studies.contributed", study, body).reason


def test_contribution_of_another_length_stops_the_study(two):
    study = running(two, lead=True)
    two.contributed(study, two.side, number=1, size=3)
    jobs.run_due()

    assert (two.study.state, "bytes" in two.study.trouble) == ("failed", True)


def test_conclusion_that_belongs_to_no_round_is_refused(two):
    study = running(two)

    body = {"attempt": 1, "number": 7, "total": [], "result": {}}
    assert "does not follow from a round" in two.say("studies.concluded", study, body).reason


def test_signature_is_refused_for_another_result_another_party_and_an_old_attempt(two):
    running(two, lead=True)
    two.lead_to_the_end()
    study = two.study

    other = two.signed(study, document={"hansa": "result/1"})
    old = two.signed(study, attempt=0)
    nameless = two.say("studies.released", study, {"facts": 5})

    assert other.reason == "The signature is not over the result that was derived here."
    assert old.reason == nameless.reason == "The signature is for an attempt that is over."
    assert two.study.state == "review"


def test_signature_in_the_name_of_another_is_refused(two):
    running(two, lead=True)
    two.lead_to_the_end()

    receipt = two.signed(two.study, party="https://ror.org/00m8d6786")

    assert receipt.reason == "The signature is another party's."


def test_signature_for_an_attempt_that_is_not_here_yet_is_kept(two):
    running(two, lead=True)
    two.lead_to_the_end()

    receipt = two.signed(two.study, attempt=2)

    assert (receipt.outcome, two.study.state) == ("applied", "review")


def test_signature_that_comes_before_the_result_counts_when_it_is_derived(three):
    study = running(three)
    lead = three.paper_lead
    jobs.run_due()
    while not lead.add():
        lead.open()
        jobs.run_due()
    result = lead.programme.result(lead.state, study=study.urn)
    for side in three.sides:
        three.signed(three.study, side, document=result)

    lead.conclude()
    jobs.run_due()

    assert three.study.state == "released"


def test_false_signature_that_comes_before_the_result_stops_the_study(two):
    running(two)
    lead = two.paper_lead
    jobs.run_due()
    while not lead.add():
        lead.open()
        jobs.run_due()
    two.signed(two.study, document={"hansa": "result/1"})

    lead.conclude()
    jobs.run_due()

    assert two.study.state == "failed"


def test_refused_proposal_ends_the_study_and_is_told_to_the_others(three):
    three.propose()

    three.refuse("studies.proposed", three.sides[1], "We do not know this clause.")
    three.refuse("studies.proposed", three.sides[0], "Neither do we.")

    assert three.study.state == "declined"
    assert three.study.trouble == "Karolinska University Hospital: We do not know this clause. Ask."
    assert len(three.letters("studies.withdrawn")) == 1


def test_refused_approval_is_told_to_the_steward(two):
    two.dataset()
    two.proposed()
    two.approve(two.study)

    two.refuse("studies.approved", reason="The memorandum is not in force here.")

    assert (two.study.state, two.study.trouble) == (
        "approved",
        "Karolinska Institutet: The memorandum is not in force here. Ask.",
    )


def test_refused_round_stops_the_attempt(two):
    running(two, lead=True)

    two.refuse("studies.round")

    assert (two.study.state, two.study.trouble) == ("failed", "Karolinska Institutet: No. Ask.")


def test_refusal_of_an_earlier_attempt_changes_nothing(two):
    study = running(two)
    jobs.run_due()
    start = queries.programme(study).start()
    two.say("studies.round", study, {"attempt": 2, "number": 1, "state": start, "total": None})

    two.refuse("studies.contributed")

    assert (two.study.state, two.study.attempt) == ("running", 2)


def test_retry_masks_anew_and_gives_the_result(three):
    study = running(three, lead=True)
    jobs.run_due()
    first = Contribution.objects.get().words
    three.say("studies.stopped", study, {"attempt": 1, "trouble": "The power failed."})

    actions.retry(three.study, by=three.people["coordinator"])
    jobs.run_due()
    second = Contribution.objects.get(attempt=2).words
    three.lead_to_the_end()
    for side in three.sides:
        three.signed(three.study, side)

    assert first != second
    assert (three.study.state, three.study.attempt) == ("released", 2)


def test_retry_is_for_the_lead(two):
    study = running(two)
    two.say("studies.stopped", study, {"attempt": 1, "trouble": "x"})

    with pytest.raises(RefusedError, match="Only the institution that proposed"):
        actions.retry(two.study, by=two.people["coordinator"])


def test_approval_that_comes_before_the_proposal_counts(two):
    two.proposed()
    study = two.study
    with given():
        Study.objects.all().delete()
        PartyDecision.objects.all().delete()
    two.approved(study)

    two.proposed()

    assert [row.verdict for row in PartyDecision.objects.all()] == ["approved", "proposed"]


def test_conclusion_that_is_told_twice_counts_as_it_was_told_first(two):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    lead = PaperLead(two)
    lead.run()
    lead.conclude()

    lead.conclude(total=[0.0], result={})
    jobs.run_due()

    assert two.study.state == "review"


def test_attempt_beyond_the_last_is_refused(two):
    study = running(two)
    start = queries.programme(study).start()

    receipt = two.say("studies.round", study, {"attempt": 26, "number": 1, "state": start, "total": None})

    assert receipt.reason == "This study was started 25 times already."
