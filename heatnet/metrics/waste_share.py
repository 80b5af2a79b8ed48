"""Which part of each plant's heat is waste heat in an hour: all or nothing of a source, a mixture of a steam exchange station.

An exchange station passes on the mixture of the steam that process users leave (`heatnet.metrics.tracing`), so that its part
moves from hour to hour with the boilers and contracts behind it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.metrics.tracing import trace_heat
from heatnet.model.substitution import SET_CLASSES, WasteClass, WasteSet
from heatnet.model.supply import BoolArray, DispatchProblem, DispatchResult


def plant_waste_share(
    problem: DispatchProblem, result: DispatchResult, balance: str, in_season: BoolArray, waste_set: WasteSet
) -> pd.DataFrame:
    """Return the share of each plant's heat that is waste heat.

    Parameters
    ----------
    problem, result : DispatchProblem, DispatchResult
    balance : str
        ``<network>/water``.
    in_season : ndarray of bool, shape (T,)
        Heating season.
    waste_set : WasteSet
        What counts as waste heat.

    Returns
    -------
    pandas.DataFrame
        Hours x plants of the balance, 0 to 1. An exchange station that gives nothing has 0.
    """
    classes = SET_CLASSES[waste_set]
    hours = len(problem.time)
    waste, total = np.zeros(hours), np.zeros(hours)
    drawn = {unit.draws_from for unit in problem.units if unit.balance == balance and unit.draws_from is not None}
    for flow in trace_heat(problem, result, in_season):
        # heat that another network passes on comes from no station here
        if flow.balance == balance and flow.source.balance in drawn:
            total += flow.heat_mw
            waste += flow.heat_mw if flow.waste_class in classes else 0.0
    mixture = np.divide(waste, total, out=np.zeros(hours), where=total > 0)
    shares = {
        unit.plant: np.full(hours, float(WasteClass(unit.waste_class) in classes))
        if unit.draws_from is None
        else mixture
        for unit in problem.units
        if unit.balance == balance
    }
    return pd.DataFrame(shares, index=problem.time)
