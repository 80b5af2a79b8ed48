"""Mixtures carried by water from junction to junction: a sparse linear system a row, solved in the order of the water.

Junction by junction. Where something comes round in a circle (warm return into a plant, circulating flow), a junction of the
circle is cut, the sweep also carries the influence of the cut ones, and a small dense system closes them.
"""

from __future__ import annotations

import numpy as np

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, compiled_entry

#: a circle whose water is renewed by less than this share each time round is fed by nothing
_LEAST_RENEWED_SHARE = 1e-12


def solved_rows(
    origin: IntArray, target: IntArray, weight: FloatArray, known: FloatArray, mix: FloatArray, inlets: IntArray
) -> FloatArray:
    """Return x with x[target] = known + sum of weight · x[origin] in each row, shape (rows, junctions, sources).

    What a junction's weights and known parts lack to 1 comes from `mix`.

    Parameters
    ----------
    origin, target : ndarray of int, shape (rows, edges)
        Junctions.
    weight : ndarray, shape (rows, edges)
        Share of a target's mixture that comes from the origin, 0 … 1; edges without weight do not count.
    known : ndarray, shape (rows, junctions, sources)
    mix : ndarray, shape (rows, sources)
    inlets : ndarray of int
        Junctions where circles are cut first.
    """
    # compiled once, for one layout in memory
    edges = np.ascontiguousarray(origin), np.ascontiguousarray(target), np.ascontiguousarray(weight)
    return _solve_rows(*edges, np.ascontiguousarray(known), np.ascontiguousarray(mix), inlets)


@compiled_entry
def _solve_rows(
    origin: IntArray, target: IntArray, weight: FloatArray, known: FloatArray, mix: FloatArray, inlets: IntArray
) -> FloatArray:
    rows, junctions, sources = known.shape
    solved = np.empty((rows, junctions, sources))
    for row in range(rows):
        first, leaving = _grouped(origin[row], weight[row], junctions)
        order, cut, cuts = _order(origin[row], target[row], weight[row], first, leaving, inlets)
        # columns: sources, then the influence of the junctions that are cut
        columns = sources + cuts
        x = np.zeros((junctions, columns))
        missing = np.ones(junctions)
        for edge in range(weight.shape[1]):
            missing[target[row, edge]] -= weight[row, edge]
        for node in range(junctions):
            for s in range(sources):
                missing[node] -= known[row, node, s]
            for s in range(sources):
                x[node, s] = known[row, node, s] + max(missing[node], 0.0) * mix[row, s]
        for node in order:
            for k in range(first[node], first[node + 1]):
                there, part = target[row, leaving[k]], weight[row, leaving[k]]
                if cut[node] >= 0:
                    x[there, sources + cut[node]] += part
                else:
                    for column in range(columns):
                        x[there, column] += part * x[node, column]
        closed = _closed(x, cut, cuts, mix[row])
        for node in range(junctions):
            for s in range(sources):
                solved[row, node, s] = x[node, s]
                for j in range(cuts):
                    solved[row, node, s] += x[node, sources + j] * closed[j, s]
    return solved


@compiled
def _grouped(key: IntArray, weight: FloatArray, junctions: int) -> tuple[IntArray, IntArray]:
    """Return the edges with a weight grouped by junction: where each group begins, and the edges."""
    first = np.zeros(junctions + 1, dtype=np.int64)
    for edge in range(len(key)):
        if weight[edge] > 0.0:
            first[key[edge] + 1] += 1
    for node in range(junctions):
        first[node + 1] += first[node]
    place, edges = first.copy(), np.empty(first[junctions], dtype=np.int64)
    for edge in range(len(key)):
        if weight[edge] > 0.0:
            edges[place[key[edge]]] = edge
            place[key[edge]] += 1
    return first, edges


@compiled
def _order(
    origin: IntArray, target: IntArray, weight: FloatArray, first: IntArray, leaving: IntArray, inlets: IntArray
) -> tuple[IntArray, IntArray, int]:
    """Return junctions in an order in which each follows its origins, the number of each cut one (-1), and their count."""
    junctions = len(first) - 1
    into, coming = _grouped(target, weight, junctions)
    order, cut = np.empty(junctions, dtype=np.int64), np.full(junctions, -1)
    waiting, listed = np.empty(junctions, dtype=np.int64), np.zeros(junctions, dtype=np.bool_)
    count, head, cuts, preferred = 0, 0, 0, 0
    for node in range(junctions):
        waiting[node] = into[node + 1] - into[node]
        if waiting[node] == 0:
            order[count], listed[node] = node, True
            count += 1
    while head < junctions:
        if head == count:
            while preferred < len(inlets) and listed[inlets[preferred]]:
                preferred += 1
            node = inlets[preferred] if preferred < len(inlets) else _in_circle(origin, into, coming, listed)
            cut[node], order[count], listed[node] = cuts, node, True
            cuts, count = cuts + 1, count + 1
        for k in range(first[order[head]], first[order[head] + 1]):
            there = target[leaving[k]]
            waiting[there] -= 1
            if waiting[there] == 0 and not listed[there]:
                order[count], listed[there] = there, True
                count += 1
        head += 1
    return order, cut, cuts


@compiled
def _in_circle(origin: IntArray, into: IntArray, coming: IntArray, listed: BoolArray) -> int:
    """Return a junction on a circle: from one not yet listed go back to origins not yet listed until one repeats."""
    seen = np.zeros(len(listed), dtype=np.bool_)
    node = 0
    while listed[node]:
        node += 1
    while not seen[node]:
        seen[node] = True
        for k in range(into[node], into[node + 1]):
            if not listed[origin[coming[k]]]:
                node = origin[coming[k]]
                break
    return node


@compiled
def _closed(x: FloatArray, cut: IntArray, cuts: int, mix: FloatArray) -> FloatArray:
    """Return the values of the cut junctions from their rows of sources and of each other's influence.

    What goes round in a circle that nothing feeds comes from `mix`.
    """
    sources = len(mix)
    a = np.zeros((cuts, cuts + sources))
    for node in range(len(cut)):
        if cut[node] >= 0:
            for j in range(cuts):
                a[cut[node], j] = -x[node, sources + j]
            for s in range(sources):
                a[cut[node], cuts + s] = x[node, s]
    for k in range(cuts):
        a[k, k] += 1.0
    # no pivoting: rows of the matrix sum to 0 or more and only its diagonal is positive
    for k in range(cuts):
        pivot = a[k, k] if a[k, k] > _LEAST_RENEWED_SHARE else np.inf
        for column in range(cuts + sources):
            a[k, column] /= pivot
        if pivot == np.inf:
            for s in range(sources):
                a[k, cuts + s] = mix[s]
        for i in range(cuts):
            factor = a[i, k]
            if i != k and factor != 0.0:
                for column in range(k, cuts + sources):
                    a[i, column] -= factor * a[k, column]
    return a[:, cuts:].copy()
