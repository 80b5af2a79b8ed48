"""The pressure diagram (水压图): the curves of hours and cases along one way through a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import language
from heatnet.io.results_store import read_table, table_file
from heatnet.metrics.pressure_line import (
    M_PER_BAR,
    HeadLines,
    Way,
    head_lines,
    head_m,
    highest_station,
    least_suction_bar,
    point_head_m,
)
from heatnet.model.network import Network
from heatnet.model.water_limits import ATMOSPHERE_BAR, Limits

QUANTITIES = ("node_p_supply_bar", "node_p_return_bar", "node_t_supply_degc", "node_t_return_degc")


@dataclass(frozen=True)
class Curve:
    """One case and hour along a way.

    Parameters
    ----------
    label : str
        Case and hour, in the current language.
    lines : HeadLines
    suction_least_m : float or None
        Least head at the suction of the plant where the way begins, m; None where it begins at no plant between the lines.
    """

    label: str
    lines: HeadLines
    suction_least_m: float | None


@dataclass(frozen=True)
class Diagram:
    """A way through a network, its curves, and what limits them.

    Parameters
    ----------
    title : str
    way : Way
    names : tuple of str
        Of the nodes of the way, empty where a node has neither station nor plant.
    curves : tuple of Curve
    nominal_m, return_least_m : float
        Nominal pressure and least pressure of the return line, metres above the ground.
    point : (float, float) or None
        Distance and head of the constant-pressure point, where it lies on the way.
    highest : (str, float) or None
        The station that stands highest, and its ground, m.
    """

    title: str
    way: Way
    names: tuple[str, ...]
    curves: tuple[Curve, ...]
    nominal_m: float
    return_least_m: float
    point: tuple[float, float] | None
    highest: tuple[str, float] | None


def above_ground_m(limits: Limits) -> tuple[float, float]:
    """Return nominal pressure and least pressure of the return line, metres of water column above the pipe."""
    nominal, least = limits.nominal_pressure_bar - ATMOSPHERE_BAR, limits.return_gauge_bar
    return nominal * M_PER_BAR, least * M_PER_BAR


def default_ends(network: Network, entry: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the plant that holds the pressure and the worst consumer of a case's season, None without either."""
    worst = (entry.get("worst_consumer") or {}).get("id")
    if network.pressure_plant is None or worst not in network.consumers.index:
        return None
    return network.pressure_plant, str(worst)


def hour_state(folder: Path, time: pd.Timestamp) -> dict[str, pd.Series] | None:
    """Return the node states of any hour of a network's folder of water quantities; None where it was not solved."""
    tables = {name: read_table(table_file(folder, name), pd.Index([time])) for name in QUANTITIES}
    if any(not len(table) or not np.isfinite(table.to_numpy()).any() for table in tables.values()):
        return None
    return {name: table.iloc[0] for name, table in tables.items()}


def curve_of(network: Network, way: Way, hour: Mapping[str, pd.Series], label: str, limits: Limits) -> Curve:
    """Return the curve of one hour along a way."""
    lines = head_lines(network, way.nodes, hour)
    return Curve(label, lines, _suction_m(network, way, hour, limits))


def _suction_m(network: Network, way: Way, hour: Mapping[str, pd.Series], limits: Limits) -> float | None:
    between = network.plants[network.plants["connection"] == "supply"]
    start = way.nodes[0]
    if start not in set(between["node"]):
        return None
    t_return = hour["node_t_return_degc"].get(start, np.nan)
    least = least_suction_bar(np.array(t_return), limits)
    return float(head_m(least, np.array(float(network.nodes.at[start, "elevation_m"]))))


def diagram(network: Network, title: str, way: Way, curves: Iterable[Curve], limits: Limits) -> Diagram:
    """Return the diagram of curves along one way."""
    nominal, least = above_ground_m(limits)
    point, head = network.pressure_point, point_head_m(network)
    at = None
    if point is not None and head is not None and point.node in way.nodes:
        at = (float(way.distance_m[way.nodes.index(point.node)]), head)
    station = highest_station(network)
    highest = None
    if station is not None:
        ground = float(network.nodes.at[network.consumers.at[station, "node"], "elevation_m"])
        highest = (network.display_name("consumers", station, language()), ground)
    named = names_by_node(network)
    return Diagram(
        title, way, tuple(named.get(node, "") for node in way.nodes), tuple(curves), nominal, least, at, highest
    )


def names_by_node(network: Network) -> dict[str, str]:
    """Return the name of what stands at each node: plants before stations."""
    names: dict[str, str] = {}
    for table in ("plants", "consumers"):
        for element, row in getattr(network, table).iterrows():
            names.setdefault(str(row["node"]), network.display_name(table, str(element), language()))
    return names
