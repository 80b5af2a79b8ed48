"""CO2 accounts: by case with the average and the marginal grid factor, by source, and coal-to-gas gross and net."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from heatnet.metrics import energy
from heatnet.metrics.energy import GasBasis
from heatnet.metrics.sites import grid_power_by_unit_mwh
from heatnet.model.supply import DispatchProblem, DispatchResult, PowerFactor
from heatnet.units import GJ_PER_MWH

#: the two readings of a MWh of electricity: what the grid emits on average, and what it emits for one MWh more
READINGS = (PowerFactor.AVERAGE, PowerFactor.MARGINAL)


def co2_by_unit(
    problem: DispatchProblem, result: DispatchResult, reading: PowerFactor = PowerFactor.AVERAGE
) -> pd.DataFrame:
    """Return each unit's emissions: columns fuel_t_co2, power_t_co2, power_lost_t_co2, total_t_co2.

    Electricity bought and electricity not generated both carry the grid factor of `reading`: what a CHP plant does not
    generate, the grid generates elsewhere. Units on a power site carry the import that they cause there, PV and export nothing.
    """
    factor = problem.factors.of_power(reading)
    burned = energy.fuel_by_unit_mwh(problem, result)
    bought = grid_power_by_unit_mwh(problem, result)
    lost = energy.power_lost_by_unit_mwh(problem, result)
    rows = {}
    for unit in problem.units:
        of_fuel = 0.0 if unit.fuel is None else burned[unit.id] * problem.factors.fuel_t_co2_per_mwh[unit.fuel]
        rows[unit.id] = {
            "fuel_t_co2": of_fuel,
            "power_t_co2": bought[unit.id] * factor,
            "power_lost_t_co2": lost[unit.id] * factor,
        }
    columns = ["fuel_t_co2", "power_t_co2", "power_lost_t_co2"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=float)
    table["total_t_co2"] = table[columns].sum(axis=1, skipna=False)
    return table


def co2(problem: DispatchProblem, result: DispatchResult) -> dict[str, dict[str, float]]:
    """Return a case's emissions by reading of the grid factor (average, marginal) and kind, t CO2."""
    return {
        reading.value: {
            str(name): float(value)
            for name, value in co2_by_unit(problem, result, reading).sum(axis=0, skipna=False).items()
        }
        for reading in READINGS
    }


def coal_cut(
    baseline: tuple[DispatchProblem, DispatchResult], case: tuple[DispatchProblem, DispatchResult]
) -> dict[str, float]:
    """Return what a case saves against its baseline, gross and net, t CO2.

    Returns
    -------
    dict
        coal_t_co2: coal no longer burned (the gross saving); gas_t_co2: gas burned instead; net_of_gas_t_co2: the
        first less the second; net_average_t_co2 and net_marginal_t_co2: electricity netted too.
    """
    before, after = energy.fuel_mwh(*baseline), energy.fuel_mwh(*case)
    factors = case[0].factors.fuel_t_co2_per_mwh
    base_factors = baseline[0].factors.fuel_t_co2_per_mwh
    gross = before["coal"] * base_factors.get("coal", 0.0) - after["coal"] * factors.get("coal", 0.0)
    gas = after["gas"] * factors.get("gas", 0.0) - before["gas"] * base_factors.get("gas", 0.0)
    old, new = co2(*baseline), co2(*case)
    return {
        "coal_t_co2": gross,
        "gas_t_co2": gas,
        "net_of_gas_t_co2": gross - gas,
        "net_average_t_co2": old["average"]["total_t_co2"] - new["average"]["total_t_co2"],
        "net_marginal_t_co2": old["marginal"]["total_t_co2"] - new["marginal"]["total_t_co2"],
    }


@dataclass(frozen=True)
class FuelSwitch:
    """The same heat from gas instead of coal.

    Parameters
    ----------
    heat_mwh : float
        Heat that the coal gave, MWh.
    gas_m3 : float
        Gas that gives it, standard m³.
    gas_t_co2, net_t_co2 : float
        Emission of that gas, and the gross saving less it, t.
    net_share : float
        Net saving over gross saving.
    """

    heat_mwh: float
    gas_m3: float
    gas_t_co2: float
    net_t_co2: float
    net_share: float


def coal_to_gas(
    coal_t: float,
    gross_t_co2: float,
    *,
    lhv_mwh_per_t: float,
    coal_efficiency_share: float,
    gas_efficiency_share: float,
    basis: GasBasis = GasBasis.GBT_2589,
) -> FuelSwitch:
    """Return the net saving of replacing a coal boiler by a gas boiler that gives the same heat.

    .. math:: Q = m_{coal} H \\eta_{coal}, \\quad E_{gas} = Q / \\eta_{gas} \\cdot f_{gas}, \\quad
              \\Delta E = E_{gross} - E_{gas}

    Parameters
    ----------
    coal_t : float
        Coal replaced, t.
    gross_t_co2 : float
        Emission of that coal, t.
    lhv_mwh_per_t : float
        Lower heating value of the coal, MWh/t.
    coal_efficiency_share, gas_efficiency_share : float
        Heat per lower heating value.
    basis : GasBasis
        Heating value and emission factor of the gas, a pair.
    """
    heat_mwh = coal_t * lhv_mwh_per_t * coal_efficiency_share
    gas_mwh = heat_mwh / gas_efficiency_share
    gas_t_co2 = gas_mwh * basis.value.t_co2_per_mwh
    net = gross_t_co2 - gas_t_co2
    return FuelSwitch(heat_mwh, energy.gas_m3(gas_mwh, basis), gas_t_co2, net, net / gross_t_co2)


def activity_emissions(amounts: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """Return emissions by activity, amount times factor, in the unit of amount x factor.

    Raises
    ------
    KeyError
        If an activity has no factor: nothing is counted as zero silently.
    """
    return {name: amount * factors[name] for name, amount in amounts.items()}


def heat_intensity_t_co2_per_gj(
    *,
    fuel_per_heat: float = 0.0,
    fuel_t_co2_per_mwh: float = 0.0,
    power_per_heat: float = 0.0,
    power_lost_per_heat: float = 0.0,
    power_t_co2_per_mwh: float = 0.0,
) -> float:
    """Return the emission of one GJ of heat, t CO2/GJ: fuel, electricity bought, electricity not generated."""
    per_mwh = fuel_per_heat * fuel_t_co2_per_mwh + (power_per_heat + power_lost_per_heat) * power_t_co2_per_mwh
    return per_mwh / GJ_PER_MWH
