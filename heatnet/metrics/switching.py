"""Accounts of plants that are switched on and off: starts, hours, least load, what runs without load; and the proven gap."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatnet.dispatch.boilers import Boilers, boilers_of
from heatnet.dispatch.consumption import no_load_fuel_mw, no_load_power_mw, units_share
from heatnet.model.supply import DispatchProblem, DispatchResult, DispatchStatus

#: heat this close to the least load, as a share of it, is at the least load
_AT_LEAST_SHARE = 1e-4


def start_cny_by_unit(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return what the starts of each unit with commitment cost beside their fuel, CNY; no other units."""
    started = units_share(problem.units, result.unit_start)
    return {
        unit.id: unit.commitment.start_cost_cny * float(started[unit.id].sum())
        for unit in problem.units
        if unit.commitment is not None
    }


def commitment_account(problem: DispatchProblem, result: DispatchResult) -> dict[str, Any]:
    """Return the account of the units with commitment over the horizon; empty without any.

    Returns
    -------
    dict
        `bound_cny`: no schedule costs less; `gap_share`: the schedule's cost less that, over the cost; `gap_reached`: whether
        that is the gap asked for; `units`: for the boilers of one size of each unit (`boilers_of`)

        - `unit`, `boilers`, `boiler_mw`: the unit, how many boilers, and the largest heat of one;
        - `hours_on`: hours with any of them on; `boiler_hours`: summed over boilers; `starts`;
        - `hours_least_load`: of `hours_on`, those in which all that are on give their least heat;
        - `load_share`: heat over the capacity that is on, None where none ever is; `heat_mwh`;

        and by unit `no_load`: `fuel_mwh` (starts included), `power_mwh`, `start_cny`.
    """
    if not problem.is_mixed_integer:
        return {}
    fuel, power, starts = (
        no_load_fuel_mw(problem, result),
        no_load_power_mw(problem, result),
        start_cny_by_unit(problem, result),
    )
    return {
        "bound_cny": result.bound_cny,
        "gap_share": result.gap_share,
        "gap_reached": result.status == DispatchStatus.OPTIMAL,
        "units": {boilers.id: _account(boilers, result) for boilers in boilers_of(problem.units)},
        "no_load": {
            name: {
                "fuel_mwh": float(fuel[name].sum()),
                "power_mwh": float(power[name].sum()),
                "start_cny": starts[name],
            }
            for name in starts
        },
    }


def _account(boilers: Boilers, result: DispatchResult) -> dict[str, Any]:
    on = result.unit_on[boilers.id].to_numpy()
    heat = result.boiler_heat_mw[boilers.id].to_numpy()
    runs = on > 0
    room = float((on * boilers.available_mw)[runs].sum())
    at_least = runs & (heat <= on * boilers.min_mw * (1.0 + _AT_LEAST_SHARE)) & (boilers.min_mw > 0)
    return {
        "unit": boilers.unit.id,
        "boilers": boilers.count,
        "boiler_mw": float(boilers.available_mw.max(initial=0.0)),
        "hours_on": int(runs.sum()),
        "boiler_hours": round(float(on.sum())),
        "starts": round(float(result.unit_start[boilers.id].sum())),
        "hours_least_load": int(np.sum(at_least)),
        "load_share": float(heat[runs].sum()) / room if room > 0 else None,
        "heat_mwh": float(heat.sum()),
    }


def transfer_accounts(problem: DispatchProblem, result: DispatchResult) -> dict[str, dict[str, Any]]:
    """Return by transfer what passed, in both directions as it goes in, and what was lost of it, MWh; its cost, CNY."""
    accounts = {}
    for transfer in problem.transfers:
        given = result.transfer_mw[transfer.id].to_numpy()
        there, back = float(np.maximum(given, 0.0).sum()), float(np.maximum(-given, 0.0).sum())
        accounts[transfer.id] = {
            "from_balance": transfer.from_balance,
            "to_balance": transfer.to_balance,
            "passed_mwh": there,
            "passed_back_mwh": back,
            "lost_mwh": transfer.loss_share * (there + back),
            "hours": int((np.abs(given) > 1e-6).sum()),
            "cost_cny": transfer.cost_cny_per_mwh * (there + back),
        }
    return accounts
