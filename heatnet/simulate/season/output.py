"""From solved hours to their rows of results."""

from __future__ import annotations

from typing import NamedTuple

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.results import J_PER_MWH, PA_PER_BAR, PUMP_EFFICIENCY_SHARE
from heatnet.simulate.season.begin import CIRCULATING, OK, STAGNANT, UNDERSUPPLIED
from heatnet.simulate.season.compiled import compiled, compiled_entry, kernel
from heatnet.simulate.season.controls import W_PER_MW
from heatnet.simulate.season.flows import add_edges
from heatnet.simulate.season.fluid import enthalpy_at, place, value_at
from heatnet.simulate.season.friction import LEAST_FLOW
from heatnet.simulate.season.plan import CHECK, OUTSIDE, Plan
from heatnet.simulate.season.reach import CIRCLES, NOWHERE_ELSE, SEEPS, mark_reached
from heatnet.simulate.season.rounds import flow_into
from heatnet.simulate.season.work import Work

#: a shortfall counts from this share of what is asked for, and from this heat in MW
_SHORT_SHARE, _SHORT_MW = 1e-6, 1e-9


class Out(NamedTuple):
    """Results, shape (hours, elements), named as in `heatnet.simulate.quantities`, and a status code an hour."""

    node_t_supply_degc: FloatArray
    node_t_return_degc: FloatArray
    node_p_supply_bar: FloatArray
    node_p_return_bar: FloatArray
    pipe_mdot_kg_per_s: FloatArray
    pipe_mdot_return_kg_per_s: FloatArray
    pipe_velocity_m_per_s: FloatArray
    pipe_dp_supply_bar: FloatArray
    pipe_dp_return_bar: FloatArray
    pipe_loss_supply_mw: FloatArray
    pipe_loss_return_mw: FloatArray
    consumer_heat_mw: FloatArray
    consumer_mdot_kg_per_s: FloatArray
    consumer_t_supply_degc: FloatArray
    consumer_t_return_degc: FloatArray
    consumer_dp_bar: FloatArray
    consumer_shortfall_mw: FloatArray
    consumer_imbalance_share: FloatArray
    plant_heat_mw: FloatArray
    plant_mdot_kg_per_s: FloatArray
    plant_t_supply_degc: FloatArray
    plant_t_return_degc: FloatArray
    plant_pump_mw: FloatArray
    valve_mdot_kg_per_s: FloatArray
    pump_mdot_kg_per_s: FloatArray
    pump_head_bar: FloatArray
    pump_mw: FloatArray
    heat_loss_mw: FloatArray
    stored_heat_mwh: FloatArray
    mass_residual_kg_per_s: FloatArray
    energy_residual_mw: FloatArray
    status: IntArray


@kernel
def _pipe_heat(
    start: IntArray,
    end: IntArray,
    pipe: IntArray,
    m: FloatArray,
    t: FloatArray,
    t_out: FloatArray,
    live: FloatArray,
    t_rest: FloatArray,
    area_m2: FloatArray,
    length_m: FloatArray,
    wall_j_per_mk: FloatArray,
    c_h: FloatArray,
    c_rho: FloatArray,
    middle: float,
    per_k: float,
    h_zero: float,
    loss_w: FloatArray,
    total_w: FloatArray,
    stored_j: FloatArray,
    first: FloatArray,
    last: FloatArray,
) -> None:
    """Set what every pipe gives to the ground, and what all pipes give and hold."""
    lanes = m.shape[1]
    for lane in range(lanes):
        total_w[lane] = 0.0
        stored_j[lane] = 0.0
    for branch in range(len(start)):
        if pipe[branch] < 0:
            for lane in range(lanes):
                loss_w[branch, lane] = 0.0
            continue
        a, b, area, length, wall = start[branch], end[branch], area_m2[branch], length_m[branch], wall_j_per_mk[branch]
        for lane in range(lanes):
            flow, on = m[branch, lane], live[branch, lane]
            t_in = t[a, lane] if flow >= 0.0 else t[b, lane]
            first[lane] = t_in if on > 0.0 else t_rest[lane]
            moving = on * abs(flow) > LEAST_FLOW
            last[lane] = t_out[branch, lane] if moving else t_rest[lane]
            # the difference of water at rest would count times its tiny flow
            loss_w[branch, lane] = abs(flow) if moving else 0.0
        for lane in range(lanes):
            drop = enthalpy_at(c_h, place(first[lane], middle, per_k)) - enthalpy_at(
                c_h, place(last[lane], middle, per_k)
            )
            loss_w[branch, lane] *= drop
            total_w[lane] += loss_w[branch, lane]
        for lane in range(lanes):
            mean = 0.5 * (first[lane] + last[lane])
            s = place(mean, middle, per_k)
            water = value_at(c_rho, s) * (enthalpy_at(c_h, s) - h_zero)
            stored_j[lane] += length * (area * water + wall * mean)


@kernel
def _consumer_heat(
    first: int,
    consumer_start: IntArray,
    consumer_end: IntArray,
    live: FloatArray,
    m: FloatArray,
    t: FloatArray,
    t_out: FloatArray,
    c_h: FloatArray,
    middle: float,
    per_k: float,
    heat_w: FloatArray,
    total_w: FloatArray,
) -> None:
    """Set what every consumer takes, and all of them."""
    lanes = m.shape[1]
    for lane in range(lanes):
        total_w[lane] = 0.0
    for i in range(len(consumer_start)):
        a, b = consumer_start[i], consumer_end[i]
        for lane in range(lanes):
            on = live[first + i, lane] > 0.0
            t_out[i, lane] = t_out[i, lane] if on else t[b, lane]
            h_in = enthalpy_at(c_h, place(t[a, lane], middle, per_k))
            drop = h_in - enthalpy_at(c_h, place(t_out[i, lane], middle, per_k))
            heat_w[i, lane] = m[first + i, lane] * drop
            total_w[lane] += heat_w[i, lane]


@kernel
def _copy(values: FloatArray, at: IntArray, lane: int, row: int, factor: float, out: FloatArray) -> None:
    """Copy a lane's values at some places into a row; places of -1 stay as they are."""
    for i in range(len(at)):
        if at[i] >= 0:
            out[row, i] = factor * values[at[i], lane]


@compiled
def _write_pipes(plan: Plan, work: Work, out: Out, row: int, lane: int) -> None:
    lines, state, area = plan.lines, work.state, plan.branches.area_m2
    loss = state.slope
    _copy(state.dp, lines.pipe_supply, lane, row, 1.0, out.pipe_dp_supply_bar)
    _copy(state.dp, lines.pipe_back, lane, row, 1.0, out.pipe_dp_return_bar)
    _copy(loss, lines.pipe_supply, lane, row, 1.0 / W_PER_MW, out.pipe_loss_supply_mw)
    _copy(loss, lines.pipe_back, lane, row, 1.0 / W_PER_MW, out.pipe_loss_return_mw)
    for i in range(len(lines.pipe_supply)):
        supply, back = lines.pipe_supply[i], lines.pipe_back[i]
        fastest = 0.0
        if supply >= 0:
            out.pipe_mdot_kg_per_s[row, i] = state.m[supply, lane]
            fastest = abs(state.m[supply, lane]) / (state.rho[supply, lane] * area[supply])
        if back >= 0:
            fastest = max(fastest, abs(state.m[back, lane]) / (state.rho[back, lane] * area[back]))
            if supply >= 0:
                out.pipe_mdot_return_kg_per_s[row, i] = state.m[back, lane]
            else:
                out.pipe_mdot_kg_per_s[row, i] = state.m[back, lane]
        out.pipe_velocity_m_per_s[row, i] = fastest


@compiled
def _write_consumers(plan: Plan, work: Work, out: Out, row: int, lane: int) -> bool:
    """Return whether any consumer gets less than it asks for."""
    users, state, inlet, branches = plan.users, work.state, work.inlet, len(plan.graph.start)
    short = False
    for i in range(len(users.consumer_start)):
        a, b = users.consumer_start[i], users.consumer_end[i]
        on = state.live[branches + i, lane] > 0.0
        m, heat = state.m[branches + i, lane], state.next_m[i, lane]
        out.consumer_heat_mw[row, i], out.consumer_mdot_kg_per_s[row, i] = heat / W_PER_MW, m
        out.consumer_t_supply_degc[row, i] = state.t[a, lane]
        out.consumer_t_return_degc[row, i] = state.consumer_t_out[i, lane]
        out.consumer_dp_bar[row, i] = state.p[a, lane] - state.p[b, lane]
        asked, missing = inlet.heat_w[i, lane], 0.0
        if users.by_flow[i] and state.short[i, lane] > 0.0 and m > 0.0:
            missing = heat * (inlet.mdot[i, lane] / m - 1.0)
        elif not users.by_flow[i] and (
            not on or users.by_valve[i] or state.short[i, lane] > 0.0 or users.station[i] >= 0
        ):
            missing = max(asked - heat, 0.0)
        missing = missing / W_PER_MW if missing > _SHORT_SHARE * asked else 0.0
        out.consumer_shortfall_mw[row, i] = missing
        short = short or missing > _SHORT_MW
        if users.by_valve[i] and asked > 0.0:
            # at its temperatures heat and flow go together
            out.consumer_imbalance_share[row, i] = heat / asked
    return short


@compiled
def _write_plants(plan: Plan, work: Work, out: Out, row: int, lane: int) -> float:
    """Return all heat given, W."""
    users, state, inlet, fluid = plan.users, work.state, work.inlet, plan.fluid
    c_h, middle, per_k = fluid.enthalpy, fluid.middle_degc, fluid.per_k
    total = 0.0
    for i in range(len(users.plant_start)):
        if users.plant_role[i] != OUTSIDE:
            a, b, m = users.plant_start[i], users.plant_end[i], state.plant_m[i, lane]
            t_out, t_back = inlet.t_supply[i, lane], state.t[users.plant_start[i], lane]
            heat, pump = 0.0, 0.0
            if m > 0.0:
                heat = m * (
                    enthalpy_at(c_h, place(t_out, middle, per_k)) - enthalpy_at(c_h, place(t_back, middle, per_k))
                )
                head_pa = max(state.p[b, lane] - state.p[a, lane], 0.0) * PA_PER_BAR
                pump = m / value_at(fluid.density, place(t_back, middle, per_k)) * head_pa / PUMP_EFFICIENCY_SHARE
            out.plant_mdot_kg_per_s[row, i], out.plant_heat_mw[row, i] = m, heat / W_PER_MW
            out.plant_t_supply_degc[row, i], out.plant_t_return_degc[row, i] = t_out, t_back
            out.plant_pump_mw[row, i] = pump / W_PER_MW
            total += heat
        elif users.preheat_of_plant[i] >= 0:
            k = users.preheat_of_plant[i]
            node = users.preheat_at[k]
            out.plant_mdot_kg_per_s[row, i] = flow_into(plan, work, node, lane)
            out.plant_heat_mw[row, i] = inlet.plant_w[i, lane] / W_PER_MW
            out.plant_t_supply_degc[row, i], out.plant_t_return_degc[row, i] = state.t[node, lane], state.t_in[k, lane]
            out.plant_pump_mw[row, i] = 0.0
            total += inlet.plant_w[i, lane]
    return total


@compiled
def _write_fittings(plan: Plan, work: Work, out: Out, row: int, lane: int) -> None:
    lines, state, graph = plan.lines, work.state, plan.graph
    _copy(state.m, lines.valve, lane, row, 1.0, out.valve_mdot_kg_per_s)
    _copy(state.m, lines.pump, lane, row, 1.0, out.pump_mdot_kg_per_s)
    for i in range(len(lines.pump)):
        branch = lines.pump[i]
        if branch >= 0:
            lift = state.p[graph.end[branch], lane] - state.p[graph.start[branch], lane]
            power = max(state.m[branch, lane], 0.0) * max(lift, 0.0) * PA_PER_BAR / state.rho[branch, lane]
            out.pump_head_bar[row, i], out.pump_mw[row, i] = lift, power / PUMP_EFFICIENCY_SHARE / W_PER_MW


@kernel
def _largest(net: FloatArray, worst: FloatArray) -> None:
    lanes = net.shape[1]
    for lane in range(lanes):
        worst[lane] = 0.0
    for node in range(len(net)):
        for lane in range(lanes):
            worst[lane] = max(worst[lane], abs(net[node, lane]))


@compiled
def _mass_residual(plan: Plan, work: Work, worst: FloatArray) -> None:
    """Set the largest imbalance of a junction's flows by lane, kg/s."""
    graph, users, state, net = plan.graph, plan.users, work.state, work.scratch.need
    net[:] = 0.0
    add_edges(net, graph.start, graph.end, 0, state.m)
    add_edges(net, users.consumer_start, users.consumer_end, len(graph.start), state.m)
    for i in range(len(users.plant_start)):
        if users.plant_role[i] != OUTSIDE:
            for lane in range(len(worst)):
                net[users.plant_end[i], lane] -= state.plant_m[i, lane]
                net[users.plant_start[i], lane] += state.plant_m[i, lane]
    _largest(net, worst)


@kernel
def _rest(live_junction: BoolArray, t_rest: FloatArray, preheat_at: IntArray, t: FloatArray, t_in: FloatArray) -> None:
    """Give resting junctions the ground's temperature: where nothing moves in any lane no pass has set it."""
    lanes = t.shape[1]
    for node in range(len(t)):
        for lane in range(lanes):
            t[node, lane] = t[node, lane] if live_junction[node, lane] else t_rest[lane]
    for k in range(len(preheat_at)):
        for lane in range(lanes):
            t_in[k, lane] = t_in[k, lane] if live_junction[preheat_at[k], lane] else t_rest[lane]


@compiled
def _resting(on_line: BoolArray, live_junction: BoolArray, lane: int) -> bool:
    for node in range(len(on_line)):  # noqa: SIM110 (compiled)
        if on_line[node] and not live_junction[node, lane]:
            return True
    return False


@compiled_entry
def write_block(plan: Plan, work: Work, out: Out, rows: IntArray, used: int, status: IntArray) -> None:
    """Write the results of the first `used` lanes that are solved, and the status of all of them."""
    graph, users, fluid, state, inlet = plan.graph, plan.users, plan.fluid, work.state, work.inlet
    lanes, branches = work.scratch.rows, len(graph.start)
    loss_w, stored_j, taken_w, worst = lanes[8], lanes[9], lanes[10], lanes[11]
    h_zero = enthalpy_at(fluid.enthalpy, place(0.0, fluid.middle_degc, fluid.per_k))
    _rest(state.live_junction, inlet.t_rest, users.preheat_at, state.t, state.t_in)
    _pipe_heat(
        graph.start, graph.end, graph.pipe, state.m, state.t, state.t_out, state.live, inlet.t_rest, plan.branches.area_m2,
        plan.branches.length_m, plan.branches.wall_j_per_mk, fluid.enthalpy, fluid.density, fluid.middle_degc, fluid.per_k,
        h_zero, state.slope, loss_w, stored_j, lanes[12], lanes[13],
    )  # fmt: skip
    _consumer_heat(
        branches, users.consumer_start, users.consumer_end, state.live, state.m, state.t, state.consumer_t_out,
        fluid.enthalpy, fluid.middle_degc, fluid.per_k, state.next_m, taken_w,
    )  # fmt: skip
    _mass_residual(plan, work, worst)
    checked = False
    for branch in range(branches):
        checked = checked or graph.kind[branch] == CHECK
    for lane in range(used):
        row = rows[lane]
        out.status[row] = status[lane]
        if status[lane] != OK:
            continue
        _copy(state.t, plan.lines.node_supply, lane, row, 1.0, out.node_t_supply_degc)
        _copy(state.t, plan.lines.node_back, lane, row, 1.0, out.node_t_return_degc)
        _copy(state.p, plan.lines.node_supply, lane, row, 1.0, out.node_p_supply_bar)
        _copy(state.p, plan.lines.node_back, lane, row, 1.0, out.node_p_return_bar)
        _write_pipes(plan, work, out, row, lane)
        short = _write_consumers(plan, work, out, row, lane)
        _write_fittings(plan, work, out, row, lane)
        given_w = _write_plants(plan, work, out, row, lane)
        for branch in range(branches):
            if state.live[branch, lane] > 0.0 and abs(state.m[branch, lane]) > LEAST_FLOW:
                given_w += plan.branches.heater_w[branch]
        out.heat_loss_mw[row], out.stored_heat_mwh[row] = loss_w[lane] / W_PER_MW, stored_j[lane] / J_PER_MWH
        out.mass_residual_kg_per_s[row] = worst[lane]
        out.energy_residual_mw[row] = (given_w - taken_w[lane] - loss_w[lane]) / W_PER_MW
        if short:
            out.status[row] = UNDERSUPPLIED
            continue
        elsewhere = mark_reached(plan, work, lane) if checked or work.order.counts[2] > 0 else NOWHERE_ELSE
        if elsewhere == CIRCLES:
            out.status[row] = CIRCULATING
        elif elsewhere == SEEPS or _resting(graph.on_line, state.live_junction, lane):
            out.status[row] = STAGNANT
