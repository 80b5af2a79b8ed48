"""Programmes handed to HiGHS as matrices: one thread, fixed seed, no output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heatnet.model.hourly import BoolArray, FloatArray

#: of every programme: the same one has the same answer on one machine. HiGHS keeps its number of threads for the whole process
OPTIONS: dict[str, object] = {
    "output_flag": False,
    "log_to_console": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
}


def highs_solver(options: Mapping[str, object]) -> Any:
    """Return a solver without a programme, with the common options and some of its own."""
    import highspy

    solver = highspy.Highs()
    for name, value in (OPTIONS | dict(options)).items():
        solver.setOptionValue(name, value)
    return solver


def highs_programme(
    matrix: Any,
    cost: FloatArray,
    low: FloatArray,
    high: FloatArray,
    row_low: FloatArray,
    row_high: FloatArray,
    whole: BoolArray,
) -> Any:
    """Return minimise cost x, row_low <= matrix x <= row_high, low <= x <= high as HiGHS takes it.

    Parameters
    ----------
    matrix : scipy.sparse.csr_array or csc_array
    cost, low, high : ndarray
        By column.
    row_low, row_high : ndarray
        By row.
    whole : ndarray of bool
        Columns of whole numbers; without any, also empty, the programme is linear.
    """
    import highspy

    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = matrix.shape
    programme.col_cost_, programme.col_lower_, programme.col_upper_ = cost, low, high
    programme.row_lower_, programme.row_upper_ = row_low, row_high
    formats = {"csr": highspy.MatrixFormat.kRowwise, "csc": highspy.MatrixFormat.kColwise}
    programme.a_matrix_.format_ = formats[matrix.format]
    programme.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    programme.a_matrix_.index_ = matrix.indices.astype(np.int32)
    programme.a_matrix_.value_ = matrix.data
    if whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        programme.integrality_ = [kinds[int(one)] for one in whole]
    return programme
