"""How a block of hours begins: set values by lane, what can flow, first guesses of flows."""

from __future__ import annotations

import math

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, kernel
from heatnet.simulate.season.controls import W_PER_MW, plant_runs
from heatnet.simulate.season.fluid import enthalpy_at, place, value_at
from heatnet.simulate.season.plan import BY_FLOW, BY_HEAT, HOLDING, OUTSIDE, Given, Plan, Users
from heatnet.simulate.season.reach import find_live
from heatnet.simulate.season.sweep import kept_share
from heatnet.simulate.season.work import Inlet, Work

OK, STAGNANT, UNDERSUPPLIED, CIRCULATING, NOT_CONVERGED, REVERSED, NO_LIFT, NO_RETURN_FLOW, OUT_OF_RANGE = range(9)
#: a status that is not known yet
RUNNING = -1
#: a consumer needs this much more supply than return temperature
_LEAST_SPREAD_K = 0.05
#: elements whose numbers of one hour lie together in a line of the cache
TOGETHER = 8
#: heat capacity for guesses, J/(kg K)
_CP = 4186.0
#: supply temperature of a part without a plant that runs
_NOTHING_DEGC = -1e9


@kernel
def _turn(table: FloatArray, rows: IntArray, into: FloatArray) -> None:
    """Copy rows of a table into the columns of `into`, some elements at a time: one row after the other misses the cache."""
    count = len(into)
    for begin in range(0, count, TOGETHER):
        finish = min(begin + TOGETHER, count)
        for lane in range(len(rows)):
            row = rows[lane]
            for i in range(begin, finish):
                into[i, lane] = table[row, i]


@compiled
def take_rows(plan: Plan, given: Given, rows: IntArray, work: Work) -> None:
    """Copy the set values of the hours into the lanes."""
    users, inlet = plan.users, work.inlet
    grounds = given.t_ground_degc.shape[1]
    any_dt, any_flow = False, False
    for i in range(len(users.consumer_start)):
        any_dt, any_flow = any_dt or users.by_dt[i], any_flow or users.by_flow[i]
    _turn(given.consumer_heat_mw, rows, inlet.heat_w)
    for i in range(len(users.consumer_start)):
        for lane in range(len(rows)):
            inlet.heat_w[i, lane] = 0.0 if math.isnan(inlet.heat_w[i, lane]) else inlet.heat_w[i, lane] * W_PER_MW
    _turn(given.consumer_t_return_degc, rows, inlet.t_return)
    if any_dt:
        _turn(given.consumer_dt_k, rows, inlet.dt)
    if any_flow:
        _turn(given.consumer_mdot_kg_per_s, rows, inlet.mdot)
    for lane in range(len(rows)):
        row = rows[lane]
        inlet.hottest[:, lane] = _NOTHING_DEGC
        for i in range(len(users.preheat_at)):
            work.state.preheat_w[i, lane] = 0.0
        for i in range(len(users.plant_start)):
            inlet.t_supply[i, lane] = given.plant_t_supply_degc[row, i]
            inlet.plant_w[i, lane] = given.plant_heat_mw[row, i] * W_PER_MW
            inlet.plant_mdot[i, lane] = given.plant_mdot_kg_per_s[row, i]
            if plant_runs(users.plant_role[i], inlet.plant_w[i, lane], inlet.plant_mdot[i, lane]):
                part = users.plant_part[i]
                inlet.hottest[part, lane] = max(inlet.hottest[part, lane], inlet.t_supply[i, lane])
            if users.preheat_of_plant[i] >= 0:
                work.state.preheat_w[users.preheat_of_plant[i], lane] += inlet.plant_w[i, lane]
        total = 0.0
        for i in range(grounds):
            total += given.t_ground_degc[row, i]
        inlet.t_rest[lane] = total / grounds if grounds > 0 else 0.0
    for branch in range(len(plan.graph.start)):
        pipe = plan.graph.pipe[branch]
        for lane in range(len(rows)):
            own = pipe >= 0 and grounds > 1
            inlet.ground[branch, lane] = given.t_ground_degc[rows[lane], pipe] if own else inlet.t_rest[lane]


@compiled
def set_live(plan: Plan, work: Work, status: IntArray) -> None:
    """Find what can flow; set the lanes' statuses: running where something is to be solved."""
    graph, users, inlet, state = plan.graph, plan.users, work.inlet, work.state
    branches, consumers, changed = len(graph.start), len(users.consumer_start), work.scratch.rows[0]
    changed[:] = 0.0
    for i in range(consumers):
        for lane in range(len(status)):
            on = _asks(users, inlet, i, lane)
            changed[lane] += on != state.on[branches + i, lane]
            state.on[branches + i, lane] = on
    for i in range(len(users.plant_start)):
        for lane in range(len(status)):
            on = plant_runs(users.plant_role[i], inlet.plant_w[i, lane], inlet.plant_mdot[i, lane])
            changed[lane] += on != state.on[branches + consumers + i, lane]
            state.on[branches + consumers + i, lane] = on
    for i in range(branches):
        for lane in range(len(status)):
            changed[lane] += graph.is_open[i] != state.on[i, lane]
            state.on[i, lane] = graph.is_open[i]
    for lane in range(len(status)):
        if changed[lane] > 0.0:
            find_live(graph, users, state, work.scratch, lane)
        status[lane] = RUNNING
    set_rest(plan, work, status)


@compiled
def _asks(users: Users, inlet: Inlet, i: int, lane: int) -> bool:
    """Return whether a consumer wants water that it can use."""
    if users.by_flow[i]:
        return inlet.mdot[i, lane] > 0.0
    if users.by_valve[i]:
        return math.isfinite(users.open_c[i])
    heat, hottest = inlet.heat_w[i, lane], inlet.hottest[users.consumer_part[i], lane]
    if not heat > 0.0 and not users.min_mdot[i] > 0.0:
        return False
    if users.by_dt[i] or not heat > 0.0:
        return True
    if users.station[i] >= 0:
        return _most_of_station(users, users.station[i], hottest) > 0.0
    return inlet.t_return[i, lane] < hottest - _LEAST_SPREAD_K


@compiled
def _most_of_station(users: Users, station: int, t_supply_degc: float) -> float:
    """Return the largest share of its design heat that a station can take from water of a temperature."""
    table = users.station_share_max
    row = min(max((t_supply_degc - users.station_t_start) * users.station_per_k, 0.0), table.shape[1] - 1.000001)
    a = int(row)
    return float(table[station, a] + (row - a) * (table[station, a + 1] - table[station, a]))


@kernel
def _still(branches: int, live: FloatArray, m: FloatArray, moving: FloatArray) -> None:
    """Still edges that cannot flow; `moving` becomes how many consumers can."""
    lanes = m.shape[1]
    for lane in range(lanes):
        moving[lane] = 0.0
    for edge in range(branches):
        for lane in range(lanes):
            m[edge, lane] = m[edge, lane] if live[edge, lane] != 0.0 else 0.0
    for edge in range(branches, len(m)):
        for lane in range(lanes):
            m[edge, lane] = m[edge, lane] if live[edge, lane] != 0.0 else 0.0
            moving[lane] += live[edge, lane]


@compiled
def set_rest(plan: Plan, work: Work, status: IntArray) -> None:
    """Still what cannot flow; running lanes in which nothing can get what a lane at rest ends as."""
    users, state, moving = plan.users, work.state, work.scratch.rows[0]
    branches, consumers = len(plan.graph.start), len(users.consumer_start)
    _still(branches, state.live, state.m, moving)
    for lane in range(len(status)):
        for i in range(len(users.plant_start)):
            if state.live[branches + consumers + i, lane] == 0.0:
                state.plant_m[i, lane] = 0.0
        if status[lane] == RUNNING and moving[lane] == 0.0:
            status[lane] = _rest_status(plan, work, lane)


@compiled
def _rest_status(plan: Plan, work: Work, lane: int) -> int:
    users, inlet, state = plan.users, work.inlet, work.state
    first = len(plan.graph.start) + len(users.consumer_start)
    for i in range(len(users.plant_start)):
        if users.plant_role[i] > HOLDING and state.on[first + i, lane]:
            return NO_RETURN_FLOW
        if users.preheat_of_plant[i] >= 0 and inlet.plant_w[i, lane] != 0.0:
            return NO_RETURN_FLOW
    return OK


@compiled
def forget(plan: Plan, work: Work) -> None:
    """Begin anew: what other hours left behind is no guess for these."""
    state, fluid = work.state, plan.fluid
    state.on[:] = False
    state.live[:] = 0.0
    state.live_junction[:] = False
    state.m[:] = 0.0
    state.plant_m[:] = 0.0
    state.t[:] = 60.0
    state.t_out[:] = 60.0
    state.x[:] = 7.0
    state.inner[:] = 1.0
    state.log_inner[:] = 0.0
    cp = value_at(fluid.heat_capacity, place(60.0, fluid.middle_degc, fluid.per_k))
    state.cp[:] = cp
    state.cp_out[:] = cp
    state.cooling[:] = 0.0
    state.given_share[:] = 1.0
    for lane in range(state.t.shape[1]):
        hottest = work.inlet.hottest[0, lane]
        for part in range(1, len(work.inlet.hottest)):
            hottest = max(hottest, work.inlet.hottest[part, lane])
        state.t_given[:, lane] = hottest
    state.short[:] = 0.0
    for i in range(len(plan.users.plant_start)):
        head = plan.users.plant_head_bar[i]
        for lane in range(state.head.shape[1]):
            state.head[i, lane] = head if math.isfinite(head) else 2.0


@compiled
def first_flows(plan: Plan, work: Work) -> None:
    """Guess flows: of consumers from the last hour's cooling, longer where the flow is less; of plants from its return."""
    users, inlet, state, fluid, rows = plan.users, work.inlet, work.state, plan.fluid, work.scratch.rows
    branches = len(plan.graph.start)
    before, now, back = rows[0], rows[1], rows[2]
    _flow_ratio(
        branches, users.by_flow, users.by_valve, users.station, users.consumer_part, inlet.heat_w, inlet.t_return,
        inlet.hottest, inlet.t_rest, state.live, state.cooling, state.given_share, state.consumer_t_out, state.m,
        rows[6], before, now,
    )  # fmt: skip
    _consumer_flows(
        branches, users.consumer_start, users.by_flow, users.by_dt, users.by_valve, users.station, users.min_mdot,
        users.open_c, users.open_by_kv, users.consumer_part, inlet.heat_w, inlet.t_return, inlet.dt, inlet.mdot,
        inlet.hottest, inlet.t_rest, state.live, state.short, state.cooling, state.given_share, state.consumer_t_out,
        fluid.enthalpy, fluid.middle_degc, fluid.per_k, rows[6], state.m, before, now, back, rows[3], rows[4], rows[5],
    )  # fmt: skip
    for lane in range(state.m.shape[1]):
        scale = now[lane] / before[lane] if before[lane] > 0.0 else 0.0
        for k in range(len(plan.base.chord)):
            state.m[plan.base.chord[k], lane] *= scale
        mean_back = back[lane] / now[lane] if now[lane] > 0.0 else inlet.t_rest[lane]
        _plant_flows(plan, work, lane, now[lane], mean_back)


@kernel
def _flow_ratio(
    first: int,
    by_flow: BoolArray,
    by_valve: BoolArray,
    station: IntArray,
    part: IntArray,
    heat_w: FloatArray,
    t_return: FloatArray,
    hottest: FloatArray,
    t_rest: FloatArray,
    live: FloatArray,
    cooling: FloatArray,
    given_share: FloatArray,
    t_out: FloatArray,
    m: FloatArray,
    ratio: FloatArray,
    before: FloatArray,
    now: FloatArray,
) -> None:
    """Set the last hour's flow over this one's, of all consumers: most of what water loses it loses in pipes that many share."""
    lanes = m.shape[1]
    for lane in range(lanes):
        before[lane], now[lane] = 0.0, 0.0
    for i in range(len(by_flow)):
        if by_flow[i] or by_valve[i]:
            continue
        group, by_station = part[i], station[i] >= 0
        for lane in range(lanes):
            span = given_share[i, lane] * (hottest[group, lane] - t_rest[lane])
            t_back = t_out[i, lane] if by_station else t_return[i, lane]
            drop_k = max(t_rest[lane] + span * kept_share(cooling[i, lane]) - t_back, 0.05 * span)
            estimate = live[first + i, lane] * heat_w[i, lane] / (_CP * max(drop_k, 1e-3))
            known = m[first + i, lane] * estimate > 0.0
            before[lane] += m[first + i, lane] if known else 0.0
            now[lane] += estimate if known else 0.0
    for lane in range(lanes):
        ratio[lane] = min(max(before[lane] / max(now[lane], 1e-30), 0.1), 10.0)


@kernel
def _consumer_flows(
    first: int,
    consumer_start: IntArray,
    by_flow: BoolArray,
    by_dt: BoolArray,
    by_valve: BoolArray,
    station: IntArray,
    min_mdot: FloatArray,
    open_c: FloatArray,
    open_by_kv: BoolArray,
    part: IntArray,
    heat_w: FloatArray,
    t_return: FloatArray,
    dt: FloatArray,
    mdot: FloatArray,
    hottest: FloatArray,
    t_rest: FloatArray,
    live: FloatArray,
    short: FloatArray,
    cooling: FloatArray,
    given_share: FloatArray,
    t_out: FloatArray,
    c_h: FloatArray,
    middle: float,
    per_k: float,
    ratio: FloatArray,
    m: FloatArray,
    before: FloatArray,
    now: FloatArray,
    back: FloatArray,
    t_back: FloatArray,
    flow: FloatArray,
    t_in: FloatArray,
) -> None:
    """Set first flows of consumers, and by lane the sum of those before, of those now, and of those times return temperature."""
    lanes = m.shape[1]
    for lane in range(lanes):
        before[lane], now[lane], back[lane] = 0.0, 0.0, 0.0
    for i in range(len(consumer_start)):
        group = part[i]
        for lane in range(lanes):
            t_in[lane] = max(hottest[group, lane] - 1.0, t_rest[lane])
            t_back[lane] = t_return[i, lane]
        if by_dt[i]:
            for lane in range(lanes):
                t_back[lane] = t_in[lane] - dt[i, lane]
        elif station[i] >= 0:
            for lane in range(lanes):
                t_back[lane] = t_out[i, lane] if m[first + i, lane] > 0.0 else 0.6 * t_in[lane]
        if by_flow[i]:
            for lane in range(lanes):
                flow[lane] = mdot[i, lane]
        elif by_valve[i]:
            guess = math.sqrt(0.5 / open_c[i] * (950.0 if open_by_kv[i] else 1.0))
            for lane in range(lanes):
                flow[lane] = m[first + i, lane] if m[first + i, lane] > 0.0 else guess
        else:
            warmed = 0.0 if by_dt[i] else 1.0
            for lane in range(lanes):
                last = m[first + i, lane]
                span = given_share[i, lane] * (hottest[group, lane] - t_rest[lane])
                h_back = enthalpy_at(c_h, place(t_back[lane], middle, per_k))
                again = t_rest[lane] + span * max(kept_share(cooling[i, lane] * ratio[lane]), 0.3)
                known = warmed * last * heat_w[i, lane] > 0.0
                drop = enthalpy_at(c_h, place(again if known else t_in[lane], middle, per_k)) - h_back
                least = 0.05 * _CP * max(hottest[group, lane] - t_back[lane], 1.0)
                flow[lane] = max(heat_w[i, lane] / max(drop, least), min_mdot[i])
        for lane in range(lanes):
            last, on = m[first + i, lane], live[first + i, lane] > 0.0
            kept = last if short[i, lane] * last > 0.0 else flow[lane]
            one = kept if on else 0.0
            before[lane] += last
            now[lane] += one
            back[lane] += one * t_back[lane] if on else 0.0
            m[first + i, lane] = one


@compiled
def _plant_flows(plan: Plan, work: Work, lane: int, total: float, mean_back: float) -> None:
    users, inlet, state, fluid = plan.users, work.inlet, work.state, plan.fluid
    first = len(plan.graph.start) + len(users.consumer_start)
    for i in range(len(users.plant_start)):
        last = state.plant_m[i, lane]
        state.plant_m[i, lane] = 0.0
        if users.plant_role[i] == OUTSIDE or state.live[first + i, lane] == 0.0:
            continue
        if users.plant_role[i] == BY_FLOW:
            state.plant_m[i, lane] = inlet.plant_mdot[i, lane]
        elif users.plant_role[i] == BY_HEAT:
            t_back = state.t[users.plant_start[i], lane] if last > 0.0 else mean_back
            lift = enthalpy_at(fluid.enthalpy, place(inlet.t_supply[i, lane], fluid.middle_degc, fluid.per_k))
            lift -= enthalpy_at(fluid.enthalpy, place(t_back, fluid.middle_degc, fluid.per_k))
            guess = inlet.plant_w[i, lane] / lift if abs(lift) > 1e3 else 0.0
            state.plant_m[i, lane] = max(guess, 1e-6 * total)


@compiled
def total_flow(work: Work, branches: int, total: FloatArray) -> None:
    """Set the flow through all consumers of every lane, kg/s."""
    m, lanes = work.state.m, work.state.m.shape[1]
    total[:] = 0.0
    for i in range(branches, len(m)):
        for lane in range(lanes):
            total[lane] += m[i, lane]
