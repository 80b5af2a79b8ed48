"""A block of hours, one a lane: flows and temperatures repeated until every set value of every hour holds.

Python calls the pieces, each compiled apart: as one function they would take minutes to compile, because everything that a
function calls is optimised again with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatnet.adapters.layout import IntArray
from heatnet.simulate.season.begin import NOT_CONVERGED, RUNNING
from heatnet.simulate.season.pressure import set_pressures
from heatnet.simulate.season.rounds import TURNED, begin_block, begin_rounds, close_round, next_point, pass_round
from heatnet.simulate.season.settle import settle

#: rounds before acceleration begins: side by side with others, and for an hour on its own, which is the harder one
_PLAIN_ROUNDS, _PLAIN_ROUNDS_ALONE = 3, 7
#: rounds with a larger relative error of a heat are too far from linear to be accelerated; so are the first ones sooner: where
#: two steady states exist, a long step there would leave the nearer one
_ERROR_TO_ACCELERATE, _ERROR_TO_ACCELERATE_AT_ONCE = 0.5, 0.03
#: spells of rounds: how many, which share of a step they take, whether accelerated; the last four are repeated. Where water
#: stands almost still or a ring is driven by buoyancy the next flows are steep in the last ones, but not for short steps
_SPELLS = (
    (33, 1.0, True),
    (40, 0.3, True),
    (80, 0.1, True),
    (200, 0.03, True),
    (200, 0.01, True),
    (100, 0.1, True),
    (200, 0.01, True),
    (100, 0.1, True),
    (60, 0.2, False),
    (300, 0.03, False),
)
_REPEATED = 4
#: how often consumers may be found short of pressure, or no longer so
_MOST_TURNS = 60


@dataclass(frozen=True, eq=False)
class PlanReferences:
    """A plan, its circuits without and with consumers, as compiled code takes them, and the number of plants."""

    whole: Any
    base: Any
    full: Any
    plants: int


def solve_block(
    plan: PlanReferences, given: Any, rows: IntArray, work: Any, warm: bool, status: IntArray, most_rounds: int
) -> None:
    """Solve the hours of `rows`, beginning from what `work` holds; set their statuses (OK: solved).

    `given` and `work` are references (`heatnet.simulate.season.refs`).
    """
    through = begin_block(plan.whole, given, rows, work, warm, status)
    for turn in range(_MOST_TURNS + 1):
        _iterate(plan, plan.full if through else plan.base, work, status, through, most_rounds)
        set_pressures(plan.whole, work, through)
        through = settle(plan.whole, work, status) or through
        if not (status == RUNNING).any():
            break
        if turn == _MOST_TURNS:
            status[status == RUNNING] = NOT_CONVERGED


def _iterate(plan: PlanReferences, core: Any, work: Any, status: IntArray, through: bool, most_rounds: int) -> None:
    """Repeat rounds until no lane is running."""
    figures = np.zeros((TURNED + 1, len(status)))
    last, whole = np.zeros((2, plan.plants, len(status))), plan.whole
    begin_rounds(whole, core, work, status, figures, through)
    spell, left, remembered = 0, _SPELLS[0][0], 0
    plain = _PLAIN_ROUNDS if len(status) > 1 else _PLAIN_ROUNDS_ALONE
    for rounds in range(1, most_rounds + 1):
        pass_round(whole, core, work, figures)
        if not close_round(whole, core, work, status, figures, last, through, rounds):
            return
        if rounds < plain and len(status) == 1:
            continue
        if left == 0:
            spell = spell + 1 if spell + 1 < len(_SPELLS) else len(_SPELLS) - _REPEATED
            left, remembered = _SPELLS[spell][0], 0
        # short steps are safe from anywhere
        far = _ERROR_TO_ACCELERATE if _SPELLS[spell][1] == 1.0 else math.inf
        near = _ERROR_TO_ACCELERATE_AT_ONCE if rounds < plain else far
        next_point(whole, core, work, figures, remembered, _SPELLS[spell][1], near)
        remembered, left = remembered + 1 if _SPELLS[spell][2] else 0, left - 1
    status[status == RUNNING] = NOT_CONVERGED
