"""What drives an outcome of a batch: rank correlation, Sobol' indices, single changes.

- Numbers: Spearman's rank correlation with its p value (scipy.stats.spearmanr): 1 or -1 where the outcome follows the dimension
  alone, in whatever monotonous way. p tests independence of one dimension and outcome; of ten dimensions without influence one in
  two batches shows p < 0.05 somewhere.
- Names (weather years, portfolios): Kruskal and Wallis' H over the groups, its p, and epsilon² = (H - k + 1)/(n - k) for k
  groups of n seasons, near the share of the variance of ranks that lies between groups, less what chance gives.
- Sobol' indices (scipy.stats.sobol_indices, estimators of Saltelli et al., Comput. Phys. Commun. 181 (2010) 259): first
  order, the share of the variance that a dimension explains alone; total, the share that is left when all others are known.
  The dimensions must be independent of each other; a drawn year or a draw of outages is one dimension of its own.
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


def influence(values: pd.DataFrame, outcome: pd.Series, names: Iterable[str] = ()) -> pd.DataFrame:
    """Return how strongly each dimension goes with an outcome.

    Parameters
    ----------
    values : pandas.DataFrame
        One row a season, one column a dimension.
    outcome : pandas.Series
        Same rows; seasons without a number are left out.
    names : iterable of str
        Dimensions whose numbers are names (seeds of weather years).

    Returns
    -------
    pandas.DataFrame
        Columns ``dimension``, ``measure`` (``spearman`` or ``epsilon2``), ``strength``, ``p``, ``seasons``; strongest first.
        Dimensions that take one value only are left out.
    """
    named = set(names)
    rows = []
    for dimension in values.columns:
        both = pd.DataFrame({"value": values[dimension], "outcome": outcome}).dropna()
        if both["value"].nunique() < 2 or len(both) < _LEAST_SEASONS or both["outcome"].nunique() < 2:
            continue
        is_name = dimension in named or not pd.api.types.is_numeric_dtype(values[dimension])
        measure, strength, p = _between_groups(both) if is_name else _by_rank(both)
        rows.append((dimension, measure, strength, p, len(both)))
    table = pd.DataFrame(rows, columns=["dimension", "measure", "strength", "p", "seasons"])
    return table.sort_values("strength", key=lambda one: -one.abs(), kind="stable", ignore_index=True)


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


def sobol_table(outcome: pd.Series, block: pd.Series, dimensions: Sequence[str], seed: int = 0) -> pd.DataFrame:
    """Return first and total Sobol' indices of a sample after Saltelli.

    Parameters
    ----------
    outcome : pandas.Series
        One row a season; NaN where it tells none. The rows of each block stand in the order of the sample.
    block : pandas.Series
        Same rows: ``a``, ``b``, or the dimension whose column is that of ``b``.
    dimensions : sequence of str
    seed : int
        Of the resamples behind the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns ``dimension``, ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``, ``total_high`` (95 % intervals
        of 200 bootstrap resamples) and ``samples``: rows of the sample without a missing season, the first ones that are a power
        of 2. Empty where less than two are left or nothing varies.
    """
    columns = ["dimension", "first", "first_low", "first_high", "total", "total_low", "total_high", "samples"]
    blocks = {name: outcome[(block == name).to_numpy()].to_numpy(dtype=float) for name in ("a", "b", *dimensions)}
    rows = min((len(one) for one in blocks.values()), default=0)
    table = np.array([one[:rows] for one in blocks.values()])
    table = table[:, np.isfinite(table).all(axis=0)]
    samples = 2 ** int(np.log2(table.shape[1])) if table.shape[1] else 0
    table = table[:, :samples]
    if samples < 2 or np.ptp(table[:2]) == 0:
        return pd.DataFrame(columns=columns)
    # the estimators are of an outcome around its mean
    table = table - table[:2].mean()
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


def _indices(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return first and total indices (d,) of the rows A, B and A with one column of B for each dimension, shape (d + 2, n)."""
    from scipy.stats import sobol_indices

    found = sobol_indices(func={"f_A": table[0:1], "f_B": table[1:2], "f_AB": table[2:, None, :]}, n=table.shape[1])
    return np.ravel(found.first_order), np.ravel(found.total_order)


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
        below, above = both["value"].quantile([share, 1.0 - share])
        low, high = both[both["value"] <= below], both[both["value"] >= above]
        mean = both["outcome"].mean()
        ends = (low["outcome"].mean() - mean, high["outcome"].mean() - mean)
        rows.append((dimension, *map(float, ends), float(low["value"].mean()), float(high["value"].mean())))
    table = pd.DataFrame(rows, columns=["dimension", "low", "high", "low_value", "high_value"])
    order = (table["high"] - table["low"]).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)
