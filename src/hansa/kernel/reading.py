"""Reading: which kinds of records a node keeps, and which of them a person may see.

To see the records of a kind takes the permission ``<noun>.read``, as every action
takes its own; with ``<noun>.read_own`` a person sees those that are their own. What was
never granted stays closed. Everyone sees their own account and their own tokens, whoever
they are: these two kinds say so by ``own_is_open``.
"""

from typing import Any

from django.db.models import QuerySet

from hansa.kernel.areas import all_areas
from hansa.kernel.models import Agreement, ApiToken, Partner, Person, Record
from hansa.kernel.people import grant, grant_staff, has

KERNEL: tuple[type[Record], ...] = (Agreement, Partner, Person, ApiToken)

# Whoever works for the institution may see what it told its partners and what the ledger holds.
grant_staff(("ledger.read", "letters.read"))
grant("administrator", ("tokens.read",))


def kinds() -> dict[str, type[Record]]:
    """Return every kind of record by its noun, the kernel's and the areas'."""
    areas = [kind for area in all_areas() for kind in area.records]
    return {kind.noun: kind for kind in (*KERNEL, *areas)}


def may_read(person: Person, noun: str) -> bool:
    """Tell whether a person may see the records of a kind, all of them or their own."""
    return has(person, f"{noun}.read") or has(person, f"{noun}.read_own")


def may_list(person: Person, kind: type[Record]) -> bool:
    """Tell whether there is a list of these records for a person, be it of their own alone."""
    return kind.own_is_open or may_read(person, kind.noun)


def readable(person: Person, kind: type[Record]) -> QuerySet[Any]:
    """Return the records of a kind that a person may see."""
    found: QuerySet[Any] = kind.objects.all()
    if has(person, f"{kind.noun}.read"):
        return found
    sees_own = kind.own_is_open or has(person, f"{kind.noun}.read_own")
    own = kind.own_of(person) if sees_own else None
    return found.none() if own is None else found.filter(own)
