"""The containers refuse arrays that do not fit, each with its own broken example."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.model.supply import Conditions


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fuel_per_heat": np.ones(2)}, "fuel_per_heat has 2 values, the time axis 3"),
        ({"available_mw": np.array([1, np.nan, 1])}, "available_mw has values that are not finite"),
        ({"power_per_heat": np.array([1, np.inf, 1])}, "power_per_heat has values that are not finite"),
        ({"power_lost_per_heat": np.array([0.1, -0.2, 0.1])}, "power_lost_per_heat falls to -0.2"),
        ({"take_min_mw": np.full(3, 11.0)}, "take_min_mw exceeds available_mw"),
        ({"fuel": "wood"}, "fuel 'wood'"),
        ({"draw_per_heat": -1.0}, "negative"),
        ({"year_max_mwh": -1.0}, "negative"),
        ({"year_min_mwh": -1.0}, "negative"),
        ({"year_max_mwh": np.nan}, "year_max_mwh nan. A finite number"),
        ({"year_min_mwh": np.inf}, "year_min_mwh inf. A finite number"),
        ({"draw_per_heat": np.nan}, "draw_per_heat nan. A finite number"),
        ({"year_min_mwh": 11.0, "year_max_mwh": 10.0}, "year_min_mwh exceeds year_max_mwh"),
    ],
)
def test_unit_that_cannot_be(unit, change, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        replace(unit(3, "p", 20), **change)


@pytest.mark.parametrize(
    ("demand", "words"),
    [
        ([1.0, 2.0], r"demand_mw\[n/water\] has 2 values, the time axis 3"),
        ([1.0, -2.0, 1.0], "falls to -2"),
        ([1.0, np.nan, 1.0], "not finite"),
    ],
)
def test_demand_that_cannot_be(unit, problem, demand, words):
    good = problem({"n/water": [1, 1, 1]}, [unit(3, "p", 20)])
    with pytest.raises(InputError, match=words):
        replace(good, demand_mw={"n/water": np.array(demand)})


def test_problem_lists_everything_wrong_at_once(unit, problem):
    """A unit of another length, an id twice and a fuel without price: three problems in one pass."""
    good = problem({"n/water": [1, 1, 1]}, [unit(3, "p", 20)])
    prices = replace(good.prices, fuel_cny_per_mwh={})
    with pytest.raises(InputError) as caught:
        replace(good, units=(unit(3, "p", 20), unit(2, "p", 20)), prices=prices)
    assert len(caught.value.problems) == 3


def test_unmet_heat_needs_a_price(unit, problem):
    """Free missing heat would be the cheapest heat of all."""
    with pytest.raises(InputError, match="unmet_cny_per_mwh"):
        problem({"n/water": [1]}, [unit(1, "p", 20)], unmet=0.0)


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("prices", {"co2_cny_per_t": np.nan}, "co2_cny_per_t nan"),
        ("prices", {"power_lost_cny_per_mwh": np.inf}, "power_lost_cny_per_mwh inf"),
        ("prices", {"dumped_cny_per_mwh": np.nan}, "dumped_cny_per_mwh nan"),
        ("prices", {"unmet_cny_per_mwh": np.nan}, "unmet_cny_per_mwh nan"),
        ("prices", {"fuel_cny_per_mwh": {"gas": np.nan, "coal": 1.0}}, r"fuel_cny_per_mwh\[gas\] nan"),
        ("factors", {"fuel_t_co2_per_mwh": {"gas": 0.2, "coal": np.nan}}, r"fuel_t_co2_per_mwh\[coal\] nan"),
        ("factors", {"power_average_t_co2_per_mwh": np.nan}, "power_average_t_co2_per_mwh nan"),
    ],
)
def test_prices_and_factors_are_numbers(unit, problem, part, change, words):
    """One sentence each: a price of nothing makes a cost of nothing, in a schedule that looks like any other."""
    good = problem({"n/water": [1]}, [unit(1, "p", 20)])
    with pytest.raises(InputError, match=words) as caught:
        replace(good, **{part: replace(getattr(good, part), **change)})
    assert len(caught.value.problems) == 1


def test_a_horizon_without_hours(unit, problem):
    with pytest.raises(InputError, match="no hour") as caught:
        problem({"n/water": []}, [unit(0, "p", 20)])
    assert len(caught.value.problems) == 1


def test_rounding_below_zero_is_no_demand(problem):
    """What subtraction leaves below zero is cut off, not refused."""
    assert problem({"n/water": [-1e-9, 2.0]}, []).demand_of("n/water").tolist() == [0.0, 2.0]


def test_conditions_of_another_length():
    time = pd.date_range("2025-01-01", periods=3, freq="h")
    frame = pd.DataFrame({"c": [1.0, 1.0]})
    with pytest.raises(InputError) as caught:
        Conditions(time, np.ones(3), np.ones(3, bool), np.ones(2), np.ones(3), frame, {"hp": np.ones(4)})
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "t_supply_degc" in text
    assert "return_flow_kg_per_s[hp] has 4 values" in text
