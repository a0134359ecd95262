"""Partners: invitations, fingerprints compared by telephone, blocking, and a changed key."""

import pytest

from hansa.kernel import partners
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.models import Partner
from hansa.lib.errors import RefusedError
from hansa.lib.keys import Identity, SealingKey, SigningKey
from hansa.lib.signatures import payload_of, sign
from tests.conftest import given
from tests.kernel.test_envelopes import invitation_of
from tests.paper import SOLNA, STOCKHOLM, PaperPartner


def test_invitation_tells_name_address_and_keys():
    claimed, identity = partners.read(partners.invitation())

    assert claimed == {
        "hansa": "invitation/1",
        "name": own().name,
        "address": own().address,
        "identity": own().identity.to_json(),
    }
    assert identity == own().identity


def test_read_bears_the_blanks_of_an_electronic_letter():
    assert partners.read(f"\n  {partners.invitation()}\n")[1] == own().identity


@pytest.mark.parametrize("fault", ["cut off", "list", "fields", "by another key", "no keys"])
def test_read_refuses_what_is_no_whole_invitation(fault):
    paper = PaperPartner()
    whole = payload_of(invitation_of(paper))
    text = {
        "cut off": invitation_of(paper)[:-40],
        "list": sign([], key=paper.signing, kind=partners.KIND),
        "fields": sign({**whole, "more": 1}, key=paper.signing, kind=partners.KIND),
        "by another key": sign(whole, key=SigningKey.generate(), kind=partners.KIND),
        "no keys": sign({**whole, "identity": {}}, key=paper.signing, kind=partners.KIND),
    }[fault]

    with pytest.raises(GivenError, match="no whole invitation; copy it again") as wrong:
        partners.read(text)

    assert list(wrong.value.faults) == ["invitation"]


def test_two_steps_make_a_partner_known(administrator):
    paper = PaperPartner()

    partner = partners.accept(Partner(), by=administrator, invitation=invitation_of(paper))
    assert (partner.institution, partner.name, partner.state) == (STOCKHOLM, "KI", "introduced")
    read_out = paper.identity.fingerprint.lower().replace("-", " ")
    partners.confirm(partner, by=administrator, fingerprint=read_out)

    assert Partner.objects.get().state == "known"
    assert Partner.objects.get().keys == paper.identity


def test_accept_refuses_our_own_invitation(administrator):
    with pytest.raises(GivenError, match="this node's own invitation"):
        partners.accept(Partner(), by=administrator, invitation=partners.invitation())

    assert Partner.objects.count() == 0


def test_accept_refuses_a_partner_that_is_there_already(scene, administrator):
    with pytest.raises(RefusedError, match="already among the partners") as refused:
        partners.accept(Partner(), by=administrator, invitation=invitation_of(PaperPartner()))

    assert "Take note of a changed key" in refused.value.remedy
    assert scene.row.keys == scene.paper.identity


def test_confirm_refuses_another_fingerprint(administrator):
    partner = partners.accept(Partner(), by=administrator, invitation=invitation_of(PaperPartner()))

    with pytest.raises(GivenError, match="somebody may stand in between"):
        partners.confirm(partner, by=administrator, fingerprint=PaperPartner().identity.fingerprint)

    assert Partner.objects.get().state == "introduced"


def test_changed_key_waits_for_its_fingerprint_and_keeps_the_old_until_then(scene, administrator):
    old = scene.paper.identity
    scene.paper.signing, scene.paper.sealing = SigningKey.generate(), SealingKey.generate()
    new = scene.paper.identity

    partner = partners.renew(scene.row, by=administrator, invitation=invitation_of(scene.paper))
    assert (partner.state, scene.row.keys) == ("changed", old)
    with pytest.raises(GivenError):
        partners.confirm(partner, by=administrator, fingerprint=old.fingerprint)
    partners.confirm(partner, by=administrator, fingerprint=new.fingerprint)

    assert (scene.row.state, scene.row.keys, scene.row.claimed) == ("known", new, None)


def test_renew_refuses_the_invitation_of_another_institution(scene, administrator):
    with pytest.raises(GivenError, match="of another institution"):
        partners.renew(scene.row, by=administrator, invitation=invitation_of(PaperPartner(id=SOLNA)))

    assert scene.row.state == "known"


def test_block_and_unblock_ask_for_the_fingerprint_again(scene, administrator):
    partners.block(scene.row, by=administrator)
    assert scene.row.state == "blocked"

    partners.unblock(scene.row, by=administrator)

    assert scene.row.state == "introduced"
    partners.confirm(scene.row, by=administrator, fingerprint=scene.paper.identity.fingerprint)
    assert scene.row.state == "known"


def test_accept_ledger_needs_an_alarm(scene, administrator):
    with pytest.raises(RefusedError, match="Nothing is wrong with this partner's ledger"):
        partners.accept_ledger(scene.row, by=administrator, explanation="None.")


def test_accept_ledger_begins_to_watch_anew(scene, administrator):
    with given():
        partner = scene.row
        partner.alarm, partner.unproven = "It got smaller.", 7
        partner.letters_checkpoint = partner.receipts_checkpoint = scene.paper.checkpoint()
        partner.save()

    partners.accept_ledger(scene.row, by=administrator, explanation="They restored a backup.")

    after = scene.row
    assert (after.alarm, after.unproven, after.letters_checkpoint, after.receipts_checkpoint) == ("", 0, "", "")


def test_partner_is_named_and_shows_its_fingerprint(scene):
    partner = scene.row

    assert (str(partner), partner.get_state_display()) == ("Karolinska Institutet", "known")
    assert partner.fingerprint == Identity.from_json(partner.identity).fingerprint


def invite(paper, **changes):
    payload = {"hansa": "invitation/1", "name": "KI", "address": "", "identity": paper.identity.to_json(), **changes}
    return sign(payload, key=paper.signing, kind=partners.KIND)


@pytest.mark.parametrize(
    "address",
    ["", "https://ki.example", "https://ki.example:8443/hansa", "http://localhost:8000", "http://127.0.0.1:1"],
)
def test_read_takes_protected_addresses(address):
    assert partners.read(invite(PaperPartner(), address=address))[0]["address"] == address


@pytest.mark.parametrize(
    "address",
    [
        7,
        "http://ki.example",
        "https://kí.example",
        "https://",
        "https://ki.example:port",
        "https://who:secret@ki.example",
        "https://ki.example/?query",
        "javascript:alert(1)",
        "ki.example",
    ],
)
def test_read_refuses_addresses_that_letters_should_not_go_to(address):
    with pytest.raises(GivenError, match="not one of the form https://HOST"):
        partners.read(invite(PaperPartner(), address=address))


@pytest.mark.parametrize("name", [7, "", "x" * 201])
def test_read_refuses_what_is_no_name(name):
    with pytest.raises(GivenError, match="no whole invitation"):
        partners.read(invite(PaperPartner(), name=name))
