"""Choices compared over the same scenarios: regret, the best and the worst seasons, who lacks heat.

The regret of a choice in a scenario is what the best choice would have been better by (Savage, J. Am. Stat. Assoc. 46 (1951) 55).
A choice of small largest regret is never far from the best one, whatever comes.
"""

from __future__ import annotations

import pandas as pd


def regret_table(
    outcome: pd.Series, scenario: pd.Series, choice: pd.Series, *, smaller_is_better: bool
) -> pd.DataFrame:
    """Return the regret of each choice over the scenarios that all choices have an outcome in.

    Parameters
    ----------
    outcome : pandas.Series
        One row a season; NaN where it has none.
    scenario, choice : pandas.Series
        Same rows: what the season shares with those of the other choices; what was chosen.
    smaller_is_better : bool
        As of costs; else as of a rate.

    Returns
    -------
    pandas.DataFrame
        One row a choice, the smallest largest regret first: ``choice``, ``mean`` outcome, ``mean_regret``, ``p95_regret``,
        ``worst_regret``, ``worst_scenario``, ``best_share`` (scenarios in which no other is better), ``scenarios``. Empty
        where less than two choices share a scenario.
    """
    columns = [
        "choice",
        "mean",
        "mean_regret",
        "p95_regret",
        "worst_regret",
        "worst_scenario",
        "best_share",
        "scenarios",
    ]
    long = pd.DataFrame({"scenario": scenario, "choice": choice, "outcome": outcome})
    wide = long.pivot_table(index="scenario", columns="choice", values="outcome", sort=False).dropna()
    if wide.shape[1] < 2 or wide.empty:
        return pd.DataFrame(columns=columns)
    regret = wide.sub(wide.min(axis=1), axis=0) if smaller_is_better else -wide.sub(wide.max(axis=1), axis=0)
    table = pd.DataFrame(
        {
            "choice": [str(name) for name in wide.columns],
            "mean": wide.mean().to_numpy(),
            "mean_regret": regret.mean().to_numpy(),
            "p95_regret": regret.quantile(0.95).to_numpy(),
            "worst_regret": regret.max().to_numpy(),
            "worst_scenario": regret.idxmax().to_numpy(),
            "best_share": (regret == 0).mean().to_numpy(),
            "scenarios": len(wide),
        },
        columns=columns,
    )
    return table.sort_values(["worst_regret", "mean_regret"], kind="stable", ignore_index=True)


def extremes(table: pd.DataFrame, outcome: str, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the `count` rows of the largest and of the smallest outcome, none in both, those without one left out.

    Of fewer than twice `count` rows the upper half is among the largest, with the middle one.
    """
    known = table.dropna(subset=[outcome])
    best = known.nlargest(min(count, (len(known) + 1) // 2), outcome, keep="first")
    return best, known.drop(best.index).nsmallest(count, outcome, keep="first")


def shortfall_by_consumer(shortfall: pd.DataFrame, seasons: int) -> pd.DataFrame:
    """Return the heat that each consumer lacks, expected and worst.

    Parameters
    ----------
    shortfall : pandas.DataFrame
        Long: ``name`` of the season, ``network``, ``consumer``, ``shortfall_mwh``. Seasons in which a consumer lacks nothing may
        be left out.
    seasons : int
        Seasons that were solved: what the expectation is over.

    Returns
    -------
    pandas.DataFrame
        Most expected first: ``network``, ``consumer``, ``expected_mwh``, ``worst_mwh``, ``worst_name``, ``seasons_share``
        (seasons with a shortfall).
    """
    columns = ["network", "consumer", "expected_mwh", "worst_mwh", "worst_name", "seasons_share"]
    lacking = shortfall[shortfall["shortfall_mwh"] > 0]
    rows = []
    for (network, consumer), own in lacking.groupby(["network", "consumer"], sort=False):
        worst = own.loc[own["shortfall_mwh"].idxmax()]
        expected = float(own["shortfall_mwh"].sum() / max(seasons, 1))
        share = own["name"].nunique() / max(seasons, 1)
        rows.append((network, consumer, expected, float(worst["shortfall_mwh"]), worst["name"], share))
    return pd.DataFrame(rows, columns=columns).sort_values(
        "expected_mwh", ascending=False, kind="stable", ignore_index=True
    )
