"""Limits of the pipes in the linear programme, each with a price for what passes it.

    sum_u w_lut heat_ut <= room_lt + excess_lt,  0 <= excess_lt            (limits l, in their hours)
    cost: p_excess sum_lt excess_lt

The price stands between any plant's cost and that of missing heat: a plant is changed for another one first, and heat is let pass
a limit before somebody goes cold. What has passed is in the result (`limit_excess_mw`), never hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.labelled_arrays import labelled
from heatnet.model.heat_limit import HeatLimit
from heatnet.model.supply import FloatArray

#: price of a MWh beyond a limit over that of a MWh not delivered
EXCESS_PRICE_SHARE = 0.5


def add_heat_limits(model: Any, limits: Sequence[HeatLimit], heat: Any, unmet_cny_per_mwh: float) -> Any:
    """Add limits to a model with the variable `heat` and return their cost, CNY.

    Variables `limit_excess 0`, `limit_excess 1`, …, in the order of the limits.
    """
    import xarray

    costs: list[Any] = []
    for number, limit in enumerate(limits):
        rows = pd.Index(limit.rows, name="hour")
        units = pd.Index(list(limit.weight), name="unit")
        weight = labelled(np.array([limit.weight[unit] for unit in units], dtype=float), units, rows)
        excess = model.add_variables(lower=0, coords=[rows], name=f"limit_excess {number}")
        weighed = (heat.sel(unit=list(units), hour=limit.rows) * weight).sum("unit")
        room = xarray.DataArray(np.asarray(limit.room_mw, dtype=float), coords=[rows])
        model.add_constraints(weighed - excess <= room, name=f"heat limit {number} {limit.id}")
        costs.append(EXCESS_PRICE_SHARE * unmet_cny_per_mwh * excess.sum())
    return sum(costs[1:], start=costs[0])


def limit_columns(
    read: Callable[[str], Any], limits: Sequence[HeatLimit], hours: int
) -> dict[str, dict[str, FloatArray]]:
    """Return what passes each limit, (T,), MW, by its id; limits of one id together."""
    columns: dict[str, FloatArray] = {}
    for number, limit in enumerate(limits):
        passed = columns.setdefault(limit.id, np.zeros(hours))
        passed[limit.rows] += read(f"limit_excess {number}")
    return {"limit_excess_mw": columns}
