"""A season's mixed-integer programme: bound, schedule, and rounds that bring them together.

`heatnet.dispatch.season_bound` prices what ties blocks of two days to each other and bounds every block;
`heatnet.dispatch.season_roll` makes a first schedule, window by window; `heatnet.dispatch.season_schedule` solves stretches
of it again. The rounds alternate: stretches first, then bounds of blocks, then longer stretches and longer blocks, until the gap
is reached or a limit. Short programmes are solved whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatnet.dispatch.matrix_rows import Matrices
from heatnet.dispatch.season_bound import SeasonBound, even_cuts, season_prices
from heatnet.dispatch.season_roll import rolled_schedule
from heatnet.dispatch.season_schedule import SeasonSchedule
from heatnet.dispatch.solver_calls import Effort, Pool, Task, solve_linear, solve_whole
from heatnet.dispatch.stretches import Season
from heatnet.model.commitment import CommitmentLimits
from heatnet.model.hourly import FloatArray

#: programmes of no more hours than this are solved whole
WHOLE_H = 48
BLOCK_H = 48
#: hours at either side of a broken row's ends that are solved again first
MEND_H = 24
#: seconds for one window or stretch of the first schedule, where there is a limit of seconds
FIRST_SECONDS = 20.0
#: how many blocks or stretches are solved before the gap is looked at again
BATCH = 16
#: blocks whose part of the gap is below this share of what is asked for are left alone
SMALL_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class SeasonAnswer:
    """How a season's programme ended.

    Parameters
    ----------
    values : ndarray or None
        Of the columns, in the order of the matrices; None: no schedule.
    prices : ndarray
        Of the rows, those of the relaxation.
    bound : float
    infeasible : bool
        Whether there is no schedule at all.
    """

    values: FloatArray | None
    prices: FloatArray
    bound: float
    infeasible: bool = False


class _Clock:
    """Seconds that are left; None without a limit."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        return None if self._end is None else max(self._end - time.monotonic(), 0.0)

    @property
    def is_out(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end


def solve_season(matrices: Matrices, limits: CommitmentLimits, seconds: float | None = None) -> SeasonAnswer:
    """Return the best schedule found within the limits, and what no schedule undercuts.

    Parameters
    ----------
    matrices : Matrices
    limits : CommitmentLimits
    seconds : float, optional
        What is left of the seconds of the limits.
    """
    season, clock = Season(matrices), _Clock(seconds)
    with ThreadPoolExecutor(limits.threads) as threads:

        def pool(task: Callable[[int], Any], count: int) -> list[Any]:
            return list(threads.map(lambda one: None if clock.is_out else task(one), range(count)))

        def always(task: Callable[[int], Any], count: int) -> list[Any]:
            return list(threads.map(task, range(count)))

        if season.hours <= WHOLE_H:
            return _solve_whole(season, limits, clock)
        return _Rounds(season, limits, clock, pool, always).answer()


def _whole_task(season: Season) -> Task:
    return Task(season.by_row, season.cost, season.low, season.high, season.row_low, season.row_high, season.whole)


def _solve_whole(season: Season, limits: CommitmentLimits, clock: _Clock) -> SeasonAnswer:
    task = _whole_task(season)
    relaxed = solve_linear(task)
    prices = np.full(len(season.row_low), np.nan) if relaxed.duals is None else relaxed.duals
    found = solve_whole(task, Effort(limits.gap_share, limits.nodes * WHOLE_H), clock.left())
    values = None if found.values is None else season.unsorted(found.values)
    return SeasonAnswer(values, prices, max(found.bound, relaxed.bound), found.infeasible or relaxed.infeasible)


class _Rounds:
    def __init__(self, season: Season, limits: CommitmentLimits, clock: _Clock, pool: Pool, always: Pool) -> None:
        self.season, self.limits, self.clock, self.pool = season, limits, clock, pool
        # a first schedule takes what it takes: without one there is no answer
        self.always = always
        self.quick = Effort(max(limits.gap_share / 4, 1e-6), limits.nodes)
        self.proof = Effort(limits.gap_share / 5, limits.nodes)
        self.best_bound = -np.inf

    def answer(self) -> SeasonAnswer:
        priced = season_prices(self.season, self.always)
        if priced is None:
            return _solve_whole(self.season, self.limits, self.clock)
        self.bound = SeasonBound(self.season, priced.rows, even_cuts(self.season.hours, BLOCK_H))
        if not self.bound.relax(self.always):
            return _solve_whole(self.season, self.limits, self.clock)
        # blocks with a finite bound have values, and together all columns in their order
        relaxed = np.concatenate([found.values for found in self.bound.relaxed if found.values is not None])
        self.best_bound = self.bound.value
        first = rolled_schedule(self.season, priced, self.always, self.quick, self._first_seconds)
        self.schedule = SeasonSchedule(self.season, first, relaxed)
        self._mend()
        for number, step in zip(range(self.limits.rounds), self._steps(), strict=False):
            if self._is_done():
                break
            step(number)
        values = self.season.unsorted(self.schedule.values) if self.schedule.keeps_all else None
        return SeasonAnswer(values, priced.rows, self.best_bound)

    def _first_seconds(self) -> float | None:
        return None if self.clock.left() is None else FIRST_SECONDS

    def _is_done(self) -> bool:
        return self.clock.is_out or (self.schedule.keeps_all and self.gap_share <= self.limits.gap_share)

    @property
    def gap_share(self) -> float:
        cost = self.schedule.cost
        return (cost - self.best_bound) / max(abs(cost), 1e-9)

    def _mend(self) -> None:
        """Solve the stretches around what is broken, ever wider."""
        hours = self.season.hours
        width = MEND_H
        while not self.schedule.keeps_all and width < 2 * hours:
            for near_guide in (True, False):
                rows = np.flatnonzero(self.schedule.lack())
                ends = np.concatenate([self.season.first[rows], self.season.last[rows]])
                spans = _disjoint([(max(int(one) - width, 0), min(int(one) + width, hours)) for one in ends])
                self.schedule.improve(self.always, spans, self.quick, near_guide, self._first_seconds)
            width *= 2

    def _steps(self) -> Iterator[Callable[[int], None]]:
        length = 36
        while True:
            for offset in (0, length // 2):
                yield lambda _number, offset=offset, length=length: self._improve(length, offset, near_guide=False)  # type: ignore[misc]
            yield lambda _number: self._tighten()
            yield lambda _number, length=length: self._improve(3 * length, length, near_guide=True)  # type: ignore[misc]
            yield lambda _number: self._merge()
            length = min(length + 12, 96)

    def _hourly_gap(self) -> FloatArray:
        gaps = np.maximum(self.schedule.gaps(self.bound), 0.0)
        lengths = [end - begin for begin, end in self.bound.blocks]
        return np.repeat(gaps / lengths, lengths)

    def _improve(self, length: int, offset: int, near_guide: bool) -> None:
        """Solve stretches of a length again, those of the largest gaps first, with hours between them left alone."""
        gap = self._hourly_gap()
        small = SMALL_SHARE * self.limits.gap_share * abs(self.schedule.cost) / self.season.hours
        pause = 6
        begins = range(offset - length, self.season.hours, length + pause)
        spans = [(max(begin, 0), min(begin + length, self.season.hours)) for begin in begins]
        spans = [span for span in spans if span[1] - span[0] > pause and gap[slice(*span)].mean() > small]
        spans.sort(key=lambda span: -float(gap[slice(*span)].sum()))
        for first in range(0, len(spans), BATCH):
            if self._is_done():
                return
            batch = spans[first : first + BATCH]
            self.schedule.improve(self.pool, batch, self.quick, near_guide, self.clock.left)

    def _tighten(self) -> None:
        gaps = self.schedule.gaps(self.bound)
        small = SMALL_SHARE * self.limits.gap_share * abs(self.schedule.cost) / len(gaps)
        order = [int(one) for one in np.argsort(-gaps, kind="stable") if gaps[one] > small]
        order = [one for one in order if self.bound.proven_h[one] == 0]
        for first in range(0, len(order), BATCH):
            if self._is_done():
                return
            batch = order[first : first + BATCH]
            answers = self.bound.tighten(self.pool, batch, self.schedule.values, self.proof, self.clock.left)
            # what the blocks do by themselves says more than the relaxation of where the schedule may be right
            for block, answer in zip(batch, answers, strict=True):
                if answer is not None and answer.values is not None:
                    self.schedule.guide[self.season.stretch(*self.bound.blocks[block]).columns] = answer.values
            self.best_bound = max(self.best_bound, self.bound.value)

    def _merge(self) -> None:
        if len(self.bound.cuts) > 0:
            self.bound = self.bound.merged()


def _disjoint(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans with those that overlap joined."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
