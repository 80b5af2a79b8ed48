"""One hour: flows and temperatures repeated until every set value holds."""

from __future__ import annotations

import math

import numpy as np

from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.controls import W_PER_MW, consumers_step, plants_into_supply, plants_step
from heatnet.simulate.season.fluid import CP, ENTHALPY, at
from heatnet.simulate.season.loops import LEAST_FLOW, all_flows, solve_loops, tree_flows
from heatnet.simulate.season.mixing import accelerate, gather, scatter
from heatnet.simulate.season.plan import BY_FLOW, BY_HEAT, HOLDING, OUTSIDE, Given, Plan
from heatnet.simulate.season.reach import find_alive
from heatnet.simulate.season.sweep import directions_changed, find_order, sweep_line
from heatnet.simulate.season.work import Work

OK, STAGNANT, UNDERSUPPLIED, NOT_CONVERGED, REVERSED, NO_LIFT, NO_RETURN_FLOW, OUT_OF_RANGE = range(8)
#: largest relative error of a set heat, and of a temperature in K, at which an hour is done
HEAT_TOLERANCE, TEMPERATURE_TOLERANCE_K = 1e-10, 1e-7
#: largest change of a circuit's flow, as a share of all consumers' flow, at which an hour is done
TURN_TOLERANCE = 1e-8
#: rounds with a larger relative error of a heat are not accelerated: they are too far from linear
_ERROR_TO_ACCELERATE = 0.5
_MOST_ROUNDS = 400
#: rounds in which plants may be held back, or have no lift, before that counts as the hour's state
_ROUNDS_GRANTED = 10
#: share of the consumers' flow that the pressure-holding plant keeps while others are held back
_LEAST_SHARE = 1e-3
#: a consumer needs this much more supply than return temperature
_LEAST_SPREAD_K = 0.05
_RANGE_SLACK_K = 0.01


@compiled
def mean_ground(plan: Plan, given: Given, row: int) -> float:
    """Return the mean ground temperature, °C."""
    count = given.t_ground_degc.shape[1]
    total = 0.0
    for i in range(count):
        total += given.t_ground_degc[row, i]
    return total / count if count else 0.0


@compiled
def hottest_supply(plan: Plan, given: Given, row: int) -> float:
    """Return the highest supply temperature of the plants that run, °C."""
    hottest = -math.inf
    for i in range(len(plan.plant_start)):
        if plant_runs(plan.plant_role[i], given.plant_heat_mw[row, i], given.plant_mdot_kg_per_s[row, i]):
            hottest = max(hottest, given.plant_t_supply_degc[row, i])
    return hottest


@compiled
def plant_runs(role: int, heat_mw: float, mdot_kg_per_s: float) -> bool:
    """Return whether a plant between the lines is on."""
    if role == BY_HEAT:
        return heat_mw != 0.0
    if role == BY_FLOW:
        return mdot_kg_per_s > 0.0
    return role == HOLDING


@compiled
def _set_edges(plan: Plan, given: Given, row: int, work: Work, hottest: float) -> bool:
    """Set which consumers want water and which edges are on; return whether any edge has changed."""
    branches, consumers = len(plan.start), len(plan.consumer_start)
    changed = False
    for i in range(consumers):
        heat = given.consumer_heat_mw[row, i]
        if plan.by_flow[i]:
            wanted = given.consumer_mdot_kg_per_s[row, i] > 0.0
            on = wanted
        else:
            wanted = heat > 0.0 or plan.min_mdot[i] > 0.0
            low = given.consumer_t_return_degc[row, i] < hottest - _LEAST_SPREAD_K
            on = wanted and (plan.by_dt[i] or not heat > 0.0 or low)
        work.wanted[i] = wanted
        changed = changed or on != work.edge_on[branches + i]
        work.edge_on[branches + i] = on
    for i in range(len(plan.plant_start)):
        on = plant_runs(plan.plant_role[i], given.plant_heat_mw[row, i], given.plant_mdot_kg_per_s[row, i])
        changed = changed or on != work.edge_on[branches + consumers + i]
        work.edge_on[branches + consumers + i] = on
    for i in range(branches):
        changed = changed or plan.is_open[i] != work.edge_on[i]
        work.edge_on[i] = plan.is_open[i]
    return changed


@compiled
def forget(plan: Plan, work: Work, hottest: float) -> None:
    """Begin anew: what the last hour left behind is no guess for this one."""
    work.consumer_m[:] = 0.0
    work.plant_m[:] = 0.0
    work.q[:] = 0.0
    work.t[:] = 60.0
    work.t_out[:] = 60.0
    work.x[:] = 7.0
    cp = at(plan.table, plan.table_start, plan.table_per_k, CP, 60.0)
    work.cp_out[:] = cp
    work.cp[:] = cp
    h = at(plan.table, plan.table_start, plan.table_per_k, ENTHALPY, 60.0)
    work.h_out[:] = h
    work.h[:] = h
    work.consumer_share[:] = -1.0


@compiled
def _first_flows(plan: Plan, given: Given, row: int, work: Work, hottest: float, ground: float) -> None:
    """Guess flows: of consumers from the last hour's cooling, longer where the flow is less; of plants from its return."""
    table, start, per_k = plan.table, plan.table_start, plan.table_per_k
    branches, consumers = len(plan.start), len(plan.consumer_start)
    before, now, heat_back = 0.0, 0.0, 0.0
    for i in range(consumers):
        last = work.consumer_m[i]
        before += last
        work.consumer_m[i] = 0.0
        if not work.edge_alive[branches + i]:
            continue
        if plan.by_flow[i]:
            work.consumer_m[i] = given.consumer_mdot_kg_per_s[row, i]
            now += work.consumer_m[i]
            continue
        heat = given.consumer_heat_mw[row, i] * W_PER_MW
        t, share = max(hottest - 1.0, ground), work.consumer_share[i]
        t_back = t - given.consumer_dt_k[row, i] if plan.by_dt[i] else given.consumer_t_return_degc[row, i]
        h_back = at(table, start, per_k, ENTHALPY, t_back)
        if share > 0.0 and last > 0.0 and heat > 0.0 and not plan.by_dt[i]:
            t = ground + (hottest - ground) * share
            estimate = heat / max(at(table, start, per_k, ENTHALPY, t) - h_back, 1000.0)
            power = min(max(last / estimate, 0.1), 10.0)
            if abs(power - 1.0) > 1e-3:
                t = ground + (hottest - ground) * max(share**power, 0.3)
        drop = at(table, start, per_k, ENTHALPY, t) - h_back
        least = 0.05 * 4186.0 * max(hottest - t_back, 1.0)
        work.consumer_m[i] = max(heat / max(drop, least), plan.min_mdot[i])
        now += work.consumer_m[i]
    for cycle in range(len(work.q)):
        work.q[cycle] = work.q[cycle] * (now / before) if before > 0.0 and work.cycle_on[cycle] else 0.0
    for i in range(consumers):
        if work.edge_alive[branches + i] and not plan.by_dt[i]:
            heat_back += work.consumer_m[i] * given.consumer_t_return_degc[row, i]
        elif work.edge_alive[branches + i]:
            heat_back += work.consumer_m[i] * (hottest - given.consumer_dt_k[row, i])
    mean_back = heat_back / now if now > 0.0 else ground
    for i in range(len(plan.plant_start)):
        last = work.plant_m[i]
        work.plant_m[i] = 0.0
        if not work.edge_alive[branches + consumers + i]:
            continue
        if plan.plant_role[i] == BY_FLOW:
            work.plant_m[i] = given.plant_mdot_kg_per_s[row, i]
        elif plan.plant_role[i] == BY_HEAT:
            h_back = work.h[plan.plant_start[i]] if last > 0.0 else at(table, start, per_k, ENTHALPY, mean_back)
            lift = at(table, start, per_k, ENTHALPY, given.plant_t_supply_degc[row, i]) - h_back
            guess = given.plant_heat_mw[row, i] * W_PER_MW / lift if abs(lift) > 1e3 else 0.0
            work.plant_m[i] = max(guess, 1e-6 * now)


@compiled
def _held_back(plan: Plan, work: Work) -> int:
    """Scale plants with a set heat down where they push more than the consumers take: 1 if scaled, 2 if that cannot help."""
    taken, fixed, pushed = 0.0, 0.0, 0.0
    for i in range(len(work.consumer_m)):
        taken += work.consumer_m[i]
    for i in range(len(plan.plant_start)):
        if plan.plant_role[i] == BY_FLOW:
            fixed += work.plant_m[i]
        elif plan.plant_role[i] == BY_HEAT:
            pushed += work.plant_m[i]
    if fixed + pushed < taken:
        return 0
    room = (1.0 - _LEAST_SHARE) * taken - fixed
    if room <= 0.0 or pushed <= 0.0:
        return 2
    for i in range(len(plan.plant_start)):
        if plan.plant_role[i] == BY_HEAT:
            work.plant_m[i] *= room / pushed
    return 1


@compiled
def _set_preheat(plan: Plan, given: Given, row: int, work: Work) -> bool:
    """Set the heat of every pre-heated junction; return whether any is to get some."""
    work.preheat_w[:] = 0.0
    any_heat = False
    for i in range(len(plan.plant_start)):
        if plan.preheat_of_plant[i] >= 0:
            work.preheat_w[plan.preheat_of_plant[i]] += given.plant_heat_mw[row, i] * W_PER_MW
            any_heat = any_heat or given.plant_heat_mw[row, i] != 0.0
    return any_heat


@compiled
def total_flow(work: Work) -> float:
    """Return the flow through all consumers, kg/s."""
    total = 0.0
    for i in range(len(work.consumer_m)):
        total += work.consumer_m[i]
    return total


@compiled
def begin_hour(plan: Plan, given: Given, row: int, work: Work) -> tuple[int, bool]:
    """Find what can flow; return a status (not converged: to be solved) and whether everything rests."""
    hottest = hottest_supply(plan, given, row)
    any_preheat = _set_preheat(plan, given, row, work)
    if _set_edges(plan, given, row, work, hottest):
        find_alive(plan, work)
        for cycle in range(len(work.cycle_on)):
            work.cycle_on[cycle] = work.edge_alive[plan.cycle_branch[plan.cycle_ptr[cycle]]]
    branches, consumers = len(plan.start), len(plan.consumer_start)
    for i in range(consumers):
        if work.edge_alive[branches + i]:
            return NOT_CONVERGED, False
    for i in range(len(plan.plant_start)):
        if plan.plant_role[i] > HOLDING and work.edge_on[branches + consumers + i]:
            return NO_RETURN_FLOW, True
    return (NO_RETURN_FLOW if any_preheat else OK), True


@compiled
def _set_flows(plan: Plan, work: Work) -> float:
    """Carry the flows of consumers and plants along the forest; return the pressure-holding plant's."""
    work.plant_m[plan.holding] = tree_flows(plan, work)
    return work.plant_m[plan.holding]


@compiled
def _sweep(
    plan: Plan, given: Given, row: int, work: Work, supply_count: int, hottest: float, ground: float
) -> tuple[float, float, bool]:
    """Carry temperatures through both lines and find the next flows of consumers and plants.

    Returns the largest relative error of a heat, the largest change of a temperature, and whether a plant has no lift.
    """
    t_ground = given.t_ground_degc[row]
    if directions_changed(plan, work):
        find_order(plan, work)
    work.mix[:] = 0.0
    plants_into_supply(plan, given, row, work)
    moved = sweep_line(plan, work, 0, supply_count, t_ground, ground)
    error = consumers_step(plan, given, row, work, hottest, ground)
    moved = max(moved, sweep_line(plan, work, supply_count, len(work.order), t_ground, ground))
    plant_error, flat = plants_step(plan, given, row, work)
    return max(error, plant_error), moved, flat


@compiled
def _take_next(plan: Plan, work: Work) -> None:
    for i in range(len(work.consumer_m)):
        if work.edge_alive[len(plan.start) + i]:
            work.consumer_m[i] = work.consumer_next[i]
    for i in range(len(work.plant_m)):
        work.plant_m[i] = work.plant_next[i]


@compiled
def _largest_turn(work: Work) -> float:
    """Return the largest change of a circuit's flow since the last point."""
    first = len(work.point) - len(work.q)
    largest = 0.0
    for i in range(len(work.q)):
        largest = max(largest, abs(work.q[i] - work.point[first + i]))
    return largest


@compiled
def solve_hour(plan: Plan, given: Given, row: int, work: Work, supply_count: int) -> tuple[int, int]:
    """Iterate one hour from what `work` holds; return its status (OK: solved) and the rounds it took."""
    hottest, ground = hottest_supply(plan, given, row), mean_ground(plan, given, row)
    _first_flows(plan, given, row, work, hottest, ground)
    held, flat_rounds, remembered, limited = 0, 0, 0, _held_back(plan, work)
    if limited == 2:
        return REVERSED, 0
    if not _set_flows(plan, work) >= 0.0:
        return NOT_CONVERGED, 0
    solve_loops(plan, work, total_flow(work), 1e-4, ground)
    for rounds in range(1, _MOST_ROUNDS + 1):
        gather(work, work.point)
        error, moved, flat = _sweep(plan, given, row, work, supply_count, hottest, ground)
        flat_rounds = flat_rounds + 1 if flat else 0
        if flat_rounds > _ROUNDS_GRANTED:
            return NO_LIFT, rounds
        if not math.isfinite(error):
            return NOT_CONVERGED, rounds
        was_limited = limited
        _take_next(plan, work)
        limited = _held_back(plan, work)
        held = held + 1 if limited else 0
        if limited == 2 or held > _ROUNDS_GRANTED:
            return REVERSED, rounds
        holding = _set_flows(plan, work)
        if not holding >= 0.0:
            return (NOT_CONVERGED if math.isnan(holding) else REVERSED), rounds
        largest = total_flow(work)
        closed = solve_loops(plan, work, largest, min(max(0.01 * error, 1e-11), 1e-4), ground)
        turned = _largest_turn(work) / largest
        done = error <= HEAT_TOLERANCE and moved <= TEMPERATURE_TOLERANCE_K and turned <= TURN_TOLERANCE
        if closed and done and was_limited == 0 and limited == 0 and not flat:
            # the state that was swept is the solution, not the step beyond it
            scatter(plan, work, work.point)
            _set_flows(plan, work)
            all_flows(plan, work)
            return _checked(plan, given, row, work, hottest, ground), rounds
        if limited or flat or error > _ERROR_TO_ACCELERATE:
            remembered = 0
            continue
        gather(work, work.image)
        remembered = accelerate(plan, work, remembered, largest)
        if remembered > 1:
            scatter(plan, work, work.point)
            limited = _held_back(plan, work)
            if limited == 2 or not _set_flows(plan, work) >= 0.0:
                scatter(plan, work, work.image)
                limited, remembered = 0, 0
                _set_flows(plan, work)
            all_flows(plan, work)
    return NOT_CONVERGED, _MOST_ROUNDS


@compiled
def _checked(plan: Plan, given: Given, row: int, work: Work, hottest: float, ground: float) -> int:
    """Refuse pre-heaters without flow, and temperatures that no mixing and cooling of the given ones can lead to."""
    heated = False
    for k in range(len(plan.preheat_at)):
        heated = heated or work.preheat_w[k] != 0.0
        if work.preheat_w[k] != 0.0 and not work.mix[plan.preheat_at[k], 0] > LEAST_FLOW:
            return NO_RETURN_FLOW
    for branch in range(len(plan.start)):
        heated = heated or plan.heater_w[branch] != 0.0
    lowest, highest = math.inf, hottest
    for i in range(given.t_ground_degc.shape[1]):
        lowest = min(lowest, given.t_ground_degc[row, i])
        highest = max(highest, given.t_ground_degc[row, i])
    table_low = plan.table_start
    table_high = table_low + (plan.table.shape[0] - 1) / plan.table_per_k
    seen_low, seen_high = math.inf, -math.inf
    for i in range(len(plan.consumer_start)):
        if work.edge_alive[len(plan.start) + i]:
            seen_low = min(seen_low, work.consumer_t_out[i])
            if not plan.by_dt[i]:
                lowest = min(lowest, given.consumer_t_return_degc[row, i])
    for node in range(len(work.t)):
        if work.alive[node]:
            seen_low, seen_high = min(seen_low, work.t[node], work.t_in[node]), max(seen_high, work.t[node])
    lowest = max(lowest - _RANGE_SLACK_K, table_low)
    highest = table_high if heated else highest + _RANGE_SLACK_K
    if seen_low < lowest or seen_high > highest or (heated and seen_high >= table_high):
        return OUT_OF_RANGE
    for i in range(len(plan.consumer_start)):
        if work.edge_alive[len(plan.start) + i]:
            work.consumer_share[i] = min(max((work.consumer_t[i] - ground) / max(hottest - ground, 1e-6), 0.05), 1.0)
    return OK


def status_names() -> np.ndarray:
    """Return the status of each code."""
    from heatnet.simulate.status import HourStatus

    return np.array(
        [
            HourStatus.OK.value,
            HourStatus.STAGNANT.value,
            HourStatus.UNDERSUPPLIED.value,
            HourStatus.NOT_CONVERGED.value,
            HourStatus.PLANT_FLOW_REVERSED.value,
            HourStatus.NO_TEMPERATURE_LIFT.value,
            HourStatus.NO_RETURN_FLOW.value,
            HourStatus.TEMPERATURE_OUT_OF_RANGE.value,
        ],
        dtype=object,
    )


__all__ = ["OUTSIDE", "begin_hour", "forget", "solve_hour", "status_names"]
