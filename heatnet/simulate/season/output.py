"""From a solved hour to its row of results."""

from __future__ import annotations

import math

from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.controls import W_PER_MW
from heatnet.simulate.season.fluid import ENTHALPY, RHO, at
from heatnet.simulate.season.hour import OK, STAGNANT, UNDERSUPPLIED
from heatnet.simulate.season.loops import LEAST_FLOW, set_losses, set_properties
from heatnet.simulate.season.plan import OUTSIDE, Given, Out, Plan
from heatnet.simulate.season.work import Work

PA_PER_BAR = 1e5
J_PER_MWH = 3.6e9
GRAVITY_M_PER_S2 = 9.81
PUMP_EFFICIENCY_SHARE = 0.75


@compiled
def rest_hour(plan: Plan, work: Work, t_rest: float) -> None:
    """Set a network in which no water moves."""
    h_rest = at(plan.table, plan.table_start, plan.table_per_k, ENTHALPY, t_rest)
    work.m[:] = 0.0
    work.consumer_m[:] = 0.0
    work.plant_m[:] = 0.0
    work.mix[:] = 0.0
    work.t[:] = t_rest
    work.t_in[:] = t_rest
    work.h[:] = h_rest


@compiled
def _pressures(plan: Plan, work: Work, t_rest: float) -> None:
    """Set absolute pressures: along the forest, resting parts hydrostatic, each line lifted to its level."""
    p, rho_rest = work.p, at(plan.table, plan.table_start, plan.table_per_k, RHO, t_rest)
    supply, back = plan.plant_end[plan.holding], plan.plant_start[plan.holding]
    for place in range(len(plan.tree_order)):
        node = plan.tree_order[place]
        branch, parent = plan.tree_branch[node], plan.tree_parent[node]
        if branch < 0:
            p[node] = 0.0 if node in (supply, back) else math.nan
            continue
        if work.edge_alive[branch]:
            rise = work.rho[branch] * plan.rise_bar[branch] - work.dp[branch] + plan.head_bar[branch]
            p[node] = p[parent] + plan.tree_sign[node] * rise
        else:
            height = plan.elevation_m[parent] - plan.elevation_m[node]
            p[node] = p[parent] + rho_rest * GRAVITY_M_PER_S2 * height / PA_PER_BAR
    head = plan.plant_head_bar
    if math.isnan(head):
        head, found = 0.0, False
        for i in range(len(plan.consumer_start)):
            if work.edge_alive[len(plan.start) + i]:
                needed = plan.min_dp_bar[i] - (p[plan.consumer_start[i]] - p[plan.consumer_end[i]])
                head = max(head, needed) if found else needed
                found = True
    for node in range(len(p)):
        if plan.is_supply[node]:
            p[node] += head
    if plan.point_junction >= 0:
        level = plan.point_bar - p[plan.point_junction]
        for node in range(len(p)):
            p[node] += level


@compiled
def _write_pipes(plan: Plan, work: Work, out: Out, row: int, t_rest: float) -> float:
    """Return the heat that all pipes lose, W."""
    table, start, per_k = plan.table, plan.table_start, plan.table_per_k
    total, stored = 0.0, 0.0
    h_zero = at(table, start, per_k, ENTHALPY, 0.0)
    for i in range(len(plan.pipe_supply)):
        fastest = 0.0
        for line in range(2):
            branch = plan.pipe_supply[i] if line == 0 else plan.pipe_back[i]
            if branch < 0:
                continue
            m = work.m[branch]
            t_in, t_out, loss, dp = t_rest, t_rest, 0.0, 0.0
            if work.edge_alive[branch]:
                inlet = plan.start[branch] if m >= 0.0 else plan.end[branch]
                t_in, dp = work.t[inlet], work.dp[branch]
                if abs(m) > LEAST_FLOW:
                    t_out, loss = work.t_out[branch], abs(m) * (work.h[inlet] - work.h_out[branch])
                fastest = max(fastest, abs(m) / (work.rho[branch] * plan.area_m2[branch]))
            mean = 0.5 * (t_in + t_out)
            water = at(table, start, per_k, RHO, mean) * (at(table, start, per_k, ENTHALPY, mean) - h_zero)
            stored += plan.length_m[branch] * (plan.area_m2[branch] * water + plan.wall_j_per_mk[branch] * mean)
            total += loss
            if line == 0:
                out.pipe_dp_supply_bar[row, i], out.pipe_loss_supply_mw[row, i] = dp, loss / W_PER_MW
            else:
                out.pipe_dp_return_bar[row, i], out.pipe_loss_return_mw[row, i] = dp, loss / W_PER_MW
            if line == 1 and plan.pipe_supply[i] >= 0:
                out.pipe_mdot_return_kg_per_s[row, i] = m
            else:
                out.pipe_mdot_kg_per_s[row, i] = m
        out.pipe_velocity_m_per_s[row, i] = fastest
    out.heat_loss_mw[row] = total / W_PER_MW
    out.stored_heat_mwh[row] = stored / J_PER_MWH
    return total


@compiled
def _write_nodes(plan: Plan, work: Work, out: Out, row: int) -> None:
    for i in range(len(plan.node_supply)):
        supply, back = plan.node_supply[i], plan.node_back[i]
        if supply >= 0:
            out.node_t_supply_degc[row, i], out.node_p_supply_bar[row, i] = work.t[supply], work.p[supply]
        if back >= 0:
            out.node_t_return_degc[row, i], out.node_p_return_bar[row, i] = work.t[back], work.p[back]


@compiled
def _write_consumers(plan: Plan, given: Given, work: Work, out: Out, row: int) -> tuple[float, float]:
    """Return all heat taken (W) and the largest shortfall (MW)."""
    table, start, per_k = plan.table, plan.table_start, plan.table_per_k
    total, short = 0.0, 0.0
    for i in range(len(plan.consumer_start)):
        a, b = plan.consumer_start[i], plan.consumer_end[i]
        on = work.edge_alive[len(plan.start) + i]
        t_out = work.consumer_t_out[i] if on else work.t[b]
        m = work.consumer_m[i] if on else 0.0
        heat = m * (work.h[a] - at(table, start, per_k, ENTHALPY, t_out)) if on else 0.0
        missing = 0.0 if on or plan.by_flow[i] else given.consumer_heat_mw[row, i]
        out.consumer_heat_mw[row, i], out.consumer_mdot_kg_per_s[row, i] = heat / W_PER_MW, m
        out.consumer_t_supply_degc[row, i], out.consumer_t_return_degc[row, i] = work.t[a], t_out
        out.consumer_dp_bar[row, i], out.consumer_shortfall_mw[row, i] = work.p[a] - work.p[b], missing
        total, short = total + heat, max(short, missing)
    return total, short


@compiled
def _write_plants(plan: Plan, given: Given, work: Work, out: Out, row: int) -> float:
    """Return all heat given, W."""
    table, start, per_k = plan.table, plan.table_start, plan.table_per_k
    total = 0.0
    for i in range(len(plan.plant_start)):
        if plan.plant_role[i] != OUTSIDE:
            a, b, m = plan.plant_start[i], plan.plant_end[i], work.plant_m[i]
            t_out = given.plant_t_supply_degc[row, i]
            heat, pump = 0.0, 0.0
            if m > 0.0:
                heat = m * (at(table, start, per_k, ENTHALPY, t_out) - work.h[a])
                head_pa = max(work.p[b] - work.p[a], 0.0) * PA_PER_BAR
                pump = m / at(table, start, per_k, RHO, work.t[a]) * head_pa / PUMP_EFFICIENCY_SHARE
            out.plant_mdot_kg_per_s[row, i], out.plant_heat_mw[row, i] = m, heat / W_PER_MW
            out.plant_t_supply_degc[row, i], out.plant_t_return_degc[row, i] = t_out, work.t[a]
            out.plant_pump_mw[row, i] = pump / W_PER_MW
            total += heat
        elif plan.preheat_of_plant[i] >= 0:
            node = plan.preheat_at[plan.preheat_of_plant[i]]
            out.plant_mdot_kg_per_s[row, i], out.plant_heat_mw[row, i] = work.mix[node, 0], given.plant_heat_mw[row, i]
            out.plant_t_supply_degc[row, i], out.plant_t_return_degc[row, i] = work.t[node], work.t_in[node]
            out.plant_pump_mw[row, i] = 0.0
            total += given.plant_heat_mw[row, i] * W_PER_MW
    return total


@compiled
def _mass_residual(plan: Plan, work: Work) -> float:
    net = work.need
    net[:] = 0.0
    for branch in range(len(plan.start)):
        net[plan.end[branch]] += work.m[branch]
        net[plan.start[branch]] -= work.m[branch]
    for i in range(len(plan.consumer_start)):
        net[plan.consumer_end[i]] += work.consumer_m[i]
        net[plan.consumer_start[i]] -= work.consumer_m[i]
    for i in range(len(plan.plant_start)):
        if plan.plant_role[i] != OUTSIDE:
            net[plan.plant_end[i]] += work.plant_m[i]
            net[plan.plant_start[i]] -= work.plant_m[i]
    worst = 0.0
    for node in range(len(net)):
        worst = max(worst, abs(net[node]))
    return worst


@compiled
def write_hour(plan: Plan, given: Given, work: Work, out: Out, row: int, t_rest: float) -> None:
    """Write the results of the hour that `work` holds, and its status."""
    heaters = 0.0
    set_properties(plan, work, plan.all_branches, t_rest)
    set_losses(plan, work, plan.all_branches, 0.0)
    for branch in range(len(plan.start)):
        if work.edge_alive[branch]:
            heaters += plan.heater_w[branch]
    _pressures(plan, work, t_rest)
    _write_nodes(plan, work, out, row)
    loss = _write_pipes(plan, work, out, row, t_rest)
    taken, short = _write_consumers(plan, given, work, out, row)
    provided = _write_plants(plan, given, work, out, row)
    out.mass_residual_kg_per_s[row] = _mass_residual(plan, work)
    out.energy_residual_mw[row] = (provided + heaters - taken - loss) / W_PER_MW
    resting = False
    for node in range(len(plan.on_line)):
        resting = resting or (plan.on_line[node] and not work.alive[node])
    out.status[row] = UNDERSUPPLIED if short > 1e-9 else (STAGNANT if resting else OK)
