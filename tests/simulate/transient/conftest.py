"""Small networks and boundaries for transient simulations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from heatnet.adapters.layout import layout_of
from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.model.examples import CONSTANT_WATER
from heatnet.model.network import Network
from heatnet.simulate import is_solved
from heatnet.simulate.inputs import inputs_of
from heatnet.simulate.transient.run import transient_dataset

#: required; what is reached is rounding, and 1e-9 where water runs in a circle
ENERGY_TOLERANCE_SHARE = 1e-6
MASS_TOLERANCE_SHARE = 1e-9


def simulate_transient(network: Network, boundary: Boundary, step_s: float, **options):
    return transient_dataset(
        network, layout_of(network), boundary, inputs_of(network, boundary), step_s=step_s, **options
    )


def boundary_of(time, **values) -> Boundary:
    """Return a boundary from times and, by variable, values by element: one for all times, or one each."""
    index = time if isinstance(time, pd.Index) else pd.Index(np.asarray(time, dtype=float), name="time")
    frames = {name: pd.DataFrame(by_element, index) for name, by_element in values.items()}
    return Boundary(index, frames)


def one_pipe_network(
    length_m: float = 500.0,
    inner_mm: float = 200.0,
    wall_j_per_mk: float = 0.0,
    u_w_per_mk: float = 0.0,
    t_ground_degc: float = 10.0,
    fluid=None,
    parts: int = 1,
) -> Network:
    """A plant, a supply pipe (in parts of equal length) and a consumer that draws a given flow; no return pipe."""
    nodes = ["inlet", *(f"joint_{i}" for i in range(1, parts)), "outlet"]
    return build_network(
        "one_pipe",
        {
            "design": {"t_supply_degc": 90, "t_return_degc": 20, "t_outdoor_degc": 0},
            "pressure_point": {"node": "inlet", "line": "return", "p_bar": 3.0},
            "t_ground_degc": t_ground_degc,
            "fluid": dict(CONSTANT_WATER) if fluid is None else fluid,
            "pipe_defaults": {"roughness_mm": 0.1, "zeta_per_m": 0.0},
        },
        {
            "nodes": pd.DataFrame({"id": nodes}),
            "pipes": pd.DataFrame(
                {
                    "id": [f"pipe_{i}" for i in range(parts)],
                    "from_node": nodes[:-1],
                    "to_node": nodes[1:],
                    "line": "supply",
                    "length_m": length_m / parts,
                    "inner_diameter_mm": inner_mm,
                    "u_w_per_mk": u_w_per_mk,
                    "wall_j_per_mk": wall_j_per_mk,
                }
            ),
            "consumers": pd.DataFrame(
                [{"id": "drain", "node": "outlet", "return_node": "inlet", "heat_mw": 0.1, "t_return_degc": 20.0}]
            ),
            "plants": pd.DataFrame([{"id": "plant", "node": "inlet", "kind": "source", "role": "pressure"}]),
        },
    )


def assert_conserved(dataset) -> np.ndarray:
    """Given = taken + lost + stored in every step, and flows at every junction; return which rows are solved."""
    solved = np.array([is_solved(str(status)) for status in dataset["status"].values])
    heat = np.abs(dataset["plant_heat_mw"]).sum("plant") + dataset["consumer_heat_mw"].sum("consumer")
    # what a step moves may exceed what its rows show
    scale = float(heat[solved].max()) if solved.any() else 0.0
    first = ~np.concatenate([[False], solved[:-1]])
    counted = solved & ~first
    residual = np.abs(dataset["energy_residual_mw"].to_numpy())
    assert (residual[counted] <= ENERGY_TOLERANCE_SHARE * max(scale, 1e-6)).all()
    flow = float(np.abs(dataset["plant_mdot_kg_per_s"]).max()) if solved.any() else 0.0
    assert (dataset["mass_residual_kg_per_s"].to_numpy()[solved] <= MASS_TOLERANCE_SHARE * flow + 1e-12).all()
    return solved


@pytest.fixture(scope="session")
def conserved() -> Callable:
    return assert_conserved


@pytest.fixture(scope="session")
def transient() -> Callable:
    return simulate_transient


@pytest.fixture(scope="session")
def boundary() -> Callable:
    return boundary_of


@pytest.fixture(scope="session")
def one_pipe() -> Callable:
    return one_pipe_network
