"""One hour of a network, and many of them."""

from __future__ import annotations

import math
from typing import NamedTuple

from heatnet.physics.arrays import FloatArray
from heatnet.steam.compiled import compiled, compiled_entry
from heatnet.steam.flows import accumulate, all_flow, first_chords, step_chords, step_consumers
from heatnet.steam.fluid import P_HIGH, P_LOW, state, vapour_enthalpy
from heatnet.steam.given import BY_NEED, OWN, Given
from heatnet.steam.march import CONDENSATE
from heatnet.steam.plan import NOWHERE, PRESSURE, IntArray, Plan
from heatnet.steam.status import (
    BELOW_SATURATION,
    CHOKED,
    FLOODED,
    NOT_CONVERGED,
    OK,
    OUT_OF_RANGE,
    PLANT_FLOW_REVERSED,
    STAGNANT,
    UNDERSUPPLIED,
    WET,
)
from heatnet.steam.sweep import BOTH, FORWARD, REST, set_plants, set_pressures, sweep
from heatnet.steam.work import Work

#: relative change at which an hour is done: flows, enthalpies, pressures, heat
DONE = 1e-8
_MOST_SWEEPS = 300
#: a choked hour is given up once its flows stand still
_STEADY, _CHOKED_SWEEPS = 1e-5, 3
#: shortest steps of chords
_LEAST_SHARE = 0.01
#: shortfall of pressure that counts, bar as a share
_SHORT_SHARE = 1e-7
#: flow that counts as none, kg/s
_STILL = 1e-6
#: rounds of the search for the largest flow
_BISECTIONS = 40


class Raw(NamedTuple):
    """States of many hours as `Work` holds them, over rows."""

    consumer_m: FloatArray
    plant_m: FloatArray
    plant_h: FloatArray
    f: FloatArray
    c: FloatArray
    direction: IntArray
    out: FloatArray
    p: FloatArray
    h: FloatArray
    cold: FloatArray
    status: IntArray
    largest: FloatArray
    sweeps: IntArray


@compiled
def begin(fluid: FloatArray, plan: Plan, given: Given, row: int, scale: float, work: Work) -> None:
    """Set a first guess: the plants' pressures everywhere, no loss."""
    for node in range(len(plan.part)):
        plant = plan.part[node]
        work.p[node] = 1e6
        if plant != NOWHERE:
            guess = given.plant_p[row, plant]
            work.p[node] = min(max(guess, 1.2 * fluid[P_LOW]), 0.99 * fluid[P_HIGH]) if guess > 0.0 else 1e6
    for plant in range(len(plan.plant_node)):
        if plan.plant_role[plant] == PRESSURE and given.mode[plant] == BY_NEED:
            highest = 0.0
            for i in range(len(plan.consumer_node)):
                if plan.part[plan.consumer_node[i]] == plant and given.least_p[i] > highest:
                    highest = given.least_p[i]
            if highest > 0.0:
                for node in range(len(plan.part)):
                    if plan.part[node] == plant:
                        work.p[node] = min(1.3 * highest, 0.99 * fluid[P_HIGH])
    set_plants(fluid, plan, given, row, work)
    for node in range(len(plan.part)):
        plant = plan.part[node]
        work.h[node] = work.plant_h[plant] if plant != NOWHERE else math.nan
    for i in range(len(plan.consumer_node)):
        plant = plan.part[plan.consumer_node[i]]
        work.consumer_m[i] = 0.0
        if plant != NOWHERE:
            drop = work.plant_h[plant] - given.h_condensate[row, i]
            work.consumer_m[i] = scale * (
                given.consumer_flow[row, i] if given.by_flow[i] else given.consumer_heat[row, i] / drop
            )
    work.c[:] = 0.0
    work.f[:] = 0.0
    work.fall[:] = 0.0


@compiled
def product_pv(fluid: FloatArray, plan: Plan, work: Work) -> float:
    """Return pressure times volume at the first plant that holds a pressure, for first guesses of drops."""
    node = plan.order[0]
    p, h = work.p[node], work.h[node]
    return p * state(fluid, h < vapour_enthalpy(fluid, p), p, h)[0]


@compiled
def solve(fluid: FloatArray, plan: Plan, given: Given, row: int, scale: float, warm: bool, work: Work) -> int:
    """Solve one hour with all demands times `scale` and return its status."""
    if not warm:
        begin(fluid, plan, given, row, scale, work)
        set_plants(fluid, plan, given, row, work)
        first_chords(plan, work, product_pv(fluid, plan, work))
    else:
        set_pressures(fluid, plan, given, row, work)
        step_consumers(plan, given, row, scale, work)
        work.learnt[:, :] = 0.0
    pv = product_pv(fluid, plan, work)
    choked_sweeps, choked, flooded, below, done = 0, False, False, False, False
    share, before = 1.0, math.inf
    for count in range(_MOST_SWEEPS):
        work.sweeps[0] = count + 1
        below = set_plants(fluid, plan, given, row, work)
        accumulate(plan, work)
        total = all_flow(plan, work)
        changed, choked, flooded = sweep(fluid, plan, given, row, work, total)
        pressures = set_pressures(fluid, plan, given, row, work)
        chords, wrong = step_chords(plan, work, pv, total, share, count > 0)
        # a step that does not bring the circuits nearer was too long: there the drop hardly grows with the flow
        share = max(0.5 * share, _LEAST_SHARE) if wrong > (1.0 - 0.3 * share) * before else min(1.5 * share, 1.0)
        before, chords = wrong, max(chords, wrong)
        heat = step_consumers(plan, given, row, scale, work)
        choked_sweeps = choked_sweeps + 1 if choked else 0
        flows = max(changed, chords, heat)
        if max(flows, pressures) < DONE:
            done = True
            break
        if choked_sweeps >= _CHOKED_SWEEPS and (flows < _STEADY or choked_sweeps > 60):
            break
    if below:
        return BELOW_SATURATION
    if choked:
        return CHOKED
    if not done:
        return NOT_CONVERGED
    return verdict(fluid, plan, given, row, flooded, work)


@compiled
def verdict(fluid: FloatArray, plan: Plan, given: Given, row: int, flooded: bool, work: Work) -> int:
    """Return the status of an hour whose iteration has settled."""
    if flooded:
        return FLOODED
    for i in range(len(plan.plant_node)):
        if plan.plant_role[i] != PRESSURE:
            continue
        if work.plant_m[i] < -1e-9:
            return PLANT_FLOW_REVERSED
        p = work.p[plan.plant_node[i]]
        if given.mode[i] != OWN and (p >= 0.9998 * fluid[P_HIGH] or p <= 1.006 * fluid[P_LOW]):
            return OUT_OF_RANGE
    if short_of_pressure(plan, given, work):
        return UNDERSUPPLIED
    still, wet = False, False
    for e in range(len(plan.near)):
        passed = abs(work.f[e]) if work.direction[e] == FORWARD else abs(work.f[e] + work.c[e])
        still = still or work.direction[e] == REST or work.direction[e] == BOTH or passed < _STILL
        wet = wet or work.out[e, CONDENSATE] > 0.0
    for i in range(len(plan.consumer_node)):
        node = plan.consumer_node[i]
        if plan.part[node] != NOWHERE and not work.cold[node]:
            wet = wet or work.h[node] < vapour_enthalpy(fluid, work.p[node]) - 1e-3
    if still:
        return STAGNANT
    return WET if wet else OK


@compiled
def short_of_pressure(plan: Plan, given: Given, work: Work) -> bool:
    """Return whether a consumer that takes steam has less than the pressure that it needs."""
    for i in range(len(plan.consumer_node)):
        node = plan.consumer_node[i]
        if (
            plan.part[node] != NOWHERE
            and work.consumer_m[i] > 0.0
            and work.p[node] < given.least_p[i] * (1.0 - _SHORT_SHARE)
        ):
            return True
    return False


@compiled
def largest_scale(fluid: FloatArray, plan: Plan, given: Given, row: int, work: Work) -> float:
    """Return the largest scale of all demands with which pressure suffices; the last state solved is that one's."""
    low, high, best = 0.0, 1.0, 0.0
    for _round in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        status = solve(fluid, plan, given, row, middle, False, work)
        if status in (CHOKED, UNDERSUPPLIED, NOT_CONVERGED):
            high = middle
        else:
            low, best = middle, middle
        if high - low < 1e-7 * high:
            break
    return best


@compiled
def keep(work: Work, raw: Raw, row: int, status: int) -> None:
    """Write an hour's state."""
    raw.consumer_m[row, :] = work.consumer_m
    raw.plant_m[row, :] = work.plant_m
    raw.plant_h[row, :] = work.plant_h
    raw.f[row, :] = work.f
    raw.c[row, :] = work.c
    raw.direction[row, :] = work.direction
    raw.out[row, :, :] = work.out
    raw.p[row, :] = work.p
    raw.h[row, :] = work.h
    for node in range(len(work.cold)):
        raw.cold[row, node] = 1.0 if work.cold[node] else 0.0
    raw.status[row] = status
    raw.sweeps[row] = work.sweeps[0]


@compiled_entry
def solve_rows(
    fluid: FloatArray,
    plan: Plan,
    given: Given,
    rows: IntArray,
    scale: FloatArray,
    search: bool,
    cut: bool,
    work: Work,
    raw: Raw,
) -> None:
    """Solve hours one after the other, each from the last.

    Parameters
    ----------
    fluid : ndarray
    plan : Plan
    given : Given
    rows : ndarray of int
        Hours, in the order in which they are solved.
    scale : ndarray, shape (rows of `given`,)
        Factor on all demands.
    search : bool
        Whether to look for the largest flow in hours whose pressure does not suffice.
    cut : bool
        Whether to cut all demands of such hours to that flow; with `search`.
    work : Work
    raw : Raw
        Written at each row.
    """
    warm = False
    for row in rows:
        status = NOT_CONVERGED
        if warm:
            status = solve(fluid, plan, given, row, scale[row], True, work)
        if status >= UNDERSUPPLIED:
            status = solve(fluid, plan, given, row, scale[row], False, work)
        warm = status < UNDERSUPPLIED
        raw.largest[row] = math.nan
        keep(work, raw, row, status)
        if search and status in (CHOKED, UNDERSUPPLIED):
            best = largest_scale(fluid, plan, given, row, work)
            if best > 0.0:
                found = solve(fluid, plan, given, row, best, False, work)
                for i in range(len(plan.plant_role)):
                    if plan.plant_role[i] == PRESSURE:
                        raw.largest[row] = (
                            work.plant_m[i] if math.isnan(raw.largest[row]) else (raw.largest[row] + work.plant_m[i])
                        )
                if cut and found < CHOKED:
                    keep(work, raw, row, UNDERSUPPLIED)
