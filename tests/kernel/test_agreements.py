"""The life of a memorandum: drafted, offered, signed by all, amended, suspended, ended."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from hansa.kernel import agreements, jobs
from hansa.kernel.identity import own
from hansa.kernel.jobs import run_due
from hansa.kernel.models import Agreement, Job, Letter
from hansa.kernel.policy import answer
from hansa.lib import agreement as documents
from hansa.lib.canonical import digest
from hansa.lib.errors import HansaError, InvalidError, RefusedError
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.signatures import payload_of
from tests.conftest import given
from tests.kernel.conftest import Scene
from tests.paper import SOLNA, PaperPartner, memorandum
from tests.paper import in_force as signed_by_all

OFFICE = "Chief executive"


@pytest.fixture
def ada(person):
    """Return somebody who may draft, offer, sign, suspend and end."""
    return person("signatory", "coordinator", name="Ada")


@pytest.fixture
def drafted(scene, ada):
    return agreements.draft(Agreement(), by=ada, document=memorandum(scene.paper))


@pytest.fixture
def offered(drafted, ada):
    return agreements.offer(drafted, by=ada)


@pytest.fixture
def in_force(scene, offered, ada):
    agreements.sign(offered, by=ada, office=OFFICE)
    hear(scene, "signed", offered, signature=signature_of(scene.paper, offered.document))
    offered.refresh_from_db()
    assert offered.state == "in_force"
    return offered


def signature_of(paper, document, *, party="", name="Someone", office=OFFICE):
    return documents.sign(
        document, key=paper.signing, party=party or paper.id, name=name, office=office, at=datetime.now(UTC)
    )


def hear(scene, verb, agreement, **body):
    """Let the partner on paper write about a memorandum; return the receipt."""
    document = getattr(agreement, "document", agreement)
    record = f"urn:hansa:agreements:{agreements.name_of(digest(document))}"
    return scene.say(scene.paper.write(f"agreements.{verb}", record=record, body={"document": document, **body}))


def written():
    """Return what the node wrote to its partner, oldest first."""
    rows = Letter.objects.filter(direction="out").order_by("sequence")
    return [(row.kind, payload_of(row.token)["body"]) for row in rows]


def test_draft_is_seen_by_nobody_else(drafted):
    assert (drafted.state, drafted.hash, drafted.version) == ("draft", digest(drafted.document), 1)
    assert drafted.id == agreements.name_of(drafted.hash)
    assert str(drafted) == "Joint research"
    assert written() == []


def test_draft_refuses_a_document_with_faults(scene, ada):
    document = memorandum(scene.paper)
    document["clauses"][0]["limits"]["unheard_of"] = 1

    with pytest.raises(InvalidError, match="unheard_of"):
        agreements.draft(Agreement(), by=ada, document=document)


def test_draft_refuses_a_party_nobody_confirmed(scene, ada):
    with pytest.raises(RefusedError, match="Karolinska University Hospital is a party, but no confirmed partner") as no:
        agreements.draft(Agreement(), by=ada, document=memorandum(scene.paper, PaperPartner(id=SOLNA)))

    assert "confirm the fingerprint first" in no.value.remedy


@pytest.mark.parametrize("key", ["signing", "sealing"])
def test_draft_refuses_another_key_than_the_one_confirmed(scene, ada, key):
    made = {"signing": SigningKey, "sealing": SealingKey}[key].generate()
    setattr(scene.paper, key, made)

    with pytest.raises(RefusedError, match="names another key for Karolinska Institutet"):
        agreements.draft(Agreement(), by=ada, document=memorandum(scene.paper))


def blank(document, *names):
    """Return a document in which nobody wrote down the keys of the parties."""
    return {**document, "parties": [{**party, **dict.fromkeys(names, "")} for party in document["parties"]]}


@pytest.mark.parametrize("names", [("signing_key", "sealing_key"), ("sealing_key",)])
def test_draft_fills_in_the_keys_that_people_confirmed(scene, ada, names):
    document = memorandum(scene.paper)

    made = agreements.draft(Agreement(), by=ada, document=blank(document, *names))

    assert made.document == document


def test_draft_fills_in_no_key_of_a_party_nobody_confirmed(scene, ada):
    document = blank(memorandum(scene.paper, PaperPartner(id=SOLNA)), "signing_key", "sealing_key")

    with pytest.raises(RefusedError, match="Karolinska University Hospital is a party, but no confirmed partner") as no:
        agreements.draft(Agreement(), by=ada, document=document)

    assert "confirm the fingerprint first" in no.value.remedy


@pytest.mark.parametrize("parties", ["nobody", ["nobody", "nowhere"]])
def test_draft_leaves_what_is_no_party_to_the_check(scene, ada, parties):
    with pytest.raises(InvalidError, match="parties"):
        agreements.draft(Agreement(), by=ada, document={**memorandum(scene.paper), "parties": parties})


def test_offer_sends_the_whole_document_to_every_other_party(offered):
    assert written() == [("agreements.offered", {"document": offered.document})]


def test_memorandum_is_in_force_once_the_last_party_has_signed(scene, offered, ada):
    agreements.sign(offered, by=ada, office=OFFICE)
    assert (offered.state, list(offered.signatures)) == ("offered", [own().id])

    receipt = hear(scene, "signed", offered, signature=signature_of(scene.paper, offered.document))

    assert receipt.outcome == "applied"
    kept = Agreement.objects.get()
    assert kept.state == "in_force"
    assert documents.signing_of(kept.document, list(kept.signatures.values())).is_complete


def test_our_signature_may_be_the_last(scene, offered, ada):
    hear(scene, "signed", offered, signature=signature_of(scene.paper, offered.document))

    agreements.sign(offered, by=ada, office=OFFICE)

    assert Agreement.objects.get().state == "in_force"
    kind, body = written()[-1]
    assert (kind, body["signature"]) == ("agreements.signed", offered.signatures[own().id])


def test_sign_refuses_a_second_time(offered, ada):
    agreements.sign(offered, by=ada, office=OFFICE)

    with pytest.raises(RefusedError, match="has signed already"):
        agreements.sign(offered, by=ada, office=OFFICE)


def test_sign_refuses_who_is_not_named_under_this_office(offered, person):
    with pytest.raises(HansaError):
        agreements.sign(offered, by=person("signatory", name="Eve"), office=OFFICE)

    assert Agreement.objects.get().signatures == {}


def test_offer_of_a_partner_is_kept_under_the_same_name(scene):
    document = memorandum(scene.paper)

    assert hear(scene, "offered", document).outcome == "applied"

    kept = Agreement.objects.get()
    assert (kept.state, kept.hash, kept.id) == ("offered", digest(document), agreements.name_of(digest(document)))
    assert hear(scene, "offered", document).outcome == "applied"
    assert Agreement.objects.count() == 1


def test_letter_without_a_document_is_refused(scene):
    receipt = hear(scene, "offered", "not a document")

    assert (receipt.outcome, receipt.reason) == ("refused", "The letter carries no memorandum.")


@pytest.mark.parametrize("known", [False, True], ids=["new here", "held here"])
def test_memorandum_of_others_is_refused(scene, ada, known):
    solna = PaperPartner(id=SOLNA)
    with given():
        solna.row()
    document = memorandum(solna)
    if known:
        agreements.draft(Agreement(), by=ada, document=document)

    receipt = hear(scene, "offered", document)

    assert receipt.outcome == "refused"
    assert receipt.reason == (
        "The sender is no party of this memorandum."
        if known
        else "The sender and we must both be parties of a memorandum."
    )
    assert Agreement.objects.count() == known


def test_memorandum_without_us_is_refused(scene):
    solna = PaperPartner(id=SOLNA)
    with given():
        solna.row()
    document = memorandum(scene.paper, solna)
    document["parties"] = document["parties"][1:]

    receipt = hear(scene, "offered", document)

    assert receipt.reason == "The sender and we must both be parties of a memorandum."


@pytest.mark.parametrize("fault", ["by another party", "under another text", "no signature"])
def test_signature_that_is_not_the_senders_is_refused(scene, offered, ada, fault):
    agreements.sign(offered, by=ada, office=OFFICE)
    signature = {
        "by another party": offered.signatures[own().id],
        "under another text": signature_of(scene.paper, memorandum(scene.paper, version=2, previous=offered.hash)),
        "no signature": None,
    }[fault]

    receipt = hear(scene, "signed", offered, signature=signature)

    assert receipt.outcome == "refused"
    assert Agreement.objects.get().state == "offered"
    assert list(Agreement.objects.get().signatures) == [own().id]


def test_signature_that_comes_again_changes_no_state(scene, in_force, ada):
    agreements.suspend(in_force, by=ada, reason="An incident.")

    hear(scene, "signed", in_force, signature=signature_of(scene.paper, in_force.document))

    assert Agreement.objects.get().state == "suspended"


def test_decline_tells_every_party_why(offered, ada):
    agreements.decline(offered, by=ada, reason="Clause 4.1 goes too far.")

    assert (offered.state, offered.reason) == ("declined", "Clause 4.1 goes too far.")
    assert written()[-1] == (
        "agreements.declined",
        {"document": offered.document, "reason": "Clause 4.1 goes too far."},
    )


def test_partner_that_declines_ends_the_offer(scene, offered):
    hear(scene, "declined", offered, reason="Not now.")

    assert (Agreement.objects.get().state, Agreement.objects.get().reason) == ("declined", "Not now.")


@pytest.mark.parametrize("kind", ["suspended", "ended"])
def test_reason_of_a_partner_is_kept_short_and_without_what_hides_in_it(scene, in_force, kind):
    hear(scene, kind, in_force, reason="No\x00 \u202eway." + "!" * 3_000)

    assert Agreement.objects.get().reason == "No way." + "!" * 1_992 + "…"


def test_partner_cannot_decline_what_is_in_force(scene, in_force):
    hear(scene, "declined", in_force, reason="Too late.")

    assert Agreement.objects.get().state == "in_force"


def test_amendment_replaces_the_present_version_once_all_signed(scene, in_force, ada):
    words = {"en": "New.", "de": "Neu.", "sv": "Nytt."}
    new = agreements.amend(Agreement(), by=ada, version=in_force.hash, changes={"preamble": words})
    assert (new.version, new.document["previous"], new.state) == (2, in_force.hash, "draft")
    agreements.offer(new, by=ada)
    agreements.sign(new, by=ada, office=OFFICE)
    assert Agreement.objects.get(version=1).state == "in_force"

    hear(scene, "signed", new, signature=signature_of(scene.paper, new.document))

    assert Agreement.objects.get(version=1).state == "amended"
    assert Agreement.objects.get(version=2).state == "in_force"


def between_three(scene):
    """Put a memorandum of three parties in force and return it."""
    third = PaperPartner(id=SOLNA)
    with given():
        third.row()
        Agreement.objects.all().delete()
        return signed_by_all(memorandum(scene.paper, third), scene.paper, third)


def test_new_version_between_fewer_parties_sets_none_aside(scene, ada):
    older = between_three(scene)
    newer = memorandum(scene.paper, version=2, previous=older.hash)

    with pytest.raises(InvalidError, match="Karolinska University Hospital is a party of the version before"):
        agreements.draft(Agreement(), by=ada, document=newer)
    receipt = hear(scene, "offered", newer)

    assert receipt.outcome == "refused"
    assert "left out here" in receipt.reason
    assert [(held.version, held.state) for held in Agreement.objects.all()] == [(1, "in_force")]


def test_new_version_after_one_that_is_not_held_here_is_refused(scene, ada):
    between_three(scene)
    newer = memorandum(scene.paper, version=7, previous="sha256:" + "0" * 64)

    with pytest.raises(RefusedError, match="The version before this one is not held here") as refused:
        agreements.draft(Agreement(), by=ada, document=newer)

    assert refused.value.remedy == "Ask the partner for the versions in between."


def test_party_that_joins_later_keeps_the_version_it_is_offered(scene, ada):
    newer = memorandum(scene.paper, version=7, previous="sha256:" + "0" * 64)

    made = agreements.draft(Agreement(), by=ada, document=newer)

    assert (made.version, made.state) == (7, "draft")


def test_amend_refuses_what_is_not_in_force(offered, ada):
    with pytest.raises(RefusedError, match="No memorandum in force has this hash"):
        agreements.amend(Agreement(), by=ada, version=offered.hash, changes={})


def test_suspension_works_at_once_here_and_is_told(in_force, bound_request, ada):
    agreements.suspend(in_force, by=ada, reason="An incident.")

    assert (in_force.state, in_force.suspended_by, in_force.reason) == ("suspended", own().id, "An incident.")
    assert answer(bound_request).outcome == "deny"
    assert written()[-1][0] == "agreements.suspended"


@pytest.fixture
def bound_request(scene, in_force):
    from hansa.lib.decision import Request

    return Request(
        party=own().id,
        parties=tuple(in_force.parties),
        area="studies",
        action="studies.propose",
        purposes=("DUO:0000042",),
        limits={"minimum_cell": 5, "minimum_sites": 2, "time_grid_days": 1, "release": "automatic"},
        by_person=True,
    )


def test_resume_lifts_our_own_suspension(in_force, bound_request, ada):
    assert answer(bound_request).permitted
    agreements.suspend(in_force, by=ada, reason="An incident.")

    agreements.resume(in_force, by=ada)

    assert (in_force.state, in_force.suspended_by, in_force.reason) == ("in_force", "", "")
    assert answer(bound_request).permitted
    assert written()[-1][0] == "agreements.resumed"


def test_suspension_by_a_partner_works_here_and_only_it_can_lift_it(scene, in_force, bound_request, ada):
    hear(scene, "suspended", in_force, reason="An incident.")
    in_force.refresh_from_db()
    assert (in_force.state, in_force.suspended_by, in_force.reason) == ("suspended", scene.paper.id, "An incident.")
    assert answer(bound_request).outcome == "deny"
    with pytest.raises(RefusedError, match="Another party suspended the memorandum"):
        agreements.resume(in_force, by=ada)

    assert hear(scene, "resumed", in_force).outcome == "applied"

    assert answer(bound_request).permitted


def test_partner_cannot_lift_our_suspension(scene, in_force, ada):
    agreements.suspend(in_force, by=ada, reason="An incident.")

    receipt = hear(scene, "resumed", in_force)

    assert (receipt.outcome, receipt.reason) == ("refused", "The sender did not suspend the memorandum.")
    assert Agreement.objects.get().state == "suspended"


def test_suspension_that_arrives_before_the_last_signature_holds(scene, offered, ada):
    hear(scene, "signed", offered, signature=signature_of(scene.paper, offered.document))
    hear(scene, "suspended", offered, reason="An incident.")

    agreements.sign(offered, by=ada, office=OFFICE)

    assert (offered.state, offered.suspended_by) == ("suspended", scene.paper.id)
    hear(scene, "resumed", offered)
    assert Agreement.objects.get().state == "in_force"


def test_suspension_lifted_before_the_last_signature_leaves_it_offered(scene, offered):
    hear(scene, "suspended", offered, reason="An incident.")

    hear(scene, "resumed", offered)

    assert (Agreement.objects.get().state, Agreement.objects.get().suspended_by) == ("offered", "")


@pytest.mark.parametrize("state", ["amended", "ended", "declined"])
def test_suspending_or_resuming_revives_nothing_that_is_over(scene, in_force, state):
    hear(scene, "suspended", in_force, reason="An incident.")
    with given():
        over = Agreement.objects.get()
        over.state = state
        over.save()

    hear(scene, "suspended", in_force, reason="Again.")
    hear(scene, "resumed", in_force)

    assert Agreement.objects.get().state == state


def test_end_runs_the_notice_and_binds_until_then(in_force, bound_request, ada):
    agreements.end(in_force, by=ada, reason="Enough.")

    last = timezone.now().date() + timedelta(days=90)
    assert (in_force.state, in_force.ends_on, in_force.reason) == ("in_force", last, "Enough.")
    assert answer(bound_request).permitted
    assert answer(bound_request, now=timezone.now() + timedelta(days=92)).outcome == "deny"
    assert written()[-1][1]["ends_on"] == last.isoformat()


def test_notice_of_a_partner_runs_here_too_and_never_puts_the_end_off(scene, in_force, ada):
    hear(scene, "ended", in_force, reason="Enough.")
    assert Agreement.objects.get().ends_on == timezone.now().date() + timedelta(days=90)
    with given():
        earlier = Agreement.objects.get()
        earlier.ends_on = date(2026, 12, 1)
        earlier.save()

    hear(scene, "ended", in_force, reason="Once more.")
    agreements.end(in_force, by=ada, reason="Ours too.")

    assert Agreement.objects.get().ends_on == date(2026, 12, 1)


def closing(agreement):
    """Return the jobs that will note the end of a memorandum."""
    return list(Job.objects.filter(kind="agreements.close", record=agreement.urn))


def test_end_is_noted_on_the_day_after_the_last(in_force, ada):
    agreements.end(in_force, by=ada, reason="Enough.")

    assert [row.next_at.date() for row in closing(in_force)] == [in_force.ends_on + timedelta(days=1)]


def test_memorandum_without_a_last_day_owes_no_end(in_force):
    assert closing(in_force) == []


def test_memorandum_past_its_last_day_becomes_ended(in_force, ada):
    agreements.end(in_force, by=ada, reason="Enough.")
    with given():
        Agreement.objects.filter(pk=in_force.pk).update(ends_on=date(2026, 2, 1))
        Job.objects.filter(kind="agreements.close").update(next_at=timezone.now())

    run_due()

    in_force.refresh_from_db()
    assert in_force.state == "ended"


def test_memorandum_before_its_last_day_goes_on(in_force, ada):
    agreements.end(in_force, by=ada, reason="Enough.")
    Job.objects.filter(kind="agreements.close").update(next_at=timezone.now())

    run_due()

    in_force.refresh_from_db()
    assert in_force.state == "in_force"


@pytest.mark.parametrize("until", [None, "2031-01-01"])
def test_end_named_in_the_text_is_owed_from_the_first_day(scene, ada, until):
    valid = {"from": "2026-01-01", "until": until, "notice_days": 90}
    made = agreements.draft(Agreement(), by=ada, document=memorandum(scene.paper, valid=valid))
    agreements.offer(made, by=ada)
    agreements.sign(made, by=ada, office=OFFICE)
    assert Job.objects.count() == 0

    hear(scene, "signed", made, signature=signature_of(scene.paper, made.document))

    owed = [(row.kind, row.next_at.date()) for row in Job.objects.all()]
    assert owed == ([("agreements.close", date(2031, 1, 2))] if until else [])


@pytest.mark.parametrize(
    ("days", "state", "after"),
    [(-1, "in_force", "ended"), (-1, "suspended", "ended"), (0, "in_force", "in_force"), (-1, "amended", "amended")],
)
def test_close_notes_the_end_on_the_day_after_the_last(in_force, ada, days, state, after):
    agreements.end(in_force, by=ada, reason="Enough.")
    with given():
        in_force.ends_on, in_force.state = timezone.now().date() + timedelta(days=days), state
        in_force.save()
    Job.objects.update(next_at=timezone.now())

    assert jobs.run_due() == 1

    assert Agreement.objects.get().state == after


def test_close_leaves_a_memorandum_without_an_end_alone(in_force, ada):
    agreements.end(in_force, by=ada, reason="Enough.")
    with given():
        in_force.ends_on = None
        in_force.save()
    Job.objects.update(next_at=timezone.now())

    jobs.run_due()

    assert Agreement.objects.get().state == "in_force"


def test_letter_about_another_memorandum_than_the_one_in_it_is_refused(scene):
    said = scene.paper.write("agreements.offered", record="urn:x", body={"document": memorandum(scene.paper)})

    receipt = scene.say(said)

    assert receipt.reason == "The letter names another memorandum than the one in it."
    assert Agreement.objects.count() == 0


def test_two_suspensions_at_once_are_lifted_one_by_one(scene, in_force, ada):
    agreements.suspend(in_force, by=ada, reason="Ours.")
    hear(scene, "suspended", in_force, reason="Theirs.")
    assert Agreement.objects.get().suspended_by == own().id

    agreements.resume(in_force, by=ada)
    assert (in_force.state, in_force.suspended_by) == ("suspended", scene.paper.id)
    hear(scene, "resumed", in_force)

    assert (Agreement.objects.get().state, Agreement.objects.get().suspended_by) == ("in_force", "")


def test_partner_that_lifts_its_suspension_first_leaves_ours(scene, in_force, ada):
    agreements.suspend(in_force, by=ada, reason="Ours.")
    hear(scene, "suspended", in_force, reason="Theirs.")

    assert hear(scene, "resumed", in_force).outcome == "applied"
    assert Agreement.objects.get().suspended_by == own().id
    in_force.refresh_from_db()
    agreements.resume(in_force, by=ada)

    assert (in_force.state, in_force.reason) == ("in_force", "")


def test_suspensions_of_two_partners_are_lifted_one_by_one(scene, ada):
    solna = Scene(PaperPartner(id=SOLNA))
    with given():
        solna.paper.row()
    with given():
        made = signed_by_all(memorandum(scene.paper, solna.paper), scene.paper, solna.paper)
    hear(scene, "suspended", made, reason="First.")
    hear(solna, "suspended", made, reason="Second.")

    hear(scene, "resumed", made)

    assert (Agreement.objects.get().state, Agreement.objects.get().suspended_by) == ("suspended", SOLNA)
    hear(solna, "resumed", made)
    assert Agreement.objects.get().state == "in_force"
