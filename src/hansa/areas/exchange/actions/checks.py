"""What people do with checks before the start: ask, hand in, verify, refuse."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import stays
from hansa.areas.exchange.actions.mobilities import demand_host, demand_sender
from hansa.areas.exchange.models import Check, Mobility
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.rules import HOST, VERIFY
from hansa.areas.exchange.states import Channel, CheckKind, MobilityState
from hansa.areas.exchange.states import CheckState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.files import Upload, keep
from hansa.kernel.models import Person
from hansa.lib.errors import RefusedError

AT_HOME = "Evidence about a person stays in this house; the host learns only what was verified."
BEFORE = (MobilityState.ACCEPTED, MobilityState.CONFIRMED, MobilityState.ARRIVED)


@action(needs="checks.require", source=(NEW,), target=(State.REQUIRED,), permit=HOST)
def require(check: Check, *, by: Person, mobility: str, kind: str) -> None:
    """Ask for a check.

    The sending institution verifies it and says until when it holds; the evidence itself stays there.
    """
    found = hosted(mobility)
    if kind not in CheckKind.values:
        raise GivenError({"kind": _("There is no check of this kind.")})
    if found.channel == Channel.NETWORK:
        raise RefusedError(
            _("Erasmus Without Paper carries no checks."),
            _("Ask the sending institution by mail, or sign a memorandum with it."),
        )
    if found.checks.filter(kind=kind).exists():
        raise RefusedError(_("This check was asked for already."), _("Open it and ask again there."))
    check.id, check.mobility, check.kind = stays.check_id(found.pk, kind), found, kind
    stays.tell(found, "mobilities.required", body={"kind": kind}, permit=HOST)


def hosted(key: str) -> Mobility:
    """Return a stay at this institution for which checks can be asked, or say that there is none."""
    found = row_named(Mobility.objects.filter(is_outgoing=False, state__in=BEFORE), key)
    if found is None:
        raise GivenError({"mobility": _("There is no such accepted stay at this institution.")})
    return found


def demand_before(check: Check) -> None:
    """Refuse to ask for or verify a check of a stay that is over, or was never accepted."""
    if check.mobility.state not in BEFORE:
        raise RefusedError(
            _("Checks are asked for and verified from the acceptance to the departure."),
            _("Look at the state of the stay."),
        )


def not_host(check: Check, _by: Person) -> bool:
    """Tell of which checks a host's action is not offered."""
    return check.mobility.is_outgoing


def not_sender(check: Check, _by: Person) -> bool:
    """Tell of which checks a sender's action is not offered."""
    return not check.mobility.is_outgoing


@action(
    needs="checks.require",
    source=(State.VERIFIED, State.REFUSED),
    target=(State.REQUIRED,),
    permit=HOST,
    unless=not_host,
)
def ask_again(check: Check, *, by: Person, note: str = "") -> None:
    """Ask for the check again.

    For example because it ends before the stay does.
    """
    demand_host(check.mobility)
    demand_before(check)
    check.valid_until, check.received, check.authority, check.note = None, None, "", note
    stays.tell(check.mobility, "mobilities.required", body={"kind": check.kind}, permit=HOST)


@action(
    needs="checks.submit",
    source=(State.REQUIRED, State.REFUSED),
    target=(State.SUBMITTED,),
    because=AT_HOME,
    own=True,
)
def submit(check: Check, *, by: Person, document: Upload, note: str = "") -> None:
    """Hand in the evidence.

    Your international office looks at it. It stays at your own institution; the host is told only that it was verified.
    """
    keep(check, document, role=check.kind)
    check.note = note


@action(
    needs="checks.verify",
    source=(State.REQUIRED, State.SUBMITTED),
    target=(State.VERIFIED,),
    permit=VERIFY,
    unless=not_sender,
)
def verify(check: Check, *, by: Person, authority: str, received: date, valid_until: date | None = None) -> None:
    """Verify the evidence.

    The host is told the kind of check, who issued the evidence and until when it holds; nothing else.
    """
    demand_sender(check.mobility)
    demand_before(check)
    if received > timezone.localdate():
        raise GivenError({"received": _("This day is in the future.")})
    if valid_until is not None and valid_until < check.mobility.starts:
        raise GivenError({"valid_until": _("It ends before the stay begins; ask for newer evidence.")})
    check.authority, check.received, check.valid_until = authority, received, valid_until
    body = {"kind": check.kind, "authority": authority, "valid_until": str(valid_until or "")}
    stays.tell(check.mobility, "mobilities.verified", body={**body}, permit=VERIFY)


@action(
    needs="checks.verify",
    source=(State.SUBMITTED,),
    target=(State.REFUSED,),
    because=AT_HOME,
    unless=not_sender,
)
def refuse(check: Check, *, by: Person, reason: str) -> None:
    """Do not accept the evidence.

    The participant reads the reason and hands in another.
    """
    check.note = reason
