"""Answers of a batch against closed forms: binomial intervals, Sobol' indices, single changes, regret."""

import math

import numpy as np
import pandas as pd
import pytest

from heatnet.metrics.chance import binomial_interval, chance_of, effective_seasons, spread_of
from heatnet.metrics.drivers import influence, sobol_table, swings, tornado
from heatnet.metrics.regret import extremes, regret_table, shortfall_by_consumer
from heatnet.study.batch_config import BatchConfig
from heatnet.study.sampling import Point, points

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


def test_copies_of_a_season_tell_nothing_new():
    # 20 scenarios, each run with five years that change nothing: 8 of 20, not 40 of 100
    reached = pd.Series([k < 8 for k in range(20) for _year in range(5)])
    scenario = pd.Series([k for k in range(20) for _year in range(5)])
    assert effective_seasons(reached, scenario) == 20
    found = chance_of(reached.astype(float), 0.5, sampled=True, scenario=scenario)
    assert (found.reached, found.told, found.share, found.effective) == (40, 100, 0.4, 20)
    assert (found.low, found.high) == pytest.approx(binomial_interval(8, 20))
    exact = chance_of(reached.astype(float), 0.5, sampled=True, scenario=scenario, method="exact")
    assert (exact.low, exact.high) == pytest.approx(binomial_interval(8, 20, method="exact"))
    # seasons without copies are what they were, and of a share of 0 or 1 nobody knows how alike copies are
    alone = chance_of(reached.astype(float), 0.5, sampled=True)
    assert (alone.low, alone.high) == binomial_interval(40, 100)
    assert effective_seasons(pd.Series([True] * 100), scenario) == 20


def test_effective_seasons_by_hand():
    # 400 scenarios of two seasons, reached in 2, 1, 1, 0 of them: p = 1/2, variance 400/399 (1 + 0 + 0 + 1) 100 / 800², that
    # is 1/4 over 798 seasons, times (1.960 / t)² with t = 1.96593 of 399 degrees of freedom
    reached, scenario = (
        pd.Series([True, True, True, False, True, False, False, False] * 100),
        pd.Series(np.arange(800) // 2),
    )
    assert effective_seasons(reached, scenario) == pytest.approx(798 * (1.959964 / 1.96593) ** 2, rel=1e-5)
    # of four such scenarios 6 (1.960 / 3.182)² = 2.3: they tell no less than four seasons
    assert effective_seasons(reached[:8], scenario[:8]) == 4


def test_the_interval_of_crossed_seasons_holds_the_truth_nineteen_times_in_twenty():
    # reached where x + year/20 >= 0.8 with x uniform, five years: probability 0.2 + the mean of 0, 0.05 … 0.2
    random, scenario, truth = np.random.default_rng(1), pd.Series(np.repeat(np.arange(60), 5)), 0.3
    held = {"own": 0, "naive": 0}
    for _draw in range(400):
        rate = pd.Series((random.random((60, 1)) + np.arange(5) / 20).ravel())
        for name, own in (("own", scenario), ("naive", None)):
            found = chance_of(rate, 0.8, sampled=True, scenario=own)
            held[name] += found.low <= truth <= found.high
    assert held["own"] / 400 >= 0.93
    assert held["naive"] / 400 < 0.8


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


def _places(sample: list[Point], samples: int) -> tuple[pd.Series, pd.Series]:
    """Return block and row of each season in the sample."""
    return pd.Series([p.block for p in sample]), pd.Series([int(p.scenario) % samples for p in sample])


def _ishigami(levels: dict[str, float]) -> float:
    x1, x2, x3 = (levels[name] for name in _ISHIGAMI)
    return math.sin(x1) + 7.0 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1)


def test_sobol_indices_of_ishigami_from_our_own_sample():
    sample = points(_ishigami_batch(2048))
    assert len(sample) == 2048 * 5
    outcome = pd.Series([_ishigami(p.levels) for p in sample])
    table = sobol_table(outcome + 1000.0, *_places(sample, 2048), list(_ISHIGAMI)).set_index("dimension")
    for name, (first, total) in _ISHIGAMI.items():
        # error of 2048 points over ten seeds: below 0.02
        assert table.at[name, "first"] == pytest.approx(first, abs=0.02)
        assert table.at[name, "total"] == pytest.approx(total, abs=0.02)
        assert table.at[name, "total_low"] <= table.at[name, "total"] <= table.at[name, "total_high"]
    assert table.index[0] == "x1"


def test_a_lost_season_costs_its_row_of_the_sample_alone():
    sample = points(_ishigami_batch(64))
    outcome, places = pd.Series([_ishigami(p.levels) for p in sample]), _places(sample, 64)
    outcome.iloc[3] = math.nan
    found = sobol_table(outcome, *places, list(_ISHIGAMI))
    assert set(found["samples"]) == {63}
    # a season that is still to be run is as one without a rate: the rows after it are not held against each other's
    known = outcome.notna()
    assert found.equals(sobol_table(outcome[known], *(one[known] for one in places), list(_ISHIGAMI)))
    assert sobol_table(outcome * 0.0, *places, list(_ISHIGAMI)).empty


def _line_batch(samples: int, years: int, seed: int = 1) -> BatchConfig:
    uniform = {"kind": "uniform", "low": 0.0, "high": 1.0}
    dimensions: dict[str, object] = {
        name: {"label": name, "target": {"kind": "demand_factor"}, "distribution": uniform} for name in ("x", "y")
    }
    if years:
        dimensions["year"] = {"label": "year", "target": {"kind": "climate", "years": years}, "each": True}
    return BatchConfig(method="sobol", samples=samples, indices=True, seed=seed, dimensions=dimensions)


def _line_indices(batch: BatchConfig, year_slope: float = 0.0) -> pd.DataFrame:
    sample = points(batch)
    outcome = [3.0 * p.levels["x"] + 2.0 * p.levels["y"] + year_slope * p.levels.get("year", 0) for p in sample]
    return sobol_table(pd.Series(outcome), *_places(sample, batch.samples), ["x", "y"]).set_index("dimension")


@pytest.mark.parametrize("year_slope", [0.0, 5.0])
def test_seasons_of_one_point_are_one_row_of_the_sample(year_slope):
    # 3 x + 2 y + c year: the mean over the years has first = total = 9/13 and 4/13, whatever the years do
    alone, crossed = _line_indices(_line_batch(64, 0)), _line_indices(_line_batch(64, 10), year_slope)
    columns = ["first", "first_low", "first_high", "total", "total_low", "total_high", "samples"]
    assert crossed[columns].to_numpy() == pytest.approx(alone[columns].to_numpy())
    for name, index in (("x", 9 / 13), ("y", 4 / 13)):
        assert crossed.at[name, "first_low"] <= index <= crossed.at[name, "first_high"]
        assert crossed.at[name, "total_low"] <= index <= crossed.at[name, "total_high"]
    assert set(crossed["samples"]) == {64}


def test_intervals_of_indices_hold_the_truth_nineteen_times_in_twenty():
    # 64 seeds; a true coverage of 0.95 gives less than 0.875 of them once in a hundred
    held = [
        row["first_low"] <= index <= row["first_high"]
        for seed in range(64)
        for table in [_line_indices(_line_batch(32, 8, seed))]
        for row, index in ((table.loc["x"], 9 / 13), (table.loc["y"], 4 / 13))
    ]
    assert np.mean(held) >= 0.875


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


def test_copies_of_a_season_are_no_further_evidence():
    # ten years of each of 40 scenarios: z without influence is found at p < 0.05 once in twenty batches, not every second time
    random, scenario = np.random.default_rng(1), pd.Series(np.repeat(np.arange(40), 10))
    found = []
    for _batch in range(200):
        x, z = (np.repeat(random.random(40), 10) for _dimension in range(2))
        year = np.tile(np.arange(10), 40)
        table = influence(pd.DataFrame({"x": x, "z": z, "year": year}), pd.Series(x + 0.01 * year), ["year"], scenario)
        table = table.set_index("dimension")
        assert table.at["x", "strength"] == pytest.approx(1.0)
        assert table["points"].to_dict() == {"x": 40, "z": 40, "year": 400}
        found.append(table.at["z", "p"] < 0.05)
    assert np.mean(found) < 0.1


def test_epsilon_squared_of_groups_that_share_no_rank():
    # three groups of four whose ranks do not overlap: H = 12/(n(n+1)) sum R²/m - 3(n+1) = 9.846, epsilon² = (H - 2)/9
    values = pd.DataFrame({"group": ["a"] * 4 + ["b"] * 4 + ["c"] * 4})
    row = influence(values, pd.Series(np.arange(12.0))).iloc[0]
    assert row["strength"] == pytest.approx((12 / 156 * (10**2 + 26**2 + 42**2) / 4 - 39 - 2) / 9)


def test_swings_of_a_straight_line():
    x = np.arange(100.0)
    values = pd.DataFrame({"x": x, "still": 0.0})
    row = swings(values, pd.Series(4.0 * x)).iloc[0]
    # lowest fifth: mean 9.5, highest: 89.5, all: 49.5
    assert (row["low"], row["high"]) == pytest.approx((-160.0, 160.0))
    assert (row["low_value"], row["high_value"]) == pytest.approx((9.5, 89.5))


@pytest.mark.parametrize("seed", [None, 1])
def test_swings_of_rare_outages(seed):
    # out in ten of a hundred seasons, and the rate is 0.1 there instead of 0.2: mean 0.19. The highest fifth is those ten and
    # ten of the ninety others, of which none is more among them than another
    hours, order = np.repeat([0.0, 50.0], [90, 10]), np.arange(100)
    if seed is not None:
        np.random.default_rng(seed).shuffle(order)
    rate = pd.Series(np.where(hours > 0, 0.1, np.linspace(0.15, 0.25, 100)))
    rate[:90] += 0.2 - rate[:90].mean()
    row = swings(pd.DataFrame({"hours": hours[order]}), rate.iloc[order].reset_index(drop=True)).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((0.01, -0.04))
    assert (row["low_value"], row["high_value"]) == pytest.approx((0.0, 25.0))


def test_swings_count_part_of_a_season_where_a_fifth_is_no_whole_number():
    # a fifth of 7 is 1.4: 0 and 0.4 of 1
    row = swings(pd.DataFrame({"x": np.arange(7.0)}), pd.Series(np.arange(7.0))).iloc[0]
    assert row["low_value"] == pytest.approx(0.4 / 1.4)
    assert row["low"] == pytest.approx(0.4 / 1.4 - 3.0)


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
