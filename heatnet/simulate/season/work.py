"""Working arrays of the compiled code: the states of the hours in hand, from which the next hours begin.

All arrays of floats have one column a lane: an hour that is solved side by side with the others. Loops over lanes are short
and free of branches, so that the compiler turns them into vector instructions. Edges are branches, then consumers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.plan import Core, Plan

#: rounds that the acceleration remembers
DEPTH = 5
_ROWS = 16


class Inlet(NamedTuple):
    """Set values of the hours in hand: of consumers and plants, ground at branches; highest supply of each part, mean ground."""

    heat_w: FloatArray
    t_return: FloatArray
    dt: FloatArray
    mdot: FloatArray
    t_supply: FloatArray
    plant_w: FloatArray
    plant_mdot: FloatArray
    ground: FloatArray
    hottest: FloatArray
    t_rest: FloatArray


class State(NamedTuple):
    """Temperatures and flows.

    Junctions: `t`, `cp` of the water that leaves, `t_given` what it would have without loss; pre-heated ones `t_in` before the
    heat, and the heat `preheat_w`.
    Edges: flow `m`. Branches: outlet `t_out`, `cp_out`; `x` = 1/sqrt(lambda) with the argument of its logarithm and that
    itself, for the next step; density, fluidity, pressure loss and its slope. Consumers: next flow, outlet temperature,
    cooling exponent ln((t_given - t_ground)/(t - t_ground)) and how far t_given lies between ground and the hottest supply,
    whether short of pressure, heat that the station works on.
    Plants: flow, next flow, head. Edges and plants: `on` ones take part if they can, `live` ones lie on a circuit with a
    pressure-holding plant.
    """

    t: FloatArray
    cp: FloatArray
    t_given: FloatArray
    t_in: FloatArray
    preheat_w: FloatArray
    m: FloatArray
    t_out: FloatArray
    cp_out: FloatArray
    x: FloatArray
    inner: FloatArray
    log_inner: FloatArray
    rho: FloatArray
    phi: FloatArray
    dp: FloatArray
    slope: FloatArray
    next_m: FloatArray
    consumer_t_out: FloatArray
    cooling: FloatArray
    given_share: FloatArray
    short: FloatArray
    asked_w: FloatArray
    plant_m: FloatArray
    plant_next: FloatArray
    head: FloatArray
    p: FloatArray
    on: BoolArray
    live: FloatArray
    live_junction: BoolArray


class Order(NamedTuple):
    """In which order the water reaches the junctions, the streams into each, and those that come from later places.

    `counts`: places of the supply line, of both lines, streams from later places.
    """

    order: IntArray
    place: IntArray
    waiting: IntArray
    in_ptr: IntArray
    in_branch: IntArray
    in_up: IntArray
    in_sign: FloatArray
    late: IntArray
    late_t: FloatArray
    forward: BoolArray
    backward: BoolArray
    major: IntArray
    counts: IntArray


class Scratch(NamedTuple):
    """Arrays without memory: sums at junctions, the circuits' matrix, rows by lane, the search for what can flow."""

    need: FloatArray
    ext_m: FloatArray
    ext_mh: FloatArray
    ext_mt: FloatArray
    drop: FloatArray
    conductance: FloatArray
    diagonal: FloatArray
    entries: FloatArray
    level: FloatArray
    rows: FloatArray
    found_at: IntArray
    low: IntArray
    came_by: IntArray
    next_edge: IntArray
    node_stack: IntArray
    edge_stack: IntArray
    all_branches: IntArray
    is_root: IntArray
    ways: FloatArray


class Mix(NamedTuple):
    """Memory of the acceleration; vectors hold flows of consumers, plants and chords."""

    point: FloatArray
    image: FloatArray
    weight: FloatArray
    last_f: FloatArray
    last_g: FloatArray
    rest: FloatArray
    df: FloatArray
    dg: FloatArray
    basis: FloatArray
    carried: FloatArray


class Work(NamedTuple):
    """Everything that one thread needs."""

    inlet: Inlet
    state: State
    order: Order
    scratch: Scratch
    mix: Mix


def new_work(plan: Plan, lanes: int) -> Work:
    """Return working arrays for one thread."""
    junctions, branches = len(plan.graph.elevation_m), len(plan.graph.start)
    consumers, plants = len(plan.users.consumer_start), len(plan.users.plant_start)
    edges, preheats, listed = branches + consumers, len(plan.users.preheat_at), 2 * branches

    def by_lane(count: int) -> FloatArray:
        return np.zeros((count, lanes))

    def ints(count: int) -> IntArray:
        return np.full(count, -1, dtype=np.int64)

    def flags(*shape: int) -> BoolArray:
        return np.zeros(shape, dtype=bool)

    inlet: list[Any] = [
        *(by_lane(consumers) for _ in range(4)),
        *(by_lane(plants) for _ in range(3)),
        by_lane(branches),
        by_lane(max(len(plan.users.holding), 1)),
        np.zeros(lanes),
    ]
    state: list[Any] = [
        *(by_lane(junctions) for _ in range(3)),
        *(by_lane(preheats) for _ in range(2)),
        by_lane(edges),
        *(by_lane(branches) for _ in range(9)),
        *(by_lane(consumers) for _ in range(6)),
        *(by_lane(plants) for _ in range(3)),
        by_lane(junctions),
        flags(edges + plants, lanes),
        by_lane(edges + plants),
        flags(junctions, lanes),
    ]
    order: list[Any] = [
        *(ints(junctions) for _ in range(3)),
        ints(junctions + 1),
        *(ints(listed) for _ in range(2)),
        np.zeros(listed),
        ints(listed),
        by_lane(listed),
        *(flags(branches) for _ in range(2)),
        np.zeros(branches, dtype=np.int64),
        np.zeros(3, dtype=np.int64),
    ]
    return Work(Inlet(*inlet), State(*state), Order(*order), _scratch(plan, by_lane, ints), _mix(plan, by_lane, lanes))


def _scratch(plan: Plan, by_lane: Callable[[int], FloatArray], ints: Callable[[int], IntArray]) -> Scratch:
    junctions = len(plan.graph.elevation_m)

    def larger(size: Callable[[Core], int]) -> FloatArray:
        return by_lane(max(size(plan.base), size(plan.full)))

    is_root = np.zeros(junctions, dtype=np.int64)
    is_root[plan.users.plant_start[plan.users.holding]] = 1
    is_root[plan.users.plant_end[plan.users.holding]] = 1
    arrays: list[Any] = [
        *(by_lane(junctions) for _ in range(4)),
        *(larger(lambda core: len(core.edge)) for _ in range(2)),
        larger(lambda core: core.free),
        larger(lambda core: len(core.col_row)),
        larger(lambda core: core.free + len(core.fixed_of)),
        by_lane(_ROWS),
        *(ints(junctions) for _ in range(5)),
        ints(len(plan.graph.edge_of) // 2 + 1),
        np.arange(len(plan.graph.start)),
        is_root,
        np.zeros(3 * len(plan.graph.start)),
    ]
    return Scratch(*arrays)


def _mix(plan: Plan, by_lane: Callable[[int], FloatArray], lanes: int) -> Mix:
    unknowns = len(plan.users.consumer_start) + len(plan.users.plant_start)
    unknowns += max(len(plan.base.chord), len(plan.full.chord))
    return Mix(*(by_lane(unknowns) for _ in range(6)), *(np.zeros((DEPTH, unknowns, lanes)) for _ in range(4)))
