from hansa.areas.studies import queries
from hansa.kernel import jobs
from hansa.kernel.identity import own
from tests.areas.studies.scene import PaperLead, Scene
from tests.conftest import given


def awaited(study):
    """Return for whom a study waits, as the pages ask it."""
    given, latest = queries.verdicts([study]), queries.last_rounds([study])
    return queries.awaited(study, given=given, latest=latest, here=queries.contributors([study]))


def test_study_waits_for_those_who_have_not_spoken(two):
    two.dataset()
    study = two.propose()
    seen = [awaited(study)]
    two.approve(study)
    seen.append(awaited(two.study))
    two.approved(study)
    jobs.run_due()
    seen.append(awaited(two.study))
    two.lead_to_the_end()
    seen.append(awaited(two.study))
    two.signed(two.study)

    other = two.side.id
    assert seen == [[own().id, other], [other], [other], [other]]
    assert queries.last_rounds([two.study]) == {two.study.pk: two.study.result["result"]["rounds"]}


def test_study_that_others_lead_waits_for_the_lead(two):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    PaperLead(two).open()

    assert awaited(two.study) == [two.side.id]


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
