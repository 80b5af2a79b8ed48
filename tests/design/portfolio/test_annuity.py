"""The annuity against its definition: the payments are worth the investment."""

from __future__ import annotations

import pytest

from heatnet.design import annuity_share


@pytest.mark.parametrize(("interest", "years"), [(0.06, 20), (0.08, 15), (0.001, 50), (0.06, 12.0)])
def test_the_payments_are_worth_the_investment(interest, years):
    """sum_k a / (1 + i)^k = 1. Interest not compounded would give 1/n + i/2 or the like; a prepaid annuity 1/(1 + i) less."""
    payment = annuity_share(interest, years)
    assert sum(payment / (1 + interest) ** k for k in range(1, int(years) + 1)) == pytest.approx(1.0, rel=1e-12)


def test_without_interest_the_investment_is_spread_evenly_and_that_is_the_limit():
    assert annuity_share(0.0, 20) == 0.05
    assert annuity_share(1e-9, 20) == pytest.approx(0.05, rel=1e-6)


def test_six_percent_over_twenty_years_is_the_textbook_figure():
    assert annuity_share(0.06, 20) == pytest.approx(0.0871846, abs=5e-8)


def test_no_lifetime_is_refused():
    with pytest.raises(ValueError, match="more than 0"):
        annuity_share(0.06, 0.0)
