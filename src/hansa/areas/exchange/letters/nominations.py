"""Letters by which people are nominated, accepted, rejected and cancelled."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import ConfigDict

from hansa.areas.exchange import stays
from hansa.areas.exchange.letters.reading import COUNT, Body, about, demand_terms, id_of, read, settle, step_back
from hansa.areas.exchange.models import Mobility, Offer
from hansa.areas.exchange.queries import places
from hansa.areas.exchange.rules import ACCEPT, CANCEL, NOMINATE, REJECT
from hansa.areas.exchange.states import CANCELLABLE, Channel, Cycle, Kind, Level, OfferState
from hansa.areas.exchange.states import MobilityState as State
from hansa.kernel.identity import own
from hansa.kernel.letters import letter, refused
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib import shapes
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter


class Who(Body):
    """Who is nominated."""

    model_config = ConfigDict(extra="forbid", strict=True)

    given_names: str
    family_name: str
    birth_date: str
    nationality: str
    gender: str
    email: str
    esi: str


class Nominated(Body):
    """A nomination."""

    kind: str
    cycle: str
    field: int
    language: str
    language_level: str
    starts: str
    ends: str
    offer: str
    person: Who
    note: str


class Noted(Body):
    """A decision with a note."""

    note: str


class Reasoned(Body):
    """A decision with its reason."""

    reason: str


@letter("mobilities.nominated", permit=NOMINATE, proves="approval")
def nominated(said: Letter, partner: Partner) -> None:
    """Keep a nomination, for our host to decide; over quota or outside the dates it is refused."""
    key, body = id_of(said.record, noun="mobilities"), read(Nominated, said)
    if Mobility.objects.filter(id=key).exists():
        raise RefusedError(_("A stay of this name is here already."), _("Nominate under a new name."))
    mobility = Mobility(id=key, channel=Channel.LETTERS, agreement=said.agreement, clause=said.clause)
    fill(mobility, body)
    stays.shape(mobility, sending=said.sender, receiving=own().id)
    places.demand_dates(mobility)
    demand_terms(said, mobility, without=(COUNT,))
    places.demand_place(mobility)
    mobility.offer = offered(body.offer)
    mobility.state, mobility.comment = State.NOMINATED, shapes.remark(body.note)
    mobility.save()
    keep(mobility, body.person)
    stays.hear_count(mobility, body.taken, partner=said.sender)


def fill(mobility: Mobility, body: Nominated) -> None:
    """Take over what a nomination says about the stay, or raise InvalidError."""
    known = body.kind in Kind.values and body.cycle in Cycle.values and body.language_level in Level.values
    if not known or not 0 <= body.field <= 9999:  # noqa: PLR2004 -- ISCED-F has four digits
        raise InvalidError(_("The nomination uses a word that is not known here."), _("Nominate it again."))
    mobility.kind, mobility.cycle, mobility.field = body.kind, body.cycle, body.field
    mobility.language, mobility.language_level = body.language[:3], body.language_level
    mobility.starts, mobility.ends = stays.day_of(body.starts), stays.day_of(body.ends)


def offered(key: str) -> Offer | None:
    """Return the offer of our catalogue that a nomination names, or refuse one that is not there."""
    if not key:
        return None
    try:
        found = Offer.objects.filter(id=UUID(key), lead=own().id, state=OfferState.OPEN).first()
    except ValueError:
        found = None
    if found is None:
        raise RefusedError(_("Our catalogue has no such open offer."), _("Choose one of those that are open."))
    return found


def keep(mobility: Mobility, who: Who) -> None:
    """Keep who is nominated, or raise InvalidError without saying what stands in the letter."""
    about_them = {**who.model_dump(exclude={"taken"}), "birth_date": stays.day_of(who.birth_date)}
    try:
        stays.keep_person(mobility, about_them)
    except ValidationError as wrong:
        where = ", ".join(sorted(wrong.message_dict))
        raise InvalidError(
            _("What the nomination says about the person is malformed at: {where}.").format(where=where),
            _("Correct it and nominate again."),
        ) from None


@letter("mobilities.accepted", permit=ACCEPT, proves="approval")
def accepted(said: Letter, partner: Partner) -> None:
    """Note that the host accepts; checks are asked for at the bedside."""
    body = read(Noted, said)
    mobility = about(said, State.NOMINATED, sender="receiving")
    stays.accept(mobility)
    settle(mobility, body, state=State.ACCEPTED, comment=body.note)


@letter("mobilities.rejected", permit=REJECT)
def rejected(said: Letter, partner: Partner) -> None:
    """Note that the host rejects; the place is free again."""
    body = read(Reasoned, said)
    settle(about(said, State.NOMINATED, sender="receiving"), body, state=State.REJECTED, comment=body.reason)


@letter("mobilities.cancelled", permit=CANCEL)
def cancelled(said: Letter, partner: Partner) -> None:
    """Note that the partner cancels; the place is free again."""
    body = read(Reasoned, said)
    settle(about(said, *CANCELLABLE), body, state=State.CANCELLED, comment=body.reason)


@refused("mobilities.nominated")
def nomination_refused(row: LetterRow) -> None:
    """Take back a nomination that the host's node would not take, and show why."""
    step_back(row, now=State.NOMINATED, to=State.REJECTED)
