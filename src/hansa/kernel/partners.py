"""Partners: how two nodes get to know each other, and what happens when a key changes.

Two administrators exchange invitations by any means and then compare, by
telephone, the fingerprint that both nodes show. Only then do letters flow. A key
that changes later is refused until the old key signed the new one (a rotation) or
a person compared the new fingerprint.
"""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.models import Partner, Person
from hansa.kernel.people import grant, grant_staff
from hansa.lib import shapes
from hansa.lib.canonical import JSON
from hansa.lib.errors import HansaError, InvalidError, RefusedError
from hansa.lib.keys import Identity
from hansa.lib.signatures import payload_of, sign, verify

State = Partner.State
KIND = "invitation"
FIELDS = {"hansa", "name", "address", "identity"}
BECAUSE = "Partners get to know each other before any memorandum between them is in force."

grant("administrator", ("partners.invite", "partners.accept", "partners.confirm", "partners.block"))
grant_staff(("partners.read",))


def invitation() -> str:
    """Return the text by which another institution's administrator gets to know this node."""
    me = own()
    payload: dict[str, JSON] = {
        "hansa": "invitation/1",
        "name": me.name,
        "address": me.address,
        "identity": dict(me.identity.to_json()),
    }
    return sign(payload, key=me.signing, kind=KIND)


def read(text: str) -> tuple[dict[str, JSON], Identity]:
    """Return what an invitation says, after checking that its own key signed it."""
    try:
        claimed = payload_of(text.strip())
        if not isinstance(claimed, dict) or set(claimed) != FIELDS:
            raise InvalidError("its fields are not the expected ones")
        identity = Identity.from_json(claimed["identity"])
        verify(text.strip(), key=identity.signing, kind=KIND)
        shapes.text(claimed["name"], "name", most=200)
    except HansaError as wrong:
        raise GivenError({"invitation": _("This is no whole invitation; copy it again from their page.")}) from wrong
    if not is_protected(claimed["address"]):
        raise GivenError({"invitation": _("The address in it is not one of the form https://HOST; ask for a new one.")})
    return claimed, identity


def is_protected(address: JSON) -> bool:
    """Tell whether an address is one this node may call: none at all, https, or http on this machine alone."""
    if not isinstance(address, str) or not address.isascii():
        return False
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
    is_local = host in ("localhost", "127.0.0.1", "::1")
    is_known = parts.scheme == "https" or (parts.scheme == "http" and is_local)
    # Whatever stands beside host and path (a password, a query) has no place in letters and on pages.
    return not address or (is_known and bool(host) and "@" not in parts.netloc and plain == address)


@action(needs="partners.accept", source=(NEW,), target=(State.INTRODUCED,), because=BECAUSE)
def accept(partner: Partner, *, by: Person, invitation: str) -> None:
    """Accept an invitation.

    The partner is known only after somebody compared the fingerprint with them and confirmed it.
    """
    claimed, identity = read(invitation)
    if identity.id == own().id:
        raise GivenError({"invitation": _("This is this node's own invitation; it is meant for the partner.")})
    if Partner.objects.filter(institution=identity.id).exists():
        raise RefusedError(
            _("{id} is already among the partners.").format(id=identity.id),
            _("If its key changed, open the partner and choose: Take note of a changed key."),
        )
    partner.institution = identity.id
    partner.name = str(claimed["name"])
    partner.address = str(claimed["address"])
    partner.identity = identity.to_json()


@action(needs="partners.accept", source=(State.KNOWN,), target=(State.CHANGED,), because=BECAUSE)
def renew(partner: Partner, *, by: Person, invitation: str) -> None:
    """Take note of a changed key.

    Letters stop until the new fingerprint is confirmed; letters that wait are kept.
    """
    claimed, identity = read(invitation)
    if identity.id != partner.institution:
        raise GivenError({"invitation": _("This invitation is of another institution.")})
    partner.claimed = {"identity": identity.to_json(), "address": str(claimed["address"])}


@action(needs="partners.confirm", source=(State.INTRODUCED, State.CHANGED), target=(State.KNOWN,), because=BECAUSE)
def confirm(partner: Partner, *, by: Person, fingerprint: str) -> None:
    """Confirm the fingerprint.

    Type what the partner's administrator reads out from their own page, not what you see on yours.
    """
    identity = Identity.from_json(partner.claimed["identity"]) if partner.claimed else partner.keys
    if letters_of(fingerprint) != letters_of(identity.fingerprint):
        raise GivenError(
            {"fingerprint": _("This is not the fingerprint of the key we were given; somebody may stand in between.")}
        )
    partner.identity = identity.to_json()
    if partner.claimed:
        partner.address = partner.claimed["address"]
        partner.claimed = None


def letters_of(fingerprint: str) -> str:
    """Return a fingerprint without what people put between its groups."""
    return "".join(sign for sign in fingerprint.upper() if sign.isalnum())


@action(needs="partners.block", source=(State.KNOWN, State.CHANGED), target=(State.BLOCKED,), because=BECAUSE)
def block(partner: Partner, *, by: Person) -> None:
    """Block the partner.

    No letter goes to it or is taken from it until it is unblocked.
    """


@action(needs="partners.block", source=(State.BLOCKED,), target=(State.INTRODUCED,), because=BECAUSE)
def unblock(partner: Partner, *, by: Person) -> None:
    """Unblock the partner.

    Its fingerprint has to be confirmed again.
    """


@action(
    needs="partners.confirm",
    source=(State.KNOWN,),
    target=(State.KNOWN,),
    because=BECAUSE,
    unless=lambda partner, _by: not partner.alarm,
)
def accept_ledger(partner: Partner, *, by: Person, explanation: str) -> None:
    """Accept the partner's ledger as it is now.

    Do this only after the partner explained in writing why its ledger did not only grow.
    """
    if not partner.alarm:
        raise RefusedError(_("Nothing is wrong with this partner's ledger."), _("There is nothing to accept."))
    partner.alarm, partner.unproven = "", 0
    partner.letters_checkpoint = partner.receipts_checkpoint = ""
