"""Whether a few persons may make up nearly all of an added sum.

From a sum S of values that cannot be negative and their sum of squares Q alone it follows that the
largest value is at most the root of Q. So S^2 >= 4 Q holds the largest to half of the sum, the
(1, 50 %) rule. S^2 / Q is also the number of equal contributors that would give the same two sums;
where it is under a quarter of the persons the values are not only scattered: a few stand out.

Hundepool et al. 2012, "Statistical Disclosure Control", section 4.2.2.
"""

from dataclasses import dataclass

from hansa.lib.statistics.estimator import Pair

LEAST_CONTRIBUTORS = 4.0
ROUNDING = 1e-9


@dataclass(frozen=True)
class Scale:
    """Say how values were shifted and scaled before they were added, and the range the protocol gives them."""

    middle: float
    reach: float
    bounds: tuple[float, float] | None

    def whole(self, first: float, second: float, *, persons: int) -> Pair | None:
        """Return sum and sum of squares of the values themselves, None where they may be negative or are all zero."""
        if self.bounds is None or self.bounds[0] < 0:
            return None
        middle, reach = self.middle, self.reach
        square = persons * middle**2 + 2 * middle * reach * first + reach**2 * second
        if square <= ROUNDING * persons * (middle**2 + reach**2):
            return None
        return persons * middle + reach * first, square


def dominated(pair: Pair, *, persons: float = 0) -> bool:
    """Tell whether a few of these persons may have nearly all of a sum, given with its sum of squares.

    Without a number of persons only the share of the largest value is looked at.
    """
    least = max(LEAST_CONTRIBUTORS, persons / LEAST_CONTRIBUTORS)
    return pair[0] ** 2 < least * pair[1] * (1 - ROUNDING)
