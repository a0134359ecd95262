"""What the node knows about the area made for tests."""

from hansa.kernel.areas import Area
from hansa.lib.terms import Vocabulary

AREA = Area(
    name="ferries",
    title="Ferries",
    purpose="Cross the Baltic.",
    records=(),
    vocabulary=Vocabulary(area="ferries", actions=frozenset({"ferries.sail"}), limits={}),
    doors=("/ferry/",),
)
