"""One pass over the network: junctions in the order in which the water reaches them, pipe by pipe, with constant flows.

Every stream is a row of mean enthalpies, one for each split step, so that what flows through a pipe within the step is passed
on, and mixing at junctions conserves energy. Where water runs in a circle no order exists: there a junction takes from the
pipes that come later what they gave in the last pass, and passes are repeated until that no longer changes.
"""

from __future__ import annotations

import math

from heatnet.simulate.transient.compiled import compiled, compiled_entry
from heatnet.simulate.transient.exchange import Wall
from heatnet.simulate.transient.fluid import ENTHALPY, at, temperature
from heatnet.simulate.transient.parcels import MASK, Parcels, Pipe
from heatnet.simulate.transient.pipe import flow_through, rest
from heatnet.simulate.transient.plan import (
    AREA,
    HEATER_BRANCH,
    LENGTH,
    LOSS,
    PIPE_BRANCH,
    WALL,
    Carried,
    Drive,
    Net,
    Water,
    Work,
)

#: flow in kg/s below which a branch rests
LEAST_FLOW = 1e-10
#: what a pass carries heat through
SUPPLY_LINE, RETURN_LINE, BOTH_LINES = 1, 2, 3


@compiled
def _directions_changed(net: Net, drive: Drive, work: Work) -> bool:
    changed = False
    for branch in range(len(net.start)):
        m = drive.mdot[branch]
        way = 1 if m > LEAST_FLOW else (-1 if m < -LEAST_FLOW else 0)
        changed = changed or way != work.way[branch]
        work.way[branch] = way
    for i in range(len(net.consumer_end)):
        draws = drive.consumer_mdot[i] > 0.0
        changed = changed or draws != work.draws[i]
        work.draws[i] = draws
    return changed


@compiled
def _find_order(net: Net, work: Work) -> None:
    """List the junctions downstream; where none is left that all its inflow has reached, take the lowest one."""
    count = len(work.order)
    work.waiting[:] = 0
    work.place[:] = -1
    work.late[:] = False
    for branch in range(len(net.start)):
        if work.way[branch] != 0:
            work.waiting[net.end[branch] if work.way[branch] > 0 else net.start[branch]] += 1
    for i in range(len(net.consumer_end)):
        if work.draws[i]:
            work.waiting[net.consumer_end[i]] += 1
    listed, head, lowest = 0, 0, 0
    for node in range(count):
        if work.waiting[node] == 0:
            work.order[listed], work.place[node] = node, listed
            listed += 1
    while head < count:
        if head == listed:
            while work.place[lowest] >= 0:
                lowest += 1
            work.order[listed], work.place[lowest] = lowest, listed
            listed += 1
        node = work.order[head]
        head += 1
        for k in range(net.at_ptr[node], net.at_ptr[node + 1]):
            branch = net.at_branch[k]
            way = work.way[branch]
            if (way > 0 and net.start[branch] == node) or (way < 0 and net.end[branch] == node):
                listed = _reached(work, net.end[branch] if way > 0 else net.start[branch], listed)
        for k in range(net.served_ptr[node], net.served_ptr[node + 1]):
            if work.draws[net.served[k]]:
                listed = _reached(work, net.consumer_end[net.served[k]], listed)
    for branch in range(len(net.start)):
        a, b = work.place[net.start[branch]], work.place[net.end[branch]]
        work.late[branch] = (work.way[branch] > 0 and b <= a) or (work.way[branch] < 0 and a <= b)


@compiled
def _reached(work: Work, there: int, listed: int) -> int:
    work.waiting[there] -= 1
    if work.waiting[there] == 0 and work.place[there] < 0:
        work.order[listed], work.place[there] = there, listed
        return listed + 1
    return listed


@compiled
def _begin(net: Net, drive: Drive, carried: Carried, work: Work) -> None:
    """Count what plants give and what circles bring into every junction."""
    steps = carried.arriving.shape[1]
    carried.arriving[:] = 0.0
    carried.inflow[:] = 0.0
    for i in range(len(net.plant_end)):
        m = drive.plant_mdot[i]
        if net.plant_end[i] >= 0 and m > 0.0:
            carried.inflow[net.plant_end[i]] += m
            for k in range(steps):
                carried.arriving[net.plant_end[i], k] += m * drive.plant_h[i, k]
    for branch in range(len(net.start)):
        if work.late[branch]:
            _flow_in(net, drive, carried, branch)


@compiled
def _flow_in(net: Net, drive: Drive, carried: Carried, branch: int) -> None:
    m = drive.mdot[branch]
    there = net.end[branch] if m > 0.0 else net.start[branch]
    carried.inflow[there] += abs(m)
    for k in range(carried.out.shape[1]):
        carried.arriving[there, k] += abs(m) * carried.out[branch, k]


@compiled
def _mix(drive: Drive, carried: Carried, node: int) -> None:
    """Turn the sums at a junction into the enthalpies of what arrives and of what leaves."""
    m = carried.inflow[node]
    for k in range(carried.arriving.shape[1]):
        h = carried.arriving[node, k] / m if m > LEAST_FLOW else drive.rest_h[node]
        carried.arriving[node, k] = h
        carried.leaving[node, k] = h + drive.preheat_w[node] / m if m > LEAST_FLOW else h


@compiled
def _serve(net: Net, drive: Drive, carried: Carried, node: int) -> None:
    """Let the consumers at a junction take their heat and send the water into the return line."""
    steps = carried.leaving.shape[1]
    for place in range(net.served_ptr[node], net.served_ptr[node + 1]):
        i = net.served[place]
        m = drive.consumer_mdot[i]
        if m > 0.0:
            carried.inflow[net.consumer_end[i]] += m
        arrives, falls, back = 0.0, 0.0, 0.0
        h_return = 0.0
        if not net.by_dt[i]:
            h_return = at(net.fluid, ENTHALPY, drive.consumer_t_return_degc[i])
        h_floor = at(net.fluid, ENTHALPY, net.floor_degc)
        for k in range(steps):
            h = carried.leaving[node, k]
            # a consumer cannot warm the water
            h_out = min(h, h_return)
            if net.by_dt[i]:
                t = temperature(net.fluid, ENTHALPY, h, 60.0) - drive.consumer_dt_k[i]
                h_out = min(h, max(at(net.fluid, ENTHALPY, t), h_floor))
            arrives += h
            falls += h - h_out
            if m > 0.0:
                if not math.isnan(drive.bypass_w[i]):
                    h_out = max(h - drive.bypass_w[i] / m, h_out)
                carried.arriving[net.consumer_end[i], k] += m * h_out
            back += h_out
        carried.consumer_h[i], carried.consumer_drop[i] = arrives / steps, falls / steps
        carried.consumer_back_h[i] = back / steps


@compiled
def _copy(net: Net, before: Water, after: Water, branch: int) -> None:
    head, count = before.ring[branch, 0], before.ring[branch, 1]
    after.ring[branch, 0], after.ring[branch, 1] = head, count
    for place in range(count):
        i = (head + place) & MASK
        after.volume[branch, i], after.t[branch, i] = before.volume[branch, i], before.t[branch, i]
        after.fall[branch, i] = before.fall[branch, i]
    for j in range(net.cells[branch]):
        after.wall[branch, j] = before.wall[branch, j]


@compiled
def _pipe(net: Net, after: Water, drive: Drive, carried: Carried, work: Work, branch: int) -> None:
    """Carry water through a pipe, or let it rest."""
    geometry, m = net.geometry[branch], drive.mdot[branch]
    pipe = Pipe(
        geometry[AREA] * geometry[LENGTH],
        geometry[AREA],
        geometry[LOSS] / geometry[AREA],
        geometry[WALL] / geometry[AREA],
        drive.film_w_per_mk[branch] / geometry[AREA],
        drive.dispersion_m2_per_s[branch],
        drive.t_ground_degc[net.element[branch]],
    )
    parcels = Parcels(after.volume[branch], after.t[branch], after.fall[branch], after.ring[branch])
    wall = Wall(after.wall[branch], net.cells[branch], work.slope, work.gain)
    if work.way[branch] == 0:
        steps = carried.out.shape[1]
        carried.lost_j[branch] = rest(net.fluid, pipe, parcels, wall, drive.seconds, steps)
    else:
        h_in = carried.leaving[net.start[branch] if m > 0.0 else net.end[branch]]
        carried.lost_j[branch] = flow_through(
            net.fluid, pipe, parcels, wall, work.heat, m, drive.seconds, h_in, carried.out[branch]
        )


@compiled_entry
def carry(
    net: Net, before: Water, after: Water, drive: Drive, carried: Carried, work: Work, moving: bool, lines: int
) -> float:
    """Carry heat through the supply line, the return line or both; return the largest change of what circles bring, J/kg.

    No water of the return line gets into the supply line at a temperature of its own, so that the supply line may be passed
    several times before the return line, with the same drive as the last time. With `moving` the water of the pipes is
    carried on from `before` to `after` over the step; without it what leaves the pipes stands in `carried.out` already, and
    only junctions mix.
    """
    if lines != RETURN_LINE:
        if _directions_changed(net, drive, work):
            _find_order(net, work)
        _begin(net, drive, carried, work)
    largest = 0.0
    for place in range(len(work.order)):
        node = work.order[place]
        if not lines & (SUPPLY_LINE if net.is_supply[node] else RETURN_LINE):
            continue
        _mix(drive, carried, node)
        _serve(net, drive, carried, node)
        for k in range(net.at_ptr[node], net.at_ptr[node + 1]):
            branch = net.at_branch[k]
            way = work.way[branch]
            if not ((way > 0 and net.start[branch] == node) or (way < 0 and net.end[branch] == node)):
                continue
            last = carried.out[branch].sum()
            if net.kind[branch] != PIPE_BRANCH:
                added = net.heater_w[branch] / abs(drive.mdot[branch]) if net.kind[branch] == HEATER_BRANCH else 0.0
                for j in range(carried.out.shape[1]):
                    carried.out[branch, j] = carried.leaving[node, j] + added
            elif moving:
                _copy(net, before, after, branch)
                _pipe(net, after, drive, carried, work, branch)
            if work.late[branch]:
                largest = max(largest, abs(carried.out[branch].sum() - last) / carried.out.shape[1])
            else:
                _flow_in(net, drive, carried, branch)
    if moving:
        _rest(net, before, after, drive, carried, work, lines)
    return largest


@compiled
def _rest(net: Net, before: Water, after: Water, drive: Drive, carried: Carried, work: Work, lines: int) -> None:
    """Let the water of pipes without flow rest."""
    for branch in range(len(net.start)):
        line = SUPPLY_LINE if net.is_supply[net.start[branch]] else RETURN_LINE
        if net.kind[branch] == PIPE_BRANCH and work.way[branch] == 0 and lines & line:
            _copy(net, before, after, branch)
            _pipe(net, after, drive, carried, work, branch)
