"""Fetch what members of the network have changed: nominations, learning agreements, arrivals, transcripts."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.jobs import hearing
from hansa.areas.exchange.jobs.messages import message, nothing
from hansa.areas.exchange.models import Message
from hansa.areas.exchange.network import client
from hansa.areas.exchange.network.client import Endpoint, NetworkError
from hansa.areas.exchange.network.membership import demand_membership
from hansa.kernel.jobs import Effect
from hansa.lib.ewp import imobilities, omobilities, omobilities_2, tors
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp.monitoring import Kind

SENDING, RECEIVING = "sending_hei_id", "receiving_hei_id"
Reading = Callable[[bytes], Sequence[Any]]
#: By API and major: how the answer is read, and the parameter that names the institution asked, where there is one.
ANSWERS: dict[tuple[str, int], tuple[Reading, str]] = {
    ("omobilities", 3): (omobilities.GET.read, ""),
    ("omobilities", 2): (omobilities_2.GET.read, SENDING),
    ("omobility-las", 1): (las.GET.read, SENDING),
    ("imobilities", 2): (imobilities.GET.read, ""),
    ("imobilities", 1): (imobilities.GET_1.read, RECEIVING),
    ("imobility-tors", 3): (tors.read_get, ""),
    ("imobility-tors", 2): (tors.read_get, RECEIVING),
    ("imobility-tors", 1): (tors.read_get, RECEIVING),
}


def got(partner: str, api: str, *, key: str) -> tuple[Endpoint, Any, str]:
    """Return where a member was asked, what it says about one stay (None where it knows none), and its own document."""
    majors = sorted((major for name, major in ANSWERS if name == api), reverse=True)
    where = client.endpoint(partner, api, majors=majors, part="get-url")
    reading, named = ANSWERS[api, where.major]
    reply = client.ask(where, [*([(named, partner)] if named else []), ("omobility_id", key)])
    found = client.read(where, reply, reading=reading)
    told = next((one for one in found if one.omobility_id == key), None)
    return where, told, reply.content.decode("utf-8", "replace")


def demand_pair(where: Endpoint, *, sending: str, receiving: str, partner: str) -> None:
    """Refuse a document about a stay between other institutions than the partner and this one."""
    if (sending, receiving) != (partner, demand_membership().hei):
        raise NetworkError(
            _("{who} answers with a stay between other institutions.").format(who=partner),
            _("Ask its administrator; nothing of it was taken."),
            status=client.OK,
            passes=False,
            kind=Kind.RESPONSE,
        ).at(where)


def unknown(owed: Message) -> Effect:
    """Note that a member knows nothing of what was asked for."""

    def effect() -> None:
        owed.trouble = _("{partner} knows no such stay, or none that it tells us of.").format(partner=owed.partner)

    return effect


@message("omobility-get")
def nomination(owed: Message) -> Effect:
    """Fetch a nomination of a sending institution."""
    where, found, raw = got(owed.partner, "omobilities", key=owed.subject)
    if found is None:
        return unknown(owed)
    sides = found.nomination
    demand_pair(where, sending=sides.sending_hei.hei_id, receiving=sides.receiving_hei.hei_id, partner=owed.partner)
    return lambda: hearing.hear_nomination(found, raw=raw, partner=owed.partner)


@message("omobility-la-get")
def agreement(owed: Message) -> Effect:
    """Fetch a learning agreement of a sending institution, and the nomination if that is not here yet."""
    where, found, raw = got(owed.partner, "omobility-las", key=owed.subject)
    if found is None:
        return unknown(owed)
    demand_pair(where, sending=found.sending_hei.hei_id, receiving=found.receiving_hei.hei_id, partner=owed.partner)
    first = nomination(owed) if hearing.incoming(owed.partner, key=owed.subject) is None else nothing

    def effect() -> None:
        first()
        hearing.hear_agreement(found, raw=raw, partner=owed.partner)

    return effect


@message("imobility-get")
def arrival(owed: Message) -> Effect:
    """Fetch from a receiving institution when our student came and left; the older major says whether it agreed."""
    _where, found, _raw = got(owed.partner, "imobilities", key=owed.subject)
    return (lambda: hearing.hear_arrival(found, partner=owed.partner)) if found is not None else unknown(owed)


@message("imobility-tor-get")
def transcript(owed: Message) -> Effect:
    """Fetch the transcript of a student of ours from the receiving institution."""
    _where, found, _raw = got(owed.partner, "imobility-tors", key=owed.subject)
    return (lambda: hearing.hear_transcript(found, partner=owed.partner)) if found is not None else unknown(owed)
