from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from hansa.areas.studies import actions, guards, queries, rounds
from hansa.areas.studies.models import Contribution, PastRelease, Study
from hansa.areas.studies.rounds import alike
from hansa.kernel import jobs
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.models import Job, PartyDecision
from hansa.lib.errors import DisclosureError, RefusedError
from hansa.lib.row_sets import RowSet
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.reading import read
from tests.areas.studies.scene import POOLED, PROTOCOL, PaperLead, Scene, rows_of
from tests.conftest import given
from tests.paper import SOLNA, STOCKHOLM

TERMS = ("purpose", "protocol", "stated_limits", "parties", "agreement", "clause", "lead", "question")


def rehearsed(scene):
    wanted = protocols.parse(PROTOCOL)
    tables = {side.id: side.table(scene.study) for side in scene.sides}
    return rehearse(wanted, {"own": read(rows_of(99), protocol=wanted).sound_table(), **tables})


def test_two_parties_get_the_pooled_result_signed_by_both(two):
    two.dataset()
    two.approved_by_all(two.propose())

    two.lead_to_the_end()
    in_review = two.study
    two.signed(in_review)

    found = two.study
    assert (in_review.state, found.state) == ("review", "released")
    assert alike({**found.result["result"], "study": None}, rehearsed(two))
    assert len(found.result["signed"]["signatures"]) == 2
    assert PastRelease.objects.get().dataset.name == "data"
    assert not Job.objects.exclude(state="done").exists()


def test_three_parties_add_masked_sums(three):
    three.dataset()
    three.approved_by_all(three.propose())

    three.lead_to_the_end()

    assert alike({**three.study.result["result"], "study": None}, rehearsed(three))
    assert set(Contribution.objects.values_list("protected", flat=True)) == {True}


def test_party_checks_the_result_of_a_lead_and_signs_it(three):
    three.dataset()
    three.proposed()
    three.approved_by_all(three.study)
    lead = PaperLead(three)

    lead.run()
    lead.conclude()
    jobs.run_due()
    for side in three.sides:
        three.signed(three.study, side)

    assert three.study.state == "released"
    assert alike({**three.study.result["result"], "study": None}, rehearsed(three))


def test_party_stops_when_a_state_does_not_follow(two):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    lead = PaperLead(two)

    lead.open(state={**queries.programme(two.study).start(), "round": 3})
    jobs.run_due()

    assert (two.study.state, "does not follow" in two.study.trouble) == ("failed", True)
    assert two.letters("studies.contributed") == []
    assert "does not follow" in two.letters("studies.stopped")[0]["trouble"]


def test_party_stops_when_a_total_was_altered(two):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    lead = PaperLead(two)
    lead.open()
    jobs.run_due()
    lead.add()

    lead.open(total=[value + 1 for value in lead.total])
    jobs.run_due()

    assert (two.study.state, len(two.letters("studies.contributed"))) == ("failed", 1)


def test_party_signs_no_result_that_does_not_follow(two):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    lead = PaperLead(two)
    lead.run()

    lead.conclude(result={"hansa": "result/1", "analyses": []})
    jobs.run_due()

    assert (two.study.state, "does not follow from the totals" in two.study.trouble) == ("failed", True)
    assert two.letters("studies.released") == []


def test_party_signs_no_result_before_the_end(two):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    lead = PaperLead(two)
    lead.open()
    jobs.run_due()
    lead.add()

    lead.conclude(result={})
    jobs.run_due()

    assert (two.study.state, "before the analyses" in two.study.trouble) == ("failed", True)


def test_small_cell_in_the_total_stops_with_the_reason(db, tmp_path):
    three = Scene(tmp_path, STOCKHOLM, SOLNA, limits={"own_cell": 1})
    for side in three.sides:
        side.rows = rows_of(1, count=1)
    three.dataset(columns=rows_of(99, count=3))
    three.approved_by_all(three.propose(PROTOCOL.replace("minimum_cell: 5", "minimum_cell: 9")))

    three.lead_to_the_end()

    assert (three.study.state, "fewer than 9" in three.study.trouble) == ("failed", True)
    assert three.study.result is None
    assert "fewer than 9" in three.letters("studies.stopped")[0]["trouble"]


def test_site_declines_where_the_other_would_read_a_small_count_of_its_own(two):
    two.dataset(columns=rows_of(99, count=2))
    study = two.propose()
    two.approved(study)

    with pytest.raises(DisclosureError, match="'persons, at this site' stands for fewer than 5 people"):
        two.approve(study)

    assert two.letters("studies.contributed") == []


def test_site_declines_where_the_other_would_read_an_extreme_row(two):
    rows = rows_of(99)
    rows["age"] = ["30", "31"] * 39 + ["31", "100"]
    two.dataset(columns=rows)
    study = two.propose()
    two.approved(study)

    with pytest.raises(DisclosureError, match="The fit would go through a single row"):
        two.approve(study)


def test_pooled_cox_model_is_refused_for_two(two):
    with pytest.raises(GivenError, match="baseline: site"):
        two.propose(POOLED)

    assert two.proposed(POOLED).outcome == "refused"
    assert not Study.objects.exists()


def test_clause_for_three_is_refused_for_two(db, tmp_path):
    from tests.areas.studies.scene import Scene

    scene = Scene(tmp_path, limits={"minimum_sites": 3})

    with pytest.raises(GivenError, match="at least 3 institutions"):
        scene.propose(PROTOCOL.replace("minimum_sites: 2", "minimum_sites: 3"))


def test_earlier_release_of_the_same_rows_is_no_hindrance(two):
    whole = rows_of(99)
    dataset = two.dataset(columns=whole)
    two.approved_by_all(two.propose())
    two.lead_to_the_end()
    study = two.propose(PROTOCOL.replace("title: Age", "title: Again, age"))

    two.approved_by_all(study)

    assert two.study.state == "running"
    assert [release.name for release in queries.earlier_releases(two.study, dataset)] == ["Age and the event"]


def test_differing_by_few_rows_is_refused_before_approval(two):
    columns = rows_of(99)
    columns["weight"] = ["", "", *("70" for _ in range(78))]
    two.dataset(columns=columns)
    two.approved_by_all(two.propose())
    two.lead_to_the_end()
    more = PROTOCOL.replace("event: {type: boolean}", "event: {type: boolean}\n    weight: {type: number, unit: kg}")
    study = two.propose(more.replace("event ~ age", "event ~ age + weight"))

    with pytest.raises(DisclosureError, match="subtracting the two results"):
        two.approve(study)


TABLE = PROTOCOL.replace("analyses:\n", "analyses:\n  - {name: baseline, kind: table_one, variables: [age]}\n")
WEIGHED = TABLE.replace("event: {type: boolean}", "event: {type: boolean}\n    weight: {type: number, unit: kg}")


def weights(missing):
    return {**rows_of(99), "weight": [*[""] * missing, *[str(50 + row % 40) for row in range(80 - missing)]]}


def measured(scene):
    for side in scene.sides:
        side.rows |= {"weight": weights(0)["weight"], "height": ["170", "180"] * 40}
    return scene.dataset(columns={**weights(12), "height": ["", "", *["170", "180"] * 39]})


def test_rows_of_table_one_are_remembered_beside_those_of_the_models(three):
    dataset = measured(three)
    three.approved_by_all(three.propose(WEIGHED.replace("event ~ age", "event ~ age + weight")))
    three.lead_to_the_end()
    sets = [rows.rows for rows in queries.earlier_releases(Study(), dataset)]

    assert three.study.result["result"]["rows"] - three.study.result["result"]["complete"] == 12
    assert [int(rows.chosen(80).sum()) for rows in sets] == [68, 80]


def test_models_that_differ_by_few_rows_from_an_earlier_table_one_are_refused(three):
    measured(three)
    three.approved_by_all(three.propose(WEIGHED.replace("event ~ age", "event ~ age + weight")))
    three.lead_to_the_end()
    taller = PROTOCOL.replace("event: {type: boolean}", "event: {type: boolean}\n    height: {type: number, unit: cm}")
    study = three.propose(taller.replace("event ~ age", "event ~ age + height"))

    with pytest.raises(DisclosureError, match="subtracting the two results"):
        three.approve(study)


def test_table_one_that_differs_by_few_rows_from_earlier_models_is_refused(three):
    measured(three)
    taller = PROTOCOL.replace("event: {type: boolean}", "event: {type: boolean}\n    height: {type: number, unit: cm}")
    three.approved_by_all(three.propose(taller.replace("event ~ age", "event ~ age + height")))
    three.lead_to_the_end()
    study = three.propose(WEIGHED.replace("event ~ age", "event ~ age + weight"))

    with pytest.raises(DisclosureError, match="subtracting the two results"):
        three.approve(study)


def test_partners_do_not_hear_of_other_studies_when_our_own_rules_stop_one(two):
    dataset = two.dataset()
    two.proposed()
    study = two.approved_by_all(two.study)
    with given():
        other = Study(**{name: getattr(study, name) for name in TERMS}, title="Heart transplants", state="released")
        other.save()
        rows = guards.chosen_rows(study, guards.reading(study).table).chosen(80)
        rows[0] = False
        PastRelease(study=other, dataset=dataset, rows=RowSet.of(rows).to_text(), at=timezone.now()).save()
        QuerySet(Study).filter(pk=other.pk).update(created=timezone.now() - timedelta(days=1))
    lead = PaperLead(two)

    lead.open()
    jobs.run_due()
    answer = lead.open()

    assert (two.study.state, "Heart transplants" in two.study.trouble) == ("failed", True)
    assert two.letters("studies.contributed") == []
    told = f"{own().name}'s rules of disclosure do not let it contribute; its data steward knows why."
    assert [body["trouble"] for body in two.letters("studies.stopped")] == [told]
    assert (answer.outcome, answer.reason) == ("refused", f"This attempt is stopped here. {told}")


def test_attempt_that_a_partner_stopped_is_refused_in_its_words(two):
    two.dataset()
    two.proposed()
    study = two.approved_by_all(two.study)
    lead = PaperLead(two)
    lead.open()
    jobs.run_due()
    two.say("studies.stopped", study, {"attempt": 1, "trouble": "Power cut."})

    answer = lead.open()

    assert answer.reason == f"This attempt is stopped here. {two.study.trouble}"


def test_what_was_told_of_an_earlier_attempt_is_not_told_again(two):
    two.dataset()
    two.proposed()
    study = two.approved_by_all(two.study)
    lead = PaperLead(two)
    lead.open(state={})
    jobs.run_due()
    study = two.study
    study.attempt, study.trouble = 2, "Something else."

    assert rounds.told_trouble(study) == "Something else."


def test_data_that_do_not_fit_are_refused_with_what_is_wrong(two):
    wrong = rows_of(99)
    wrong["age"] = ["400", *wrong["age"][1:]]
    two.dataset(columns=wrong)

    with pytest.raises(GivenError, match="outside 18 to 100") as no:
        two.approve(two.propose())

    assert set(no.value.faults) == {"dataset"}


def test_steward_releases_where_the_clause_says_so(stewarded):
    stewarded.dataset()
    stewarded.approved_by_all(stewarded.propose())
    stewarded.lead_to_the_end()
    in_review = stewarded.study
    stewarded.signed(in_review)

    actions.release(stewarded.study, by=stewarded.people["steward"])

    assert (in_review.state, stewarded.study.state) == ("review", "released")
    assert len(stewarded.letters("studies.released")) == 1


def test_steward_releases_once(stewarded):
    stewarded.dataset()
    stewarded.approved_by_all(stewarded.propose())
    stewarded.lead_to_the_end()
    actions.release(stewarded.study, by=stewarded.people["steward"])

    with pytest.raises(RefusedError, match="released the result already"):
        actions.release(stewarded.study, by=stewarded.people["steward"])


def test_nothing_is_computed_without_dataset_or_result(two):
    study = two.propose()

    with pytest.raises(RefusedError, match="No dataset"):
        guards.reading(study)
    with pytest.raises(RefusedError, match="No dataset"):
        guards.guard(study, two.side.table(study))
    with pytest.raises(RefusedError, match="no result yet"):
        rounds.sign_result(study)
    rounds.check_signature(study, PartyDecision())

    assert not PastRelease.objects.exists()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": 1.0, "b": [1, "x"]}, {"b": (1 + 1e-12, "x"), "a": 1}, True),
        ({"a": 1.0}, {"a": 1.001}, False),
        ({"a": 1.0}, {"b": 1.0}, False),
        ([1.0], [1.0, 2.0], False),
        ([True], [1], True),
        (True, 1.0000000001, False),
        (None, None, True),
        ({}, [], False),
    ],
)
def test_alike_forgives_rounding_and_nothing_else(one, other, expected):
    assert alike(one, other) is expected
