"""A first schedule of a season: windows of some days one after the other, each with all that those before it have fixed.

A window's first days are kept, the rest looks ahead. What its hours owe to later ones is paid for with the prices of the
relaxation: heat left in a store, hours that a boiler must stay on, ramps. Whole columns whose value is whole in the window's
own relaxation keep it (relaxation-enforced search).

Rows over many windows that bind (amounts of a year) follow a plan besides, the values of the season's merit order: what is done
up to the end of a window may miss the plan by half of what the plan has for the next window; more costs the row's price once
more. The price alone would not do: at the price of a scarce amount its plant and the next are worth the same, and whole numbers
then choose one of them in every window.

The season is rolled in sections side by side. A section begins as if nothing were known before it; what its join breaks is mended
afterwards, as is whatever a window could not keep because of those before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from heatnet.dispatch.matrix_rows import IntArray
from heatnet.dispatch.season_bound import SeasonPrices
from heatnet.dispatch.solver_calls import Answer, Effort, Pool, Seconds, Task, elastic, near, solve_linear, solve_whole
from heatnet.dispatch.stretches import Season, Stretch
from heatnet.model.hourly import FloatArray

#: hours of a window, and how many of them are kept
WINDOW_H, KEPT_H = 72, 48
#: about how many hours a section has
SECTION_H = 750
#: rows over more hours than this follow the plan
LONG_H = 240
#: part of what the plan has for the next window by which a window may miss it
AHEAD_SHARE = 0.5


def rolled_schedule(season: Season, priced: SeasonPrices, pool: Pool, effort: Effort, seconds: Seconds) -> FloatArray:
    """Return values of all columns; rows may be broken, at joins of sections above all."""
    count = max(1, round(season.hours / SECTION_H))
    ends = [round(season.hours * part / count) for part in range(count + 1)]
    sections = [_Section(season, priced, *span) for span in pairwise(ends)]
    parts: list[FloatArray] = pool(lambda one: sections[one].roll(effort, seconds), count)
    return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class _Plan:
    """Rows over many windows that bind: the plan's part of their activity by hour, in the section's order of hours.

    Parameters
    ----------
    rows : ndarray of int, shape (P,)
    done, ahead : ndarray, shape (P, hours of the section + 1)
        Activity from the section's first hour to each hour, and the size of what the hours of a window from there have.
    """

    rows: IntArray
    done: FloatArray
    ahead: FloatArray


class _Section:
    def __init__(self, season: Season, priced: SeasonPrices, begin: int, end: int) -> None:
        self.season, self.prices, self.begin, self.end = season, priced.rows, begin, end
        self.activity = np.zeros(len(season.row_low))
        self.plan = _plan_of(season, priced.rows, priced.merit, begin, end)

    def roll(self, effort: Effort, seconds: Seconds) -> FloatArray:
        parts, now = [], self.begin
        while now < self.end:
            stop = now + WINDOW_H
            # no last window so short that it cannot choose
            stop = self.end if self.end - stop < WINDOW_H - KEPT_H else stop
            kept = self.season.stretch(now, self.end if stop == self.end else now + KEPT_H)
            values = self._window(self.season.stretch(now, stop), effort, seconds)
            values = values[: kept.columns.stop - kept.columns.start]
            self.activity[kept.rows] += kept.matrix @ values
            parts.append(values)
            now = kept.end
        return np.concatenate(parts)

    def _window(self, part: Stretch, effort: Effort, seconds: Seconds) -> FloatArray:
        season = self.season
        closed = (season.first[part.rows] >= self.begin) & (season.last[part.rows] < part.end)
        task = season.priced(replace(part, inside=closed), self.prices)
        rows = part.rows[closed]
        done = self.activity[rows]
        task = replace(task, row_low=task.row_low - done, row_high=task.row_high - done)
        answer = _solved(self._planned(task, part), effort, seconds)
        if answer.values is None:
            # what windows before have fixed leaves no solution
            before = np.where(season.first[rows] < part.begin, season.lack_price, 0.0)
            answer = _solved(elastic(task, before), effort, seconds)
        if answer.values is None:
            # hours that have no solution by themselves: the season has none
            return np.where(task.whole, task.high, task.low)
        return answer.values[: len(task.cost)]

    def _planned(self, task: Task, part: Stretch) -> Task:
        """Return a window's task with the rows of the plan."""
        from scipy.sparse import vstack

        plan = self.plan
        open_rows = (self.season.last[plan.rows] >= part.end) | (self.season.first[plan.rows] < self.begin)
        open_rows &= np.isin(plan.rows, part.rows)
        if not open_rows.any():
            return task
        rows = plan.rows[open_rows]
        at = part.end - self.begin
        left = plan.done[open_rows, at] - self.activity[rows]
        miss = AHEAD_SHARE * plan.ahead[open_rows, at]
        planned = replace(
            task,
            matrix=vstack([task.matrix, part.matrix[np.searchsorted(part.rows, rows)]], format="csr"),
            row_low=np.concatenate([task.row_low, left - miss]),
            row_high=np.concatenate([task.row_high, left + miss]),
        )
        price = np.concatenate([np.zeros(len(task.row_low)), np.abs(self.prices[rows])])
        return elastic(planned, price)


def _plan_of(season: Season, prices: FloatArray, merit: FloatArray, begin: int, end: int) -> _Plan:
    rows = np.flatnonzero((season.last - season.first > LONG_H) & (prices != 0))
    part = season.stretch(begin, end)
    rows = rows[np.isin(rows, part.rows)]
    entries = part.matrix[np.searchsorted(part.rows, rows)].multiply(merit[part.columns]).tocoo()
    hour = season.hour[part.columns] - begin
    by_hour, size = (np.zeros((len(rows), end - begin + 1)) for _each in range(2))
    np.add.at(by_hour, (entries.row, hour[entries.col] + 1), entries.data)
    np.add.at(size, (entries.row, hour[entries.col] + 1), np.abs(entries.data))
    sums = np.cumsum(size, axis=1)
    later = np.minimum(np.arange(end - begin + 1) + WINDOW_H, end - begin)
    return _Plan(rows, np.cumsum(by_hour, axis=1), sums[:, later] - sums)


def _solved(task: Task, effort: Effort, seconds: Seconds) -> Answer:
    """Return the solution near the task's own relaxation, or of the whole task where there is none."""
    relaxed = solve_linear(task)
    if relaxed.values is None:
        return relaxed
    answer = solve_whole(near(task, relaxed.values), effort, seconds())
    return answer if answer.values is not None else solve_whole(task, effort, seconds())
