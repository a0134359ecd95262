"""Counts with noise, and how much privacy they have spent: differential privacy through OpenDP.

The discrete Laplace mechanism adds whole noise to counts (Ghosh, Roughgarden and Sundararajan 2009); its scale is how
many counts one person may change, divided by epsilon. What several answers spend adds up (Dwork and Roth 2014,
"The Algorithmic Foundations of Differential Privacy", theorem 3.16). OpenDP is an extra, ``hansa[privacy]``, and takes
its chance from the operating system.

This is for single counts that are asked for again and again. The sums of a study are exact, since every party derives
its result anew and signs only the same one; they are held to the other rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hansa.lib.errors import DisclosureError, InvalidError

LARGEST_EPSILON = Decimal(10)


@dataclass(frozen=True, kw_only=True)
class PrivacyBudget:
    """Hold how much privacy may be spent on a data set and how much was."""

    whole: Decimal
    spent: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """Return what is left to spend."""
        return self.whole - self.spent

    def spend(self, epsilon: Decimal) -> "PrivacyBudget":
        """Return the budget after one more answer, or refuse when nothing is left for it."""
        _check(epsilon)
        if epsilon > self.left:
            raise DisclosureError(
                f"The privacy budget has {self.left} of {self.whole} left, and the answer would spend {epsilon}.",
                "Ask for less precision with a smaller epsilon, or ask the parties for a larger budget.",
            )
        return PrivacyBudget(whole=self.whole, spent=self.spent + epsilon)


def noisy_counts(counts: Sequence[int], *, epsilon: Decimal, changed_by_one: int = 1) -> list[int]:
    """Return counts with noise, none below zero; one person may change as many of them by one as is said."""
    _check(epsilon)
    if changed_by_one < 1:
        raise InvalidError("A person changes at least one count.", "Say how many counts one person is in.")
    try:
        import opendp.prelude as dp  # noqa: PLC0415 -- an extra: only those who want noise need it
    except ImportError as absent:
        raise InvalidError("Noise needs OpenDP.", "Install it: pip install 'hansa[privacy]'.") from absent
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    measured = dp.m.make_laplace(*space, scale=changed_by_one / float(epsilon))([int(count) for count in counts])
    # Whatever is done with noisy numbers tells no more, and nobody is fewer than none.
    return [max(0, int(count)) for count in measured]


def _check(epsilon: Decimal) -> None:
    if not 0 < epsilon <= LARGEST_EPSILON:
        raise InvalidError(
            "Epsilon is out of bounds.", f"Give a number above 0 and at most {LARGEST_EPSILON}; 1 is usual."
        )
