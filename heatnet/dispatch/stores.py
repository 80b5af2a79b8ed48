"""Heat stores in the linear programme.

Store s on balance b, charged by the units U_s, every row one hour, level at the beginning of the hour, MWh and MW:

    level_s,t+1 = (1 - loss_s) level_st + charge_st - discharge_st
    charge_st   = sum_{u in U_s} inflow_sut,      sum_{s: u in U_s} inflow_sut <= heat_ut
    0 <= level_st <= energy_s,   0 <= charge_st <= charge_s,   0 <= discharge_st <= discharge_s,   0 <= inflow_sut

Behind the last hour the level is the first one (cyclic), or, where the first level is given, anything between 0 and energy_s.
So a unit's heat goes into stores, to the balance, or in part to both, and heat of other units never into them.
loss_s level_st is lost in hour t; what is charged in an hour keeps whole until its end. A full tank of 1 % loss an hour keeps
(0.99)^n of its heat over n hours: it pays to store where the later price is above the earlier over that share.

The programme cannot cheat with a tank: charging and discharging at once loses nothing and wins nothing (what is charged has
the small price of ties), at any price. Where heat has a negative price, it fills the tank and keeps it full, and is paid for
the loss; so would a real one be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.labelled_arrays import add_level, constant_rows
from heatnet.model.heat_store import HeatStore, charging_units
from heatnet.model.supply import FloatArray

#: frames of the result that stores fill
STORE_FRAMES = ("store_level_mwh", "store_charge_mw", "store_discharge_mw", "unit_charge_mw")


def _pairs(stores: Sequence[HeatStore]) -> list[tuple[HeatStore, str, str]]:
    """Return (store, unit, name of the pair) of every unit that may charge a store."""
    return [(store, unit, f"{store.id} < {unit}") for store in stores for unit in store.charged_by]


def _names(stores: Sequence[HeatStore], *, store: str = "", unit: str = "") -> list[str]:
    """Return the names of the pairs of one store or of one unit."""
    return [name for own, charging, name in _pairs(stores) if store in ("", own.id) and unit in ("", charging)]


def add_stores(model: Any, stores: Sequence[HeatStore], heat: Any, hours: pd.RangeIndex) -> Any:
    """Add the stores of a group to its model, and return the sum of what is charged, for the price of ties.

    Variables `store_level` and `store_discharge` by store, `store_inflow` by pair of store and unit.
    """
    names = pd.Index([store.id for store in stores], name="store")
    pairs = _pairs(stores)
    pair_names = pd.Index([name for _store, _unit, name in pairs], name="pair")
    level_max = constant_rows([store.energy_mwh for store in stores], names, hours)
    level_min = constant_rows([0.0] * len(stores), names, hours)
    for row, store in enumerate(stores):
        if store.level_first_mwh is not None:
            level_max[row, 0] = level_min[row, 0] = store.level_first_mwh
    level = model.add_variables(lower=level_min, upper=level_max, name="store_level")
    give_max = constant_rows([store.discharge_mw for store in stores], names, hours)
    discharge = model.add_variables(lower=0, upper=give_max, name="store_discharge")
    take_max = constant_rows([store.charge_mw for store, _unit, _name in pairs], pair_names, hours)
    inflow = model.add_variables(lower=0, upper=take_max, name="store_inflow")
    for store in stores:
        charge = inflow.sel(pair=_names(stores, store=store.id)).sum("pair")
        if len(store.charged_by) > 1:
            model.add_constraints(charge <= store.charge_mw, name=f"charge {store.id}")
        add_level(
            model,
            f"level {store.id}",
            level.sel(store=store.id),
            charge - discharge.sel(store=store.id),
            1.0 - store.loss_share_per_h,
            (0.0, store.energy_mwh),
            cyclic=store.level_first_mwh is None,
        )
    for unit in charging_units(stores):
        given = inflow.sel(pair=_names(stores, unit=unit)).sum("pair")
        model.add_constraints(given - heat.sel(unit=unit) <= 0, name=f"split {unit}")
    return inflow.sum()


def with_stores(left: Any, model: Any, stores: Sequence[HeatStore], balance: str) -> Any:
    """Return the left side of a balance with what its stores give and take."""
    own = [store for store in stores if store.balance == balance]
    if not own:
        return left
    pairs = [name for store in own for name in _names(stores, store=store.id)]
    given = model.variables["store_discharge"].sel(store=[store.id for store in own]).sum("store")
    return left + given - model.variables["store_inflow"].sel(pair=pairs).sum("pair")


def store_columns(read: Callable[[str], Any], stores: Sequence[HeatStore]) -> dict[str, dict[str, FloatArray]]:
    """Return the columns of the stores' frames of the result, `read` the values of a variable; no column without stores."""
    names = [store.id for store in stores]
    if not stores:
        return {frame: {} for frame in STORE_FRAMES}
    inflow = dict(zip([name for _store, _unit, name in _pairs(stores)], read("store_inflow"), strict=True))

    def charged(**which: str) -> FloatArray:
        return np.asarray(np.sum([inflow[name] for name in _names(stores, **which)], axis=0), dtype=float)

    return {
        "store_level_mwh": dict(zip(names, read("store_level"), strict=True)),
        "store_charge_mw": {name: charged(store=name) for name in names},
        "store_discharge_mw": dict(zip(names, read("store_discharge"), strict=True)),
        "unit_charge_mw": {unit: charged(unit=unit) for unit in charging_units(stores)},
    }
