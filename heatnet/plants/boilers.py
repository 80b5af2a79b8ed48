"""Hot-water boilers on gas, on coal and on electricity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.supply import Conditions, FloatArray, SupplyUnit
from heatnet.model.tariff import tariff_periods
from heatnet.plants.place import Place, boiler_capacity_mw, given_capacity_mw, number, plant_id, supply_unit, text

#: return temperature at and below which the condensing efficiency is reached
T_CONDENSING_DEGC = 50.0
#: water dew point of natural-gas flue gas (55–57 °C at usual excess air); above it nothing condenses
T_DEW_POINT_DEGC = 56.0
#: heat per electricity of an electric boiler; what is missing is loss of its shell
EFFICIENCY_ELECTRIC = 0.99


def gas_boiler_efficiency_share(t_return_degc: FloatArray, dry_share: float, condensing_share: float) -> FloatArray:
    """Return the efficiency on the lower heating value, shape of `t_return_degc`.

    Parameters
    ----------
    t_return_degc : ndarray
        Return temperature at the boiler, °C; NaN where it is not known (a site without design temperatures): nothing condenses.
    dry_share, condensing_share : float
        Efficiency at a return of 60 °C, and at 50 °C or less.

    Notes
    -----
    Constant above the flue-gas dew point, linear from there to the condensing value. Values: GB 24500-2020, 0.92–0.94
    dry and 0.97–0.98 condensing.
    """
    efficiency = np.interp(t_return_degc, [T_CONDENSING_DEGC, T_DEW_POINT_DEGC], [condensing_share, dry_share])
    return np.where(np.isnan(t_return_degc), dry_share, efficiency)


def gas_boiler(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a gas boiler house; its efficiency follows the return temperature of the hour."""
    dry = number(plant, "efficiency_share")
    condensing = number(plant, "efficiency_condensing_share", dry)
    efficiency = gas_boiler_efficiency_share(conditions.t_return_at(plant_id(plant)), dry, condensing)
    return supply_unit(
        plant,
        place,
        conditions,
        boiler_capacity_mw(plant),
        fuel="gas",
        fuel_per_heat=1.0 / efficiency,
        power_per_heat=number(plant, "power_share", 0.0),
    )


def coal_boiler(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a coal boiler house: fuel in MWh of lower heating value, 1/efficiency per MWh of heat."""
    return supply_unit(
        plant,
        place,
        conditions,
        boiler_capacity_mw(plant),
        fuel="coal",
        fuel_per_heat=1.0 / number(plant, "efficiency_share"),
        power_per_heat=number(plant, "power_share", 0.0),
    )


def electric_boiler(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a resistive or electrode boiler: 1/efficiency of electricity per heat.

    With `hours` "valley" it runs in the valley hours of the tariff alone (`heatnet.model.tariff`), and so does the charging
    of a store that no other plant charges.
    """
    available = np.full(len(conditions.time), given_capacity_mw(plant))
    if text(plant, "hours") == "valley":
        available = np.where(tariff_periods(conditions.time) == "valley", available, 0.0)
    return supply_unit(
        plant, place, conditions, available, power_per_heat=1.0 / number(plant, "efficiency_share", EFFICIENCY_ELECTRIC)
    )
