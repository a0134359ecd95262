"""Another institution with valid keys that does not keep to the rules: as lead of a study, or as a stranger to it."""

import uuid

import pytest

from hansa.areas.studies import actions, guards, jobs, queries, rounds
from hansa.areas.studies.models import Dataset, Round, Study
from hansa.kernel import agreements, bundles, door
from hansa.kernel.identity import own
from hansa.kernel.jobs import run_due
from hansa.kernel.models import Job, Partner, PartyDecision, Verdict
from hansa.kernel.models import Letter as LetterRow
from hansa.lib.canonical import digest
from hansa.lib.decision import Request
from hansa.lib.letters import Letter, Receipt
from hansa.lib.secure_sum import from_text
from hansa.lib.statistics import protocol as protocols
from tests.areas.studies.samples import CSV, PROTOCOL
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner, in_force, memorandum


class Hostile:
    """A partner on paper that leads a study with this node and a third party."""

    def __init__(self, lead, third, agreement, urn):
        self.lead, self.third, self.agreement, self.urn = lead, third, agreement, urn
        self.read = protocols.parse(PROTOCOL)

    @property
    def study(self):
        return Study.objects.get(id=self.urn.rpartition(":")[2])

    def under(self, **changes):
        values = {
            "party": self.lead.id,
            "parties": (own().id, self.lead.id, self.third.id),
            "area": "studies",
            "action": "studies.propose",
            "clause": "4.1",
            "agreement": self.agreement.hash,
            "purposes": (self.read.purpose,),
            "limits": self.read.limits(),
            **changes,
        }
        return Request(**values)

    def say(self, kind, body, *, by=None, **changes):
        by = by or self.lead
        letter = by.write(kind, record=self.urn, body=body, under=self.under(**changes))
        answer = by.open(door.hand_in(by.seal_letter(letter)))
        return Receipt.read(answer["receipt"], key=own().signing.public)

    def propose(self, text=PROTOCOL, **changes):
        body = {"text": text, "protocol": protocols.parse(text).to_json(), "note": "", "lead": self.lead.id}
        return self.say("studies.proposed", body, **changes)

    def approve(self, by, *, protocol="", **changes):
        facts = {"mask_key": by.sealing.public.text, "protocol": protocol or digest(self.read.to_json())}
        return self.say("studies.approved", {"reason": "", "facts": facts}, by=by, **changes)

    def round(self, number, state, *, attempt=1, total=None):
        return self.say("studies.round", {"attempt": attempt, "number": number, "state": state, "total": total})


@pytest.fixture
def hostile(scene):
    third = PaperPartner(id=SOLNA)
    with given():
        third.row()
        agreement = in_force(memorandum(scene.paper, third), scene.paper, third)
    return Hostile(scene.paper, third, agreement, f"urn:hansa:studies:{uuid.uuid4()}")


@pytest.fixture
def house(hostile, person, tmp_path):
    """Let this node's steward approve on data of its own."""
    path = tmp_path / "data.csv"
    path.write_text(CSV)
    steward = person("steward", username="steward")
    actions.add(Dataset(), by=steward, name="data", source=str(path))

    def approve():
        return actions.approve(hostile.study, by=steward, dataset="data")

    return approve


def start(hostile):
    return queries.programme(hostile.study).start()


def sent(kind):
    rows = LetterRow.objects.filter(direction="out", kind=kind).order_by("sequence")
    return [Letter.read(row.token, key=own().signing.public) for row in rows]


def begun(hostile, house):
    """Bring a study to its first round."""
    assert hostile.propose().outcome == "applied"
    house()
    hostile.approve(hostile.lead)
    hostile.approve(hostile.third)
    assert hostile.round(1, start(hostile)).outcome == "applied"


def test_contributes_to_an_honest_round(hostile, house):
    begun(hostile, house)

    run_due()

    (letter,) = sent("studies.contributed")
    assert letter.recipient == hostile.lead.id


def test_nothing_leaves_once_this_institution_suspended_the_memorandum(hostile, house, person):
    begun(hostile, house)
    agreements.suspend(hostile.agreement, by=person("signatory", username="s"), reason="An incident.")

    run_due()

    assert sent("studies.contributed") == []
    assert hostile.study.state == "failed"
    assert "suspended the agreement" in hostile.study.trouble


def test_another_state_under_the_same_attempt_and_round_meets_other_masks(hostile, house):
    begun(hostile, house)
    run_due()
    (first,) = sent("studies.contributed")
    # A node that was brought back from a copy has forgotten the round; the lead asks it again from another state.
    study, round_ = hostile.study, Round.objects.get()
    values = queries.programme(study).local(round_.state, guards.reading(study).table)
    labels = list(queries.programme(study).labels(round_.state))
    again = jobs.masked(study, round_, values=values, labels=labels)
    other = Round(study=study, attempt=1, number=1, state={**round_.state, "rows": 1})
    forged = jobs.masked(study, other, values=values, labels=labels)

    before = from_text(first.body["words"], size=first.body["size"])

    assert (again == before).all()
    assert (forged - before).any()


def test_lead_may_not_build_on_totals_that_are_too_small(hostile, house):
    begun(hostile, house)
    run_due()
    programme, state = queries.programme(hostile.study), start(hostile)
    total = programme.local(state, guards.reading(hostile.study).table) * 0
    total[0], total[1:] = 3, 3

    hostile.round(2, programme.combine(state, total), total=total.tolist())
    run_due()

    assert len(sent("studies.contributed")) == 1
    assert hostile.study.state == "failed"


def test_lead_may_not_choose_the_state_of_a_round(hostile, house):
    begun(hostile, house)
    run_due()
    programme, state = queries.programme(hostile.study), start(hostile)
    total = programme.local(state, guards.reading(hostile.study).table)
    chosen = programme.combine(state, total)
    chosen["analyses"]["model"]["trial"] = [25.0, -3.0]

    hostile.round(2, chosen, total=total.tolist())
    run_due()

    assert len(sent("studies.contributed")) == 1
    assert "does not follow" in hostile.study.trouble


def test_lead_may_not_skip_rounds_nor_replay_one(hostile, house):
    begun(hostile, house)
    run_due()

    receipts = [hostile.round(number, start(hostile)) for number in (1, 3)]

    assert [receipt.outcome for receipt in receipts] == ["refused", "refused"]
    assert Round.objects.count() == 1


def test_nothing_leaves_before_every_party_approved(hostile, house):
    hostile.propose()
    house()
    hostile.approve(hostile.lead)
    hostile.round(1, start(hostile))

    run_due()

    assert sent("studies.contributed") == []
    assert Job.objects.get(kind="studies.contribute").waits_for


@pytest.mark.parametrize("parties", ["twice", "without us", "without the sender", "a stranger"])
def test_proposal_names_each_of_its_parties_once(hostile, parties):
    me, lead, third = own().id, hostile.lead.id, hostile.third.id
    named = {
        "twice": (me, lead, lead),
        "without us": (lead, third, "https://ror.org/05xg72x27"),
        "without the sender": (me, third),
        "a stranger": (me, lead, "https://ror.org/05xg72x27"),
    }[parties]

    receipt = hostile.propose(parties=named)

    assert receipt.outcome == "refused"
    assert receipt.remedy
    assert not Study.objects.exists()


CURVES = PROTOCOL.replace(
    "    event: {type: boolean}\n", "    event: {type: boolean}\n    time: {type: number, unit: d, range: [0, 900]}\n"
).replace("analyses:\n", "analyses:\n  - {name: km, kind: kaplan_meier, time: time, event: event}\n")
CURVES = CURVES.replace("minimum_sites: 2", "minimum_sites: 2, time_grid: 30")


def test_curves_between_two_parties_are_refused_although_the_lead_proposes_them(hostile):
    hostile.read = protocols.parse(CURVES)

    receipt = hostile.propose(CURVES, parties=(own().id, hostile.lead.id))

    assert receipt.outcome == "refused"
    assert not Study.objects.exists()


def test_words_before_the_proposal_of_strangers_and_about_another_protocol_do_not_count(hostile, house):
    stranger = PaperPartner(id="https://ror.org/05xg72x27")
    with given():
        decided = {"record": hostile.urn, "verdict": Verdict.APPROVED, "at": hostile.agreement.created}
        PartyDecision(party=stranger.id, facts={"mask_key": stranger.sealing.public.text}, **decided).save()
    hostile.approve(hostile.third, protocol="sha256:another")

    hostile.propose()

    assert set(queries.mask_keys(hostile.study)) == set()
    assert not PartyDecision.objects.filter(record=hostile.urn, verdict=Verdict.APPROVED).exists()


@pytest.mark.parametrize("kind", ["approved", "declined", "withdrawn", "released", "round", "contributed", "stopped"])
def test_a_partner_that_is_no_party_changes_nothing(hostile, kind):
    two = (own().id, hostile.lead.id)
    hostile.propose(parties=two)

    receipt = hostile.say(f"studies.{kind}", {"reason": "", "facts": {}, "attempt": 1}, by=hostile.third)

    assert receipt.outcome == "refused"
    assert hostile.study.state == "proposed"
    assert set(PartyDecision.objects.values_list("party", flat=True)) == {hostile.lead.id}


@pytest.mark.parametrize(
    "changes", [{"limits": {"minimum_cell": 50, "minimum_sites": 2}}, {"purposes": ("DUO:0000007",)}]
)
def test_a_letter_under_other_terms_than_the_study_changes_nothing(hostile, changes):
    hostile.propose()

    receipt = hostile.say("studies.withdrawn", {"reason": "", "facts": {}}, **changes)

    assert receipt.outcome == "refused"
    assert hostile.study.state == "proposed"


def test_a_stranger_who_writes_about_a_study_does_not_spoil_its_proof(hostile, house):
    stranger = PaperPartner(id="https://ror.org/05xg72x27")
    hostile.approve(hostile.third, protocol="sha256:another")
    begun(hostile, house)
    run_due()
    with given():
        Partner(institution=stranger.id, name="S", identity=stranger.identity.to_json(), state="known").save()
    hostile.say("studies.withdrawn", {"reason": "", "facts": {}}, by=stranger)
    hostile.say("studies.withdrawn", {"reason": "", "facts": {}}, purposes=("DUO:0000007",))

    report = bundles.verify(bundles.export(hostile.study))

    # Nobody has answered this node's letters yet, so nobody has cosigned its ledger; all before that holds.
    assert report.first_fault.name in ("approvals", "cosignatures")


def test_lead_may_not_start_a_study_again_for_ever(hostile, house):
    begun(hostile, house)

    last = hostile.round(1, start(hostile), attempt=rounds.MOST_ATTEMPTS)
    beyond = hostile.round(1, start(hostile), attempt=rounds.MOST_ATTEMPTS + 1)

    assert (last.outcome, beyond.outcome) == ("applied", "refused")
    assert "started 25 times already" in beyond.reason
    assert hostile.study.attempt == rounds.MOST_ATTEMPTS
