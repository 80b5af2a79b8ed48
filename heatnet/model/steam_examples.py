"""Tiny steam networks, built in memory; shared by tests and documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.model.network import Network


def steam_network(
    pipes: Sequence[Mapping[str, Any]],
    consumers: Sequence[Mapping[str, Any]],
    plants: Sequence[Mapping[str, Any]],
    nodes: Sequence[Mapping[str, Any]] | None = None,
    p_bar: float | None = 13.0,
    t_ground_degc: float = 10.0,
) -> Network:
    """Return a steam network from rows; ids of pipes follow from their nodes where they have none.

    Parameters
    ----------
    pipes, consumers, plants : sequence of mappings
        Rows. Plants are by default sources that hold the pressure, consumers return condensate at 80 °C.
    nodes : sequence of mappings, optional
        Rows; those that pipes name, at height 0, if absent.
    p_bar : float, optional
        Pressure at the first plant.
    t_ground_degc : float
    """
    named = [{"id": f"{pipe['from_node']}-{pipe['to_node']}", "line": "supply", **pipe} for pipe in pipes]
    places = list(dict.fromkeys(pipe[end] for pipe in named for end in ("from_node", "to_node")))
    rows = [{"id": place} for place in places] if nodes is None else list(nodes)
    meta: dict[str, Any] = {
        "carrier": "steam",
        "t_ground_degc": t_ground_degc,
        "pipe_defaults": {"roughness_mm": 0.2, "zeta_per_m": 0.0, "u_w_per_mk": 0.0},
    }
    if p_bar is not None:
        meta["pressure_point"] = {"node": plants[0]["node"], "line": "supply", "p_bar": p_bar}
    users = [{"kind": "process_steam", "t_return_degc": 80.0, **consumer} for consumer in consumers]
    sources = [{"kind": "source", "role": "pressure", **plant} for plant in plants]
    tables = {"nodes": rows, "pipes": named, "consumers": users, "plants": sources}
    return build_network("steam", meta, {name: pd.DataFrame(table) for name, table in tables.items()})


def steam_line(
    heat_mw: float = 30.0,
    length_m: float = 3000.0,
    inner_diameter_mm: float = 412.0,
    u_w_per_mk: float = 0.5,
    t_supply_degc: float = 300.0,
    p_bar: float = 13.0,
    **pipe: Any,
) -> Network:
    """One plant, one pipe, one consumer by heat."""
    return steam_network(
        [
            {
                "id": "main",
                "from_node": "works",
                "to_node": "mill",
                "length_m": length_m,
                "inner_diameter_mm": inner_diameter_mm,
                "u_w_per_mk": u_w_per_mk,
                **pipe,
            }
        ],
        [{"id": "user", "node": "mill", "heat_mw": heat_mw}],
        [{"id": "plant", "node": "works", "t_supply_degc": t_supply_degc}],
        p_bar=p_bar,
    )


def steam_tree(u_w_per_mk: float = 0.4, t_supply_degc: float = 280.0) -> Network:
    """One plant and four consumers on a branched line with hills."""
    ends = (
        ("works", "fork", 1500.0, 412.0),
        ("fork", "north", 800.0, 259.0),
        ("fork", "east", 1000.0, 309.0),
        ("east", "south", 600.0, 207.0),
        ("east", "end", 900.0, 207.0),
    )
    height = {"works": 0.0, "fork": 15.0, "north": 30.0, "east": 5.0, "south": 0.0, "end": 40.0}
    heat = {"north": 9.0, "east": 4.0, "south": 5.0, "end": 6.0}
    return steam_network(
        [_pipe(*row, u_w_per_mk=u_w_per_mk, zeta=4.0) for row in ends],
        [{"id": f"user_{node}", "node": node, "heat_mw": mw} for node, mw in heat.items()],
        [{"id": "plant", "node": "works", "t_supply_degc": t_supply_degc}],
        [{"id": node, "elevation_m": z} for node, z in height.items()],
    )


def steam_ring(helper_mw: float = 6.0, u_w_per_mk: float = 0.35) -> Network:
    """A ring with a cross-connection, four consumers, and a second, cooler plant that follows its heat."""
    ends = (
        ("works", "north", 700.0, 309.0),
        ("north", "east", 700.0, 259.0),
        ("east", "boiler", 500.0, 207.0),
        ("boiler", "south", 600.0, 207.0),
        ("south", "works", 900.0, 309.0),
        ("north", "south", 800.0, 158.0),
        ("south", "west", 400.0, 158.0),
    )
    heat = {"north": 6.0, "east": 8.0, "south": 7.0, "west": 4.0}
    return steam_network(
        [_pipe(*row, u_w_per_mk=u_w_per_mk, zeta=3.0) for row in ends],
        [{"id": f"user_{node}", "node": node, "heat_mw": mw} for node, mw in heat.items()],
        [
            {"id": "plant", "node": "works", "t_supply_degc": 280.0},
            {"id": "helper", "node": "boiler", "role": "heat", "t_supply_degc": 220.0, "heat_mw": helper_mw},
        ],
    )


def _pipe(start: str, end: str, length_m: float, inner_diameter_mm: float, **more: Any) -> dict[str, Any]:
    return {"from_node": start, "to_node": end, "length_m": length_m, "inner_diameter_mm": inner_diameter_mm, **more}


def steam_hours(network: Network, shares: Sequence[float], **values: pd.DataFrame) -> Boundary:
    """Return a boundary whose rows are shares of every consumer's heat, with other variables by name."""
    time = pd.Index(np.arange(len(shares), dtype=float), name="time")
    heat = np.outer(np.asarray(shares, dtype=float), network.consumers["heat_mw"].to_numpy(dtype=float))
    given = {name: frame.set_axis(time) for name, frame in values.items()}
    return Boundary(time, {"consumer_heat_mw": pd.DataFrame(heat, time, network.consumers.index), **given})
