"""Hours that rounds do not bring to rest: implicit steps in all flows at once.

Where buoyancy drives rings in which next to nothing else flows, every flow hangs steeply on every other. The unknowns
:math:`y` are the logarithms of the flows that consumers and plants set by heat, and the chords' flows as shares of the
whole; the residuals :math:`r` are relative errors of heats, and the pressures missing around circuits over the largest at
the beginning. Pseudo-transient continuation (C. T. Kelley, D. E. Keyes, SIAM J. Numer. Anal. 35 (1998) 508) solves

.. math:: (I / \\delta + J)\\,\\Delta y = -r, \\qquad J = \\partial r / \\partial y ,

which for a short time :math:`\\delta` follows water with inertia on its way to rest and for a long one is Newton's method.
J is found by differences: every unknown is moved in a lane of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from heatnet.adapters.layout import IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.begin import NOT_CONVERGED, RUNNING
from heatnet.simulate.season.plan import BY_HEAT, Plan
from heatnet.simulate.season.pressure import set_pressures
from heatnet.simulate.season.refs import referenced
from heatnet.simulate.season.rounds import LATE, RUNS, TURNED, begin_block, begin_rounds, judge, pass_round, put_point
from heatnet.simulate.season.work import Work, new_work

#: lanes for the differences; unknowns above which an hour is left to the rounds (their matrix is full)
_LANES, _MOST_UNKNOWNS = 64, 1500
_MOST_STEPS, _MOST_TRIES = 1000, 40
_DIFFERENCE = 1e-6
#: times: at first, the longest, factors after a bad and after a good prediction; from the least Newton time a step counts
_FIRST_TIME, _LONGEST_TIME, _SHORTER, _LONGER, _NEWTON_TIME = 0.1, 1e12, 0.4, 3.0, 1e3
#: error of the linear prediction over the residual up to which a step is taken, and a longer one follows
_GOOD, _VERY_GOOD = 1.0, 0.5
#: longest step of a logarithm; of a chord: share of itself and of the whole flow
_LONGEST_LOG, _LONGEST_SHARE, _LONGEST_OF_WHOLE = 0.5, 0.5, 0.3
_TOLERANCE = 1e-8
#: flow in kg/s that is none; flow of plants with a set heat over that of consumers from which no state lies ahead
_LEAST, _MOST_PUSHED = 1e-30, 5.0
_LATE_TOLERANCE_K, _MOST_PASSES = 1e-9, 200


@dataclass(frozen=True, eq=False)
class _Lanes:
    """Working arrays with as many lanes as `figures` has columns, as Python and as compiled code sees them."""

    work: Work
    reference: Any
    figures: FloatArray

    @classmethod
    def of(cls, plan: Plan, lanes: int) -> _Lanes:
        work = new_work(plan, lanes)
        return cls(work, referenced(work), np.zeros((TURNED + 1, lanes)))


class StepSolver:
    """Solves hours on their own by implicit steps.

    Parameters
    ----------
    plan : Plan
    whole, base : references
        Of the plan, and of its circuits without consumers.
    """

    def __init__(self, plan: Plan, whole: Any, base: Any) -> None:
        self._plan, self._whole, self._base = plan, whole, base
        self._one, self._many = _Lanes.of(plan, 1), _Lanes.of(plan, _LANES)
        self._consumers, self._chords = len(plan.users.consumer_start), plan.base.chord
        self._flows = np.zeros(0)
        self._logs = self._shares = np.zeros(0, dtype=np.int64)
        self._total = 1.0

    @property
    def work(self) -> Any:
        """Reference of the working arrays that hold the solved hour."""
        return self._one.reference

    def solve(self, given: Any, row: IntArray, status: IntArray) -> None:
        """Solve the hour `row`, from nothing; set its status: running where its consumers' pressures decide."""
        status[:] = NOT_CONVERGED
        if not self._begin(given, row):
            return
        y = self._values(self._flows)
        scale = np.ones(len(y))
        missing = np.abs(self._residuals(self._one, y[:, np.newaxis])[len(self._logs) :, 0])
        scale[len(self._logs) :] = max(float(missing.max(initial=0.0)), 1e-9)
        if self._walk(y, scale):
            status[:] = RUNNING
            judge(self._whole, self._one.reference, status, self._one.figures)

    def _begin(self, given: Any, row: IntArray) -> bool:
        """Take the set values and find the unknowns; return whether implicit steps can solve this hour."""
        for lanes in (self._one, self._many):
            count = lanes.figures.shape[1]
            begun = np.zeros(count, dtype=np.int64)
            through = begin_block(self._whole, given, np.repeat(row, count), lanes.reference, False, begun)
            if through or begun[0] != RUNNING:
                return False
            # the first flows are those of cold water, which nothing drives but pumps
            lanes.work.state.t[:] = lanes.work.inlet.t_rest
            lanes.work.state.t_out[:] = lanes.work.inlet.t_rest
            begin_rounds(self._whole, self._base, lanes.reference, begun, lanes.figures, False)
            lanes.figures[RUNS] = 1.0
        users, state, first = self._plan.users, self._one.work.state, len(self._plan.graph.start)
        self._flows = np.concatenate([state.m[first:, 0], state.plant_m[:, 0], state.m[self._chords, 0]])
        live = np.concatenate([state.live[first:, 0], state.live[self._chords, 0]]) > 0.0
        by_heat = np.concatenate([~users.by_flow, users.plant_role == BY_HEAT])
        edges = self._consumers + len(users.plant_start)
        self._logs = np.flatnonzero(live[:edges] & by_heat & (self._flows[:edges] > 0.0))
        self._shares = edges + np.flatnonzero(live[edges:])
        self._total = float(self._flows[: self._consumers].sum())
        return 0 < len(self._logs) + len(self._shares) <= _MOST_UNKNOWNS and self._total > 0.0

    def _values(self, flows: FloatArray) -> FloatArray:
        return np.concatenate([np.log(flows[self._logs] / self._total), flows[self._shares] / self._total])

    def _residuals(self, lanes: _Lanes, y: FloatArray) -> FloatArray:
        """Return the residuals of points, one a column and lane, relative and in bar."""
        point, logs = lanes.work.mix.point, len(self._logs)
        point[: len(self._flows)] = self._flows[:, np.newaxis]
        point[self._logs] = np.exp(y[:logs]) * self._total
        point[self._shares] = y[logs:] * self._total
        put_point(self._whole, self._base, lanes.reference)
        for passes in range(_MOST_PASSES):
            pass_round(self._whole, self._base, lanes.reference, lanes.figures)
            if passes > 0 and lanes.figures[LATE].max() <= _LATE_TOLERANCE_K:
                break
        set_pressures(self._whole, lanes.reference, False)
        state, graph, first = lanes.work.state, self._plan.graph, len(self._plan.graph.start)
        wrong = np.concatenate([1.0 - state.next_m / np.maximum(state.m[first:], _LEAST), self._plant_errors(lanes)])
        chords = self._chords[self._shares - self._consumers - len(state.plant_m)]
        branches = self._plan.branches
        driven = state.rho[chords] * branches.rise_bar[chords, np.newaxis] + branches.head_bar[chords, np.newaxis]
        missing = state.dp[chords] - driven - state.p[graph.start[chords]] + state.p[graph.end[chords]]
        return np.concatenate([wrong[self._logs], missing])

    def _plant_errors(self, lanes: _Lanes) -> FloatArray:
        """Return by how much of their set heat plants give too much; smooth also where their return is as hot as their supply."""
        state, inlet, users, fluid = lanes.work.state, lanes.work.inlet, self._plan.users, self._plan.fluid
        ends = np.stack([inlet.t_supply, state.t[users.plant_start]])
        s = np.clip((ends - fluid.middle_degc) * fluid.per_k, -1.0, 1.0)
        h_out, h_back = np.polynomial.polynomial.polyval(s, fluid.enthalpy)
        # to a watt: shares of next to nothing are beyond all numbers
        scale_w = np.copysign(np.maximum(np.abs(inlet.plant_w), 1.0), inlet.plant_w)
        return np.asarray((state.plant_m * (h_out - h_back) - inlet.plant_w) / scale_w)

    def _jacobian(self, y: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the residuals at a point and their slopes, over their scale."""
        size = len(y)
        slopes, here = np.empty((size, size)), np.empty(0)
        for first in range(0, size, _LANES - 1):
            moved = np.arange(first, min(first + _LANES - 1, size))
            points = np.repeat(y[:, np.newaxis], _LANES, axis=1)
            points[moved, np.arange(len(moved))] += _DIFFERENCE
            found = self._residuals(self._many, points) / scale[:, np.newaxis]
            here = found[:, -1]
            slopes[:, moved] = (found[:, : len(moved)] - here[:, np.newaxis]) / _DIFFERENCE
        return here, slopes

    def _walk(self, y: FloatArray, scale: FloatArray) -> bool:
        """Step from a point until nothing moves any more; return whether that was reached."""
        time, logs = _FIRST_TIME, len(self._logs)
        for _step in range(_MOST_STEPS):
            here, slopes = self._jacobian(y, scale)
            if not (np.isfinite(here).all() and np.isfinite(slopes).all()):
                return False
            size = _length(here)
            for _try in range(_MOST_TRIES):
                step = _implicit_step(slopes, here, time)
                longest = np.concatenate(
                    [np.full(logs, _LONGEST_LOG), _LONGEST_SHARE * np.abs(y[logs:]) + _LONGEST_OF_WHOLE]
                )
                too_long = float((np.abs(step) / longest).max())
                if too_long > 1.0:
                    time *= max(0.1, 0.7 / too_long)
                    continue
                there = self._residuals(self._one, (y + step)[:, np.newaxis])[:, 0] / scale
                wrong = _length(there - here - slopes @ step)
                if wrong <= _GOOD * size or size <= _TOLERANCE:
                    break
                time *= _SHORTER
            else:
                return False
            y = y + step
            if self._pushes_all(y):
                return False
            if np.abs(step).max() <= _TOLERANCE and _length(there) <= _TOLERANCE and time >= _NEWTON_TIME:
                return True
            if wrong <= _VERY_GOOD * size or size <= _TOLERANCE:
                time = min(time * _LONGER, _LONGEST_TIME)
        return False

    def _pushes_all(self, y: FloatArray) -> bool:
        """Return whether plants with a set heat give more water than all consumers could ever take."""
        plants = self._logs >= self._consumers
        pushed = np.exp(y[: len(self._logs)][plants]).sum()
        taken = np.exp(y[: len(self._logs)][~plants]).sum()
        given = float(self._flows[: self._consumers][self._plan.users.by_flow].sum()) / self._total
        return bool(pushed > _MOST_PUSHED * (taken + given))


def _length(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _implicit_step(slopes: FloatArray, here: FloatArray, time: float) -> FloatArray:
    matrix = slopes + np.eye(len(here)) / time
    try:
        return np.asarray(np.linalg.solve(matrix, -here))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(matrix, -here, rcond=None)[0])
