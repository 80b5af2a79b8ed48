"""Hours put together: equal hours once, or stretches of neighbouring hours as a relaxation.

**Equal hours** (`equal_hours`) have the same demand, availability, cost and share in the rate. The programme is linear, so that some
optimum treats them alike: one period of weight n replaces them, exactly.

**Blocks** (`blocks`) are stretches of neighbouring hours of one electricity price. A period's demand and availability are the sums
of its hours, its cost the least and its share in the rate the largest of them. Every schedule by the hour then is, summed up, a
schedule by the block that costs no more and counts no less: the optimum by blocks is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatnet.model.hourly import BoolArray, FloatArray

IntArray = np.ndarray


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
        Periods in which heat stores may work, in the order of time; each is a stretch of neighbouring hours.
    """

    of_hour: IntArray
    hours: FloatArray
    first: IntArray
    chain: IntArray

    @property
    def count(self) -> int:
        """Number of periods."""
        return len(self.hours)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum over each period's hours, (P,)."""
        return np.bincount(self.of_hour, weights=values, minlength=self.count)

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
        return np.append(start[1:], start[0] + len(self.of_hour)) - end

    def spread(self, values: FloatArray) -> FloatArray:
        """Return a sum over each period, (P,), as equal hourly values, (T,)."""
        return (values / self.hours)[self.of_hour]


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


def blocks(price: FloatArray, in_season: BoolArray, storing: BoolArray, length_h: int) -> Periods:
    """Return stretches of at most `length_h` neighbouring hours of one price, season and storing."""
    hours = len(price)
    marks = np.column_stack([price, in_season, storing])
    new = np.append(True, (marks[1:] != marks[:-1]).any(axis=1))
    run = np.cumsum(new) - 1
    position = np.arange(hours) - np.flatnonzero(new)[run]
    return _periods(np.cumsum(new | (position % length_h == 0)) - 1, storing)


def merged(periods: Periods, rows: Sequence[FloatArray], digits: int) -> Periods:
    """Return blocks in which no store works put together where they are alike, to a number of digits of the largest.

    Any partition gives a lower bound; alike blocks give a tight one.
    """
    free = np.ones(periods.count, dtype=bool)
    free[periods.chain] = False
    columns = [np.where(free, -1.0, np.arange(periods.count))]
    for row in rows:
        mean = periods.sums(row) / periods.hours
        largest = float(np.abs(mean).max(initial=0.0))
        columns.append(np.where(free, np.round(mean / largest, digits), 0.0) if largest > 0 else np.zeros(periods.count))
    _values, group = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    storing = np.isin(periods.of_hour, periods.chain)
    return _periods(_in_order_of_time(group.reshape(-1)[periods.of_hour]), storing)


def _in_order_of_time(of_hour: IntArray) -> IntArray:
    """Return the numbers of periods anew, by their first hours."""
    _names, first, inverse = np.unique(of_hour, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=int)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse.reshape(-1)])


def _periods(of_hour: IntArray, storing: BoolArray) -> Periods:
    _names, first, count = np.unique(of_hour, return_index=True, return_counts=True)
    return Periods(of_hour, count.astype(float), first, np.flatnonzero(storing[first]))
