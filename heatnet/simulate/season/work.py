"""Working arrays of the compiled code: the state of the hour in hand, which is also where the next hour begins."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.plan import Plan

#: rounds that the acceleration remembers
DEPTH = 5


class Work(NamedTuple):
    """State of one block of hours.

    Junctions: `t`, `h`, `cp` of the water that leaves; `t_in` before a pre-heater; `mix` of what flows in: sums of flow,
    flow times enthalpy and flow times temperature, number of streams, temperature and enthalpy of the last.
    Branches: flow `m`, flow of the forest alone `m_tree`, direction `way` in which the order was built, outlet `t_out`,
    `h_out`, `cp_out`, `x` = 1/sqrt(lambda). Cycles: flow `q`. `order` lists junctions downstream, with the branches that
    leave each (`leave_ptr`, `leave`); `place` is a junction's place in it.
    """

    t: FloatArray
    h: FloatArray
    cp: FloatArray
    t_in: FloatArray
    mix: FloatArray
    need: FloatArray
    alive: BoolArray
    order: IntArray
    place: IntArray
    forced: BoolArray
    waiting: IntArray
    leave_ptr: IntArray
    leave: IntArray
    p: FloatArray
    m: FloatArray
    m_tree: FloatArray
    way: IntArray
    t_out: FloatArray
    h_out: FloatArray
    cp_out: FloatArray
    x: FloatArray
    rho: FloatArray
    eta: FloatArray
    dp: FloatArray
    slope: FloatArray
    edge_on: BoolArray
    edge_alive: BoolArray
    consumer_m: FloatArray
    consumer_next: FloatArray
    consumer_t_out: FloatArray
    consumer_t: FloatArray
    consumer_share: FloatArray
    wanted: BoolArray
    plant_m: FloatArray
    plant_next: FloatArray
    preheat_w: FloatArray
    q: FloatArray
    q_step: FloatArray
    cycle_on: BoolArray
    residual: FloatArray
    scale: FloatArray
    jac: FloatArray
    factor: FloatArray
    factor_row: IntArray
    factor_used: IntArray
    pivot: FloatArray
    column: FloatArray
    pattern: IntArray
    flag: IntArray
    found_at: IntArray
    low: IntArray
    came_by: IntArray
    next_edge: IntArray
    node_stack: IntArray
    edge_stack: IntArray
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


def new_work(plan: Plan) -> Work:
    """Return working arrays for one block of hours."""
    junctions, branches, cycles = len(plan.elevation_m), len(plan.start), len(plan.cycle_ptr) - 1
    consumers, plants = len(plan.consumer_start), len(plan.plant_start)
    edges = branches + consumers + plants
    unknowns = consumers + plants + cycles

    def floats(count: int, value: float = 0.0) -> FloatArray:
        return np.full(count, value)

    def ints(count: int, value: int = 0) -> IntArray:
        return np.full(count, value, dtype=np.int64)

    def flags(count: int) -> BoolArray:
        return np.zeros(count, dtype=bool)

    arrays: list[Any] = [
        *(floats(junctions) for _ in range(4)),
        np.zeros((junctions, 6)),
        floats(junctions),
        flags(junctions),
        ints(junctions),
        ints(junctions),
        flags(junctions),
        ints(junctions),
        ints(junctions + 1),
        ints(branches),
        floats(junctions),
        floats(branches),
        floats(branches),
        ints(branches, 2),
        *(floats(branches) for _ in range(3)),
        floats(branches, 7.0),
        *(floats(branches, 1.0) for _ in range(2)),
        *(floats(branches) for _ in range(2)),
        *(flags(edges) for _ in range(2)),
        *(floats(consumers) for _ in range(5)),
        flags(consumers),
        *(floats(plants) for _ in range(2)),
        floats(len(plan.preheat_at)),
        *(floats(cycles) for _ in range(2)),
        flags(cycles),
        *(floats(cycles) for _ in range(2)),
        floats(len(plan.jac_row)),
        floats(int(plan.factor_ptr[-1])),
        ints(int(plan.factor_ptr[-1])),
        ints(cycles),
        *(floats(cycles) for _ in range(2)),
        *(ints(cycles) for _ in range(2)),
        *(ints(junctions) for _ in range(5)),
        ints(edges + 1),
        *(floats(unknowns) for _ in range(6)),
        *(np.zeros((DEPTH, unknowns)) for _ in range(4)),
    ]
    return Work(*arrays)
