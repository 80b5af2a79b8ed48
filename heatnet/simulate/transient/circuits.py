"""A spanning forest of the open branches and the circuits that the other branches close."""

from __future__ import annotations

from collections import deque

import numpy as np
from scipy import sparse

from heatnet.adapters.layout import BoolArray, Layout
from heatnet.physics.arrays import FloatArray


class Circuits:
    """Spanning forest and fundamental circuits of a network's branches.

    Parameters
    ----------
    layout : Layout
    roots : list of int
        Junctions at which water enters and leaves without being counted: both ends of the pressure-holding plant.
    """

    def __init__(self, layout: Layout, roots: list[int]) -> None:
        self._junctions, self._branches = layout.junctions, len(layout.start)
        open_now = layout.is_open & (layout.start != layout.end)
        paths, in_forest = _forest(layout, open_now, roots)
        self._reached = np.array([path is not None for path in paths])
        rows, columns, signs = [], [], []
        for junction, path in enumerate(paths):
            for branch, sign in path or ():
                rows.append(branch)
                columns.append(junction)
                signs.append(sign)
        #: +1 where the way from its root to a junction runs along a branch, -1 where against it
        self._ways = sparse.csr_array((signs, (rows, columns)), shape=(self._branches, self._junctions), dtype=float)
        self._ways_back = self._ways.T.tocsr()
        self._chords = np.flatnonzero(open_now & ~in_forest & self._reached[layout.start])
        through = sparse.csr_array(
            (np.ones(len(self._chords)), (np.arange(len(self._chords)), self._chords)),
            shape=(len(self._chords), self._branches),
        )
        ends, starts = self._ways[:, layout.end[self._chords]], self._ways[:, layout.start[self._chords]]
        matrix = (through + (starts - ends).T).tocsc()
        #: branches on any circuit, and the circuits by these: +1 along the chord and back through the forest
        self.branches = np.flatnonzero(np.diff(matrix.indptr))
        self.matrix = matrix[:, self.branches].toarray()

    @property
    def count(self) -> int:
        """Number of circuits."""
        return len(self._chords)

    def on(self, alive: BoolArray) -> BoolArray:
        """Return which circuits water can run around."""
        return alive[self._chords]

    def forest_flows(self, need: FloatArray) -> tuple[FloatArray, float]:
        """Return the flows along the forest that bring every junction its need, and the largest need that none reaches."""
        unreached = need[~self._reached]
        return np.asarray(self._ways @ need), float(np.max(np.abs(unreached), initial=0.0))

    def along_forest(self, gain: FloatArray) -> FloatArray:
        """Return the sum of a branch quantity along the way from its root to each junction, NaN where none leads."""
        return np.where(self._reached, self._ways_back @ gain, np.nan)


def _forest(
    layout: Layout, open_now: BoolArray, roots: list[int]
) -> tuple[list[list[tuple[int, float]] | None], BoolArray]:
    """Return the way from its root to every junction (None where there is none) and which branches lie on one."""
    neighbours: list[list[tuple[int, int, float]]] = [[] for _ in range(layout.junctions)]
    for i in np.flatnonzero(open_now):
        a, b = int(layout.start[i]), int(layout.end[i])
        neighbours[a].append((b, int(i), 1.0))
        neighbours[b].append((a, int(i), -1.0))
    paths: list[list[tuple[int, float]] | None] = [None] * layout.junctions
    used = np.zeros(len(layout.start), dtype=bool)
    for root in roots:
        paths[root] = []
    queue = deque(roots)
    while queue:
        here = queue.popleft()
        for there, branch, sign in neighbours[here]:
            if paths[there] is None:
                paths[there] = [*(paths[here] or []), (branch, sign)]
                used[branch] = True
                queue.append(there)
    return paths, used
