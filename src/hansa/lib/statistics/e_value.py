"""How strong an unmeasured confounder would have to be to explain an estimate away.

The E-value is the least risk ratio that a confounder would need with both treatment and outcome, above
what was adjusted for, to move an estimate to no effect (VanderWeele and Ding 2017, Annals of Internal
Medicine 167, 268). It is defined for risk ratios; an odds ratio and a hazard ratio are turned into one for
an outcome that is not rare (ibid., table 2), which gives the smaller, more careful value.
"""

import math
from collections.abc import Mapping
from typing import Any

RATIOS = {"binomial": "odds", "poisson": "rate", "negative_binomial": "rate", "cox": "hazard"}


def e_values(term: Mapping[str, Any], *, measure: str) -> dict[str, float]:
    """Return the E-values of an estimate and of the limit of its interval that is nearer to no effect.

    ``measure`` is odds, rate or hazard; estimate and limits are logarithms. One stands for: nothing is needed.
    """
    estimate, low, high = (_risk_ratio(term[key], measure=measure) for key in ("estimate", "low", "high"))
    near = low if estimate > 1 else high
    is_crossed = low <= 1 <= high
    return {"estimate": _e_value(estimate), "limit": 1.0 if is_crossed else _e_value(near)}


def _risk_ratio(logarithm: float, *, measure: str) -> float:
    ratio = math.exp(min(max(logarithm, -_FAR), _FAR))
    if measure == "odds":
        return math.sqrt(ratio)
    if measure == "hazard":
        return float((1 - 0.5 ** math.sqrt(ratio)) / (1 - 0.5 ** math.sqrt(1 / ratio)))
    return ratio


def _e_value(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


# Beyond this an exponential is no number that anybody reads, and would overflow further on.
_FAR = 50.0
