"""Joint records: a copy and a decision at every party."""

import pytest

from hansa.areas.studies.models import Study
from hansa.kernel import joint
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import PartyDecision, Verdict
from hansa.lib.errors import InvalidError
from hansa.lib.signatures import payload_of
from tests.conftest import given
from tests.paper import SOLNA, STOCKHOLM, PaperPartner


@pytest.fixture
def study(scene):
    with given():
        PaperPartner(id=SOLNA).row()
        made = Study(
            state="proposed",
            parties=[own().id, STOCKHOLM, SOLNA],
            lead=own().id,
            agreement="sha256:x",
            clause="4.1",
            purpose="DUO:0000042",
            protocol={},
            stated_limits={},
        )
        made.save()
    return made


def test_others_are_the_parties_but_us(study):
    assert joint.others(study) == [STOCKHOLM, SOLNA]


def test_tell_writes_to_every_other_party_or_to_some(study):
    with change({"test": "tell"}):
        every = joint.tell(study, "studies.noted", body={"a": 1}, permit="studies.propose")
        one = joint.tell(study, "studies.noted", body={}, permit="studies.propose", to=[SOLNA])

    assert [row.partner for row in every + one] == [STOCKHOLM, SOLNA, SOLNA]
    said = payload_of(every[0].token)
    assert (said["record"], said["agreement"], said["clause"], said["body"]) == (
        study.urn,
        "sha256:x",
        "4.1",
        {"a": 1},
    )
    assert said["terms"]["parties"] == study.parties


def test_decide_keeps_our_word_and_tells_the_others(study):
    with change({"test": "decide"}):
        joint.decide(study, Verdict.APPROVED, permit="studies.approve", reason="Good.", facts={"key": "x"})

    mine = joint.decided(study, Verdict.APPROVED)[own().id]
    assert (mine.reason, mine.facts) == ("Good.", {"key": "x"})
    assert [row.kind for row in LetterRow.objects.all()] == ["studies.approved"] * 2
    body = payload_of(LetterRow.objects.all()[0].token)["body"]
    assert body == {"reason": "Good.", "facts": {"key": "x"}}


def test_decide_needs_neither_reason_nor_facts(study):
    with change({"test": "decide"}):
        joint.decide(study, Verdict.DECLINED, permit="studies.decline")

    assert joint.decisions(study)[0].facts == {}


def heard(scene, study, verdict, **body):
    with given():
        joint.heard(scene.paper.write("studies.x", record=study.urn, body=body), verdict)


def test_heard_keeps_a_partners_word_even_before_the_record_is_here(scene, study):
    study.id = "01234567-89ab-4def-8123-456789abcdef"

    heard(scene, study, Verdict.APPROVED, reason="Yes.", facts={"key": "y"})

    assert [(row.party, row.verdict, row.reason, row.facts) for row in joint.decisions(study)] == [
        (STOCKHOLM, "approved", "Yes.", {"key": "y"})
    ]


def test_heard_needs_neither_reason_nor_facts(scene, study):
    heard(scene, study, Verdict.WITHDRAWN)

    assert (joint.decisions(study)[0].reason, joint.decisions(study)[0].facts) == ("", {})


def test_heard_keeps_a_reason_short_and_without_what_hides_in_it(scene, study):
    heard(scene, study, Verdict.DECLINED, reason="No\x00 \u202eway\u202c." + "!" * 3_000)

    (kept,) = joint.decisions(study)
    assert (kept.reason[:8], kept.reason[-2:], len(kept.reason)) == ("No way.!", "!…", 2_000)


def test_heard_refuses_facts_that_are_none(scene, study):
    with pytest.raises(InvalidError, match="does not name its facts"):
        heard(scene, study, Verdict.APPROVED, facts="many")

    assert PartyDecision.objects.count() == 0


def test_first_word_of_a_kind_counts(scene, study):
    heard(scene, study, Verdict.APPROVED, reason="first")
    heard(scene, study, Verdict.APPROVED, reason="second")

    assert [row.reason for row in joint.decisions(study)] == ["first"]


def test_waits_for_those_who_have_not_spoken(scene, study):
    assert joint.waits_for(study, Verdict.APPROVED) == study.parties

    heard(scene, study, Verdict.APPROVED)

    assert joint.waits_for(study, Verdict.APPROVED) == [own().id, SOLNA]


def test_names_are_those_people_know(study):
    named = joint.names([own().id, STOCKHOLM, "https://ror.org/000000000"])

    assert named == [own().name, "Karolinska Institutet", "https://ror.org/000000000"]
