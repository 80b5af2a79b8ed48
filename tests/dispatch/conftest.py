"""Small dispatch problems: units by a few numbers, hours by the length of the demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heatnet.model.heat_store import HeatStore
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem, EmissionFactors, Prices, SupplyUnit

HEAT_CNY_PER_MWH = 1.0  # price of the fuel "gas" below, so that fuel_per_heat is the cost of a MWh


def _unit(hours: int, name: str, cost: float = 0.0, available: Any = 10.0, **more: Any) -> SupplyUnit:
    """Return a unit of balance "n/water" whose MWh costs `cost` (by its fuel at 1 CNY/MWh)."""

    def hourly(value: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=float), (hours,)).copy()

    arrays = {key: hourly(more.pop(key, 0.0)) for key in ("take_min_mw", "power_per_heat", "power_lost_per_heat")}
    settings: dict[str, Any] = {
        "kind": "gas_boiler",
        "waste_class": "none",
        "balance": "n/water",
        "draws_from": None,
        "draw_per_heat": 0.0,
        "year_max_mwh": None,
        "fuel": "gas",
        **more,
    }
    return SupplyUnit(
        id=f"n/{name}",
        network="n",
        plant=name,
        available_mw=hourly(available),
        fuel_per_heat=hourly(cost),
        **arrays,
        **settings,
    )


def _problem(demand: dict[str, list[float]], units: list[SupplyUnit], **more: Any) -> DispatchProblem:
    """Return a problem with fuel at 1 CNY/MWh, power at 100, unmet heat at 1000, CO2 free unless `more` says else."""
    hours = len(next(iter(demand.values())))
    prices = Prices(
        fuel_cny_per_mwh={"gas": HEAT_CNY_PER_MWH, "coal": HEAT_CNY_PER_MWH},
        power_cny_per_mwh=np.broadcast_to(np.asarray(more.pop("power", 100.0), dtype=float), (hours,)).copy(),
        power_lost_cny_per_mwh=more.pop("power_lost", 50.0),
        co2_cny_per_t=more.pop("co2", 0.0),
        unmet_cny_per_mwh=more.pop("unmet", 1000.0),
    )
    time = pd.date_range("2025-01-01", periods=hours, freq="h")
    factors = EmissionFactors({"gas": 0.2, "coal": 0.34}, 0.5, 0.8)
    demand_mw = {key: np.array(value, dtype=float) for key, value in demand.items()}
    return DispatchProblem(time, tuple(units), demand_mw, prices, factors, **more)


@pytest.fixture(scope="session")
def unit() -> Callable[..., SupplyUnit]:
    return _unit


@pytest.fixture(scope="session")
def problem() -> Callable[..., DispatchProblem]:
    return _problem


def _store(name: str = "tank", **more: Any) -> HeatStore:
    """Return a cyclic store of balance "n/water" without loss, 10 MWh and 10 MW, charged by unit "n/boiler"."""
    settings: dict[str, Any] = {
        "network": "n",
        "plant": name,
        "balance": "n/water",
        "energy_mwh": 10.0,
        "charge_mw": 10.0,
        "discharge_mw": 10.0,
        "charged_by": ("n/boiler",),
        **more,
    }
    return HeatStore(id=f"n/{name}", **settings)


@pytest.fixture(scope="session")
def store() -> Callable[..., HeatStore]:
    return _store


def _site(hours: int, base: Any = 0.0, pv: Any = 0.0, **more: Any) -> PowerSite:
    """Return a site "n/site" with the unit "n/boiler"; numbers hold for every hour."""

    def hourly(value: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=float), (hours,)).copy()

    arrays = {key: hourly(more.pop(key)) for key in ("import_max_mw", "export_cny_per_mwh") if key in more}
    settings: dict[str, Any] = {"id": "n/site", "units": ("n/boiler",), **more}
    return PowerSite(base_mw=hourly(base), pv_mw=hourly(pv), **arrays, **settings)


@pytest.fixture(scope="session")
def site() -> Callable[..., PowerSite]:
    return _site
