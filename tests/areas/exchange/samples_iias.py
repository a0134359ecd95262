"""For every action on agreements of the network: a record it may start from, and what a person gives."""

from collections.abc import Callable

from hansa.areas.exchange.models import Iia
from hansa.kernel.files import Upload
from tests.areas.exchange import treaty
from tests.areas.exchange.league import CHARITE, KI, League
from tests.kernel.samples import Sample, World

#: The tables of node.toml with which these actions work.
TABLES = {"exchange": {"hei": CHARITE, "registry": "own"}}


def draft(_world: World) -> Sample:
    """Return what an officer writes about an agreement with a member of the network."""
    League(table=TABLES["exchange"]).publish(KI)
    return Iia(), {"partner": KI, "title": "Medicine", "conditions": treaty.CONDITIONS}


def connect(_world: World) -> Sample:
    """Return a copy of ours, and one that came from the partner and names none."""
    theirs = treaty.heard(treaty.unknown())
    return treaty.drafted(is_shared=True), {"received": str(theirs.pk)}


SAMPLES: dict[str, Callable[[World], Sample]] = {
    "iias.draft": draft,
    "iias.revise": lambda _world: (treaty.drafted(), {"conditions": treaty.CONDITIONS.replace("0912", "0913")}),
    "iias.share": lambda _world: (treaty.drafted(), {}),
    "iias.take_over": lambda _world: (treaty.heard(treaty.unknown()), {}),
    "iias.connect": connect,
    "iias.approve": lambda _world: (treaty.linked(), {}),
    "iias.revert": lambda _world: (treaty.changed(), {}),
    "iias.withdraw": lambda _world: (treaty.approved_here(), {}),
    "iias.attach": lambda _world: (treaty.drafted(), {"document": Upload.of("agreement.pdf", treaty.signed())}),
    "iias.terminate": lambda _world: (treaty.agreed(), {}),
    "iias.delete": lambda _world: (treaty.drafted(is_shared=True), {}),
    "iias.refresh": lambda _world: (treaty.linked(), {}),
}
