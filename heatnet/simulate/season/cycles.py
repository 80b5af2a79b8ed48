"""Independent circuits of a network's pipes, as short and as little entangled as a quick search finds."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from heatnet.adapters.layout import BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class Forest:
    """A spanning forest: junctions from the roots outwards; parent, branch to it (-1 at roots) and its sign."""

    order: IntArray
    parent: IntArray
    branch: IntArray
    sign: np.ndarray
    chords: IntArray


def spanning_forest(junctions: int, start: IntArray, end: IntArray, usable: BoolArray, roots: list[int]) -> Forest:
    """Return a breadth-first spanning forest of the usable branches, grown from `roots` first.

    Parameters
    ----------
    junctions : int
        Their number.
    start, end : ndarray of int
        Branch ends.
    usable : ndarray of bool
        Which branches belong to it.
    roots : list of int
        Junctions at which trees are to begin; every further part begins at its lowest one.
    """
    neighbours = _neighbours(junctions, start, end, usable)
    parent, branch = np.full(junctions, -1), np.full(junctions, -1)
    sign = np.zeros(junctions)
    seen = np.zeros(junctions, dtype=bool)
    used = np.zeros(len(start), dtype=bool)
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
                    seen[there], used[edge] = True, True
                    parent[there], branch[there], sign[there] = here, edge, 1.0 if start[edge] == here else -1.0
                    order.append(there)
    chords = np.flatnonzero(usable & ~used & (start != end))
    return Forest(np.array(order, dtype=np.int64), parent, branch, sign, chords)


def _neighbours(junctions: int, start: IntArray, end: IntArray, usable: BoolArray) -> list[list[tuple[int, int]]]:
    found: list[list[tuple[int, int]]] = [[] for _ in range(junctions)]
    for edge in np.flatnonzero(usable & (start != end)):
        found[start[edge]].append((int(edge), int(end[edge])))
        found[end[edge]].append((int(edge), int(start[edge])))
    return found


Cycle = list[tuple[int, float]]


def independent_cycles(
    junctions: int, start: IntArray, end: IntArray, usable: BoolArray, forest: Forest
) -> list[Cycle]:
    """Return as many independent cycles as the forest has chords, each a list of (branch, sign).

    Candidates are the shortest cycle through each chord, and the chord's own cycle in the forest; the shorter ones are
    taken first as long as they are independent over the two-element field.
    """
    neighbours = _neighbours(junctions, start, end, usable)
    depth = np.zeros(junctions, dtype=np.int64)
    for junction in forest.order:
        if forest.parent[junction] >= 0:
            depth[junction] = depth[forest.parent[junction]] + 1
    own = [_forest_cycle(int(chord), start, end, forest, depth) for chord in forest.chords]
    candidates = [
        _shortest_cycle(int(chord), start, end, neighbours, len(cycle)) or cycle
        for chord, cycle in zip(forest.chords, own, strict=True)
    ]
    position = {int(chord): i for i, chord in enumerate(forest.chords)}
    ranked = sorted([*candidates, *own], key=len)
    chosen: list[Cycle] = []
    pivots: dict[int, int] = {}
    for cycle in ranked:
        # a cycle is known by the chords in it, as bits of a number
        bits = 0
        for branch, _sign in cycle:
            if branch in position:
                bits ^= 1 << position[branch]
        while bits and bits.bit_length() in pivots:
            bits ^= pivots[bits.bit_length()]
        if bits:
            pivots[bits.bit_length()] = bits
            chosen.append(cycle)
            if len(chosen) == len(own):
                break
    return chosen


def _forest_cycle(chord: int, start: IntArray, end: IntArray, forest: Forest, depth: IntArray) -> Cycle:
    """Along the chord, then back through the forest from its end to its start."""
    cycle: Cycle = [(chord, 1.0)]
    a, b = int(end[chord]), int(start[chord])
    while a != b:
        if depth[a] >= depth[b]:
            cycle.append((int(forest.branch[a]), -float(forest.sign[a])))
            a = int(forest.parent[a])
        else:
            cycle.append((int(forest.branch[b]), float(forest.sign[b])))
            b = int(forest.parent[b])
    return cycle


def _shortest_cycle(
    chord: int, start: IntArray, end: IntArray, neighbours: list[list[tuple[int, int]]], most: int
) -> Cycle | None:
    """Return the cycle of fewest branches through a chord, None where none is shorter than `most`."""
    source, target = int(end[chord]), int(start[chord])
    steps = {source: 0}
    came: dict[int, tuple[int, int]] = {}
    queue = [(0, source)]
    while queue:
        far, here = heapq.heappop(queue)
        if here == target:
            break
        if far + 2 >= most:
            continue
        for edge, there in neighbours[here]:
            if edge != chord and there not in steps:
                steps[there] = far + 1
                came[there] = (edge, here)
                heapq.heappush(queue, (far + 1, there))
    if target not in came:
        return None
    cycle: Cycle = [(chord, 1.0)]
    here = target
    while here != source:
        edge, before = came[here]
        cycle.append((edge, 1.0 if start[edge] == before else -1.0))
        here = before
    return cycle


def elimination_order(cycles: list[Cycle]) -> list[int]:
    """Return an order of the cycles in which eliminating one after the other fills little: least degree first."""
    by_branch: dict[int, list[int]] = {}
    for i, cycle in enumerate(cycles):
        for branch, _sign in cycle:
            by_branch.setdefault(branch, []).append(i)
    touching: list[set[int]] = [set() for _ in cycles]
    for members in by_branch.values():
        for i in members:
            touching[i].update(members)
    for i, others in enumerate(touching):
        others.discard(i)
    left, order = set(range(len(cycles))), []
    while left:
        least = min(left, key=lambda i: (len(touching[i]), i))
        left.discard(least)
        order.append(least)
        for other in touching[least]:
            touching[other] |= touching[least]
            touching[other] -= {least, other}
    return order
