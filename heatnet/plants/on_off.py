"""From a plant's keys of on and off to the commitment of its unit.

With capacity C, full-load fuel per heat f_t of the hour and the share s that burns without load, n units on that give q burn

    f_t (s C n + (1 - s) q)        (C that of one unit)

so that the efficiency is that of the linear programme at full load, and eta x / (s + (1 - s) x) at load x. Electricity alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from heatnet.model.commitment import Commitment
from heatnet.model.network import ids_of
from heatnet.model.on_off_keys import in_maintenance, is_switched, no_load_share_of
from heatnet.model.supply import FloatArray, SupplyUnit
from heatnet.plants.place import given_capacity_mw, number, text

#: name of the bound of a plant in hours in which it cannot reach its least heat
LEAST_LOAD = "least_load"
#: capacities are rounded somewhere: what lacks this share of the least heat may run
_ROUNDING_SHARE = 1e-9


def switched(unit: SupplyUnit, plant: pd.Series, time: pd.DatetimeIndex) -> SupplyUnit:
    """Return a plant's unit with the commitment that its row asks for, or as it is.

    Shares are of `capacity_mw`, of the largest heat of any hour where the row states none. A plant with `units_mw` has these
    switched one by one.
    """
    capacity = given_capacity_mw(plant)
    if math.isinf(capacity):
        capacity = float(unit.available_mw.max(initial=0.0))
    if not is_switched(plant) or not 0 < capacity < math.inf:
        return unit
    fuel_share, power_share = _no_load_fuel_share(plant), number(plant, "no_load_power_share", 0.0)
    days = text(plant, "maintenance")
    own = Commitment(
        min_mw=number(plant, "on_min_share", 0.0) * capacity,
        no_load_fuel_mw=fuel_share * capacity * unit.fuel_per_heat if fuel_share else 0.0,
        no_load_power_mw=power_share * capacity * unit.power_per_heat if power_share else 0.0,
        start_cost_cny=number(plant, "start_cost_cny_per_mw", 0.0) * capacity,
        start_fuel_mwh=number(plant, "start_fuel_h", 0.0) * capacity * float(unit.fuel_per_heat.mean()),
        start_h=int(number(plant, "start_h", 0.0)),
        min_up_h=max(int(number(plant, "min_up_h", 1.0)), 1),
        min_down_h=max(int(number(plant, "min_down_h", 1.0)), 1),
        ramp_up_mw_per_h=_known(number(plant, "ramp_up_share_per_h") * capacity),
        ramp_down_mw_per_h=_known(number(plant, "ramp_down_share_per_h") * capacity),
        maintenance=in_maintenance(days, time) if days else None,
        sizes_mw=tuple(float(size) for size in ids_of(plant.get("units_mw"))),
    )
    return limited(
        replace(
            unit,
            fuel_per_heat=(1.0 - fuel_share) * unit.fuel_per_heat,
            power_per_heat=(1.0 - power_share) * unit.power_per_heat,
        ),
        unit.available_mw,
        commitment=own,
    )


def limited(
    unit: SupplyUnit,
    available_mw: FloatArray,
    bounds: Mapping[str, FloatArray] = MappingProxyType({}),
    commitment: Commitment | None = None,
) -> SupplyUnit:
    """Return a unit with another availability, which is none where that is less than its least heat.

    Parameters
    ----------
    unit : SupplyUnit
    available_mw : ndarray, shape (T,)
        Largest heat of each hour, MW.
    bounds : mapping of str to ndarray, shape (T,)
        What holds it there (`SupplyUnit.bounds`).
    commitment : Commitment, optional
        Instead of its own.
    """
    own = commitment or unit.commitment
    told = {**unit.bounds, **bounds}
    if own is not None and own.min_mw > 0:
        short = available_mw < own.min_mw * (1.0 - _ROUNDING_SHARE)
        if bool((short & (available_mw > 0)).any()):
            told[LEAST_LOAD] = np.where(short, 0.0, np.inf)
        available_mw = np.where(short, 0.0, available_mw)
        # a plant that can never run is no matter of on and off
        own = None if bool(short.all()) else own
    return replace(unit, available_mw=available_mw, commitment=own, bounds=told)


def _no_load_fuel_share(plant: pd.Series) -> float:
    at_least = number(plant, "efficiency_on_min_share")
    if math.isnan(at_least):
        return number(plant, "no_load_fuel_share", 0.0)
    return no_load_share_of(number(plant, "on_min_share"), number(plant, "efficiency_share"), at_least)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
