"""The dispatch of a network as tables of its results folder: heat by plant, sums of the balance, stores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from heatnet.couple.season import Probe, gate_loss_mw
from heatnet.couple.year import NetworkYear
from heatnet.dispatch.boilers import boilers_of
from heatnet.io.results_store import write_table
from heatnet.metrics.energy import passed_mw
from heatnet.metrics.stores import store_loss_mw, stores_take_mw
from heatnet.metrics.waste_share import plant_waste_share
from heatnet.model.substitution import WasteSet
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray, SupplyUnit


def write_schedule(
    problem: DispatchProblem,
    result: DispatchResult,
    year: NetworkYear,
    probed: Probe,
    folder: Path,
    waste_set: WasteSet,
) -> None:
    """Write `<carrier>/dispatch_*.parquet` of each balance of a network, a row an hour of the year.

    `dispatch_heat_mw` has a column a plant, and so has `dispatch_waste_share` of a water network (the part of the plant's heat
    that is waste heat by `waste_set`); `dispatch_balance_mw` demand, the loss in it, unmet and dumped heat, and with
    stores what they take (less what they give) and lose; `dispatch_store_*` a column a store. Of plants that are switched on and
    off `dispatch_unit_on` and `dispatch_unit_start` have how many boilers of one size are on and start, `dispatch_boiler_heat_mw`
    their heat (``plant``, or ``plant/1``, ``plant/2`` where its boilers are of several sizes).
    """
    for balance in problem.balances:
        network, carrier = balance.split("/")
        if network != year.network.id:
            continue
        units = [unit for unit in problem.units if unit.balance == balance]
        heat = result.heat_mw[[unit.id for unit in units]].set_axis([unit.plant for unit in units], axis=1)
        write_table(heat, folder / carrier / "dispatch_heat_mw.parquet")
        if carrier == "water":
            share = plant_waste_share(problem, result, balance, year.in_season, waste_set)
            write_table(share, folder / carrier / "dispatch_waste_share.parquet")
        sums = {
            "demand_mw": problem.demand_of(balance),
            "loss_mw": gate_loss_mw(year, probed, carrier),
            "unmet_mw": result.unmet_mw[balance],
            "dumped_mw": result.dumped_mw[balance],
        }
        sums |= _write_stores(problem, result, balance, folder / carrier)
        if problem.transfers:
            sums["passed_mw"] = passed_mw(problem, result, balance)
        if problem.is_extended and balance in problem.reserve_mw:
            sums["reserve_short_mw"] = result.reserve_short_mw[balance]
        _write_switched(units, result, folder / carrier)
        write_table(pd.DataFrame(sums, index=problem.time), folder / carrier / "dispatch_balance_mw.parquet")


def _write_switched(units: Sequence[SupplyUnit], result: DispatchResult, folder: Path) -> None:
    """Write the frames of units that are switched on and off; none without any."""
    names = {one.id: one.unit.plant + one.id.removeprefix(one.unit.id) for one in boilers_of(units)}
    for name in ("unit_on", "unit_start", "boiler_heat_mw") if names else ():
        write_table(getattr(result, name)[list(names)].rename(columns=names), folder / f"dispatch_{name}.parquet")


def _write_stores(
    problem: DispatchProblem, result: DispatchResult, balance: str, folder: Path
) -> dict[str, FloatArray]:
    """Write the frames of a balance's stores; return what its sums have of them, nothing without stores."""
    stores = [store for store in problem.stores if store.balance == balance]
    if not stores:
        return {}
    for name in ("store_level_mwh", "store_charge_mw", "store_discharge_mw"):
        frame = getattr(result, name)[[store.id for store in stores]]
        write_table(frame.set_axis([store.plant for store in stores], axis=1), folder / f"dispatch_{name}.parquet")
    return {
        "store_take_mw": stores_take_mw(problem, result, balance),
        "store_loss_mw": np.sum([store_loss_mw(store, result) for store in stores], axis=0),
    }
