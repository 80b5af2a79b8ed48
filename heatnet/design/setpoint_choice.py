"""The cheapest supply temperatures among candidates: by hour under a limit on the change per hour, or as a heating curve.

Both are dynamic programmes and exact on their candidates. By hour, with cost c_t(T) and n_t hours since the hour before:

    V_t(T) = c_t(T) + min { V_{t-1}(T') : |T - T'| <= ramp n_t }

A heating curve with knots at outdoor temperatures x_1 < ... < x_P and temperatures g_1 ... g_P costs the sum over its
segments, and the cost of a segment hangs on its two ends alone:

    C(g) = sum_j S_j(g_j, g_{j+1}),   S_j(a, b) = sum_{t: x_j <= x_t < x_{j+1}} c_t(a + (x_t - x_j)/(x_{j+1} - x_j) (b - a))

Between candidates c_t is taken as a straight line. Source: Bellman, *Dynamic Programming*, 1957.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.model.supply import FloatArray

#: slack of the limit on the change per hour, K
_RAMP_SLACK_K = 1e-9
#: outdoor temperatures that a curve spans at least, K
_LEAST_SPAN_K = 1.0


@dataclass(frozen=True, eq=False)
class Candidates:
    """What each hour can choose from.

    Parameters
    ----------
    t_degc : ndarray, shape (T, K)
        Supply temperatures, ascending along a row; NaN behind the last one of an hour with fewer.
    cost_cny : ndarray, shape (T, K)
        Cost of the hour, CNY; infinite where the temperature is impossible, and where `t_degc` is NaN.
    gap_h : ndarray, shape (T,)
        Hours since the row before; the first number is not used.
    """

    t_degc: FloatArray
    cost_cny: FloatArray
    gap_h: FloatArray

    def cost_at(self, t_degc: FloatArray) -> FloatArray:
        """Return the cost of every hour, (T,), CNY, at any temperatures (T,); infinite outside its candidates."""
        return np.array([_between(self.t_degc[i], self.cost_cny[i], t_degc[i : i + 1])[0] for i in range(len(t_degc))])


def _between(t_degc: FloatArray, cost: FloatArray, wanted: FloatArray) -> FloatArray:
    """Return the cost of one hour at some temperatures; a temperature beside an impossible candidate is impossible."""
    possible = np.isfinite(cost)
    if not possible.any():
        return np.full(np.shape(wanted), np.inf)
    line = np.interp(wanted, t_degc[possible], cost[possible], left=np.inf, right=np.inf)
    if possible[: np.isfinite(t_degc).sum()].all():
        return np.asarray(line)
    filled = np.where(np.isfinite(t_degc), t_degc, np.inf)
    right = np.clip(np.searchsorted(filled, wanted), 0, len(cost) - 1)
    exact = filled[right] == wanted
    blocked = ~possible[right] | (~exact & ~possible[np.maximum(right - 1, 0)])
    return np.where(blocked, np.inf, line)


def cheapest_path(candidates: Candidates, ramp_k_per_h: float) -> np.ndarray | None:
    """Return the candidate that each hour takes, (T,), so that the sum of the costs is least; None where no path exists.

    Parameters
    ----------
    candidates : Candidates
    ramp_k_per_h : float
        Largest change of the supply temperature per hour, K/h; infinite for none.
    """
    t, cost = candidates.t_degc, candidates.cost_cny
    hours = len(t)
    before = np.zeros(t.shape, dtype=np.int64)
    value = cost[0].copy()
    for hour in range(1, hours):
        reach = ramp_k_per_h * candidates.gap_h[hour] + _RAMP_SLACK_K
        # a NaN is in nobody's reach
        with np.errstate(invalid="ignore"):
            near = np.abs(t[hour][:, np.newaxis] - t[hour - 1][np.newaxis, :]) <= reach
        ways = np.where(near, value[np.newaxis, :], np.inf)
        before[hour] = np.argmin(ways, axis=1)
        value = cost[hour] + np.take_along_axis(ways, before[hour][:, np.newaxis], axis=1)[:, 0]
    last = int(np.argmin(value))
    if not np.isfinite(value[last]):
        return None
    path = np.empty(hours, dtype=np.int64)
    path[-1] = last
    for hour in range(hours - 1, 0, -1):
        path[hour - 1] = before[hour][path[hour]]
    return path


def path_cost_cny(candidates: Candidates, path: np.ndarray) -> float:
    """Return the sum of the costs along a path, CNY."""
    return float(candidates.cost_cny[np.arange(len(path)), path].sum())


@dataclass(frozen=True, eq=False)
class HeatingCurve:
    """Supply temperature over filtered outdoor temperature: straight lines between knots, constant beyond them.

    Parameters
    ----------
    t_outdoor_degc, t_supply_degc : ndarray, shape (P,)
        Knots, outdoor temperatures ascending.
    cost_cny : float
        Sum of the costs as interpolated between candidates.
    """

    t_outdoor_degc: FloatArray
    t_supply_degc: FloatArray
    cost_cny: float

    def at(self, t_outdoor_degc: FloatArray) -> FloatArray:
        """Return the supply temperature, °C, at filtered outdoor temperatures."""
        return np.asarray(np.interp(t_outdoor_degc, self.t_outdoor_degc, self.t_supply_degc))


def knots_degc(t_outdoor_degc: FloatArray, points: int, t_design_degc: float = -np.inf) -> FloatArray:
    """Return a curve's knots, outdoor temperatures in °C: evenly from the coldest hour, or the design point, to the mildest."""
    mildest = float(t_outdoor_degc.max())
    coldest = float(np.clip(t_design_degc, t_outdoor_degc.min(), None))
    if mildest - coldest < _LEAST_SPAN_K:
        coldest = mildest - _LEAST_SPAN_K
    return np.linspace(coldest, mildest, points)


def cheapest_curve(
    candidates: Candidates, t_outdoor_degc: FloatArray, knots: FloatArray, grid: FloatArray, ramp_k_per_h: float
) -> HeatingCurve | None:
    """Return the cheapest heating curve whose knots take temperatures of a grid; None where none is possible.

    Parameters
    ----------
    candidates : Candidates
    t_outdoor_degc : ndarray, shape (T,)
        Filtered outdoor temperature of every hour, °C.
    knots : ndarray, shape (P,)
        Outdoor temperatures, ascending, °C; hours beyond them take the end's temperature.
    grid : ndarray, shape (G,) or (P, G)
        Supply temperatures that the knots may take, °C; the same for all, or its own for each knot.
    ramp_k_per_h : float
        Largest change per hour, K/h: |slope| times the fastest change of the outdoor temperature, of any hour that touches
        a segment, stays within it.
    """
    grids = np.broadcast_to(grid, (len(knots), np.shape(grid)[-1]))
    change = np.abs(np.diff(t_outdoor_degc, prepend=t_outdoor_degc[0])) / np.maximum(candidates.gap_h, 1.0)
    segment = np.clip(np.searchsorted(knots, t_outdoor_degc, side="right") - 1, 0, len(knots) - 2)
    value = np.zeros(grids.shape[1])
    before = np.zeros(grids.shape, dtype=np.int64)
    for j in range(len(knots) - 1):
        width = knots[j + 1] - knots[j]
        touched = (segment == j) | (np.roll(segment, 1) == j)
        fastest = float(change[touched].max(initial=0.0))
        costs = _segment_costs(
            candidates, np.flatnonzero(segment == j), t_outdoor_degc, knots[j], width, grids[j : j + 2]
        )
        slope = np.abs(grids[j + 1][np.newaxis, :] - grids[j][:, np.newaxis]) / width
        ways = np.where(slope * fastest <= ramp_k_per_h + _RAMP_SLACK_K, value[:, np.newaxis] + costs, np.inf)
        before[j + 1] = np.argmin(ways, axis=0)
        value = np.min(ways, axis=0)
    last = int(np.argmin(value))
    if not np.isfinite(value[last]):
        return None
    chosen = [last]
    for j in range(len(knots) - 1, 0, -1):
        chosen.append(int(before[j][chosen[-1]]))
    supply = np.array([grids[j, one] for j, one in enumerate(reversed(chosen))])
    return HeatingCurve(np.asarray(knots, dtype=float), supply, float(value[last]))


def _segment_costs(
    candidates: Candidates, hours: np.ndarray, t_outdoor: FloatArray, start: float, width: float, ends: FloatArray
) -> FloatArray:
    """Return the cost of a segment by its two end temperatures, (G, G), CNY."""
    total = np.zeros((ends.shape[1], ends.shape[1]))
    left, right = ends[0][:, np.newaxis], ends[1][np.newaxis, :]
    for hour in hours:
        along = np.clip((t_outdoor[hour] - start) / width, 0.0, 1.0)
        # rounding must not leave the range of the ends: there may be no candidate beyond
        wanted = np.clip(left + along * (right - left), np.minimum(left, right), np.maximum(left, right))
        total += _between(candidates.t_degc[hour], candidates.cost_cny[hour], wanted)
    return total
