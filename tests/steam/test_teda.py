"""The bundled steam networks, solved; what their source notes claim, within what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.io.network_folder import load_network
from heatnet.model.boundary import Boundary
from heatnet.steam import require_solved, solve_steam
from heatnet.steam.line import line_arrival, line_capacity_kg_per_s, line_to

NETWORKS = Path(__file__).parents[2] / "networks"


def steam_of(name: str):
    network = load_network(NETWORKS / name).steam
    assert network is not None
    return network


def days(network, share: float) -> Boundary:
    """Return two days a month, the load between 0.5 and 1 of a share."""
    hours = pd.date_range("2025-01-01", "2025-12-31T23:00", freq="6h") + pd.Timedelta(hours=3)
    time = hours[np.isin(hours.day, (3, 17))]
    load = share * (0.75 - 0.25 * np.cos(2 * np.pi * (time.hour.to_numpy() - 3) / 24))
    heat = np.outer(load, network.consumers["heat_mw"].to_numpy(dtype=float))
    return Boundary(time, {"consumer_heat_mw": pd.DataFrame(heat, time, network.consumers.index)})


@pytest.mark.parametrize("name", ["teda_east", "teda_west"])
def test_every_hour_is_solved_and_balances(name):
    network = steam_of(name)
    states = solve_steam(network, days(network, 1.18))
    require_solved(states)
    assert states["status"].str.startswith("ok").all()
    assert float(abs(states["mass_residual_kg_per_s"]).max()) < 1e-7 * float(states["plant_mdot_kg_per_s"].max())
    assert float(abs(states["energy_residual_mw"]).max()) < 1e-7 * float(states["plant_heat_mw"].max())
    # the ground's year shows in the loss
    by_month = states["heat_loss_mw"].groupby("time.month").mean()
    assert float(by_month.sel(month=2)) > float(by_month.sel(month=8))


def test_the_long_line_of_the_east_arrives_as_its_notes_say():
    # SOURCE.md: DN600, 100 t/h from 13 bar and 300 °C: 10.8 bar and 19 to 21 m/s; DN500 would leave about 6 bar
    network = steam_of("teda_east")
    line = line_to(network, "n_a12_dongting", 10.0)
    assert line.length_m.sum() == pytest.approx(6500.0, rel=0.001)
    arrival = line_arrival(line, 100 / 3.6, 13.0, 300.0)
    assert arrival.p_bar == pytest.approx(10.8, abs=0.15)
    assert 19.0 < arrival.velocity_m_per_s < 22.5
    # at 40 t/h on a summer night the steam still arrives 60 K above saturation
    assert line_arrival(line, 40 / 3.6, 13.0, 300.0).superheat_k == pytest.approx(60.0, abs=5.0)
    assert line_capacity_kg_per_s(line, 13.0, 300.0, p_end_bar=8.0) > 100 / 3.6


def test_the_west_delivers_as_its_notes_say():
    # SOURCE.md: winter working hour (72 t/h), the last user has 8.9 bar; velocities 7 to 24 m/s; 0.9 MW drained
    network = steam_of("teda_west")
    time = pd.DatetimeIndex(["2025-01-15T10:00"])
    heat = pd.DataFrame([network.consumers["design_heat_mw"].to_numpy(dtype=float)], time, network.consumers.index)
    states = solve_steam(network, Boundary(time, {"consumer_heat_mw": heat})).isel(time=0)
    assert float(states["plant_mdot_kg_per_s"].sum()) * 3.6 == pytest.approx(72.0, rel=0.02)
    assert float(states["consumer_p_bar"].min()) == pytest.approx(8.9, abs=0.2)
    assert float(states["heat_loss_mw"]) == pytest.approx(0.9, abs=0.05)
    assert float(states["pipe_velocity_m_per_s"].max()) == pytest.approx(24.0, abs=1.0)
    assert str(states["status"].values) == "ok_wet"


@pytest.mark.parametrize(("name", "levels_bar"), [("teda_east", {7.0, 8.0, 9.0}), ("teda_west", {8.0})])
def test_users_have_their_pressure_on_a_winter_working_hour(name, levels_bar):
    # SOURCE.md: 0.6 to 0.8 MPa gauge in the east, 0.8 MPa absolute in the west
    network = steam_of(name)
    assert set(network.consumers["min_p_bar"]) == levels_bar
    time = pd.DatetimeIndex(["2025-01-15T10:00"])
    heat = pd.DataFrame([network.consumers["design_heat_mw"].to_numpy(dtype=float)], time, network.consumers.index)
    states = solve_steam(network, Boundary(time, {"consumer_heat_mw": heat}))
    require_solved(states)
    assert float(states["consumer_p_margin_bar"].min()) > 0.5


@pytest.mark.parametrize(("name", "most_t_per_h"), [("teda_east", 102.0), ("teda_west", 79.5)])
def test_largest_flow_is_where_the_first_user_lacks_pressure(name, most_t_per_h):
    """SOURCE.md: what the line gives all users with their pressure in winter, if all grow alike."""
    network = steam_of(name)
    mean = network.consumers["heat_mw"].to_numpy(dtype=float)
    shares = np.linspace(1.3, 2.4, 23)
    time = pd.date_range("2025-01-15", periods=len(shares), freq="min")
    states = solve_steam(
        network,
        Boundary(time, {"consumer_heat_mw": pd.DataFrame(np.outer(shares, mean), time, network.consumers.index)}),
    )
    margin = states["consumer_p_margin_bar"].min("consumer").to_numpy()
    flow = states["plant_mdot_kg_per_s"].sum("plant").to_numpy() * 3.6
    solved = np.isfinite(margin) & (flow > 0)
    assert (np.diff(margin[solved]) < 0).all()
    assert np.interp(0.0, -margin[solved], flow[solved]) == pytest.approx(most_t_per_h, rel=0.005)
