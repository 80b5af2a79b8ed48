"""Limits of the pipes: exact on a tree, kept when the heat follows them, open where no plant has to do with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.pipe_limits import TOLERANCE_SHARE, excess, open_places, pipe_limits
from heatnet.model.boundary import Boundary
from heatnet.model.examples import two_source_loop
from heatnet.model.water_limits import Limits
from heatnet.simulate import simulate

HOURS = pd.date_range("2025-01-01", periods=4, freq="h", name="time")


def asked(network, heat_mw, share=1.0):
    """Return a boundary with each consumer at a share of its heat and the plant that does not hold the pressure at `heat_mw`."""
    plant = str(network.plants.index[network.plants["role"] == "heat"][0])
    consumers = {str(name): np.full(4, share * heat) for name, heat in network.consumers["design_heat_mw"].items()}
    plants = {str(name): np.full(4, 110.0) for name in network.plants.index}
    values = {
        "plant_t_supply_degc": pd.DataFrame(plants, index=HOURS),
        "consumer_heat_mw": pd.DataFrame(consumers, index=HOURS),
        "plant_heat_mw": pd.DataFrame({plant: np.asarray(heat_mw, dtype=float)}, index=HOURS),
    }
    return plant, Boundary(HOURS, values)


@pytest.fixture(scope="module")
def network():
    return two_source_loop()


def test_heat_that_follows_the_limit_keeps_it_and_no_more_is_taken_away(network):
    total = float(network.consumers["design_heat_mw"].sum())
    plant, boundary = asked(network, [0.1 * total, 0.5 * total, 0.7 * total, 0.9 * total])
    states = simulate(network, boundary, "season")
    velocity = states["pipe_velocity_m_per_s"].to_numpy()
    # a limit that the pipe of most flow passes in the last two rows
    grows = velocity[3] - velocity[1]
    pipe = int(grows.argmax())
    limits = Limits(velocity_m_per_s=float(np.sqrt(velocity[1, pipe] * velocity[2, pipe])))
    name = str(states["pipe"].values[pipe])
    found = pipe_limits(network, boundary, excess(network, states, limits), [10, 11, 12, 13], limits=limits)
    mine = next(limit for limit in found if limit.element == name and limit.kind == "velocity")
    assert mine.rows.tolist() == [12, 13], "hours of the dispatch, not rows of the simulation"
    np.testing.assert_allclose(mine.weight[f"{network.id}/{plant}"], 1.0)
    held = boundary.values["plant_heat_mw"][plant].to_numpy().copy()
    shares = []
    while mine is not None and len(shares) < 4:
        held[mine.rows - 10] = mine.room_mw
        _plant, boundary = asked(network, held)
        states = simulate(network, boundary, "season")
        shares.append(states["pipe_velocity_m_per_s"].to_numpy()[2:, pipe] / limits.velocity_m_per_s - 1.0)
        found = pipe_limits(network, boundary, excess(network, states, limits), [10, 11, 12, 13], limits=limits)
        mine = next((limit for limit in found if limit.element == name and limit.kind == "velocity"), None)
    assert np.abs(shares[0]).max() < 0.03, "drawn at 0.9 of all heat, where the ring is no straight line"
    assert (shares[-1] < TOLERANCE_SHARE).all(), "rounds end at the limit"
    assert (shares[-1] > -0.03).all(), "and no more is taken away than the first line's error"


def test_a_pipe_that_more_heat_of_the_plant_relieves_has_a_negative_weight(network):
    """With little heat of the second plant the first one's pipes carry nearly all: more of it takes that off them."""
    total = float(network.consumers["design_heat_mw"].sum())
    plant, boundary = asked(network, [0.05 * total] * 4)
    states = simulate(network, boundary, "season")
    velocity = states["pipe_velocity_m_per_s"].to_numpy()
    pipe = states["pipe"].values.tolist().index("pipe_south_works")
    limits = Limits(velocity_m_per_s=float(0.9 * velocity[0, pipe]))
    found = pipe_limits(network, boundary, excess(network, states, limits), [0, 1, 2, 3], limits=limits)
    mine = next(limit for limit in found if limit.element == "pipe_south_works")
    np.testing.assert_allclose(mine.weight[f"{network.id}/{plant}"], -1.0)
    assert (-mine.room_mw > 0.05 * total).all(), "the plant has to give more than it does"


def test_what_no_plant_changes_stays_open(network):
    """A pipe to one consumer carries what that consumer takes, whoever makes the heat."""
    total = float(network.consumers["design_heat_mw"].sum())
    _plant, boundary = asked(network, [0.3 * total] * 4)
    states = simulate(network, boundary, "season")
    pipe = states["pipe"].values.tolist().index("pipe_south_west")
    limits = Limits(velocity_m_per_s=float(0.8 * states["pipe_velocity_m_per_s"].to_numpy()[0, pipe]))
    found = pipe_limits(network, boundary, excess(network, states, limits), [0, 1, 2, 3], limits=limits)
    assert "pipe_south_west" not in {limit.element for limit in found}
    left = open_places(excess(network, states, limits), network, HOURS).set_index("element")
    assert left.loc["pipe_south_west", "hours"] == 4
    assert left.loc["pipe_south_west", "worst_share"] == pytest.approx(0.25, abs=1e-6)


def test_hours_within_all_limits_have_none(network):
    _plant, boundary = asked(network, [0.3 * float(network.consumers["design_heat_mw"].sum())] * 4)
    states = simulate(network, boundary, "season")
    generous = Limits(velocity_m_per_s=100.0, nominal_pressure_bar=1e3)
    assert pipe_limits(network, boundary, excess(network, states, generous), [0, 1, 2, 3], limits=generous) == []
    assert open_places(excess(network, states, generous), network, HOURS).empty
