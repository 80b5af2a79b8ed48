"""The state of one hour while it is being solved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.steam.march import COLUMNS, TRACE
from heatnet.steam.plan import IntArray, Plan


class Work(NamedTuple):
    """Arrays of one hour, SI units.

    Parameters
    ----------
    consumer_m : ndarray, shape (consumers,)
    plant_m, plant_h : ndarray, shape (plants,)
        Flow and enthalpy of the steam that plants give.
    f : ndarray, shape (pipes,)
        Flow that arrives at the far end, positive from near to far.
    c : ndarray, shape (pipes,)
        Condensate drained from the pipe; the near end passes f + c.
    direction : ndarray of int, shape (pipes,)
        1 near to far, -1 far to near, 2 from both ends, 0 at rest.
    fall : ndarray, shape (pipes,)
        p_near² - p_far².
    out : ndarray, shape (pipes, COLUMNS)
    p, h : ndarray, shape (nodes,)
    cold : ndarray of bool, shape (nodes,)
        Nodes that no steam reaches.
    marched : ndarray of bool, shape (pipes,)
        Pipes that this sweep has been through.
    sum_m, sum_e, spare_h, through : ndarray, shape (nodes,)
        Flow and energy that arrive; enthalpy that arrives without flow; balance of the tree.
    waiting, queue : ndarray of int, shape (nodes,)
    matrix, learnt : ndarray, shape (circuits, circuits)
        How the circuits' mismatch falls with the chords' flows, and what earlier steps tell beyond it.
    wrong, step, last_wrong, last_step : ndarray, shape (circuits,)
        Mismatch (Pa²) and step (kg/s) of this sweep and of the last one.
    ends : ndarray, shape (2, COLUMNS)
        Marches of a pipe that steam enters from both ends.
    trace : ndarray, shape (0, TRACE)
    sweeps : ndarray of int, shape (1,)
        Sweeps that the hour took.
    """

    consumer_m: FloatArray
    plant_m: FloatArray
    plant_h: FloatArray
    f: FloatArray
    c: FloatArray
    direction: IntArray
    fall: FloatArray
    out: FloatArray
    p: FloatArray
    h: FloatArray
    cold: np.ndarray
    marched: np.ndarray
    sum_m: FloatArray
    sum_e: FloatArray
    spare_h: FloatArray
    through: FloatArray
    waiting: IntArray
    queue: IntArray
    matrix: FloatArray
    learnt: FloatArray
    wrong: FloatArray
    step: FloatArray
    last_wrong: FloatArray
    last_step: FloatArray
    ends: FloatArray
    trace: FloatArray
    sweeps: IntArray


def new_work(plan: Plan) -> Work:
    """Return arrays for hours of a network."""
    pipes, nodes, circuits = len(plan.near), len(plan.height), len(plan.chords)

    def numbers(*shape: int) -> FloatArray:
        return np.zeros(shape)

    return Work(
        consumer_m=numbers(len(plan.consumer_node)),
        plant_m=numbers(len(plan.plant_node)),
        plant_h=numbers(len(plan.plant_node)),
        f=numbers(pipes),
        c=numbers(pipes),
        direction=np.zeros(pipes, dtype=np.int64),
        fall=numbers(pipes),
        out=numbers(pipes, COLUMNS),
        p=numbers(nodes),
        h=numbers(nodes),
        cold=np.zeros(nodes, dtype=bool),
        marched=np.zeros(pipes, dtype=bool),
        sum_m=numbers(nodes),
        sum_e=numbers(nodes),
        spare_h=numbers(nodes),
        through=numbers(nodes),
        waiting=np.zeros(nodes, dtype=np.int64),
        queue=np.zeros(nodes, dtype=np.int64),
        matrix=numbers(circuits, circuits),
        learnt=numbers(circuits, circuits),
        wrong=numbers(circuits),
        step=numbers(circuits),
        last_wrong=numbers(circuits),
        last_step=numbers(circuits),
        ends=numbers(2, COLUMNS),
        trace=numbers(0, TRACE),
        sweeps=np.zeros(1, dtype=np.int64),
    )
