import json

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.api import agreements as api
from hansa.areas.exchange.models import Message
from hansa.kernel.files import Upload
from hansa.lib.ewp import iia_answers
from hansa.lib.ewp.iia_reading import read_get_response
from tests.areas.exchange import treaty
from tests.areas.exchange.league import UU
from tests.conftest import given

FUTURE, PAST = "2050-02-12T15:19:21+01:00", "2000-02-12T15:19:21+01:00"


@pytest.fixture
def iia(league):
    return treaty.linked()


def listed(league, *pairs, **changes):
    answer = league.ask("iias", 7, list(pairs), part="index-url", **changes)
    assert answer.status_code == 200, answer.content
    return list(iia_answers.read_index_response(answer.content))


def got(league, key, **changes):
    answer = league.ask("iias", 7, [("iia_id", key)], part="get-url", **changes)
    assert answer.status_code == 200, answer.content
    return read_get_response(answer.content)


def test_partner_finds_its_agreements_and_nobody_elses(league, iia):
    assert listed(league) == [str(iia.pk)]
    assert listed(league, by=UU) == []


def test_draft_is_nobodys_to_see(league):
    iia = treaty.drafted()

    assert listed(league) == []
    assert got(league, str(iia.pk)) == ()


@pytest.mark.parametrize(
    ("pair", "is_found"),
    [
        (("receiving_academic_year_id", "2027/2028"), True),
        (("receiving_academic_year_id", "2010/2011"), False),
        (("modified_since", PAST), True),
        (("modified_since", FUTURE), False),
    ],
)
def test_list_is_narrowed_by_year_and_change(league, iia, pair, is_found):
    assert listed(league, pair) == ([str(iia.pk)] if is_found else [])


@pytest.mark.parametrize(
    "pair", [("receiving_academic_year_id", "2026"), ("modified_since", "yesterday"), ("modified_since", "2026-01-01")]
)
def test_wrong_parameter_is_refused_by_name(league, iia, pair):
    answer = league.ask("iias", 7, [pair], part="index-url")

    assert answer.status_code == 400
    assert pair[0].encode() in answer.content


def test_partner_gets_the_copy_with_the_hash_that_we_keep(league, iia):
    (copy,) = got(league, str(iia.pk))

    assert copy.hash_holds
    assert copy.published == iia.hash
    assert got(league, str(iia.pk), by=UU) == ()


@pytest.mark.parametrize("key", ["nonsense", "x" * 36, "00000000-0000-0000-0000-000000000000"])
def test_id_that_nobody_gave_finds_nothing(league, iia, key):
    assert got(league, key) == ()


def test_one_agreement_a_request_as_the_manifest_says(league, iia):
    answer = league.ask("iias", 7, [("iia_id", str(iia.pk)), ("iia_id", "X")], part="get-url")

    assert answer.status_code == 400


def test_deleted_agreement_is_served_no_more(league, iia):
    with given():
        iia.state = "deleted"
        iia.save()

    assert listed(league) == []
    assert got(league, str(iia.pk)) == ()


def approvals(league, key, **changes):
    answer = league.ask("iias-approval", 2, [("iia_id", key)], **changes)
    assert answer.status_code == 200, answer.content
    return iia_answers.read_approval_response(answer.content)


def test_partner_learns_which_version_of_its_copy_we_approved(league):
    iia = treaty.agreed()

    (one,) = approvals(league, treaty.THERE)

    assert (one.iia_id, one.hash) == (treaty.THERE, iia.their_hash)
    assert approvals(league, treaty.THERE, by=UU) == ()


def test_nothing_is_said_where_nothing_was_approved(league, iia):
    assert approvals(league, treaty.THERE) == ()


def test_statistics_count_who_approved_what(league):
    treaty.agreed()
    treaty.drafted(is_shared=True)
    treaty.drafted()

    found = iia_answers.read_stats_response(league.ask("iias", 7, part="stats-url", method="GET").content)

    assert (found.fetchable, found.approved_by_both, found.approved_here, found.approved_by_partner) == (2, 1, 0, 0)


@pytest.mark.parametrize(
    ("name", "major", "kind"), [("iia-cnr", 3, "iia-get"), ("iia-approval-cnr", 2, "iia-approval-get")]
)
def test_notification_is_answered_at_once_and_fetched_later(league, name, major, kind):
    answer = league.ask(name, major, [("iia_id", "KI-1")])

    assert answer.status_code == 200
    assert (Message.objects.get().kind, Message.objects.get().subject) == (kind, "KI-1")


def test_agreement_spans_the_years_of_its_conditions(iia):
    assert api.spans(iia, ["2026/2027"])
    assert not api.spans(iia, ["2029/2030"])


def test_approval_stays_when_our_copy_is_deleted_until_a_newer_one_says_otherwise(league, person):
    iia = treaty.approved_here()
    approved = iia.their_hash
    by = person("officer")

    actions.iias.delete(iia, by=by)

    assert [one.hash for one in approvals(league, treaty.THERE)] == [approved]
    other = treaty.approved_here()
    assert len(approvals(league, treaty.THERE)) == 1
    actions.iias.withdraw(other, by=by)
    assert approvals(league, treaty.THERE) == ()
    assert got(league, str(iia.pk)) == ()


def test_list_follows_what_is_served_and_not_what_was_approved(league, person):
    iia = treaty.agreed()
    later = json.dumps([{**treaty.OUT, "first_year": "2027/2028"}])

    actions.iias.revise(iia, by=person("officer"), conditions=later)

    assert listed(league, ("receiving_academic_year_id", "2026/2027")) == []
    assert listed(league, ("receiving_academic_year_id", "2027/2028")) == [str(iia.pk)]


def test_partner_fetches_the_signed_agreement_that_our_copy_names(league, iia, person):
    content = treaty.signed()
    actions.iias.attach(iia, by=person("officer"), document=Upload.of("agreement.pdf", content))

    (copy,) = got(league, str(iia.pk))

    answer = league.ask("file", 1, [("file_id", copy.iia.pdf_file)], method="GET")
    assert (answer.status_code, answer.content) == (200, content)
    assert copy.hash_holds
