"""Energy accounts of a dispatch: heat, fuel and electricity by unit, month, network.

Every row of a dispatch lasts one hour, so that a sum of MW is a number of MWh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from heatnet.dispatch.consumption import no_load_fuel_mw, no_load_power_mw
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray, SupplyUnit
from heatnet.units import MJ_PER_MWH


@dataclass(frozen=True)
class GasValues:
    """A heating value and the emission factor that belongs to it; the two are never taken from different rows.

    Parameters
    ----------
    lhv_mj_per_m3 : float
        Lower heating value, MJ per standard cubic metre.
    co2_kg_per_m3 : float
        Emission, kg CO2 per standard cubic metre.
    """

    lhv_mj_per_m3: float
    co2_kg_per_m3: float

    @property
    def mwh_per_m3(self) -> float:
        """Lower heating value, MWh/m³."""
        return self.lhv_mj_per_m3 / MJ_PER_MWH

    @property
    def t_co2_per_mwh(self) -> float:
        """Emission factor of this gas by energy, t CO2/MWh."""
        return self.co2_kg_per_m3 / 1000.0 / self.mwh_per_m3


class GasBasis(Enum):
    """The two coherent pairs in use; a gas price and a gas volume mean nothing without one of them.

    Sources: GB/T 2589-2020 with 55.5 kg/GJ; GB/T 32151 (389.31 GJ per 10⁴ m³, 15.3 tC/TJ, 99 % oxidised).
    """

    GBT_2589 = GasValues(35.5, 1.97)
    GBT_32151 = GasValues(38.93, 2.16)


def unit_heat_mw(result: DispatchResult, unit: SupplyUnit) -> FloatArray:
    """Return the heat of a unit, shape (T,), MW; solver noise below zero is cut off."""
    heat: FloatArray = np.asarray(result.heat_mw[unit.id], dtype=float)
    return np.maximum(heat, 0.0)


def balance_of(frame: pd.DataFrame, balance: str, hours: int) -> FloatArray:
    """Return a balance's column, shape (T,), MW; zero where the frame has no such column."""
    if balance not in frame.columns:
        return np.zeros(hours)
    values: FloatArray = np.asarray(frame[balance], dtype=float)
    return np.maximum(values, 0.0)


def network_of(balance: str) -> str:
    """Return the network of a balance ``<network>/<carrier>``."""
    return balance.rsplit("/", 1)[0]


def carrier_of(balance: str) -> str:
    """Return the carrier of a balance ``<network>/<carrier>``: water, steam or site."""
    return balance.rsplit("/", 1)[1]


def heat_by_unit_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return the heat of each unit over all hours, MWh."""
    return {unit.id: float(unit_heat_mw(result, unit).sum()) for unit in problem.units}


def heat_by_month_mwh(problem: DispatchProblem, result: DispatchResult) -> pd.DataFrame:
    """Return heat by calendar month: rows the months (1-12) that occur, columns the units, MWh."""
    frame = pd.DataFrame({unit.id: unit_heat_mw(result, unit) for unit in problem.units}, index=problem.time)
    months = frame.groupby(frame.index.month).sum()
    months.index.name = "month"
    return months


def demand_by_balance_mwh(problem: DispatchProblem) -> dict[str, float]:
    """Return the demand at the plant gates of each balance over all hours, MWh."""
    return {balance: float(problem.demand_of(balance).sum()) for balance in problem.balances}


def _by_unit(problem: DispatchProblem, result: DispatchResult, attribute: str) -> dict[str, float]:
    return {unit.id: float((unit_heat_mw(result, unit) * getattr(unit, attribute)).sum()) for unit in problem.units}


def fuel_by_unit_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return the fuel of each unit that burns one, MWh of lower heating value; without load and in starts too."""
    burned, beside = _by_unit(problem, result, "fuel_per_heat"), no_load_fuel_mw(problem, result)
    return {
        unit.id: burned[unit.id] + (float(beside[unit.id].sum()) if unit.id in beside else 0.0)
        for unit in problem.units
        if unit.fuel is not None
    }


def fuel_by_network_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, dict[str, float]]:
    """Return fuel by network and fuel, MWh of lower heating value."""
    burned = fuel_by_unit_mwh(problem, result)
    table: dict[str, dict[str, float]] = {}
    for unit in problem.units:
        if unit.fuel is not None:
            row = table.setdefault(network_of(unit.balance), {})
            row[unit.fuel] = row.get(unit.fuel, 0.0) + burned[unit.id]
    return table


def fuel_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return all fuel burned by fuel, MWh of lower heating value; 0 for a fuel that nothing burns."""
    totals = {"gas": 0.0, "coal": 0.0}
    for by_fuel in fuel_by_network_mwh(problem, result).values():
        for fuel, energy in by_fuel.items():
            totals[fuel] += energy
    return totals


def power_by_unit_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return the electricity of each unit, MWh: bought, or on a power site from wherever the site has it."""
    return {name: float(power.sum()) for name, power in unit_power_mw(problem, result).items()}


def unit_power_mw(problem: DispatchProblem, result: DispatchResult) -> dict[str, FloatArray]:
    """Return the electricity of each unit, (T,), MW, without load too."""
    power = {unit.id: unit_heat_mw(result, unit) * unit.power_per_heat for unit in problem.units}
    return power | {name: power[name] + beside for name, beside in no_load_power_mw(problem, result).items()}


def power_lost_by_unit_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return electricity that a CHP plant does not generate because a unit takes its heat, MWh."""
    return _by_unit(problem, result, "power_lost_per_heat")


def gas_m3(gas_mwh: float, basis: GasBasis) -> float:
    """Return the volume of gas, standard m³, of an energy (MWh of lower heating value)."""
    return gas_mwh / basis.value.mwh_per_m3


def coal_by_network_t(
    problem: DispatchProblem, result: DispatchResult, lhv_mwh_per_t: Mapping[str, float]
) -> dict[str, float]:
    """Return the coal burned in each network, t.

    Parameters
    ----------
    problem, result : DispatchProblem, DispatchResult
    lhv_mwh_per_t : mapping of unit id to float
        Lower heating value of each coal-fired unit's coal, MWh/t.

    Raises
    ------
    KeyError
        If a coal-fired unit that burned anything has no heating value.
    """
    burned = fuel_by_unit_mwh(problem, result)
    table: dict[str, float] = {}
    for unit in problem.units:
        if unit.fuel == "coal":
            network = network_of(unit.balance)
            coal_t = burned[unit.id] / lhv_mwh_per_t[unit.id] if burned[unit.id] else 0.0
            table[network] = table.get(network, 0.0) + coal_t
    return table


def fuel_summary(
    problem: DispatchProblem, result: DispatchResult, basis: GasBasis, lhv_mwh_per_t: Mapping[str, float]
) -> dict[str, float]:
    """Return gas_mwh, gas_m3 (standard, by `basis`), coal_mwh and coal_t of a case."""
    totals = fuel_mwh(problem, result)
    return {
        "gas_mwh": totals["gas"],
        "gas_m3": gas_m3(totals["gas"], basis),
        "coal_mwh": totals["coal"],
        "coal_t": sum(coal_by_network_t(problem, result, lhv_mwh_per_t).values()),
    }


def unmet_share(problem: DispatchProblem, result: DispatchResult, networks: tuple[str, ...] | None = None) -> float:
    """Return unmet heat over demand of some networks (all if None), over all hours; NaN if the dispatch failed.

    Without any demand nothing is missing: 0.
    """
    unmet = demand = 0.0
    for balance in problem.balances:
        if networks is None or network_of(balance) in networks:
            unmet += float(balance_of(result.unmet_mw, balance, len(problem.time)).sum())
            demand += float(problem.demand_of(balance).sum())
    return unmet / demand if demand > 0 else 0.0 * unmet


def balance_residual_mw(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return, by balance, the largest hourly gap of supply + unmet + passed - demand - dumped - draws - stores, MW."""
    hours = len(problem.time)
    gaps: dict[str, float] = {}
    for balance in problem.balances:
        gap = balance_of(result.unmet_mw, balance, hours) - balance_of(result.dumped_mw, balance, hours)
        gap = gap - problem.demand_of(balance)
        for unit in problem.units:
            if unit.balance == balance:
                gap = gap + unit_heat_mw(result, unit)
            if unit.draws_from == balance:
                gap = gap - unit_heat_mw(result, unit) * unit.draw_per_heat
        for store in problem.stores:
            if store.balance == balance:
                gap = gap + (result.store_discharge_mw[store.id] - result.store_charge_mw[store.id]).to_numpy()
        gap = gap + passed_mw(problem, result, balance)
        gaps[balance] = float(np.abs(gap).max(initial=0.0))
    return gaps


def passed_mw(problem: DispatchProblem, result: DispatchResult, balance: str) -> FloatArray:
    """Return what transfers bring to a balance less what they take from it, (T,), MW; zero without transfers."""
    net = np.zeros(len(problem.time))
    for transfer in problem.transfers:
        given = result.transfer_mw[transfer.id].to_numpy()
        there, back, kept = np.maximum(given, 0.0), np.maximum(-given, 0.0), 1.0 - transfer.loss_share
        net = net + (kept * back - there) * (transfer.from_balance == balance)
        net = net + (kept * there - back) * (transfer.to_balance == balance)
    return net
