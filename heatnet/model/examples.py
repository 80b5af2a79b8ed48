"""Tiny example networks, built in memory; shared by tests and documentation.

Each function returns a complete `Network`. Keyword arguments change what tests vary: fluid, ground, insulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.model.network import Network

#: constant properties of water at 80 °C, for closed forms
CONSTANT_WATER: Mapping[str, float] = {
    "density_kg_per_m3": 972.0,
    "heat_capacity_j_per_kgk": 4196.0,
    "viscosity_pa_s": 3.54e-4,
}


def _meta(fluid: str | Mapping[str, float], t_ground_degc: float, node: str) -> dict[str, Any]:
    return {
        "design": {"t_supply_degc": 110.0, "t_return_degc": 50.0, "t_outdoor_degc": -7.0},
        "regulation": "variable",
        "pressure_point": {"node": node, "line": "return", "p_bar": 4.0},
        "t_ground_degc": t_ground_degc,
        "fluid": fluid if isinstance(fluid, str) else dict(fluid),
        "pipe_defaults": {"roughness_mm": 0.5, "zeta_per_m": 0.01},
    }


def _pipes(rows: Sequence[tuple[str, str, float, float]], u_w_per_mk: float, **common: Any) -> pd.DataFrame:
    """Return pipes named after their ends from (from, to, length m, inner diameter mm)."""
    frame = pd.DataFrame(rows, columns=["from_node", "to_node", "length_m", "inner_diameter_mm"])
    frame.insert(0, "id", "pipe_" + frame["from_node"] + "_" + frame["to_node"])
    return frame.assign(u_w_per_mk=u_w_per_mk, **common)


def _consumers(heat_mw: Mapping[str, float]) -> pd.DataFrame:
    """Return one consumer a node, named after it."""
    return pd.DataFrame(
        {
            "id": [f"consumer_{node}" for node in heat_mw],
            "node": list(heat_mw),
            "design_heat_mw": list(heat_mw.values()),
        }
    )


def _nodes(elevation_m: Mapping[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"id": list(elevation_m), "elevation_m": list(elevation_m.values())})


def two_pipe(
    fluid: str | Mapping[str, float] = "if97",
    t_ground_degc: float = 8.0,
    u_w_per_mk: float = 0.4,
    length_m: float = 1000.0,
    elevation_m: float = 0.0,
) -> Network:
    """One plant, one pair of pipes DN300, one consumer of 10 MW."""
    return build_network(
        "two_pipe",
        _meta(fluid, t_ground_degc, "works"),
        {
            "nodes": _nodes({"works": 0.0, "station": elevation_m}),
            "pipes": _pipes([("works", "station", length_m, 309.0)], u_w_per_mk),
            "consumers": _consumers({"station": 10.0}),
            "plants": pd.DataFrame([{"id": "plant", "node": "works", "kind": "source", "role": "pressure"}]),
        },
    )


def tree(fluid: str | Mapping[str, float] = "if97", t_ground_degc: float = 8.0, u_w_per_mk: float = 0.3) -> Network:
    """One plant and four consumers on a branched line."""
    return build_network(
        "tree",
        _meta(fluid, t_ground_degc, "works"),
        {
            "nodes": _nodes({"works": 3.0, "fork": 3.0, "north": 5.0, "east": 2.0, "south": 4.0, "end": 8.0}),
            "pipes": _pipes(
                [
                    ("works", "fork", 800.0, 309.0),
                    ("fork", "north", 400.0, 207.0),
                    ("fork", "east", 600.0, 259.0),
                    ("east", "south", 300.0, 150.0),
                    ("east", "end", 900.0, 207.0),
                ],
                u_w_per_mk,
            ),
            "consumers": _consumers({"north": 4.0, "east": 2.0, "south": 2.5, "end": 5.0}),
            "plants": pd.DataFrame([{"id": "plant", "node": "works", "kind": "source", "role": "pressure"}]),
        },
    )


def two_source_loop(
    fluid: str | Mapping[str, float] = "if97", t_ground_degc: float = 8.0, u_w_per_mk: float = 0.3
) -> Network:
    """A ring with four consumers, a pressure-holding plant and, across the ring, a cooler plant of 6 MW."""
    return build_network(
        "two_source_loop",
        _meta(fluid, t_ground_degc, "works"),
        {
            "nodes": _nodes({"works": 0.0, "north": 2.0, "east": 4.0, "heat_store": 3.0, "south": 1.0, "west": 6.0}),
            "pipes": _pipes(
                [
                    ("works", "north", 500.0, 259.0),
                    ("north", "east", 500.0, 207.0),
                    ("east", "heat_store", 400.0, 207.0),
                    ("heat_store", "south", 600.0, 207.0),
                    ("south", "works", 700.0, 259.0),
                    ("south", "west", 300.0, 150.0),
                ],
                u_w_per_mk,
            ),
            "consumers": _consumers({"north": 4.0, "east": 5.0, "south": 4.0, "west": 3.0}),
            "plants": pd.DataFrame(
                [
                    {"id": "plant", "node": "works", "kind": "source", "role": "pressure"},
                    {
                        "id": "helper",
                        "node": "heat_store",
                        "kind": "source",
                        "role": "heat",
                        "heat_mw": 6.0,
                        "t_supply_degc": 95.0,
                    },
                ]
            ),
        },
    )


def preheat_loop(
    fluid: str | Mapping[str, float] = "if97", t_ground_degc: float = 8.0, u_w_per_mk: float = 0.3
) -> Network:
    """A ring with three consumers; at one node of it a heat pump of 1.5 MW pre-heats the return."""
    return build_network(
        "preheat_loop",
        _meta(fluid, t_ground_degc, "works"),
        {
            "nodes": _nodes({"works": 0.0, "north": 0.0, "east": 0.0, "south": 0.0}),
            "pipes": _pipes(
                [
                    ("works", "north", 500.0, 259.0),
                    ("north", "east", 500.0, 207.0),
                    ("east", "south", 400.0, 207.0),
                    ("south", "works", 600.0, 259.0),
                ],
                u_w_per_mk,
            ),
            "consumers": _consumers({"north": 4.0, "east": 5.0, "south": 4.0}),
            "plants": pd.DataFrame(
                [
                    {"id": "plant", "node": "works", "kind": "source", "role": "pressure"},
                    {
                        "id": "heat_pump",
                        "node": "north",
                        "kind": "source",
                        "role": "heat",
                        "connection": "return_preheat",
                        "heat_mw": 1.5,
                    },
                ]
            ),
        },
    )


EXAMPLES = (two_pipe, tree, two_source_loop, preheat_loop)


def boundary_at_loads(network: Network, load_shares: Sequence[float]) -> Boundary:
    """Return a boundary whose rows are load shares of the design heat; plants with a set heat follow the load."""
    time = pd.Index(np.arange(len(load_shares), dtype=float), name="time")
    shares = np.asarray(load_shares, dtype=float)[:, np.newaxis]
    by_heat = network.plants[network.plants["role"] == "heat"]
    return Boundary(
        time,
        {
            "consumer_heat_mw": pd.DataFrame(
                shares * network.consumers["design_heat_mw"].to_numpy(), time, network.consumers.index
            ),
            "plant_heat_mw": pd.DataFrame(shares * by_heat["heat_mw"].to_numpy(), time, by_heat.index),
        },
    )
