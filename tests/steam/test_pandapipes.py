"""The steam engine against pandapipes' gas solver, with what the two see differently named and bounded.

pandapipes has no falling temperature with falling pressure (Joule and Thomson: steam of constant enthalpy cools by 1.0 to
1.3 K a bar here), no acceleration, and one mean density a pipe; its heat capacity is that of the plant's pressure.
"""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.adapters.steam_net import solve_steam_reference
from heatnet.model.steam_examples import steam_hours, steam_line, steam_tree
from heatnet.physics import steam
from heatnet.steam import solve_steam
from heatnet.steam.line import line_arrival, line_to

#: shares of the drop: temperature 1 to 2 K too high is 0.3 % too much volume; 1 % with an ideal gas through the inlet state
DROP_REAL, DROP_IDEAL = 4e-3, 2.5e-2
#: what is left of the temperature once the cooling by expansion is counted: heat capacity and kinetic energy
LEFT_K = 0.35


def teda_line(mdot: float):
    """Return the long line of TEDA East as one pipe."""
    return steam_line(heat_mw=1.0, length_m=6500.0, inner_diameter_mm=612.0, u_w_per_mk=0.65, zeta=80.7), np.array(
        [mdot]
    )


@pytest.mark.parametrize("t_per_h", [100.0, 50.0, 20.0])
def test_the_long_line_loses_what_pandapipes_says(t_per_h):
    network, mdot = teda_line(t_per_h / 3.6)
    ours = line_arrival(line_to(network, "mill", 10.0), float(mdot[0]), 13.0, 300.0)
    real = solve_steam_reference(network, mdot, 13.0, 300.0, np.array([10.0]), real_gas=True, sections=20)
    ideal = solve_steam_reference(network, mdot, 13.0, 300.0, np.array([10.0]), real_gas=False)
    drop = 13.0 - ours.p_bar
    assert 13.0 - real.node_p_bar["mill"] == pytest.approx(drop, rel=DROP_REAL)
    assert 13.0 - ideal.node_p_bar["mill"] == pytest.approx(drop, rel=DROP_IDEAL)
    expansion = 300.0 - float(steam.temperature_degc(ours.p_bar, steam.enthalpy_j_per_kg(13.0, 300.0)))
    assert real.node_t_degc["mill"] - ours.t_degc == pytest.approx(expansion, abs=LEFT_K)


def test_without_heat_loss_expansion_is_the_whole_difference():
    network = steam_line(length_m=6500.0, inner_diameter_mm=513.0, u_w_per_mk=0.0)
    ours = line_arrival(line_to(network, "mill", 10.0), 25.0, 13.0, 300.0)
    theirs = solve_steam_reference(network, np.array([25.0]), 13.0, 300.0, np.array([10.0]), sections=20)
    assert theirs.node_t_degc["mill"] == pytest.approx(300.0, abs=1e-6)
    throttled = steam.temperature_degc(ours.p_bar, steam.enthalpy_j_per_kg(13.0, 300.0))
    assert ours.t_degc == pytest.approx(float(throttled), abs=1e-3)
    assert 300.0 - ours.t_degc > 3.0


def test_a_branched_network_is_pandapipes_own():
    network = steam_tree()
    states = solve_steam(network, steam_hours(network, (1.0,))).isel(time=0)
    theirs = solve_steam_reference(
        network, states["consumer_mdot_kg_per_s"].to_numpy(), 13.0, 280.0, np.full(5, 10.0), sections=10
    )
    # no condensate: the flows are the same
    np.testing.assert_allclose(states["pipe_mdot_kg_per_s"], theirs.pipe_mdot_kg_per_s, rtol=1e-6)
    drop = 13.0 - states["node_p_bar"].to_numpy()
    np.testing.assert_allclose(13.0 - theirs.node_p_bar, drop, rtol=DROP_REAL)
    h = steam.enthalpy_j_per_kg(13.0, 280.0)
    expansion = 280.0 - steam.temperature_degc(states["node_p_bar"].to_numpy(), h)
    # behind branches with their own cooling more of the difference is heat capacity
    np.testing.assert_allclose(theirs.node_t_degc - states["node_t_degc"].to_numpy(), expansion, atol=2 * LEFT_K)
    np.testing.assert_allclose(theirs.pipe_velocity_m_per_s, states["pipe_velocity_m_per_s"], rtol=0.02)
