"""The account of electric heat over the cases of a study: valley hours, CO2 against other heat, green power, cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heatnet.metrics.carbon import READINGS
from heatnet.metrics.claims_context import StorageSchedule
from heatnet.metrics.electric_heat import ElectricHeat, electric_heat, size_for_share
from heatnet.study.case_result import CaseRun
from heatnet.study.config import ElectricHeatCheck
from heatnet.units import GJ_PER_MWH

#: the heat that electric heat is held against: district heat that is bought, and the baseline case
PURCHASED, BASELINE = "purchased_heat", "baseline"
References = dict[str, dict[str, float]]


def electric_heat_summary(
    check: ElectricHeatCheck | None,
    runs: Mapping[str, CaseRun],
    baseline: CaseRun | None,
    cost_cny: Mapping[str, float],
) -> dict[str, Any] | None:
    """Return `electric_heat` of the summary; None where the study does not ask for it.

    Parameters
    ----------
    check : ElectricHeatCheck or None
    runs : mapping of case to CaseRun
        Cases that have a schedule.
    baseline : CaseRun or None
        The case before, such as gas boilers.
    cost_cny : mapping of case to float
        Operating cost of the year.
    """
    if check is None:
        return None
    references = _references(check, baseline)
    curve = next((run.storage_curve | {"case": name} for name, run in runs.items() if run.storage_curve), None)
    return {
        "green_share": check.green_share.value,
        "green_hours": check.green_hours,
        "valley_share": check.valley_share.value if check.valley_share is not None else None,
        "references_t_co2_per_mwh": references,
        "baseline_case": baseline.name if baseline is not None else None,
        "cases": {name: _entry(check, run, references, cost_cny[name]) for name, run in runs.items()},
        "curve": None if curve is None else curve | {"needed": _needed(check, curve)},
    }


def _references(check: ElectricHeatCheck, baseline: CaseRun | None) -> References:
    """Return the emission of the heat to hold against by reference and reading of the grid factor, t CO2/MWh."""
    bought = check.purchased_heat_t_co2_per_mwh.value
    references = {PURCHASED: {reading.value: bought for reading in READINGS}}
    account = None if baseline is None else _account(baseline)
    if baseline is not None and account is not None and account.heat_mwh > 0:
        factors = baseline.problem.factors
        green = _green_mwh(check, account)
        references[BASELINE] = {
            reading.value: account.emitted_t_co2(factors.of_power(reading), green) / account.heat_mwh
            for reading in READINGS
        }
    return references


def _account(run: CaseRun) -> ElectricHeat:
    pumps = [season.pump_mw for season in run.pipes.values()]
    return electric_heat(run.problem, run.result, np.sum(pumps, axis=0) if pumps else 0.0)


def _green_mwh(check: ElectricHeatCheck, account: ElectricHeat) -> float:
    return account.green_mwh(check.green_share.value, check.green_hours)


def _entry(check: ElectricHeatCheck, run: CaseRun, references: References, cost_cny: float) -> dict[str, Any]:
    account, factors = _account(run), run.problem.factors
    heat_gj = account.heat_mwh * GJ_PER_MWH
    green = _green_mwh(check, account)
    emitted = {reading.value: account.emitted_t_co2(factors.of_power(reading), green) for reading in READINGS}
    break_even = {
        reference: {
            reading.value: account.break_even_green_mwh(factors.of_power(reading), by_reading[reading.value])
            for reading in READINGS
        }
        for reference, by_reading in references.items()
    }
    counted = account.heat_mwh * account.valley_heat_share * check.green_share.value
    return {
        "heat_mwh": account.heat_mwh,
        "power_mwh": account.power_mwh,
        "valley_power_mwh": account.valley_power_mwh,
        "green_power_mwh": green,
        "valley_heat_share": account.valley_heat_share,
        "cost_cny_per_gj": cost_cny / heat_gj if heat_gj > 0 else None,
        "green_heat_t_co2": counted * check.purchased_heat_t_co2_per_mwh.value,
        "emitted_t_co2": emitted,
        "saved_t_co2": {
            reference: {reading: account.heat_mwh * by_reading[reading] - emitted[reading] for reading in by_reading}
            for reference, by_reading in references.items()
        },
        "break_even_green_share": _shares(break_even, account.power_mwh),
        "break_even_green_valley_share": _shares(break_even, account.valley_power_mwh),
    }


def _shares(
    green_mwh: Mapping[str, Mapping[str, float | None]], power_mwh: float
) -> dict[str, dict[str, float | None]]:
    """Return green electricity as shares of some electricity; above 1: not even with all of it."""
    return {
        reference: {
            reading: None if green is None or power_mwh <= 0 else green / power_mwh
            for reading, green in by_reading.items()
        }
        for reference, by_reading in green_mwh.items()
    }


def _needed(check: ElectricHeatCheck, curve: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the size of the store and its charging power at which the plan's valley share is reached."""
    return {
        "energy_mwh": _first(check, curve["by_energy"], "energy_mwh"),
        "charge_mw": _first(check, curve["by_charge"], "charge_mw"),
    }


def _first(check: ElectricHeatCheck, points: list[dict[str, Any]], size: str) -> float | None:
    known = [point for point in points if "valley_heat_share" in point]
    if check.valley_share is None or not known:
        return None
    shares = [point["valley_heat_share"] for point in known]
    return size_for_share([point[size] for point in known], shares, check.valley_share.value)


def storage_schedule(summary: Mapping[str, Any] | None, plan: CaseRun) -> StorageSchedule | None:
    """Return what the plan case's schedule says of its heat store, for the plan's claims.

    Parameters
    ----------
    summary : mapping or None
        `electric_heat` of the summary.
    plan : CaseRun
    """
    if summary is None or not plan.problem.stores or plan.name not in summary["cases"]:
        return None
    curve = summary["curve"] if summary["curve"] is not None and summary["curve"]["case"] == plan.name else None
    store = next((one for one in plan.problem.stores if curve and one.id == curve["store"]), plan.problem.stores[0])
    needed = curve["needed"] if curve else {"energy_mwh": None, "charge_mw": None}
    return StorageSchedule(
        valley_heat_share=summary["cases"][plan.name]["valley_heat_share"],
        energy_mwh=store.energy_mwh,
        charge_mw=store.charge_mw,
        needed_mwh=needed["energy_mwh"],
        needed_charge_mw=needed["charge_mw"],
    )
