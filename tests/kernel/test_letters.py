"""The outbox is written inside a change, and the register says what each kind of letter does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hansa.kernel import bell, ledger, letters
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.letters import KINDS, letter, refused, send
from hansa.kernel.models import LedgerEntry
from hansa.kernel.models import Letter as LetterRow
from hansa.lib.errors import RefusedError
from hansa.lib.letters import Letter, instant
from tests.conftest import given
from tests.kernel.conftest import NOTED, RECORD
from tests.paper import SOLNA, STOCKHOLM, PaperPartner


def test_send_writes_a_signed_numbered_letter(scene):
    row = scene.send()

    said = Letter.read(row.token, key=own().signing.public)
    assert (said.id, said.sender, said.recipient) == (row.id, own().id, STOCKHOLM)
    assert (said.kind, said.record, said.body, said.sequence) == (NOTED, RECORD, {"text": "from us"}, 1)
    assert (said.agreement, said.clause, said.terms) == ("", "", {})
    assert datetime.now(UTC) - instant(said.created) < timedelta(minutes=1)
    assert (row.direction, row.state, row.digest, row.partner) == ("out", "waiting", said.digest, STOCKHOLM)
    assert row.next_at <= timezone.now()
    assert f'"letters":["{row.id}"]' in LedgerEntry.objects.get().body


def test_send_states_the_terms_under_which_it_speaks(scene, bound):
    agreement, request = bound()

    said = Letter.read(scene.send(under=request).token, key=own().signing.public)

    assert (said.agreement, said.clause) == (agreement.hash, "4.1")
    assert said.terms == {
        "parties": list(request.parties),
        "purposes": ["DUO:0000042"],
        "limits": dict(request.limits),
    }


def test_send_counts_for_each_partner_and_starts_again_with_none(scene):
    with given():
        PaperPartner(id=SOLNA).row()
    with change({"test": "three"}):
        rows = [send(to, NOTED, record="", body={}) for to in (STOCKHOLM, SOLNA, STOCKHOLM)]

    assert [row.sequence for row in rows] == [1, 1, 2]


def test_send_gives_its_number_back_when_the_change_fails(scene):
    def send_and_fail():
        send(STOCKHOLM, NOTED, record="", body={})
        raise KeyError

    with pytest.raises(KeyError), change({"test": "fails"}):
        send_and_fail()

    assert (scene.row.sent_sequence, LetterRow.objects.count(), ledger.size()) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_send_rings_the_courier(scene):
    before = bell.count(letters.OUTBOX)

    scene.send()

    assert bell.count(letters.OUTBOX) == before + 1


def test_send_refuses_outside_a_change(scene):
    with pytest.raises(RefusedError, match="only be changed through an action"):
        send(STOCKHOLM, NOTED, record="", body={})


def test_send_refuses_who_is_no_partner(scene):
    with pytest.raises(RefusedError, match=f"{SOLNA} is no partner of this node") as no, change({}):
        send(SOLNA, NOTED, record="", body={})

    assert no.value.remedy.startswith("Exchange invitations")


@pytest.mark.parametrize(
    ("state", "words"),
    [("introduced", "not yet confirmed"), ("changed", "key changed, waits"), ("blocked", "is blocked")],
)
def test_send_refuses_a_partner_whose_key_nobody_confirmed(scene, state, words):
    with given():
        partner = scene.row
        partner.state = state
        partner.save()

    with pytest.raises(RefusedError, match=words) as no, change({}):
        send(STOCKHOLM, NOTED, record="", body={})

    assert "compares the fingerprint" in no.value.remedy
    assert LetterRow.objects.count() == 0


def test_kind_is_registered_with_what_it_needs(kinds):
    @letter("tests.more", permit="studies.propose")
    def more(said, partner):
        """Do more."""

    @refused("tests.more")
    def never_mind(row):
        """Do nothing."""

    kind = KINDS["tests.more"]
    assert (kind.name, kind.permit, kind.because) == ("tests.more", "studies.propose", "")
    assert (kind.apply, kind.refused) == (more, never_mind)


@pytest.mark.parametrize("terms", [{}, {"permit": "studies.propose", "because": "both"}])
def test_kind_names_the_term_it_needs_or_why_it_needs_none(terms):
    with pytest.raises(AssertionError, match="names the term it needs"):
        letter("tests.wrong", **terms)


def test_every_kind_of_the_node_explains_itself():
    for name, kind in KINDS.items():
        assert kind.name == name
        assert (kind.permit is None) == bool(kind.because)
        assert kind.apply.__doc__
