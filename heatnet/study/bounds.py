"""How far the demand is open: the range of calorific value and efficiency behind the plan's coal figures."""

from __future__ import annotations

from statistics import median

from heatnet.couple.year import LoadScale
from heatnet.metrics.identity import demand_scale_interval, gate_heat_gj
from heatnet.study.config import PlanCheck
from heatnet.study.load import CaseInput, Study
from heatnet.units import GJ_PER_MWH


def middle_gate_heat_mwh(check: PlanCheck) -> float:
    """Return the heat at the plant gate at the middle calorific value and efficiency, MWh."""
    lhv, efficiency = median(check.lhv_gj_per_t), median(check.efficiency_share)
    return gate_heat_gj(check.coal_t, lhv, efficiency, check.own_use_share) / GJ_PER_MWH


def demand_bounds(study: Study, case: CaseInput) -> tuple[dict[str, LoadScale], ...]:
    """Return the factors on each network's loads at the low and the high end; empty without coal figures."""
    checks = {name: check for name, check in study.config.plan_check.items() if name in case.networks}
    if not checks:
        return ()
    low: dict[str, LoadScale] = {}
    high: dict[str, LoadScale] = {}
    for name, check in checks.items():
        lower, upper = demand_scale_interval(
            check.coal_t,
            check.lhv_gj_per_t,
            check.efficiency_share,
            middle_gate_heat_mwh(check),
            check.own_use_share,
        )
        low[name] = LoadScale(lower, lower if check.with_process else 1.0)
        high[name] = LoadScale(upper, upper if check.with_process else 1.0)
    return low, high
