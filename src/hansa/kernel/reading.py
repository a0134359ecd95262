"""Reading: which kinds of records a node keeps, and which of them a person may see.

To see the records of a kind takes the permission ``<noun>.read``, as every action
takes its own; what was never granted stays closed. A person always sees their own
account and their own tokens.
"""

from typing import Any

from django.db.models import QuerySet

from hansa.kernel.areas import all_areas
from hansa.kernel.models import Agreement, ApiToken, Partner, Person, Record
from hansa.kernel.people import grant_everyone, has

KERNEL: tuple[type[Record], ...] = (Agreement, Partner, Person, ApiToken)

# Whoever works for the institution may see what it told its partners and what the ledger holds.
grant_everyone(("ledger.read", "letters.read"))


def kinds() -> dict[str, type[Record]]:
    """Return every kind of record by its noun, the kernel's and the areas'."""
    areas = [kind for area in all_areas() for kind in area.records]
    return {kind.noun: kind for kind in (*KERNEL, *areas)}


def may_read(person: Person, noun: str) -> bool:
    """Tell whether a person may see all records of a kind."""
    return has(person, f"{noun}.read")


def readable(person: Person, kind: type[Record]) -> QuerySet[Any]:
    """Return the records of a kind that a person may see."""
    found: QuerySet[Any] = kind.objects.all()
    if kind is ApiToken and not has(person, "people.disable"):
        return found.filter(person=person)
    if kind is Person and not may_read(person, "people"):
        return found.filter(pk=person.pk)
    if kind is ApiToken or may_read(person, kind.noun) or kind is Person:
        return found
    return found.none()
