"""Records can be read by everyone and written only inside a change."""

import uuid

import pytest
from django.apps import apps
from django.db import models

from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.models import JointRecord, Partner, PartyDecision, Record
from hansa.kernel.models.records import Detail
from hansa.lib.errors import RefusedError
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner

GUARDED = [model for model in apps.get_models() if issubclass(model, Record | Detail)]
ONLY = "can only be changed through an action, a letter or a job"
every = pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)


@every
@pytest.mark.django_db
def test_nothing_is_written_outside_a_change(model):
    attempts = [
        model().save,
        lambda: model(pk=model._meta.pk.get_default()).delete(),
        model.objects.create,
        lambda: model.objects.update(pk=None),
        lambda: model.objects.all().update(pk=None),
        lambda: model.objects.all().delete(),
        lambda: model.objects.bulk_create([model()]),
        lambda: model.objects.get_or_create(pk=None),
        lambda: model.objects.update_or_create(pk=None),
    ]

    for attempt in attempts:
        with pytest.raises(RefusedError, match=ONLY):
            attempt()


@every
@pytest.mark.django_db
def test_rows_cannot_be_changed_in_bulk_outside_a_change(model):
    column = next(f.name for f in model._meta.concrete_fields if not f.primary_key and not f.is_relation)

    with pytest.raises(RefusedError, match=ONLY):
        model.objects.bulk_update([model(pk=uuid.uuid4() if issubclass(model, Record) else 1)], [column])


def test_the_same_works_inside_a_change(scene):
    with change({"test": "everything"}):
        Partner.objects.filter(pk=scene.row.pk).update(name="KI")
        Partner.objects.bulk_create([made(SOLNA)])
        Partner.objects.filter(institution=SOLNA).delete()

    assert list(Partner.objects.values_list("name", flat=True)) == ["KI"]


def made(institution):
    return Partner(institution=institution, name="KUH", identity=PaperPartner(id=institution).identity.to_json())


def test_save_notes_the_move_and_each_state_once(scene):
    with change({"test": "moves"}) as done:
        partner = scene.row
        partner.save()
        assert done.moves == {}
        partner.state = "changed"
        partner.save()
        partner.state = "known"
        partner.save()
        fresh = made(SOLNA)
        fresh.state = "introduced"
        fresh.save()

    assert done.moves == {partner.urn: ["known", "known"], fresh.urn: ["", "introduced"]}


def test_delete_notes_that_the_record_is_gone(scene):
    with change({"test": "removal"}) as done:
        partner = scene.row
        urn = partner.urn
        partner.delete()

    assert done.moves == {urn: ["known", ""]}


def test_refresh_forgets_a_state_that_was_not_saved(scene):
    with change({"test": "refresh"}) as done:
        partner = scene.row
        partner.state = "blocked"
        partner.refresh_from_db()
        partner.save()

    assert done.moves == {}


def test_plain_record_asks_nothing_of_a_memorandum(scene):
    assert scene.row.judge("studies.propose") is None
    assert scene.row.urn == f"urn:hansa:partners:{scene.row.pk}"
    assert (scene.row.about, scene.row.files()) == ("", [])


def test_plain_record_is_nobodys_own(scene, administrator):
    assert Partner.own_of(administrator) is None
    assert not scene.row.belongs_to(administrator)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [kind for kind in apps.get_models() if issubclass(kind, Record)])
def test_own_records_are_found_by_the_rule_that_tells_of_one(kind, administrator):
    mine = kind.own_of(administrator)

    assert mine is None or all(row.belongs_to(administrator) for row in kind.objects.filter(mine))
    assert not kind.own_is_open or mine is not None
    assert (mine is None) == (kind.belongs_to is Record.belongs_to)


def test_state_is_told_in_words_where_it_has_some(scene):
    class Bare(Record):
        area, noun = "studies", "bare"

        class Meta:
            app_label = "tests"
            managed = False

    try:
        bare = Bare(state="somewhere").get_state_display()
    finally:
        apps.all_models["tests"].clear()

    assert bare == "somewhere"
    assert Partner(state="known").get_state_display() == "known"
    assert Record.get_state_display(scene.row) == "known"
    assert Record.get_state_display(Partner()) == ""


def test_joint_record_is_judged_by_the_memorandum(bound):
    from hansa.areas.studies.models import Study

    agreement, request = bound()
    study = Study(
        parties=list(request.parties),
        agreement=agreement.hash,
        clause="4.1",
        purpose="DUO:0000042",
        stated_limits=dict(request.limits),
    )

    assert study.judge("studies.approve").outcome == "permit"
    study.clause = "9.9"
    assert study.judge("studies.approve").outcome == "deny"


def test_joint_record_says_what_to_ask_the_memorandum():
    from hansa.areas.studies.models import Study

    study = Study(parties=["a", "b"], agreement="sha256:x", clause="4.1", purpose="DUO:0000042", stated_limits={})

    asked = study.request("studies.approve")

    assert (asked.area, asked.action, asked.parties) == ("studies", "studies.approve", ("a", "b"))
    assert (asked.agreement, asked.clause, asked.by_person) == ("sha256:x", "4.1", True)
    assert asked.party == own().id


def test_joint_record_without_terms_names_none():
    class Bare(JointRecord):
        area, noun = "studies", "bare"

        class Meta:
            app_label = "tests"
            managed = False

    try:
        bare = Bare(parties=["a"])
        asked = bare.request("studies.approve")
    finally:
        apps.all_models["tests"].clear()

    assert (bare.proof(), bare.finished) == (None, frozenset())

    assert (asked.agreement, asked.clause, asked.purposes, asked.limits) == (None, None, (), {})


def test_detail_is_removed_inside_a_change_only(scene):
    with given():
        row = PartyDecision(record="urn:x", party="a", verdict="approved", at=scene.row.created)
        row.save()

    with pytest.raises(RefusedError, match=ONLY):
        row.delete()
    assert isinstance(row, models.Model)
    with given():
        row.delete()

    assert PartyDecision.objects.count() == 0
