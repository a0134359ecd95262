from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.jobs import agreements
from hansa.areas.exchange.models import Iia, Message
from hansa.areas.exchange.states import IiaState as State
from hansa.lib.errors import RefusedError
from hansa.lib.ewp import iia_answers
from hansa.lib.ewp.iia_answers import Approval
from hansa.lib.ewp.iia_xml import get_response
from tests.areas.exchange import treaty
from tests.areas.exchange.jobs.post_office import deliver, sent
from tests.areas.exchange.league import CHARITE, KI, UU
from tests.areas.exchange.university import publish
from tests.conftest import given


@pytest.fixture
def shelf(university):
    """The copies that the partner serves, by id."""
    copies = {}

    def iias(asked):
        if asked.path.endswith("index"):
            return iia_answers.index_response([] if "modified_since" in asked.pairs else list(copies))
        return copies.get(asked.pairs["iia_id"][0], get_response(None))

    university.extra["iias"] = iias
    return copies


def approves(university, *found):
    university.extra["iias-approval"] = lambda _asked: iia_answers.approval_response(found)


@pytest.mark.parametrize("kind", ["iia-cnr", "iia-approval-cnr"])
def test_partner_is_told_in_the_newest_major(university, kind):
    assert sent(kind, subject="A-1").state == "delivered"
    assert (university.asked[-1].path, university.asked[-1].pairs["iia_id"]) == (
        f"/{kind}/v{3 if kind == 'iia-cnr' else 2}",
        ["A-1"],
    )


def test_copy_of_the_partner_is_fetched(shelf):
    shelf[treaty.THERE] = treaty.unknown().raw

    assert sent("iia-get", subject=treaty.THERE).state == "delivered"
    assert Iia.objects.get().state == State.RECEIVED


def test_copy_that_the_partner_no_longer_serves_goes(shelf):
    iia = treaty.heard(treaty.unknown())

    sent("iia-get", subject=treaty.THERE)

    iia.refresh_from_db()
    assert iia.state == State.DELETED


def test_copy_that_cannot_be_understood_is_kept_with_its_fault(shelf):
    shelf[treaty.THERE] = treaty.unknown().raw.replace(b"2026/2027", b"soon")

    sent("iia-get", subject=treaty.THERE)

    assert Iia.objects.get().trouble


def test_copy_between_others_is_not_taken(shelf):
    shelf[treaty.THERE] = treaty.unknown().raw.replace(CHARITE.encode(), UU.encode())

    found = sent("iia-get", subject=treaty.THERE)

    assert (found.state, Iia.objects.exists()) == ("failed", False)
    assert "between other institutions" in found.trouble


def test_approval_of_our_copy_is_kept_with_its_proof(university):
    iia = treaty.linked()
    approves(university, Approval(iia_id=str(iia.pk), hash=iia.hash))

    sent("iia-approval-get", subject=str(iia.pk))

    iia.refresh_from_db()
    assert (iia.state, iia.approved_there) == (State.APPROVED_THERE, iia.hash)
    assert iia_answers.read_approval_response(iia.approval.encode())[0].hash == iia.hash


def test_approval_of_something_else_is_none_of_ours(university):
    iia = treaty.linked()
    approves(university, Approval(iia_id="X", hash=iia.hash))

    sent("iia-approval-get", subject=str(iia.pk))

    iia.refresh_from_db()
    assert (iia.state, iia.approved_there) == (State.SHARED, "")


@pytest.mark.parametrize("subject", ["no id at all", "00000000-0000-0000-0000-000000000000"])
def test_approval_of_what_is_not_here_asks_nobody(university, subject):
    assert sent("iia-approval-get", subject=subject).state == "delivered"
    assert university.asked == []


def test_approval_that_comes_when_the_agreement_is_gone_changes_nothing(university):
    iia = treaty.linked()
    approves(university, Approval(iia_id=str(iia.pk), hash=iia.hash))

    effect = agreements.approval(Message(kind="iia-approval-get", partner=KI, subject=str(iia.pk)))
    with given():
        iia.state = State.DELETED
        iia.save()
        effect()

    iia.refresh_from_db()
    assert iia.approved_there == ""


def test_sweep_looks_at_every_copy_and_asks_for_every_approval(university, league, shelf):
    shelf |= {"KI-7": b"", "KI-8": b""}
    iia = treaty.linked()

    found = agreements.copies(KI, None)

    assert found == [
        ("iia-get", "KI-7"),
        ("iia-get", "KI-8"),
        ("iia-get", treaty.THERE),
        ("iia-approval-get", str(iia.pk)),
    ]


def test_later_sweep_asks_for_what_changed_since(university, shelf):
    treaty.linked()

    shelf[treaty.THERE] = treaty.unknown().raw

    found = agreements.copies(KI, datetime(2026, 11, 1, tzinfo=UTC))

    assert [kind for kind, _subject in found] == ["iia-approval-get"]
    assert university.asked[-1].pairs["modified_since"] == ["2026-11-01T00:00:00+00:00"]


def test_older_partner_is_told_in_its_own_words(university, league):
    university.majors = {"iia-cnr": (3,)}
    publish(league, university)

    sent("iia-cnr", subject="A-1")

    assert deliver() == 0


def test_later_sweep_finds_what_the_partner_deleted_without_a_word(university, shelf):
    treaty.linked()

    found = agreements.copies(KI, datetime(2026, 11, 1, tzinfo=UTC))

    assert ("iia-get", treaty.THERE) in found


def test_answer_about_another_agreement_is_no_deletion(shelf):
    iia = treaty.linked()
    shelf[treaty.THERE] = treaty.unknown(iia_id="KI-2").raw

    found = sent("iia-get", subject=treaty.THERE)

    iia.refresh_from_db()
    assert (found.state, found.trouble) == (
        "failed",
        f"{KI} answers with another agreement than the one asked for.",
    )
    assert (iia.foreign_id, Iia.objects.count()) == (treaty.THERE, 1)


def test_hash_that_leaks_from_a_terminated_agreement_is_not_approved(shelf, person):
    iia = treaty.linked()
    beside = replace(treaty.unknown(iia_id="KI-9").iia, terminated_as_a_whole=True)
    shelf[treaty.THERE] = treaty.together(treaty.copy_of(iia).iia, beside=beside)

    sent("iia-get", subject=treaty.THERE)

    iia.refresh_from_db()
    with pytest.raises(RefusedError, match="is not the hash of its copy"):
        actions.iias.approve(iia, by=person("officer"))
