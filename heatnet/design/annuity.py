"""What an investment costs a year."""

from __future__ import annotations


def annuity_share(interest_share: float, lifetime_a: float) -> float:
    """Return the equal yearly payment over a lifetime per unit of investment.

    Parameters
    ----------
    interest_share : float
        Real rate of interest, 1/a; 0 spreads the investment evenly.
    lifetime_a : float
        Years of use, > 0.

    Notes
    -----
    a = i / (1 - (1 + i)^-n): the payments' present value, sum_k a (1 + i)^-k over k = 1 … n, is 1. Its limit for i → 0 is 1/n.
    VDI 2067-1:2012, annuity factor.
    """
    if lifetime_a <= 0:
        raise ValueError(f"lifetime_a {lifetime_a}: more than 0")
    if interest_share == 0:
        return 1.0 / lifetime_a
    return float(interest_share / (1.0 - (1.0 + interest_share) ** -lifetime_a))
