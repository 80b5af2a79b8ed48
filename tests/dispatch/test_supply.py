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
