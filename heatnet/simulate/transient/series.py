"""Boundary values over time: linear between the times at which they are given, and their exact means."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.physics.arrays import FloatArray

#: a time counts as reached within this share of a step
_ROUNDING_SHARE = 1e-9


def seconds_of(time: pd.Index) -> FloatArray:
    """Return times as seconds from the first one."""
    if isinstance(time, pd.DatetimeIndex):
        return np.asarray((time - time[0]) / pd.Timedelta(seconds=1), dtype=float)
    return np.asarray(time, dtype=float) - float(time[0])


def step_times(time: pd.Index, step_s: float) -> tuple[FloatArray, pd.Index]:
    """Return the rows' times, every `step_s` from the first to the last: in seconds from the first, and as given."""
    last = float(seconds_of(time)[-1])
    seconds = np.arange(int(np.floor(last / step_s + _ROUNDING_SHARE)) + 1, dtype=np.float64) * step_s
    if isinstance(time, pd.DatetimeIndex):
        return seconds, pd.DatetimeIndex(time[0] + pd.to_timedelta(seconds, unit="s"), name="time")
    return seconds, pd.Index(float(time[0]) + seconds, name="time")


class Series:
    """Piecewise linear values of many elements.

    Parameters
    ----------
    seconds : ndarray, shape (times,)
        Ascending.
    values : ndarray, shape (times, elements)
    """

    def __init__(self, seconds: FloatArray, values: FloatArray) -> None:
        self._seconds, self._first = seconds, values[0].astype(float)
        # what never changes is kept once
        self._moving = np.flatnonzero((values != values[0]).any(axis=0))
        self._values = np.ascontiguousarray(values[:, self._moving], dtype=float)
        steps = np.diff(seconds)[:, np.newaxis]
        areas = steps * (self._values[1:] + self._values[:-1]) / 2.0
        self._integral = np.concatenate([np.zeros((1, len(self._moving))), np.cumsum(areas, axis=0)])

    def at(self, second: float) -> FloatArray:
        """Return the values at a time, shape (elements,); the last ones after the last time."""
        return np.asarray(self._whole(self._moving_at(np.array([second]))[0])[0])

    def mean(self, first: float, last: float) -> FloatArray:
        """Return the exact means between two times within those given, shape (elements,)."""
        return np.asarray(self.means(np.array([first, last]))[0])

    def means(self, edges: FloatArray) -> FloatArray:
        """Return the exact means between ascending times within those given, shape (times - 1, elements)."""
        now, rows, passed = self._moving_at(edges)
        up_to = self._integral[rows] + passed[:, np.newaxis] * (self._values[rows] + now) / 2.0
        return self._whole(np.diff(up_to, axis=0) / np.diff(edges)[:, np.newaxis])

    def _moving_at(self, seconds: FloatArray) -> tuple[FloatArray, np.ndarray, FloatArray]:
        """Return moving values at times, the rows before these, and the seconds passed since."""
        count = len(self._seconds)
        rows = np.clip(np.searchsorted(self._seconds, seconds, side="right") - 1, 0, count - 1)
        after = np.minimum(rows + 1, count - 1)
        passed = seconds - self._seconds[rows]
        span = np.where(after > rows, self._seconds[after] - self._seconds[rows], 1.0)
        share = np.where(after > rows, passed / span, 0.0)[:, np.newaxis]
        return self._values[rows] + share * (self._values[after] - self._values[rows]), rows, passed

    def _whole(self, moving: FloatArray) -> FloatArray:
        """Return all elements of rows whose moving ones are given."""
        rows = np.tile(self._first, (len(moving), 1))
        rows[:, self._moving] = moving
        return rows
