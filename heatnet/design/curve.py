"""Cost against rate: the same search from the cheapest system to the largest rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet.design.candidates import State
from heatnet.design.evaluate import Evaluator, Found
from heatnet.design.memory import Memory
from heatnet.design.outcome import Outcome
from heatnet.design.rate import RateTarget
from heatnet.design.search import USUAL, RateLimit, SearchLimits, largest_rate, search

#: the last point lies that much below the largest rate: at the rate itself every schedule is one in a thousand alike
_BELOW_LARGEST = 2e-3


@dataclass(frozen=True, eq=False)
class Curve:
    """Points in the order of their rate, the largest rate, and the system without any project.

    Parameters
    ----------
    nothing : Outcome or None
        Nothing built.
    lowest : Outcome or None
        The cheapest of all, whatever its rate.
    points : tuple of Outcome
        With the one of nothing built and the cheapest of all, whatever its rate.
    largest : RateLimit
    """

    nothing: Outcome | None
    lowest: Outcome | None
    points: tuple[Outcome, ...]
    largest: RateLimit


def cost_curve(
    states: Sequence[State],
    target: RateTarget,
    count: int = 12,
    limits: SearchLimits = USUAL,
    also: Sequence[float] = (),
    tick: Callable[[str], None] = lambda _stage: None,
    memory: Memory | None = None,
) -> Curve:
    """Return the cheapest portfolios over the whole range of the rate.

    Parameters
    ----------
    states : sequence of State
    target : RateTarget
        Its definition counts.
    count : int
        Points, evenly spaced from 0 to the largest rate. Below the rate of the cheapest system a point is the
        cheapest system of at most that rate, above it of at least that rate.
    also : sequence of float
        Further shares, such as the target; those that cannot be reached are left out.
    tick : callable
        Called after each point.
    memory : Memory, optional
        Keeps each point as it is found; points that it knows are not searched again.
    """
    memory = memory or Memory()
    evaluator, below = Evaluator(target), Evaluator(replace(target, at_most=True))
    plain = next((state for state in states if not state.chosen), states[0])
    nothing = evaluator.cheapest(plain, {}, 0.0).outcome
    largest = memory.largest("largest", states, evaluator, lambda: largest_rate(states, target, limits, evaluator))
    tick("curve")
    free = target.at(0.0)
    lowest = memory.cheapest("free", states, free, evaluator, lambda: search(states, free, limits, evaluator)).outcome
    tick("curve")
    start = 0.0 if lowest is None else max(lowest.rate, 0.0)
    points: list[Outcome] = [] if nothing is None else [nothing]
    # the shares are kept too: a rate that is computed again may differ in its last digits
    for share in memory.value("shares", lambda: _shares(largest.rate, count, also)):
        is_below = share < start
        asked, own = replace(target.at(share), at_most=is_below), below if is_below else evaluator

        def searched(asked: RateTarget = asked, own: Evaluator = own) -> Found:
            first = [(points[-1].state, points[-1].counts)] if points else []
            return search(states, asked, limits, own, first=first)

        found = memory.cheapest(search_name(share, is_below), states, asked, own, searched).outcome
        if found is not None:
            points.append(found)
        tick("curve")
    points += [] if lowest is None else [lowest]
    return Curve(nothing, lowest, tuple(sorted(points, key=lambda one: one.rate)), largest)


def search_name(share: float, at_most: bool = False) -> str:
    """Return the name of a search in the memory."""
    return f"at {'most' if at_most else 'least'} {share:.6f}"


def _shares(largest: float, count: int, also: Sequence[float]) -> list[float]:
    last = largest * (1 - _BELOW_LARGEST)
    even = np.linspace(0.0, last, count)[1:].tolist()
    return sorted({round(share, 6) for share in (*even, *(share for share in also if 0 < share <= last))})
