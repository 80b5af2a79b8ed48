"""Unit commitment in the programme: boilers on and off, ramps, their part in reserves, surplus heat.

Boilers m of unit u, N of one size that are counted (`heatnet.dispatch.boilers`), each with the share s_m of the unit; n_mt are
on, v_mt started and w_mt stopped at the beginning of hour t, all whole numbers; P least and C_t largest heat of one, RU and RD
ramps, SU and SD largest heat in the first and the last hour:

    heat_ut = sum_m heat_mt,    n_t - n_t-1 = v_t - w_t                                              (by boilers m from here)
    sum_{i=t-up+1..t} v_i <= n_t,    sum_{i=t-down+1..t} w_i <= N - n_t
    P n_t <= heat_t <= C_t n_t - sum_{i=0..a-1} (C_t - SU - i RU)+ v_t-i - sum_{j=0..b-1} (C_t - SD - j RD)+ w_t+1+j
                                                      a + b <= up; two rows, a = b = 1, where a run may last one hour
    heat_t - heat_t-1 <= RU (n_t - v_t) + SU v_t - P w_t
    heat_t-1 - heat_t <= RD (n_t-1 - w_t) + SD w_t - P v_t
    cost: (no-load cost_t) s_m n_t + start cost s_m v_t

The rows of least time on and off are those of Rajan and Takriti (2005, IBM research report RC23628): with them on, start and
stop are the convex hull of the schedules of one boiler. `down` is the least time off or that of a start, whichever is longer.
Limits of the first and last hour and the ramps are those of Morales-España, Latorre and Ramos (2013,
doi:10.1109/TPWRS.2013.2251373). The hours after a start and before a stop follow from them for whole numbers, as a + b <= up
leaves a run at most one of these terms; they bring the relaxation nearer.
Before the horizon n, and heat where it is given, are constants; where nothing is known the first hour has no row of v.

Reserve is that of `heatnet.dispatch.reserves`; the room of committed units is C_t n_t - heat_t of their boilers. Surplus heat
leaves a balance at its price, so that a least load is never infeasible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatnet.dispatch.boilers import Boilers, boilers_of
from heatnet.dispatch.costs import on_cost_cny_per_h, start_cost_cny, without_heat_cny
from heatnet.dispatch.groups import Group
from heatnet.dispatch.matrix_rows import Draft, IntArray, Matrices, Term, shifted
from heatnet.dispatch.reserves import reserve_balances, reserve_name
from heatnet.dispatch.transfers import may_go_both_ways
from heatnet.model.power_site import PowerSite, site_of_unit
from heatnet.model.supply import DispatchProblem, FloatArray


@dataclass(frozen=True, eq=False)
class BoilerColumns:
    """Columns of the boilers of one size, each (T,): on, started, stopped, heat; and their rows, by what they limit.

    Rows: ``least_load``, ``load`` (largest heat, less in the first and last hour), ``up`` and ``down`` (least times), ``ramp``.
    """

    on: IntArray
    start: IntArray
    stop: IntArray
    heat: IntArray
    rows: dict[str, list[IntArray]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CommitmentProgramme:
    """The programme of a group with commitment.

    Parameters
    ----------
    matrices : Matrices
    variables : dict of str to ndarray of int
        Columns of the variables that `state_group` stated, in their shapes.
    boilers : dict of str to BoilerColumns
    balances : dict of str to ndarray of int, shape (T,)
        Rows of the heat balances.
    """

    matrices: Matrices
    variables: dict[str, IntArray]
    boilers: dict[str, BoilerColumns]
    balances: dict[str, IntArray]

    def values_of(self, name: str, values: FloatArray) -> FloatArray | None:
        """Return the values of a variable that `state_group` stated, in its shape; None where it did not."""
        return values[self.variables[name]] if name in self.variables else None


def state_commitment(problem: DispatchProblem, group: Group, model: Any) -> CommitmentProgramme:
    """Return the programme of a group: what `heatnet.dispatch.programme.state_group` stated, commitment, the way of transfers."""
    stated = model.matrices
    place = np.full(int(stated.vlabels.max()) + 1, -1, dtype=np.int64)
    place[stated.vlabels] = np.arange(len(stated.vlabels))
    variables = {name: place[np.asarray(model.variables[name].labels)] for name in model.variables}
    hour_of = np.zeros(len(stated.vlabels), dtype=np.int64)
    for name, columns in variables.items():
        axis = next(axis for axis in model.variables[name].axes if axis.name == "hour")
        hour_of[columns] = np.broadcast_to(axis.to_numpy(), columns.shape)
    rows = np.full(int(stated.clabels.max()) + 1, -1, dtype=np.int64)
    rows[stated.clabels] = np.arange(len(stated.clabels))

    def rows_of(name: str) -> IntArray:
        return np.asarray(rows[np.asarray(model.constraints[name].labels)])

    draft = Draft()
    draft.add_columns(stated.lb, stated.ub, stated.c, False, hour_of)
    sense, right = np.asarray(stated.sense).astype(str), np.asarray(stated.b, dtype=float)
    entries = stated.A.tocoo()
    low, high = np.where(sense == "<", -np.inf, right), np.where(sense == ">", np.inf, right)
    draft.add_rows([(np.full(len(right), -1, dtype=np.int64), 0.0)], low, high)
    draft.add_to_rows(entries.row.astype(np.int64), [(entries.col.astype(np.int64), entries.data)])
    heat = dict(zip([unit.id for unit in group.units], variables["heat"], strict=True)) if group.units else {}
    on_site = site_of_unit(problem.sites)
    boilers: dict[str, BoilerColumns] = {}
    parts: dict[str, list[Term]] = {}
    for number, one in enumerate(boilers_of(group.units)):
        draft.family = number
        boilers[one.id] = _add_boilers(draft, problem, one, heat[one.unit.id], one.unit.id not in on_site)
        parts.setdefault(one.unit.id, []).append((boilers[one.id].heat, 1.0))
        site = on_site.get(one.unit.id)
        if site is not None and np.any(one.commitment.no_load_power_mw):
            _add_no_load_power(draft, one, boilers[one.id].on, site, rows_of)
    draft.family = -1
    for unit, terms in parts.items():
        if len(terms) > 1:
            draft.add_rows([*terms, (heat[unit], -1.0)], 0.0, 0.0)
    _add_ready(draft, problem, group, boilers, rows_of)
    if group.one_way:
        _add_ways(draft, group, variables, len(boilers))
    if group.sites:
        # a fixed column an hour takes off what the sites pay anyway: gaps are shares of what heat costs
        paid = np.sum([without_heat_cny(problem, site) for site in group.sites], axis=0)
        draft.add_columns(paid, paid, -1.0, False, np.arange(len(problem.time)))
    balances = {balance: rows_of(f"balance {balance}") for balance in group.balances}
    return CommitmentProgramme(draft.matrices(), variables, boilers, balances)


def _add_no_load_power(
    draft: Draft, one: Boilers, on: IntArray, site: PowerSite, rows_of: Callable[[str], IntArray]
) -> None:
    """Let a site's meter, and the limits of its network, know the electricity without load."""
    power = one.share * one.commitment.no_load_power_mw * np.ones(len(on))
    draft.add_to_rows(rows_of(f"site {site.id}"), [(on, -power)])
    for number, limit in enumerate(site.limits):
        if one.unit.id in limit.weight:
            weight = limit.weight[one.unit.id] * power[limit.rows]
            draft.add_to_rows(rows_of(f"limit {number} {site.id} {limit.element}"), [(on[limit.rows], weight)])


def _add_boilers(
    draft: Draft, problem: DispatchProblem, one: Boilers, unit_heat: IntArray, pays_power: bool
) -> BoilerColumns:
    """Add the columns and rows of boilers of one size; those of a unit without other sizes use the unit's heat."""
    hours = np.arange(len(problem.time))
    cost_on = one.share * on_cost_cny_per_h(problem, one.unit, pays_power)
    # starts and stops of a single boiler are whole where it is on or off
    several = one.count > 1
    on = draft.add_columns(one.on_min, one.on_max, cost_on, True, hours)
    start = draft.add_columns(0.0, one.start_max, one.share * start_cost_cny(problem, one.unit), several, hours)
    stop = draft.add_columns(0.0, float(one.count), 0.0, several, hours)
    heat = unit_heat
    if one.id != one.unit.id:
        heat = draft.add_columns(0.0, one.available_mw * one.on_max, 0.0, False, hours)
    columns = BoilerColumns(on, start, stop, heat)
    _add_switching(draft, one, columns)
    _add_loads(draft, one, columns)
    _add_ramps(draft, one, columns)
    return columns


def _add_switching(draft: Draft, one: Boilers, columns: BoilerColumns) -> None:
    on, start, stop = columns.on, columns.start, columns.stop
    before = one.on_before
    change: list[Term] = [(on, 1.0), (shifted(on, 1), -1.0), (start, -1.0), (stop, 1.0)]
    right = np.zeros(len(on))
    if before is not None:
        right[0] = before
        draft.add_rows(change, right, right)
    else:
        draft.add_rows([(each[1:], factor) for each, factor in change], 0.0, 0.0)
        draft.add_rows([(start[:1], 1.0), (stop[:1], 1.0)], 0.0, 0.0)
    up, down = (min(max(least, 1), len(on)) for least in (one.commitment.min_up_h, one.commitment.off_h))
    started, stopped = (
        [(shifted(each, back), 1.0) for back in range(least)] for each, least in ((start, up), (stop, down))
    )
    columns.rows["up"] = [draft.add_rows([*started, (on, -1.0)], high=0.0)]
    columns.rows["down"] = [draft.add_rows([*stopped, (on, 1.0)], high=one.count)]


def _add_loads(draft: Draft, one: Boilers, columns: BoilerColumns) -> None:
    """Add least and largest heat, and what is left of the largest after a start and before a stop."""
    own = one.commitment
    columns.rows["least_load"] = [draft.add_rows([(columns.heat, 1.0), (columns.on, -one.min_mw)], low=0.0)]
    after = [(shifted(columns.start, back), cut) for back, cut in _cuts(one, own.start_max_mw, own.ramp_up_mw_per_h)]
    until = [(shifted(columns.stop, -1 - on), cut) for on, cut in _cuts(one, own.stop_max_mw, own.ramp_down_mw_per_h)]
    run: list[Term] = [(columns.heat, 1.0), (columns.on, -one.available_mw)]
    if own.min_up_h >= 2:
        # the hours of a start and of a stop in one row are so few that a run has one of them at most
        stops = min(len(until), max(own.min_up_h // 2, own.min_up_h - len(after)))
        starts = min(len(after), own.min_up_h - stops)
        columns.rows["load"] = [draft.add_rows([*run, *after[:starts], *until[:stops]], high=0.0)]
        return
    columns.rows["load"] = [draft.add_rows([*run, *after[:1]], high=0.0)]
    if until:
        columns.rows["load"].append(draft.add_rows([*run, *until[:1]], high=0.0))


def _cuts(one: Boilers, given: float | None, ramp: float | None) -> list[tuple[int, FloatArray]]:
    """Return by how much heat must stay below the largest so many hours after a start or before the last hour, (T,), MW."""
    limit, step = one.limit_mw(given, ramp), np.inf if ramp is None else one.share * ramp
    cuts: list[tuple[int, FloatArray]] = []
    for number in range(max(one.commitment.min_up_h, 1)):
        cut = np.maximum(one.available_mw - (limit + number * step if number else limit), 0.0)
        if not cut.any():
            break
        cuts.append((number, cut))
    return cuts


def _add_ramps(draft: Draft, one: Boilers, columns: BoilerColumns) -> None:
    own, before = one.commitment, _heat_before(one)
    most = float(one.available_mw.max(initial=0.0))
    rows = []
    if own.ramp_up_mw_per_h is not None:
        up, limit = one.share * own.ramp_up_mw_per_h, min(one.limit_mw(own.start_max_mw, own.ramp_up_mw_per_h), most)
        terms: list[Term] = [(columns.heat, 1.0), (shifted(columns.heat, 1), -1.0), (columns.on, -up)]
        terms += [(columns.start, up - limit), (columns.stop, one.min_mw)]
        rows.append(_add_ramp(draft, terms, up < most - one.min_mw, before))
    if own.ramp_down_mw_per_h is not None:
        down = one.share * own.ramp_down_mw_per_h
        limit = min(one.limit_mw(own.stop_max_mw, own.ramp_down_mw_per_h), most)
        terms = [(shifted(columns.heat, 1), 1.0), (columns.heat, -1.0), (shifted(columns.on, 1), -down)]
        terms += [(columns.stop, down - limit), (columns.start, one.min_mw)]
        first = None if before is None else down * (one.on_before or 0) - before
        rows.append(_add_ramp(draft, terms, down < most - one.min_mw, first))
    columns.rows["ramp"] = rows


def _add_ramp(draft: Draft, terms: Sequence[Term], binds: bool, first: float | None) -> IntArray:
    """Add a ramp's rows, that of the first hour with its right side where it is known; return their numbers, -1 for none."""
    high = np.zeros(len(terms[0][0]))
    numbers = np.full(len(high), -1, dtype=np.int64)
    begin = 1
    if first is not None:
        high[0], begin = first, 0
    end = len(high) if binds else begin + (first is not None)
    rows = slice(begin, end)
    if end > begin:
        numbers[rows] = draft.add_rows(
            [(columns[rows], np.broadcast_to(factor, columns.shape)[rows]) for columns, factor in terms],
            high=high[rows],
        )
    return numbers


def _heat_before(one: Boilers) -> float | None:
    """Return the heat of all these boilers in the hour before the horizon, MW; None: not known."""
    if one.on_before is None:
        return None
    if one.on_before == 0:
        return 0.0
    heat_mw = one.commitment.heat_before_mw
    return None if heat_mw is None else one.share * one.count * heat_mw


def _add_ready(
    draft: Draft,
    problem: DispatchProblem,
    group: Group,
    boilers: dict[str, BoilerColumns],
    rows_of: Callable[[str], IntArray],
) -> None:
    """Let reserves know what boilers that are on could give."""
    for balance in reserve_balances(problem, group):
        rows = rows_of(reserve_name(balance))
        units = [unit for unit in group.units if unit.balance == balance]
        draft.add_to_rows(rows, [(boilers[one.id].on, one.available_mw) for one in boilers_of(units)])


def _add_ways(draft: Draft, group: Group, variables: dict[str, IntArray], family: int) -> None:
    """Let each transfer pass heat one way in an hour; its columns are a family of their own, as boilers are."""
    flows = zip(group.transfers, variables["transfer"], variables["transfer_back"], strict=True)
    for number, (one, there, back) in enumerate(flows):
        if not may_go_both_ways(one):
            continue
        draft.family = family + number
        way = draft.add_columns(0.0, 1.0, 0.0, True, np.arange(len(there)))
        draft.add_rows([(there, 1.0), (way, -one.capacity_mw)], high=0.0)
        draft.add_rows([(back, 1.0), (way, one.capacity_back_mw)], high=one.capacity_back_mw)
    draft.family = -1
