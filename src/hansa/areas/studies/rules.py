"""The words a clause about joint studies may use, and who does what."""

from collections.abc import Mapping
from types import MappingProxyType

from hansa.areas.studies.wording import WORDS
from hansa.lib.terms import Limit, Vocabulary

PROPOSE = "studies.propose"
APPROVE = "studies.approve"
DECLINE = "studies.decline"
WITHDRAW = "studies.withdraw"
CONTRIBUTE = "studies.contribute"
RELEASE = "studies.release"

# Above this many people a cell is no longer small in anybody's rule book.
LARGEST_CELL = 1000

VOCABULARY = Vocabulary(
    area="studies",
    actions=frozenset({PROPOSE, APPROVE, DECLINE, WITHDRAW, CONTRIBUTE, RELEASE}),
    stopping=frozenset({DECLINE, WITHDRAW}),
    words=WORDS,
    limits=MappingProxyType(
        {
            "minimum_cell": Limit(kind="integer", direction="at_least", low=1, high=LARGEST_CELL),
            "minimum_sites": Limit(kind="integer", direction="at_least", low=2, high=128),
            "time_grid_days": Limit(kind="days", direction="at_least", low=1, high=3660, stated=False),
            "release": Limit(kind="choice", choices=("automatic", "steward"), stated=False),
        }
    ),
)

GRANTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "investigator": ("studies.propose", "studies.withdraw", "studies.retry", "studies.read", "datasets.read"),
        "coordinator": ("studies.retry", "studies.withdraw", "studies.read"),
        "steward": (
            "studies.decide",
            "studies.withdraw",
            "studies.release",
            "studies.read",
            "datasets.add",
            "datasets.remove",
            "datasets.read",
        ),
        "signatory": ("studies.read",),
        "auditor": ("studies.read", "datasets.read"),
        "administrator": ("studies.read",),
    }
)
