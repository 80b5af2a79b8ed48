"""Reserve of balances: heat that the units of a balance could give beyond what they give, or what lacks of it at a price.

    sum_{u feeds b} (available_ut - heat_ut) + short_bt >= reserve_bt,    0 <= short_bt

Where the availability of a unit has no end, nothing lacks. A unit that is on or off has in place of its availability that of its
boilers that are on (`heatnet.dispatch.commitment_programme`). Stores do not count, nor do ramps. `short` has no upper end: its
price alone keeps it small, so that reserve never contradicts a limit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.groups import Group
from heatnet.dispatch.labelled_arrays import labelled
from heatnet.model.supply import DispatchProblem


def reserve_balances(problem: DispatchProblem, group: Group) -> tuple[str, ...]:
    """Return the balances of a group that are asked for a reserve."""
    return tuple(one for one in group.balances if one in problem.reserve_mw and problem.reserve_mw[one].any())


def reserve_name(balance: str) -> str:
    """Return the name of a balance's rows of reserve."""
    return f"reserve {balance}"


def add_reserves(model: Any, problem: DispatchProblem, group: Group, heat: Any, hours: pd.RangeIndex) -> Any:
    """Add the reserves of a group to its model and return what lacking reserve costs, CNY.

    Variable `reserve_short` by balance that is asked for one; rows by `reserve_name`, where boilers that are on are still
    to be added.
    """
    balances = pd.Index(reserve_balances(problem, group), name="balance")
    short = model.add_variables(lower=0, coords=[balances, hours], name="reserve_short")
    for balance in balances:
        units = [unit for unit in group.units if unit.balance == balance]
        left, asked = short.sel(balance=balance), problem.reserve_mw[balance]
        ready = np.zeros(len(hours))
        for unit in units:
            if unit.commitment is None:
                ready += np.where(np.isfinite(unit.available_mw), unit.available_mw, asked)
        if units:
            names = pd.Index([unit.id for unit in units], name="unit")
            counts = labelled([np.isfinite(unit.available_mw).astype(float) for unit in units], names, hours)
            left = left - (heat.sel(unit=list(names)) * counts).sum("unit")
        least = pd.Series(asked - ready, index=hours).to_xarray()
        model.add_constraints(left >= least, name=reserve_name(balance))
    return problem.reserve_cny_per_mwh * short.sum()
