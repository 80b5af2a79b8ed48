"""Where water can flow at all: the two-connected parts of the network that hold a pressure-holding plant.

The same rule as `heatnet.adapters.activity`, as one depth-first search (R. E. Tarjan, SIAM J. Comput. 1 (1972) 146): begun
along the pressure-holding plant, the edges that no articulation point has cut off when the search returns lie on a circuit
with it.
"""

from __future__ import annotations

from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.plan import Graph, Users
from heatnet.simulate.season.work import Scratch, State


@compiled
def find_live(graph: Graph, users: Users, state: State, scratch: Scratch, lane: int) -> None:
    """Set `live` and `live_junction` of a lane from `on`."""
    branches, consumers = len(graph.start), len(users.consumer_start)
    for edge in range(len(state.live)):
        state.live[edge, lane] = 0.0
    for node in range(len(state.live_junction)):
        state.live_junction[node, lane] = False
        scratch.found_at[node] = -1
    for i in range(len(users.holding)):
        _from_plant(graph, users, state, scratch, lane, users.holding[i])
    for edge in range(len(state.live)):
        if state.live[edge, lane] > 0.0:
            if edge < branches:
                a, b = graph.start[edge], graph.end[edge]
            elif edge < branches + consumers:
                a, b = users.consumer_start[edge - branches], users.consumer_end[edge - branches]
            else:
                a, b = users.plant_start[edge - branches - consumers], users.plant_end[edge - branches - consumers]
            state.live_junction[a, lane], state.live_junction[b, lane] = True, True


@compiled
def _from_plant(graph: Graph, users: Users, state: State, scratch: Scratch, lane: int, plant: int) -> None:
    """Mark what lies on a circuit with one plant; nothing where no consumer does."""
    found_at, low, came_by = scratch.found_at, scratch.low, scratch.came_by
    next_edge, nodes, edges = scratch.next_edge, scratch.node_stack, scratch.edge_stack
    branches, consumers = len(graph.start), len(users.consumer_start)
    root, first = users.plant_start[plant], users.plant_end[plant]
    anchor = branches + consumers + plant
    if found_at[root] >= 0 or found_at[first] >= 0:
        return
    found_at[root], low[root] = 0, 0
    found_at[first], low[first] = 1, 0
    came_by[first] = anchor
    next_edge[first] = graph.edge_ptr[first]
    edges[0] = anchor
    on_edges, on_nodes, time = 1, 1, 2
    nodes[0] = first
    while on_nodes > 0:
        here = nodes[on_nodes - 1]
        if next_edge[here] < graph.edge_ptr[here + 1]:
            place = next_edge[here]
            next_edge[here] += 1
            edge, there = graph.edge_of[place], graph.edge_to[place]
            if not state.on[edge, lane] or edge == came_by[here]:
                continue
            if found_at[there] < 0:
                found_at[there], low[there] = time, time
                time += 1
                came_by[there] = edge
                next_edge[there] = graph.edge_ptr[there]
                edges[on_edges] = edge
                nodes[on_nodes] = there
                on_edges += 1
                on_nodes += 1
            elif found_at[there] < found_at[here]:
                edges[on_edges] = edge
                on_edges += 1
                low[here] = min(low[here], found_at[there])
            continue
        on_nodes -= 1
        if on_nodes > 0:
            before = nodes[on_nodes - 1]
            low[before] = min(low[before], low[here])
            if low[here] >= found_at[before]:
                # `before` cuts this part off
                while True:
                    on_edges -= 1
                    if edges[on_edges] == came_by[here]:
                        break
    any_consumer = False
    for i in range(on_edges):
        any_consumer = any_consumer or branches <= edges[i] < branches + consumers
    if any_consumer:
        for i in range(on_edges):
            state.live[edges[i], lane] = 1.0
