"""35 pipes, one loop, three sources of which two give a fixed power (Ke Wang, Power-Flow-in-EH-IES).

Consumers take fixed heat at a fixed return temperature, so that this case tests flows found from local supply temperatures,
sources with an outer loop on their return temperature, and the split of flows in a loop. The reference uses 64/Re below
Re = 2300 and stores some junction return temperatures as exactly 40, which moves its sources' return by up to 0.09 K: hence
the tolerances of 0.3 % of the largest flow and 0.1 K.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.simulate import simulate

CASE = Path(__file__).parents[2] / ".." / "shared" / "validation" / "three_source_loop"
pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="the published case three_source_loop is not on this machine")

FLOW_TOLERANCE_SHARE = 0.003
TEMPERATURE_TOLERANCE_K = 0.1
#: the reference's sources inherit this from the return temperatures stored as exactly 40
RETURN_ERROR_K = 0.09


@pytest.fixture(scope="module", params=["pandapipes", "season"])
def result(request):
    constants = json.loads((CASE / "boundary.json").read_text())
    nodes = pd.read_csv(CASE / "nodes.csv", dtype={"node": str})
    pipes = pd.read_csv(CASE / "pipes.csv", dtype={"pipe": str, "from_node": str, "to_node": str})
    consumers = nodes[nodes["kind"] == "consumer"]
    sources = nodes[nodes["kind"].str.endswith("source")]
    slack = str(nodes.loc[nodes["kind"] == "slack_source", "node"].iloc[0])
    network = build_network(
        "three_source_loop",
        {
            "design": {"t_supply_degc": 78.75, "t_return_degc": 40, "t_outdoor_degc": -10},
            "pressure_point": {"node": slack, "line": "return", "p_bar": 3.0},
            "t_ground_degc": constants["ambient_C"],
            "fluid": {
                "density_kg_per_m3": constants["rho"],
                "heat_capacity_j_per_kgk": constants["cp"],
                "viscosity_pa_s": constants["kinematic_viscosity_m2_s"] * constants["rho"],
            },
            "pipe_defaults": {"zeta_per_m": 0.0},
        },
        {
            "nodes": pd.DataFrame({"id": nodes["node"]}),
            "pipes": pd.DataFrame(
                {
                    "id": "pipe_" + pipes["pipe"],
                    "from_node": pipes["from_node"],
                    "to_node": pipes["to_node"],
                    "length_m": pipes["length_m"],
                    "inner_diameter_mm": pipes["inner_diameter_m"] * 1e3,
                    "roughness_mm": pipes["roughness_m"] * 1e3,
                    "u_w_per_mk": pipes["U_w_per_mK"],
                }
            ),
            "consumers": pd.DataFrame(
                {
                    "id": "consumer_" + consumers["node"],
                    "node": consumers["node"],
                    "heat_mw": consumers["heat_demand_MW"],
                    "t_return_degc": consumers["T_return_consumer_C"],
                }
            ),
            "plants": pd.DataFrame(
                {
                    "id": "source_" + sources["node"],
                    "node": sources["node"],
                    "kind": "source",
                    "role": np.where(sources["kind"] == "slack_source", "pressure", "heat"),
                    "t_supply_degc": sources["T_supply_setpoint_C"],
                    "heat_mw": sources["source_power_MW"],
                }
            ),
        },
    )
    dataset = simulate(network, Boundary(pd.Index([0.0])), engine=request.param)
    assert dataset["status"].values.tolist() == ["ok"]
    return dataset.isel(time=0)


def test_flows(result):
    reference = pd.read_csv(CASE / "reference_pipes.csv")["mdot_kg_s"].to_numpy()
    difference = np.abs(result["pipe_mdot_kg_per_s"].values - reference)
    assert difference.max() <= FLOW_TOLERANCE_SHARE * np.abs(reference).max()


def test_supply_temperatures(result):
    reference = pd.read_csv(CASE / "reference_nodes.csv")["T_supply_C"].to_numpy()
    np.testing.assert_allclose(result["node_t_supply_degc"].values, reference, atol=TEMPERATURE_TOLERANCE_K, rtol=0)


def test_return_temperatures_of_junctions(result):
    reference = pd.read_csv(CASE / "reference_nodes.csv")["T_return_C"].to_numpy()
    stored = reference != 40.0
    found = result["node_t_return_degc"].values
    np.testing.assert_allclose(found[stored], reference[stored], atol=TEMPERATURE_TOLERANCE_K, rtol=0)


def test_source_powers(result):
    heat = result["plant_heat_mw"].to_series()
    assert heat["source_33"] == pytest.approx(9.45, rel=1e-6)
    assert heat["source_34"] == pytest.approx(5.25, rel=1e-6)
    inherited_mw = float(result["plant_mdot_kg_per_s"].sum()) * 4182.0 * RETURN_ERROR_K / 1e6
    assert heat["source_35"] == pytest.approx(11.537, abs=inherited_mw)


def test_loss_is_the_sum_over_pipes_of_what_each_cools(result):
    by_pipe = result["pipe_loss_supply_mw"] + result["pipe_loss_return_mw"]
    assert float(by_pipe.sum()) == pytest.approx(float(result["heat_loss_mw"]), rel=1e-12)
    balance_mw = float(result["plant_heat_mw"].sum() - result["consumer_heat_mw"].sum())
    assert balance_mw == pytest.approx(float(result["heat_loss_mw"]), rel=1e-6)
