"""Small systems for portfolios: units by a few numbers, hours by the length of the demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heatnet.design import RateTarget, State
from heatnet.model.substitution import Counting, Denominator, Period, Variant, WasteSet
from heatnet.model.supply import DispatchProblem, EmissionFactors, Prices, SupplyUnit


def _unit(hours: int, name: str, cost: float = 0.0, available: Any = 10.0, **more: Any) -> SupplyUnit:
    """Return a unit of balance "n/water": fired at `cost` CNY/MWh, or unfired where a `power_per_heat` is given."""
    unfired = "power_per_heat" in more or "waste_class" in more or "draws_from" in more

    def hourly(value: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=float), (hours,)).copy()

    arrays = {key: hourly(more.pop(key, 0.0)) for key in ("take_min_mw", "power_per_heat", "power_lost_per_heat")}
    settings: dict[str, Any] = {
        "kind": "sewage_heat_pump" if unfired else "gas_boiler",
        "waste_class": "none",
        "balance": "n/water",
        "draws_from": None,
        "draw_per_heat": 0.0,
        "fuel": None if unfired else "gas",
        **more,
    }
    own = f"{settings['balance'].replace('/water', '')}/{name}"
    return SupplyUnit(
        id=own,
        network="n",
        plant=name,
        available_mw=hourly(available),
        fuel_per_heat=hourly(cost),
        **arrays,
        **settings,
    )


def _state(demand: dict[str, list[float]], units: list[SupplyUnit], options: Any = (), **more: Any) -> State:
    """Return a state: fuel at 1 CNY/MWh, so that `cost` is that of a MWh; power at 100, missing heat at 1000."""
    hours = len(next(iter(demand.values())))
    power = np.broadcast_to(np.asarray(more.pop("power", 100.0), dtype=float), (hours,)).copy()
    prices = Prices({"gas": 1.0, "coal": 1.0}, power, more.pop("power_lost", 50.0), 0.0, 1000.0)
    time = pd.date_range("2025-01-01", periods=hours, freq="h")
    stated = DispatchProblem(
        time,
        tuple(units),
        {key: np.array(value, dtype=float) for key, value in demand.items()},
        prices,
        EmissionFactors({"gas": 0.2, "coal": 0.34}, 0.5, 0.8),
    )
    return State("as it is", stated, tuple(options), **more)


def _target(hours: int, share: float = 0.0, **more: Any) -> RateTarget:
    """Return a target for network "n": plan, recovered, space heat, season of all hours unless `more` says else."""
    variant = Variant(
        more.pop("waste_set", WasteSet.PLAN),
        more.pop("counting", Counting.RECOVERED),
        more.pop("denominator", Denominator.SPACE),
        more.pop("period", Period.SEASON),
    )
    return RateTarget(share, variant, ("n",), more.pop("in_season", np.ones(hours, dtype=bool)), **more)


@pytest.fixture(scope="session")
def unit() -> Callable[..., SupplyUnit]:
    return _unit


@pytest.fixture(scope="session")
def state() -> Callable[..., State]:
    return _state


@pytest.fixture(scope="session")
def target() -> Callable[..., RateTarget]:
    return _target
