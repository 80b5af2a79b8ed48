"""Where water can flow at all: the two-connected parts of the network that hold a pressure-holding plant.

The same rule as `heatnet.adapters.activity`, as one depth-first search (R. E. Tarjan, SIAM J. Comput. 1 (1972) 146): begun
along the pressure-holding plant, the edges that no articulation point has cut off when the search returns lie on a circuit
with it.
"""

from __future__ import annotations

from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.friction import LEAST_FLOW
from heatnet.simulate.season.plan import CURVED, OUTSIDE, Graph, Plan, Users
from heatnet.simulate.season.work import Scratch, State, Work

#: flow in kg/s from which water counts as entering: shut check valves let less pass
_ENTERS = 1e-6
#: what water does where none of a plant, a consumer or a heater comes
NOWHERE_ELSE, SEEPS, CIRCLES = range(3)


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


@compiled
def mark_reached(plan: Plan, work: Work, lane: int) -> int:
    """Mark junctions that water of a plant, a consumer or a heater reaches; return what water does elsewhere.

    The marks are in `scratch.found_at`. The answer is `NOWHERE_ELSE`, `SEEPS` (only what shut check valves let through: it
    stands still) or `CIRCLES`.
    """
    graph, users, m, reached = plan.graph, plan.users, work.state.m, work.scratch.found_at
    branches, stack, waiting = len(graph.start), work.scratch.node_stack, 0
    reached[:] = 0
    for i in range(len(users.consumer_start)):
        if m[branches + i, lane] > LEAST_FLOW:
            reached[users.consumer_end[i]] = 1
    for i in range(len(users.plant_start)):
        if users.plant_role[i] != OUTSIDE and work.state.plant_m[i, lane] > LEAST_FLOW:
            reached[users.plant_end[i]] = 1
    for k in range(len(users.preheat_at)):
        if work.state.preheat_w[k, lane] != 0.0:
            reached[users.preheat_at[k]] = 1
    for branch in range(branches):
        if plan.branches.heater_w[branch] != 0.0 and abs(m[branch, lane]) > LEAST_FLOW:
            reached[graph.end[branch] if m[branch, lane] > 0.0 else graph.start[branch]] = 1
    for node in range(len(reached)):
        if reached[node]:
            stack[waiting] = node
            waiting += 1
    while waiting > 0:
        waiting -= 1
        node = stack[waiting]
        for k in range(graph.adj_ptr[node], graph.adj_ptr[node + 1]):
            branch = graph.adj_branch[k]
            begins = graph.start[branch] == node
            there = graph.end[branch] if begins else graph.start[branch]
            flow = m[branch, lane] if begins else -m[branch, lane]
            if flow > _ENTERS and not reached[there]:
                reached[there] = 1
                stack[waiting] = there
                waiting += 1
    found = NOWHERE_ELSE
    for branch in range(branches):
        up, flow = graph.start[branch] if m[branch, lane] > 0.0 else graph.end[branch], abs(m[branch, lane])
        if flow > LEAST_FLOW and not reached[up]:
            found = max(found, CIRCLES if flow > _ENTERS else SEEPS)
    return found


@compiled
def has_pumps(plan: Plan) -> bool:
    """Return whether pumps in the pipes could drive water around without plants and consumers."""
    for branch in range(len(plan.graph.start)):
        if plan.graph.kind[branch] == CURVED or plan.branches.head_bar[branch] != 0.0:
            return True
    return False


@compiled
def cool_circles(plan: Plan, work: Work, lane: int) -> None:
    """Give water that runs where nothing enters the ground's temperature, which passes would only come near to."""
    if mark_reached(plan, work, lane) == NOWHERE_ELSE:
        return
    state, inlet, graph = work.state, work.inlet, plan.graph
    for branch in range(len(graph.start)):
        for node in (graph.start[branch], graph.end[branch]):
            if not work.scratch.found_at[node]:
                state.t[node, lane] = inlet.ground[branch, lane]
                state.t_out[branch, lane] = inlet.ground[branch, lane]
