"""Letters by which checks are asked for and verified: their kind, their issuer and their end, never the evidence."""

from django.utils.translation import gettext as _

from hansa.areas.exchange import stays
from hansa.areas.exchange.letters.reading import Body, about, read, settle
from hansa.areas.exchange.rules import HOST, VERIFY
from hansa.areas.exchange.states import CheckKind, CheckState, MobilityState
from hansa.kernel.letters import letter
from hansa.kernel.models import Partner
from hansa.lib import shapes
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter

BEFORE = (MobilityState.ACCEPTED, MobilityState.CONFIRMED, MobilityState.ARRIVED)


class Required(Body):
    """A check that the host asks for."""

    kind: str


class Verified(Body):
    """What the sending institution says of a check."""

    kind: str
    authority: str
    valid_until: str


@letter("mobilities.required", permit=HOST)
def required(said: Letter, partner: Partner) -> None:
    """Note that the host asks for a check, or asks for it again."""
    body = read(Required, said)
    mobility = about(said, *BEFORE, sender="receiving")
    if body.kind not in CheckKind.values:
        raise InvalidError(_("There is no check of this kind."), _("Ask for one that both nodes know."))
    stays.require(mobility, body.kind)
    settle(mobility, body)


@letter("mobilities.verified", permit=VERIFY)
def verified(said: Letter, partner: Partner) -> None:
    """Note that the sending institution verified a check, and until when it holds."""
    body = read(Verified, said)
    mobility = about(said, *BEFORE, sender="sending")
    check = mobility.checks.filter(kind=body.kind).first()
    if check is None:
        raise RefusedError(_("Nobody asked for this check here."), _("Wait until the host asks for it."))
    check.authority = shapes.remark(body.authority)[:200]
    check.valid_until = stays.day_of(body.valid_until) if body.valid_until else None
    check.state = CheckState.VERIFIED
    check.save()
    settle(mobility, body)
