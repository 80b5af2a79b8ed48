"""The plan's claims beside a study: what it knows of its baseline and its plan case, for the checks of `metrics.claims`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatnet.metrics.claims import plan_claims
from heatnet.metrics.claims_context import ClaimContext, claim_context
from heatnet.metrics.substitution import rate_allowed, substitution_rates
from heatnet.study.account import coal_lhv, rate_tables
from heatnet.study.case_result import CaseRun
from heatnet.study.config import target_zone
from heatnet.study.electric_heat import storage_schedule
from heatnet.study.load import Study

#: claims that a study about electric heat shows where it checks no other
ELECTRIC_TOPIC = "electric_heat"


def claims_of(
    study: Study,
    plan: CaseRun | None,
    baseline: CaseRun | None,
    zones: Mapping[str, tuple[str, ...]],
    electric: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """Return `plan_claims` of the summary.

    Parameters
    ----------
    study : Study
        All claims with `plan_check`, those about electric heat with `electric_heat` alone, else none.
    plan, baseline : CaseRun or None
        Cases with a schedule.
    zones : mapping of zone to networks
    electric : mapping or None
        `electric_heat` of the summary.
    """
    if plan is None or baseline is None:
        return []
    if study.config.plan_check:
        return plan_claims(_heating_context(study, plan, baseline, zones, electric))
    return plan_claims(_electric_context(plan, electric), ELECTRIC_TOPIC) if electric is not None else []


def _electric_context(plan: CaseRun, electric: Mapping[str, Any] | None) -> ClaimContext:
    factors = plan.problem.factors
    return ClaimContext(
        season_h=float(next(iter(plan.years.values())).in_season.sum()),
        power_average_t_co2_per_mwh=factors.power_average_t_co2_per_mwh,
        power_marginal_t_co2_per_mwh=factors.power_marginal_t_co2_per_mwh,
        gas_t_co2_per_mwh=factors.fuel_t_co2_per_mwh["gas"],
        storage=storage_schedule(electric, plan),
    )


def _heating_context(
    study: Study,
    plan: CaseRun,
    baseline: CaseRun,
    zones: Mapping[str, tuple[str, ...]],
    electric: Mapping[str, Any] | None,
) -> ClaimContext:
    housing = next(iter(study.config.plan_check))
    year = plan.years[housing]
    zone = target_zone(study.config)
    # in the plan case's own season and weather, where these are not the baseline case's
    before = plan.matched[0] if plan.matched else (baseline.problem, baseline.result)
    rates = substitution_rates(
        plan.problem,
        plan.result,
        in_season=year.in_season,
        zones=zones,
        baseline=before,
        process_mw=rate_tables(plan),
    )
    sewage = year.network.plants["t_source_min_degc"].dropna()
    return claim_context(
        before,
        (plan.problem, plan.result),
        in_season=year.in_season,
        lhv_mwh_per_t=coal_lhv(baseline),
        area_m2=float(year.network.consumers["area_m2"].sum()),
        design_heat_mw=float(year.network.consumers["design_heat_mw"].sum()),
        housing_balance=f"{housing}/water",
        sewage_t_min_degc=float(sewage.iloc[0]) if len(sewage) else None,
        rates=rates[zone],
        rate_allowed=rate_allowed(plan.problem, plan.result, zones)[zone],
        storage=storage_schedule(electric, plan),
    )
