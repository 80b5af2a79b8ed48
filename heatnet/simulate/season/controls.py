"""Consumers and plants: what they send on, how far they are from their set values, and their next flows.

A consumer's step is Newton's along its own arriving temperature (`heatnet.simulate.controls` states it): it converges at low
load, where the plain iteration swings.
"""

from __future__ import annotations

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, kernel
from heatnet.simulate.season.fluid import enthalpy_at, place, temperature_of, value_at
from heatnet.simulate.season.plan import BY_FLOW, BY_HEAT, HOLDING, OUTSIDE, Plan, Users
from heatnet.simulate.season.work import Work

W_PER_MW = 1e6
_LARGEST_STEP = 3.0
#: a station short of pressure: return temperature and heat are found in turn
_MOST_STATION_STEPS, _STATION_TOLERANCE_K = 60, 1e-9
#: heats smaller than this share of the largest are held to the error of that share
_SMALLEST_SHARE = 1e-6


@kernel
def set_returns(
    consumer_start: IntArray,
    by_dt: BoolArray,
    station: IntArray,
    t_start: float,
    per_k: float,
    per_share: float,
    t_table: FloatArray,
    share_max: FloatArray,
    design_heat_mw: FloatArray,
    heat_w: FloatArray,
    given_return: FloatArray,
    given_dt: FloatArray,
    first: int,
    m: FloatArray,
    short: FloatArray,
    c_h: FloatArray,
    middle: float,
    scale: float,
    t: FloatArray,
    t_out: FloatArray,
    asked_w: FloatArray,
) -> None:
    """Set the temperature at which water leaves every consumer, and the heat that its station can take."""
    lanes = t.shape[1]
    for i in range(len(consumer_start)):
        node, s = consumer_start[i], station[i]
        if s >= 0:
            design_w = max(design_heat_mw[i] * W_PER_MW, 1e-9)
            for lane in range(lanes):
                row = min(max((t[node, lane] - t_start) * per_k, 0.0), t_table.shape[1] - 1.000001)
                a = int(row)
                most = share_max[s, a] + (row - a) * (share_max[s, a + 1] - share_max[s, a])
                asked_w[i, lane] = min(heat_w[i, lane], most * design_w)
                works_w = asked_w[i, lane]
                h_in = enthalpy_at(c_h, place(t[node, lane], middle, scale))
                if short[i, lane] > 0.0:
                    # short of pressure a station works on what it gets, which its return temperature decides
                    drop = h_in - enthalpy_at(c_h, place(t_out[i, lane], middle, scale))
                    works_w = min(works_w, max(m[first + i, lane] * drop, 0.0))
                for _step in range(_MOST_STATION_STEPS if short[i, lane] > 0.0 else 1):
                    before = t_out[i, lane]
                    column = min(max(works_w / design_w * per_share, 0.0), t_table.shape[2] - 1.000001)
                    b = int(column)
                    low = t_table[s, a, b] + (row - a) * (t_table[s, a + 1, b] - t_table[s, a, b])
                    high = t_table[s, a, b + 1] + (row - a) * (t_table[s, a + 1, b + 1] - t_table[s, a, b + 1])
                    t_out[i, lane] = low + (column - b) * (high - low)
                    drop = h_in - enthalpy_at(c_h, place(t_out[i, lane], middle, scale))
                    works_w = min(asked_w[i, lane], max(m[first + i, lane] * drop, 0.0))
                    if abs(t_out[i, lane] - before) < _STATION_TOLERANCE_K:
                        break
            continue
        for lane in range(lanes):
            asked_w[i, lane] = heat_w[i, lane]
        if by_dt[i]:
            for lane in range(lanes):
                t_out[i, lane] = t[node, lane] - given_dt[i, lane]
        else:
            for lane in range(lanes):
                t_out[i, lane] = given_return[i, lane]


@kernel
def consumers_step(
    first: int,
    consumer_start: IntArray,
    consumer_end: IntArray,
    by_flow: BoolArray,
    by_dt: BoolArray,
    by_valve: BoolArray,
    min_mdot: FloatArray,
    part: IntArray,
    live: FloatArray,
    short: FloatArray,
    asked_w: FloatArray,
    hottest: FloatArray,
    t_rest: FloatArray,
    m: FloatArray,
    t: FloatArray,
    t_given: FloatArray,
    c_h: FloatArray,
    c_cp: FloatArray,
    middle: float,
    per_k: float,
    t_out: FloatArray,
    next_m: FloatArray,
    cooling: FloatArray,
    given_share: FloatArray,
    ext_m: FloatArray,
    ext_mh: FloatArray,
    ext_mt: FloatArray,
    error: FloatArray,
    largest_w: FloatArray,
    h_in: FloatArray,
    h_out: FloatArray,
) -> None:
    """Send every consumer's water on, set its next flow; `error` becomes the largest relative error of a heat by lane."""
    lanes = m.shape[1]
    for lane in range(lanes):
        error[lane] = 0.0
        largest_w[lane] = 1.0
    for i in range(len(consumer_start)):
        for lane in range(lanes):
            largest_w[lane] = max(largest_w[lane], asked_w[i, lane] * live[first + i, lane])
    for i in range(len(consumer_start)):
        node, back = consumer_start[i], consumer_end[i]
        with_slope = 0.0 if by_dt[i] else 1.0
        group = part[i]
        counts = 0.0 if by_flow[i] or by_valve[i] or min_mdot[i] > 0.0 else 1.0
        for lane in range(lanes):
            s = place(t[node, lane], middle, per_k)
            h_in[lane] = enthalpy_at(c_h, s)
            span = t_given[node, lane] - t_rest[lane]
            given_share[i, lane] = min(max(span / max(hottest[group, lane] - t_rest[lane], 1e-3), 0.05), 1.0)
            above = max(t[node, lane] - t_rest[lane], 1e-3)
            z = max((span - above) / (span + above), 0.0)
            # ln of the ratio; far from 1 the series falls short of it, which only slows the step
            fall = 2.0 * z * (1.0 + z * z * (1.0 / 3.0 + z * z * 0.2))
            cooling[i, lane] = fall
            h_out[lane] = with_slope * value_at(c_cp, s) * above * fall
        for lane in range(lanes):
            # who takes what the pressure gives heats no water: what arrives colder than the return passes as it is
            given = by_valve[i] or short[i, lane] > 0.0
            t_out[i, lane] = min(t_out[i, lane], t[node, lane]) if given else t_out[i, lane]
        for lane in range(lanes):
            h_back = enthalpy_at(c_h, place(t_out[i, lane], middle, per_k))
            drop = h_in[lane] - h_back
            now = m[first + i, lane]
            missing = asked_w[i, lane] - now * drop
            step = now + missing / max(drop + h_out[lane], 1.0)
            h_out[lane] = h_back
            next_m[i, lane] = min(max(step, now * (1.0 / _LARGEST_STEP)), now * _LARGEST_STEP)
            wrong = abs(missing) / max(asked_w[i, lane], _SMALLEST_SHARE * largest_w[lane])
            error[lane] = max(error[lane], wrong * counts * live[first + i, lane] * (1.0 - short[i, lane]))
        if min_mdot[i] > 0.0 and not (by_flow[i] or by_valve[i]):
            for lane in range(lanes):
                now = m[first + i, lane]
                if live[first + i, lane] * (1.0 - short[i, lane]) == 0.0:
                    continue
                if next_m[i, lane] <= min_mdot[i]:
                    # below its bypass flow a consumer returns warmer instead
                    next_m[i, lane] = min_mdot[i]
                    h_out[lane] = h_in[lane] - asked_w[i, lane] / max(now, 1e-12)
                    # from far away: twice
                    t_out[i, lane] = temperature_of(h_out[lane], t[node, lane], c_h, c_cp, middle, per_k)
                    t_out[i, lane] = temperature_of(h_out[lane], t_out[i, lane], c_h, c_cp, middle, per_k)
                    error[lane] = max(error[lane], abs(now - min_mdot[i]) / min_mdot[i])
                else:
                    smallest = max(asked_w[i, lane], _SMALLEST_SHARE * largest_w[lane])
                    error[lane] = max(error[lane], abs(asked_w[i, lane] - now * (h_in[lane] - h_out[lane])) / smallest)
        for lane in range(lanes):
            ext_m[back, lane] += m[first + i, lane]
        for lane in range(lanes):
            ext_mh[back, lane] += m[first + i, lane] * h_out[lane]
        for lane in range(lanes):
            ext_mt[back, lane] += m[first + i, lane] * t_out[i, lane]


@compiled
def plants_into_supply(plan: Plan, work: Work) -> None:
    """Send every plant's water into the supply line."""
    users, fluid, scratch, lanes = plan.users, plan.fluid, work.scratch, work.state.m.shape[1]
    for i in range(len(users.plant_start)):
        if users.plant_role[i] == OUTSIDE:
            continue
        node = users.plant_end[i]
        for lane in range(lanes):
            m = work.state.plant_m[i, lane]
            if m > 0.0:
                t = work.inlet.t_supply[i, lane]
                scratch.ext_m[node, lane] += m
                scratch.ext_mt[node, lane] += m * t
                scratch.ext_mh[node, lane] += m * enthalpy_at(fluid.enthalpy, place(t, fluid.middle_degc, fluid.per_k))


@compiled
def plants_step(plan: Plan, work: Work, error: FloatArray, flat: FloatArray) -> None:
    """Set the next flow of plants with a set heat; raise `error` to their relative error; mark lanes with one without lift."""
    users, fluid, state, inlet = plan.users, plan.fluid, work.state, work.inlet
    first, lanes = len(plan.graph.start) + len(users.consumer_start), state.m.shape[1]
    flat[:] = 0.0
    for i in range(len(users.plant_start)):
        for lane in range(lanes):
            state.plant_next[i, lane] = state.plant_m[i, lane]
            if users.plant_role[i] != BY_HEAT or state.live[first + i, lane] == 0.0:
                continue
            heat = inlet.plant_w[i, lane]
            out = enthalpy_at(fluid.enthalpy, place(inlet.t_supply[i, lane], fluid.middle_degc, fluid.per_k))
            t_back = state.t[users.plant_start[i], lane]
            lift = out - enthalpy_at(fluid.enthalpy, place(t_back, fluid.middle_degc, fluid.per_k))
            if lift * heat <= 0.0:
                flat[lane] = 1.0
                continue
            error[lane] = max(error[lane], abs(state.plant_m[i, lane] * lift - heat) / abs(heat))
            state.plant_next[i, lane] = heat / lift


@compiled
def plant_runs(role: int, heat_w: float, mdot_kg_per_s: float) -> bool:
    """Return whether a plant between the lines is on."""
    if role == BY_HEAT:
        return heat_w != 0.0
    if role == BY_FLOW:
        return mdot_kg_per_s > 0.0
    return role == HOLDING


@compiled
def hold_back(users: Users, first: int, m: FloatArray, plant_m: FloatArray, lane: int, least_share: float) -> int:
    """Scale plants with a set heat down where they push more than the consumers take: 1 if scaled, 2 if that cannot help."""
    limited = 0
    for part in range(len(users.holding)):
        fixed, pushed = 0.0, 0.0
        for i in range(len(users.plant_start)):
            if users.plant_part[i] == part:
                if users.plant_role[i] == BY_FLOW:
                    fixed += plant_m[i, lane]
                elif users.plant_role[i] == BY_HEAT:
                    pushed += plant_m[i, lane]
        if fixed + pushed == 0.0:
            continue
        taken = 0.0
        for i in range(len(users.consumer_part)):
            if users.consumer_part[i] == part:
                taken += m[first + i, lane]
        if fixed + pushed < taken:
            continue
        room = (1.0 - least_share) * taken - fixed
        if room <= 0.0 or pushed <= 0.0:
            return 2
        for i in range(len(users.plant_start)):
            if users.plant_part[i] == part and users.plant_role[i] == BY_HEAT:
                plant_m[i, lane] *= room / pushed
        limited = 1
    return limited
