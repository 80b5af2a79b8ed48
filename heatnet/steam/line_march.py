"""Pipes in a row, one after the other: from the inlet's state to the end's, and the flow that just meets a condition."""

from __future__ import annotations

import math

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.steam.compiled import compiled, compiled_entry
from heatnet.steam.fluid import vapour_enthalpy
from heatnet.steam.march import ARRIVED, CHOKED, COLUMNS, END, FLOODED, H_OUT, M_OUT, P_OUT, TRACE, WET_FROM, march
from heatnet.steam.step import Pipe

#: columns of a row of pipes: length, diameter, roughness, zeta, u, rise, trap spacing, trap at the end (1 or 0)
PIPE_COLUMNS = 8
_BISECTIONS = 80
#: relative width of the bracket at which a search ends
_NARROW = 1e-10


@compiled
def pipe_of(rows: FloatArray, i: int) -> Pipe:
    """Return one pipe of a table."""
    return Pipe(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4], rows[i, 5], rows[i, 6], rows[i, 7] > 0.0)


@compiled
def along(
    fluid: FloatArray,
    rows: FloatArray,
    t_ambient: FloatArray,
    m_in: float,
    p_in: float,
    h_in: float,
    tolerance: float,
    out: FloatArray,
    trace: FloatArray,
) -> int:
    """March along pipes in a row; return how many the steam reached the end of."""
    m, p, h = m_in, p_in, h_in
    for i in range(rows.shape[0]):
        if m <= 0.0:
            out[i, END] = FLOODED
            return i
        march(fluid, pipe_of(rows, i), t_ambient[i], m, p, h, tolerance, math.inf, out[i], trace)
        if out[i, END] != ARRIVED:
            return i
        m, p, h = out[i, M_OUT], out[i, P_OUT], out[i, H_OUT]
    return rows.shape[0]


@compiled_entry
def march_row(
    fluid: FloatArray,
    rows: FloatArray,
    t_ambient: FloatArray,
    m_in: float,
    p_in: float,
    h_in: float,
    tolerance: float,
    out: FloatArray,
) -> int:
    """March along pipes in a row and return how many the steam reached the end of.

    Parameters
    ----------
    fluid : ndarray
    rows : ndarray, shape (pipes, PIPE_COLUMNS)
    t_ambient : ndarray, shape (pipes,)
    m_in, p_in, h_in : float
        Mass flow, pressure (Pa) and enthalpy at the inlet.
    tolerance : float
    out : ndarray, shape (pipes, COLUMNS)
        What `march` writes for each pipe.
    """
    return along(fluid, rows, t_ambient, m_in, p_in, h_in, tolerance, out, np.empty((0, TRACE)))


@compiled
def too_much(rows: FloatArray, reached: int, p_least: float, out: FloatArray) -> bool:
    """Return whether a flow chokes or arrives below a pressure (Pa)."""
    if reached < rows.shape[0]:
        return out[reached, END] == CHOKED
    return out[rows.shape[0] - 1, P_OUT] < p_least


@compiled_entry
def largest_flow(
    fluid: FloatArray,
    rows: FloatArray,
    t_ambient: FloatArray,
    p_in: float,
    h_in: float,
    p_least: float,
    high: float,
    tolerance: float,
) -> float:
    """Return the largest flow, kg/s, that arrives at a pressure (Pa) or more; 0 if none does. `high` is more than that."""
    out, trace = np.empty((rows.shape[0], COLUMNS)), np.empty((0, TRACE))
    low = 1e-9 * high
    if too_much(rows, along(fluid, rows, t_ambient, low, p_in, h_in, tolerance, out, trace), p_least, out):
        return 0.0
    for _round in range(_BISECTIONS):
        # by ratio while the bracket is wide
        middle = math.sqrt(low * high) if high > 4.0 * low else 0.5 * (low + high)
        reached = along(fluid, rows, t_ambient, middle, p_in, h_in, tolerance, out, trace)
        if too_much(rows, reached, p_least, out):
            high = middle
        else:
            low = middle
        if high - low < _NARROW * high:
            break
    return low


@compiled
def stays_dry(fluid: FloatArray, rows: FloatArray, reached: int, out: FloatArray) -> bool:
    """Return whether steam arrives that condenses nowhere on its way."""
    if reached < rows.shape[0]:
        return False
    for i in range(rows.shape[0]):
        if not math.isnan(out[i, WET_FROM]):
            return False
    return out[rows.shape[0] - 1, H_OUT] >= vapour_enthalpy(fluid, out[rows.shape[0] - 1, P_OUT])


@compiled_entry
def least_dry_flow(
    fluid: FloatArray,
    rows: FloatArray,
    t_ambient: FloatArray,
    p_in: float,
    h_in: float,
    high: float,
    tolerance: float,
) -> float:
    """Return the least flow, kg/s, that stays dry all the way; NaN if even the largest one, `high`, does not."""
    out, trace = np.empty((rows.shape[0], COLUMNS)), np.empty((0, TRACE))
    if not stays_dry(fluid, rows, along(fluid, rows, t_ambient, high, p_in, h_in, tolerance, out, trace), out):
        return math.nan
    low = 1e-9 * high
    for _round in range(_BISECTIONS):
        middle = math.sqrt(low * high) if high > 4.0 * low else 0.5 * (low + high)
        reached = along(fluid, rows, t_ambient, middle, p_in, h_in, tolerance, out, trace)
        if stays_dry(fluid, rows, reached, out):
            high = middle
        else:
            low = middle
        if high - low < _NARROW * high:
            break
    return high


@compiled_entry
def trace_pipe(
    fluid: FloatArray,
    rows: FloatArray,
    i: int,
    t_ambient: float,
    m_in: float,
    p_in: float,
    h_in: float,
    tolerance: float,
    dx_max: float,
    trace: FloatArray,
) -> int:
    """March along one pipe of a table, writing states no further apart than `dx_max`; return how many."""
    return march(fluid, pipe_of(rows, i), t_ambient, m_in, p_in, h_in, tolerance, dx_max, np.empty(COLUMNS), trace)
