"""Who entered the cohort of a study, and who was left after each inclusion rule, over all sites together.

Like all counts these are added up in the first round. What is shown must not tell of few people: a step is left
out where it differs from the one shown before, or from the rows of the study, by somebody but by fewer than the
minimum cell; the next step then tells of both together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hansa.lib.statistics.crossings import is_few
from hansa.lib.statistics.schema import Protocol


def steps(protocol: Protocol) -> tuple[str, ...]:
    """Return the plain-words name of each count; nothing where the protocol names no cohorts."""
    cohorts, target = protocol.data.cohorts, protocol.data.target
    if not cohorts or target is None:
        return ()
    rules = range(1, len(rules_of(cohorts[target])) + 1)
    return ("persons who enter the cohort", *(f"persons left by inclusion rule {number}" for number in rules))


def rules_of(expression: Mapping[str, Any]) -> list[Any]:
    """Return the inclusion rules of a cohort expression; ATLAS writes keys with a capital or a small letter."""
    found = expression.get("InclusionRules") or expression.get("inclusionRules") or []
    return found if isinstance(found, list) else []


def shown(counts: Sequence[int], *, rows: int, minimum_cell: int) -> list[int | None]:
    """Return the count of each step, None where it is left out."""
    found: list[int | None] = []
    last = None
    for count in counts:
        is_close = last is not None and is_few(last - count, minimum_cell=minimum_cell)
        is_close = is_close or is_few(count - rows, minimum_cell=minimum_cell)
        small = is_close or is_few(count, minimum_cell=minimum_cell)
        found.append(None if small else count)
        last = last if small else count
    return found
