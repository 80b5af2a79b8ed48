"""The search for supply temperatures and head of a network: grids of candidates, their costs, the best path, curve and head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from heatnet.design.setpoint_choice import (
    Candidates,
    HeatingCurve,
    cheapest_curve,
    cheapest_path,
    knots_degc,
    path_cost_cny,
)
from heatnet.design.setpoint_costs import heat_cost_cny, hour_prices
from heatnet.design.setpoint_states import RowStates, has_station, solve_rows
from heatnet.design.setpoint_trial import BROKEN_CNY, SetpointCase, Trial
from heatnet.errors import NotSolvableError
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.supply import FloatArray
from heatnet.physics.exchanger import StationDesign
from heatnet.physics.station_table import full_flow_supply_degc

#: candidates reach this many steps below what the design curve gives or the stations need, whichever is less
_STEPS_BELOW = 2
#: each refinement divides the step by this
REFINEMENT = 4
#: constant heads that are tried
_HEADS = 12


@dataclass(frozen=True)
class SetpointOptions:
    """What to choose from.

    Parameters
    ----------
    by : {"hour", "curve", "both"}
    needs : {"full", "design", "both"}
        Stations get all heat that they ask for, or no less than under the design curve.
    head : {"hour", "constant"}
        The head follows the worst consumer in each hour, or is one for the season, chosen with the temperatures.
    t_min_degc, t_max_degc : float
        Least and largest supply temperature, °C.
    step_k : float
        First grid of supply temperatures.
    refinements : int
        Times that the grid around the best is divided by `REFINEMENT`.
    ramp_k_per_h : float
        Largest change of the supply temperature per hour.
    curve_points : int
        Knots of the heating curve.
    rounds : int
        Times that prices and schedule of the confirmed dispatch go back into the choice.
    """

    by: Literal["hour", "curve", "both"] = "both"
    needs: Literal["full", "design", "both"] = "both"
    head: Literal["hour", "constant"] = "hour"
    t_min_degc: float = 45.0
    t_max_degc: float = 120.0
    step_k: float = 5.0
    refinements: int = 2
    ramp_k_per_h: float = 5.0
    curve_points: int = 4
    rounds: int = 1


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows that were solved, with what they cost at the least head and with all missing heat made, without penalties."""

    rows: RowStates
    cost_cny: FloatArray

    def with_rows(self, other: Batch) -> Batch:
        """Return these rows and others."""
        return Batch(RowStates.joined([self.rows, other.rows]), np.concatenate([self.cost_cny, other.cost_cny]))

    def candidates(self, case: SetpointCase, allowed_mw: FloatArray, head_bar: float | None) -> Candidates:
        """Return the rows as candidates by hour, with at most some missing heat, at the least head or at a constant one."""
        rows = self.rows
        beyond = np.maximum(rows.shortfall_mw - allowed_mw[rows.hour], 0.0)
        cost = self.cost_cny + case.prices.unmet_cny_per_mwh * beyond + BROKEN_CNY * rows.broken.sum(axis=1)
        cost = np.where(rows.solved, cost, np.inf)
        if head_bar is not None:
            more = (head_bar - rows.head_bar) * rows.pump_mw_per_bar
            enough = rows.head_bar <= head_bar + 1e-9
            cost = np.where(enough, cost + more * case.pump_cny_per_mwh[rows.hour], np.inf)
        return _by_hour(rows, cost, case.gap_h)


def _by_hour(rows: RowStates, cost: FloatArray, gap_h: FloatArray) -> Candidates:
    order = np.lexsort((rows.t_supply_degc, rows.hour))
    hour = rows.hour[order]
    first = np.searchsorted(hour, np.arange(len(gap_h)))
    place = np.arange(len(hour)) - first[hour]
    shape = (len(gap_h), int(place.max()) + 1)
    t, value = np.full(shape, np.nan), np.full(shape, np.inf)
    t[hour, place], value[hour, place] = rows.t_supply_degc[order], cost[order]
    return Candidates(t, value, gap_h)


def solved_batch(case: SetpointCase, options: SetpointOptions, base: Trial, allowed_mw: list[FloatArray]) -> Batch:
    """Return the solved rows: a first grid, then finer ones around the best path of each allowance."""
    asked = case.asked(base.result)
    batch = _solved(case, base, asked, *first_grid(case, options, asked))
    for known in (case.design_degc, base.t_supply_degc):
        inside = (known >= options.t_min_degc) & (known <= options.t_max_degc)
        batch = _with(case, base, asked, batch, np.flatnonzero(inside), known[inside])
    step = options.step_k
    for _refinement in range(options.refinements):
        step /= REFINEMENT
        for allowed in {one.tobytes(): one for one in allowed_mw}.values():
            path = best_path(case, options, batch, allowed, best_head(case, options, batch, allowed))[0]
            batch = _with(case, base, asked, batch, *_around(path, step, options))
    return batch


def first_grid(case: SetpointCase, options: SetpointOptions, asked: Boundary) -> tuple[np.ndarray, FloatArray]:
    """Return hour and supply temperature of the first candidates: a grid the same in all hours, cut off where stations starve."""
    steps = int(np.floor((options.t_max_degc - options.t_min_degc) / options.step_k + 1e-9))
    grid = options.t_min_degc + options.step_k * np.arange(steps + 1)
    if grid[-1] < options.t_max_degc - 1e-9:
        grid = np.append(grid, options.t_max_degc)
    low = np.minimum(case.design_degc, needed_supply_degc(case, asked)) - _STEPS_BELOW * options.step_k
    low = np.minimum(low, grid[-1])
    keep = grid[np.newaxis, :] >= low[:, np.newaxis]
    hour, place = np.nonzero(keep)
    return hour, np.asarray(grid[place], dtype=float)


def needed_supply_degc(case: SetpointCase, asked: Boundary) -> FloatArray:
    """Return the least temperature that must arrive at the neediest station of each hour, (N,), °C; valves fully open.

    Without stations of known design it is the lowest number, so that it limits nothing.
    """
    network = case.year.network
    needed = np.full(len(case.hours), -np.inf)
    design = network.design
    if design is None:
        return needed
    for consumer, row in network.consumers[has_station(network)].iterrows():
        heat = asked.values["consumer_heat_mw"]
        if consumer not in heat:
            continue
        own = float(row["t_return_degc"])
        station = StationDesign(
            design.t_supply_degc,
            design.t_return_degc if np.isnan(own) else own,
            float(row["t_secondary_supply_degc"]),
            float(row["t_secondary_return_degc"]),
        )
        share = heat[consumer].to_numpy() / float(row["design_heat_mw"])
        needed = np.maximum(needed, np.where(share > 0, full_flow_supply_degc(share, station), -np.inf))
    return needed


def _solved(case: SetpointCase, base: Trial, asked: Boundary, hour: np.ndarray, t: FloatArray) -> Batch:
    network = case.network_with(None)
    rows = solve_rows(network, asked, hour, t, case.limits, case.approach_min_k, case.threads)
    prices = hour_prices(base.problem, base.result, case.balance)
    primary = case.primary_mw(base.result)
    heat = heat_cost_cny(case.year, case.conditions, case.hours, rows, primary, base.problem, prices)
    worth = np.maximum(prices.drawn_cny_per_mwh[case.balance][case.hours], 0.0)
    return Batch(rows, heat + rows.pump_mw * case.pump_cny_per_mwh[hour] + worth[hour] * rows.shortfall_mw)


def best_path(
    case: SetpointCase, options: SetpointOptions, batch: Batch, allowed_mw: FloatArray, head: float | None
) -> tuple[FloatArray, float]:
    """Return the cheapest temperatures by hour, and what they should cost."""
    candidates = batch.candidates(case, allowed_mw, head)
    path = cheapest_path(candidates, options.ramp_k_per_h)
    if path is None:
        raise NotSolvableError(
            _("no supply temperatures of {network} stay within {ramp:g} K/h and can be solved in every hour").format(
                network=case.year.network.id, ramp=options.ramp_k_per_h
            )
        )
    return candidates.t_degc[np.arange(len(path)), path], path_cost_cny(candidates, path)


def _around(t_degc: FloatArray, step: float, options: SetpointOptions) -> tuple[np.ndarray, FloatArray]:
    """Return hour and temperature of further candidates beside a path."""
    offsets = step * np.concatenate([np.arange(-REFINEMENT + 1, 0), np.arange(1, REFINEMENT)])
    t = (t_degc[:, np.newaxis] + offsets).ravel()
    inside = (t >= options.t_min_degc - 1e-9) & (t <= options.t_max_degc + 1e-9)
    return np.repeat(np.arange(len(t_degc)), len(offsets))[inside], t[inside]


def _with(
    case: SetpointCase, base: Trial, asked: Boundary, batch: Batch, hour: np.ndarray, t_degc: FloatArray
) -> Batch:
    """Return the rows with further ones, those left out that are there already."""
    rows = batch.rows
    known = set(zip(rows.hour.tolist(), np.round(rows.t_supply_degc, 6).tolist(), strict=True))
    pairs = zip(hour.tolist(), np.round(t_degc, 6).tolist(), strict=True)
    new = [i for i, pair in enumerate(pairs) if pair not in known]
    return batch.with_rows(_solved(case, base, asked, hour[new], t_degc[new])) if new else batch


def best_head(case: SetpointCase, options: SetpointOptions, batch: Batch, allowed_mw: FloatArray) -> float | None:
    """Return the cheapest constant head with the path that goes with it; None where the head follows the worst consumer."""
    if options.head == "hour":
        return None
    candidates = batch.candidates(case, allowed_mw, None)
    path = cheapest_path(candidates, options.ramp_k_per_h)
    needed = _by_hour(batch.rows, batch.rows.head_bar, case.gap_h).cost_cny
    usual = needed[np.arange(len(needed)), path] if path is not None else np.nanmin(needed, axis=1)
    least = float(np.max(np.nanmin(np.where(np.isfinite(needed), needed, np.inf), axis=1)))
    costs = {}
    for head in np.linspace(least, max(float(np.max(usual)), least), _HEADS):
        of_head = batch.candidates(case, allowed_mw, float(head))
        found = cheapest_path(of_head, options.ramp_k_per_h)
        costs[float(head)] = np.inf if found is None else path_cost_cny(of_head, found)
    return min(costs, key=lambda head: costs[head])


def largest_head(case: SetpointCase, batch: Batch, t_supply_degc: FloatArray) -> float:
    """Return the largest head that the hours need at some supply temperatures, bar."""
    heads = _by_hour(batch.rows, np.where(batch.rows.solved, batch.rows.head_bar, np.inf), case.gap_h)
    return float(np.max(heads.cost_at(t_supply_degc)))


def best_curve(case: SetpointCase, options: SetpointOptions, candidates: Candidates) -> HeatingCurve:
    """Return the cheapest heating curve: knots on the first grid, then on finer ones around the best."""
    design = case.year.network.design
    coldest = -np.inf if design is None else design.t_outdoor_degc
    knots = knots_degc(case.t_filtered_degc, options.curve_points, coldest)
    grid = np.append(np.arange(options.t_min_degc, options.t_max_degc - 1e-9, options.step_k), options.t_max_degc)
    step = options.step_k
    best = cheapest_curve(candidates, case.t_filtered_degc, knots, grid, options.ramp_k_per_h)
    for _refinement in range(options.refinements):
        if best is None:
            break
        step /= REFINEMENT
        near = best.t_supply_degc[:, np.newaxis] + step * np.arange(-REFINEMENT + 1, REFINEMENT)
        near = np.clip(near, options.t_min_degc, options.t_max_degc)
        best = cheapest_curve(candidates, case.t_filtered_degc, knots, near, options.ramp_k_per_h) or best
    if best is None:
        raise NotSolvableError(
            _("no heating curve of {points} points stays within {ramp:g} K/h and can be solved in every hour").format(
                points=options.curve_points, ramp=options.ramp_k_per_h
            )
        )
    return best
