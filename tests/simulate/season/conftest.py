"""Small networks of constant water for closed forms, and the laws of friction and valves written out once more.

Nothing here calls the engine for what a test is about: friction is Darcy's and Colebrook's, solved by bracketing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.model.examples import CONSTANT_WATER
from heatnet.model.network import Network
from heatnet.simulate import simulate
from heatnet.simulate.quantities import QUANTITIES

RHO, MU = CONSTANT_WATER["density_kg_per_m3"], CONSTANT_WATER["viscosity_pa_s"]
ROUGHNESS_MM = 0.5
HOLDER = {"id": "plant", "node": "works", "kind": "source", "role": "pressure"}


def network_of(
    pipes: Sequence[Mapping[str, Any]],
    consumers: Sequence[Mapping[str, Any]],
    elevation_m: Mapping[str, float] | None = None,
    fluid: str | Mapping[str, float] = CONSTANT_WATER,
    t_ground_degc: float = 8.0,
    point: str = "works",
    head_bar: float | None = None,
    **tables: Sequence[Mapping[str, Any]],
) -> Network:
    """Return a network from rows; nodes are those that pipes, pumps and valves name, at height 0 unless told otherwise.

    A pipe is given as (from, to, length, inner diameter) under `ends`, is named a--b, keeps its heat and has no local
    losses unless its row says so. Supply 110 °C, return 50 °C, roughness 0.5 mm, 4 bar in the return of `point`; without
    `plants` one plant at "works" holds the pressure with a head of `head_bar`.
    """
    heights = dict(elevation_m or {})
    rows = []
    for row in pipes:
        a, b, length_m, inner_mm = row["ends"]
        ends = {"id": f"{a}--{b}", "from_node": a, "to_node": b, "length_m": length_m, "inner_diameter_mm": inner_mm}
        rows.append({"u_w_per_mk": 0.0, "zeta": 0.0, **ends, **{k: v for k, v in row.items() if k != "ends"}})
    linked = [*rows, *tables.get("pumps", ()), *tables.get("valves", ())]
    nodes = dict.fromkeys(row[end] for row in linked for end in ("from_node", "to_node"))
    return build_network(
        "small",
        {
            "design": {"t_supply_degc": 110.0, "t_return_degc": 50.0, "t_outdoor_degc": -7.0},
            "regulation": "variable",
            "pressure_point": {"node": point, "line": "return", "p_bar": 4.0},
            "t_ground_degc": t_ground_degc,
            "fluid": fluid if isinstance(fluid, str) else dict(fluid),
            "pipe_defaults": {"roughness_mm": ROUGHNESS_MM},
        },
        {
            "nodes": pd.DataFrame({"id": list(nodes), "elevation_m": [heights.get(node, 0.0) for node in nodes]}),
            "pipes": pd.DataFrame(rows),
            "consumers": pd.DataFrame(consumers),
            "plants": pd.DataFrame([{**HOLDER, "head_bar": head_bar}]),
            **{name: pd.DataFrame(table) for name, table in tables.items()},
        },
    )


def season_hours(network: Network, rows: int = 1, station_returns: bool = False, **values: Mapping[str, Any]):
    """Return the season engine's states; `values` are numbers or one number a row, by variable and element."""
    time = pd.Index(np.arange(rows, dtype=float), name="time")
    frames = {name: pd.DataFrame(dict(by_element), time) for name, by_element in values.items()}
    return simulate(network, Boundary(time, frames), engine="season", station_returns=station_returns)


def season_hour(network: Network, **values: Mapping[str, float]):
    """Return one state."""
    return season_hours(network, **values).isel(time=0)


def colebrook(reynolds: float, relative_roughness: float) -> float:
    """lambda from x + 2 lg(k/(3.71 d) + 2.51 x / Re) = 0, x = 1/sqrt(lambda)."""
    root = brentq(lambda x: x + 2 * math.log10(relative_roughness / 3.71 + 2.51 * x / reynolds), 0.1, 100, xtol=1e-14)
    return root**-2


def pipe_bar(
    mdot: float, length_m: float, inner_mm: float, zeta: float = 0.0, rho: float = RHO, mu: float = MU
) -> float:
    """dp = (lambda L/d + zeta) rho v |v| / 2, with lambda constant below Re = 10."""
    inner_m = inner_mm / 1e3
    velocity = mdot / (rho * math.pi / 4 * inner_m**2)
    factor = colebrook(max(rho * abs(velocity) * inner_m / mu, 10.0), ROUGHNESS_MM / inner_mm)
    return (factor * length_m / inner_m + zeta) * rho * velocity * abs(velocity) / 2 / 1e5


def valve_bar(mdot: float, kv_m3_per_h: float, rho: float = RHO) -> float:
    """dp = (V / Kv)² rho / 1000, V = 3600 m / rho in m³/h."""
    return (3600 * mdot / rho / kv_m3_per_h) ** 2 * rho / 1000


def read_value(result, quantity: str, element: str | None = None) -> float:
    """Return one number of a state."""
    dimension = QUANTITIES[quantity].dimension
    return float(result[quantity].sel({dimension: element}) if dimension else result[quantity])


@pytest.fixture(scope="session")
def build() -> Callable[..., Network]:
    return network_of


@pytest.fixture(scope="session")
def hour() -> Callable:
    return season_hour


@pytest.fixture(scope="session")
def hours() -> Callable:
    return season_hours


@pytest.fixture(scope="session")
def read() -> Callable[..., float]:
    return read_value


@pytest.fixture(scope="session")
def friction() -> Callable[..., float]:
    return pipe_bar


@pytest.fixture(scope="session")
def throttle() -> Callable[..., float]:
    return valve_bar
