"""The pieces of a round: temperatures, next flows, circuits, judgement, acceleration; each compiled apart for Python."""

from __future__ import annotations

import math

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.begin import (
    NO_LIFT,
    NO_RETURN_FLOW,
    NOT_CONVERGED,
    OK,
    OUT_OF_RANGE,
    REVERSED,
    RUNNING,
    first_flows,
    forget,
    set_live,
    take_rows,
    total_flow,
)
from heatnet.simulate.season.compiled import compiled, compiled_entry, kernel
from heatnet.simulate.season.controls import consumers_step, hold_back, plants_into_supply, plants_step, set_returns
from heatnet.simulate.season.flows import set_flows
from heatnet.simulate.season.friction import LEAST_FLOW
from heatnet.simulate.season.loops import close_circuits
from heatnet.simulate.season.mixing import accelerate, gather, scatter
from heatnet.simulate.season.plan import Core, Given, Plan
from heatnet.simulate.season.reach import cool_circles, has_pumps
from heatnet.simulate.season.sweep import (
    directions_changed,
    find_order,
    late_change,
    mix_given,
    remember_late,
    sweep_line,
)
from heatnet.simulate.season.work import Mix, Work

#: largest relative error of a set heat; change of a temperature in K that came too late for the order; change of the
#: circuits' flows as a share of all consumers' flow; error of a head in bar: at these an hour is done
HEAT_TOLERANCE, LATE_TOLERANCE_K, TURN_TOLERANCE, HEAD_TOLERANCE_BAR = 1e-8, 1e-7, 1e-7, 1e-7
#: rounds in which plants may be held back, or have no lift, before that counts as the hour's state
_ROUNDS_GRANTED = 10
#: heat capacities at the outlets are those of the round before: they need this many rounds
_LEAST_ROUNDS = 3
#: share of the consumers' flow that the pressure-holding plant keeps while others are held back
LEAST_SHARE = 1e-3
_RANGE_SLACK_K = 0.01
#: a head that follows the worst consumer is none below this
_LEAST_HEAD_BAR = 1e-6
#: rows of the lanes' figures, from the largest error of a heat to the change of the circuits' flows
ERROR, FLAT, LATE, TOTAL, TOLERANCE, NEED, RUNS, FRESH, LIMITED, HELD, FLAT_ROUNDS, TURNED = range(12)


@compiled_entry
def begin_block(plan: Plan, given: Given, rows: IntArray, work: Work, warm: bool, status: IntArray) -> bool:
    """Take a block's set values, set statuses and first flows; return whether flows depend on the consumers' pressures."""
    take_rows(plan, given, rows, work)
    if not warm:
        forget(plan, work)
    through_consumers = False
    for i in range(len(plan.users.by_valve)):
        through_consumers = through_consumers or plan.users.by_valve[i]
    set_live(plan, work, status)
    for i in range(len(plan.users.consumer_start)):
        for lane in range(len(status)):
            through_consumers = through_consumers or work.state.short[i, lane] > 0.0
    first_flows(plan, work)
    return through_consumers


@compiled_entry
def begin_rounds(plan: Plan, core: Core, work: Work, status: IntArray, v: FloatArray, through_consumers: bool) -> None:
    """Set the lanes' figures and close the circuits of the first flows."""
    branches, state = len(plan.graph.start), work.state
    v[:] = 0.0
    for lane in range(len(status)):
        v[FRESH, lane], v[TOLERANCE, lane] = 1.0, 1e-4
        v[RUNS, lane] = 1.0 if status[lane] == RUNNING else 0.0
        if status[lane] == RUNNING:
            v[LIMITED, lane] = hold_back(plan.users, branches, state.m, state.plant_m, lane, LEAST_SHARE)
            if v[LIMITED, lane] == 2 and not through_consumers:
                status[lane], v[RUNS, lane] = REVERSED, 0.0
    total_flow(work, branches, v[TOTAL])
    close_circuits(plan, core, work, v[TOTAL], v[TOLERANCE], v[RUNS])
    pumped = has_pumps(plan)
    for lane in range(len(status)):
        if pumped and v[RUNS, lane] > 0.0:
            cool_circles(plan, work, lane)


@compiled_entry
def pass_round(plan: Plan, core: Core, work: Work, v: FloatArray) -> None:
    """Carry temperatures through both lines; find the next flows of consumers and plants."""
    graph, users, fluid, inlet = plan.graph, plan.users, plan.fluid, work.inlet
    state, order, scratch, branches = work.state, work.order, work.scratch, len(plan.graph.start)
    rows = scratch.rows
    gather(state.m, state.plant_m, branches, len(users.consumer_start), core.chord, work.mix.point)
    if directions_changed(branches, state.m, v[RUNS], order, scratch.ways):
        find_order(graph, order)
    remember_late(order, state.t)
    scratch.ext_m[:] = 0.0
    scratch.ext_mh[:] = 0.0
    scratch.ext_mt[:] = 0.0
    plants_into_supply(plan, work)
    mix_given(
        order.counts[0], order.order, order.in_ptr, order.in_branch, order.in_up, order.in_sign, state.m, scratch.ext_m,
        scratch.ext_mt, state.t_given, rows[0], rows[1],
    )  # fmt: skip
    for line in range(2):
        first = 0 if line == 0 else order.counts[0]
        if line == 1:
            set_returns(
                users.consumer_start, users.by_dt, users.station, users.station_t_start, users.station_per_k,
                users.station_per_share, users.station_t_return, users.station_share_max, users.design_heat_mw,
                inlet.heat_w, inlet.t_return, inlet.dt, branches, state.m, state.short, fluid.enthalpy, fluid.middle_degc,
                fluid.per_k, state.t, state.consumer_t_out, state.asked_w,
            )  # fmt: skip
            consumers_step(
                branches, users.consumer_start, users.consumer_end, users.by_flow, users.by_dt, users.by_valve,
                users.min_mdot, users.consumer_part, state.live, state.short, state.asked_w, inlet.hottest, inlet.t_rest,
                state.m, state.t, state.t_given, fluid.enthalpy, fluid.heat_capacity, fluid.middle_degc, fluid.per_k,
                state.consumer_t_out, state.next_m, state.cooling, state.given_share, scratch.ext_m, scratch.ext_mh,
                scratch.ext_mt, v[ERROR], rows[0], rows[1], rows[2],
            )  # fmt: skip
        sweep_line(
            first, order.counts[line], order.order, order.in_ptr, order.in_branch, order.in_up, order.in_sign,
            graph.streams, graph.preheat_of, plan.branches.loss_w_per_k, plan.branches.heater_w, state.m, inlet.ground,
            inlet.t_rest, state.preheat_w, scratch.ext_m, scratch.ext_mh, scratch.ext_mt, fluid.enthalpy,
            fluid.heat_capacity, fluid.middle_degc, fluid.per_k, state.t, state.cp, state.t_in, state.t_out, state.cp_out,
            rows[3], rows[4], rows[5], rows[6], rows[7],
        )  # fmt: skip
    plants_step(plan, work, v[ERROR], v[FLAT])
    late_change(order, state.m, state.t, v[LATE])


@kernel
def _take(
    first: int,
    by_flow: BoolArray,
    by_valve: BoolArray,
    running: FloatArray,
    live: FloatArray,
    short: FloatArray,
    next_m: FloatArray,
    m: FloatArray,
) -> None:
    lanes = m.shape[1]
    for i in range(len(by_flow)):
        if by_flow[i] or by_valve[i]:
            continue
        for lane in range(lanes):
            free = running[lane] * live[first + i, lane] * (1.0 - short[i, lane]) > 0.0
            m[first + i, lane] = next_m[i, lane] if free else m[first + i, lane]


@compiled
def _take_next(plan: Plan, work: Work, v: FloatArray) -> None:
    """Take the next flows of consumers and plants in running lanes."""
    users, state, branches = plan.users, work.state, len(plan.graph.start)
    _take(branches, users.by_flow, users.by_valve, v[RUNS], state.live, state.short, state.next_m, state.m)
    for i in range(len(state.plant_m)):
        for lane in range(v.shape[1]):
            if v[RUNS, lane] > 0.0:
                state.plant_m[i, lane] = state.plant_next[i, lane]
    for lane in range(v.shape[1]):
        v[HELD, lane] = v[HELD, lane] + 1.0 if v[LIMITED, lane] > 0.0 else 0.0
        v[FLAT_ROUNDS, lane] = v[FLAT_ROUNDS, lane] + 1.0 if v[FLAT, lane] > 0.0 else 0.0
        was_limited = v[LIMITED, lane]
        if v[RUNS, lane] > 0.0:
            v[LIMITED, lane] = hold_back(users, branches, state.m, state.plant_m, lane, LEAST_SHARE)
        error = v[ERROR, lane]
        v[TOLERANCE, lane] = min(max(0.01 * error, 1e-10), 1e-4) if error < 1e300 else 1e-4
        # what is left of the lane's reasons not to be done
        v[FLAT, lane] = max(v[FLAT, lane], max(was_limited, v[LIMITED, lane]))
    total_flow(work, branches, v[TOTAL])


@compiled_entry
def close_round(
    plan: Plan, core: Core, work: Work, status: IntArray, v: FloatArray, last: FloatArray, through: bool, rounds: int
) -> bool:
    """Take the next flows, close the circuits and judge the lanes; return whether any is still running."""
    users, state, mix = plan.users, work.state, work.mix
    branches, consumers = len(plan.graph.start), len(users.consumer_start)
    _take_next(plan, work, v)
    close_circuits(plan, core, work, v[TOTAL], v[TOLERANCE], v[RUNS])
    if through:
        _follow_head(plan, core, work, v[RUNS], v[NEED], last[0], last[1])
    gather(state.m, state.plant_m, branches, consumers, core.chord, mix.image)
    _turned(mix, consumers + len(users.plant_start), len(core.chord), v[TOTAL], v[TURNED])
    any_running = False
    for lane in range(len(status)):
        if v[RUNS, lane] == 0.0:
            continue
        error, late, turned = v[ERROR, lane], v[LATE, lane], v[TURNED, lane]
        done = (
            error <= HEAT_TOLERANCE
            and late <= LATE_TOLERANCE_K
            and turned <= TURN_TOLERANCE
            and rounds >= _LEAST_ROUNDS
        )
        if not math.isfinite(error + late + turned):
            status[lane] = NOT_CONVERGED
        elif v[FLAT_ROUNDS, lane] > _ROUNDS_GRANTED:
            status[lane] = NO_LIFT
        elif v[HELD, lane] > _ROUNDS_GRANTED or (_reversed(plan, work, lane) and rounds > _ROUNDS_GRANTED):
            status[lane] = REVERSED
        elif done and v[FLAT, lane] == 0.0 and v[NEED, lane] <= HEAD_TOLERANCE_BAR:
            status[lane] = _checked(plan, work, lane)
        if status[lane] != RUNNING:
            v[RUNS, lane] = -1.0
        any_running = any_running or status[lane] == RUNNING
    # the state that was swept is the solution, not the step beyond it
    _restore(plan, core, work, v[RUNS])
    if not any_running:
        set_flows(plan.graph, users, core, state, work.scratch)
    return any_running


@compiled_entry
def put_point(plan: Plan, core: Core, work: Work) -> None:
    """Take the flows of `mix.point` in every lane."""
    use = work.scratch.rows[8]
    use[:] = 1.0
    scatter(work.state, len(plan.graph.start), len(plan.users.consumer_start), core.chord, work.mix.point, use)
    set_flows(plan.graph, plan.users, core, work.state, work.scratch)


@compiled_entry
def judge(plan: Plan, work: Work, status: IntArray, v: FloatArray) -> None:
    """Set statuses of lanes that are solved otherwise: solved, or what forbids that."""
    for lane in range(len(status)):
        if v[FLAT, lane] > 0.0:
            status[lane] = NO_LIFT
        elif _reversed(plan, work, lane):
            status[lane] = REVERSED
        else:
            status[lane] = _checked(plan, work, lane)


@compiled
def _turned(mix: Mix, first: int, chords: int, total: FloatArray, turned: FloatArray) -> None:
    """Set the largest change of a chord's flow as a share of the flow through the network."""
    turned[:] = 0.0
    for lane in range(len(turned)):
        whole, change = 0.0, 0.0
        for i in range(first, first + chords):
            one = abs(mix.image[i, lane] - mix.point[i, lane])
            change, whole = max(change, one), whole + one
        # the sum is no number where one of them is none, which a maximum would drop
        turned[lane] = change / max(total[lane], 1e-9) if math.isfinite(whole) else math.inf


@compiled
def _restore(plan: Plan, core: Core, work: Work, running: FloatArray) -> None:
    """Go back to the last point in lanes marked -1, which then rest."""
    use, any_use = work.scratch.rows[8], False
    for lane in range(len(running)):
        use[lane] = 1.0 if running[lane] < 0.0 else 0.0
        any_use = any_use or running[lane] < 0.0
        running[lane] = max(running[lane], 0.0)
    if any_use:
        scatter(work.state, len(plan.graph.start), len(plan.users.consumer_start), core.chord, work.mix.point, use)


@compiled
def _follow_head(
    plan: Plan,
    core: Core,
    work: Work,
    running: FloatArray,
    need: FloatArray,
    last_need: FloatArray,
    last_head: FloatArray,
) -> None:
    """Move heads that follow the worst consumer; `need` becomes what is missing there, bar."""
    users, state, scratch, branches = plan.users, work.state, work.scratch, len(plan.graph.start)
    need[:] = 0.0
    for part in range(len(users.holding)):
        plant = users.holding[part]
        if math.isfinite(users.plant_head_bar[plant]):
            continue
        for lane in range(len(running)):
            missing = -1e9
            for k in range(len(core.edge)):
                consumer = core.edge[k] - branches
                if consumer < 0 or users.consumer_part[consumer] != part or state.live[core.edge[k], lane] == 0.0:
                    continue
                available = scratch.level[core.a[k], lane] - scratch.level[core.b[k], lane]
                missing = max(missing, users.min_dp_bar[consumer] - available)
            if missing == -1e9 or running[lane] == 0.0:
                continue
            if missing < 0.0 and state.head[plant, lane] == 0.0:
                # pumps in the lines give more than enough
                continue
            need[lane] = max(need[lane], abs(missing))
            moved = state.head[plant, lane] - last_head[plant, lane]
            slope = (missing - last_need[plant, lane]) / moved if abs(moved) > 1e-9 else -1.0
            slope = min(max(slope, -1.0), -0.05)
            last_head[plant, lane], last_need[plant, lane] = state.head[plant, lane], missing
            head = max(state.head[plant, lane] - missing / slope, 0.2 * state.head[plant, lane])
            state.head[plant, lane] = head if head > _LEAST_HEAD_BAR else 0.0


@compiled_entry
def next_point(plan: Plan, core: Core, work: Work, v: FloatArray, remembered: int, share: float, near: float) -> None:
    """Put an accelerated step, of which a `share` is taken, in the place of the last one, where the error is at most `near`."""
    users, state, mix, use = plan.users, work.state, work.mix, work.scratch.rows[8]
    branches, consumers = len(plan.graph.start), len(users.consumer_start)
    unknowns = consumers + len(users.plant_start) + len(core.chord)
    any_use = False
    for lane in range(v.shape[1]):
        use[lane] = v[RUNS, lane]
        if v[FLAT, lane] > 0.0 or v[ERROR, lane] > near:
            use[lane] = 0.0
        if use[lane] == 0.0 or remembered == 0:
            v[FRESH, lane] = 1.0
        any_use = any_use or use[lane] > 0.0
    if not any_use:
        return
    accelerate(users, mix, unknowns, remembered, v[FRESH], v[TOTAL], work.scratch.rows, share)
    for lane in range(v.shape[1]):
        v[FRESH, lane] = 1.0 - use[lane]
    scatter(state, branches, consumers, core.chord, mix.point, use)
    again = False
    for lane in range(v.shape[1]):
        if use[lane] > 0.0 and hold_back(users, branches, state.m, state.plant_m, lane, LEAST_SHARE) != 0:
            v[FRESH, lane], again = 1.0, True
        else:
            use[lane] = 0.0
    if again:
        # beyond what the consumers take: the plain step instead
        scatter(state, branches, consumers, core.chord, mix.image, use)
    set_flows(plan.graph, users, core, state, work.scratch)


@compiled
def _reversed(plan: Plan, work: Work, lane: int) -> bool:
    users = plan.users
    for i in range(len(users.holding)):  # noqa: SIM110 (compiled)
        if work.state.plant_m[users.holding[i], lane] < 0.0:
            return True
    return False


@compiled
def _checked(plan: Plan, work: Work, lane: int) -> int:
    """Refuse pre-heaters without flow, and temperatures that no mixing and cooling of the given ones can lead to."""
    users, state, inlet, branches = plan.users, work.state, work.inlet, len(plan.graph.start)
    heated = False
    for k in range(len(users.preheat_at)):
        if state.preheat_w[k, lane] != 0.0:
            heated = True
            if not flow_into(plan, work, users.preheat_at[k], lane) > LEAST_FLOW:
                return NO_RETURN_FLOW
    lowest, highest = math.inf, -math.inf
    for part in range(len(inlet.hottest)):
        highest = max(highest, inlet.hottest[part, lane])
    for branch in range(branches):
        heated = heated or plan.branches.heater_w[branch] != 0.0
        lowest, highest = min(lowest, inlet.ground[branch, lane]), max(highest, inlet.ground[branch, lane])
    middle, half = plan.fluid.middle_degc, 1.0 / plan.fluid.per_k
    seen_low, seen_high = math.inf, -math.inf
    for i in range(len(users.consumer_start)):
        if state.live[branches + i, lane] > 0.0:
            seen_low = min(seen_low, state.consumer_t_out[i, lane])
            if not users.by_dt[i]:
                lowest = min(lowest, inlet.t_return[i, lane] if users.station[i] < 0 else state.consumer_t_out[i, lane])
    for node in range(len(state.t)):
        if state.live_junction[node, lane]:
            seen_low, seen_high = min(seen_low, state.t[node, lane]), max(seen_high, state.t[node, lane])
    lowest = max(lowest - _RANGE_SLACK_K, middle - half)
    highest = middle + half if heated else highest + _RANGE_SLACK_K
    if seen_low < lowest or seen_high > highest or (heated and seen_high >= middle + half):
        return OUT_OF_RANGE
    return OK


@compiled
def flow_into(plan: Plan, work: Work, node: int, lane: int) -> float:
    """Return what flows into a junction, kg/s."""
    graph, flow = plan.graph, work.scratch.ext_m[node, lane]
    for k in range(graph.adj_ptr[node], graph.adj_ptr[node + 1]):
        branch = graph.adj_branch[k]
        flow += max((1.0 if graph.end[branch] == node else -1.0) * work.state.m[branch, lane], 0.0)
    return flow
