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
        self._seconds, self._values = seconds, values
        self._constant = bool((values == values[0]).all())
        steps = np.diff(seconds)[:, np.newaxis]
        self._integral = np.concatenate(
            [np.zeros((1, values.shape[1])), np.cumsum(steps * (values[1:] + values[:-1]) / 2.0, axis=0)]
        )

    def _place(self, second: float) -> tuple[int, float]:
        """Return the row before a time, and the share of the way to the next one."""
        row = int(np.searchsorted(self._seconds, second, side="right")) - 1
        if row >= len(self._seconds) - 1:
            return len(self._seconds) - 1, 0.0
        row = max(row, 0)
        return row, float((second - self._seconds[row]) / (self._seconds[row + 1] - self._seconds[row]))

    def at(self, second: float) -> FloatArray:
        """Return the values at a time; the last ones after the last time."""
        if self._constant:
            return np.asarray(self._values[0])
        row, share = self._place(second)
        if share == 0.0:
            return np.asarray(self._values[row])
        return np.asarray(self._values[row] + share * (self._values[row + 1] - self._values[row]))

    def mean(self, first: float, last: float) -> FloatArray:
        """Return the exact means between two times within those given."""
        if self._constant:
            return np.asarray(self._values[0])
        return np.asarray((self._up_to(last) - self._up_to(first)) / (last - first))

    def _up_to(self, second: float) -> FloatArray:
        row, _share = self._place(second)
        passed = second - self._seconds[row]
        return np.asarray(self._integral[row] + passed * (self._values[row] + self.at(second)) / 2.0)
