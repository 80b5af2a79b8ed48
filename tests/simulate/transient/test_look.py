"""The density of a pipe: mean of what it holds, and what the steady engines' rule adds to it."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.adapters.fluid import fluid_table
from heatnet.model.examples import CONSTANT_WATER, two_source_loop
from heatnet.model.network import Fluid
from heatnet.simulate import simulate
from heatnet.simulate.transient.fluid import compiled_fluid
from heatnet.simulate.transient.look import end_rule
from heatnet.simulate.transient.march import Marcher

FLUID = fluid_table(Fluid())


@pytest.mark.parametrize("cooling", [1e-5, 0.01, 0.3, 2.0, 30.0, 1e4])
@pytest.mark.parametrize(("t_in", "t_ground"), [(110.0, 8.0), (60.0, 20.0), (20.0, 40.0)])
def test_what_half_the_sum_of_the_ends_adds_to_the_mean(cooling, t_in, t_ground):
    """Against the mean over a pipe in ten thousand parts, T = T_g + (T_in - T_g) exp(-N x)."""
    more_rho, more_k = end_rule.py_func(compiled_fluid(FLUID), t_in, t_ground, cooling)
    edges = np.concatenate([np.linspace(0.0, min(1.0, 40.0 / cooling), 10001), [1.0]])
    x = (edges[1:] + edges[:-1]) / 2
    t = t_ground + (t_in - t_ground) * np.exp(-cooling * x)
    t_out = t_ground + (t_in - t_ground) * np.exp(-cooling)
    mean_rho, mean_t = (np.sum(np.diff(edges) * values) for values in (FLUID.density(t), t))
    assert more_rho == pytest.approx((FLUID.density(t_in) + FLUID.density(t_out)) / 2 - mean_rho, abs=0.03)
    assert more_k == pytest.approx((t_in + t_out) / 2 - mean_t, abs=1e-4)


def test_constant_water_has_one_density():
    fluid = compiled_fluid(fluid_table(two_source_loop(CONSTANT_WATER).fluid))
    assert end_rule.py_func(fluid, 110.0, 8.0, 1.0)[0] == pytest.approx(0.0, abs=1e-9)


def apart_k(transient, boundary, network):
    """Return how far a transient run at 5 % load lies from the season engine, K."""
    constant = boundary(
        [0.0, 7200.0],
        consumer_heat_mw={name: 0.05 * mw for name, mw in network.consumers["design_heat_mw"].items()},
        plant_heat_mw={"helper": 0.3},
    )
    dataset = transient(network, constant, 900.0)
    steady = simulate(network, constant.rows([0]), engine="season").isel(time=0)
    return float(np.abs(dataset["node_t_supply_degc"] - steady["node_t_supply_degc"]).max())


def test_the_rule_of_density_is_all_that_lies_between_the_engines(transient, boundary, monkeypatch):
    """In a ring at low load that buoyancy drives the means alone are 0.3 K away, of one density nothing is; nor with the rule."""
    with_rule = apart_k(transient, boundary, two_source_loop())
    monkeypatch.setattr(Marcher, "as_steady", False)
    means_alone, one_density = (
        apart_k(transient, boundary, two_source_loop(*fluid)) for fluid in ((), (CONSTANT_WATER,))
    )
    assert means_alone > 0.1
    assert with_rule < 2e-3
    assert one_density < 2e-3
