"""From a study's price set to the hourly arrays of the dispatch."""

from __future__ import annotations

import pandas as pd

from heatnet.dispatch import time_of_use_tariff
from heatnet.model.supply import EmissionFactors, Prices
from heatnet.study.config import ElectricHeatCheck, Figure, PriceSet


def hourly_prices(prices: PriceSet, time: pd.DatetimeIndex) -> Prices:
    """Return the prices of every hour."""
    power = prices.power
    tariff = {
        "valley": power.valley_cny_per_mwh.value,
        "flat": power.flat_cny_per_mwh.value,
        "peak": power.peak_cny_per_mwh.value,
        "critical": power.critical_cny_per_mwh.value,
    }
    return Prices(
        fuel_cny_per_mwh={"gas": prices.gas_cny_per_mwh.value, "coal": prices.coal_cny_per_mwh.value},
        power_cny_per_mwh=time_of_use_tariff(time, tariff),
        power_lost_cny_per_mwh=prices.power_lost_cny_per_mwh.value,
        co2_cny_per_t=prices.co2_cny_per_t.value,
        unmet_cny_per_mwh=prices.unmet_cny_per_mwh.value,
    )


def emission_factors(prices: PriceSet) -> EmissionFactors:
    """Return the emission factors of a price set."""
    return EmissionFactors(
        {"gas": prices.gas_t_co2_per_mwh.value, "coal": prices.coal_t_co2_per_mwh.value},
        prices.power_average_t_co2_per_mwh.value,
        prices.power_marginal_t_co2_per_mwh.value,
    )


def assumptions(prices: PriceSet, electric: ElectricHeatCheck | None = None) -> list[dict[str, object]]:
    """Return every figure of a price set, and of the check of electric heat, with unit, source and note, for the report."""
    from heatnet.units import unit_of

    rows: list[dict[str, object]] = []
    figures = {name: getattr(prices, name) for name in PriceSet.model_fields if name != "power"}
    figures |= {f"power_{name}": getattr(prices.power, name) for name in type(prices.power).model_fields}
    if electric is not None:
        figures |= {name: getattr(electric, name) for name in ("green_share", "purchased_heat_t_co2_per_mwh")}
    for name, figure in figures.items():
        assert isinstance(figure, Figure)
        row = {"item": name, "value": figure.value, "unit": unit_of(name), "source": figure.source, "note": figure.note}
        rows.append(row)
    return rows
