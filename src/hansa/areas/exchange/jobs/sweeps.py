"""Look once a day what every member with whom we have to do has changed, so that no lost notification matters.

    @sweep
    def nominations(hei: str, since: datetime | None) -> list[tuple[str, str]]:
        return [("omobility-get", id), ...]

Each part of a sweep asks a member for the ids of what changed since the last one; what is behind the ids is fetched by
messages of its own.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import post
from hansa.areas.exchange.jobs.messages import message
from hansa.areas.exchange.models import Iia, Member, Message, Mobility
from hansa.areas.exchange.network import catalogue, client
from hansa.areas.exchange.network.client import UnservedError
from hansa.areas.exchange.network.membership import demand_membership, membership
from hansa.areas.exchange.states import Channel, MessageState, MobilityState
from hansa.kernel.change import change
from hansa.kernel.jobs import NETWORK, Effect, WaitingError, job
from hansa.kernel.models import Job
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp import omobilities, omobilities_2, tors

JOB = "exchange.sweeps"
TURN = 10 * 60.0
DAILY = timedelta(hours=24)
#: Clocks differ, and what changes while a list is made may be missing from it.
OVERLAP = timedelta(hours=1)
#: How much one sweep fetches before the next turn; a writer holds up all others.
MOST = 1_000
Wanted = list[tuple[str, str]]
Part = Callable[[str, datetime | None], Wanted]
PARTS: list[Part] = []
Reading = Callable[[bytes], Sequence[str]]
Pairs = list[tuple[str, str]]
#: The major from which on the key that signs names the institution (omobilities 3.0.0, imobility-tors 3.0.0).
KEYED = 3
#: States in which the partner still has something to say about our student.
AWAY = (
    MobilityState.NOMINATED,
    MobilityState.ACCEPTED,
    MobilityState.CONFIRMED,
    MobilityState.ARRIVED,
    MobilityState.DEPARTED,
)


def sweep(part: Part) -> Part:
    """Register one part of what is looked at at every member."""
    PARTS.append(part)
    return part


@job(JOB, lane=NETWORK, standing=True)
def due(row: Job) -> Effect:
    """Owe a sweep of every member that was not swept for a day, then wait for the next turn."""
    if membership() is not None:
        meet()
        late = [found.hei for found in late_members()]
        if late:
            with change({"job": JOB, "record": ""}):
                for hei in late:
                    post.owe_fetch(post.SWEEP, hei, subject=post.EVERYTHING)
    raise WaitingError(_("The next look at what members have changed."), seconds=TURN)


def meet() -> None:
    """Note every member with whom there is an agreement or a stay."""
    stays = Mobility.objects.filter(channel=Channel.NETWORK).order_by().values_list("partner", flat=True).distinct()
    heis = {partner.removeprefix(post.HEI) for partner in stays}
    heis |= set(Iia.objects.order_by().values_list("partner", flat=True).distinct())
    known = catalogue.current().institutions
    for hei in sorted(heis - set(Member.objects.values_list("hei", flat=True))):
        Member.objects.create(hei=hei, name=known[hei].name()[:200] if hei in known else hei)


def late_members() -> list[Member]:
    """Return the members in the catalogue that were not swept for a day and wait for no sweep, the longest first."""
    waiting = Message.objects.filter(kind=post.SWEEP, state="waiting").values("partner")
    # One that could not be reached for a whole day waits for its next day.
    tried = Message.objects.filter(kind=post.SWEEP, created__gt=timezone.now() - DAILY, state="failed").values(
        "partner"
    )
    rows = Member.objects.filter(Q(swept=None) | Q(swept__lt=timezone.now() - DAILY))
    rows = rows.exclude(hei__in=waiting).exclude(hei__in=tried).order_by(F("swept").asc(nulls_first=True))
    known = catalogue.current().institutions
    return [row for row in rows if row.hei in known]


@message(post.SWEEP)
def look(owed: Message) -> Effect:
    """Ask a member for what it has changed, and owe a look at each; very much is fetched in several turns."""
    member, _made = Member.objects.get_or_create(hei=owed.partner, defaults={"name": owed.partner})
    began = member.began or timezone.now()
    since = member.swept - OVERLAP if member.swept is not None else None
    wanted = [one for part in PARTS for one in asked(part, owed.partner, since=since)]

    def effect() -> None:
        known = looked_at(owed.partner, began)
        left = [one for one in dict.fromkeys(wanted) if one not in known]
        for kind, subject in left[:MOST]:
            post.owe(kind, owed.partner, subject=subject)
        is_done = len(left) <= MOST
        Member.objects.filter(hei=owed.partner).update(
            swept=began if is_done else member.swept, began=None if is_done else began
        )

    return effect


def looked_at(hei: str, began: datetime) -> set[tuple[str, str]]:
    """Return what waits to be fetched from a member, or was fetched since a sweep began."""
    same = Message.objects.filter(partner=hei)
    rows = same.filter(Q(state=MessageState.WAITING) | Q(state=MessageState.DELIVERED, at__gte=began))
    return set(rows.values_list("kind", "subject"))


def asked(part: Part, hei: str, *, since: datetime | None) -> Wanted:
    """Return what a part of the sweep finds; a member that does not serve it has nothing to say."""
    try:
        return part(hei, since)
    except UnservedError:
        return []


def index(hei: str, api: str, *, since: datetime | None, readings: dict[int, Reading], named: Pairs) -> list[str]:
    """Return the ids that a member lists as changed since a moment, in the newest major that both speak.

    ``named`` are the parameters of the older majors, which name both institutions; a newer one knows us by our key.
    """
    where = client.endpoint(hei, api, majors=sorted(readings, reverse=True), part="index-url")
    changed = [("modified_since", since.isoformat(timespec="seconds"))] if since is not None else []
    reply = client.ask(where, [*(named if where.major < KEYED else ()), *changed])
    return list(client.read(where, reply, reading=readings[where.major]))


def sent_by(hei: str) -> Pairs:
    """Return the parameters that name a sending institution and this one."""
    return [("sending_hei_id", hei), ("receiving_hei_id", demand_membership().hei)]


@sweep
def nominations(hei: str, since: datetime | None) -> Wanted:
    """Find the nominations that a sending institution has changed."""
    readings: dict[int, Reading] = {3: omobilities.INDEX.read, 2: omobilities_2.INDEX.read}
    found = index(hei, "omobilities", since=since, readings=readings, named=sent_by(hei))
    return [("omobility-get", key) for key in found]


@sweep
def agreements(hei: str, since: datetime | None) -> Wanted:
    """Find the learning agreements that a sending institution has changed."""
    found = index(hei, "omobility-las", since=since, readings={1: las.INDEX.read}, named=sent_by(hei))
    return [("omobility-la-get", key) for key in found]


@sweep
def transcripts(hei: str, since: datetime | None) -> Wanted:
    """Find the transcripts that a receiving institution has issued."""
    named = [("receiving_hei_id", hei), ("sending_hei_id", demand_membership().hei)]
    readings: dict[int, Reading] = dict.fromkeys((3, 2, 1), tors.read_index)
    found = index(hei, "imobility-tors", since=since, readings=readings, named=named)
    return [("imobility-tor-get", key) for key in found]


@sweep
def arrivals(hei: str, since: datetime | None) -> Wanted:
    """List our own people at a receiving institution: incoming mobilities have no list of what changed."""
    away = Mobility.objects.filter(
        channel=Channel.NETWORK, partner=f"{post.HEI}{hei}", is_outgoing=True, state__in=AWAY
    ).exclude(foreign_id="")
    if away.exists():
        client.endpoint(hei, "imobilities", majors=(2, 1), part="get-url")
    return [("imobility-get", key) for key in away.order_by("created").values_list("foreign_id", flat=True)]
