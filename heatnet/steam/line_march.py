"""Pipes in a row, one after the other: from the inlet's state to the end's, and the flow that meets a condition there."""

from __future__ import annotations

import math

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.steam.compiled import compiled, compiled_entry
from heatnet.steam.fluid import Fluid, vapour_enthalpy
from heatnet.steam.march import ARRIVED, COLUMNS, END, FLOODED, H_OUT, M_OUT, P_OUT, march
from heatnet.steam.step import Pipe

#: columns of a row of pipes: length, diameter, roughness, zeta, u, rise, trap spacing, trap at the end (1 or 0)
PIPE_COLUMNS = 8
_ROUNDS = 200


@compiled
def pipe_of(rows: FloatArray, i: int) -> Pipe:
    """Return one pipe of a table."""
    return Pipe(
        rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4], rows[i, 5], rows[i, 6], rows[i, 7] > 0.0
    )


@compiled_entry
def march_row(
    fluid: Fluid,
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
    fluid : Fluid
    rows : ndarray, shape (pipes, PIPE_COLUMNS)
    t_ambient : ndarray, shape (pipes,)
    m_in, p_in, h_in : float
        Mass flow, pressure (Pa) and enthalpy at the inlet.
    tolerance : float
    out : ndarray, shape (pipes, COLUMNS)
        What `march` writes for each pipe.
    """
    trace = np.empty((0, 5))
    m, p, h = m_in, p_in, h_in
    for i in range(rows.shape[0]):
        if m <= 0.0:
            return i
        march(fluid, pipe_of(rows, i), t_ambient[i], m, p, h, tolerance, math.inf, out[i], trace)
        if out[i, END] != ARRIVED:
            return i
        m, p, h = out[i, M_OUT], out[i, P_OUT], out[i, H_OUT]
    return rows.shape[0]


@compiled_entry
def trace_pipe(
    fluid: Fluid,
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
