"""Networks: balances, mixing, rings, several plants, dead ends, pressure by need."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.model.steam_examples import steam_hours, steam_line, steam_network, steam_ring, steam_tree
from heatnet.physics import steam
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy
from heatnet.steam import profile, required_plant_p_bar, solve_steam
from heatnet.steam.along import traced
from heatnet.steam.fluid import steam_fluid
from heatnet.steam.inputs import given_of
from heatnet.steam.line import line_arrival, line_to
from heatnet.steam.run import checked_plan, rows_of, solved_raw
from heatnet.steam.sweep import BACKWARD, FORWARD

#: share of flow or heat within which balances close
BALANCE = 1e-7
#: what the iteration of a network leaves in pressures and heats
ITERATION = 1e-7

EXAMPLES = {
    "line": steam_line(),
    "tree": steam_tree(),
    "saturated tree": steam_tree(t_supply_degc=191.7),
    "ring": steam_ring(),
    "ring with a strong helper": steam_ring(helper_mw=20.0),
    "ring with a dead end": steam_ring(helper_mw=0.0),
}
SHARES = (1.0, 0.5, 0.15, 1.4)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_mass_and_energy_close(name):
    network = EXAMPLES[name]
    states = solve_steam(network, steam_hours(network, SHARES))
    solved = states["status"].str.startswith("ok").to_numpy()
    assert solved.sum() >= 2
    flow, heat = (float(states[f"plant_{kind}"].sum("plant").max()) for kind in ("mdot_kg_per_s", "heat_mw"))
    assert float(abs(states["mass_residual_kg_per_s"]).max()) < BALANCE * flow
    assert float(abs(states["energy_residual_mw"]).max()) < BALANCE * heat
    # the same from the results alone: steam in, steam and condensate out; heat above water at 0 °C
    rows = states.isel(time=np.flatnonzero(solved))
    given = rows["plant_mdot_kg_per_s"].sum("plant")
    taken = rows["consumer_mdot_kg_per_s"].sum("consumer") + rows["condensate_kg_per_s"]
    np.testing.assert_allclose(given, taken, rtol=BALANCE)
    back = float(water_enthalpy(80.0)) / 1e6
    into = rows["plant_heat_mw"].sum("plant") + given * back
    out = rows["consumer_heat_mw"].sum("consumer") + rows["consumer_mdot_kg_per_s"].sum("consumer") * back
    left = into - out - rows["heat_loss_mw"] - rows["condensate_mw"]
    # what is left lifts the steam: 40 m are 0.4 kJ/kg
    assert float(abs(left).max()) < 4e-4 * float(given.max()) + BALANCE * heat
    asked = np.outer(np.array(SHARES)[solved], network.consumers["heat_mw"])
    np.testing.assert_allclose(rows["consumer_heat_mw"] + rows["consumer_shortfall_mw"], asked, rtol=1e-6)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_losses_are_what_the_temperatures_along_the_pipes_ask_for(name):
    # the engine takes losses from enthalpies; here they come from the integral of u (T - T_ambient)
    network = EXAMPLES[name]
    plan = checked_plan(network)
    given = rows_of(given_of(network, steam_hours(network, SHARES), plan), slice(None))
    raw = solved_raw(steam_fluid(), plan, given, np.ones(len(SHARES)))
    states = solve_steam(network, steam_hours(network, SHARES))
    for row in np.flatnonzero(states["status"].str.startswith("ok").to_numpy()):
        for pipe, element in enumerate(plan.element):
            if raw.direction[row, pipe] not in (FORWARD, BACKWARD):
                continue
            trace = traced(plan, given, raw, row, pipe, plan.length[pipe] / 400)
            t = steam.temperature_degc(trace[:, 1] / 1e5, trace[:, 2])
            loss = plan.u[pipe] * np.trapezoid(t - given.t_ambient[row, pipe], trace[:, 0])
            # the trapezoidal rule over at least 400 steps, and the tables' 2e-4 K on the saturation line
            assert float(states["pipe_loss_mw"][row, element]) == pytest.approx(loss / 1e6, rel=1e-5)


def test_condensate_leaves_as_boiling_water():
    network = steam_tree(t_supply_degc=191.7)
    states = solve_steam(network, steam_hours(network, (1.0, 0.3)))
    assert (states["status"] == "ok_wet").all()
    drained = states["pipe_condensate_kg_per_s"].to_numpy()
    ends = states["node_p_bar"].sel(node=list(network.pipes["to_node"])).to_numpy()
    boiling = drained * steam.liquid_enthalpy_j_per_kg(ends) / 1e6
    # its kinetic energy and height, below 1 kJ/kg, belong to it
    assert (drained > 0).any()
    np.testing.assert_allclose(states["pipe_condensate_mw"].to_numpy(), boiling, atol=1e-3 * drained.max())


def test_a_line_arrives_as_the_march_alone_says():
    network = steam_line(heat_mw=20.0)
    states = solve_steam(network, steam_hours(network, (1.0,)))
    arrival = line_arrival(line_to(network, "mill", 10.0), float(states["plant_mdot_kg_per_s"][0, 0]), 13.0, 300.0)
    assert float(states["consumer_p_bar"][0, 0]) == pytest.approx(arrival.p_bar, rel=ITERATION)
    assert float(states["consumer_t_supply_degc"][0, 0]) == pytest.approx(arrival.t_degc, abs=1e-4)
    assert float(states["consumer_mdot_kg_per_s"][0, 0]) == pytest.approx(arrival.mdot_kg_per_s, rel=ITERATION)
    # heat by definition
    h = steam.enthalpy_j_per_kg(arrival.p_bar, arrival.t_degc)
    heat = arrival.mdot_kg_per_s * float(h - water_enthalpy(80.0)) / 1e6
    assert heat == pytest.approx(20.0, rel=1e-6)


def test_steam_of_two_plants_mixes_by_enthalpy():
    network = steam_network(
        [
            {"from_node": "a", "to_node": "mix", "length_m": 10.0, "inner_diameter_mm": 400.0},
            {"from_node": "b", "to_node": "mix", "length_m": 10.0, "inner_diameter_mm": 400.0},
        ],
        [{"id": "user", "node": "mix", "control": "flow_dt", "mdot_kg_per_s": 5.0, "dt_k": 0.0}],
        [
            {"id": "hot", "node": "a", "t_supply_degc": 320.0},
            {"id": "cool", "node": "b", "role": "flow", "t_supply_degc": 200.0, "mdot_kg_per_s": 2.0},
        ],
    )
    states = solve_steam(network, steam_hours(network, (1.0,)))
    assert states["plant_mdot_kg_per_s"][0].values == pytest.approx([3.0, 2.0])
    p_mix = float(states["node_p_bar"].sel(node="mix")[0])
    p_b = float(states["plant_p_bar"].sel(plant="cool")[0])
    mixed = (3.0 * steam.enthalpy_j_per_kg(13.0, 320.0) + 2.0 * steam.enthalpy_j_per_kg(p_b, 200.0)) / 5.0
    assert float(states["node_t_degc"].sel(node="mix")[0]) == pytest.approx(
        float(steam.temperature_degc(p_mix, mixed)), abs=1e-3
    )


def test_a_ring_has_one_pressure_whichever_way_round():
    # three ways lead from the works to the south
    network = steam_ring()
    states = solve_steam(network, steam_hours(network, (1.0, 1.4)))
    drop = {pipe: states["pipe_dp_bar"].sel(pipe=pipe) for pipe in network.pipes.index}
    way = -drop["south-works"]
    for other in (
        drop["works-north"] + drop["north-south"],
        drop["works-north"] + drop["north-east"] + drop["east-boiler"] + drop["boiler-south"],
    ):
        np.testing.assert_allclose(other, way, atol=1e-7)
    # and each pipe's drop is that of its own flow: marched alone from its start
    plan = checked_plan(network)
    given = rows_of(given_of(network, steam_hours(network, (1.0, 1.4)), plan), slice(None))
    raw = solved_raw(steam_fluid(), plan, given, np.ones(2))
    for pipe in range(len(plan.near)):
        trace = traced(plan, given, raw, 0, pipe, np.inf)
        end = plan.far[pipe] if raw.direction[0, pipe] == FORWARD else plan.near[pipe]
        assert trace[-1, 1] == pytest.approx(raw.p[0, end], rel=ITERATION)


@pytest.mark.parametrize("traps", [True, False])
def test_a_symmetric_ring_rests_where_both_ways_meet(traps):
    ends = [("works", "left"), ("works", "right"), ("left", "right")]
    network = steam_network(
        [
            {"from_node": a, "to_node": b, "length_m": 500.0, "inner_diameter_mm": 259.0, "u_w_per_mk": 0.4}
            for a, b in ends
        ],
        [{"id": f"user_{node}", "node": node, "heat_mw": 8.0} for node in ("left", "right")],
        [{"id": "plant", "node": "works", "t_supply_degc": 250.0}],
        [{"id": node, "trap": traps} for node in ("works", "left", "right")],
    )
    states = solve_steam(network, steam_hours(network, (1.0, 0.4)))
    assert (states["status"] == "ok_stagnant").all()
    pressures = states["node_p_bar"]
    np.testing.assert_allclose(pressures.sel(node="left"), pressures.sel(node="right"), rtol=1e-6)
    middle = states.sel(pipe="left-right")
    if traps:
        # kept hot: steam comes in, condenses, and is drained
        lost = 0.4 * 500.0 * (steam.saturation_temperature_degc(pressures.sel(node="left").to_numpy()) - 10.0) / 1e6
        np.testing.assert_allclose(middle["pipe_loss_mw"], lost, rtol=0.02)
        assert (middle["pipe_condensate_kg_per_s"] > 0).all()
    else:
        # cold: no trap, no flow, no loss
        assert (middle["pipe_loss_mw"] == 0).all()
        assert (middle["pipe_mdot_kg_per_s"] == 0).all()
    assert float(abs(states["energy_residual_mw"]).max()) < 1e-5


def test_a_dead_end_is_kept_hot_by_the_steam_that_condenses_in_it():
    network = steam_network(
        [
            {"from_node": "works", "to_node": "mill", "length_m": 100.0, "inner_diameter_mm": 309.0},
            {"id": "dead", "from_node": "mill", "to_node": "idle", "length_m": 300.0, "inner_diameter_mm": 207.0,
             "u_w_per_mk": 0.5},
        ],
        [{"id": "user", "node": "mill", "heat_mw": 10.0}, {"id": "sleeper", "node": "idle", "heat_mw": 0.0}],
        [{"id": "plant", "node": "works", "t_supply_degc": 240.0}],
    )  # fmt: skip
    states = solve_steam(network, steam_hours(network, (1.0,))).isel(time=0)
    assert states["status"] == "ok_stagnant"
    p = float(states["node_p_bar"].sel(node="idle"))
    # nearly the whole pipe is at saturation; the inflow brings h - h' to every kilogram
    lost = 0.5 * 300.0 * (float(steam.saturation_temperature_degc(p)) - 10.0)
    h = steam.enthalpy_j_per_kg(p, float(states["node_t_degc"].sel(node="mill")))
    drained = lost / float(h - steam.liquid_enthalpy_j_per_kg(p))
    assert float(states["pipe_condensate_kg_per_s"].sel(pipe="dead")) == pytest.approx(drained, rel=0.02)
    assert float(states["pipe_mdot_end_kg_per_s"].sel(pipe="dead")) == pytest.approx(0.0, abs=1e-9)
    assert float(states["node_t_degc"].sel(node="idle")) == pytest.approx(float(steam.saturation_temperature_degc(p)))


@pytest.mark.parametrize("superheat_k", [None, 30.0])
def test_pressure_by_need_is_the_inverse_of_pressure_given(superheat_k):
    network = steam_tree()
    network.consumers["min_p_bar"] = [8.0, np.nan, 9.0, 10.0]
    hours = steam_hours(network, (1.0, 0.5, 1.3))
    needed = required_plant_p_bar(network, hours, superheat_k=superheat_k)
    given = steam_hours(network, (1.0, 0.5, 1.3), plant_p_bar=pd.DataFrame({"plant": needed.to_numpy()[:, 0]}))
    states = solve_steam(network, given, superheat_k=superheat_k)
    margin = states["consumer_p_margin_bar"].min("consumer")
    np.testing.assert_allclose(margin, 0.0, atol=1e-6)
    assert (needed.to_numpy()[:, 0] > 10.0).all()
    if superheat_k is not None:
        assert float(states["node_superheat_k"].sel(node="works")[0]) == pytest.approx(superheat_k, abs=1e-3)


def test_the_pressure_point_may_stand_at_another_node():
    network = steam_tree()
    held = steam_hours(network, (1.0, 0.6))
    usual = solve_steam(network, held)
    point = type(network.pressure_point)(node="end", line="supply", p_bar=float(usual["node_p_bar"].sel(node="end")[0]))
    from dataclasses import replace

    moved = solve_steam(replace(network, pressure_point=point), held)
    assert float(moved["node_p_bar"].sel(node="works")[0]) == pytest.approx(13.0, rel=1e-7)
    np.testing.assert_allclose(moved["node_p_bar"].sel(node="end"), point.p_bar, rtol=1e-7)


def test_pipes_above_ground_lose_heat_to_the_air():
    buried, above = steam_line(), steam_line(laying="above_ground")
    air = pd.DataFrame({"all": [-10.0, 10.0]})
    states = solve_steam(above, steam_hours(above, (1.0, 1.0), t_outdoor_degc=air))
    in_ground = solve_steam(buried, steam_hours(buried, (1.0, 1.0), t_outdoor_degc=air))
    loss = states["heat_loss_mw"].to_numpy()
    # the ground has 10 °C, as the air has in the second hour
    assert loss[1] == pytest.approx(float(in_ground["heat_loss_mw"][1]), rel=1e-9)
    mean = float(states["node_t_degc"].mean("node")[1])
    assert loss[0] / loss[1] == pytest.approx((mean + 10) / (mean - 10), rel=0.01)


def test_the_profile_ends_in_the_states_of_the_nodes():
    network = steam_tree(t_supply_degc=200.0)
    hours = steam_hours(network, (1.0, 0.1))
    states, along = solve_steam(network, hours), profile(network, hours, "end", rows=[0, 1])
    assert along["distance_m"].values[[0, -1]] == pytest.approx([0.0, 3400.0])
    for row in (0, 1):
        for point, node in ((0, "works"), (-1, "end")):
            assert float(along["p_bar"][row, point]) == pytest.approx(
                float(states["node_p_bar"].sel(node=node)[row]), rel=1e-6
            )
    # with much flow the pressure falls all the way, downhill too
    assert (np.diff(along["p_bar"][0]) < 1e-9).all()
    # the first hour condenses late, the second early
    wet = (along["dryness_share"] < 1.0).to_numpy()
    assert wet[1].argmax() < (wet[0].argmax() or wet.shape[1])
