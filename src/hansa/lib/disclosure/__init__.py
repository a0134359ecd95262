"""Find what a number would say about one person, before it is said.

A release gives somebody away when few stand behind it (a small cell), when one stands in
front of the rest (dominance), when the model has nearly as many parameters as people (a
saturated fit repeats the data), when a column singles out a few rows (the product of an
indicator and a variable is that person's value), or when it differs from an earlier
release by a few rows. A cell that is left out can also be computed from the margins, so
others must be left out beside it.

Two pairs of eyes look. A site looks at its own rows, which nobody else can see, before it
contributes; where its numbers are masked, what is thin only here is a notice, since only
the joint total is ever read. The joint totals are looked at again before anything built
on them leaves. Therefore counts must be added first and sums only after they have passed.

Sources: Hundepool et al. 2012, "Statistical Disclosure Control", chapters 4 and 5; Brandt
et al. 2010, "Guidelines for the checking of output based on microdata research" (ESSnet).
These rules stop known ways of asking; they are not differential privacy.
"""

from hansa.lib.disclosure.budget import Budget, Question, over_budget
from hansa.lib.disclosure.catalogue import RULES, Finding, Rule
from hansa.lib.disclosure.checks import check_site, check_totals
from hansa.lib.disclosure.limits import LIMITS, Limits, effective
from hansa.lib.disclosure.numbers import (
    concentration,
    dominance,
    influence,
    leverage,
    rows_apart,
    small_cells,
    thin_columns,
    too_few_sites,
    too_many_parameters,
)
from hansa.lib.disclosure.releases import differencing, moved_groups, small_groups
from hansa.lib.disclosure.suppression import suppress

__all__ = [
    "LIMITS",
    "RULES",
    "Budget",
    "Finding",
    "Limits",
    "Question",
    "Rule",
    "check_site",
    "check_totals",
    "concentration",
    "differencing",
    "dominance",
    "effective",
    "influence",
    "leverage",
    "moved_groups",
    "over_budget",
    "rows_apart",
    "small_cells",
    "small_groups",
    "suppress",
    "thin_columns",
    "too_few_sites",
    "too_many_parameters",
]
