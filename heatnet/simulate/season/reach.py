"""Where water can flow at all: the two-connected part of the network that holds the pressure-holding plant.

The same rule as `heatnet.adapters.activity`, as one depth-first search (R. E. Tarjan, SIAM J. Comput. 1 (1972) 146): begun
along the pressure-holding plant, the edges that no articulation point has cut off when the search returns lie on a circuit
with it.
"""

from __future__ import annotations

from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.plan import Plan
from heatnet.simulate.season.work import Work


@compiled
def find_alive(plan: Plan, work: Work) -> bool:
    """Set `edge_alive` and `alive` from `edge_on`; return whether any consumer is alive."""
    found_at, low, came_by = work.found_at, work.low, work.came_by
    next_edge, nodes, edges = work.next_edge, work.node_stack, work.edge_stack
    branches, consumers = len(plan.start), len(plan.consumer_start)
    work.edge_alive[:] = False
    work.alive[:] = False
    found_at[:] = -1
    root, first = plan.plant_start[plan.holding], plan.plant_end[plan.holding]
    found_at[root], low[root] = 0, 0
    found_at[first], low[first] = 1, 0
    anchor = branches + consumers + plan.holding
    came_by[first] = anchor
    next_edge[first] = plan.edge_ptr[first]
    edges[0] = anchor
    on_edges, on_nodes, time = 1, 1, 2
    nodes[0] = first
    while on_nodes > 0:
        here = nodes[on_nodes - 1]
        if next_edge[here] < plan.edge_ptr[here + 1]:
            place = next_edge[here]
            next_edge[here] += 1
            edge, there = plan.edge_of[place], plan.edge_to[place]
            if not work.edge_on[edge] or edge == came_by[here]:
                continue
            if found_at[there] < 0:
                found_at[there], low[there] = time, time
                time += 1
                came_by[there] = edge
                next_edge[there] = plan.edge_ptr[there]
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
        work.edge_alive[edges[i]] = True
        any_consumer = any_consumer or branches <= edges[i] < branches + consumers
    if not any_consumer:
        work.edge_alive[:] = False
        return False
    for edge in range(len(work.edge_alive)):
        if work.edge_alive[edge]:
            if edge < branches:
                a, b = plan.start[edge], plan.end[edge]
            elif edge < branches + consumers:
                a, b = plan.consumer_start[edge - branches], plan.consumer_end[edge - branches]
            else:
                a, b = plan.plant_start[edge - branches - consumers], plan.plant_end[edge - branches - consumers]
            work.alive[a], work.alive[b] = True, True
    return True
