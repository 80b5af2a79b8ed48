"""Few choices over a large linear programme, by branch and bound.

A portfolio has some twenty choices over ten thousand continuous columns, and its relaxation is tight: a few nodes close the gap,
each solved from the last one's basis in a fraction of the first solve. A general solver spends ten times as long on
cuts and searches that solve the large programme again and again for nothing (measured in the bundled study: 4 to 8 s against
25 to 80 s of one processor, at the same gap).

Nodes are taken by their bound; after a branching the nearer side is solved at once, so that solutions are found on the way down.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from heatnet.design.matrix import IntArray
from heatnet.model.hourly import FloatArray

#: a choice is made where its column is that near to a whole number
_WHOLE = 1e-6
_MOST_NODES = 5_000

#: fixed choices, column to value
Fixes = Mapping[int, float]


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A relaxation with some choices fixed: its optimum, and the values of its columns.

    Parameters
    ----------
    objective : float
        Infinite where it is infeasible.
    values : ndarray
        By column; empty where it is infeasible.
    """

    objective: float
    values: FloatArray


@dataclass(frozen=True, eq=False)
class Chosen:
    """The best choices found and a bound for all.

    Parameters
    ----------
    best : Relaxed or None
        None where no choice is feasible, or none was found.
    bound : float
        No choice has a lower objective; infinite where none is feasible.
    """

    best: Relaxed | None
    bound: float


def branch_and_bound(relaxed: Callable[[Fixes], Relaxed], columns: IntArray, gap: float) -> Chosen:
    """Return the choices of least objective, proven within a gap.

    Parameters
    ----------
    relaxed : callable
        Solves the relaxation with some columns fixed.
    columns : ndarray of int
        Columns that are 0 or 1.
    gap : float
        Share of the best objective within which it is proven.
    """
    best: Relaxed | None = None
    left = np.inf  # lowest bound among the nodes that are left out
    heap: list[tuple[float, int, Fixes]] = [(-np.inf, 0, {})]
    count = 0
    while heap and count < _MOST_NODES:
        bound, _number, fixes = heapq.heappop(heap)
        while count < _MOST_NODES:
            if _closed(best, bound, gap):
                left = min(left, bound)
                break
            count += 1
            node = relaxed(fixes)
            if not len(node.values) or _closed(best, node.objective, gap):
                left = min(left, node.objective)
                break
            open_ = columns[np.abs(node.values[columns] - np.rint(node.values[columns])) > _WHOLE]
            if not len(open_):
                best = node
                break
            column = int(open_[np.argmin(np.abs(node.values[open_] - 0.5))])
            near = float(np.rint(node.values[column]))
            heapq.heappush(heap, (node.objective, count, {**fixes, column: 1.0 - near}))
            bound, fixes = node.objective, {**fixes, column: near}
        else:
            left = min(left, bound)
    bounds = [left, *(bound for bound, _number, _fixes in heap)]
    return Chosen(best, min(bounds) if best is None else min(best.objective, *bounds))


def _closed(best: Relaxed | None, bound: float, gap: float) -> bool:
    return best is not None and bound >= best.objective - gap * abs(best.objective)
