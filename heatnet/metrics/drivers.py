"""What drives an outcome of a batch: rank correlation, Sobol' indices, single changes.

- Numbers: Spearman's rank correlation with its p value (scipy.stats.spearmanr): 1 or -1 where the outcome follows the dimension
  alone, in whatever monotonous way. p tests independence of one dimension and outcome; of ten dimensions without influence one in
  two batches shows p < 0.05 somewhere.
- Names (weather years, portfolios): Kruskal and Wallis' H over the groups, its p, and epsilon² = (H - k + 1)/(n - k) for k
  groups of n seasons, near the share of the variance of ranks that lies between groups, less what chance gives.
- Sobol' indices: first order, the share of the variance that a dimension explains alone; total, the share that is left when all
  others are known. With Y the outcome of the rows A, B and AB_i (A with the column of dimension i from B), V the variance of
  A and B together, and Y_B less the mean of both,

      S_i = mean(Y_B (Y_ABi - Y_A)) / V        S_Ti = mean((Y_A - Y_ABi)²) / (2 V)

  (Saltelli et al., Comput. Phys. Commun. 181 (2010) 259, table 2, b and f). The dimensions must be independent of each other; a
  drawn year or a draw of outages is one dimension of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

#: values of a dimension in a group of its own, at least, for names
_LEAST_GROUP = 2
#: seasons that a rank correlation needs, at least
_LEAST_SEASONS = 4
_RESAMPLES = 200


def influence(
    values: pd.DataFrame, outcome: pd.Series, names: Iterable[str] = (), scenario: pd.Series | None = None
) -> pd.DataFrame:
    """Return how strongly each dimension goes with an outcome.

    Parameters
    ----------
    values : pandas.DataFrame
        One row a season, one column a dimension.
    outcome : pandas.Series
        Same rows; seasons without a number are left out.
    names : iterable of str
        Dimensions whose numbers are names (seeds of weather years).
    scenario : pandas.Series, optional
        Same rows: the same for seasons that were not drawn independently of each other; each its own if absent. A dimension
        that differs within scenarios keeps its seasons; what these have in common makes its p rather too large.

    Returns
    -------
    pandas.DataFrame
        Columns ``dimension``, ``measure`` (``spearman`` or ``epsilon2``), ``strength``, ``p``, ``points`` (scenarios or
        seasons that were compared); strongest first. Dimensions that take one value only are left out.
    """
    named = set(names)
    own = pd.Series(range(len(outcome)), index=outcome.index) if scenario is None else scenario
    rows = []
    for dimension in values.columns:
        both = pd.DataFrame({"value": values[dimension], "outcome": outcome, "scenario": own})
        both = _without_copies(both.dropna(subset=["value", "outcome"]))
        if both["value"].nunique() < 2 or len(both) < _LEAST_SEASONS or both["outcome"].nunique() < 2:
            continue
        is_name = dimension in named or not pd.api.types.is_numeric_dtype(values[dimension])
        measure, strength, p = _between_groups(both) if is_name else _by_rank(both)
        rows.append((dimension, measure, strength, p, len(both)))
    table = pd.DataFrame(rows, columns=["dimension", "measure", "strength", "p", "points"])
    return table.sort_values("strength", key=lambda one: -one.abs(), kind="stable", ignore_index=True)


def _without_copies(both: pd.DataFrame) -> pd.DataFrame:
    """Return one row a scenario with the mean outcome; all rows where the value differs within a scenario."""
    grouped = both.groupby("scenario", sort=False)
    if both["scenario"].is_unique or (grouped["value"].nunique() > 1).any():
        return both
    return grouped.agg({"value": "first", "outcome": "mean"})


def _by_rank(both: pd.DataFrame) -> tuple[str, float, float]:
    from scipy.stats import spearmanr

    found = spearmanr(both["value"], both["outcome"])
    return "spearman", float(found.statistic), float(found.pvalue)


def _between_groups(both: pd.DataFrame) -> tuple[str, float, float]:
    from scipy.stats import kruskal

    groups = [group["outcome"] for _value, group in both.groupby("value") if len(group) >= _LEAST_GROUP]
    count = sum(len(group) for group in groups)
    if len(groups) < 2 or count <= len(groups) or pd.concat(groups).nunique() < 2:
        return "epsilon2", float("nan"), float("nan")
    found = kruskal(*groups)
    return "epsilon2", float(max(found.statistic - len(groups) + 1, 0.0) / (count - len(groups))), float(found.pvalue)


def sobol_table(
    outcome: pd.Series, block: pd.Series, row: pd.Series, dimensions: Sequence[str], seed: int = 0
) -> pd.DataFrame:
    """Return first and total Sobol' indices of a sample after Saltelli.

    Where each point of the sample was run in several seasons, they are those of the mean over these, and rows are resampled,
    not seasons.

    Parameters
    ----------
    outcome : pandas.Series
        One value a season; NaN where it tells none.
    block : pandas.Series
        Of the same seasons: ``a``, ``b``, or the dimension whose column is that of ``b``.
    row : pandas.Series
        Of the same seasons: row of the sample within its block.
    dimensions : sequence of str
    seed : int
        Of the resamples behind the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns ``dimension``, ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``, ``total_high`` (95 % intervals
        of 200 bootstrap resamples) and ``samples``: rows of the sample without a missing season. Empty where less than two are
        left or nothing varies.
    """
    columns = ["dimension", "first", "first_low", "first_high", "total", "total_low", "total_high", "samples"]
    table = _whole_rows(outcome, block, row, dimensions)
    samples = table.shape[1]
    if samples < 2 or np.ptp(table[:2]) == 0:
        return pd.DataFrame(columns=columns)
    first, total = _indices(table)
    random = np.random.default_rng(seed)
    again = [_indices(table[:, random.integers(0, samples, samples)]) for _ in range(_RESAMPLES)]
    low, high = np.nanquantile(np.array(again), [0.025, 0.975], axis=0)
    data = {
        "dimension": list(dimensions),
        "first": first,
        "first_low": low[0],
        "first_high": high[0],
        "total": total,
        "total_low": low[1],
        "total_high": high[1],
        "samples": samples,
    }
    return pd.DataFrame(data, columns=columns).sort_values("total", ascending=False, kind="stable", ignore_index=True)


def _whole_rows(outcome: pd.Series, block: pd.Series, row: pd.Series, dimensions: Sequence[str]) -> np.ndarray:
    """Return the mean outcome of the points of a, b and each dimension's block, shape (d + 2, n), of rows that lack no season."""
    long = pd.DataFrame({"row": row.to_numpy(), "block": block.to_numpy(), "outcome": outcome.to_numpy(dtype=float)})
    points = long.groupby(["row", "block"])["outcome"].agg(["mean", "count", "size"])
    mean = points["mean"].where(points["count"] == points["size"].max())
    whole: np.ndarray = mean.unstack("block").reindex(columns=["a", "b", *dimensions]).dropna().to_numpy().T
    return whole


def _indices(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return first and total indices (d,) of the rows A, B and A with one column of B for each dimension, shape (d + 2, n)."""
    a, b, mixed = table[0], table[1], table[2:]
    variance = table[:2].var()
    if variance == 0:
        return np.full(len(mixed), np.nan), np.full(len(mixed), np.nan)
    first = ((b - table[:2].mean()) * (mixed - a)).mean(axis=1) / variance
    total = ((a - mixed) ** 2).mean(axis=1) / (2.0 * variance)
    return first, total


def tornado(outcome: pd.Series, scenario: pd.Series, group: pd.Series, base: str = "base") -> pd.DataFrame:
    """Return what each single change does against the base.

    Parameters
    ----------
    outcome : pandas.Series
        One row a season.
    scenario : pandas.Series
        Same rows: name of the change, `base` without any.
    group : pandas.Series
        Same rows: what the base must share with the change (weather year, portfolio).

    Returns
    -------
    pandas.DataFrame
        One row a change in order of appearance: ``scenario``, ``change`` (mean of outcome less that of the group's base),
        ``least`` and ``most`` of it over the groups, ``groups``.
    """
    table = pd.DataFrame({"scenario": scenario, "group": group, "outcome": outcome}).dropna(subset=["outcome"])
    standing = table[table["scenario"] == base].groupby("group")["outcome"].mean()
    rows = []
    for name, seasons in table[table["scenario"] != base].groupby("scenario", sort=False):
        change = (seasons.groupby("group")["outcome"].mean() - standing).dropna()
        if len(change):
            rows.append((name, float(change.mean()), float(change.min()), float(change.max()), len(change)))
    return pd.DataFrame(rows, columns=["scenario", "change", "least", "most", "groups"])


def swings(values: pd.DataFrame, outcome: pd.Series, share: float = 0.2) -> pd.DataFrame:
    """Return the mean outcome of a sample where a dimension is low, and where it is high, against the mean of all.

    Low and high are the seasons of the first and the last ranks. Of seasons of one value across the cut each counts in part, all
    alike: of outages in one season in ten the highest fifth is these and, in equal parts, all others.

    Parameters
    ----------
    values : pandas.DataFrame
        One row a season; its numeric dimensions count.
    outcome : pandas.Series
        Same rows; seasons without a number are left out.
    share : float
        Part of the seasons that counts as low, and as high.

    Returns
    -------
    pandas.DataFrame
        Columns ``dimension``, ``low``, ``high`` (mean outcome there less that of all) and ``low_value``, ``high_value`` (mean
        of the dimension there); the widest swing first.
    """
    rows = []
    for dimension in values.select_dtypes("number").columns:
        both = pd.DataFrame({"value": values[dimension], "outcome": outcome}).dropna()
        if both["value"].nunique() < 2 or len(both) < _LEAST_SEASONS:
            continue
        levels = both.groupby("value")["outcome"].agg(["mean", "size"])
        low, high = _first_ranks(levels, share), _first_ranks(levels[::-1], share)
        mean = both["outcome"].mean()
        rows.append((dimension, float(low[1] - mean), float(high[1] - mean), low[0], high[0]))
    table = pd.DataFrame(rows, columns=["dimension", "low", "high", "low_value", "high_value"])
    order = (table["high"] - table["low"]).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _first_ranks(levels: pd.DataFrame, share: float) -> tuple[float, float]:
    """Return the mean value and outcome of a share of the seasons, from the first of some levels (their size and mean) on."""
    size = levels["size"].to_numpy()
    before = np.cumsum(size) - size
    taken = np.clip(share * size.sum() - before, 0.0, size)
    return float(np.average(levels.index, weights=taken)), float(np.average(levels["mean"], weights=taken))
