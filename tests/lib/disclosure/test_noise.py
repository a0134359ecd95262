"""Noise on counts is as large as the privacy asked for, and what answers spend adds up."""

import sys
from decimal import Decimal

import numpy as np
import pytest

from hansa.lib.disclosure.noise import PrivacyBudget, noisy_counts
from hansa.lib.errors import DisclosureError, InvalidError


@pytest.mark.parametrize(("epsilon", "changed_by_one"), [("0.5", 1), ("2", 1), ("2", 3)])
def test_noise_is_the_discrete_laplace_of_its_scale(epsilon: str, changed_by_one: int) -> None:
    counts = [10_000] * 20_000

    noise = np.array(noisy_counts(counts, epsilon=Decimal(epsilon), changed_by_one=changed_by_one)) - 10_000

    # Variance of the two-sided geometric distribution with a = exp(-1 / scale): 2 a / (1 - a)^2.
    ratio = np.exp(-float(epsilon) / changed_by_one)
    assert noise.var() == pytest.approx(2 * ratio / (1 - ratio) ** 2, rel=0.15)
    assert abs(noise.mean()) < 5 * noise.std() / np.sqrt(len(counts))


def test_noise_of_two_neighbours_is_no_more_apart_than_epsilon_allows() -> None:
    one, other = (np.array(noisy_counts([count] * 100_000, epsilon=Decimal(1))) for count in (50, 51))

    shares = [(np.mean(one == value), np.mean(other == value)) for value in range(48, 54)]

    # Frequencies of some hundredths have a relative error of about two in a hundred here.
    assert all(abs(np.log(here / there)) < 1.15 for here, there in shares)


def test_noisy_counts_are_never_below_zero() -> None:
    found = noisy_counts([0] * 200, epsilon=Decimal("0.1"))

    assert min(found) == 0
    assert max(found) > 0


def test_noise_without_opendp_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)

    with pytest.raises(InvalidError, match="Noise needs OpenDP") as no:
        noisy_counts([1], epsilon=Decimal(1))

    assert "hansa[privacy]" in no.value.remedy


@pytest.mark.parametrize("epsilon", ["0", "-1", "10.1"])
def test_epsilon_out_of_bounds_is_refused(epsilon: str) -> None:
    with pytest.raises(InvalidError, match="Epsilon"):
        noisy_counts([1], epsilon=Decimal(epsilon))


def test_person_in_no_count_is_refused() -> None:
    with pytest.raises(InvalidError, match="at least one count"):
        noisy_counts([1], epsilon=Decimal(1), changed_by_one=0)


def test_answers_spend_the_budget_until_it_is_gone() -> None:
    budget = PrivacyBudget(whole=Decimal("1.0"))

    spent = budget.spend(Decimal("0.3")).spend(Decimal("0.7"))

    assert (spent.spent, spent.left) == (Decimal("1.0"), Decimal("0.0"))
    with pytest.raises(DisclosureError, match=r"0\.0 of 1\.0 left") as no:
        spent.spend(Decimal("0.1"))
    assert "smaller epsilon" in no.value.remedy
