"""Which edges lie on circuits, a spanning forest, and the elimination of the circuits' junctions, all before any hour.

An edge that lies on no circuit (a bridge) carries what consumers and plants behind it take and give, whatever the pressures.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import networkx as nx
import numpy as np

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.simulate.season.plan import Core


@dataclass(frozen=True, eq=False)
class Forest:
    """A spanning forest: junctions from the roots outwards; parent, branch to it (-1 at roots) and its sign."""

    order: IntArray
    parent: IntArray
    branch: IntArray
    sign: np.ndarray


def spanning_forest(
    junctions: int, start: IntArray, end: IntArray, usable: BoolArray, last: BoolArray, roots: list[int]
) -> Forest:
    """Return a spanning forest of the usable branches, breadth first from `roots`.

    Parameters
    ----------
    junctions : int
        Their number.
    start, end : ndarray of int
        Branch ends.
    usable, last : ndarray of bool
        Which branches belong to it; which of them only where there is no other way.
    roots : list of int
        Junctions at which trees begin; every further part begins at its lowest one.
    """
    needed = usable & ~last
    if (usable & last).any():
        joined = nx.utils.UnionFind(range(junctions))
        for branch in [*np.flatnonzero(needed), *np.flatnonzero(usable & last)]:
            one, other = int(start[branch]), int(end[branch])
            if joined[one] != joined[other]:
                joined.union(one, other)
                needed[branch] = True
    neighbours = _neighbours(junctions, start, end, needed)
    parent, branch_to = np.full(junctions, -1), np.full(junctions, -1)
    sign = np.zeros(junctions)
    seen = np.zeros(junctions, dtype=bool)
    order: list[int] = []
    for root in [*roots, *range(junctions)]:
        if seen[root]:
            continue
        seen[root] = True
        head = len(order)
        order.append(root)
        while head < len(order):
            here = order[head]
            head += 1
            for edge, there in neighbours[here]:
                if not seen[there]:
                    seen[there] = True
                    parent[there], branch_to[there], sign[there] = here, edge, 1.0 if start[edge] == here else -1.0
                    order.append(there)
    return Forest(np.array(order, dtype=np.int64), parent, branch_to, sign)


def _neighbours(junctions: int, start: IntArray, end: IntArray, usable: BoolArray) -> list[list[tuple[int, int]]]:
    found: list[list[tuple[int, int]]] = [[] for _ in range(junctions)]
    for edge in np.flatnonzero(usable & (start != end)).tolist():
        a, b = int(start[edge]), int(end[edge])
        found[a].append((edge, b))
        found[b].append((edge, a))
    return found


def on_circuits(junctions: int, start: IntArray, end: IntArray, usable: BoolArray) -> BoolArray:
    """Return which usable edges are no bridges (R. E. Tarjan, Inf. Process. Lett. 2 (1974) 160)."""
    neighbours = _neighbours(junctions, start, end, usable)
    found_at, low = [-1] * junctions, [-1] * junctions
    result = usable & (start != end)
    time = 0
    for root in range(junctions):
        if found_at[root] >= 0:
            continue
        found_at[root] = low[root] = time
        time += 1
        stack = [(root, -1, iter(neighbours[root]))]
        while stack:
            here, came_by, onward = stack[-1]
            for edge, there in onward:
                if edge == came_by:
                    continue
                if found_at[there] >= 0:
                    low[here] = min(low[here], found_at[there])
                    continue
                found_at[there] = low[there] = time
                time += 1
                stack.append((there, edge, iter(neighbours[there])))
                break
            else:
                stack.pop()
                if stack:
                    before = stack[-1][0]
                    low[before] = min(low[before], low[here])
                    if low[here] > found_at[before]:
                        result[came_by] = False
    return result


def core_of(
    start: IntArray, end: IntArray, edges: IntArray, fixed: dict[int, tuple[int, bool]], chords: IntArray
) -> Core:
    """Return the elimination of the edges on circuits.

    Parameters
    ----------
    start, end : ndarray of int
        Ends of all edges.
    edges : ndarray of int
        The edges on circuits.
    fixed : dict of junction to (plant, whether supply end)
        Junctions whose pressure is given.
    chords : ndarray of int
        The edges among them that are not in the forest.
    """
    touching: dict[int, set[int]] = {}
    for edge in edges.tolist():
        a, b = int(start[edge]), int(end[edge])
        touching.setdefault(a, set()).add(b)
        touching.setdefault(b, set()).add(a)
    given = {j: fixed[j] for j in sorted(touching) if j in fixed}
    for part in nx.connected_components(nx.Graph({j: list(others) for j, others in touching.items()})):
        if not any(j in given for j in part):
            given[min(part)] = (-1, False)
    order, columns = _eliminated(touching, set(given))
    number = {j: i for i, j in enumerate([*order, *given])}
    free = len(order)
    col_ptr, col_row = listed([[number[j] for j in column] for column in columns])
    entry = {(k, row): p for k in range(free) for p, row in _enumerated(col_ptr, col_row, k)}
    fills = []
    for k in range(free):
        rows = [row for _p, row in _enumerated(col_ptr, col_row, k)]
        fills += [[entry[one, other] for other in rows[i + 1 :]] for i, one in enumerate(rows)]
    fill_ptr, fill_at = listed(fills)
    first, second = (np.array([number[int(j)] for j in ends[edges]], dtype=np.int64) for ends in (start, end))
    at = [
        entry[min(i, j), max(i, j)] if max(i, j) < free and i != j else -1
        for i, j in zip(first.tolist(), second.tolist(), strict=True)
    ]
    return Core(
        edge=edges,
        a=first,
        b=second,
        at=np.array(at, dtype=np.int64),
        free=free,
        fixed_of=np.array([plant for plant, _supply in given.values()], dtype=np.int64),
        fixed_supply=np.array([supply for _plant, supply in given.values()], dtype=bool),
        col_ptr=col_ptr,
        col_row=col_row,
        fill_ptr=fill_ptr,
        fill_at=fill_at,
        chord=chords,
    )


def _enumerated(ptr: IntArray, flat: IntArray, k: int) -> list[tuple[int, int]]:
    return [(p, int(flat[p])) for p in range(int(ptr[k]), int(ptr[k + 1]))]


def _eliminated(touching: dict[int, set[int]], given: set[int]) -> tuple[list[int], list[list[int]]]:
    """Return free junctions in an order of least degree, and each one's neighbours when its turn comes, in that order."""
    left = {j: others - given for j, others in touching.items() if j not in given}
    heap = [(len(others), j) for j, others in left.items()]
    heapq.heapify(heap)
    order: list[int] = []
    columns: list[set[int]] = []
    while heap:
        degree, here = heapq.heappop(heap)
        if here not in left or degree != len(left[here]):
            continue
        others = left.pop(here)
        order.append(here)
        columns.append(others)
        for other in others:
            left[other] |= others
            left[other] -= {other, here}
            heapq.heappush(heap, (len(left[other]), other))
    number = {j: i for i, j in enumerate(order)}
    return order, [sorted(column, key=number.__getitem__) for column in columns]


def listed(rows: list[list[int]]) -> tuple[IntArray, IntArray]:
    """Return where each list begins in the flat array of all, and that array."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    flat = np.array([value for row in rows for value in row], dtype=np.int64)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), flat
