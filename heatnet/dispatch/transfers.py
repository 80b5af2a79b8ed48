"""Transfers between balances in the linear programme.

A transfer takes g and back b, 0 <= g <= capacity, each as what goes in at its own end: -g + (1 - loss) b at its beginning,
(1 - loss) g - b at its end; a MWh that goes in has the transfer's cost. Both ways in one hour wins nothing: it only loses heat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.labelled_arrays import constant_rows
from heatnet.model.commitment import Transfer
from heatnet.model.hourly import FloatArray


def add_transfers(model: Any, transfers: Sequence[Transfer], hours: pd.RangeIndex) -> Any:
    """Add the transfers of a group, and return what they cost, CNY.

    Variables `transfer` and `transfer_back` by transfer.
    """
    names = pd.Index([transfer.id for transfer in transfers], name="transfer_id")
    there = constant_rows([transfer.capacity_mw for transfer in transfers], names, hours)
    back = constant_rows([transfer.capacity_back_mw for transfer in transfers], names, hours)
    flow = model.add_variables(lower=0, upper=there, name="transfer")
    flow_back = model.add_variables(lower=0, upper=back, name="transfer_back")
    cost = constant_rows([transfer.cost_cny_per_mwh for transfer in transfers], names, hours)
    return (flow * cost).sum() + (flow_back * cost).sum()


def with_transfers(left: Any, model: Any, transfers: Sequence[Transfer], balance: str) -> Any:
    """Return the left side of a balance with what transfers bring and take."""
    for one in transfers:
        if balance not in (one.from_balance, one.to_balance):
            continue
        flow, back = (model.variables[name].sel(transfer_id=one.id) for name in ("transfer", "transfer_back"))
        kept = 1.0 - one.loss_share
        left = left - flow + kept * back if balance == one.from_balance else left + kept * flow - back
    return left


def transfer_columns(
    transfers: Sequence[Transfer], there_mw: FloatArray | None, back_mw: FloatArray | None
) -> dict[str, dict[str, FloatArray]]:
    """Return the columns of the transfers' frame of the result: there less back, each as what goes in at its own end."""
    if there_mw is None or back_mw is None:
        return {"transfer_mw": {}}
    net = np.asarray(there_mw) - np.asarray(back_mw)
    return {"transfer_mw": {one.id: net[row] for row, one in enumerate(transfers)}}
