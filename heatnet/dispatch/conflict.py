"""Why a programme has no schedule: limits that contradict each other, none of which can be spared.

A set of limits is *irreducible* if no schedule keeps all of them, and some schedule keeps any of them less one. It is found by
leaving limits out, one at a time (deletion filter; Chinneck and Dravnieks, ORSA J. Computing 3 (1991) 157–168): a limit without
which there is still no schedule is left out for good; first all limits of a kind at once, then each. The filter repeats until a
whole pass leaves out nothing, as heat of contracts may be thrown away: without a contract there may be fewer schedules.

Most questions end in the solver's presolve. Its proof of infeasibility (`getDualRay`, `getIis`) needs a simplex run without
presolve, half a minute for a year where the whole filter takes as long.

In time: the shortest stretch at which hourly limits still contradict each other, first its end, then its beginning, by bisection.
No stretch is sought where a sum over the horizon takes part.

Whole boilers of a long horizon take minutes a question. There boilers are divisible first; where a schedule exists for divisible
ones, stretches of some days are asked with whole boilers, hourly limits holding in the stretch alone: what contradicts itself
there does so in the horizon.

How far each limit alone has to give way: `heatnet.dispatch.relaxation`.

All work is bounded by a number of questions to the solver, each by simplex steps: the same problem has the same answer. A
question without an answer counts as "a schedule may exist", and the set is then not proven irreducible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet.dispatch.groups import Group, independent_groups
from heatnet.dispatch.limits import Limit, LimitKind, limits_of
from heatnet.dispatch.named_rows import named_rows
from heatnet.dispatch.programme import state_group
from heatnet.dispatch.quiet import quiet_solver
from heatnet.dispatch.relaxation import Asked, OutOfQuestionsError, Relaxation, relaxation
from heatnet.dispatch.switching_limits import switched_rows
from heatnet.model.supply import DispatchProblem

#: questions to the solver about one problem
MOST_QUESTIONS = 300
#: of longer problems boilers are taken as divisible, and stretches of so many hours as whole, half of each in the next one
MOST_WHOLE_H = 400
#: conflicts that share no limit, of one problem
MOST_CONFLICTS = 3


@dataclass(frozen=True, eq=False)
class Conflict:
    """Limits that no schedule keeps together.

    Parameters
    ----------
    limits : tuple of Limit
    hours : pair of int
        The stretch of hours, the second excluded, in which the hourly ones contradict each other; the whole horizon
        where a sum over it takes part.
    relaxations : tuple of Relaxation or None
        By limit; None where it alone cannot help, or where work ended.
    others_remain : bool
        Whether the relaxations leave other conflicts unsolved.
    is_irreducible : bool
        Whether it is proven that none of the limits can be spared.
    is_divided : bool
        Whether boilers were taken as divisible. The limits contradict each other all the same; with whole boilers fewer of them
        may. There are no relaxations then: what is enough for divisible boilers may not be enough.
    """

    limits: tuple[Limit, ...]
    hours: tuple[int, int]
    relaxations: tuple[Relaxation | None, ...]
    others_remain: bool
    is_irreducible: bool
    is_divided: bool = False


def conflicts_of(problem: DispatchProblem, most_questions: int = MOST_QUESTIONS) -> list[Conflict]:
    """Return sets of limits that contradict each other, with what each would have to give way.

    Parameters
    ----------
    problem : DispatchProblem
        Without a schedule.
    most_questions : int
        Questions to the solver at most.

    Returns
    -------
    list of Conflict
        At most `MOST_CONFLICTS`, no two with a limit in common; empty where a schedule exists or nothing could be proven.
    """
    questions = [most_questions]
    found: list[Conflict] = []
    with quiet_solver():
        for group in independent_groups(problem):
            for view in _views(problem, group, questions):
                new = _conflicts_in(view, MOST_CONFLICTS - len(found))
                found += new
                if new:
                    break
    return found


@dataclass(frozen=True, eq=False)
class _View:
    """The questions about a group, the hours in which hourly limits hold, and whether boilers are divisible."""

    asked: Asked
    hours: tuple[int, int]
    is_divided: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is the problem itself, of which alone is known what would be enough."""
        return self.hours == (0, self.asked.limits.hours) and not self.is_divided


def _views(problem: DispatchProblem, group: Group, questions: list[int]) -> Iterator[_View]:
    """Yield the views of a group in which conflicts are sought until one has some."""
    model = state_group(problem, group)
    rows, switched = named_rows(model), tuple[Limit, ...]()
    if group.is_mixed_integer:
        rows, switched = switched_rows(problem, group, model, rows)
    limits, hours = limits_of(problem, group, rows, switched), len(problem.time)
    if not rows.whole.any() or hours <= MOST_WHOLE_H:
        yield _View(Asked(limits, questions), (0, hours))
        return
    divisible = replace(limits.rows, whole=np.zeros(len(rows.whole), dtype=bool))
    yield _View(Asked(replace(limits, rows=divisible), questions), (0, hours), is_divided=True)
    asked = Asked(limits, questions)
    for begin in range(0, hours - MOST_WHOLE_H // 2, MOST_WHOLE_H // 2):
        yield _View(asked, (begin, min(begin + MOST_WHOLE_H, hours)))


def _conflicts_in(view: _View, most: int) -> list[Conflict]:
    """Return conflicts of a view, no two with a limit in common."""
    found: list[Conflict] = []
    left = list(range(len(view.asked.limits.limits)))
    while len(found) < most:
        conflict, members = _next_conflict(view, left)
        if conflict is None:
            break
        found.append(conflict)
        left = [number for number in left if number not in members]
        if not members:
            break
    return found


def _next_conflict(view: _View, left: Sequence[int]) -> tuple[Conflict | None, list[int]]:
    """Return a conflict among the limits that are left, and the numbers of its limits; None where there is none."""
    try:
        if not view.asked.cannot(left, view.hours):
            return None, []
    except OutOfQuestionsError:
        return None, []
    members, proven = _irreducible(view, left)
    limits, hours = view.asked.limits, view.hours
    relaxations: list[Relaxation | None] = [None] * len(members)
    others = False
    try:
        hours = _stretch(view, members)
        if view.is_whole:
            others, relaxations = _relaxations(view.asked, members)
    except OutOfQuestionsError:
        pass
    chosen = tuple(limits.limits[number] for number in members)
    return Conflict(chosen, hours, tuple(relaxations), others, proven, view.is_divided), members


def _irreducible(view: _View, left: Sequence[int]) -> tuple[list[int], bool]:
    """Return limits none of which can be spared, and whether that is proven."""
    asked, hours = view.asked, view.hours
    members = list(left)
    unknown: set[int] = set()
    needed = 0  # the last so many of the members are needed beside all others
    try:
        for kind in LimitKind:
            fewer = [number for number in members if asked.limits.limits[number].kind != kind]
            if len(fewer) < len(members) - 1 and asked.cannot(fewer, hours):
                members = fewer
        while needed < len(members):
            tried, fewer = members[0], members[1:]
            feasible = asked.feasible(asked.limits.bounds(fewer, hours))
            if feasible is False:
                members, needed, unknown = fewer, 0, set()
                continue
            if feasible is None:
                unknown.add(tried)
            members, needed = [*fewer, tried], needed + 1
    except OutOfQuestionsError:
        return sorted(members), False
    return sorted(members), not unknown


def _stretch(view: _View, members: Sequence[int]) -> tuple[int, int]:
    """Return the shortest stretch of hours in which the members contradict each other: its end first, then its beginning."""
    asked, (first, last) = view.asked, view.hours
    if any(asked.limits.limits[number].spans_hours for number in members) or not members:
        return first, last
    too_early, end = first, last
    while end - too_early > 1:
        middle = (too_early + end) // 2
        too_early, end = (too_early, middle) if asked.cannot(members, (first, middle)) else (middle, end)
    begin, too_late = first, end
    while too_late - begin > 1:
        middle = (begin + too_late) // 2
        begin, too_late = (middle, too_late) if asked.cannot(members, (middle, end)) else (begin, middle)
    return begin, end


def _relaxations(asked: Asked, members: Sequence[int]) -> tuple[bool, list[Relaxation | None]]:
    """Return whether other conflicts remain whatever member gives way, and the relaxation of each.

    Where some members can help the whole programme, those alone have one; else each has one that solves this conflict.
    """
    spans = any(asked.limits.limits[number].spans_hours for number in members)
    everything = range(len(asked.limits.limits))
    ways = [relaxation(asked, everything, number, spans) for number in members]
    if not members or any(way is not None for way in ways):
        return False, ways
    return True, [relaxation(asked, members, number, spans) for number in members]
