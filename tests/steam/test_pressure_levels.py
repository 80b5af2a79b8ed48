"""Users below the main's pressure: steam taken from the main against steam used behind valve and spray."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.model.boundary import Boundary
from heatnet.model.steam_examples import steam_network
from heatnet.physics import steam, water
from heatnet.steam import required_plant_p_bar, solve_steam


def _states(**user):
    pipes = [{"from_node": "g", "to_node": "u", "length_m": 2000.0, "inner_diameter_mm": 309.9, "u_w_per_mk": 0.4}]
    consumers = [{"id": "plain", "node": "u", "heat_mw": 5.0}, {"id": "user", "node": "u", "heat_mw": 10.0, **user}]
    network = steam_network(pipes, consumers, [{"id": "s", "node": "g", "t_supply_degc": 300.0}])
    boundary = Boundary(
        pd.Index([0.0, 1.0]), {"consumer_heat_mw": pd.DataFrame({"user": [10.0, 0.0]}, index=[0.0, 1.0])}
    )
    return network, boundary, solve_steam(network, boundary)


def test_spray_water_is_used_and_not_taken():
    """Energy at the station: taken (h - h_c) = used (h_use - h_c), with condensate of 80 °C as spray water."""
    _network, _boundary, states = _states(p_use_bar=7.0, t_use_degc=180.0)
    _network, _boundary, plain = _states()
    one = states.sel(consumer="user").isel(time=0)
    h = float(steam.enthalpy_j_per_kg(one["consumer_p_bar"].item(), one["consumer_t_supply_degc"].item()))
    h_use, h_c = float(steam.enthalpy_j_per_kg(7.0, 180.0)), float(water.enthalpy_j_per_kg(80.0))
    taken, used = one["consumer_mdot_kg_per_s"].item(), one["consumer_mdot_use_kg_per_s"].item()
    assert (one["consumer_p_use_bar"].item(), one["consumer_t_use_degc"].item()) == pytest.approx(
        (7.0, 180.0), abs=1e-3
    )
    assert used * (h_use - h_c) == pytest.approx(taken * (h - h_c), rel=1e-6)
    assert used * (h_use - h_c) == pytest.approx(10e6, rel=1e-6)
    assert used > 1.05 * taken
    # what the main carries does not change
    np.testing.assert_array_equal(states["pipe_mdot_kg_per_s"], plain["pipe_mdot_kg_per_s"])


def test_a_valve_alone_changes_no_mass_and_without_one_steam_is_as_it_arrives():
    _network, _boundary, states = _states(p_use_bar=7.0)
    valve, plain = (states.sel(consumer=name).isel(time=0) for name in ("user", "plain"))
    assert valve["consumer_mdot_use_kg_per_s"].item() == valve["consumer_mdot_kg_per_s"].item()
    assert valve["consumer_t_use_degc"].item() < valve["consumer_t_supply_degc"].item() - 5.0
    assert plain["consumer_p_use_bar"].item() == plain["consumer_p_bar"].item()
    assert plain["consumer_t_use_degc"].item() == pytest.approx(plain["consumer_t_supply_degc"].item(), abs=1e-6)
    assert states["consumer_mdot_use_kg_per_s"].sel(consumer="user")[1].item() == 0.0


def test_the_pressure_used_is_the_pressure_needed():
    """Without a min_p_bar the margin counts from p_use_bar, and by need the user has just that."""
    network, boundary, states = _states(p_use_bar=7.0)
    one = states.sel(consumer="user")
    np.testing.assert_allclose(one["consumer_p_margin_bar"], one["consumer_p_bar"] - 7.0)
    needed = required_plant_p_bar(network, boundary.rows([0])).item()
    assert 7.0 < needed < 13.0
