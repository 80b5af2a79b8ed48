"""The year of one choice of options over all hours: the cheapest at a target, or the one of the largest rate.

The programme counts a relaxation of the rate (`heatnet.design.rate`): its optimum is a lower bound for this choice, and its
schedule may have a smaller rate than the target. Then two ways lead to a schedule that reaches it, and the cheaper one counts:

- **Process hours.** Where unfired heat serves a process first, a part of it goes on only above the process: it should be much in
  some hours and nothing in others. The relaxation's average over equal hours tells in how many; in these the programme is stated
  exactly, in the others nothing goes on (`System.passing`).
- **Own target.** The programme's target is raised by what is missing, some times over.

Stores stand still in hours long before anyone asks for heat, months of a tank's summer, until an optimum's duals say that heat of
these hours might lower it (`heatnet.design.programme_stores.may_wait`); then the choice is stated with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from heatnet.design.candidates import State
from heatnet.design.outcome import Outcome, outcome_of
from heatnet.design.pieces import system_of
from heatnet.design.programme import Programme, state_programme
from heatnet.design.programme_contracts import is_sized_contract, run
from heatnet.design.programme_stores import may_wait
from heatnet.design.rate import RateTarget
from heatnet.design.solve import Answer, Solver
from heatnet.model.hourly import BoolArray, FloatArray

#: how far the rate of the report may miss the target, and how often the search's own target is moved to mend that
RATE_TOLERANCE = 2e-5
_CORRECTIONS = 8
#: how often process hours are chosen anew, and what of an hour's heat is none
_CHOSEN_ANEW = 4
_NO_HEAT_SHARE = 1e-6
#: programmes over all hours that are kept to be solved again from where they stand
_KEPT = 6

Passing = dict[tuple[str, ...], BoolArray]
Solve = Callable[[Programme, Solver], Answer]


@dataclass(frozen=True, eq=False)
class Found:
    """What was found, and a lower bound of the cost.

    Parameters
    ----------
    outcome : Outcome or None
        The cheapest found.
    bound_cny : float
        Nothing that reaches the target costs less; infinite where it is proven that nothing reaches it.
    """

    outcome: Outcome | None
    bound_cny: float

    @property
    def is_open(self) -> bool:
        """Whether nothing was found, though something may exist."""
        return self.outcome is None and self.bound_cny < np.inf


def ask_for_rate(programme: Programme, solver: Solver, target: RateTarget) -> None:
    """Let no more heat be missing than a schedule that has a rate may leave, where one is to be reached."""
    has_rate = target.share > 0 and not target.at_most
    solver.set_bounds(programme.excess, 0.0, 0.0 if has_rate else np.inf)


class Evaluator:
    """Evaluates choices over all hours; keeps the last programmes, so that another target starts from their optimum."""

    def __init__(self, target: RateTarget) -> None:
        self._target = target
        self._kept: dict[tuple, tuple[Programme, Solver]] = {}

    def _programme(self, state: State, counts: Mapping[str, int], again: bool) -> tuple[Programme, Solver]:
        key = (state.id, tuple(sorted(counts.items())))
        if again:
            del self._kept[key]
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = self._stated(state, counts, waiting=again)
        return self._kept[key]

    def _stated(
        self, state: State, counts: Mapping[str, int], passing: Passing | None = None, waiting: bool = False
    ) -> tuple[Programme, Solver]:
        system = system_of(state, self._target, counts, passing)
        waiting = waiting or any(is_sized_contract(piece) for piece in system.pieces)
        programme = state_programme(system, system.exact_periods(waiting=waiting))
        return programme, Solver(programme.matrix)

    def _solved(self, state: State, counts: Mapping[str, int], solve: Solve) -> tuple[Programme, Solver, Answer]:
        """Solve the programme of a choice; with all hours of its stores where those left out might count."""
        for again in (False, True):
            programme, solver = self._programme(state, counts, again)
            answer = solve(programme, solver)
            if not may_wait(programme, answer):
                break
        return programme, solver, answer

    def cheapest(self, state: State, counts: Mapping[str, int], share: float) -> Found:
        """Return the cheapest year of a choice at a target, and what none of this choice costs less than."""
        asked = self._target.at(share)

        def solved(programme: Programme, solver: Solver) -> Answer:
            return _at_least_cost(programme, solver, asked, share)

        programme, solver, answer = self._solved(state, counts, solved)
        if not answer.found:
            return Found(None, np.inf if answer.infeasible else -np.inf)
        bound = programme.cost_cny(answer.bound)
        outcome = outcome_of(programme, answer, asked)
        if share == 0 or asked.at_most or _reaches(outcome, share):
            return Found(outcome, bound)
        tried = list(self._by_process_hours(outcome, programme, answer, solved))
        tried.append(_by_own_target(programme, solver, asked, outcome))
        reached = [one for one in tried if _reaches(one, share)]
        return Found(min(reached, key=lambda one: one.cost_cny, default=None), bound)

    def largest(self, state: State, counts: Mapping[str, int]) -> Outcome | None:
        """Return the year of the largest rate of a choice, by Dinkelbach's iteration on the fraction N/D; None if none."""
        programme, _solver, answer = self._solved(state, counts, _of_largest_rate)
        if not answer.found:
            return None
        outcome = outcome_of(programme, answer, self._target)
        if not outcome.programme_rate - outcome.rate > RATE_TOLERANCE:
            return outcome
        return max([outcome, *self._by_process_hours(outcome, programme, answer, _of_largest_rate)], key=_counted_rate)

    def _by_process_hours(
        self,
        first: Outcome,
        programme: Programme,
        answer: Answer,
        solve: Solve,
    ) -> Iterator[Outcome]:
        """Yield years in which unfired heat passes the process in some hours: those that a relaxed answer tells, then fewer."""
        counts = programme.system.counts or {}
        for rounded in (np.ceil, _all_of_some):
            passing = _passing_hours(programme, answer, rounded)
            if not any(hours.any() for hours in passing.values()):
                return
            for _attempt in range(_CHOSEN_ANEW):
                other, solver = self._stated(first.state, counts, passing)
                found = solve(other, solver)
                if not found.found:
                    break
                yield outcome_of(other, found, first.target)
                used = _used_hours(other, found)
                if all(np.array_equal(used[joined], hours) for joined, hours in passing.items()):
                    return
                passing = used


def _all_of_some(hours: FloatArray) -> FloatArray:
    return np.where(hours > 0, np.inf, 0.0)


def _counted_rate(outcome: Outcome) -> float:
    return outcome.rate if outcome.may_have_a_rate else -np.inf


def _reaches(outcome: Outcome, share: float) -> bool:
    return outcome.may_have_a_rate and outcome.rate >= share - RATE_TOLERANCE


def _at_least_cost(programme: Programme, solver: Solver, asked: RateTarget, share: float) -> Answer:
    """Return the cheapest schedule whose rate, as the programme counts it, is a share."""
    ask_for_rate(programme, solver, asked)
    solver.set_costs(programme.matrix.arrays()["cost"])
    solver.set_entry(programme.target_row, programme.denominator, -share)
    return run(programme, solver)


def _by_own_target(programme: Programme, solver: Solver, asked: RateTarget, first: Outcome) -> Outcome:
    """Return the schedule whose rate reaches the target once the programme's own is raised, or the last that does not."""
    inner, outcome = asked.share, first
    for _attempt in range(_CORRECTIONS):
        if not outcome.may_have_a_rate or _reaches(outcome, asked.share):
            break
        inner += asked.share - outcome.rate
        answer = _at_least_cost(programme, solver, asked, inner)
        if not answer.found:
            break
        outcome = outcome_of(programme, answer, asked)
    return outcome


def _of_largest_rate(programme: Programme, solver: Solver) -> Answer:
    """Return the schedule of the largest rate, as the programme counts it."""
    solver.set_bounds(programme.excess, 0.0, np.inf)
    solver.set_entry(programme.target_row, programme.denominator, 0.0)
    solver.set_row(programme.target_row, -np.inf, np.inf)
    share, best = 0.0, None
    for _step in range(4):
        solver.set_costs(programme.costs_of_rate(share))
        answer = run(programme, solver)
        if not answer.found:
            break
        best = answer
        better = answer.values[programme.numerator] / max(answer.values[programme.denominator], 1e-9)
        if abs(better - share) < 1e-7:
            break
        share = better
    edge = (-np.inf, 0.0) if programme.system.target.at_most else (0.0, np.inf)
    solver.set_row(programme.target_row, *edge)
    return answer if best is None else best


def _passing_hours(programme: Programme, answer: Answer, rounded: Callable[[FloatArray], FloatArray]) -> Passing:
    """Return the hours in which unfired heat passes the process of each balance, if it did so with all that may be there.

    Parameters
    ----------
    programme : Programme
        Over equal hours.
    answer : Answer
    rounded : callable
        Gives a number of hours from what the relaxation says for each period; more than it has is all of them.
    """
    periods, passing = programme.periods, {}
    for joined, parts in programme.passing.items():
        heat = np.zeros(periods.count)
        for own, _through, given, dumped in parts:
            heat[own] += answer.values[given]
            if dumped is not None:
                heat[own] -= answer.values[dumped]
        most = programme.system.terms.unfired_most_mw(joined)[periods.first]
        process = programme.system.process_mw(joined)[periods.first]
        hours = np.divide(heat, most, out=np.zeros_like(heat), where=most > process)
        count = rounded(np.where(hours > _NO_HEAT_SHARE, hours - _NO_HEAT_SHARE, 0.0))
        passing[joined] = _place_in_period(periods.of_hour) < count[periods.of_hour]
    return passing


def _place_in_period(of_hour: np.ndarray) -> np.ndarray:
    """Return how many earlier hours each hour's period has, (T,)."""
    order = np.argsort(of_hour, kind="stable")
    first = np.append(True, of_hour[order][1:] != of_hour[order][:-1])
    starts = np.flatnonzero(first)
    place = np.empty(len(of_hour), dtype=int)
    place[order] = np.arange(len(of_hour)) - starts[np.cumsum(first) - 1]
    return place


def _used_hours(programme: Programme, answer: Answer) -> Passing:
    """Return the hours in which heat does pass the process."""
    used = {}
    for joined, parts in programme.passing.items():
        through = np.zeros(programme.periods.count)
        for own, columns, _given, _dumped in parts:
            through[own] += answer.values[columns]
        used[joined] = (through > _NO_HEAT_SHARE * programme.periods.hours)[programme.periods.of_hour]
    return used
