"""The example protocol, and what its kinds say of it on the breast cancer trial."""

from pathlib import Path

from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.protocol import parse
from tests.lib.statistics.samples import gbsg2, table_of

TEXT = (Path(__file__).parents[1] / "example_protocol.yaml").read_text(encoding="utf-8")
HEAD, TAIL = TEXT[: TEXT.index("analyses:")], TEXT[TEXT.index("disclosure:") :]


def asked(analysis):
    """Return a protocol that asks for one analysis only, with that analysis and its kind."""
    protocol = parse(f"{HEAD}analyses:\n  - {analysis}\n{TAIL}")
    (one,) = protocol.analyses
    return protocol, one, KINDS[one.kind]


def trial(protocol):
    """Return the table of the trial."""
    frame, _ = gbsg2()
    return table_of(frame, protocol.variables)


def own(analysis):
    """Return what a site looks at in its own rows."""
    protocol, one, kind = asked(analysis)
    return kind.own_rows(one, trial(protocol), protocol=protocol)


def summed(analysis):
    """Return the size of every set of numbers that are added up, by variable and by which rows."""
    protocol, one, kind = asked(analysis)
    found = kind.summed(one, trial(protocol), protocol=protocol)
    return [(name, where, len(values)) for (name, where), values in found]
