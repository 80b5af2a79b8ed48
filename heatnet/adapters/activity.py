"""Where water can flow at all: which junctions, branches, consumers and plants take part in an hour."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import networkx as nx
import numpy as np

from heatnet.adapters.layout import NOWHERE, BoolArray, IntArray, Layout


@dataclass(frozen=True, eq=False)
class Activity:
    """What takes part in an hour.

    Parameters
    ----------
    junctions, branches, consumers, plants : ndarray of bool
        True where water can flow.
    """

    junctions: BoolArray
    branches: BoolArray
    consumers: BoolArray
    plants: BoolArray


def activity(layout: Layout, consumers: BoolArray, plants: BoolArray, holding: IntArray) -> Activity:
    """Return what water can flow through when some consumers and plants are on.

    Water flows in circuits: from a plant through the supply line, a consumer, the return line and back. In the graph of
    junctions, joined by the open branches, the consumers and the plants that are on, a circuit stays within one
    biconnected part; dead ends and loops that hang on a single junction are parts of their own. What is not in a part
    with a pressure-holding plant cannot be reached.

    Parameters
    ----------
    layout : Layout
    consumers, plants : ndarray of bool
        Which consumers and which plants between the lines are on.
    holding : ndarray of int
        Plants that hold the pressure.
    """
    graph = nx.Graph()
    graph.add_edges_from(_pairs(layout.start, layout.end, layout.is_open))
    graph.add_edges_from(_pairs(layout.consumer_start, layout.consumer_end, consumers))
    graph.add_edges_from(_pairs(layout.plant_start, layout.plant_end, plants))
    anchors = {frozenset((int(layout.plant_start[i]), int(layout.plant_end[i]))) for i in holding if plants[i]}
    alive: set[frozenset[int]] = set()
    for part in nx.biconnected_component_edges(graph):
        edges = {frozenset(edge) for edge in part}
        if edges & anchors:
            alive |= edges

    def reached(start: IntArray, end: IntArray, on: BoolArray) -> BoolArray:
        return np.array(
            [flag and frozenset((int(a), int(b))) in alive for a, b, flag in zip(start, end, on, strict=True)],
            dtype=bool,
        )

    result = Activity(
        junctions=np.zeros(layout.junctions, dtype=bool),
        branches=reached(layout.start, layout.end, layout.is_open),
        consumers=reached(layout.consumer_start, layout.consumer_end, consumers),
        plants=reached(layout.plant_start, layout.plant_end, plants),
    )
    for edge in alive:
        result.junctions[list(edge)] = True
    if not result.consumers.any():
        return Activity(*(np.zeros_like(part) for part in (result.junctions, result.branches, consumers, plants)))
    return result


def _pairs(start: IntArray, end: IntArray, on: BoolArray) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b, flag in zip(start, end, on, strict=True) if flag and NOWHERE not in (a, b)]


def fill_resting(layout: Layout, value: np.ndarray, known: BoolArray, rise: np.ndarray) -> np.ndarray:
    """Carry a value from known junctions along open branches into resting ones.

    Parameters
    ----------
    layout : Layout
    value : ndarray, shape (junctions,)
        Values at known junctions.
    known : ndarray of bool, shape (junctions,)
        Where `value` holds.
    rise : ndarray, shape (junctions,)
        What the value of a resting junction differs by from that of a junction at height zero (hydrostatic pressure).

    Returns
    -------
    ndarray, shape (junctions,)
        NaN where no open branch leads to a known junction.
    """
    neighbours: dict[int, list[int]] = {}
    for a, b in _pairs(layout.start, layout.end, layout.is_open):
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    filled = np.where(known, value, np.nan)
    queue = deque(int(i) for i in np.flatnonzero(known))
    while queue:
        here = queue.popleft()
        for there in neighbours.get(here, ()):
            if np.isnan(filled[there]):
                filled[there] = filled[here] + rise[there] - rise[here]
                queue.append(there)
    return filled
