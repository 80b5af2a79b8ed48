"""The way that the water or steam of a place takes in an hour."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatnet.model.network import Network


def upstream_pipes(network: Network, node: str, flow: Any) -> list[tuple[str, str, str, float]]:
    """Return the pipes that lead to a node, from the source on, following the largest inflow upstream.

    Parameters
    ----------
    network : Network
    node : str
    flow : pandas.Series
        By pipe, positive from its start to its end; pipes without a flow lead nowhere.

    Returns
    -------
    list of (str, str, str, float)
        Pipe, the nodes where its flow enters and leaves it, its length in m.
    """
    inflows = _inflows(network, flow)
    way: list[tuple[str, str, str, float]] = []
    seen = {node}
    while inflows.get(node):
        _kg_per_s, origin, length, pipe = max(inflows[node])
        if origin in seen:
            break
        seen.add(origin)
        way.append((pipe, origin, node, length))
        node = origin
    return way[::-1]


def _inflows(network: Network, flow: Any) -> dict[str, list[tuple[float, str, float, str]]]:
    """Return by node the supply pipes that feed it: (flow, node where it comes from, length, pipe)."""
    found: dict[str, list[tuple[float, str, float, str]]] = {}
    for pipe, row in network.pipes.iterrows():
        value = float(flow.get(pipe, 0.0))
        if row["line"] == "return" or not np.isfinite(value) or value == 0.0:
            continue
        start, end = (row["from_node"], row["to_node"]) if value > 0 else (row["to_node"], row["from_node"])
        found.setdefault(str(end), []).append((abs(value), str(start), float(row["length_m"]), str(pipe)))
    return found
