"""What no schedule of a season can undercut: prices of the rows across blocks, and the sum of the blocks' bounds.

With blocks B of the season and rows D across them, for any prices y that have the signs of `Season.allowed`,

    min c x  >=  y_D b_D + sum_B min { (c - A_D' y_D) x : rows inside B, bounds, whole numbers }

as every schedule of the season fits each block, and y_D (A_D x - b_D) >= 0 for it. With the season's own duals the linear
relaxations of the blocks sum up to that of the season; whole numbers inside the blocks make it larger. So only the prices
have to be near the season's duals; the season's linear programme need not be solved, which would take most of the time.

Prices come in two steps. The merit order of the season (rows that tie whole numbers of several hours left out) prices yearly
amounts and the contents of stores. Windows that overlap, whose rows across their ends are paid for with those prices,
then price all rows in their middle: ramps, least times, the stores again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from heatnet.dispatch.matrix_rows import IntArray
from heatnet.dispatch.solver_calls import Answer, Effort, Pool, Seconds, Task, solve_linear, solve_whole
from heatnet.dispatch.stretches import Season
from heatnet.model.hourly import FloatArray

#: hours that a window prices, and hours at either side of them
CORE_H, HALO_H = 72, 24


@dataclass(frozen=True, eq=False)
class SeasonPrices:
    """What the relaxation says of a season.

    Parameters
    ----------
    rows : ndarray
        Prices of all rows, with the signs of `Season.allowed`.
    merit : ndarray
        Values of all columns in the merit order, which keep all of its rows.
    """

    rows: FloatArray
    merit: FloatArray


def season_prices(season: Season, pool: Pool) -> SeasonPrices | None:
    """Return what the relaxation says; None if even that has no solution."""
    rows = season.merit_rows
    merit = solve_linear(
        Task(
            season.by_row[rows],
            season.cost,
            season.low,
            season.high,
            season.row_low[rows],
            season.row_high[rows],
            season.whole,
        )
    )
    if merit.values is None or merit.duals is None:
        return None
    prices = np.zeros(len(rows))
    prices[rows] = merit.duals
    outer = prices.copy()
    begins = list(range(0, season.hours, CORE_H))
    if len(begins) > 1 and season.hours - begins[-1] < CORE_H // 2:
        begins.pop()
    ends = [*begins[1:], season.hours]
    parts = [
        season.stretch(max(0, begin - HALO_H), min(season.hours, end + HALO_H))
        for begin, end in zip(begins, ends, strict=True)
    ]
    answers = pool(lambda one: solve_linear(season.priced(parts[one], outer)), len(parts))
    for begin, end, part, answer in zip(begins, ends, parts, answers, strict=True):
        if answer is None or answer.duals is None:
            continue
        inner = part.rows[part.inside]
        own = (season.last[inner] >= begin) & (season.last[inner] < end)
        prices[inner[own]] = answer.duals[own]
    return SeasonPrices(season.allowed(prices), merit.values)


@dataclass(eq=False)
class SeasonBound:
    """Blocks of a season, and what is known of each.

    Parameters
    ----------
    season : Season
    prices : ndarray
        Of all rows, with the signs of `Season.allowed`.
    cuts : list of int
        Hours at which blocks begin, but for the first.
    """

    season: Season
    prices: FloatArray
    cuts: list[int]
    block_bounds: list[float] = field(default_factory=list)
    relaxed: list[Answer] = field(default_factory=list)
    #: how many hours the mixed-integer bound of each block has seen
    proven_h: list[int] = field(default_factory=list)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """First hour and end of each block."""
        return list(zip([0, *self.cuts], [*self.cuts, self.season.hours], strict=True))

    @property
    def value(self) -> float:
        """The bound."""
        across = self.season.across(np.asarray(self.cuts, dtype=np.int64))
        return self.season.worth(self.prices, across) + float(np.sum(self.block_bounds))

    def task(self, block: tuple[int, int]) -> Task:
        """Return the task of a block."""
        return self.season.priced(self.season.stretch(*block), self.prices)

    def relax(self, pool: Pool) -> bool:
        """Bound every block by its linear relaxation; whether all of them have one."""
        blocks = self.blocks
        answers = pool(lambda one: solve_linear(self.task(blocks[one])), len(blocks))
        self.relaxed = [answer for answer in answers if answer is not None]
        self.block_bounds = [answer.bound for answer in self.relaxed]
        self.proven_h = [0] * len(blocks)
        return len(self.relaxed) == len(blocks) and bool(np.isfinite(self.block_bounds).all())

    def tighten(
        self, pool: Pool, blocks: Sequence[int], schedule: FloatArray, effort: Effort, seconds: Seconds
    ) -> list[Answer | None]:
        """Bound some blocks by their mixed-integer programmes, started from a schedule; return their solutions."""
        spans = [self.blocks[block] for block in blocks]

        def solved(one: int) -> Answer:
            start = schedule[self.season.stretch(*spans[one]).columns]
            return solve_whole(self.task(spans[one]), effort, seconds(), start)

        answers: list[Answer | None] = pool(solved, len(spans))
        for block, span, answer in zip(blocks, spans, answers, strict=True):
            if answer is not None:
                self.block_bounds[block] = max(self.block_bounds[block], answer.bound)
                self.proven_h[block] = span[1] - span[0]
        return answers

    def merged(self) -> SeasonBound:
        """Return the bound of blocks twice as long: what two blocks prove is proven for both together.

        The rows between them are no longer paid for, so that their worth goes into the block's bound.
        """
        kept = self.cuts[1::2]
        joined = SeasonBound(self.season, self.prices, kept)
        before, after = (self.season.across(np.asarray(cuts, dtype=np.int64)) for cuts in (self.cuts, kept))
        for begin, end in joined.blocks:
            own = [one for one, block in enumerate(self.blocks) if begin <= block[0] < end]
            freed = before & ~after & (self.season.first >= begin) & (self.season.last < end)
            worth = self.season.worth(self.prices, freed)
            joined.block_bounds.append(worth + sum(self.block_bounds[one] for one in own))
            joined.proven_h.append(0)
        return joined


def even_cuts(hours: int, length: int) -> list[int]:
    """Return the hours at which blocks of a length begin, but for the first; a short rest joins the last block."""
    cuts: IntArray = np.arange(length, hours, length)
    return [int(cut) for cut in cuts if hours - cut >= length // 2]
