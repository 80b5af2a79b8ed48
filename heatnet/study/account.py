"""One case's accounts: energy, fuel, money, carbon, rates with their range, the state of its networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heatnet.couple.reference import joined_checks
from heatnet.metrics import carbon, energy, money
from heatnet.metrics.energy import GasBasis
from heatnet.metrics.steam_boilers import steam_boiler_accounts
from heatnet.metrics.stores import heat_balance_mwh, store_accounts
from heatnet.metrics.substitution import envelope, rate_allowed, substitution_rates
from heatnet.metrics.switching import commitment_account, transfer_accounts
from heatnet.metrics.tracing import Use, trace_heat
from heatnet.model.network import Network
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray
from heatnet.study.case_result import CaseFailure, CaseRun
from heatnet.study.config import target_zone
from heatnet.study.load import Study

_Solution = tuple[DispatchProblem, DispatchResult]


def failed_entry(run: CaseRun | CaseFailure, label: dict[str, str]) -> dict[str, Any]:
    """Return the entry of a case without a schedule: its status and why."""
    return {"status": run.status, "reason": run.reason, "label": label, "unmet_share": None, "zones": {}}


def case_entry(
    study: Study, run: CaseRun, baseline: CaseRun | None, zones: Mapping[str, tuple[str, ...]], label: dict[str, str]
) -> dict[str, Any]:
    """Return a case's entry of the summary."""
    problem, result = run.problem, run.result
    pumps = {name: season.pump_mw for name, season in run.pipes.items()}
    lhv = coal_lhv(run)
    return {
        "status": run.status,
        "reason": run.reason,
        "label": label,
        "cost": _cost_with_pumps(run, pumps),
        "co2": _co2_with_pumps(run, pumps),
        "fuel": energy.fuel_summary(problem, result, GasBasis.GBT_2589, lhv),
        "coal_by_network_t": energy.coal_by_network_t(problem, result, lhv),
        "heat_by_plant_mwh": energy.heat_by_unit_mwh(problem, result),
        "demand_by_balance_mwh": energy.demand_by_balance_mwh(problem),
        "power_by_plant_mwh": energy.power_by_unit_mwh(problem, result),
        "power_lost_by_plant_mwh": energy.power_lost_by_unit_mwh(problem, result),
        "by_source": money.by_source(problem, result).to_dict(orient="index"),
        "unmet_share": energy.unmet_share(problem, result),
        "zones": _rates(run, baseline, zones),
        "plants": plants_of({name: year.network for name, year in run.years.items()}),
        "space_heat_by_source_mwh": _space_heat(study, run, zones, recovered=False),
        "recovered_space_heat_by_source_mwh": _space_heat(study, run, zones, recovered=True),
        "by_network": _by_network(run),
        "steam_boilers": steam_boiler_accounts(
            {name: year.network for name, year in run.years.items()}, problem, result
        ),
        "reference_check": joined_checks({name: season.reference for name, season in run.pipes.items()}),
        "heat_stores": store_accounts(problem, result),
        "penalties": money.penalty_account(problem, result),
        **_switched(problem, result),
        "rounds": run.rounds,
        "uptake": run.uptake,
        "balance": {"max_relative_residual": _worst_residual(run), "heat": heat_balance_mwh(problem, result)},
    }


def _switched(problem: DispatchProblem, result: DispatchResult) -> dict[str, Any]:
    """Return the accounts of units that are on and off, and of transfers; nothing where the case has none."""
    accounts = {
        "unit_commitment": commitment_account(problem, result),
        "transfers": transfer_accounts(problem, result),
    }
    return {key: account for key, account in accounts.items() if account}


def _by_network(run: CaseRun) -> dict[str, Any]:
    """Return the accounts of each network's pipes, those of its steam pipes under `steam`, of its power network
    under `power`."""
    table = {name: dict(season.account) for name, season in run.pipes.items()}
    for name, account in run.steam.items():
        table.setdefault(name, {})["steam"] = account
    for name, account in run.power.items():
        table.setdefault(name, {})["power"] = account
    return table


def plants_of(networks: dict[str, Network]) -> dict[str, Any]:
    """Return display name, kind and waste class of every plant by unit id."""
    table: dict[str, Any] = {}
    for name, network in networks.items():
        parts = {name: network} | ({f"{name}/steam": network.steam} if network.steam is not None else {})
        for prefix, part in parts.items():
            for plant, row in part.plants.iterrows():
                table[f"{prefix}/{plant}"] = {
                    "name": {lang: part.display_name("plants", str(plant), lang) for lang in ("en", "zh")},
                    "kind": row["kind"],
                    "waste_class": row["waste_class"],
                }
    return table


def coal_lhv(run: CaseRun) -> dict[str, float]:
    """Return the heating value of each coal-fired unit, MWh/t."""
    values = {}
    for unit in run.problem.units:
        if unit.fuel != "coal":
            continue
        network = run.years[unit.network.split("/")[0]].network
        plants = network.steam.plants if "/steam" in unit.balance and network.steam is not None else network.plants
        values[unit.id] = float(plants.at[unit.plant, "lhv_mwh_per_t"])
    return values


def rate_tables(run: CaseRun) -> dict[str, FloatArray]:
    """Return the process heat of balances that hold space and process heat, MW (sites)."""
    return {
        f"{name}/site": year.process_mw.sum(axis=1).to_numpy()
        for name, year in run.years.items()
        if year.network.carrier == "site"
    }


def _rates(run: CaseRun, baseline: CaseRun | None, zones: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    in_season = next(iter(run.years.values())).in_season
    cases: list[_Solution] = [(run.problem, run.result), *run.bounds]
    bases: list[_Solution | None] = [None] * len(cases)
    if run.matched:
        bases = list(run.matched)
    elif baseline is not None and baseline.result.is_optimal:
        bases = [(baseline.problem, baseline.result), *baseline.bounds][: len(cases)]  # type: ignore[assignment]
    process = [rate_tables(run)] * len(cases)
    tables = [
        substitution_rates(*case, in_season=in_season, zones=zones, baseline=base, process_mw=heat)
        for case, base, heat in zip(cases, bases, process, strict=True)
    ]
    allowed = rate_allowed(run.problem, run.result, zones)
    return {
        zone: {
            "substitution": tables[0][zone],
            "substitution_range": envelope([table[zone] for table in tables]),
            "rate_allowed": allowed[zone],
        }
        for zone in zones
    }


def _space_heat(
    study: Study, run: CaseRun, zones: Mapping[str, tuple[str, ...]], *, recovered: bool
) -> dict[str, float]:
    """Return the space heat of the headline's zone in the season by source, less the power spent if `recovered`, MWh."""
    in_season = next(iter(run.years.values())).in_season
    members = zones[target_zone(study.config)]
    table: dict[str, float] = {}
    for flow in trace_heat(run.problem, run.result, in_season, rate_tables(run)):
        if flow.use == Use.SPACE and energy.network_of(flow.balance) in members:
            power = flow.power_mw[in_season].sum() if recovered else 0.0
            heat = float(flow.heat_mw[in_season].sum() - power)
            table[flow.source.id] = table.get(flow.source.id, 0.0) + heat
    return table


def _cost_with_pumps(run: CaseRun, pumps: Mapping[str, FloatArray]) -> dict[str, float]:
    cost = money.cost(run.problem, run.result)
    for power in pumps.values():
        paid = float(power @ run.problem.prices.power_cny_per_mwh)
        emitted = float(power.sum()) * run.problem.factors.power_average_t_co2_per_mwh
        taxed = emitted * run.problem.prices.co2_cny_per_t
        cost["power_cny"] += paid
        cost["co2_cny"] += taxed
        cost["total_cny"] += paid + taxed
    return cost


def _co2_with_pumps(run: CaseRun, pumps: Mapping[str, FloatArray]) -> dict[str, dict[str, float]]:
    emitted = carbon.co2(run.problem, run.result)
    factors = run.problem.factors
    bought = sum(float(power.sum()) for power in pumps.values())
    for reading, factor in (
        ("average", factors.power_average_t_co2_per_mwh),
        ("marginal", factors.power_marginal_t_co2_per_mwh),
    ):
        emitted[reading]["power_t_co2"] += bought * factor
        emitted[reading]["total_t_co2"] += bought * factor
    return emitted


def _worst_residual(run: CaseRun) -> float | None:
    values = [season.account["max_relative_residual"] for season in run.pipes.values()]
    known = [value for value in values if np.isfinite(value)]
    return max(known) if known else None
