"""Both copies of an agreement side by side: what differs, and what would stand in the way of an approval."""

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils import timezone

from hansa.areas.exchange.models import Iia, IiaVersion, Member
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import Iia as Copy
from hansa.lib.ewp.iia import Names
from hansa.lib.ewp.iia_clause import Terms, compare_with_clauses
from hansa.lib.ewp.iia_difference import NOTHING, Difference, differences, side_by_side
from hansa.lib.ewp.iia_obstacles import Obstacle
from hansa.lib.ewp.iia_obstacles import obstacles as between
from hansa.lib.ewp.iia_reading import Received, read_stored

#: The programme of 2021 to 2027 pays for stays until the academic year 2028/2029.
PROGRAMME_END = date(2029, 7, 31)


def programme_end() -> date:
    """Return the last day that an agreement without an end can be given for."""
    return PROGRAMME_END


def number(text: Any) -> Decimal:
    """Return a decimal, or raise InvalidError."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        raise InvalidError("total: this is no number.", "Write it like 20 or 7.5.") from None


def copies(iia: Iia) -> tuple[Copy | None, Received | None]:
    """Return our copy and the partner's, as far as each is there."""
    return read(iia.ours).iia if iia.ours else None, read(iia.theirs) if iia.theirs else None


@lru_cache(maxsize=64)
def read(text: str) -> Received:
    """Return a stored copy; a page asks for the same one again and again."""
    return read_stored(text.encode())


def names(iia: Iia) -> Names:
    """Return how the two institutions are called."""
    known = dict(Member.objects.filter(hei=iia.partner).values_list("hei", "name"))
    ours, _theirs = copies(iia)
    return Names(by_hei={**known, **({ours.owner.hei: own().name} if ours is not None else {})})


def differing(iia: Iia) -> tuple[Difference, ...]:
    """Return where the two copies differ, field by field."""
    ours, theirs = copies(iia)
    if ours is None or theirs is None or theirs.iia is None:
        return ()
    return differences(ours, theirs.iia, names=names(iia))


def alike(iia: Iia) -> tuple[Difference, ...]:
    """Return the fields that are the same in both copies and say something."""
    ours, theirs = copies(iia)
    if ours is None or theirs is None or theirs.iia is None:
        return ()
    found = side_by_side(ours, theirs.iia, names=names(iia))
    return tuple(one for one in found if one.ours == one.theirs != NOTHING)


def obstacles(iia: Iia) -> tuple[Obstacle, ...]:
    """Return what would stand in the way of an approval, before it is asked for."""
    ours, theirs = copies(iia)
    if ours is None or theirs is None:
        return ()
    return between(ours, theirs, today=timezone.localdate(), names=names(iia))


def against_clauses(iia: Iia) -> tuple[Difference, ...]:
    """Return where our copy differs from the clauses of the memorandum from which it was made."""
    held = Agreement.objects.filter(hash=iia.agreement).first() if iia.agreement else None
    ours, _theirs = copies(iia)
    if held is None or ours is None:
        return ()
    valid = held.document["valid"]
    last = date.fromisoformat(valid["until"]) if valid["until"] else PROGRAMME_END
    others = [party for party in held.parties if party != own().id]
    heis = {own().id: ours.owner.hei, **({others[0]: iia.partner} if len(others) == 1 else iia.side.get("heis", {}))}
    terms = Terms(heis=heis, first_day=date.fromisoformat(valid["from"]), last_day=last)
    clauses = [one for one in held.document["clauses"] if one["id"] in iia.clauses]
    return tuple(compare_with_clauses(ours, clauses, terms=terms))


def served_copy(iia: Iia, hash_: str) -> Copy | None:
    """Return the version of our copy with a hash, as it was kept when it was served."""
    kept = IiaVersion.objects.filter(iia=iia, is_ours=True, hash=hash_).first()
    return read_stored(kept.document.encode()).iia if kept is not None else None
