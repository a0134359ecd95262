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
COUNT = "studies.count"

# Above this many people a cell is no longer small in anybody's rule book.
LARGEST_CELL = 1000
# More studies than this a year on the same data are no budget.
MOST_STUDIES = 10_000

VOCABULARY = Vocabulary(
    area="studies",
    actions=frozenset({PROPOSE, APPROVE, DECLINE, WITHDRAW, CONTRIBUTE, RELEASE, COUNT}),
    stopping=frozenset({DECLINE, WITHDRAW}),
    words=WORDS,
    limits=MappingProxyType(
        {
            "minimum_cell": Limit(kind="integer", direction="at_least", low=1, high=LARGEST_CELL),
            "minimum_sites": Limit(kind="integer", direction="at_least", low=2, high=128),
            "time_grid_days": Limit(kind="days", direction="at_least", low=1, high=3660, stated=False),
            "release": Limit(kind="choice", choices=("automatic", "steward"), stated=False),
            # Figures of the disclosure rules; their defaults are those of hansa.lib.disclosure.limits.
            "own_cell": Limit(kind="integer", direction="at_least", low=1, high=LARGEST_CELL, stated=False),
            "largest_two": Limit(kind="integer", direction="at_most", low=10, high=100, stated=False),
            "closeness": Limit(kind="integer", direction="at_least", low=1, high=100, stated=False),
            "parameter_share": Limit(kind="integer", direction="at_most", low=1, high=50, stated=False),
            "degrees_of_freedom": Limit(kind="integer", direction="at_least", low=1, high=LARGEST_CELL, stated=False),
            "leverage": Limit(kind="integer", direction="at_most", low=10, high=99, stated=False),
            "studies_per_person": Limit(kind="integer", direction="at_most", low=1, high=MOST_STUDIES, stated=False),
            "studies_per_institution": Limit(
                kind="integer", direction="at_most", low=1, high=MOST_STUDIES, stated=False
            ),
            "budget_days": Limit(kind="days", direction="at_least", low=1, high=3660, stated=False),
            # Numbers of people before a study: who says them, how coarse, and how often one may ask.
            "counting": Limit(kind="choice", choices=("automatic", "steward"), stated=False),
            "count_step": Limit(kind="integer", direction="at_least", low=1, high=LARGEST_CELL, stated=False),
            "inquiries_per_week": Limit(kind="integer", direction="at_most", low=1, high=MOST_STUDIES, stated=False),
        }
    ),
)

GRANTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "investigator": (
            "studies.propose",
            "studies.withdraw",
            "studies.retry",
            "studies.read",
            "datasets.read",
            "inquiries.ask",
            "inquiries.read",
        ),
        "coordinator": ("studies.retry", "studies.withdraw", "studies.read", "inquiries.ask", "inquiries.read"),
        "steward": (
            "studies.decide",
            "studies.withdraw",
            "studies.release",
            "studies.read",
            "inquiries.read",
            "datasets.add",
            "datasets.remove",
            "datasets.read",
        ),
        "signatory": ("studies.read",),
        "auditor": ("studies.read", "datasets.read", "inquiries.read"),
        "administrator": ("studies.read",),
    }
)
