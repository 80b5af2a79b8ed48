"""Consumers and plants: what they send back, how far they are from their set values, and their next flows.

A consumer's step is Newton's along its own arriving temperature (`heatnet.simulate.controls` states it): it converges at low
load, where the plain iteration swings.
"""

from __future__ import annotations

import math

from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.fluid import ENTHALPY, at, temperature
from heatnet.simulate.season.plan import BY_HEAT, Given, Plan
from heatnet.simulate.season.sweep import flow_in
from heatnet.simulate.season.work import Work

W_PER_MW = 1e6
_LARGEST_STEP = 3.0
#: heats smaller than this share of the largest are held to the error of that share
_SMALLEST_SHARE = 1e-6


@compiled
def _fall(hottest: float, ground: float, above: float) -> float:
    """Return ln((hottest - ground)/above), not below 0; near 1 by the first term of its series in (r-1)/(r+1)."""
    ratio = (hottest - ground) / above
    if ratio <= 1.0:
        return 0.0
    if ratio < 1.5:
        return 2.0 * (ratio - 1.0) / (ratio + 1.0)
    return math.log(ratio)


@compiled
def consumers_step(plan: Plan, given: Given, row: int, work: Work, hottest: float, ground: float) -> float:
    """Send every consumer's water into the return line, set its next flow; return the largest relative error of heat."""
    table, start, per_k, mix = plan.table, plan.table_start, plan.table_per_k, work.mix
    branches = len(plan.start)
    largest = 1.0
    for i in range(len(plan.consumer_start)):
        if work.edge_alive[branches + i] and not plan.by_flow[i]:
            largest = max(largest, given.consumer_heat_mw[row, i] * W_PER_MW)
    worst = 0.0
    for i in range(len(plan.consumer_start)):
        if not work.edge_alive[branches + i]:
            continue
        node = plan.consumer_start[i]
        t, h, m = work.t[node], work.h[node], work.consumer_m[i]
        work.consumer_t[i] = t
        t_out = t - given.consumer_dt_k[row, i] if plan.by_dt[i] else given.consumer_t_return_degc[row, i]
        h_out = at(table, start, per_k, ENTHALPY, t_out)
        work.consumer_next[i] = m
        if not plan.by_flow[i]:
            heat, drop = given.consumer_heat_mw[row, i] * W_PER_MW, h - h_out
            slope = drop
            if not plan.by_dt[i]:
                above = max(t - ground, 1e-3)
                slope += (
                    at(plan.table, plan.table_start, plan.table_per_k, 1, t) * above * _fall(hottest, ground, above)
                )
            step = m + (heat - m * drop) / max(slope, 1.0)
            step = min(max(step, m / _LARGEST_STEP), m * _LARGEST_STEP)
            least = plan.min_mdot[i]
            if least > 0.0 and step <= least:
                # below its bypass flow a consumer returns warmer instead
                work.consumer_next[i] = least
                h_out = h - heat / m
                t_out = temperature(table, start, per_k, h_out, t_out)
                worst = max(worst, abs(m - least) / least)
            else:
                work.consumer_next[i] = step
                worst = max(worst, abs(heat - m * drop) / max(heat, _SMALLEST_SHARE * largest))
        work.consumer_t_out[i] = t_out
        flow_in(mix, plan.consumer_end[i], m, t_out, h_out)
    return worst


@compiled
def plants_into_supply(plan: Plan, given: Given, row: int, work: Work) -> None:
    """Send every plant's water into the supply line."""
    table, start, per_k = plan.table, plan.table_start, plan.table_per_k
    for i in range(len(plan.plant_start)):
        if plan.plant_role[i] != 0 and work.plant_m[i] > 0.0:
            t = given.plant_t_supply_degc[row, i]
            flow_in(work.mix, plan.plant_end[i], work.plant_m[i], t, at(table, start, per_k, ENTHALPY, t))


@compiled
def plants_step(plan: Plan, given: Given, row: int, work: Work) -> tuple[float, bool]:
    """Set the next flow of plants with a set heat; return the largest relative error, and whether one has no lift."""
    table, start, per_k = plan.table, plan.table_start, plan.table_per_k
    edges = len(plan.start) + len(plan.consumer_start)
    worst, flat = 0.0, False
    for i in range(len(plan.plant_start)):
        work.plant_next[i] = work.plant_m[i]
        if plan.plant_role[i] != BY_HEAT or not work.edge_alive[edges + i]:
            continue
        heat = given.plant_heat_mw[row, i] * W_PER_MW
        lift = at(table, start, per_k, ENTHALPY, given.plant_t_supply_degc[row, i]) - work.h[plan.plant_start[i]]
        if lift * heat <= 0.0:
            flat = True
            continue
        worst = max(worst, abs(work.plant_m[i] * lift - heat) / abs(heat))
        work.plant_next[i] = heat / lift
    return worst, flat
