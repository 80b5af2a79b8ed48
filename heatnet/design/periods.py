"""Hours put together: equal hours once, or stretches of neighbouring hours as a relaxation.

**Equal hours** (`equal_hours`) have the same demand, availability, cost and share in the rate. The programme is
linear, so that some optimum treats them alike: one period of weight n replaces them, exactly.

**Blocks** (`blocks`) are stretches of neighbouring hours of a day at one electricity price. A period's demand and
availability are the sums
of its hours, its cost the least and its share in the rate the largest of them. Blocks of alike days are put
together. Every schedule by the hour then is, summed up, a
schedule by the block that costs no more and counts no less: the optimum by blocks is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from heatnet.model.hourly import BoolArray, FloatArray

IntArray = np.ndarray
HOURS_A_DAY = 24


@dataclass(frozen=True, eq=False)
class Periods:
    """A partition of the hours.

    Parameters
    ----------
    of_hour : ndarray of int, shape (T,)
        Period of each hour.
    hours : ndarray, shape (P,)
        Hours of each period.
    first : ndarray of int, shape (P,)
        First hour of each period.
    chain : ndarray of int
        Periods in which heat stores may work; single hours in the order of time, unless there are days.
    days : tuple of ndarray of int
        For each kind of day in which stores may work its periods, in the order of the day; empty where periods are hours.
    kinds : ndarray of int
        Kind of each day in which stores may work, as its place in `days`, in the order of time.
    """

    of_hour: IntArray
    hours: FloatArray
    first: IntArray
    chain: IntArray
    days: tuple[IntArray, ...] = ()
    kinds: IntArray = field(default_factory=lambda: np.zeros(0, dtype=int))

    @property
    def count(self) -> int:
        """Number of periods."""
        return len(self.hours)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum over each period's hours, (P,)."""
        return np.asarray(np.bincount(self.of_hour, weights=values, minlength=self.count), dtype=float)

    def least(self, values: FloatArray) -> FloatArray:
        """Return the least of each period's hours, (P,)."""
        low = np.full(self.count, np.inf)
        np.minimum.at(low, self.of_hour, values)
        return low

    def largest(self, values: FloatArray) -> FloatArray:
        """Return the largest of each period's hours, (P,)."""
        return -self.least(-np.asarray(values))

    def gaps(self) -> FloatArray:
        """Return the hours between each period of the chain and the next, around the end of the horizon."""
        if not len(self.chain):
            return np.zeros(0)
        start = self.first[self.chain]
        end = start + self.hours[self.chain]
        return np.asarray(np.append(start[1:], start[0] + len(self.of_hour)) - end, dtype=float)

    def spread(self, values: FloatArray) -> FloatArray:
        """Return a sum over each period, (P,), as equal hourly values, (T,)."""
        return np.asarray((values / self.hours)[self.of_hour], dtype=float)


def equal_hours(rows: Sequence[FloatArray], storing: BoolArray) -> Periods:
    """Return periods of equal hours; hours in which stores work stay on their own.

    Parameters
    ----------
    rows : sequence of ndarray, shape (T,)
        Everything by which hours may differ.
    storing : ndarray of bool, shape (T,)
        Hours in which heat stores may work.
    """
    table = np.array(rows).T
    own = np.where(storing, np.arange(len(storing)) + 1.0, 0.0)
    _values, of_hour = np.unique(np.column_stack([own, table]), axis=0, return_inverse=True)
    return _periods(_in_order_of_time(of_hour.reshape(-1)), storing)


def blocks(
    price: FloatArray, in_season: BoolArray, storing: BoolArray, alike: Sequence[FloatArray], length_h: int, steps: int
) -> Periods:
    """Return blocks of neighbouring hours of a day, those of alike days put together.

    Parameters
    ----------
    price, in_season, storing : ndarray, shape (T,)
        Hours of a block agree in these, and so do days that are put together.
    alike : sequence of ndarray, shape (T,)
        What else decides whether days are alike: their means, in `steps` steps of the largest day. Any partition
        gives a lower bound; alike days give a tight one.
    length_h : int
        Longest block.
    steps : int
        0: every day stays on its own.
    """
    hours = np.arange(len(price))
    day = hours // HOURS_A_DAY
    marks = np.column_stack([price, in_season, storing, day])
    new = np.append(True, (marks[1:] != marks[:-1]).any(axis=1))
    run = np.cumsum(new) - 1
    new |= (hours - np.flatnonzero(new)[run]) % length_h == 0
    block = np.cumsum(new) - 1
    first_of_day = np.flatnonzero(np.append(True, day[1:] != day[:-1]))
    position = block - block[first_of_day][day]
    kind = _kinds_of_days([*marks.T[:3], position], alike, day, steps)
    of_hour = _in_order_of_time(
        np.unique(np.column_stack([kind[day], position]), axis=0, return_inverse=True)[1].reshape(-1)
    )
    periods = _periods(of_hour, storing)
    of_day = kind[np.unique(day[storing])]
    names = list(dict.fromkeys(of_day.tolist()))
    own = tuple(np.unique(of_hour[kind[day] == one]) for one in names)
    chain = np.concatenate(own) if own else periods.chain[:0]
    return replace(periods, days=own, chain=chain, kinds=np.array([names.index(one) for one in of_day], dtype=int))


def _kinds_of_days(exact: Sequence[FloatArray], alike: Sequence[FloatArray], day: IntArray, steps: int) -> IntArray:
    """Return a number for each day, the same for days that agree hour by hour in `exact` and in the steps of `alike`."""
    count = int(day[-1]) + 1
    hour = np.arange(len(day)) - day * HOURS_A_DAY
    columns = []
    for row in exact:
        table = np.full((count, HOURS_A_DAY), np.nan)
        table[day, hour] = row
        columns.append(np.nan_to_num(table, nan=-1.0))
    if steps == 0:
        columns.append(np.arange(count)[:, None])
    for row in alike:
        mean = np.bincount(day, weights=row) / np.bincount(day)
        largest = float(np.abs(mean).max(initial=0.0))
        if steps and largest > 0:
            columns.append(np.round(steps * mean / largest)[:, None])
    return np.asarray(np.unique(np.hstack(columns), axis=0, return_inverse=True)[1].reshape(-1))


def _in_order_of_time(of_hour: IntArray) -> IntArray:
    """Return the numbers of periods anew, by their first hours."""
    _names, first, inverse = np.unique(of_hour, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=int)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse.reshape(-1)])


def _periods(of_hour: IntArray, storing: BoolArray) -> Periods:
    _names, first, count = np.unique(of_hour, return_index=True, return_counts=True)
    return Periods(of_hour, count.astype(float), first, np.flatnonzero(storing[first]))
