"""What a solved lane may still contradict: check valves passed backwards, consumers short of pressure."""

from __future__ import annotations

import math

from heatnet.adapters.layout import IntArray
from heatnet.simulate.season.begin import OK, RUNNING, set_rest
from heatnet.simulate.season.compiled import compiled, compiled_entry
from heatnet.simulate.season.fluid import place, value_at
from heatnet.simulate.season.plan import CHECK, Plan
from heatnet.simulate.season.reach import find_live
from heatnet.simulate.season.work import Work

#: flow in kg/s that a check valve on the forest must at least be passed backwards by to be taken out
_BACKWARDS = 1e-6
#: bar by which a consumer's pressure must fall short of what its flow needs
_MISSING_BAR = 1e-7


@compiled_entry
def settle(plan: Plan, work: Work, status: IntArray) -> bool:
    """Shut check valves and mark consumers short of pressure in solved lanes; return whether any consumer is now."""
    any_short, any_shut = False, False
    for lane in range(len(status)):
        if status[lane] != OK:
            continue
        if _shut_checks(plan, work, lane):
            any_shut = True
            status[lane] = RUNNING
        elif _turn_short(plan, work, lane):
            any_short = True
            status[lane] = RUNNING
    if any_shut:
        set_rest(plan, work, status)
    return any_short


@compiled
def _shut_checks(plan: Plan, work: Work, lane: int) -> bool:
    """Take check valves out that would be passed backwards; return whether any was."""
    graph, state, changed = plan.graph, work.state, False
    for branch in range(len(graph.start)):
        if graph.kind[branch] == CHECK and state.on[branch, lane] and state.m[branch, lane] < -_BACKWARDS:
            state.on[branch, lane] = False
            changed = True
    if changed:
        find_live(graph, plan.users, state, work.scratch, lane)
    return changed


@compiled
def _turn_short(plan: Plan, work: Work, lane: int) -> bool:
    """Mark consumers that the pressure cannot give their flow, and those it now can; return whether any changed."""
    users, state, branches, fluid = plan.users, work.state, len(plan.graph.start), plan.fluid
    changed = False
    for i in range(len(users.consumer_start)):
        if users.by_valve[i] or state.live[branches + i, lane] == 0.0 or not math.isfinite(users.open_c[i]):
            continue
        if not math.isfinite(users.plant_head_bar[users.holding[users.consumer_part[i]]]):
            continue
        m = state.m[branches + i, lane]
        if state.short[i, lane] > 0.0:
            wanted = work.inlet.mdot[i, lane] if users.by_flow[i] else state.next_m[i, lane]
            # more than it asks for: its valve closes again
            if m > wanted * (1.0 + 1e-9):
                state.short[i, lane] = 0.0
                state.m[branches + i, lane] = wanted
                changed = True
            continue
        available = state.p[users.consumer_start[i], lane] - state.p[users.consumer_end[i], lane]
        each = users.open_c[i]
        if users.open_by_kv[i]:
            t = state.t[users.consumer_start[i], lane]
            each /= value_at(fluid.density, place(t, fluid.middle_degc, fluid.per_k))
        if available < each * m * m - _MISSING_BAR:
            state.short[i, lane] = 1.0
            state.m[branches + i, lane] = max(min(m, math.sqrt(max(available, 1e-4) / each)), 1e-3 * m)
            changed = True
    return changed
