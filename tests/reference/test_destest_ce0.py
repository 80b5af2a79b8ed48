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


@pytest.fixture(scope="module")
def result():
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
    dataset = simulate(network, Boundary(pd.Index([0.0])))
    assert dataset["status"].values.tolist() == ["ok"]
    return dataset.isel(time=0)


@pytest.fixture(scope="module")
def reference():
    table = pd.read_csv(CASE / "reference_results.csv", index_col="quantity")
    return table[GOOD_TOOLS].median(axis=1)


def _row(reference, *words):
    rows = [name for name in reference.index if all(word.lower() in name.lower() for word in words)]
    assert len(rows) == 1, rows
    return float(reference[rows[0]])


def test_pressure_drop(result, reference):
    for line, quantity, sign in (("supply", "node_p_supply_bar", 1.0), ("return", "node_p_return_bar", -1.0)):
        for name, published in reference.items():
            if not name.lower().startswith("pressure drop " + line):
                continue
            first, second = name.split("between ")[1].split(" [")[0].split(" and ")
            drop_pa = abs(float(result[quantity].sel(node=first) - result[quantity].sel(node=second))) * 1e5
            assert drop_pa == pytest.approx(published, rel=PRESSURE_TOLERANCE_SHARE), name


def test_temperatures(result, reference):
    checked = 0
    for name, published in reference.items():
        if "temperature" not in name.lower():
            continue
        quantity = "node_t_return_degc" if "return" in name.lower() else "node_t_supply_degc"
        node = name.split(" [")[0].split(" ")[-1]
        node = node if node in result["node"].values else next(n for n in result["node"].values if n.endswith(node))
        assert float(result[quantity].sel(node=node)) == pytest.approx(published, abs=TEMPERATURE_TOLERANCE_K), name
        checked += 1
    assert checked >= 2


def test_plant_power(result):
    assert POWER_RANGE_KW[0] <= float(result["plant_heat_mw"].sum()) * 1e3 <= POWER_RANGE_KW[1]


def test_flow_at_the_plant(result, reference):
    assert float(result["plant_mdot_kg_per_s"].sum()) * 3600 == pytest.approx(
        _row(reference, "mass flow rate supply i"), rel=1e-4
    )


def test_balance(result):
    assert abs(float(result["energy_residual_mw"])) < 1e-6 * float(result["plant_heat_mw"].sum())
    assert np.isfinite(result["pipe_mdot_kg_per_s"]).all()
