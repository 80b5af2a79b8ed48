"""How probable it is that a target is reached: share of the seasons of a sample that reach it, with its interval.

Intervals are those of a binomial proportion: Wilson's score interval, or the exact one of Clopper and Pearson (Brown, Cai and
DasGupta, Statistical Science 16 (2001) 101). Both assume seasons drawn independently of each other. The points of a Latin
hypercube are stratified: for n points the variance of the share is at most n/(n-1) times that of independent ones (Owen,
SIAM J. Numer. Anal. 34 (1997) 1884), so that the interval is rather too wide. Scrambled Sobol' points have a smaller variance
still as n grows, at small n without so sharp a bound. Grids, lists and single changes are no samples: theirs is a share of
the seasons that were run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

IntervalMethod = Literal["wilson", "exact"]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Chance:
    """How often a target was reached.

    Parameters
    ----------
    reached, told, lost : int
        Seasons that reach it, seasons that tell a rate at all, seasons without one (no schedule, or heat missing).
    share : float
        Reached over told; NaN without any.
    low, high : float
        Confidence interval; NaN where the seasons are no sample.
    least, most : float
        Share if no season, or every season, without a rate would have reached it.
    """

    reached: int
    told: int
    lost: int
    share: float
    low: float
    high: float
    least: float
    most: float


def binomial_interval(
    successes: int, trials: int, confidence: float = CONFIDENCE, method: IntervalMethod = "wilson"
) -> tuple[float, float]:
    """Return the confidence interval of a proportion; NaN without a trial.

    Parameters
    ----------
    successes, trials : int
    confidence : float
        Probability that the interval holds the proportion, 0 to 1.
    method : {"wilson", "exact"}
        Score interval, or Clopper and Pearson's, which is never too narrow.
    """
    if trials == 0:
        return float("nan"), float("nan")
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(confidence, method)
    return float(found.low), float(found.high)


def chance_of(
    rate_share: pd.Series, target_share: float, *, sampled: bool, method: IntervalMethod = "wilson"
) -> Chance:
    """Return how often a rate reaches a target.

    Parameters
    ----------
    rate_share : pandas.Series
        Rate of each season; NaN where it tells none.
    target_share : float
    sampled : bool
        Whether the seasons are a sample; without, there is no interval.
    method : {"wilson", "exact"}
    """
    known = rate_share.dropna()
    reached, told, lost = int((known >= target_share).sum()), len(known), len(rate_share) - len(known)
    low, high = binomial_interval(reached, told, method=method) if sampled else (float("nan"), float("nan"))
    every = max(len(rate_share), 1)
    share = reached / told if told else float("nan")
    return Chance(reached, told, lost, share, low, high, reached / every, (reached + lost) / every)


def spread_of(rate_share: pd.Series) -> dict[str, float]:
    """Return mean, standard deviation, extremes and the 5, 50 and 95 % quantiles of a rate over the seasons."""
    known = rate_share.dropna()
    quantiles = known.quantile([0.05, 0.5, 0.95])
    return {
        "mean": float(known.mean()),
        "sd": float(known.std(ddof=1)) if len(known) > 1 else float("nan"),
        "least": float(known.min()),
        "p05": float(quantiles.iloc[0]),
        "p50": float(quantiles.iloc[1]),
        "p95": float(quantiles.iloc[2]),
        "most": float(known.max()),
    }
