"""A study over three real nodes: how it ends well, and how it ends when something goes wrong."""

import pytest

from hansa.areas.studies.rounds import alike
from tests.functional.nodes import AnswerError, key
from tests.functional.protocols import CURVE, GLM, SITE_COX, TABLE, protocol, rehearsed
from tests.patience import until


def same(found, expected):
    """Tell whether two results say the same, apart from the name of the study."""
    return alike({**found, "study": None}, {**expected, "study": None})


def test_study_gives_every_party_the_pooled_result(house, parts):
    study = house.run(text := protocol())

    ended = house.wait(study, "released")

    assert same(ended[0]["result"]["result"], rehearsed(text, parts["data"]))
    assert [one["result"] for one in ended[1:]] == [ended[0]["result"]] * 2


def test_site_without_events_and_site_without_a_level_take_part(house, parts):
    study = house.run(text := protocol(), **dict.fromkeys("012", "quiet"))

    ended = house.wait(study, "released")

    assert same(ended[0]["result"]["result"], rehearsed(text, parts["quiet"]))


def test_party_that_drops_out_is_named_and_a_retry_masks_anew(house, parts):
    lead, second, third = house.nodes
    study = house.propose(text := protocol(GLM, title="Dropping out"))
    third.act("steward", "studies.approve", study, dataset="data")
    heard = "select count(*) from kernel_partydecision where record = ? and party = ? and verdict = 'approved'"
    for node in (lead, second):
        until(lambda node=node: node.rows(heard, study_urn(study), third.institution) == [(1,)], what="the approval")
    third.kill()

    for node in (lead, second):
        node.act("steward", "studies.approve", study, dataset="data")
    until(lambda: second.study(study)["state"] == "failed", what="the end of the round")
    troubles = [node.study(study)["trouble"] for node in (lead, second)]
    third.start()
    until(third.answers, what="the node to answer")
    until(lambda: third.study(study)["state"] == "failed", what="the news of the end")
    lead.act("coordinator", "studies.retry", study)
    until(lambda: {node.study(study)["attempt"] for node in house.nodes} == {2}, what="the second attempt")
    ended = house.wait(study, "released")

    assert all("ended without Karolinska University Hospital, who did not contribute" in told for told in troubles)
    assert same(ended[0]["result"]["result"], rehearsed(text, parts["data"]))
    given = "select words from studies_contribution where study_id = ? and party = ? and number = 1 order by attempt"
    words = lead.rows(given, key(study), second.institution)
    assert len(set(words)) == 2


def study_urn(study):
    """Return the name of a study that all parties know it by."""
    return study if study.startswith("urn:") else f"urn:hansa:studies:{study}"


def test_two_parties_run_what_needs_no_masks(house, parts):
    limits = {"minimum_sites": 2}
    study = house.run(text := protocol(TABLE, GLM, SITE_COX, clause="4.3", limits=limits))

    ended = house.wait(study, "released")

    assert len(ended) == 2
    assert same(ended[0]["result"]["result"], rehearsed(text, parts["data"][:2]))


def test_two_parties_are_told_why_a_pooled_model_is_refused(house):
    with pytest.raises(AnswerError, match="Write 'baseline: site' in the Cox model"):
        house.lead.act("investigator", "studies.propose", protocol=protocol(CURVE, clause="4.3"))


@pytest.mark.parametrize("clause", ["4.2", "4.4"])
def test_steward_releases_where_the_clause_asks_for_a_person(house, clause):
    study = house.run(protocol(GLM, clause=clause, title=f"Under {clause}"))
    house.wait(study, "review")

    for node in house.nodes:
        node.act("steward", "studies.release", study)

    assert len({str(one["result"]["signed"]) for one in house.wait(study, "released")}) == 1


def test_decline_reaches_every_party_with_the_reason(house):
    study = house.propose(protocol(GLM))

    house.nodes[2].act("steward", "studies.decline", study, reason="Our ethics board has not met.")

    ended = house.wait(study, "declined")
    assert [one["trouble"] for one in ended[:2]] == ["Our ethics board has not met."] * 2


def test_withdrawal_after_the_release_is_refused(house):
    study = house.run(protocol(GLM, title="Too late"))
    house.wait(study, "released")

    with pytest.raises(AnswerError, match="This is released"):
        house.nodes[1].act("steward", "studies.withdraw", study, reason="Too late.")
