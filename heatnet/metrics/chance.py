"""How probable it is that a target is reached: share of the seasons of a sample that reach it, with its interval.

Intervals are those of a binomial proportion: Wilson's score interval, or the exact one of Clopper and Pearson (Brown, Cai and
DasGupta, Statistical Science 16 (2001) 101). Both are of seasons drawn independently of each other; where each scenario is run
with several values of a further dimension, of as many independent ones as tell as much (`effective_seasons`). The points of a
Latin hypercube are stratified: for n points the variance of the share is at most n/(n-1) times that of independent ones (Owen,
SIAM J. Numer. Anal. 34 (1997) 1884), so that the interval is rather too wide. Scrambled Sobol' points have a smaller variance
still as n grows, at small n without so sharp a bound. Grids, lists and single changes are no samples: theirs is a share of
the seasons that were run.
"""

from __future__ import annotations

import math
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
    effective : float
        Independent seasons that the interval is of; those told, where no two are of one scenario.
    """

    reached: int
    told: int
    lost: int
    share: float
    low: float
    high: float
    least: float
    most: float
    effective: float


def binomial_interval(
    successes: float, trials: float, confidence: float = CONFIDENCE, method: IntervalMethod = "wilson"
) -> tuple[float, float]:
    """Return the confidence interval of a proportion; NaN without a trial.

    Parameters
    ----------
    successes, trials : float
        Whole numbers, or fractions of `effective_seasons`.
    confidence : float
        Probability that the interval holds the proportion, 0 to 1.
    method : {"wilson", "exact"}
        Score interval, or Clopper and Pearson's, which is never too narrow.
    """
    if not trials > 0:
        return float("nan"), float("nan")
    interval = _wilson if method == "wilson" else _exact
    low, high = interval(successes, trials, (1.0 - confidence) / 2.0)
    return (low if successes > 0 else 0.0), (high if successes < trials else 1.0)


def _wilson(successes: float, trials: float, tail: float) -> tuple[float, float]:
    from scipy.stats import norm

    share, z = successes / trials, float(norm.isf(tail))
    middle = share + z**2 / (2.0 * trials)
    reach = z * math.sqrt(share * (1.0 - share) / trials + (z / (2.0 * trials)) ** 2)
    return (middle - reach) / (1.0 + z**2 / trials), (middle + reach) / (1.0 + z**2 / trials)


def _exact(successes: float, trials: float, tail: float) -> tuple[float, float]:
    from scipy.stats import beta

    low = beta.ppf(tail, successes, trials - successes + 1.0)
    return float(low), float(beta.isf(tail, successes + 1.0, trials - successes))


def effective_seasons(reached: pd.Series, scenario: pd.Series) -> float:
    """Return how many independent seasons would tell a share as well as these, of which those of one scenario are alike.

    With c scenarios, r reached of the m seasons of each, M seasons and the share p = sum r / M, the variance of p is
    c / (c - 1) sum (r - p m)² / M² (Cochran, Sampling Techniques, 3rd ed. 1977, 3.12), and p (1 - p) over it the number that
    stands in the interval instead of M, times (z/t)² for a variance known from c scenarios alone (Korn and Graubard, Survey
    Methodology 24 (1998) 193; with Wilson's interval Franco, Little, Louis and Slud, J. Surv. Stat. Methodol. 7 (2019) 334).
    Never above M, nor below c: no seasons of a scenario tell less than one of them. Of a share of 0 or 1, c.

    Parameters
    ----------
    reached : pandas.Series of bool
        One row a season.
    scenario : pandas.Series
        Same rows: what a season shares with its copies.
    """
    from scipy.stats import norm, t

    counts = reached.groupby(scenario.to_numpy()).agg(["sum", "count"])
    scenarios, seasons = len(counts), len(reached)
    share = float(reached.mean()) if seasons else 0.0
    if scenarios in (1, seasons) or share in (0.0, 1.0):
        return float(scenarios)
    spread = float(((counts["sum"] - share * counts["count"]) ** 2).sum())
    variance = scenarios / (scenarios - 1) * spread / seasons**2
    alike = seasons if variance == 0 else min(share * (1.0 - share) / variance, seasons)
    tail = (1.0 - CONFIDENCE) / 2.0
    return float(max(alike * (norm.isf(tail) / t.isf(tail, scenarios - 1)) ** 2, scenarios))


def chance_of(
    rate_share: pd.Series,
    target_share: float,
    *,
    sampled: bool,
    scenario: pd.Series | None = None,
    method: IntervalMethod = "wilson",
) -> Chance:
    """Return how often a rate reaches a target.

    Parameters
    ----------
    rate_share : pandas.Series
        Rate of each season; NaN where it tells none.
    target_share : float
    sampled : bool
        Whether the seasons are a sample; without, there is no interval.
    scenario : pandas.Series, optional
        Same rows: the same for seasons that were not drawn independently of each other; each its own if absent.
    method : {"wilson", "exact"}
    """
    own = pd.Series(range(len(rate_share)), index=rate_share.index) if scenario is None else scenario
    known = rate_share.dropna()
    reaches = known >= target_share
    reached, told, lost = int(reaches.sum()), len(known), len(rate_share) - len(known)
    share = reached / told if told else float("nan")
    effective = effective_seasons(reaches, own[rate_share.notna()])
    interval = binomial_interval(share * effective, effective, method=method)
    low, high = interval if sampled else (float("nan"), float("nan"))
    every = max(len(rate_share), 1)
    return Chance(reached, told, lost, share, low, high, reached / every, (reached + lost) / every, effective)


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
