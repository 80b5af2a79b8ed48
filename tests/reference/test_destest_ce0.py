"""DESTEST network CE_0 (IBPSA project 1): 16 houses, supply and return, steady state, solved by six tools.

Compared with the median of the tools without known faults. The tolerances are the spread of those tools, as the case's
README states it: temperatures within 0.02 K, pressure drop within 5 %, plant power within the 0.2 kW of the cluster.
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

CASE = Path(__file__).parents[2] / ".." / "shared" / "validation" / "destest_ce0"
pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="the published case destest_ce0 is not on this machine")

GOOD_TOOLS = ["Modelica_Buildings_AAU_Martin", "TRNSYS_TUD_2022", "pydhn_2023"]
TEMPERATURE_TOLERANCE_K = 0.02
PRESSURE_TOLERANCE_SHARE = 0.05
POWER_RANGE_KW = (313.5, 313.7)


@pytest.fixture(scope="module", params=["pandapipes", "season"])
def result(request):
    constants = json.loads((CASE / "boundary.json").read_text())
    pipes = pd.read_csv(CASE / "pipes.csv")
    consumers = pd.read_csv(CASE / "consumers.csv")
    plant = constants["plant_node"]
    network = build_network(
        "destest_ce0",
        {
            "design": {"t_supply_degc": constants["supply_temperature_C"], "t_return_degc": 40, "t_outdoor_degc": -10},
            "pressure_point": {"node": plant, "line": "return", "p_bar": 3.0},
            "t_ground_degc": constants["ground_temperature_C"],
            "fluid": {
                "density_kg_per_m3": constants["fluid"]["rho_kg_m3"],
                "heat_capacity_j_per_kgk": constants["fluid"]["cp_J_kgK"],
                "viscosity_pa_s": constants["fluid"]["mu_Pa_s"],
            },
            "pipe_defaults": {"roughness_mm": constants["roughness_mm"], "zeta_per_m": 0.0},
        },
        {
            "nodes": pd.DataFrame({"id": pd.read_csv(CASE / "nodes.csv")["node"]}),
            "pipes": pd.DataFrame(
                {
                    "id": [f"pipe_{i}" for i in range(len(pipes))],
                    "from_node": pipes["from_node"],
                    "to_node": pipes["to_node"],
                    "length_m": pipes["length_m"],
                    "inner_diameter_mm": pipes["inner_diameter_m"] * 1e3,
                    "u_w_per_mk": pipes["U_w_per_mK"],
                }
            ),
            "consumers": pd.DataFrame(
                {
                    "id": "house_" + consumers["node"],
                    "node": consumers["node"],
                    "control": "flow_dt",
                    "mdot_kg_per_s": consumers["mdot_kg_h"] / 3600.0,
                    "dt_k": consumers["delta_t_K"],
                }
            ),
            "plants": pd.DataFrame([{"id": "plant", "node": plant, "kind": "source", "role": "pressure"}]),
        },
    )
    dataset = simulate(network, Boundary(pd.Index([0.0])), engine=request.param)
    assert dataset["status"].values.tolist() == ["ok"]
    return dataset.isel(time=0)


@pytest.fixture(scope="module")
def reference():
    table = pd.read_csv(CASE / "reference_results.csv", index_col="quantity")
    return table[GOOD_TOOLS].median(axis=1)


PRESSURE_DROPS = ("supply between i and e", "return between a and i", "return between i and h")
PLACES = ("i", "h", "g", "f", "e", "SimpleDistrict_1")


@pytest.mark.parametrize("where", PRESSURE_DROPS)
def test_pressure_drop(result, reference, where):
    line, first, second = where.split()[0], where.split()[2], where.split()[4]
    pressure = result[f"node_p_{line}_bar"]
    drop_pa = abs(float(pressure.sel(node=first) - pressure.sel(node=second))) * 1e5
    assert drop_pa == pytest.approx(reference[f"Pressure drop {where} [Pa]"], rel=PRESSURE_TOLERANCE_SHARE)


@pytest.mark.parametrize("line", ["supply", "return"])
@pytest.mark.parametrize("place", PLACES)
def test_temperature(result, reference, line, place):
    published = reference[f"Fluid temperature {line} {place} [C]"]
    found = float(result[f"node_t_{line}_degc"].sel(node=place))
    assert found == pytest.approx(published, abs=TEMPERATURE_TOLERANCE_K)


def test_plant_power(result):
    assert POWER_RANGE_KW[0] <= float(result["plant_heat_mw"].sum()) * 1e3 <= POWER_RANGE_KW[1]


def test_flow_at_the_plant(result, reference):
    flow_kg_per_h = float(result["plant_mdot_kg_per_s"].sum()) * 3600
    assert flow_kg_per_h == pytest.approx(reference["Mass flow rate supply i [kg_h]"], rel=1e-4)


def test_balance(result):
    assert abs(float(result["energy_residual_mw"])) < 1e-6 * float(result["plant_heat_mw"].sum())
    assert np.isfinite(result["pipe_mdot_kg_per_s"]).all()
