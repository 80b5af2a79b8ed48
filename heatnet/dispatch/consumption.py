"""What units with commitment consume beyond what their heat does: fuel and electricity without load, fuel of starts.

Boilers m of a unit, each with the share s_m of it, n_mt on and v_mt started: share on S_t = sum_m s_m n_mt, share started
V_t = sum_m s_m v_mt; fuel S_t F0_t + V_t F_start and electricity S_t E0_t, F0, E0 and F_start those of the whole unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.boilers import boilers_of
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray, SupplyUnit


def units_share(units: Iterable[SupplyUnit], counts: Mapping[str, Any] | pd.DataFrame) -> dict[str, FloatArray]:
    """Return the share of each committed unit's capacity that is on, or that started, (T,), by unit id.

    Parameters
    ----------
    units : iterable of SupplyUnit
    counts : mapping of boilers to array, or pandas.DataFrame
        How many boilers of one size are on, or started (`DispatchResult.unit_on`, `unit_start`).
    """
    shares: dict[str, FloatArray] = {}
    for boilers in boilers_of(units):
        part = boilers.share * np.asarray(counts[boilers.id], dtype=float)
        shares[boilers.unit.id] = shares.get(boilers.unit.id, np.zeros(len(part))) + part
    return shares


def no_load_power_mw(problem: DispatchProblem, result: DispatchResult) -> dict[str, FloatArray]:
    """Return the electricity of units with commitment beside that of their heat, (T,), MW, by unit id; no other units."""
    on = units_share(problem.units, result.unit_on)
    committed = {unit.id: unit.commitment for unit in problem.units if unit.commitment is not None}
    return {name: own.no_load_power_mw * on[name] for name, own in committed.items()}


def no_load_fuel_mw(problem: DispatchProblem, result: DispatchResult) -> dict[str, FloatArray]:
    """Return the fuel of units with commitment beside that of their heat, starts included, (T,), MW, by unit id; no others."""
    on, started = (units_share(problem.units, counts) for counts in (result.unit_on, result.unit_start))
    committed = {unit.id: unit.commitment for unit in problem.units if unit.commitment is not None}
    return {
        name: own.no_load_fuel_mw * on[name] + own.start_fuel_mwh * started[name] for name, own in committed.items()
    }


def without_commitment(problem: DispatchProblem) -> DispatchProblem:
    """Return a problem in which nothing is on or off: every unit gives any heat, each MWh at what it needs at full load."""
    return replace(problem, units=tuple(always_on(unit) for unit in problem.units))


def always_on(unit: SupplyUnit) -> SupplyUnit:
    """Return a unit without its commitment: any heat, each MWh at what it needs at full load."""
    own = unit.commitment
    if own is None:
        return unit
    most = float(unit.available_mw.max(initial=0.0))
    per_heat = 1.0 / most if most > 0 else 0.0
    return replace(
        unit,
        commitment=None,
        fuel_per_heat=unit.fuel_per_heat + own.no_load_fuel_mw * per_heat,
        power_per_heat=unit.power_per_heat + own.no_load_power_mw * per_heat,
    )
