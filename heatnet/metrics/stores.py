"""Accounts of heat stores, and the heat balance of a horizon with them.

A store makes no heat. Heat counts where and when it is made, at the gate of the plant that charges the store; what a store
gives counts nowhere a second time. Its loss is a loss of the system, as that of the pipes: part of the heat at the plant gates,
reported apart. Over a horizon, in MWh, for each balance:

    made + missing = demand + drawn by other balances + passed on + dumped + lost by stores + change of stored heat
"""

from __future__ import annotations

from typing import Any

import numpy as np

from heatnet.metrics.energy import balance_of, passed_mw, unit_heat_mw
from heatnet.model.heat_store import HeatStore
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray


def store_loss_mw(store: HeatStore, result: DispatchResult) -> FloatArray:
    """Return the heat that a store loses in each hour, (T,), MW: a share of the level at the hour's beginning."""
    return store.loss_share_per_h * np.asarray(result.store_level_mwh[store.id], dtype=float)


def stores_take_mw(problem: DispatchProblem, result: DispatchResult, balance: str) -> FloatArray:
    """Return what the stores of a balance are charged with less what they give, (T,), MW; zero without stores."""
    net = np.zeros(len(problem.time))
    for store in problem.stores:
        if store.balance == balance:
            net = net + (result.store_charge_mw[store.id] - result.store_discharge_mw[store.id]).to_numpy()
    return net


def store_accounts(problem: DispatchProblem, result: DispatchResult) -> dict[str, dict[str, Any]]:
    """Return the account of each store over the horizon.

    Returns
    -------
    dict of store id to dict
        `balance`, `energy_mwh` (size), `charged_mwh`, `given_mwh`, `lost_mwh`, `change_mwh` (stored at the end less at the
        beginning), `largest_level_mwh`, and `cycles`: heat given over the size, None for a store without size.
    """
    accounts = {}
    for store in problem.stores:
        charged = float(result.store_charge_mw[store.id].sum())
        given = float(result.store_discharge_mw[store.id].sum())
        accounts[store.id] = {
            "balance": store.balance,
            "energy_mwh": store.energy_mwh,
            "charged_mwh": charged,
            "given_mwh": given,
            "lost_mwh": float(store_loss_mw(store, result).sum()),
            "change_mwh": _change_mwh(store, result),
            "largest_level_mwh": float(result.store_level_mwh[store.id].max()),
            "cycles": given / store.energy_mwh if store.energy_mwh > 0 else None,
        }
    return accounts


def _change_mwh(store: HeatStore, result: DispatchResult) -> float:
    """Return the heat stored behind the last hour less that before the first, MWh; by the levels, not by the sums."""
    level = result.store_level_mwh[store.id].to_numpy()
    if store.level_first_mwh is None:
        return 0.0
    last = result.store_charge_mw[store.id].iloc[-1] - result.store_discharge_mw[store.id].iloc[-1]
    return float((1.0 - store.loss_share_per_h) * level[-1] + last - level[0])


def heat_balance_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, dict[str, float]]:
    """Return by balance the terms of the equation above over all hours, MWh, and what they leave.

    Returns
    -------
    dict of balance to dict
        `made_mwh`, `unmet_mwh`, `demand_mwh`, `drawn_mwh`, `dumped_mwh`, `store_loss_mwh`, `store_change_mwh`, with
        transfers `passed_mwh` (to other zones less what comes from there), and `residual_mwh`: left side less right side.
    """
    hours = len(problem.time)
    accounts = store_accounts(problem, result)
    table = {}
    for balance in problem.balances:
        own = [account for account in accounts.values() if account["balance"] == balance]
        row = {
            "made_mwh": _sum(unit_heat_mw(result, u) for u in problem.units if u.balance == balance),
            "unmet_mwh": float(balance_of(result.unmet_mw, balance, hours).sum()),
            "demand_mwh": float(problem.demand_of(balance).sum()),
            "drawn_mwh": _sum(
                unit_heat_mw(result, u) * u.draw_per_heat for u in problem.units if u.draws_from == balance
            ),
            "dumped_mwh": float(balance_of(result.dumped_mw, balance, hours).sum()),
            "store_loss_mwh": float(sum(account["lost_mwh"] for account in own)),
            "store_change_mwh": float(sum(account["change_mwh"] for account in own)),
        }
        if problem.transfers:
            row["passed_mwh"] = -float(passed_mw(problem, result, balance).sum())
        uses = sum(row[key] for key in row if key not in ("made_mwh", "unmet_mwh"))
        table[balance] = row | {"residual_mwh": row["made_mwh"] + row["unmet_mwh"] - uses}
    return table


def _sum(arrays: Any) -> float:
    return float(sum(array.sum() for array in arrays))
