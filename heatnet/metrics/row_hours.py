"""For how many hours a row of a simulation stands in a sum."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.physics.arrays import FloatArray
from heatnet.units import S_PER_H

#: steps that differ by less than this share are equal
_STEP_TOLERANCE_SHARE = 1e-6


def row_hours(time: pd.Index, solved: np.ndarray, transient: bool) -> FloatArray | None:
    """Return for how many hours each row counts in a sum; None where that is not known.

    A steady row stands for the step that begins with it, if all steps are equal. Between two solved instants of a
    transient run values are a straight line. Rows that are not solved count for nothing.

    Parameters
    ----------
    time : pandas.Index
        Stamps, or seconds.
    solved : ndarray of bool, shape (rows,)
    transient : bool
    """
    seconds = (time - time[0]).total_seconds() if isinstance(time, pd.DatetimeIndex) else time.astype(float)
    steps = np.diff(seconds.to_numpy()) / S_PER_H
    if not len(steps):
        return None
    hours: FloatArray = np.zeros(len(time))
    if transient:
        halves = steps / 2.0 * (solved[1:] & solved[:-1])
        hours[1:] += halves
        hours[:-1] += halves
    elif np.ptp(steps) <= _STEP_TOLERANCE_SHARE * steps.max():
        hours[solved] = steps.mean()
    return hours if hours.any() else None
