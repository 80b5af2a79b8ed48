"""Junctions and branches of a network whose supply and return lines stand side by side.

A node becomes up to two junctions, one on each line. A pipe with ``line="pair"`` becomes two branches that both run from
the row's `from_node` to its `to_node`, so that on either line a flow from → to is positive. An in-line heater becomes a
branch of its own behind its pipe. A node at which a plant pre-heats the return gets a second return junction: what flows
in meets in the first, is heated, and leaves from the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SUPPLY, RETURN = 0, 1
PIPE, HEATER, VALVE, PUMP = "pipe", "heater", "valve", "pump"
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Layout:
    """A network as numbered junctions and branches.

    Parameters
    ----------
    supply, back : ndarray of int, shape (nodes,)
        Junction of each node on the supply and on the return line, -1 where the node is not on that line.
    elevation_m : ndarray, shape (junctions,)
        Height of each junction, m.
    kind : ndarray of str, shape (branches,)
        "pipe", "heater", "valve" or "pump".
    element : ndarray of int, shape (branches,)
        Row in the pipes, valves or pumps table.
    line : ndarray of int, shape (branches,)
        0 supply, 1 return.
    start, end : ndarray of int, shape (branches,)
        Junctions; flow from start to end is positive.
    is_open : ndarray of bool, shape (branches,)
        False for closed pipes and shut valves.
    consumer_start, consumer_end : ndarray of int, shape (consumers,)
        Junction on the supply and on the return line.
    plant_start, plant_end : ndarray of int, shape (plants,)
        Junction on the return and on the supply line; -1 for plants that do not stand between the lines.
    preheat_in, preheat_out : ndarray of int, shape (pre-heated nodes,)
        First and second return junction.
    preheat_of_plant : ndarray of int, shape (plants,)
        Which pre-heated node a plant heats, -1 for none.
    """

    supply: IntArray
    back: IntArray
    elevation_m: FloatArray
    kind: NDArray[np.str_]
    element: IntArray
    line: IntArray
    start: IntArray
    end: IntArray
    is_open: BoolArray
    consumer_start: IntArray
    consumer_end: IntArray
    plant_start: IntArray
    plant_end: IntArray
    preheat_in: IntArray
    preheat_out: IntArray
    preheat_of_plant: IntArray

    @property
    def junctions(self) -> int:
        """Number of junctions, second return junctions included."""
        return len(self.elevation_m)

    def of_kind(self, kind: str) -> IntArray:
        """Return the positions of the branches of one kind."""
        return np.flatnonzero(self.kind == kind)


@dataclass
class _Builder:
    """Collects junctions and branches while a network is walked through."""

    nodes: dict[str, int]
    heights: FloatArray
    supply: IntArray
    back: IntArray
    elevation_m: list[float] = field(default_factory=list)
    rows: list[tuple[str, int, int, int, int, bool]] = field(default_factory=list)

    def new_junction(self, node: int) -> int:
        self.elevation_m.append(float(self.heights[node]))
        return len(self.elevation_m) - 1

    def junction(self, node: str, line: int) -> int:
        """Return a node's junction on a line; it comes into being when first asked for."""
        position = self.nodes[node]
        table = self.supply if line == SUPPLY else self.back
        if table[position] == NOWHERE:
            table[position] = self.new_junction(position)
        return int(table[position])

    def add(self, kind: str, element: int, line: int, ends: tuple[int, int], is_open: bool) -> None:
        self.rows.append((kind, element, line, *ends, is_open))


def layout_of(network: Network) -> Layout:
    """Return the junctions and branches of a water network."""
    count = len(network.nodes)
    builder = _Builder(
        nodes={str(node): i for i, node in enumerate(network.nodes.index)},
        heights=network.nodes["elevation_m"].to_numpy(dtype=float),
        supply=np.full(count, NOWHERE),
        back=np.full(count, NOWHERE),
    )
    _add_pipes(builder, network.pipes)
    _add_fittings(builder, network)
    consumers = [
        (builder.junction(row.node, SUPPLY), builder.junction(row.return_node or row.node, RETURN))
        for row in network.consumers[["node", "return_node"]].itertuples()
    ]
    plants, preheats = _plants(builder, network.plants)
    kind, element, line, start, end, is_open = zip(*builder.rows, strict=True) if builder.rows else ((),) * 6
    return Layout(
        supply=builder.supply,
        back=builder.back,
        elevation_m=np.array(builder.elevation_m),
        kind=np.array(kind, dtype=str),
        element=np.array(element, dtype=np.int64),
        line=np.array(line, dtype=np.int64),
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        is_open=np.array(is_open, dtype=bool),
        consumer_start=np.array([ends[0] for ends in consumers], dtype=np.int64),
        consumer_end=np.array([ends[1] for ends in consumers], dtype=np.int64),
        plant_start=np.array([ends[0] for ends in plants], dtype=np.int64),
        plant_end=np.array([ends[1] for ends in plants], dtype=np.int64),
        preheat_in=np.array([inlet for inlet, _outlet in preheats.values()], dtype=np.int64),
        preheat_out=np.array([outlet for _inlet, outlet in preheats.values()], dtype=np.int64),
        preheat_of_plant=_preheat_of_plant(network.plants, list(preheats)),
    )


def _lines_of(line: str) -> tuple[int, ...]:
    return {"supply": (SUPPLY,), "return": (RETURN,), "pair": (SUPPLY, RETURN)}[line]


def _add_pipes(builder: _Builder, pipes: pd.DataFrame) -> None:
    columns = pipes[["from_node", "to_node", "line", "closed", "heat_mw"]]
    for i, row in enumerate(columns.itertuples()):
        for line in _lines_of(row.line):
            start, end = builder.junction(row.from_node, line), builder.junction(row.to_node, line)
            # the heater of a pair stands in its supply line
            if row.heat_mw and not (row.line == "pair" and line == RETURN):
                middle = builder.new_junction(builder.nodes[row.to_node])
                builder.add(PIPE, i, line, (start, middle), not row.closed)
                builder.add(HEATER, i, line, (middle, end), not row.closed)
            else:
                builder.add(PIPE, i, line, (start, end), not row.closed)


def _add_fittings(builder: _Builder, network: Network) -> None:
    for kind, frame in ((VALVE, network.valves), (PUMP, network.pumps)):
        for i, row in enumerate(frame.itertuples()):
            for line in _lines_of(row.line):
                ends = (builder.junction(row.from_node, line), builder.junction(row.to_node, line))
                builder.add(kind, i, line, ends, kind == PUMP or row.opening > 0)


def _plants(builder: _Builder, plants: pd.DataFrame) -> tuple[list[tuple[int, int]], dict[str, tuple[int, int]]]:
    """Return the ends of each plant, and the two return junctions of each pre-heated node."""
    preheats: dict[str, tuple[int, int]] = {}
    columns = plants[["node", "return_node", "connection"]]
    for row in columns.itertuples():
        node = row.return_node or row.node
        if row.connection == "return_preheat" and node not in preheats:
            preheats[node] = (builder.junction(node, RETURN), builder.new_junction(builder.nodes[node]))
    ends = []
    for row in columns.itertuples():
        if row.connection != "supply":
            ends.append((NOWHERE, NOWHERE))
            continue
        ends.append((builder.junction(row.return_node or row.node, RETURN), builder.junction(row.node, SUPPLY)))
    return ends, preheats


def _preheat_of_plant(plants: pd.DataFrame, nodes: list[str]) -> IntArray:
    columns = plants[["node", "return_node", "connection"]]
    return np.array(
        [
            nodes.index(row.return_node or row.node) if row.connection == "return_preheat" else NOWHERE
            for row in columns.itertuples()
        ],
        dtype=np.int64,
    )
