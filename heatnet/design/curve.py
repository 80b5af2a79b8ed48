"""Cost against rate: the same search from the cheapest system to the largest rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet.design.candidates import State
from heatnet.design.outcome import Outcome
from heatnet.design.rate import RateTarget
from heatnet.design.search import USUAL, Counts, Evaluator, RateLimit, SearchLimits, cheapest, largest_rate

#: the last point lies that much below the largest rate: at the rate itself every schedule is one in a thousand alike
_BELOW_LARGEST = 2e-3


@dataclass(frozen=True, eq=False)
class Curve:
    """Points in the order of their rate, the largest rate, and the system without any project.

    Parameters
    ----------
    nothing : Outcome or None
        Nothing built.
    points : tuple of Outcome
        With the one of nothing built and the cheapest of all, whatever its rate.
    largest : RateLimit
    """

    nothing: Outcome | None
    points: tuple[Outcome, ...]
    largest: RateLimit


def cost_curve(
    states: Sequence[State],
    target: RateTarget,
    count: int = 12,
    limits: SearchLimits = USUAL,
    also: Sequence[float] = (),
    tick: Callable[[str], None] = lambda _stage: None,
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
    """
    evaluator, below = Evaluator(target), Evaluator(replace(target, at_most=True))
    plain = next((state for state in states if not state.chosen), states[0])
    nothing = evaluator.cheapest(plain, {}, 0.0)
    largest = largest_rate(states, target, limits, evaluator)
    tick("curve")
    lowest = cheapest(states, target.at(0.0), limits, evaluator)
    tick("curve")
    start = 0.0 if lowest is None else max(lowest.rate, 0.0)
    last = largest.rate * (1 - _BELOW_LARGEST)
    shares = sorted({*np.linspace(0.0, last, count).tolist(), *(share for share in also if share <= last)})
    points: list[Outcome] = [] if nothing is None else [nothing]
    for share in shares[1:]:
        is_below = share < start
        first: list[tuple[State, Counts]] = [_counts(points[-1])] if points else []
        asked = replace(target.at(share), at_most=is_below)
        found = cheapest(states, asked, limits, below if is_below else evaluator, first=first)
        if found is not None:
            points.append(found)
        tick("curve")
    points += [] if lowest is None else [lowest]
    return Curve(nothing, tuple(sorted(points, key=lambda one: one.rate)), largest)


def _counts(outcome: Outcome) -> tuple[State, Counts]:
    return outcome.state, {name: count for name, (count, _size) in outcome.choice.items()}
