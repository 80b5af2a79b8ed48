"""The cheapest portfolio with a proven gap: bounds from blocks of hours, schedules from all hours.

1. The **master** is the programme over blocks with its choices open: its optimum is a lower bound for every
portfolio not yet tried. 2. Its choice is **evaluated** over all hours, with sizes and schedule free again
(`heatnet.design.evaluate`): an upper bound, and a lower one for this choice. 3. A cut takes that choice out of the master, which
is solved again.

Bounds rise and the best evaluation falls; the search ends when they meet within the gap, when no choice is left, or after a fixed
number of rounds. The bound for all portfolios is the least of the master's and of those of the choices tried. Nothing depends on
the clock: the same input gives the same portfolio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet.design.candidates import State
from heatnet.design.evaluate import Evaluator, Found, ask_for_rate
from heatnet.design.outcome import Outcome
from heatnet.design.pieces import system_of
from heatnet.design.programme import state_programme
from heatnet.design.rate import RateTarget
from heatnet.design.solve import Answer, Solver

Tick = Callable[[str], None]
Counts = dict[str, int]


@dataclass(frozen=True)
class SearchLimits:
    """When a search ends, and how coarse its bound is.

    Parameters
    ----------
    gap_share : float
        Proven gap of the cost at which the search ends.
    rounds : int
        Portfolios evaluated over all hours, at most.
    block_h : int
        Longest block of the master, h; 1: no block.
    steps : int
        Blocks are alike, and put together, whose demands agree in that many steps of the largest; 0: never.
    """

    gap_share: float = 0.002
    rounds: int = 40
    block_h: int = 8
    steps: int = 20


USUAL = SearchLimits()


class _Master:
    """The programme of one state over blocks; it gives choices in the order of their bound."""

    def __init__(
        self, state: State, target: RateTarget, limits: SearchLimits, of_rate: bool, whole_projects: bool = True
    ) -> None:
        system = system_of(state, target)
        periods = system.block_periods(limits.block_h, limits.steps)
        self.state = state
        self._of_rate = of_rate
        self._programme = state_programme(system, periods)
        self._solver = Solver(self._programme.matrix, limits.gap_share / 4 or 1e-9, whole_projects)
        if of_rate:
            self._solver.set_costs(self._programme.costs_of_rate(0.0, missing_weight=0.0))
            self._solver.set_row(self._programme.target_row, -np.inf, np.inf)
        else:
            ask_for_rate(self._programme, self._solver, target)
        self.bound = np.inf
        self.counts: Counts | None = None
        self._solve()

    def _solve(self) -> None:
        answer: Answer = self._solver.run()
        self.counts = self._programme.counts_of(answer) if answer.found else None
        self.bound = answer.bound if self._of_rate else self._programme.cost_cny(answer.bound)
        if answer.infeasible:
            self.bound = np.inf

    def cut(self) -> None:
        """Take the present choice out, and find the next."""
        columns = list(self._programme.chosen.values())
        if not columns or self.counts is None:
            self.bound, self.counts = np.inf, None
            return
        every = np.concatenate(columns)
        ones = np.concatenate(
            [
                (np.arange(len(own)) < self.counts.get(name, 0)).astype(float)
                for name, own in self._programme.chosen.items()
            ]
        )
        self._solver.add_row(1.0 - float(ones.sum()), np.inf, every, 1.0 - 2.0 * ones)
        self._solve()


def search(
    states: Sequence[State],
    target: RateTarget,
    limits: SearchLimits = USUAL,
    evaluator: Evaluator | None = None,
    tick: Tick = lambda _stage: None,
    first: Sequence[tuple[State, Counts]] = (),
) -> Found:
    """Return the cheapest portfolio whose rate reaches the target, and what none costs less than.

    Parameters
    ----------
    states : sequence of State
    target : RateTarget
    limits : SearchLimits
    evaluator : Evaluator, optional
        Of the same definition, to start from its programmes.
    tick : callable
        Called after each evaluation.
    first : sequence of (State, counts)
        Choices to be evaluated before the search: a good one ends it early.
    """
    evaluator = evaluator or Evaluator(target)
    tried: dict[tuple, Found] = {}

    def evaluate(state: State, counts: Counts) -> bool:
        key = (state.id, tuple(sorted(counts.items())))
        if key in tried:
            return False
        tried[key] = evaluator.cheapest(state, counts, target.share)
        return True

    for state, counts in first:
        evaluate(state, counts)
    masters = [_Master(state, target, limits, of_rate=False) for state in states]
    for _round in range(limits.rounds):
        master = min(masters, key=lambda one: one.bound)
        if master.counts is None or _closed(_best(tried.values()), master.bound, limits):
            break
        if evaluate(master.state, master.counts):
            tick("evaluate")
            if _closed(_best(tried.values()), master.bound, limits):
                break
        master.cut()
    best = _best(tried.values())
    bound = min([np.inf, *(master.bound for master in masters), *(found.bound_cny for found in tried.values())])
    if best is None:
        return Found(None, bound)
    bound = min(bound, best.cost_cny)
    return Found(replace(best, bound_cny=bound), bound)


def cheapest(
    states: Sequence[State],
    target: RateTarget,
    limits: SearchLimits = USUAL,
    evaluator: Evaluator | None = None,
) -> Outcome | None:
    """Return the portfolio of `search`; None where none was found."""
    return search(states, target, limits, evaluator).outcome


def _best(found: Iterable[Found]) -> Outcome | None:
    """Return the cheapest portfolio, the first of equal ones."""
    there = [one.outcome for one in found if one.outcome is not None]
    return min(there, key=lambda one: one.cost_cny, default=None)


def _closed(best: Outcome | None, bound: float, limits: SearchLimits) -> bool:
    return best is not None and best.cost_cny - bound <= limits.gap_share * abs(best.cost_cny)


@dataclass(frozen=True, eq=False)
class RateLimit:
    """The largest rate of a definition.

    Parameters
    ----------
    outcome : Outcome or None
        The best portfolio found; its `rate` is reached by its schedule.
    bound : float
        No portfolio has a larger rate.
    """

    outcome: Outcome | None
    bound: float

    @property
    def rate(self) -> float:
        """The largest rate found; 0 where there is no schedule."""
        return 0.0 if self.outcome is None or np.isnan(self.outcome.rate) else max(self.outcome.rate, 0.0)


def largest_rate(
    states: Sequence[State],
    target: RateTarget,
    limits: SearchLimits = USUAL,
    evaluator: Evaluator | None = None,
    rounds: int = 3,
) -> RateLimit:
    """Return the largest rate that any portfolio reaches, whatever it costs, no heat missing that could be there."""
    evaluator = evaluator or Evaluator(target)
    masters = [_Master(state, target, limits, of_rate=True) for state in states]
    best: Outcome | None = None
    for _round in range(rounds):
        master = min(masters, key=lambda one: one.bound)
        if master.counts is None:
            break
        if best is not None and _rate_bound(master, target) <= best.rate * (1 + 1e-3):
            break
        found = evaluator.largest(master.state, master.counts)
        if found is not None and (best is None or not found.rate <= best.rate):
            best = found
        master.cut()
    bounds = [_rate_bound(master, target) for master in masters if master.bound < np.inf]
    known = [] if best is None or np.isnan(best.rate) else [best.rate]
    return RateLimit(best, max([0.0, *bounds, *known]))


def rate_bound(states: Sequence[State], target: RateTarget, limits: SearchLimits = USUAL) -> float:
    """Return a share that no portfolio exceeds, quickly: the programme over blocks with pieces of projects allowed."""
    bounds = [
        _rate_bound(_Master(state, target, limits, of_rate=True, whole_projects=False), target) for state in states
    ]
    return max([0.0, *(bound for bound in bounds if np.isfinite(bound))])


def _rate_bound(master: _Master, target: RateTarget) -> float:
    """Return what the rate is at most by the master's bound of N: D, missing heat included, is at least the demand."""
    system = system_of(master.state, target, {})
    problem = master.state.problem
    _n, whole = system.terms.constants
    for balance in problem.balances:
        share = system.terms.heat_share(balance)
        whole += float(share @ problem.demand_of(balance))
        share = share + system.terms.demand_share(balance)
        for option in master.state.options:
            less = np.minimum(option.demand_change_mw.get(balance, np.zeros(1)), 0.0)
            whole += option.count_max * float(np.sum(share * less))
    return min(-master.bound / whole, 1.0) if whole > 0 else 0.0
