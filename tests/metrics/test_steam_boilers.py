"""Accounts of steam boiler houses: a few hours by hand, and the books against each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.io.network_folder import load_network
from heatnet.metrics.steam_boilers import steam_boiler_account, steam_boiler_accounts
from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.plants.steam_state import feed_degc
from heatnet.steam import solve_steam

NETWORKS = Path(__file__).parents[2] / "networks"
ROW = {
    "id": "house",
    "node": "a",
    "kind": "gas_steam_boiler",
    "role": "pressure",
    "units_mw": "10 10 10",
    "efficiency_share": 0.9,
    "p_bar": 12.5,
    "t_supply_degc": 190.0,
    "min_load_share": 0.3,
}


def house(**keys):
    tables = {
        "nodes": pd.DataFrame({"id": ["a", "b"]}),
        "pipes": pd.DataFrame(
            {"id": ["p"], "from_node": ["a"], "to_node": ["b"], "length_m": [10.0], "dn": [100], "line": ["supply"]}
        ),
        "plants": pd.DataFrame([{**ROW, **keys}]),
    }
    network = build_network("steam", {"carrier": "steam"}, tables)
    return network.plants.loc["house"], network


def test_hours_by_hand():
    """Own use 20 %: boilers give 0, 2, 10, 25 and 32 MW of 30; one, one, three and three of them run."""
    account = steam_boiler_account(*house(own_use_share=0.2), np.array([0.0, 1.6, 8.0, 20.0, 25.6]))
    assert account["boiler_heat_mwh"] == pytest.approx(69.0)
    assert account["own_use_mwh"] == pytest.approx(13.8)
    assert account["hours_by_units"] == {"0": 1, "1": 2, "2": 0, "3": 2}
    assert (account["units"], account["starts"], account["hours_below_minimum"]) == (3, 3, 1)
    assert account["short_mwh"] == pytest.approx(2.0)
    assert account["load_share"] == pytest.approx((0.2 + 1.0 + 25 / 30 + 1.0) / 4)
    # no shell loss: the efficiency is the stated one at every load
    assert account["fuel_mwh"] == pytest.approx(67.0 / 0.9)
    assert account["efficiency_share"] == pytest.approx(0.9)
    assert account["blow_down_t"] is None


def test_part_load_costs_fuel():
    """Shell 2 % of the fuel at rated load: 10 MW at rated load take 10/0.9, and 2 MW (2 + 0.2/0.9)/0.92."""
    account = steam_boiler_account(*house(shell_loss_share=0.02), np.array([10.0, 2.0]))
    assert account["fuel_mwh"] == pytest.approx(10 / 0.9 + (2 + 0.2 / 0.9) / 0.92)


def test_stated_efficiency_at_a_mean_load_is_the_one_there():
    """Half load all year with an efficiency that is stated for half load: the dispatch's fuel exactly."""
    row, network = house(shell_loss_share=0.02, efficiency_load_share=0.5)
    account = steam_boiler_account(row, network, np.full(100, 5.0))
    assert account["fuel_mwh"] == pytest.approx(500.0 / 0.9, rel=1e-9)
    assert steam_boiler_account(row, network, np.full(100, 10.0))["fuel_mwh"] < 1000.0 / 0.9


#: dry saturated steam of 12.5 bar above water of 80 °C: 2785.7 - 336.1 kJ/kg, the heat that counts in the pipes
PER_T_MWH = (2785.7 - 336.1) / 3600


def test_steam_and_blow_down_add_up():
    account = steam_boiler_account(*house(blow_down_share=0.04, return_share=0.3), np.full(10, 12.0))
    assert account["other_own_use_t"] == pytest.approx(0.0, abs=1e-6)
    assert account["steam_to_network_t"] == pytest.approx(120.0 / PER_T_MWH, rel=1e-4)
    assert account["blow_down_t"] == pytest.approx(0.04 * account["steam_raised_t"])
    net_t = account["steam_raised_t"] - account["feed_steam_t"]
    assert net_t == pytest.approx(account["steam_to_network_t"], rel=1e-9)
    # saturated liquid of 12.5 bar over make-up water of 20 °C
    assert account["blow_down_heat_mwh"] == pytest.approx(account["blow_down_t"] * (806.7 - 85.4) / 3600, rel=1e-3)


def test_a_stated_own_use_holds_more_than_feed_water_and_blow_down():
    """15 % stated; tonnes to the network are those of the heat, what is left of the steam raised went elsewhere."""
    account = steam_boiler_account(
        *house(blow_down_share=0.03, return_share=0.5, own_use_share=0.15), np.full(10, 12.0)
    )
    assert account["steam_to_network_t"] == pytest.approx(120.0 / PER_T_MWH, rel=1e-4)
    assert account["steam_raised_t"] == pytest.approx(
        account["steam_to_network_t"] + account["feed_steam_t"] + account["other_own_use_t"]
    )
    assert account["other_own_use_t"] > 0.05 * account["steam_raised_t"]


def test_tonnes_of_the_house_are_those_of_the_pipes():
    """West, one hour at the users' mean: what its boilers send out by their account is what its pipes carry away."""
    network = load_network(NETWORKS / "teda_west").steam
    heat = network.consumers["heat_mw"].to_frame().T.set_axis([0.0])
    state = solve_steam(network, Boundary(heat.index, {"consumer_heat_mw": heat}), t_feed_degc=feed_degc(network))
    given = state["plant_heat_mw"].to_numpy()[0]
    account = steam_boiler_account(network.plants.loc["plant2"], network, given)
    carried_t = 3.6 * state["plant_mdot_kg_per_s"].to_numpy().sum()
    assert account["steam_to_network_t"] == pytest.approx(carried_t, rel=1e-3), "190 °C is 0.2 K above saturation"
    assert account["steam_raised_t"] > carried_t + account["feed_steam_t"]


def test_house_at_rest():
    account = steam_boiler_account(*house(), np.zeros(5))
    assert (account["fuel_mwh"], account["efficiency_share"], account["load_share"]) == (0.0, None, None)
    assert account["hours_by_units"]["0"] == 5


def test_accounts_of_a_dispatch(toy):
    """By unit id, with the dispatch's own fuel beside that at part load."""
    network = load_network(NETWORKS / "teda_west")
    heat = np.array([60.0, 20.0, 90.0])
    unit = toy.SupplyUnit(
        "teda_west/steam/plant2",
        "teda_west",
        "plant2",
        "gas_steam_boiler",
        "none",
        "teda_west/steam",
        None,
        0.0,
        "gas",
        np.full(3, 102.6),
        *np.zeros((1, 3)),
        np.full(3, 1 / (0.93 * 0.9)),
        *np.zeros((2, 3)),
    )
    problem = toy.problem_of([unit], {"teda_west/steam": heat})
    result = toy.result_of(problem, {unit.id: heat})
    accounts = steam_boiler_accounts({"teda_west": network}, problem, result)
    assert list(accounts) == [unit.id]
    account = accounts[unit.id]
    assert account["units"] == 5
    assert account["hours_by_units"] == {"0": 0, "1": 1, "2": 0, "3": 1, "4": 0, "5": 1}
    assert account["fuel_dispatch_mwh"] == pytest.approx(170 / (0.93 * 0.9))
    # the curve goes through the stated efficiency at 80 % load, so that the year's fuel is close to the dispatch's
    assert account["fuel_mwh"] == pytest.approx(account["fuel_dispatch_mwh"], rel=0.004)
