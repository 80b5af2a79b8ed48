"""Whether a schedule keeps every limit, from the problem and the frames of the result alone: no equation of the programme.

Walks through the hours of each unit as an operator would read his log: which boilers run, since when, how far the heat moved.
"""

from __future__ import annotations

import numpy as np

from heatnet.model.supply import DispatchProblem, DispatchResult, SupplyUnit

#: MW, MWh: the solver's tolerance of rows of many terms
TOLERANCE = 1e-4


def broken_limits(problem: DispatchProblem, result: DispatchResult) -> list[str]:
    """Return a sentence for every limit that a schedule breaks; units whose boilers are of one size only."""
    found = _balances(problem, result) + _stores(problem, result) + _reserves(problem, result)
    found += _sites(problem, result) + _pipe_limits(problem, result)
    for unit in problem.units:
        heat = result.heat_mw[unit.id].to_numpy()
        found += _say(unit.id, "heat below its minimum", heat < unit.take_min_mw - TOLERANCE)
        found += _say(unit.id, "heat above what is available", heat > unit.available_mw + TOLERANCE)
        if unit.year_max_mwh is not None and heat.sum() > unit.year_max_mwh + TOLERANCE:
            found.append(f"{unit.id}: {heat.sum()} MWh, at most {unit.year_max_mwh}")
        if unit.year_min_mwh is not None and heat.sum() < unit.year_min_mwh - TOLERANCE:
            found.append(f"{unit.id}: {heat.sum()} MWh, at least {unit.year_min_mwh}")
        if unit.commitment is not None:
            found += _unit_log(unit, heat, result.unit_on[unit.id].to_numpy(), result.unit_start[unit.id].to_numpy())
    return found


def _say(name: str, text: str, where: np.ndarray) -> list[str]:
    return [f"{name}: {text} in hour {hour}" for hour in np.flatnonzero(where)]


def _balances(problem: DispatchProblem, result: DispatchResult) -> list[str]:
    found = []
    for balance in problem.balances:
        left = result.unmet_mw[balance] - result.dumped_mw[balance] - problem.demand_of(balance)
        for unit in problem.units:
            heat = result.heat_mw[unit.id]
            left = left + heat * (unit.balance == balance) - heat * unit.draw_per_heat * (unit.draws_from == balance)
        for store in problem.stores:
            if store.balance == balance:
                left = left + result.store_discharge_mw[store.id] - result.store_charge_mw[store.id]
        for transfer in problem.transfers:
            net = result.transfer_mw[transfer.id]
            there, back = net.clip(lower=0), (-net).clip(lower=0)
            kept = 1 - transfer.loss_share
            found += _say(transfer.id, "more than it carries", (there > transfer.capacity_mw + TOLERANCE).to_numpy())
            found += _say(
                transfer.id, "more than it carries back", (back > transfer.capacity_back_mw + TOLERANCE).to_numpy()
            )
            left = left + (kept * back - there) * (transfer.from_balance == balance)
            left = left + (kept * there - back) * (transfer.to_balance == balance)
        found += _say(balance, "heat out of nothing or into nothing", (left.abs() > TOLERANCE).to_numpy())
    return found


def _stores(problem: DispatchProblem, result: DispatchResult) -> list[str]:
    found = []
    for store in problem.stores:
        level, charge, discharge = (
            frame[store.id].to_numpy()
            for frame in (result.store_level_mwh, result.store_charge_mw, result.store_discharge_mw)
        )
        after = (1 - store.loss_share_per_h) * level + charge - discharge
        following = np.append(level[1:], level[0] if store.level_first_mwh is None else after[-1])
        found += _say(store.id, "a level that does not follow", np.abs(after - following) > TOLERANCE)
        found += _say(
            store.id, "above full or below empty", (after > store.energy_mwh + TOLERANCE) | (after < -TOLERANCE)
        )
        found += _say(store.id, "charged too fast", charge > store.charge_mw + TOLERANCE)
        found += _say(store.id, "discharged too fast", discharge > store.discharge_mw + TOLERANCE)
    return found


def _electricity(unit: SupplyUnit, result: DispatchResult) -> np.ndarray:
    """Return what a unit of equal boilers draws: for its heat, and for being on."""
    drawn = result.heat_mw[unit.id].to_numpy() * unit.power_per_heat
    if unit.commitment is not None:
        count = len(unit.commitment.sizes_mw) or 1
        drawn = drawn + unit.commitment.no_load_power_mw * result.unit_on[unit.id].to_numpy() / count
    return drawn


def _sites(problem: DispatchProblem, result: DispatchResult) -> list[str]:
    found = []
    units = {unit.id: unit for unit in problem.units}
    for site in problem.sites:
        drawn = {name: _electricity(units[name], result) for name in site.units}
        load = site.base_mw + sum(drawn.values())
        for name, saved in site.saved_per_heat.items():
            load = load - saved * result.heat_mw[name].to_numpy()
        for battery in site.batteries:
            load = load + (result.battery_charge_mw[battery.id] - result.battery_discharge_mw[battery.id]).to_numpy()
        bought, sold = result.site_import_mw[site.id].to_numpy(), result.site_export_mw[site.id].to_numpy()
        left = bought - sold + result.pv_used_mw[site.id].to_numpy() - load
        found += _say(site.id, "electricity out of nothing or into nothing", np.abs(left) > TOLERANCE)
        found += _say(site.id, "imports too much", bought > site.import_limit_mw + TOLERANCE)
        for limit in site.limits:
            taken = sum(limit.weight[name] * drawn[name][limit.rows] for name in limit.weight)
            found += _say(f"{site.id} {limit.element}", "overloaded", taken > limit.room_mw + TOLERANCE)
    return found


def _pipe_limits(problem: DispatchProblem, result: DispatchResult) -> list[str]:
    """Hold limits of pipes one by one: a schedule may pass them by what it says, and no more."""
    found = []
    for limit in problem.limits:
        weighed = sum(weight * result.heat_mw[name].to_numpy()[limit.rows] for name, weight in limit.weight.items())
        over = weighed - result.limit_excess_mw[limit.id].to_numpy()[limit.rows] - limit.room_mw
        found += _say(limit.id, "passed by more than is told", over > TOLERANCE)
    return found


def _reserves(problem: DispatchProblem, result: DispatchResult) -> list[str]:
    found = []
    for balance, asked in problem.reserve_mw.items():
        ready = result.reserve_short_mw[balance].to_numpy().copy()
        for unit in problem.units:
            if unit.balance == balance:
                count = len(unit.commitment.sizes_mw) or 1 if unit.commitment else 1
                on = result.unit_on[unit.id].to_numpy() / count if unit.commitment else 1.0
                ready += on * unit.available_mw - result.heat_mw[unit.id].to_numpy()
        found += _say(balance, "reserve missing", ready < asked - TOLERANCE)
    return found


def _unit_log(unit: SupplyUnit, heat: np.ndarray, on: np.ndarray, start: np.ndarray) -> list[str]:
    """Read the log of a unit of equal boilers; starts and stops of several are paired first in, first out."""
    own = unit.commitment
    count = len(own.sizes_mw) or 1
    least, most = own.min_mw / count, unit.available_mw / count
    found = _say(unit.id, "part of a boiler", np.abs(on - np.round(on)) > 1e-9)
    found += _say(unit.id, "below least load", heat < on * least - TOLERANCE)
    found += _say(unit.id, "above the load of what is on", heat > on * most + TOLERANCE)
    if own.maintenance is not None:
        found += _say(unit.id, "runs in maintenance", own.maintenance & (on > 0))
    known = own.state_h is not None
    before = count * int(own.state_h > 0) if known else on[0]
    running = [-own.state_h if known else -10_000] * int(before)
    resting = [own.state_h if known and own.state_h < 0 else -10_000] * int(count - before)
    for hour, now in enumerate(on):
        was = before if hour == 0 else on[hour - 1]
        starts = int(start[hour])
        stops = round(was - now) + starts
        if starts < 0 or stops < 0:
            found.append(f"{unit.id}: a start that is none in hour {hour}")
            continue
        for _each in range(starts):
            since = resting.pop(0)
            out = own.maintenance is not None and own.maintenance[max(hour - own.start_h, 0) : hour].any()
            if hour - since < max(own.min_down_h, 1) or out:
                found.append(f"{unit.id}: started too early in hour {hour}")
            if hour - max(since, 0 if known else -10_000) < own.start_h:
                found.append(f"{unit.id}: no time to start in hour {hour}")
        for _each in range(stops):
            since = running.pop(0)
            # what was started before the horizon stops where it cannot run; a later start leaves room for its least time
            forced = since < 0 and not _can_run(unit, hour)
            if hour - since < own.min_up_h and not forced:
                found.append(f"{unit.id}: stopped too early in hour {hour}")
        running += [hour] * starts
        resting += [hour] * stops
        if hour:
            found += _ramps(unit, count, heat[hour] - heat[hour - 1], starts, stops, (was, now), hour)
    return found


def _can_run(unit: SupplyUnit, hour: int) -> bool:
    out = unit.commitment.maintenance
    return unit.available_mw[hour] >= unit.commitment.min_mw and not (out is not None and out[hour])


def _ramps(
    unit: SupplyUnit, count: int, moved: float, starts: int, stops: int, on: tuple[float, float], hour: int
) -> list[str]:
    own, found = unit.commitment, []
    up, down = own.ramp_up_mw_per_h, own.ramp_down_mw_per_h
    if up is not None:
        first = own.start_max_mw if own.start_max_mw is not None else max(up, own.min_mw)
        if moved > (up * (on[1] - starts) + first * starts) / count + TOLERANCE:
            found.append(f"{unit.id}: up by {moved} MW in hour {hour}")
    if down is not None:
        last = own.stop_max_mw if own.stop_max_mw is not None else max(down, own.min_mw)
        if -moved > (down * (on[0] - stops) + last * stops) / count + TOLERANCE:
            found.append(f"{unit.id}: down by {-moved} MW in hour {hour}")
    return found
