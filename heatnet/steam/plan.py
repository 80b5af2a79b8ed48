"""A steam network as numbered arrays: pipes with their near and far ends, spanning trees, circuits, consumers, plants."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NOWHERE = -1
#: roles of plants, in the order of the codes
ROLES = ("pressure", "heat", "flow")
PRESSURE, HEAT, FLOW = range(3)


class Plan(NamedTuple):
    """A network without its hours.

    The near end of a pipe of the spanning tree is the one towards the plant that holds the pressure; that of a chord is
    its `from_node`. Flow from near to far is positive.

    Parameters
    ----------
    element : ndarray of int, shape (pipes,)
        Row in the pipes table of each open pipe.
    near, far : ndarray of int, shape (pipes,)
        Nodes.
    turned : ndarray of bool, shape (pipes,)
        Whether near is the row's `to_node`.
    length, diameter, roughness, zeta, u, trap_spacing : ndarray, shape (pipes,)
        m, W/(m·K).
    height : ndarray, shape (nodes,)
        Elevation, m.
    has_trap : ndarray of bool, shape (nodes,)
        Whether pipes are drained where they end at the node.
    first, pipe_at : ndarray of int, shapes (nodes + 1,) and (2 · pipes,)
        Pipes at node n: ``pipe_at[first[n]:first[n + 1]]``.
    order : ndarray of int
        Nodes that a pressure-holding plant feeds, from the plants outwards.
    parent_pipe : ndarray of int, shape (nodes,)
        Pipe of the tree towards the plant; -1 at the plant, and where none feeds.
    part : ndarray of int, shape (nodes,)
        Plant that holds the node's pressure; -1 for none.
    chords : ndarray of int, shape (circuits,)
        Pipes outside the tree.
    circuit_first, circuit_pipe, circuit_sign : ndarray
        Pipes of circuit k, the chord first: ``circuit_pipe[circuit_first[k]:circuit_first[k + 1]]``, and +1 where the
        circuit runs from near to far.
    consumer_node, plant_node, plant_role : ndarray of int
    """

    element: IntArray
    near: IntArray
    far: IntArray
    turned: BoolArray
    length: FloatArray
    diameter: FloatArray
    roughness: FloatArray
    zeta: FloatArray
    u: FloatArray
    trap_spacing: FloatArray
    height: FloatArray
    has_trap: BoolArray
    first: IntArray
    pipe_at: IntArray
    order: IntArray
    parent_pipe: IntArray
    part: IntArray
    chords: IntArray
    circuit_first: IntArray
    circuit_pipe: IntArray
    circuit_sign: FloatArray
    consumer_node: IntArray
    plant_node: IntArray
    plant_role: IntArray


def plan_of(network: Network) -> Plan:
    """Return the arrays of a steam network.

    Parameters
    ----------
    network : Network
        A steam network that `heatnet.steam.support` accepts.
    """
    position = {str(node): i for i, node in enumerate(network.nodes.index)}
    pipes = network.pipes
    element = np.flatnonzero(~pipes["closed"].to_numpy(dtype=bool))
    ends = np.array(
        [[position[pipes["from_node"].iloc[i]], position[pipes["to_node"].iloc[i]]] for i in element], dtype=np.int64
    ).reshape(-1, 2)
    first, pipe_at = _pipes_at(ends, len(position))
    plant_node = np.array([position[node] for node in network.plants["node"]], dtype=np.int64)
    plant_role = np.array([ROLES.index(role) for role in network.plants["role"]], dtype=np.int64)
    order, parent_pipe, part = _trees(ends, first, pipe_at, plant_node, plant_role)
    in_tree = np.zeros(len(element), dtype=bool)
    in_tree[parent_pipe[parent_pipe != NOWHERE]] = True
    near, far = ends[:, 0].copy(), ends[:, 1].copy()
    turned = np.zeros(len(element), dtype=bool)
    for node in order:
        pipe = parent_pipe[node]
        if pipe != NOWHERE and far[pipe] != node:
            near[pipe], far[pipe], turned[pipe] = far[pipe], near[pipe], True
    reached = part[near] != NOWHERE if len(near) else np.zeros(0, dtype=bool)
    chords = np.flatnonzero(~in_tree & reached)
    circuits = [_circuit(int(chord), near, far, parent_pipe) for chord in chords]
    rows = pipes.iloc[element]
    return Plan(
        element=element,
        near=near,
        far=far,
        turned=turned,
        length=rows["length_m"].to_numpy(dtype=float),
        diameter=rows["inner_diameter_mm"].to_numpy(dtype=float) / 1e3,
        roughness=rows["roughness_mm"].to_numpy(dtype=float) / 1e3,
        zeta=rows["zeta"].to_numpy(dtype=float),
        u=rows["u_w_per_mk"].to_numpy(dtype=float),
        trap_spacing=rows["trap_spacing_m"].fillna(0.0).to_numpy(dtype=float),
        height=network.nodes["elevation_m"].to_numpy(dtype=float),
        has_trap=network.nodes["trap"].to_numpy(dtype=bool),
        first=first,
        pipe_at=pipe_at,
        order=order,
        parent_pipe=parent_pipe,
        part=part,
        chords=chords,
        circuit_first=np.cumsum([0, *(len(circuit) for circuit in circuits)], dtype=np.int64),
        circuit_pipe=np.array([pipe for circuit in circuits for pipe, _sign in circuit], dtype=np.int64),
        circuit_sign=np.array([sign for circuit in circuits for _pipe, sign in circuit], dtype=float),
        consumer_node=np.array([position[node] for node in network.consumers["node"]], dtype=np.int64),
        plant_node=plant_node,
        plant_role=plant_role,
    )


def _pipes_at(ends: IntArray, nodes: int) -> tuple[IntArray, IntArray]:
    """Return where each node's pipes begin in a list of all of them, and that list."""
    at: list[list[int]] = [[] for _node in range(nodes)]
    for pipe, (start, end) in enumerate(ends):
        at[start].append(pipe)
        at[end].append(pipe)
    return (
        np.cumsum([0, *(len(pipes) for pipes in at)], dtype=np.int64),
        np.array([pipe for pipes in at for pipe in pipes], dtype=np.int64),
    )


def _trees(
    ends: IntArray, first: IntArray, pipe_at: IntArray, plant_node: IntArray, plant_role: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return order, parent pipe and part of the nodes, breadth first from each plant that holds a pressure."""
    nodes = len(first) - 1
    order: list[int] = []
    parent_pipe, part = np.full(nodes, NOWHERE), np.full(nodes, NOWHERE)
    for plant in np.flatnonzero(plant_role == PRESSURE):
        root = int(plant_node[plant])
        if part[root] != NOWHERE:
            continue
        part[root] = plant
        waiting = deque([root])
        while waiting:
            node = waiting.popleft()
            order.append(node)
            for pipe in pipe_at[first[node] : first[node + 1]]:
                other = int(ends[pipe, 0] + ends[pipe, 1] - node)
                if part[other] == NOWHERE:
                    part[other], parent_pipe[other] = plant, pipe
                    waiting.append(other)
    return np.array(order, dtype=np.int64), parent_pipe, part


def _way_up(node: int, near: IntArray, parent_pipe: IntArray) -> list[int]:
    """Return the pipes of the tree from a node to the plant that holds its pressure."""
    pipes = []
    while parent_pipe[node] != NOWHERE:
        pipes.append(int(parent_pipe[node]))
        node = int(near[parent_pipe[node]])
    return pipes


def way_to(plan: Plan, node: int) -> list[int]:
    """Return the pipes of the tree from the plant that holds the pressure to a node; none where the plant stands there.

    Parameters
    ----------
    plan : Plan
    node : int
        Row in the nodes table.
    """
    return _way_up(node, plan.near, plan.parent_pipe)[::-1]


def _circuit(chord: int, near: IntArray, far: IntArray, parent_pipe: IntArray) -> list[tuple[int, float]]:
    """Return the pipes of the circuit that a chord closes, with the direction in which it passes them."""
    from_near, from_far = (_way_up(int(ends[chord]), near, parent_pipe) for ends in (near, far))
    shared = set(from_near) & set(from_far)
    # along the chord to its far end, up the tree from there, and down to its near end
    up = [(pipe, -1.0) for pipe in from_far if pipe not in shared]
    down = [(pipe, 1.0) for pipe in reversed(from_near) if pipe not in shared]
    return [(int(chord), 1.0), *up, *down]
