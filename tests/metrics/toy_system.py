"""A toy of two balances solved by hand: three hours, the last one outside the heating season.

Not collected by pytest; tests of this folder load it by path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from heatnet.model.supply import DispatchProblem, DispatchResult, EmissionFactors, Prices, SupplyUnit

IN_SEASON = np.array([True, True, False])
WATER, STEAM = "east/water", "east/steam"
ZONES = {"east": ("east",)}


def unit(
    name: str,
    balance: str,
    waste_class: str = "none",
    fuel: str | None = None,
    hours: int = 3,
    **values: float | Sequence,
) -> SupplyUnit:
    """A unit whose per-heat numbers are constant over the hours."""
    draws_from = values.pop("draws_from", None)
    draw = values.pop("draw_per_heat", 0.0)
    arrays = {
        key: np.broadcast_to(np.asarray(values.pop(key, default), dtype=float), (hours,)).copy()
        for key, default in {
            "available_mw": 1000.0,
            "take_min_mw": 0.0,
            "fuel_per_heat": 0.0,
            "power_per_heat": 0.0,
            "power_lost_per_heat": 0.0,
        }.items()
    }
    assert not values
    network = balance.split("/")[0]
    return SupplyUnit(name, network, name, "source", waste_class, balance, draws_from, draw, fuel, **arrays)


def problem_of(units: Sequence[SupplyUnit], demand: Mapping[str, Sequence[float]], **prices: object) -> DispatchProblem:
    hours = len(next(iter(demand.values())))
    values = {
        "fuel_cny_per_mwh": {"gas": 300.0, "coal": 120.0},
        "power_cny_per_mwh": np.linspace(400.0, 800.0, hours),
        "power_lost_cny_per_mwh": 350.0,
        "co2_cny_per_t": 40.0,
        "unmet_cny_per_mwh": 10_000.0,
    } | prices
    return DispatchProblem(
        pd.date_range("2025-01-01", periods=hours, freq="h"),
        tuple(units),
        {key: np.asarray(value, dtype=float) for key, value in demand.items()},
        Prices(**values),  # type: ignore[arg-type]
        EmissionFactors({"gas": 0.2, "coal": 0.34}, 0.55, 0.80),
    )


def result_of(
    problem: DispatchProblem,
    heat: Mapping[str, Sequence[float]],
    dumped: Mapping[str, Sequence[float]] | None = None,
    unmet: Mapping[str, Sequence[float]] | None = None,
    status: str = "optimal",
) -> DispatchResult:
    hours = len(problem.time)

    def frame(columns: Sequence[str], values: Mapping[str, Sequence[float]] | None) -> pd.DataFrame:
        table = {name: np.asarray((values or {}).get(name, np.zeros(hours)), dtype=float) for name in columns}
        return pd.DataFrame(table, index=problem.time)

    return DispatchResult(
        status,
        frame([item.id for item in problem.units], heat),
        frame(problem.balances, unmet),
        frame(problem.balances, dumped),
        {},
        frame(problem.balances, None),
    )


def toy_case() -> tuple[DispatchProblem, DispatchResult]:
    """Steam users 40/30/20 MW; CHP and process waste heat in steam; a station passes steam on to water."""
    units = (
        unit("waste", STEAM, "strict", power_per_heat=0.02),
        unit("chp", STEAM, "plan", power_lost_per_heat=0.27, take_min_mw=[40, 40, 20]),
        unit("steam_boiler", STEAM, fuel="gas", fuel_per_heat=1.1),
        unit("station", WATER, draws_from=STEAM, draw_per_heat=1.25),
        unit("pump", WATER, "plan", power_per_heat=0.25),
        unit("wells", WATER, "broad", power_per_heat=0.05),
        unit("boiler", WATER, fuel="gas", fuel_per_heat=1.0 / 0.94),
    )
    problem = problem_of(units, {WATER: [60, 30, 10], STEAM: [40, 30, 20]})
    heat = {
        "waste": [10, 10, 10],
        "chp": [40, 40, 20],
        "steam_boiler": [15, 0, 0],
        "station": [20, 8, 0],
        "pump": [10, 10, 6],
        "wells": [5, 4, 0],
        "boiler": [25, 8, 4],
    }
    return problem, result_of(problem, heat, dumped={STEAM: [0, 10, 10]})


def toy_baseline() -> tuple[DispatchProblem, DispatchResult]:
    """Without the projects: boilers, and less process waste heat; the network loses 10 MW more in the first hour."""
    units = (
        unit("waste", STEAM, "strict", power_per_heat=0.02),
        unit("steam_boiler", STEAM, fuel="coal", fuel_per_heat=1.15),
        unit("boiler", WATER, fuel="coal", fuel_per_heat=1.0 / 0.84),
    )
    problem = problem_of(units, {WATER: [70, 30, 10], STEAM: [40, 30, 20]})
    heat = {"waste": [8, 8, 8], "steam_boiler": [32, 22, 12], "boiler": [70, 30, 10]}
    return problem, result_of(problem, heat)
