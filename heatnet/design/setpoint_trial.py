"""Setpoints held to account: the year dispatched anew at their temperatures, and every hour simulated with what it gave.

Dispatch and pipes are repeated in turn: the pipes tell loss, flows and returns at the plants, the dispatch the plants' heat. What
is reported is what the last simulation and the last dispatch say, never what the choice had interpolated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.couple.season import (
    Probe,
    conditions_of,
    dispatch_problem,
    piped_hours,
    primary_heat_mw,
    schedule_boundary,
)
from heatnet.couple.year import NetworkYear
from heatnet.demand.load import heat_filter
from heatnet.design.setpoint_costs import marginal_t_co2_per_mwh, year_conditions
from heatnet.design.setpoint_states import LIMITS, RowStates, simulate_rows, states_of
from heatnet.dispatch import dispatch, marginal_cost_cny_per_mwh
from heatnet.dispatch.consumption import always_on, without_commitment
from heatnet.errors import NotSolvableError
from heatnet.i18n import _
from heatnet.metrics.carbon import co2_by_unit
from heatnet.metrics.compliance import Limits
from heatnet.metrics.energy import unit_heat_mw
from heatnet.metrics.network_season import every_hour
from heatnet.metrics.tracing import trace_heat
from heatnet.model.boundary import Boundary
from heatnet.model.conditions import Conditions
from heatnet.model.network import Network
from heatnet.model.plant_kinds import PLANT_KINDS
from heatnet.model.supply import DispatchProblem, DispatchResult, EmissionFactors, FloatArray, Prices
from heatnet.plants import supply_units
from heatnet.units import GJ_PER_MWH

if TYPE_CHECKING:
    import xarray as xr

#: dispatches of a trial; the loss that the last one has assumed is that of the simulation before
PASSES = 2
#: heat missing below this is rounding, MW
_NOTHING_MW = 1e-6
#: price of an hour in which a limit is broken, CNY: above any saving, and finite, so that the least evil is found
BROKEN_CNY = 1e5


@dataclass(frozen=True, eq=False)
class SetpointCase:
    """The network, its year and its prices.

    Parameters
    ----------
    year : NetworkYear
        Its supply temperatures are the design curve.
    probed : Probe
    prices : Prices
    factors : EmissionFactors
    limits : Limits
        Of velocity, pressures and return temperature.
    approach_min_k : float
        Least temperature of the arriving supply above a station's secondary supply, K.
    threads : int
        Threads of the season engine; they change no result.
    """

    year: NetworkYear
    probed: Probe
    prices: Prices
    factors: EmissionFactors
    limits: Limits = field(default_factory=Limits)
    approach_min_k: float = 3.0
    threads: int = 1

    @cached_property
    def hours(self) -> np.ndarray:
        """Position in the year of every hour that is solved, (N,)."""
        return np.array(piped_hours(self.year), dtype=np.int64)

    @cached_property
    def gap_h(self) -> FloatArray:
        """Hours since the solved hour before, (N,)."""
        return np.asarray(np.diff(self.hours, prepend=self.hours[:1] - 1), dtype=float)

    @cached_property
    def t_filtered_degc(self) -> FloatArray:
        """Filtered outdoor temperature of the solved hours, (N,), °C."""
        return np.asarray(heat_filter(self.year.t_outdoor_degc)[self.hours])

    @cached_property
    def design_degc(self) -> FloatArray:
        """Supply temperature of the solved hours by the network's own regulation, (N,), °C."""
        return np.asarray(self.year.t_supply_degc[self.hours])

    @cached_property
    def conditions(self) -> Conditions:
        """What the plants see by the network's own regulation."""
        return conditions_of(self.year, self.probed)

    @cached_property
    def problem(self) -> DispatchProblem:
        """The year's programme by the network's own regulation."""
        name = self.year.network.id
        return without_commitment(dispatch_problem({name: self.year}, {name: self.probed}, self.prices, self.factors))

    @property
    def balance(self) -> str:
        """Heat balance of the network's water."""
        return f"{self.year.network.id}/water"

    @cached_property
    def pump_cny_per_mwh(self) -> FloatArray:
        """What a MWh of the pumps costs with its CO2 in the solved hours, (N,), CNY/MWh."""
        return np.asarray(self.problem.import_cost_cny_per_mwh[self.hours])

    def network_with(self, head_bar: float | None) -> Network:
        """Return the network whose head at the plant that holds the pressure is constant, or follows the worst consumer."""
        plants = self.year.network.plants
        holds = plants["role"] == "pressure"
        head = plants["head_bar"].astype(float).mask(holds, np.nan if head_bar is None else head_bar)
        return self.year.network.with_tables(plants=plants.assign(head_bar=head))

    def asked(self, result: DispatchResult) -> Boundary:
        """Return what the pipes are asked in each solved hour under a schedule."""
        return schedule_boundary(self.year, self.probed, result)

    def primary_mw(self, result: DispatchResult) -> FloatArray:
        """Return the heat that all consumers ask of the primary pipes in the solved hours, (N,), MW."""
        return np.asarray(primary_heat_mw(self.year, self.probed, result).iloc[self.hours].sum(axis=1), dtype=float)

    def problem_at(self, rows: RowStates) -> DispatchProblem:
        """Return the year's programme at the temperatures, flows and losses of simulated rows, one row an hour."""
        loss, short = self.whole(rows.loss_mw), self.whole(rows.shortfall_mw)
        old = self.problem.demand_mw[self.balance]
        space = self.year.space_mw.sum(axis=1).to_numpy()
        demand = old.copy()
        demand[self.hours] = np.maximum(space - short + loss, 0.0)[self.hours]
        conditions = year_conditions(self.year, self.conditions, self.hours, rows)
        units = tuple(always_on(unit) for unit in supply_units(self.year.network, conditions))
        return replace(self.problem, units=units, demand_mw={**self.problem.demand_mw, self.balance: demand})

    def whole(self, values: FloatArray) -> FloatArray:
        """Return a quantity of the solved hours for the year; hours without a solution have what hours of their load have."""
        return every_hour(values, self.year.load_share, [int(hour) for hour in self.hours])


@dataclass(frozen=True, eq=False)
class Trial:
    """Setpoints and what they lead to.

    Parameters
    ----------
    t_supply_degc : ndarray, shape (N,)
    head_bar : float or None
        Constant head, or None where it follows the worst consumer.
    problem, result : DispatchProblem, DispatchResult
        Of the last dispatch.
    rows : RowStates
        Of the last simulation, one row an hour.
    states : xarray.Dataset
        The last simulation.
    account : dict
        See `account_of`.
    """

    t_supply_degc: FloatArray
    head_bar: float | None
    problem: DispatchProblem
    result: DispatchResult
    rows: RowStates
    states: xr.Dataset
    account: dict[str, Any]

    def objective_cny(self, allowed_mw: FloatArray) -> float:
        """Return what the choice makes least: cost at equal heat, with the penalties of heat missing beyond what is allowed and
        of broken limits, CNY.

        Parameters
        ----------
        allowed_mw : ndarray, shape (N,)
            Heat that may be missing in each hour.
        """
        beyond = np.maximum(np.nan_to_num(self.rows.shortfall_mw) - allowed_mw, 0.0).sum()
        penalty = self.problem.prices.unmet_cny_per_mwh * beyond
        return float(self.account["equal_heat_cny"] + penalty + BROKEN_CNY * sum(self.account["hours_broken"].values()))


def first_dispatch(case: SetpointCase) -> DispatchResult:
    """Return the year's dispatch by the network's own regulation.

    Raises
    ------
    NotSolvableError
        Where there is none.
    """
    return _optimal(dispatch(case.problem))


def _optimal(result: DispatchResult) -> DispatchResult:
    if not result.is_optimal:
        raise NotSolvableError(_("dispatch: {reason}").format(reason=result.reason or str(result.status)))
    return result


def try_setpoints(
    case: SetpointCase, network: Network, t_supply_degc: FloatArray, result: DispatchResult, passes: int = PASSES
) -> Trial:
    """Return what supply temperatures lead to.

    Parameters
    ----------
    case : SetpointCase
    network : Network
        With its head: constant, or following the worst consumer.
    t_supply_degc : ndarray, shape (N,)
        Of every solved hour.
    result : DispatchResult
        Schedule to begin with.
    passes : int
        Dispatches.

    Raises
    ------
    NotSolvableError
        Where a dispatch has no result or no hour can be solved.
    """
    every = np.arange(len(case.hours))
    problem = case.problem

    def simulated(schedule: DispatchResult) -> tuple[RowStates, xr.Dataset]:
        states = simulate_rows(network, case.asked(schedule), every, t_supply_degc, case.threads)
        rows = states_of(network, states, every, t_supply_degc, case.limits, case.approach_min_k)
        if not rows.solved.any():
            raise NotSolvableError(_("no hour of {network} could be solved").format(network=network.id))
        return rows, states

    for _pass in range(passes):
        problem = case.problem_at(simulated(result)[0])
        result = _optimal(dispatch(problem))
    rows, states = simulated(result)
    holds = network.plants["head_bar"][network.plants["role"] == "pressure"]
    head = None if holds.isna().all() else float(holds.iloc[0])
    account = account_of(case, rows, problem, result)
    return Trial(t_supply_degc, head, problem, result, rows, states, account)


def account_of(case: SetpointCase, rows: RowStates, problem: DispatchProblem, result: DispatchResult) -> dict[str, Any]:
    """Return the accounts of a trial.

    Returns
    -------
    dict
        Money: `total_cny`, the dispatch's cost (heat and process steam of the network's year) and the pumps' electricity with its
        CO2, by kind in `cost_cny`; `missing_cny`, what the heat that stations lacked would have cost at the price of a further
        MWh of each hour, and `equal_heat_cny` with it; `constant_head_cny`, what the largest head in every hour would cost more.
        Quantities: `co2_t` and, with the missing heat made, `equal_heat_co2_t`; `loss_mwh`, `pump_mwh`, `missing_mwh`,
        `waste_heat_gj`, `heat_gj` by unit. Hours: `hours_short`, `hours_unsolved`, `hours_broken` by limit. States:
        `ramp_max_k_per_h`, `head_max_bar`, `head_mean_bar`, `t_supply_mean_degc`, `t_return_mean_degc`.
        `loss_difference_share`: how far the loss in the dispatch lies from the simulated one.
    """
    loss, pump, short = (case.whole(one) for one in (rows.loss_mw, rows.pump_mw, rows.shortfall_mw))
    pump_cny = float(pump @ problem.prices.power_cny_per_mwh)
    pump_t = float(pump.sum()) * problem.factors.of_power(problem.power_factor)
    emitted = float(co2_by_unit(problem, result, problem.power_factor)["total_t_co2"].sum()) + pump_t
    missing_t = float(short @ marginal_t_co2_per_mwh(problem, result, case.balance))
    cost = {key: value for key, value in result.cost_cny.items() if key != "total_cny"}
    cost |= {"pump_power_cny": pump_cny, "pump_co2_cny": pump_t * problem.prices.co2_cny_per_t}
    worth = np.maximum(result.shadow_price_cny_per_mwh[case.balance].to_numpy(), 0.0)
    total, missing_cny = sum(cost.values()), float(short @ worth)
    space = case.year.space_mw.sum(axis=1).to_numpy()
    assumed = (problem.demand_mw[case.balance] - (space - short))[case.hours].sum()
    head, top = rows.head_bar, float(np.nanmax(rows.head_bar))
    constant = np.nansum((top - head) * rows.pump_mw_per_bar * case.pump_cny_per_mwh)
    change = np.abs(np.diff(rows.t_supply_degc)) / case.gap_h[1:]
    heat = {unit.id: float(unit_heat_mw(result, unit).sum()) * GJ_PER_MWH for unit in problem.units}
    return {
        "total_cny": total,
        "equal_heat_cny": total + missing_cny,
        "missing_cny": missing_cny,
        "cost_cny": cost,
        "co2_t": emitted,
        "equal_heat_co2_t": emitted + missing_t,
        "loss_mwh": float(loss.sum()),
        "pump_mwh": float(pump.sum()),
        "missing_mwh": float(short.sum()),
        "hours_short": int((np.nan_to_num(rows.shortfall_mw) > _NOTHING_MW).sum()),
        "hours_unsolved": int((~rows.solved).sum()),
        "hours_broken": {name: int(rows.broken[:, i].sum()) for i, name in enumerate(LIMITS)},
        "waste_heat_gj": waste_heat_mwh(case, problem, result) * GJ_PER_MWH,
        "heat_gj": heat,
        "ramp_max_k_per_h": float(change.max(initial=0.0)),
        "head_max_bar": top,
        "head_mean_bar": float(np.nanmean(head)),
        "constant_head_cny": float(constant),
        "t_supply_mean_degc": float(rows.t_supply_degc.mean()),
        "t_return_mean_degc": float(np.nanmean(rows.t_return_degc)),
        "loss_difference_share": float((assumed - loss.sum()) / loss.sum()) if loss.sum() > 0 else 0.0,
    }


def hourly_cost_cny(case: SetpointCase, trial: Trial) -> FloatArray:
    """Return the cost of every solved hour at equal heat, (N,), CNY: all heat made, pumps, what missing heat would have cost."""
    problem, result = trial.problem, trial.result
    cost = marginal_cost_cny_per_mwh(replace(problem, stores=(), sites=()))
    heat = (cost * result.heat_mw[list(cost.columns)]).sum(axis=1).to_numpy()
    unmet = result.unmet_mw.sum(axis=1).to_numpy() * problem.prices.unmet_cny_per_mwh
    worth = np.maximum(result.shadow_price_cny_per_mwh[case.balance].to_numpy(), 0.0)
    pump, short = case.whole(trial.rows.pump_mw), case.whole(trial.rows.shortfall_mw)
    whole = heat + unmet + pump * problem.import_cost_cny_per_mwh + short * worth
    return np.asarray(whole[case.hours], dtype=float)


def waste_heat_mwh(case: SetpointCase, problem: DispatchProblem, result: DispatchResult) -> float:
    """Return the heat of sources of any waste class that ends in the network's water, MWh."""
    flows = trace_heat(problem, result, case.year.in_season)
    return sum(
        float(flow.heat_mw.sum())
        for flow in flows
        if flow.balance == case.balance and _waste_class(flow.source.kind, flow.source.waste_class) != "none"
    )


def _waste_class(kind: str, own: str) -> str:
    known: Mapping[str, Any] = PLANT_KINDS
    return known[kind].waste_class if own in ("", "none") and kind in known else own
