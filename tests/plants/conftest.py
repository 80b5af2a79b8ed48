"""A small network for plants: three consumers, any plants, and four hours of conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heatnet.model.build import build_network
from heatnet.model.network import Network
from heatnet.model.supply import Conditions

#: constant water of the test network, so that closed forms can be written down
CP_J_PER_KGK = 4200.0
META = {
    "design": {"t_supply_degc": 120, "t_return_degc": 60, "t_outdoor_degc": -7},
    "pressure_point": {"node": "n0", "p_bar": 5.0},
    "fluid": {"density_kg_per_m3": 980.0, "heat_capacity_j_per_kgk": CP_J_PER_KGK, "viscosity_pa_s": 4e-4},
}
BACKUP = {"id": "backup", "node": "n0", "kind": "source", "role": "pressure"}


def _network(plants: list[dict[str, Any]], steam_plants: list[dict[str, Any]] | None = None) -> Network:
    """Return nodes n0 to n2 in a row, consumers a and b at n1 and c at n2, and the plants.

    Consumers b and c state secondary design temperatures (75/50 °C), consumer a does not.
    """
    nodes = pd.DataFrame({"id": ["n0", "n1", "n2"]})
    pipes = pd.DataFrame(
        {
            "id": ["p1", "p2"],
            "from_node": ["n0", "n1"],
            "to_node": ["n1", "n2"],
            "length_m": [100.0, 100.0],
            "dn": [200, 200],
        }
    )
    consumers = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "node": ["n1", "n1", "n2"],
            "design_heat_mw": [4.0, 4.0, 4.0],
            "t_return_degc": [60.0] * 3,
            "t_secondary_supply_degc": [None, 75.0, 75.0],
            "t_secondary_return_degc": [None, 50.0, 50.0],
        }
    )
    steam = None
    if steam_plants is not None:
        tables = {"nodes": nodes, "pipes": pipes.assign(line="supply"), "plants": pd.DataFrame(steam_plants)}
        steam = build_network("steam", {"carrier": "steam"}, tables)
    tables = {"nodes": nodes, "pipes": pipes, "consumers": consumers, "plants": pd.DataFrame([BACKUP, *plants])}
    return build_network("net", META, tables, steam=steam)


def _conditions(**more: Any) -> Conditions:
    """Return four hours: two in January (season), one in March (season), one in July; change any array by name."""
    time = pd.to_datetime(["2025-01-10 03:00", "2025-01-10 12:00", "2025-03-10 12:00", "2025-07-10 12:00"])
    settings: dict[str, Any] = {
        "t_outdoor_degc": np.array([-7.0, 0.0, 8.0, 30.0]),
        "in_season": np.array([True, True, True, False]),
        "t_supply_degc": np.array([120.0, 90.0, 63.0, 63.0]),
        "t_return_degc": np.array([60.0, 53.0, 40.0, 40.0]),
        "consumer_heat_mw": pd.DataFrame({name: [4.0, 3.0, 2.0, 0.0] for name in "abc"}, index=time),
        "return_flow_kg_per_s": {},
    }
    return Conditions(time=time, **{**settings, **more})


@pytest.fixture(scope="session")
def network() -> Callable[..., Network]:
    return _network


@pytest.fixture(scope="session")
def conditions() -> Callable[..., Conditions]:
    return _conditions


@pytest.fixture(scope="session")
def plant() -> Callable[..., dict[str, Any]]:
    """Return a function that makes a row of the plants table named `p` at node n1."""

    def row(kind: str, **keys: Any) -> dict[str, Any]:
        return {"id": "p", "node": "n1", "kind": kind, "role": "heat", **keys}

    return row
