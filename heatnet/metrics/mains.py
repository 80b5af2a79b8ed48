"""Which pipes are the main line, which are branches, and which only serve one station.

CJJ 34 asks different specific frictions of the three. The main line (主干线) is the way from the plant that holds the
pressure to the worst consumer: with its friction the pump's head is set.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from heatnet.model.network import Network


class PipeRole(StrEnum):
    """Place of a pipe in the network."""

    TRUNK = "trunk"
    BRANCH = "branch"
    CONNECTION = "connection"


Edges = dict[str, list[tuple[str, float, str | None]]]


def _edges(network: Network) -> Edges:
    """Return neighbours by node: (node, length, pipe or None for pumps and valves); the supply side only."""
    edges: Edges = {}

    def add(start: str, end: str, length: float, pipe: str | None) -> None:
        edges.setdefault(start, []).append((end, length, pipe))
        edges.setdefault(end, []).append((start, length, pipe))

    for pipe, row in network.pipes.iterrows():
        if row["line"] != "return" and not bool(row["closed"]):
            add(str(row["from_node"]), str(row["to_node"]), float(row["length_m"]), str(pipe))
    for table in (network.pumps, network.valves):
        for row in table.to_dict("records"):
            if row.get("line") != "return":
                add(str(row["from_node"]), str(row["to_node"]), 0.0, None)
    return edges


@dataclass(frozen=True)
class Step:
    """A node of a way, its distance from the first node, m, and the pipe that leads to it (None for pumps, valves, the start)."""

    node: str
    distance_m: float
    pipe: str | None


def shortest_path(network: Network, start: str, end: str) -> list[Step]:
    """Return the shortest open way between two nodes (Dijkstra), from the start on; empty if there is none."""
    edges = _edges(network)
    queue: list[tuple[float, str]] = [(0.0, start)]
    reached = {start: 0.0}
    came: dict[str, tuple[str, str | None]] = {}
    while queue:
        distance, node = heapq.heappop(queue)
        if node == end:
            break
        if distance > reached[node]:
            continue
        for other, length, pipe in edges.get(node, []):
            if distance + length < reached.get(other, float("inf")):
                reached[other] = distance + length
                came[other] = (node, pipe)
                heapq.heappush(queue, (distance + length, other))
    if end not in reached:
        return []
    way: list[Step] = []
    node = end
    while node != start:
        before, pipe = came[node]
        way.append(Step(node, reached[node], pipe))
        node = before
    return [Step(start, 0.0, None), *way[::-1]]


def shortest_way(network: Network, start: str, end: str) -> list[str]:
    """Return the pipes of the shortest open way between two nodes, in order; empty if there is none."""
    return [step.pipe for step in shortest_path(network, start, end) if step.pipe is not None]


def pipe_roles(
    network: Network, worst_consumer: str | None, trunk: Collection[str] | None = None
) -> dict[str, PipeRole]:
    """Return the role of each pipe.

    Parameters
    ----------
    network : Network
    worst_consumer : str or None
        Consumer with the smallest margin of pressure difference; it ends the main line.
    trunk : collection of str, optional
        Pipes of the main lines, where the network's owner names them.

    Returns
    -------
    dict of pipe id to PipeRole
        A pipe with a dead end (one station hangs on it) is a connection, unless the owner names it as main line or it
        is the whole way: the found main line ends where the branch to the worst station begins.
    """
    dead_ends = _dead_ends(network)
    if trunk is None:
        trunk = []
        plant = network.pressure_plant
        if plant is not None and worst_consumer is not None:
            start = str(network.plants.at[plant, "node"])
            trunk = shortest_way(network, start, str(network.consumers.at[worst_consumer, "node"]))
            if len(trunk) > 1 and trunk[-1] in dead_ends:
                trunk = trunk[:-1]
    roles = {}
    for pipe in map(str, network.pipes.index):
        other = PipeRole.CONNECTION if pipe in dead_ends else PipeRole.BRANCH
        roles[pipe] = PipeRole.TRUNK if pipe in trunk else other
    return roles


def _dead_ends(network: Network) -> set[str]:
    """Return the pipes with an end where nothing goes on and at most one station hangs."""
    degree: dict[str, int] = {}
    for end in ("from_node", "to_node"):
        for node in network.pipes[end]:
            degree[str(node)] = degree.get(str(node), 0) + 1
    plant_nodes = {str(node) for node in network.plants["node"]}
    stations = network.consumers["node"].astype(str).value_counts()
    last = {node for node in degree if degree[node] == 1 and node not in plant_nodes and stations.get(node, 0) <= 1}
    return {str(pipe) for pipe, row in network.pipes.iterrows() if {str(row["from_node"]), str(row["to_node"])} & last}
