"""One plant, one pair of pipes, one consumer: temperatures, pressures and pump power by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from heatnet.model.boundary import Boundary
from heatnet.model.examples import CONSTANT_WATER, two_pipe
from heatnet.simulate import simulate

RHO = CONSTANT_WATER["density_kg_per_m3"]
CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
MU = CONSTANT_WATER["viscosity_pa_s"]
INNER_M, LENGTH_M, U_W_PER_MK, ROUGHNESS_M, ZETA = 0.309, 1000.0, 0.4, 0.5e-3, 10.0
GROUND, SUPPLY, RETURN = 8.0, 110.0, 50.0


def hour(network, **values):
    time = pd.Index([0.0])
    frames = {name: pd.DataFrame([by_element], time) for name, by_element in values.items()}
    return simulate(network, Boundary(time, frames)).isel(time=0)


def cooled(t_degc, mdot):
    """T = Ta + (T0 - Ta) exp(-U L / (m cp))."""
    return GROUND + (t_degc - GROUND) * math.exp(-U_W_PER_MK * LENGTH_M / (mdot * CP))


def colebrook(reynolds, roughness_m, inner_m):
    """1/sqrt(f) = -2 log10(k/(3.71 d) + 2.51/(Re sqrt f)), by fixed-point iteration."""
    root = 7.0
    for _ in range(50):
        root = -2.0 * math.log10(roughness_m / (3.71 * inner_m) + 2.51 * root / reynolds)
    return root**-2


def friction_bar(mdot):
    """Darcy-Weisbach with local losses: dp = (f L/d + zeta) rho v^2 / 2."""
    velocity = mdot / (RHO * math.pi / 4 * INNER_M**2)
    factor = colebrook(RHO * velocity * INNER_M / MU, ROUGHNESS_M, INNER_M)
    return (factor * LENGTH_M / INNER_M + ZETA) * RHO * velocity**2 / 2 / 1e5


@pytest.mark.parametrize("heat_mw", [10.0, 5.0, 1.0, 0.1, 0.01])
def test_arriving_temperature_flow_and_pressures(heat_mw):
    result = hour(two_pipe(CONSTANT_WATER), consumer_heat_mw={"consumer_station": heat_mw})
    mdot = float(result["consumer_mdot_kg_per_s"][0])
    arriving = cooled(SUPPLY, mdot)
    assert float(result["consumer_t_supply_degc"][0]) == pytest.approx(arriving, abs=1e-6)
    assert mdot * CP * (arriving - RETURN) == pytest.approx(heat_mw * 1e6, rel=1e-6)
    assert float(result["plant_t_return_degc"][0]) == pytest.approx(cooled(RETURN, mdot), abs=1e-6)
    # pandapipes iterates Colebrook to 1e-6 of the friction factor
    assert float(result["pipe_dp_supply_bar"][0]) == pytest.approx(friction_bar(mdot), rel=1e-4)
    assert float(result["pipe_dp_return_bar"][0]) == pytest.approx(-friction_bar(mdot), rel=1e-4)
    assert float(result["pipe_mdot_return_kg_per_s"][0]) == pytest.approx(-mdot, rel=1e-9)


def test_head_leaves_the_worst_consumer_just_its_pressure_difference():
    result = hour(two_pipe(CONSTANT_WATER), consumer_heat_mw={"consumer_station": 10.0})
    mdot = float(result["consumer_mdot_kg_per_s"][0])
    assert float(result["consumer_dp_bar"][0]) == pytest.approx(1.0, abs=1e-9)
    head = float((result["node_p_supply_bar"] - result["node_p_return_bar"]).sel(node="works"))
    assert head == pytest.approx(1.0 + 2 * friction_bar(mdot), rel=1e-5)
    assert float(result["node_p_return_bar"].sel(node="works")) == pytest.approx(4.0, abs=1e-9)
    # V dp / eta with the default efficiency 0.75
    assert float(result["plant_pump_mw"][0]) == pytest.approx(mdot / RHO * head * 1e5 / 0.75 / 1e6, rel=1e-9)


def test_given_head_stands():
    network = two_pipe(CONSTANT_WATER)
    network = network.with_tables(plants=network.plants.assign(head_bar=6.0))
    result = hour(network, consumer_heat_mw={"consumer_station": 10.0})
    mdot = float(result["consumer_mdot_kg_per_s"][0])
    assert float(result["consumer_dp_bar"][0]) == pytest.approx(6.0 - 2 * friction_bar(mdot), rel=1e-5)


@pytest.mark.parametrize("line", ["supply", "return"])
def test_pressure_point_holds_on_either_line(line):
    network = two_pipe(CONSTANT_WATER)
    point = network.pressure_point
    moved = type(network)(**{**vars(network), "pressure_point": type(point)("station", line, 7.0)})
    result = hour(moved, consumer_heat_mw={"consumer_station": 10.0})
    assert float(result[f"node_p_{line}_bar"].sel(node="station")) == pytest.approx(7.0, abs=1e-9)
    assert float(result["consumer_dp_bar"][0]) == pytest.approx(1.0, abs=1e-9)


def test_height_costs_pressure_on_both_lines_but_no_head():
    flat = hour(two_pipe(CONSTANT_WATER), consumer_heat_mw={"consumer_station": 10.0})
    high = hour(two_pipe(CONSTANT_WATER, elevation_m=50.0), consumer_heat_mw={"consumer_station": 10.0})
    # 9.81 m/s2 is pandapipes' gravity
    column_bar = RHO * 9.81 * 50.0 / 1e5
    for quantity in ("node_p_supply_bar", "node_p_return_bar"):
        drop = float(flat[quantity].sel(node="station") - high[quantity].sel(node="station"))
        assert drop == pytest.approx(column_bar, rel=1e-4)
    assert float(high["plant_pump_mw"][0]) == pytest.approx(float(flat["plant_pump_mw"][0]), rel=1e-6)


def test_no_insulation_loss_means_no_loss():
    result = hour(two_pipe("if97", u_w_per_mk=0.0), consumer_heat_mw={"consumer_station": 10.0})
    assert float(result["heat_loss_mw"]) == 0.0
    assert float(result["plant_heat_mw"].sum()) == pytest.approx(10.0, rel=1e-6)


def test_water_heat_is_enthalpy():
    from heatnet.physics import water

    result = hour(two_pipe("if97"), consumer_heat_mw={"consumer_station": 10.0})
    arriving = float(result["consumer_t_supply_degc"][0])
    drop = float(water.enthalpy_j_per_kg(arriving) - water.enthalpy_j_per_kg(RETURN))
    assert float(result["consumer_mdot_kg_per_s"][0]) * drop == pytest.approx(10e6, rel=1e-6)


def test_flow_and_return_temperature_given():
    result = hour(
        two_pipe(CONSTANT_WATER),
        consumer_mdot_kg_per_s={"consumer_station": 20.0},
        consumer_t_return_degc={"consumer_station": 40.0},
    )
    assert float(result["consumer_mdot_kg_per_s"][0]) == 20.0
    assert float(result["consumer_heat_mw"][0]) == pytest.approx(
        20.0 * CP * (cooled(SUPPLY, 20.0) - 40.0) / 1e6, rel=1e-9
    )


@pytest.mark.parametrize(("control", "given"), [("heat_dt", "heat"), ("flow_dt", "flow")])
def test_temperature_difference_given(control, given):
    network = two_pipe(CONSTANT_WATER)
    network = network.with_tables(consumers=network.consumers.assign(control=control, dt_k=30.0, mdot_kg_per_s=25.0))
    result = hour(network, consumer_heat_mw={"consumer_station": 4.0})
    mdot = 25.0 if given == "flow" else 4e6 / (CP * 30.0)
    assert float(result["consumer_mdot_kg_per_s"][0]) == pytest.approx(mdot, rel=1e-6)
    assert float(result["consumer_t_return_degc"][0]) == pytest.approx(cooled(SUPPLY, mdot) - 30.0, abs=1e-5)
    assert float(result["consumer_heat_mw"][0]) == pytest.approx(mdot * CP * 30.0 / 1e6, rel=1e-6)


def test_bypass_returns_warmer_instead_of_flowing_less():
    network = two_pipe(CONSTANT_WATER)
    network = network.with_tables(consumers=network.consumers.assign(min_mdot_kg_per_s=5.0))
    result = hour(network, consumer_heat_mw={"consumer_station": 0.2})
    assert float(result["consumer_mdot_kg_per_s"][0]) == pytest.approx(5.0, rel=1e-9)
    assert float(result["consumer_heat_mw"][0]) == pytest.approx(0.2, rel=1e-6)
    assert float(result["consumer_t_return_degc"][0]) == pytest.approx(
        cooled(SUPPLY, 5.0) - 0.2e6 / (5.0 * CP), abs=1e-5
    )
    resting = hour(network, consumer_heat_mw={"consumer_station": 0.0})
    assert float(resting["consumer_mdot_kg_per_s"][0]) == pytest.approx(5.0, rel=1e-9)
    assert float(resting["consumer_heat_mw"][0]) == pytest.approx(0.0, abs=1e-9)


def test_in_line_heater_adds_its_heat():
    network = two_pipe(CONSTANT_WATER)
    network = network.with_tables(pipes=network.pipes.assign(heat_mw=1.0))
    result = hour(network, consumer_heat_mw={"consumer_station": 10.0})
    mdot = float(result["consumer_mdot_kg_per_s"][0])
    assert float(result["consumer_t_supply_degc"][0]) == pytest.approx(
        cooled(SUPPLY, mdot) + 1e6 / (mdot * CP), abs=1e-4
    )
    balance = float(result["plant_heat_mw"].sum()) + 1.0 - float(result["heat_loss_mw"])
    assert balance == pytest.approx(10.0, rel=1e-6)


def test_stored_heat_is_water_and_wall_above_zero():
    network = two_pipe(CONSTANT_WATER, u_w_per_mk=0.0)
    network = network.with_tables(pipes=network.pipes.assign(wall_j_per_mk=30e3))
    result = hour(network, consumer_heat_mw={"consumer_station": 10.0})
    per_kelvin = LENGTH_M * (math.pi / 4 * INNER_M**2 * RHO * CP + 30e3)
    assert float(result["stored_heat_mwh"]) == pytest.approx(per_kelvin * (SUPPLY + RETURN) / 3.6e9, rel=1e-9)


def test_quantities_carry_units():
    result = hour(two_pipe(CONSTANT_WATER))
    assert result["node_p_supply_bar"].attrs["unit"] == "bar"
    assert result["heat_loss_mw"].attrs["unit"] == "MW"
    assert np.isfinite(result["plant_heat_mw"]).all()
