"""Ask for the same round again and again, so that the noise of the masks averages out."""

import numpy as np

from hansa.areas.studies import queries, rounds
from hansa.areas.studies.models import Question
from hansa.kernel import jobs
from hansa.lib.secure_sum import STATISTICS, from_text
from tests.areas.studies.scene import Scene
from tests.paper import SOLNA, STOCKHOLM
from tests.security.attacker import Attacker, is_in_ledger, text, told

ATTACK = {
    "family": "Replay with another noise",
    "tries": "The first round of a study started again and again: each time our numbers come under new masks, of which "
    "the mean, the difference and the smallest are taken. Then the same attempt from another state.",
    "stopped by": "masks are uniform, so no mean exists; budget, 25 attempts",
    "where it ends": "",
}
MODEL = text('{name: asked, kind: glm, formula: "event ~ age", family: binomial}')


def begun(attacker):
    scene = attacker.scene
    scene.proposed(MODEL)
    for side in scene.sides:
        scene.approved(scene.study, side)
    return scene.approve(scene.study)


def again(attacker, attempt, **changes):
    """Open the first round of an attempt; return the numbers under masks that came for it."""
    study = attacker.scene.study
    state = {**queries.programme(study).start(), **changes}
    body = {"attempt": attempt, "number": 1, "state": state, "total": None}
    receipt = attacker.scene.say("studies.round", study, body)
    jobs.run_due()
    sent = [body for body in attacker.scene.letters("studies.contributed") if body["attempt"] == attempt]
    return receipt, [from_text(body["words"], size=body["size"]) for body in sent]


def test_no_mean_of_many_attempts_is_near_what_is_masked(attacker):
    study = begun(attacker)
    programme = queries.programme(study)
    truth = programme.local(programme.start(), attacker.table(attacker.scene.sides[0], study)) * 0 + 90

    words = [again(attacker, attempt)[1][0] for attempt in range(1, 21)]

    decoded = np.array([STATISTICS.decode(one[:-1]) for one in words])
    assert len({one.tobytes() for one in words}) == 20
    # Uniform words of 64 bits: even their mean is millions of persons away from any count.
    assert np.all(np.abs(decoded.mean(axis=0) - truth) > 1e3)
    assert np.all(np.abs(np.diff(decoded, axis=0)) > 1.0)


def test_attempts_are_counted_and_the_steward_reads_when_they_are_used_up(db, tmp_path):
    attacker = Attacker(Scene(tmp_path, STOCKHOLM, SOLNA, limits={"studies_per_person": 3}))
    study = begun(attacker)

    given = [len(again(attacker, attempt)[1]) for attempt in range(1, 6)]

    assert given == [1, 1, 1, 0, 0]
    assert Question.objects.filter(study=study).count() == 3
    assert is_in_ledger(study)
    assert any("used up the 3 studies" in sentence for sentence in told(attacker, study))


def test_no_budget_allows_more_than_so_many_attempts(attacker):
    begun(attacker)

    receipt, words = again(attacker, rounds.MOST_ATTEMPTS + 1)

    assert (receipt.outcome, words) == ("refused", [])


def test_same_attempt_from_another_state_is_refused(attacker):
    begun(attacker)
    again(attacker, 1)

    receipt, words = again(attacker, 1, rows=1)

    assert receipt.outcome == "refused"
    assert len(words) == 1
