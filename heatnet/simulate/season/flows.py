"""Flows: the forest carries what consumers and plants take and give, and what the chords of the circuits move around.

Mass is conserved to rounding whatever the flows of the chords are.
"""

from __future__ import annotations

from heatnet.adapters.layout import IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, kernel
from heatnet.simulate.season.plan import BY_FLOW, BY_HEAT, Core, Graph, Users
from heatnet.simulate.season.work import Scratch, State


@kernel
def add_edges(need: FloatArray, start: IntArray, end: IntArray, first: int, m: FloatArray) -> None:
    """Count edges from start to end, whose flows begin at row `first`, as needed at their start and given at their end."""
    lanes = m.shape[1]
    for i in range(len(start)):
        a, b = start[i], end[i]
        for lane in range(lanes):
            need[a, lane] += m[first + i, lane]
        for lane in range(lanes):
            need[b, lane] -= m[first + i, lane]


@kernel
def _add_chords(
    need: FloatArray, chord: IntArray, branches: int, start: IntArray, end: IntArray, m: FloatArray
) -> None:
    lanes = m.shape[1]
    for i in range(len(chord)):
        edge = chord[i]
        if edge < branches:
            a, b = start[edge], end[edge]
            for lane in range(lanes):
                need[a, lane] += m[edge, lane]
            for lane in range(lanes):
                need[b, lane] -= m[edge, lane]


@kernel
def _along_forest(
    order: IntArray, parent: IntArray, branch: IntArray, sign: FloatArray, need: FloatArray, m: FloatArray
) -> None:
    lanes = m.shape[1]
    for at in range(len(order) - 1, -1, -1):
        node = order[at]
        edge, above = branch[node], parent[node]
        if edge < 0:
            continue
        way = sign[node]
        for lane in range(lanes):
            m[edge, lane] = way * need[node, lane]
        for lane in range(lanes):
            need[above, lane] += need[node, lane]


@compiled
def set_flows(graph: Graph, users: Users, core: Core, state: State, scratch: Scratch) -> None:
    """Set the flow of every branch of the forest and of every pressure-holding plant from all others."""
    need, m = scratch.need, state.m
    lanes = m.shape[1]
    need[:] = 0.0
    add_edges(need, users.consumer_start, users.consumer_end, len(graph.start), m)
    for i in range(len(users.plant_start)):
        if users.plant_role[i] == BY_HEAT or users.plant_role[i] == BY_FLOW:
            for lane in range(lanes):
                need[users.plant_end[i], lane] -= state.plant_m[i, lane]
                need[users.plant_start[i], lane] += state.plant_m[i, lane]
    _add_chords(need, core.chord, len(graph.start), graph.start, graph.end, m)
    _along_forest(graph.tree_order, graph.tree_parent, graph.tree_branch, graph.tree_sign, need, m)
    for i in range(len(users.holding)):
        plant = users.holding[i]
        for lane in range(lanes):
            state.plant_m[plant, lane] = need[users.plant_end[plant], lane]
