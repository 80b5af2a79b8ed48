"""The cheapest portfolio with a proven gap: bounds from blocks of hours, schedules from all hours.

1. The **master** is the programme over blocks with its choices open: its optimum is a lower bound for every
portfolio not yet tried. 2. Its choice is **evaluated** over all hours, with sizes and schedule free again: an upper bound.
3. A cut takes that choice out of the master, which is solved again.

Bounds rise and the best evaluation falls; the search ends when they meet within the gap, when no choice is left (then the best is
proven optimal), or after a fixed number of rounds. Nothing depends on the clock: the same input gives the same portfolio.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet.design.candidates import State
from heatnet.design.outcome import Outcome, outcome_of
from heatnet.design.pieces import system_of
from heatnet.design.programme import Programme, state_programme
from heatnet.design.programme_contracts import run
from heatnet.design.rate import RateTarget
from heatnet.design.solve import Answer, Solver

Tick = Callable[[str], None]
Counts = dict[str, int]

#: how far the rate of the report may miss the target, and how often the search's own target is moved to mend that
RATE_TOLERANCE = 2e-5
_CORRECTIONS = 8
#: programmes over all hours that are kept to be solved again from where they stand
_KEPT = 6


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


class Evaluator:
    """Evaluates choices over all hours; keeps the last programmes, so that another target starts from their optimum."""

    def __init__(self, target: RateTarget) -> None:
        self._target = target
        self._kept: dict[tuple, tuple[Programme, Solver]] = {}

    def _programme(self, state: State, counts: Mapping[str, int]) -> tuple[Programme, Solver]:
        key = (state.id, tuple(sorted(counts.items())))
        if key not in self._kept:
            system = system_of(state, self._target, counts)
            programme = state_programme(system, system.exact_periods())
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = programme, Solver(programme.matrix)
        return self._kept[key]

    def cheapest(self, state: State, counts: Mapping[str, int], share: float) -> Outcome | None:
        """Return the cheapest year of a choice at a target; None where it cannot reach it."""
        programme, solver = self._programme(state, counts)
        solver.set_costs(programme.matrix.arrays()["cost"])
        asked, inner = self._target.at(share), share
        for _attempt in range(_CORRECTIONS):
            solver.set_entry(programme.target_row, programme.denominator, -inner)
            answer = run(programme, solver)
            if not answer.found:
                return None
            outcome = outcome_of(programme, answer, asked)
            if asked.at_most:
                return outcome
            if share > 0 and not outcome.may_have_a_rate:
                return None
            missing = share - outcome.rate
            if share == 0 or missing <= RATE_TOLERANCE:
                return outcome
            inner += missing
        return None

    def largest(self, state: State, counts: Mapping[str, int]) -> Outcome | None:
        """Return the year of the largest rate of a choice, by Dinkelbach's iteration on the fraction N/D; None if none."""
        programme, solver = self._programme(state, counts)
        solver.set_entry(programme.target_row, programme.denominator, 0.0)
        solver.set_row(programme.target_row, -np.inf, np.inf)
        share, answer = 0.0, None
        for _step in range(4):
            solver.set_costs(programme.costs_of_rate(share))
            found = run(programme, solver)
            if not found.found:
                break
            answer = found
            better = answer.values[programme.numerator] / max(answer.values[programme.denominator], 1e-9)
            if abs(better - share) < 1e-7:
                break
            share = better
        edge = (-np.inf, 0.0) if self._target.at_most else (0.0, np.inf)
        solver.set_row(programme.target_row, *edge)
        return None if answer is None else outcome_of(programme, answer, self._target)


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
            self._solver.set_costs(self._programme.costs_of_rate(0.0))
            self._solver.set_row(self._programme.target_row, -np.inf, np.inf)
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


def cheapest(
    states: Sequence[State],
    target: RateTarget,
    limits: SearchLimits = USUAL,
    evaluator: Evaluator | None = None,
    tick: Tick = lambda _stage: None,
    first: Sequence[tuple[State, Counts]] = (),
) -> Outcome | None:
    """Return the cheapest portfolio whose rate reaches the target, with the proven bound; None where none does.

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
    best: Outcome | None = None
    for state, counts in first:
        best = _better(best, evaluator.cheapest(state, counts, target.share))
    masters = [_Master(state, target, limits, of_rate=False) for state in states]
    tried = {(state.id, tuple(sorted(counts.items()))) for state, counts in first}
    for _round in range(limits.rounds):
        master = min(masters, key=lambda one: one.bound)
        if master.counts is None or _closed(best, master.bound, limits):
            break
        key = (master.state.id, tuple(sorted(master.counts.items())))
        if key not in tried:
            best = _better(best, evaluator.cheapest(master.state, master.counts, target.share))
            tick("evaluate")
            if _closed(best, master.bound, limits):
                break
        master.cut()
    if best is None:
        return None
    bound = min([best.cost_cny, *(master.bound for master in masters)])
    return replace(best, bound_cny=bound)


def _closed(best: Outcome | None, bound: float, limits: SearchLimits) -> bool:
    return best is not None and best.cost_cny - bound <= limits.gap_share * abs(best.cost_cny)


def _better(best: Outcome | None, other: Outcome | None) -> Outcome | None:
    if best is None or (other is not None and other.cost_cny < best.cost_cny):
        return other
    return best


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
    """Return what the rate is at most by the master's bound of N: D is at least the demand."""
    system = system_of(master.state, target, {})
    problem = master.state.problem
    _n, whole = system.terms.constants
    for balance in problem.balances:
        whole += float(system.terms.heat_share(balance) @ problem.demand_of(balance))
        for option in master.state.options:
            less = np.minimum(option.demand_change_mw.get(balance, np.zeros(1)), 0.0)
            whole += option.count_max * float(np.sum(system.terms.heat_share(balance) * less))
    return min(-master.bound / whole, 1.0) if whole > 0 else 0.0
