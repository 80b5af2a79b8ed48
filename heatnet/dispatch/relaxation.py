"""How far one limit of a programme has to give way, the others as they are.

    r = min over schedules of max_i s_i,   then  min sum_i s_i  with s_i <= r,    each bound i relaxed by s_i >= 0

so r is the smallest figure by which the limit has to give way in its hours, and the hours that need it are those with s_i > 0.
Bounds give way no further than without the limit, a contract's least heat not below 0.

Room for contract heat that is thrown away shrinks with the contract (`heatnet.dispatch.limits`), which no linear programme can
say: it is solved with the room as it was, which gives r at least, and checked with the room as it will be; where that is not
enough, r is found by bisection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatnet.dispatch.limits import Limit, LimitKind, Limits, Part
from heatnet.dispatch.named_rows import Bounds, IntArray, Solver, keeps
from heatnet.model.supply import FloatArray

#: what a relaxation is raised by, so that the solver's tolerance does not count: a share, and MW or MWh
_OVER_SHARE, _OVER = 1e-6, 1e-6
#: where a relaxation is found by trial, it is found to this share
_TRIAL_SHARE = 1e-3
#: points kept to answer later questions
_POINTS = 12
#: hours of least sum are not sought where a sum over more hours than these takes part: the change is told for all hours
_MOST_HOURS = 1000
#: an hour needs relaxation if it takes more than this share of the largest
_PART_OF_LARGEST = 1e-3


@dataclass(frozen=True, eq=False)
class Relaxation:
    """How far one limit alone has to give way.

    Parameters
    ----------
    amount : float
        Largest change of its bound, MW or MWh, above 0; infinite for a limit that holds or not: it has to be left out.
    to : float or None
        The new bound where it is one figure in all hours concerned; None where it differs by hour.
    hours : ndarray of int
        Hours that need it, by position; empty where the limit is one figure.
    sum_mwh : float
        Sum of the changes over these hours, MWh; of a limit that is one figure the amount.
    """

    amount: float
    to: float | None
    hours: IntArray
    sum_mwh: float


class OutOfQuestionsError(Exception):
    """The work limit is reached."""


class Asked:
    """The questions about one group's limits, counted over all groups. Points found answer later questions that they fit."""

    def __init__(self, limits: Limits, questions: list[int]) -> None:
        self.limits = limits
        self._solver = Solver(limits.rows.matrix, limits.rows.whole)
        self._questions = questions
        self._points: list[FloatArray] = []

    def count(self) -> None:
        """Count a question.

        Raises
        ------
        OutOfQuestionsError
            If there was none left.
        """
        if self._questions[0] <= 0:
            raise OutOfQuestionsError
        self._questions[0] -= 1

    def feasible(self, bounds: Bounds) -> bool | None:
        """Return whether a schedule keeps some bounds; None where the solver gives up."""
        if any(keeps(self.limits.rows, point, bounds) for point in self._points):
            return True
        self.count()
        answer = self._solver.answer(bounds)
        if answer.feasible:
            self.remember(answer.point)
        return answer.feasible

    def remember(self, point: FloatArray) -> None:
        """Keep a point, the last few of them, for questions to come."""
        self._points = [point, *self._points[: _POINTS - 1]]

    def cannot(self, kept: Sequence[int], hours: tuple[int, int] | None = None) -> bool:
        """Return whether it is proven that no schedule keeps these limits."""
        return self.feasible(self.limits.bounds(kept, hours)) is False


def relaxation(asked: Asked, kept: Sequence[int], number: int, spans_hours: bool) -> Relaxation | None:
    """Return how far a limit has to give way, so that a schedule exists with it and some others.

    Parameters
    ----------
    asked : Asked
    kept : sequence of int
        Numbers of the limits that hold, the limit's own among them.
    number : int
        The limit's.
    spans_hours : bool
        Whether a sum over the horizon takes part in its conflict.

    Returns
    -------
    Relaxation or None
        None where the solver finds none.

    Raises
    ------
    OutOfQuestionsError
        If the limit of work is reached.
    """
    limit = asked.limits.limits[number]
    if limit.is_switch:
        others = [one for one in kept if one != number]
        is_enough = asked.feasible(asked.limits.bounds(others)) is True
        return Relaxation(np.inf, None, np.zeros(0, dtype=np.int64), np.inf) if is_enough else None
    elastic = _Elastic(asked, kept, number)
    least = elastic.least()
    if least is None:
        return None
    amount, point = least
    if not elastic.is_enough(amount):
        found = _by_trial(elastic, amount)
        return None if found is None else _whole(limit, found)
    if limit.is_one_figure:
        return _one_figure(limit, amount, point)
    changes = None if spans_hours and asked.limits.hours > _MOST_HOURS else elastic.hourly(amount)
    if changes is None:
        return _whole(limit, amount)
    needed = np.flatnonzero(changes > _PART_OF_LARGEST * amount)
    return Relaxation(amount, _new_bound(limit, amount, needed), needed, float(changes.sum()))


def _one_figure(limit: Limit, amount: float, point: FloatArray) -> Relaxation:
    part = limit.parts[0]
    bound = float(part.bound[0])
    up = bool(point[part.index[0]] > bound) if limit.kind in _FIRST_LEVELS else part.upper
    return Relaxation(amount, bound + amount if up else bound - amount, np.zeros(0, dtype=np.int64), amount)


_FIRST_LEVELS = (LimitKind.STORE_FIRST, LimitKind.BATTERY_FIRST)


def _whole(limit: Limit, amount: float) -> Relaxation:
    """Return the relaxation by the same amount in all hours of a limit."""
    if limit.is_one_figure:
        return _one_figure(limit, amount, np.full(int(limit.parts[0].index.max()) + 1, -np.inf))
    hours = np.unique(np.concatenate([part.hour for part in limit.parts]))
    changes = np.concatenate([np.abs(part.relaxed(amount) - part.bound) for part in limit.parts])
    return Relaxation(amount, _new_bound(limit, amount, hours), hours, float(changes.sum()))


def _new_bound(limit: Limit, amount: float, hours: IntArray) -> float | None:
    """Return the relaxed bound where it was the same in all these hours; the least heat of a contract not below 0."""
    part = limit.parts[0]
    bounds = part.bound[np.isin(part.hour, hours)]
    if len(limit.parts) > 1 or not len(bounds) or float(np.ptp(bounds)) > 1e-9 * float(np.abs(bounds).max()):
        return None
    return float(bounds[0] + amount if part.upper else bounds[0] - amount)


def _by_trial(elastic: _Elastic, too_little: float) -> float | None:
    """Return the smallest amount that is enough, by bisection above one that is not; None where none is found."""
    enough = max(too_little, 1e-3)
    for _doubling in range(24):
        enough *= 2
        if elastic.is_enough(enough):
            break
    else:
        return None
    while enough - too_little > _TRIAL_SHARE * enough:
        middle = (too_little + enough) / 2
        too_little, enough = (too_little, middle) if elastic.is_enough(middle) else (middle, enough)
    return enough


class _Elastic:
    """A programme in which one limit may give way."""

    def __init__(self, asked: Asked, kept: Sequence[int], number: int) -> None:
        self._asked, self._kept, self._number = asked, kept, number
        limits = asked.limits
        self._parts = [part for part in limits.limits[number].parts if len(part.index)]
        with_limit = limits.bounds(kept)
        self._bounds = limits.bounds([one for one in kept if one != number])
        # the room for contracts that are thrown away is that with the limit: no more, so that the figure is a lower bound
        for columns, _balance, _units in limits.dumped:
            self._bounds.high[columns] = np.maximum(self._bounds.high[columns], with_limit.high[columns])

    def least(self) -> tuple[float, FloatArray] | None:
        """Return the least largest change and the point at which it is enough; None where there is none."""
        answer = self._solved(np.zeros(self._asked.limits.hours + 1, dtype=np.int64), np.inf)
        if answer is None:
            return None
        self._asked.remember(answer[:-1])
        return float(answer[-1]), answer

    def hourly(self, most: float) -> FloatArray | None:
        """Return the changes of each hour of least sum, none above `most`; None where they turn out not to be enough."""
        hours = self._asked.limits.hours
        answer = self._solved(np.arange(hours + 1), most * (1 + _OVER_SHARE) + _OVER)
        if answer is None:
            return None
        changes = answer[-hours - 1 :]
        over = changes * (1 + _OVER_SHARE) + _OVER
        self._asked.remember(answer[: -hours - 1])
        enough = self._is_enough([part.relaxed(over[part.hour]) for part in self._own_parts()])
        return changes[:hours] if enough else None

    def is_enough(self, amount: float) -> bool:
        """Return whether a schedule exists when all hours of the limit give way by so much."""
        over = amount * (1 + _OVER_SHARE) + _OVER
        return self._is_enough([part.relaxed(over) for part in self._own_parts()])

    def _own_parts(self) -> tuple[Part, ...]:
        return self._asked.limits.limits[self._number].parts

    def _is_enough(self, values: Sequence[FloatArray]) -> bool:
        return self._asked.feasible(self._asked.limits.bounds(self._kept, instead={self._number: values})) is True

    def _solved(self, change_of_hour: IntArray, most: float) -> FloatArray | None:
        """Return the point of least sum of changes, the changes behind the columns; the last hour stands for `ALWAYS`."""
        from scipy.sparse import csr_array, hstack, identity, vstack

        rows = self._asked.limits.rows
        matrix, columns = rows.matrix, rows.matrix.shape[1]
        count = int(change_of_hour.max()) + 1
        blocks = [hstack([matrix, csr_array((matrix.shape[0], count))], format="csr")]
        row_low, row_high = [self._bounds.row_low], [self._bounds.row_high]
        whole = identity(columns, format="csr")
        for part in self._parts:
            own = (matrix if part.on_rows else whole)[part.index]
            change = change_of_hour[part.hour]
            sign = -1.0 if part.upper else 1.0
            entries = (np.full(len(change), sign), (np.arange(len(change)), change))
            blocks.append(hstack([own, csr_array(entries, shape=(len(change), count))], format="csr"))
            row_low.append(np.full(len(change), -np.inf) if part.upper else part.bound)
            row_high.append(part.bound if part.upper else np.full(len(change), np.inf))
        bounds = Bounds(
            np.append(self._bounds.low, np.zeros(count)),
            np.append(self._bounds.high, np.full(count, most)),
            np.concatenate(row_low),
            np.concatenate(row_high),
        )
        cost = np.append(np.zeros(columns), np.ones(count))
        solver = Solver(vstack(blocks, format="csr"), np.append(rows.whole, np.zeros(count, dtype=bool)), cost)
        self._asked.count()
        answer = solver.answer(bounds)
        return answer.point if answer.feasible else None
