from hansa.areas.studies import queries
from hansa.kernel import jobs
from hansa.kernel.identity import own
from tests.areas.studies.scene import PaperLead, Scene
from tests.conftest import given

FIRST = ("sites", "persons", "persons without missing values")


def test_steward_sees_what_would_leave_before_approving(two):
    two.proposed()

    (found,) = queries.what_leaves(two.study)

    assert (found["attempt"], found["round"]) == (1, 1)
    assert tuple(found["labels"][:3]) == FIRST
    assert sum(found["kinds"].values()) == found["count"] == len(found["labels"])
    assert set(found["kinds"]) == {"", "model"}
    assert found["bytes"] == 8 * (2 * found["count"] + 1)


def test_what_left_is_told_round_by_round(two):
    two.dataset()
    two.approved_by_all(two.propose())
    two.lead_to_the_end()

    found = queries.what_leaves(two.study)
    sent = queries.traffic(two.study)

    assert [row["round"] for row in found] == list(range(1, two.study.result["result"]["rounds"] + 1))
    assert found[1]["kinds"] == {"model": found[1]["count"]}
    assert sent["bytes"] == 0
    assert sent["letters"] == 4 + len(found)


def test_study_waits_for_those_who_have_not_spoken(two):
    two.dataset()
    study = two.propose()
    seen = [queries.awaited(study)]
    two.approve(study)
    seen.append(queries.awaited(two.study))
    two.approved(study)
    jobs.run_due()
    seen.append(queries.awaited(two.study))
    two.lead_to_the_end()
    seen.append(queries.awaited(two.study))
    two.signed(two.study)
    seen.append(queries.awaited(two.study))

    other = two.side.id
    assert seen == [
        ([own().id, other], "approval"),
        ([other], "approval"),
        ([other], "contribution"),
        ([other], "release"),
        ([], ""),
    ]


def test_study_that_others_lead_waits_for_the_lead(two):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    PaperLead(two).open()

    assert queries.awaited(two.study) == ([two.side.id], "round")


def test_lead_without_a_round_waits_for_itself(two):
    study = two.propose()
    study.state = "running"

    assert queries.awaited(study) == ([study.lead], "round")


def test_limits_of_an_unknown_memorandum_are_none(two):
    study = two.propose()
    study.agreement = "sha256:0"

    assert queries.clause_of("sha256:0", "4.1") is None
    assert queries.limits_of(study) == {}


def test_release_needs_a_steward_by_limit_or_by_person(db, tmp_path):
    scene = Scene(tmp_path)
    study = scene.propose()
    clause = scene.agreement.document["clauses"][0]
    assert not queries.needs_steward(study)

    clause["limits"]["release"] = "steward"
    from hansa.kernel.models import Agreement

    with given():
        Agreement.objects.filter(pk=scene.agreement.pk).update(document=scene.agreement.document)

    assert queries.needs_steward(study)


def test_institution_is_called_by_its_name(two):
    assert queries.partner_name(own().id) == own().name
    assert queries.partner_name(two.side.id) == "Karolinska Institutet"
    assert queries.partner_name("https://ror.org/unknown") == "https://ror.org/unknown"
