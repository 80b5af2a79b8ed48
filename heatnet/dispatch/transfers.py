"""Transfers between balances.

A transfer takes g and back b, 0 <= g <= capacity, each as what goes in at its own end: -g + (1 - loss) b at its beginning,
(1 - loss) g - b at its end; a MWh that goes in has the transfer's cost.

Water goes one way in a pair of pipes. Both ways in one hour would lose loss (g + b) of heat, which pays only where a balance has
more heat than it is worth: at a negative cost of electricity, under a yearly minimum, beside a least load. So the programme is
solved without a word about it, and where both ways are found, again with a whole number z for each hour (`Group.one_way`):

    g <= capacity z,    b <= capacity_back (1 - z),    z 0 or 1

A solution that goes one way by itself is the cheapest of those that do. Without loss, both ways are their difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.labelled_arrays import constant_rows
from heatnet.model.commitment import Transfer
from heatnet.model.hourly import FloatArray

#: less than this is rounding of the solver, MW
_NOTHING_MW = 1e-6


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


def may_go_both_ways(transfer: Transfer) -> bool:
    """Return whether a transfer can pass heat both ways and loses some, so that both ways at once are not their difference."""
    return min(transfer.capacity_mw, transfer.capacity_back_mw, transfer.loss_share) > 0


def goes_both_ways(transfers: Sequence[Transfer], there_mw: FloatArray | None, back_mw: FloatArray | None) -> bool:
    """Return whether some transfer that loses heat passes it both ways in one hour; flows are (transfers, T), MW."""
    if there_mw is None or back_mw is None:
        return False
    both = np.minimum(there_mw, back_mw).max(axis=1, initial=0.0)
    return any(may_go_both_ways(one) and most > _NOTHING_MW for one, most in zip(transfers, both, strict=True))


def transfer_columns(
    transfers: Sequence[Transfer], there_mw: FloatArray | None, back_mw: FloatArray | None
) -> dict[str, dict[str, FloatArray]]:
    """Return the columns of the transfers' frame of the result: there less back, each as what goes in at its own end."""
    if there_mw is None or back_mw is None:
        return {"transfer_mw": {}}
    net = np.asarray(there_mw) - np.asarray(back_mw)
    return {"transfer_mw": {one.id: net[row] for row, one in enumerate(transfers)}}
