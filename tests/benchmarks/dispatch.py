"""Speed and proven gap of unit commitment of a heating season beside HiGHS on the undivided programme.

The instances are drawn with a fixed seed for 2904 and 3624 hours: demand by an outdoor temperature with a season's and a day's
course and weather that lasts for days; four coal boilers (least load 35 to 50 %, 12 to 30 h on, start twice as dear), five gas
boilers (30 to 50 %, 3 to 12 h), two heat pumps whose COP and capacity follow the outdoor temperature, and an electric boiler by a
time-of-use tariff; affine part load, ramps of 15 to 45 % of the capacity in an hour on all of them, CO2 at 80 CNY/t, and a
tank of six hours. Sizes, prices and limits are illustrative. The order of the draws is that of `season_problem`.

Ours gets the budget in seconds, statement of the programme included, and two threads. HiGHS undivided gets the same matrices on
two threads and its own limit; its gap is that of its own bound and schedule, or 1 where it has no schedule.

Run ``python tests/benchmarks/dispatch.py [--budget 30] [--gap 0.005] [--undivided 150] [--hours 2904 3624]``; the last line is
one JSON object. Gaps are shares.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch import dispatch
from heatnet.dispatch.commitment_programme import state_commitment
from heatnet.dispatch.groups import independent_groups
from heatnet.dispatch.highs import highs_programme
from heatnet.dispatch.programme import state_group
from heatnet.dispatch.tariff import time_of_use_tariff
from heatnet.model.commitment import Commitment, CommitmentLimits
from heatnet.model.heat_store import HeatStore
from heatnet.model.supply import DispatchProblem, EmissionFactors, Prices, SupplyUnit

#: kind, capacity in MW, least load over capacity, efficiency
PLANTS = (
    ("coal", 58, 0.40, 0.86),
    ("coal", 46, 0.45, 0.84),
    ("coal", 64, 0.35, 0.88),
    ("gas", 35, 0.50, 0.93),
    ("gas", 29, 0.40, 0.915),
    ("gas", 42, 0.30, 0.95),
    ("coal", 70, 0.50, 0.82),
    ("heat_pump", 23, 0.20, 0.0),
    ("heat_pump", 18, 0.15, 0.0),
    ("electric", 14, 0.0, 0.0),
    ("gas", 30, 0.40, 0.90),
    ("gas", 52, 0.30, 0.94),
)


def season_problem(hours: int, seed: int = 0, stored: bool = True) -> DispatchProblem:
    """Return the instance of a length; see the module."""
    rng = np.random.default_rng([hours, seed])
    hour = np.arange(hours)
    weather = np.zeros(hours)
    for now in range(1, hours):
        weather[now] = 0.985 * weather[now - 1] + rng.normal(0, 0.55)
    t_outdoor = 4 - 11 * np.sin(np.pi * hour / hours) + 4 * np.sin(2 * np.pi * (hour - 9) / 24) + weather
    demand = np.maximum(9.24 * (18 - t_outdoor), 20.0)
    demand *= 1 + 0.05 * np.sin(2 * np.pi * (hour - 7) / 24) + 0.02 * rng.normal(size=hours)
    begin = pd.date_range("2025-11-01", periods=hours, freq="h")
    power = time_of_use_tariff(begin, {"valley": 330.0, "flat": 640.0, "peak": 960.0, "critical": 1150.0})
    units = tuple(_plant(rng, number, t_outdoor) for number in range(len(PLANTS)))
    tank = HeatStore("n/tank", "n", "tank", "n/water", 180.0, 30.0, 30.0, tuple(unit.id for unit in units), 0.003)
    prices = Prices({"gas": 310.0, "coal": 115.0}, power, 400.0, 80.0, 5000.0)
    factors = EmissionFactors({"gas": 0.202, "coal": 0.341}, 0.55, 0.8)
    return DispatchProblem(begin, units, {"n/water": demand}, prices, factors, stores=(tank,) if stored else ())


def _plant(rng: np.random.Generator, number: int, t_outdoor: np.ndarray) -> SupplyUnit:
    kind, capacity, least, efficiency = PLANTS[number]
    one, coal = np.ones(len(t_outdoor)), kind == "coal"
    fuel_per_heat, power_per_heat, available = 0 * one, 0 * one, capacity * one
    no_load: dict[str, float] = {}
    if efficiency:
        no_load["no_load_fuel_mw"] = 0.06 * capacity / efficiency
        fuel_per_heat, power_per_heat = 0.95 / efficiency * one, 0.008 * (1 + number % 3) * one
    elif kind == "heat_pump":
        no_load["no_load_power_mw"] = 0.07 * capacity / 3
        power_per_heat = 0.93 / np.clip(3.2 + 0.06 * t_outdoor + 0.2 * (number - 7), 1.8, 5)
        available = capacity * np.clip(0.85 + 0.015 * t_outdoor, 0.5, 1.1)
    else:
        power_per_heat = one / 0.99
    start_cost = float(rng.uniform(60, 220)) * capacity * (2 if coal else 1)
    up, down = ((12, 30), (8, 24)) if coal else ((3, 12), (2, 9))
    commitment = Commitment(
        min_mw=least * capacity,
        start_cost_cny=start_cost,
        min_up_h=int(rng.integers(*up)),
        min_down_h=int(rng.integers(*down)),
        ramp_up_mw_per_h=capacity * float(rng.uniform(0.15, 0.45)),
        ramp_down_mw_per_h=capacity * float(rng.uniform(0.15, 0.45)),
        start_h=2 if coal else 0,
        **no_load,
    )
    return SupplyUnit(
        id=f"n/u{number}",
        network="n",
        plant=f"u{number}",
        kind="gas_boiler",
        waste_class="none",
        balance="n/water",
        draws_from=None,
        draw_per_heat=0.0,
        fuel=kind if efficiency else None,
        available_mw=available,
        take_min_mw=0 * one,
        fuel_per_heat=fuel_per_heat,
        power_per_heat=power_per_heat,
        power_lost_per_heat=0 * one,
        commitment=commitment,
    )


def ours(problem: DispatchProblem, budget_s: float, gap_share: float) -> tuple[float, float]:
    """Return the proven gap and the seconds that it took."""
    began = time.perf_counter()
    result = dispatch(problem, CommitmentLimits(gap_share=gap_share, seconds=budget_s, rounds=1000))
    gap = result.gap_share if result.is_optimal else 1.0
    return gap, time.perf_counter() - began


def undivided(problem: DispatchProblem, limit_s: float) -> tuple[float, float]:
    """Return the gap of HiGHS on the whole programme and the seconds that it took."""
    import highspy

    (group,) = independent_groups(problem)
    stated = state_commitment(problem, group, state_group(problem, group)).matrices
    ends = (stated.low, stated.high, stated.row_low, stated.row_high)
    programme = highs_programme(stated.matrix, stated.cost, *ends, stated.whole)
    # HiGHS keeps the number of threads of its first run, and refuses to run with another
    highspy.Highs.resetGlobalScheduler(True)
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 2), ("time_limit", limit_s), ("mip_rel_gap", 1e-4)):
        solver.setOptionValue(name, value)
    began = time.perf_counter()
    solver.passModel(programme)
    if solver.run() == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS did not run: {solver.getModelStatus()}")
    info = solver.getInfo()
    gap = (info.objective_function_value - info.mip_dual_bound) / max(abs(info.objective_function_value), 1e-9)
    return float(gap) if info.primal_solution_status == 2 and np.isfinite(gap) else 1.0, time.perf_counter() - began


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", type=float, default=30.0, help="seconds for ours")
    parser.add_argument("--gap", type=float, default=0.005, help="share at which ours ends")
    parser.add_argument("--undivided", type=float, default=150.0, help="seconds for HiGHS on the whole; 0: not at all")
    parser.add_argument("--hours", type=int, nargs="+", default=[2904, 3624])
    chosen = parser.parse_args(arguments)
    found: dict[str, Any] = {}
    for hours in chosen.hours:
        gap, seconds = ours(season_problem(hours), chosen.budget, chosen.gap)
        found |= {f"gap_{hours}": gap, f"seconds_{hours}": seconds}
        print(f"{hours} h: gap {gap:.3%} in {seconds:.1f} s", flush=True)
    if chosen.undivided > 0:
        gap, seconds = undivided(season_problem(chosen.hours[0]), chosen.undivided)
        found |= {"undivided_gap": gap, "undivided_seconds": seconds}
        print(f"HiGHS undivided, {chosen.hours[0]} h: gap {gap:.3%} in {seconds:.1f} s", flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
