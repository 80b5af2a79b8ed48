"""Data centres whose heat plants use: what their computers give, and what their cooling no longer draws.

A load with `pue` and `cooled_by` draws P (T,), MW, while nothing is taken from it. Its computers draw P / pue, and all of that
becomes heat; plants can take `capture_share` c of it. A heat pump that gives Q takes Q (1 - e) of that heat, with e its own
electricity per heat. So, with s the plant's share where several cool one load,

    Q (1 - e) <= s c P / pue                                    the heat is there only while computers run
    the load falls by (pue - pue_recovered) Q (1 - e)           chillers and their towers rest for the heat that is taken

`pue` is power of all over power of the computers (ISO/IEC 30134-2); `pue_recovered` is what it would be if all heat were taken.
The second line belongs to the site's balance and to the power flow, never to the heat pump's own electricity or COP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from heatnet.couple.power import PowerYear
from heatnet.model.supply import DispatchProblem, FloatArray, SupplyUnit
from heatnet.plants.on_off import limited


def within_data_centres(problem: DispatchProblem, powers: Mapping[str, PowerYear]) -> DispatchProblem:
    """Return the problem with plants that take a data centre's heat limited to what its computers give in each hour.

    Several plants at one data centre share its heat by their largest availability.
    """
    limits: dict[str, FloatArray] = {}
    for name, power in powers.items():
        for load, members in _cooling_units(power, [unit for unit in problem.units if unit.network == name]).items():
            row = power.network.loads.loc[load]
            given = power.base.values["load_p_mw"][load].to_numpy() / row["pue"] * row["capture_share"]
            sizes = np.array([unit.available_mw.max(initial=0.0) for unit in members])
            shares = sizes / sizes.sum() if sizes.sum() > 0 else np.ones(len(members)) / len(members)
            for unit, share in zip(members, shares, strict=True):
                limits[unit.id] = _heat_mw(share * given, _taken_per_heat(unit))
    if not limits:
        return problem
    units = tuple(
        limited(unit, np.maximum(np.minimum(unit.available_mw, limits[unit.id]), unit.take_min_mw))
        if unit.id in limits
        else unit
        for unit in problem.units
    )
    return replace(problem, units=units)


def saved_per_heat(power: PowerYear, units: Sequence[SupplyUnit]) -> dict[str, FloatArray]:
    """Return the electricity that a data centre does not draw per MWh of a unit's heat, (T,), by unit that cools one."""
    saved: dict[str, FloatArray] = {}
    for load, members in _cooling_units(power, units).items():
        row = power.network.loads.loc[load]
        rested = row["pue"] - row["pue_recovered"]
        if rested > 0:
            saved |= {unit.id: rested * _taken_per_heat(unit) for unit in members}
    return saved


def saved_by_load_mw(
    power: PowerYear, units: Sequence[SupplyUnit], heat_mw: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return what each cooled data centre draws less under a schedule, (T,), MW, by load."""
    saved = saved_per_heat(power, units)
    return {
        load: np.sum([saved[unit.id] * np.asarray(heat_mw[unit.id]) for unit in members if unit.id in saved], axis=0)
        for load, members in _cooling_units(power, units).items()
        if any(unit.id in saved for unit in members)
    }


def _cooling_units(power: PowerYear, units: Sequence[SupplyUnit]) -> dict[str, list[SupplyUnit]]:
    found: dict[str, list[SupplyUnit]] = {}
    for unit in units:
        load = power.cooled.get(unit.plant)
        if load is not None:
            found.setdefault(load, []).append(unit)
    return found


def _taken_per_heat(unit: SupplyUnit) -> FloatArray:
    return np.asarray(np.maximum(1.0 - unit.power_per_heat, 0.0))


def _heat_mw(source_mw: FloatArray, taken_per_heat: FloatArray) -> FloatArray:
    most = np.full(len(source_mw), np.inf)
    np.divide(source_mw, taken_per_heat, out=most, where=taken_per_heat > 0)
    return most
