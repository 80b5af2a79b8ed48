"""A schedule of a season that gets better: stretches solved again with all else fixed.

A broken row is no obstacle: inside a stretch that touches it its lack is a column with a price far above any cost, at most as
large as it is, so that the present schedule is always a solution of the stretch, and every step makes the sum of cost and lack
smaller.

Stretches of one round are disjoint. They are solved side by side from the same schedule and put in one after the other; where two
share a row each may use its part of the room that is left in it, and what still does not fit is not put in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from heatnet.dispatch.matrix_rows import IntArray
from heatnet.dispatch.season_bound import SeasonBound
from heatnet.dispatch.solver_calls import WHOLE_TOLERANCE, Answer, Effort, Pool, Seconds, Task, solve_whole
from heatnet.dispatch.stretches import Season, Stretch
from heatnet.model.hourly import FloatArray

#: a row may miss its end by this much, MW, MWh or a share of a boiler
TOLERANCE = 1e-6


class SeasonSchedule:
    """A schedule that gets better round by round.

    Parameters
    ----------
    season : Season
    values : ndarray, shape (C,)
        First values of the columns; rows may be broken.
    relaxed : ndarray, shape (C,)
        Values of the linear relaxation, the first guide.
    """

    def __init__(self, season: Season, values: FloatArray, relaxed: FloatArray) -> None:
        self.season, self.guide = season, relaxed.copy()
        self.values = np.clip(values, season.low, season.high)
        self.activity = season.by_row @ self.values

    @property
    def cost(self) -> float:
        """What the schedule costs, CNY."""
        return float(self.season.cost @ self.values)

    def lack(self, rows: IntArray | slice = slice(None), activity: FloatArray | None = None) -> FloatArray:
        """Return by how much rows miss their ends."""
        found = self.activity[rows] if activity is None else activity
        missed = np.maximum(self.season.row_low[rows] - found, found - self.season.row_high[rows])
        return np.where(missed > TOLERANCE, missed, 0.0)

    @property
    def keeps_all(self) -> bool:
        """Whether no row is broken."""
        return not self.lack().any()

    def refresh(self) -> None:
        """Compute the rows anew: many small steps leave rounding behind."""
        self.activity = self.season.by_row @ self.values

    def improve(
        self, pool: Pool, spans: Sequence[tuple[int, int]], effort: Effort, near_guide: bool, seconds: Seconds
    ) -> float:
        """Solve disjoint stretches again and return what that saved, CNY, lack priced.

        `near_guide` keeps whole columns on which schedule and guide agree, but for boilers of broken rows.
        """
        parts = [self.season.stretch(*span) for span in spans]
        shared = np.zeros(len(self.activity), dtype=np.int64)
        for part in parts:
            shared[part.rows] += 1

        def solved(one: int) -> Answer:
            task, start = self._task(parts[one], shared[parts[one].rows], near_guide)
            return solve_whole(task, effort, seconds(), start)

        saved = 0.0
        for part, answer in zip(parts, pool(solved, len(parts)), strict=True):
            if answer is not None and answer.values is not None:
                saved += self._put_in(part, answer.values[: part.columns.stop - part.columns.start])
        self.refresh()
        return saved

    def _task(self, part: Stretch, shared: IntArray, near_guide: bool) -> tuple[Task, FloatArray]:
        """Return the task of a stretch with all else fixed, and the present schedule as a solution of it."""
        from scipy.sparse import coo_array, hstack

        season, own = self.season, self.values[part.columns]
        activity, inner = self.activity[part.rows], part.matrix @ own
        low, high = season.row_low[part.rows], season.row_high[part.rows]
        missed = self.lack(part.rows)
        broken = np.flatnonzero(missed)
        sign = np.where(activity[broken] < low[broken], 1.0, -1.0)
        count = len(own)
        room = np.maximum(shared, 1)
        # the room that is left belongs to all stretches of this round that share the row
        row_low = np.where(missed > 0, low - activity, np.minimum(low - activity, 0.0) / room) + inner
        row_high = np.where(missed > 0, high - activity, np.maximum(high - activity, 0.0) / room) + inner
        matrix: Any = part.matrix
        if len(broken):
            lacks = coo_array((sign, (broken, np.arange(len(broken)))), shape=(len(low), len(broken)))
            matrix = hstack([part.matrix, lacks], format="csr")
        whole = season.whole[part.columns]
        column_low, column_high = season.low[part.columns].copy(), season.high[part.columns].copy()
        if near_guide:
            agreed = whole & (np.abs(self.guide[part.columns] - own) < WHOLE_TOLERANCE)
            family = season.family[part.columns]
            agreed &= ~np.isin(family, family[part.matrix[broken].indices])
            column_low[agreed] = column_high[agreed] = own[agreed]
        extra = np.zeros(len(broken))
        task = Task(
            matrix,
            np.concatenate([season.cost[part.columns], extra + season.lack_price]),
            np.concatenate([column_low, extra]),
            np.concatenate([column_high, missed[broken]]),
            row_low,
            row_high,
            np.concatenate([whole, np.zeros(len(broken), dtype=bool)]),
        )
        assert count + len(broken) == len(task.cost)
        return task, np.concatenate([own, missed[broken]])

    def _put_in(self, part: Stretch, values: FloatArray) -> float:
        """Put values of a stretch in where that makes cost and lack smaller, and return by how much."""
        values = np.clip(values, self.season.low[part.columns], self.season.high[part.columns])
        change = values - self.values[part.columns]
        activity = self.activity[part.rows] + part.matrix @ change
        lack = self.lack(part.rows, activity).sum() - self.lack(part.rows).sum()
        saved = -float(self.season.cost[part.columns] @ change) - self.season.lack_price * float(lack)
        if saved <= 0:
            return 0.0
        self.values[part.columns] = values
        self.activity[part.rows] = activity
        return saved

    def gaps(self, bound: SeasonBound) -> FloatArray:
        """Return by how much each block of a bound costs more than its bound, at the bound's prices, CNY."""
        found = []
        for block, proven in zip(bound.blocks, bound.block_bounds, strict=True):
            part = self.season.stretch(*block)
            out = ~part.inside
            cost = self.season.cost[part.columns] - part.matrix[out].T @ bound.prices[part.rows[out]]
            found.append(float(cost @ self.values[part.columns]) - proven)
        return np.array(found)
