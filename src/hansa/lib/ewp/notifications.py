"""Notifications of change: that something changed at a partner, by its ids and nothing else.

    parameters("iia-cnr", 3, notification=Notification(("123",)))       # [("iia_id", "123")]
    read_parameters("omobility-cnr", 1, pairs=pairs).notifier           # "uw.edu.pl"

The majors of one notification differ in what they say: the newer ones leave out the institution,
since the key that signs the request already names it. A notification is answered with an empty
document whether or not its ids are known (architecture 1.16.0, change notification receivers).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elements import SPECS, Document, Shape

AGAIN: Final = "Send the parameters that the specification of this notification names."
#: What a receiver takes in one request where its manifest allows several.
MOST_IDS: Final = 100


@dataclass(frozen=True)
class Notification:
    """What changed (ids), at whose place (notifier), and whose copy it is (owner); empty where not said."""

    ids: tuple[str, ...]
    notifier: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Receiver:
    """The parameters of one major of one notification; an empty name where it has none."""

    ids: str
    notifier: str = ""
    owner: str = ""
    is_repeatable: bool = True


IIA: Final = "iia_id"
MOBILITY: Final = "omobility_id"

#: Every notification by its API's name and major, as the specifications have it.
RECEIVERS: Final = {
    ("iia-cnr", 2): Receiver(IIA, "notifier_hei_id", is_repeatable=False),
    ("iia-cnr", 3): Receiver(IIA, is_repeatable=False),
    ("iia-approval-cnr", 1): Receiver(IIA, "approving_hei_id", "owner_hei_id", is_repeatable=False),
    ("iia-approval-cnr", 2): Receiver(IIA, is_repeatable=False),
    ("omobility-cnr", 1): Receiver(MOBILITY, "sending_hei_id"),
    ("omobility-cnr", 2): Receiver(MOBILITY),
    ("omobility-la-cnr", 1): Receiver(MOBILITY, "sending_hei_id"),
    ("imobility-cnr", 1): Receiver(MOBILITY, "receiving_hei_id"),
    ("imobility-cnr", 2): Receiver(MOBILITY),
    ("imobility-tor-cnr", 1): Receiver(MOBILITY, "receiving_hei_id"),
    ("imobility-tor-cnr", 2): Receiver(MOBILITY),
}


@dataclass(frozen=True)
class Nothing:
    """What a notification is answered with."""


def receiver(api: str, major: int) -> Receiver:
    """Return the parameters of a notification, or raise InvalidError for one that we do not know."""
    found = RECEIVERS.get((api, major))
    if not found:
        raise InvalidError(f"{api} {major}: this is no notification that Hansa knows.", "Use one of its majors here.")
    return found


def response(api: str, major: int) -> Document[Nothing]:
    """Return the empty document that answers a notification."""
    receiver(api, major)
    namespace = f"{SPECS}api-{api}/tree/stable-v{major}"
    return Document(namespace, f"{api}-response", kind=Shape(Nothing, namespace))


def parameters(api: str, major: int, *, notification: Notification) -> list[tuple[str, str]]:
    """Return the parameters of a request, in the order in which they are sent."""
    takes = receiver(api, major)
    named = [(takes.notifier, notification.notifier), (takes.owner, notification.owner)]
    sent = [(name, value) for name, value in named if name]
    sent += [(takes.ids, each) for each in notification.ids]
    # What we would refuse from others we do not send.
    read_parameters(api, major, pairs=sent)
    return sent


def read_parameters(api: str, major: int, *, pairs: Iterable[tuple[str, str]], most: int = MOST_IDS) -> Notification:
    """Return what a request says, passing over parameters that the major does not have.

    Ids are not looked at: whatever they are, the request is answered and looked into afterwards.
    """
    takes = receiver(api, major)
    given = list(pairs)
    return Notification(
        _values(given, takes.ids, most=most if takes.is_repeatable else 1),
        _value(given, takes.notifier),
        _value(given, takes.owner),
    )


def _values(pairs: list[tuple[str, str]], name: str, *, most: int) -> tuple[str, ...]:
    found = tuple(value for key, value in pairs if key == name and value)
    if not found:
        raise InvalidError(f"{name}: this parameter is missing.", AGAIN)
    if len(found) > most:
        raise InvalidError(f"{name}: this parameter may be given {most} times at most.", AGAIN)
    return found


def _value(pairs: list[tuple[str, str]], name: str) -> str:
    return _values(pairs, name, most=1)[0] if name else ""
