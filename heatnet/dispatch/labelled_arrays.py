"""Arrays into a linear programme and out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.linear_model import Expression, LinearModel
from heatnet.model.supply import FloatArray


def labelled(rows: Sequence[FloatArray] | FloatArray, names: pd.Index, hours: pd.RangeIndex) -> Any:
    """Return rows of hourly values as a labelled array: a programme pairs by name, never by position."""
    import xarray

    return xarray.DataArray(np.asarray(rows), coords=[names, hours])


def constant_rows(values: Sequence[float], names: pd.Index, hours: pd.RangeIndex) -> Any:
    """Return a row of the same value in all hours for each name, labelled."""
    return labelled(np.repeat(np.asarray(values, dtype=float)[:, None], len(hours), axis=1), names, hours)


def solution(model: LinearModel, name: str) -> FloatArray:
    """Return a variable's values, kept within its bounds (the solver may overstep them by its tolerance)."""
    variable = model.variables[name]
    return np.asarray(np.clip(model.solution_of(name), variable.lower, variable.upper), dtype=float)


def add_level(
    model: LinearModel,
    name: str,
    level: Expression,
    flow: Expression,
    kept_share: float,
    most_mwh: tuple[float, float],
    cyclic: bool,
) -> None:
    """Add the balance of one store of energy: level_t+1 = kept level_t + flow_t, level_t at the beginning of hour t.

    Parameters
    ----------
    model : LinearModel
    name : str
        Of the constraints.
    level, flow : Expression
        Over the hours: MWh, and MW put in less MW taken out.
    kept_share : float
        Share of the level that an hour leaves.
    most_mwh : pair of float
        Least and largest level; they bind behind the last hour too.
    cyclic : bool
        The level behind the last hour is the first. Else that level is free, and `level` itself fixes the first.
    """
    hours = level.sizes["hour"]
    if cyclic:
        model.add_constraints(level.roll(hour=-1) - kept_share * level - flow == 0, name=name)
        return
    after = kept_share * level + flow
    if hours > 1:
        inside = slice(0, hours - 1)
        model.add_constraints(
            level.shift(hour=-1).isel(hour=inside) - after.isel(hour=inside) == 0,
            name=name,
        )
    end = after.isel(hour=hours - 1)
    model.add_constraints(end >= most_mwh[0], name=f"{name} end, least")
    model.add_constraints(end <= most_mwh[1], name=f"{name} end, most")
