"""A portfolio with its year: the schedule by the hour, what it costs and emits, and its rate as the report computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from heatnet.design.candidates import Option, State, problem_of
from heatnet.design.matrix import IntArray
from heatnet.design.programme import Programme
from heatnet.design.rate import RateTarget
from heatnet.design.solve import MONEY_UNIT_CNY, Answer
from heatnet.dispatch.costs import account_commitment, account_costs
from heatnet.metrics import carbon
from heatnet.metrics.energy import unmet_share
from heatnet.model.heat_store import charging_units
from heatnet.model.hourly import FloatArray
from heatnet.model.substitution import UNMET_LIMIT_SHARE
from heatnet.model.supply import DispatchProblem, DispatchResult, DispatchStatus
from heatnet.units import GJ_PER_MWH


@dataclass(frozen=True, eq=False)
class Outcome:
    """The cheapest year of a choice of options.

    Parameters
    ----------
    state : State
    target : RateTarget
        As asked.
    choice : mapping of option id to (pieces, size)
    problem, result : DispatchProblem, DispatchResult
        The programme with the portfolio built, and its schedule.
    cost_cny : float
        Annuities, fixed and operating cost of a year.
    invested_cny_per_a : float
        Annuities, operation and maintenance of what is built.
    programme_rate, rate : float
        As the programme counts, and as `heatnet.metrics.substitution` does.
    shadow_cny_per_gj : float
        What a further GJ of counted heat would cost with the same projects; 0 where the target does not bind.
    bound_cny : float
        Proven lower bound of the cost over all portfolios.
    """

    state: State
    target: RateTarget
    choice: Mapping[str, tuple[int, float]]
    problem: DispatchProblem
    result: DispatchResult
    cost_cny: float
    invested_cny_per_a: float
    programme_rate: float
    rate: float
    shadow_cny_per_gj: float
    bound_cny: float = -np.inf

    @property
    def gap_share(self) -> float:
        """How much cheaper another portfolio might be, as a share of the cost."""
        return max(self.cost_cny - self.bound_cny, 0.0) / abs(self.cost_cny) if self.cost_cny else 0.0

    @property
    def built(self) -> list[tuple[Option, int, float]]:
        """Return (option, pieces, size) of what is built besides what the state is made of, in declared order."""
        return [
            (option, *self.choice[option.id]) for option in self.state.options if self.choice.get(option.id, (0, 0))[0]
        ]

    @property
    def counts(self) -> dict[str, int]:
        """Pieces of each chosen option."""
        return {name: count for name, (count, _size) in self.choice.items()}

    @property
    def unmet_share(self) -> float:
        """Heat missing over the demand."""
        return unmet_share(self.problem, self.result)

    @property
    def may_have_a_rate(self) -> bool:
        """Whether so little heat is missing in the zone that a rate may be printed, and there is one."""
        missing = unmet_share(self.problem, self.result, self.target.networks)
        return missing <= UNMET_LIMIT_SHARE and not np.isnan(self.rate)

    def co2_t(self) -> dict[str, float]:
        """Return the emissions with the average and with the marginal factor of the grid, t CO2."""
        return {name: emitted["total_t_co2"] for name, emitted in carbon.co2(self.problem, self.result).items()}


def outcome_of(programme: Programme, answer: Answer, target: RateTarget) -> Outcome:
    """Return what a solved programme over equal hours, its choice made, means by the hour."""
    system = programme.system
    sizes = programme.sizes_of(answer)
    choice = {name: (count, sizes.get(name, 0.0)) for name, count in programme.counts_of(answer).items()}
    problem = problem_of(system.state, choice)
    result = _result(programme, answer, problem)
    invested = system.state.cny_per_a + sum(
        option.yearly_cny(*choice[option.id]) for option in system.options if option.id in choice
    )
    counted, whole = answer.values[programme.numerator], answer.values[programme.denominator]
    dual = answer.duals[programme.target_row] * MONEY_UNIT_CNY if len(answer.duals) else np.nan
    return Outcome(
        system.state,
        target,
        choice,
        problem,
        result,
        invested + result.cost_cny["total_cny"],
        invested,
        counted / whole if whole else float("nan"),
        target.rate(problem, result),
        dual / GJ_PER_MWH,
    )


def _result(programme: Programme, answer: Answer, problem: DispatchProblem) -> DispatchResult:
    """Return the schedule as the dispatch would; equal hours of a period share its heat equally."""
    periods = programme.periods

    def spread(own: IntArray, columns: IntArray) -> FloatArray:
        values = np.zeros(periods.count)
        values[own] = np.maximum(answer.values[columns], 0.0)
        return periods.spread(values)

    def frame(columns: Mapping[str, FloatArray]) -> pd.DataFrame:
        return pd.DataFrame(columns, index=problem.time, dtype=float)

    everything = np.arange(periods.count)
    heat = {unit.id: np.zeros(len(problem.time)) for unit in problem.units}
    least = {unit.id: unit.take_min_mw for unit in problem.units}
    for piece, (own, columns) in zip(programme.system.pieces, programme.heat, strict=True):
        heat[piece.unit.id] = np.clip(spread(own, columns), least[piece.unit.id], None)
    dumped = {balance: np.zeros(len(problem.time)) for balance in problem.balances}
    for number, (own, columns) in programme.dumped.items():
        dumped[programme.system.pieces[number].unit.balance] += spread(own, columns)
    unmet = {balance: spread(everything, programme.unmet[balance]) for balance in problem.balances}
    duals = {
        balance: (answer.duals[rows] * MONEY_UNIT_CNY)[periods.of_hour]
        for balance, rows in programme.balance_rows.items()
    }
    heat_mw, unmet_mw = frame(heat), frame(unmet)
    passed = {
        name: spread(everything, there) - spread(everything, back)
        for name, (there, back) in programme.transfers.items()
    }
    result = DispatchResult(
        status=DispatchStatus.OPTIMAL,
        heat_mw=heat_mw,
        unmet_mw=unmet_mw,
        dumped_mw=frame(dumped),
        cost_cny=account_costs(problem, heat_mw, unmet_mw),
        shadow_price_cny_per_mwh=frame(duals),
        transfer_mw=frame(passed),
        **{name: frame(columns) for name, columns in _stored(programme, answer, problem, heat).items()},
    )
    return replace(result, cost_cny=account_commitment(problem, result.cost_cny, result)) if passed else result


def _stored(
    programme: Programme, answer: Answer, problem: DispatchProblem, heat: Mapping[str, FloatArray]
) -> dict[str, dict[str, FloatArray]]:
    """Return the frames of the stores; what several units charge together is theirs in proportion to their heat.

    Where stores have some units in common and others not, the programme says what each unit gives.
    """
    hours, chain = len(problem.time), programme.periods.first[programme.periods.chain]
    there = {store.id: store for store in problem.stores}
    tables: dict[str, dict[str, FloatArray]] = {
        name: {store: np.zeros(hours) for store in there}
        for name in ("store_level_mwh", "store_charge_mw", "store_discharge_mw")
    }
    tables["unit_charge_mw"] = {unit: np.zeros(hours) for unit in charging_units(problem.stores)}
    for own in programme.stores:
        store = there.get(own.piece.store.id)
        if store is None:
            continue
        for name, columns in (
            ("store_level_mwh", own.level),
            ("store_charge_mw", own.charge),
            ("store_discharge_mw", own.discharge),
        ):
            tables[name][store.id][chain] = np.maximum(answer.values[columns], 0.0)
        for unit, columns in own.inflow.items():
            if unit in tables["unit_charge_mw"]:
                tables["unit_charge_mw"][unit][chain] += np.maximum(answer.values[columns], 0.0)
        if own.inflow:
            continue
        together = sum((heat[unit] for unit in store.charged_by), np.zeros(hours))
        for unit in store.charged_by:
            part = np.divide(heat[unit], together, out=np.zeros(hours), where=together > 0)
            tables["unit_charge_mw"][unit] += part * tables["store_charge_mw"][store.id]
    return tables
