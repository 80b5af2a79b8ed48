"""Users' pressure levels: place, value and remedy in the message."""

from __future__ import annotations

from typing import Any

import pytest

from heatnet.errors import InputError
from heatnet.model.network import Network
from heatnet.model.steam_examples import steam_network


def with_user(**keys: Any) -> Network:
    pipes = [{"from_node": "g", "to_node": "u", "length_m": 100.0, "inner_diameter_mm": 200.0}]
    user = {"id": "c", "node": "u", "heat_mw": 1.0, **keys}
    return steam_network(pipes, [user], [{"id": "s", "node": "g", "t_supply_degc": 300.0}])


def test_a_valve_that_would_lift_the_pressure_is_named_with_place_value_and_remedy():
    with pytest.raises(InputError) as caught:
        with_user(p_use_bar=8.0, min_p_bar=7.0)
    (problem,) = caught.value.problems
    assert "(c), p_use_bar" in problem.where
    assert [word for word in ("8 bar", "7 bar", "raise min_p_bar") if word not in str(problem)] == [], str(problem)


def test_a_user_needs_what_it_throttles_to():
    assert with_user(p_use_bar=7.0).consumers.at["c", "min_p_bar"] == 7.0
    assert with_user(p_use_bar=7.0, min_p_bar=7.5).consumers.at["c", "min_p_bar"] == 7.5
