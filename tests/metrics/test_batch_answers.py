"""Answers of a batch against closed forms: binomial intervals, Sobol' indices, single changes, regret."""

import math

import numpy as np
import pandas as pd
import pytest

from heatnet.metrics.chance import binomial_interval, chance_of, spread_of
from heatnet.metrics.drivers import influence, sobol_table, swings, tornado
from heatnet.metrics.regret import extremes, regret_table, shortfall_by_consumer
from heatnet.study.batch_config import BatchConfig
from heatnet.study.sampling import points

#: first and total indices of Ishigami's function with a = 7, b = 0.1 (Ishigami and Homma, ISUMA 1990), by their closed form
_ISHIGAMI = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}


@pytest.mark.parametrize(
    ("method", "successes", "trials", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857, table I: 81/263, 15/148, 0/20, 1/29
        ("wilson", 81, 263, 0.2553, 0.3662),
        ("wilson", 15, 148, 0.0624, 0.1605),
        ("wilson", 0, 20, 0.0, 0.1611),
        ("wilson", 1, 29, 0.0061, 0.1718),
        ("exact", 81, 263, 0.2527, 0.3676),
        ("exact", 15, 148, 0.0578, 0.1617),
        ("exact", 0, 20, 0.0, 0.1684),
        ("exact", 1, 29, 0.0009, 0.1776),
    ],
)
def test_intervals_agree_with_the_published_table(method, successes, trials, low, high):
    assert binomial_interval(successes, trials, method=method) == pytest.approx((low, high), abs=5e-5)


def test_chance_tells_seasons_without_a_rate_apart():
    rates = pd.Series([0.10, 0.15, 0.20, math.nan, 0.16])
    found = chance_of(rates, 0.15, sampled=True)
    assert (found.reached, found.told, found.lost) == (3, 4, 1)
    assert found.share == 0.75
    assert (found.low, found.high) == binomial_interval(3, 4)
    assert (found.least, found.most) == (3 / 5, 4 / 5)


def test_no_interval_without_a_sample_and_none_without_seasons():
    assert math.isnan(chance_of(pd.Series([0.2, 0.1]), 0.15, sampled=False).low)
    nothing = chance_of(pd.Series([math.nan]), 0.15, sampled=True)
    assert math.isnan(nothing.share)
    assert math.isnan(nothing.high)
    assert (nothing.least, nothing.most) == (0.0, 1.0)


def test_spread_of_a_rate():
    found = spread_of(pd.Series([*np.linspace(0.0, 1.0, 101), math.nan]))
    assert found["mean"] == pytest.approx(0.5)
    assert (found["p05"], found["p50"], found["p95"]) == pytest.approx((0.05, 0.5, 0.95))
    assert (found["least"], found["most"]) == (0.0, 1.0)


def _ishigami_batch(samples: int) -> BatchConfig:
    uniform = {"kind": "uniform", "low": -math.pi, "high": math.pi}
    target = {"kind": "demand_factor"}
    dimensions = {name: {"label": name, "target": target, "distribution": uniform} for name in _ISHIGAMI}
    return BatchConfig(method="sobol", samples=samples, indices=True, dimensions=dimensions)


def _ishigami(levels: dict[str, float]) -> float:
    x1, x2, x3 = (levels[name] for name in _ISHIGAMI)
    return math.sin(x1) + 7.0 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1)


def test_sobol_indices_of_ishigami_from_our_own_sample():
    sample = points(_ishigami_batch(2048))
    assert len(sample) == 2048 * 5
    outcome, block = pd.Series([_ishigami(p.levels) for p in sample]), pd.Series([p.block for p in sample])
    table = sobol_table(outcome + 1000.0, block, list(_ISHIGAMI)).set_index("dimension")
    for name, (first, total) in _ISHIGAMI.items():
        # error of 2048 points over ten seeds: below 0.02
        assert table.at[name, "first"] == pytest.approx(first, abs=0.02)
        assert table.at[name, "total"] == pytest.approx(total, abs=0.02)
        assert table.at[name, "total_low"] <= table.at[name, "total"] <= table.at[name, "total_high"]
    assert table.index[0] == "x1"


def test_sobol_indices_leave_out_rows_with_a_missing_season():
    sample = points(_ishigami_batch(64))
    outcome, block = pd.Series([_ishigami(p.levels) for p in sample]), pd.Series([p.block for p in sample])
    outcome.iloc[3] = math.nan
    assert set(sobol_table(outcome, block, list(_ISHIGAMI))["samples"]) == {32}
    assert sobol_table(outcome * 0.0, block, list(_ISHIGAMI)).empty


def test_tornado_is_the_difference_to_the_base_of_the_same_year():
    # y = year + 3 a - 2 b
    rows = [
        (year, scenario, 10.0 * year + 3.0 * a - 2.0 * b + (0.5 if (year, scenario) == (2, "a-1") else 0.0))
        for year in (1, 2)
        for scenario, a, b in (("base", 0, 0), ("a-1", 1, 0), ("b-1", 0, 1), ("b-2", 0, 2))
    ]
    frame = pd.DataFrame(rows, columns=["year", "scenario", "y"])
    found = tornado(frame["y"], frame["scenario"], frame["year"]).set_index("scenario")
    assert found.loc["a-1", ["change", "least", "most", "groups"]].tolist() == pytest.approx([3.25, 3.0, 3.5, 2])
    assert found.at["b-1", "change"] == pytest.approx(-2.0)
    assert found.at["b-2", "change"] == pytest.approx(-4.0)


def test_a_change_without_its_base_is_left_out():
    frame = pd.DataFrame({"s": ["base", "a-1", "a-1"], "g": [1, 1, 2], "y": [1.0, 2.0, 9.0]})
    assert tornado(frame["y"], frame["s"], frame["g"])["change"].tolist() == [1.0]


def test_influence_of_numbers_and_of_names():
    n = 60
    a = np.arange(n, dtype=float)
    values = pd.DataFrame(
        {"up": a, "down": -(a**3), "still": 1.0, "year": np.arange(n) % 3, "name": ["x", "y"] * (n // 2)}
    )
    table = influence(values, pd.Series(np.exp(a / 10)), names=["year"]).set_index("dimension")
    assert table.at["up", "strength"] == pytest.approx(1.0)
    assert table.at["down", "strength"] == pytest.approx(-1.0)
    assert table.at["up", "p"] < 1e-12
    assert "still" not in table.index
    assert table.at["year", "measure"] == "epsilon2"
    assert table.at["name", "strength"] < 0.05


def test_epsilon_squared_of_groups_that_share_no_rank():
    # three groups of four whose ranks do not overlap: H = 12/(n(n+1)) sum R²/m - 3(n+1) = 9.846, epsilon² = (H - 2)/9
    values = pd.DataFrame({"group": ["a"] * 4 + ["b"] * 4 + ["c"] * 4})
    row = influence(values, pd.Series(np.arange(12.0))).iloc[0]
    assert row["strength"] == pytest.approx((12 / 156 * (10**2 + 26**2 + 42**2) / 4 - 39 - 2) / 9)


def test_swings_of_a_straight_line():
    x = np.linspace(0.0, 1.0, 101)
    values = pd.DataFrame({"x": x, "still": 0.0})
    row = swings(values, pd.Series(4.0 * x)).iloc[0]
    # lowest fifth: mean 0.1, highest: 0.9, all: 0.5
    assert (row["low"], row["high"]) == pytest.approx((-1.6, 1.6))
    assert (row["low_value"], row["high_value"]) == pytest.approx((0.1, 0.9))


def test_regret_by_hand():
    frame = pd.DataFrame(
        [
            ("s1", "a", 10.0),
            ("s1", "b", 12.0),
            ("s2", "a", 30.0),
            ("s2", "b", 15.0),
            ("s3", "a", 1.0),
            ("s3", "b", None),
        ],
        columns=["scenario", "choice", "cost"],
    )
    frame["cost"] = frame["cost"].astype(float)
    table = regret_table(frame["cost"], frame["scenario"], frame["choice"], smaller_is_better=True).set_index("choice")
    assert list(table.index) == ["b", "a"]
    assert table.loc["a", ["mean", "mean_regret", "worst_regret", "best_share"]].tolist() == [20.0, 7.5, 15.0, 0.5]
    assert table.loc["b", ["mean", "mean_regret", "worst_regret", "best_share"]].tolist() == [13.5, 1.0, 2.0, 0.5]
    assert table.at["a", "worst_scenario"] == "s2"
    assert set(table["scenarios"]) == {2}
    larger = regret_table(frame["cost"], frame["scenario"], frame["choice"], smaller_is_better=False)
    assert larger.set_index("choice").at["b", "worst_regret"] == 15.0


def test_one_choice_has_no_regret():
    frame = pd.DataFrame({"s": ["1", "2"], "c": ["a", "a"], "y": [1.0, 2.0]})
    assert regret_table(frame["y"], frame["s"], frame["c"], smaller_is_better=True).empty


def test_best_and_worst_seasons():
    table = pd.DataFrame({"name": list("abcd"), "y": [3.0, math.nan, 1.0, 2.0]})
    best, worst = extremes(table, "y", 1)
    assert best["name"].tolist() == ["a"]
    assert worst["name"].tolist() == ["c"]


@pytest.mark.parametrize(
    ("outcomes", "best", "worst"),
    [([3.0, math.nan, 1.0, 2.0], "ad", "c"), ([2.0, 2.0, 2.0], "ab", "c"), ([1.0], "a", ""), ([], "", "")],
)
def test_a_season_of_few_is_not_among_the_best_and_the_worst(outcomes, best, worst):
    table = pd.DataFrame({"name": list("abcd")[: len(outcomes)], "y": pd.Series(outcomes, dtype=float)})
    assert ["".join(part["name"]) for part in extremes(table, "y", 5)] == [best, worst]


def test_shortfall_expected_over_all_seasons():
    rows = [("1", "n", "x", 4.0), ("2", "n", "x", 1.0), ("3", "n", "x", 0.0), ("2", "n", "y", 2.0)]
    table = shortfall_by_consumer(pd.DataFrame(rows, columns=["name", "network", "consumer", "shortfall_mwh"]), 10)
    assert table["consumer"].tolist() == ["x", "y"]
    first = table.iloc[0]
    assert (first["expected_mwh"], first["worst_mwh"], first["worst_name"], first["seasons_share"]) == (
        0.5,
        4.0,
        "1",
        0.2,
    )
