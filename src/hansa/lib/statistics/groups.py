"""Which groups of people the analyses of a protocol count or add up, on the rows of one site.

A group has a level of a variable, or a combination of levels that a formula multiplies. Any kind of
analysis is covered: the variables it reads are those of the protocol, whatever it computes of them.
Steps of time are no groups; the grid merges them until enough people are in each (grid.py).
"""

from collections.abc import Iterator

import numpy as np

from hansa.lib.statistics.analyses import Analysis
from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Mask, Table


def groups(protocol: Protocol, table: Table, *, rows: Mask) -> dict[str, Mask]:
    """Return the members of every group among some rows, each of shape (rows,), by its name."""
    sets = dict.fromkeys(names for analysis in protocol.analyses for names in _sets(analysis, protocol))
    return {name: members for names in sets for name, members in _members(names, protocol, table=table, rows=rows)}


def _sets(analysis: Analysis, protocol: Protocol) -> Iterator[tuple[str, ...]]:
    """Yield the categories that an analysis reads, and the combinations of them in its formula."""
    yield from ((name,) for name in protocol.used_by(analysis) if protocol.variables[name].categories)
    yield from KINDS[analysis.kind].crossings(analysis, protocol)


def _members(names: tuple[str, ...], protocol: Protocol, *, table: Table, rows: Mask) -> Iterator[tuple[str, Mask]]:
    """Yield each combination of levels that somebody has, with its members."""
    known = rows & ~np.any([table.missing(name) for name in names], axis=0)
    codes = np.stack([table[name] for name in names])
    for levels in np.unique(codes[:, known], axis=1).T:
        words = zip(names, levels.astype(int), strict=True)
        name = " and ".join(f"{name}[{protocol.variables[name].categories[level]}]" for name, level in words)
        yield name, known & np.all(codes == levels[:, None], axis=0)
