"""The figures that the rules go by, the strictest of clause, protocol and site.

A clause may set each of them; one that it leaves open has a safe default. Percentages are whole
numbers, so that two nodes compare exactly the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Hold the figures of the rules; the names are those of the limits of a clause.

    ``largest_two``, ``closeness``, ``parameter_share`` and ``leverage`` are percentages.
    """

    own_cell: int = 3
    largest_two: int = 90
    closeness: int = 10
    parameter_share: int = 33
    degrees_of_freedom: int = 10
    leverage: int = 90
    studies_per_person: int = 50
    studies_per_institution: int = 200
    budget_days: int = 365

    @classmethod
    def of(cls, terms: Mapping[str, Any]) -> "Limits":
        """Return the figures of a clause's terms, with the default of each that it does not set."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: int(terms[name]) for name in names if name in terms})


LIMITS = Limits()


def effective(clause: int, *, protocol: int | None = None, site: int | None = None) -> int:
    """Return the strictest minimum cell of the three; nothing goes below the clause."""
    return max(limit for limit in (clause, protocol, site, 1) if limit is not None)
