"""DHNx example: a tree of four nodes, three snapshots, constant heat capacity; its temperatures are analytic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.simulate import simulate

CASE = Path(__file__).parents[2] / ".." / "shared" / "validation" / "dhnx_tree"
pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="the published case dhnx_tree is not on this machine")

#: both solutions are closed forms; what is left is the printed rounding and the solver's tolerance
TEMPERATURE_TOLERANCE_K = 1e-3
LOSS_TOLERANCE_SHARE = 1e-6
HEAT_CAPACITY_J_PER_KGK = 4190.0


def _sequence(name):
    return pd.read_csv(CASE / "input" / "sequences" / f"{name}.csv", index_col="snapshot")


@pytest.fixture(scope="module", params=["pandapipes", "season"])
def dataset(request):
    pipes = pd.read_csv(CASE / "input" / "pipes.csv")
    consumers = [f"consumers-{i}" for i in pd.read_csv(CASE / "input" / "consumers.csv").dropna()["id"].astype(int)]
    network = build_network(
        "dhnx_tree",
        {
            "design": {"t_supply_degc": 130, "t_return_degc": 120, "t_outdoor_degc": -10},
            "pressure_point": {"node": "producers-0", "line": "return", "p_bar": 5.0},
            "fluid": {
                "density_kg_per_m3": 951.0,
                "heat_capacity_j_per_kgk": HEAT_CAPACITY_J_PER_KGK,
                "viscosity_pa_s": 2.3e-4,
            },
        },
        {
            "nodes": pd.DataFrame({"id": ["producers-0", "forks-0", *consumers]}),
            "pipes": pd.DataFrame(
                {
                    "id": "pipe_" + pipes["id"].astype(str),
                    "from_node": pipes["from_node"],
                    "to_node": pipes["to_node"],
                    "length_m": pipes["length"],
                    "inner_diameter_mm": pipes["diameter"],
                    "roughness_mm": pipes["roughness"],
                    "u_w_per_mk": pipes["heat_transfer_coefficient"] * np.pi * pipes["diameter"] / 1e3,
                }
            ),
            "consumers": pd.DataFrame(
                {
                    "id": ["house_0", "house_1"],
                    "node": consumers,
                    "control": "flow_dt",
                    "mdot_kg_per_s": 0.3,
                    "dt_k": 10.0,
                }
            ),
            "plants": pd.DataFrame([{"id": "plant", "node": "producers-0", "kind": "source", "role": "pressure"}]),
        },
    )
    flows = _sequence("consumers-mass_flow").set_axis(["house_0", "house_1"], axis=1)
    drops = _sequence("consumers-delta_temp_drop").set_axis(["house_0", "house_1"], axis=1)
    supply = _sequence("producers-temp_inlet").set_axis(["plant"], axis=1)
    ground = _sequence("environment-temp_env").set_axis(["all"], axis=1)
    boundary = Boundary(
        flows.index.astype(float),
        {
            "consumer_mdot_kg_per_s": flows,
            "consumer_dt_k": drops,
            "plant_t_supply_degc": supply,
            "t_ground_degc": ground,
        },
    )
    result = simulate(network, boundary, engine=request.param)
    assert (result["status"] == "ok").all()
    return result


@pytest.mark.parametrize(("file", "quantity"), [("inlet", "node_t_supply_degc"), ("return", "node_t_return_degc")])
def test_node_temperatures(dataset, file, quantity):
    expected = pd.read_csv(CASE / "expected" / f"nodes-temp_{file}.csv", index_col="snapshot")
    found = dataset[quantity].sel(node=list(expected.columns)).values
    np.testing.assert_allclose(found, expected.to_numpy(), atol=TEMPERATURE_TOLERANCE_K, rtol=0)


def test_heat_losses(dataset):
    expected = pd.read_csv(CASE / "expected" / "pipes-heat_losses.csv", index_col="snapshot").to_numpy()
    found = (dataset["pipe_loss_supply_mw"] + dataset["pipe_loss_return_mw"]).values * 1e6
    np.testing.assert_allclose(found, expected, rtol=LOSS_TOLERANCE_SHARE)
    total = pd.read_csv(CASE / "expected" / "global-heat_losses.csv", index_col="snapshot").to_numpy().ravel()
    np.testing.assert_allclose(dataset["heat_loss_mw"].values * 1e6, total, rtol=LOSS_TOLERANCE_SHARE)
