"""Why a programme has no schedule: limits that contradict each other, none of which can be spared.

A set of limits is *irreducible* if no schedule keeps all of them, and some schedule keeps any of them less one. It is found by
leaving limits out, one at a time (deletion filter; Chinneck and Dravnieks, ORSA J. Computing 3 (1991) 157–168): a limit without
which there is still no schedule is left out for good. What is tried first is cut down by the solver's proof (Farkas' lemma: rows
and columns whose multipliers are not zero contradict each other by themselves). The filter repeats until a whole pass leaves out
nothing, as heat of contracts may be thrown away: without a contract there may be fewer schedules.

In time: the shortest stretch at which hourly limits still contradict each other, first its end, then its beginning, by bisection.
No stretch is sought where a sum over the horizon takes part.

How far each limit alone has to give way: `heatnet.dispatch.relaxation`.

All work is bounded by a number of questions to the solver, each by simplex steps: the same problem has the same answer. A
question without an answer counts as "a schedule may exist", and the set is then not proven irreducible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heatnet.dispatch.groups import independent_groups
from heatnet.dispatch.limits import Limit, limits_of
from heatnet.dispatch.named_rows import Answer, named_rows
from heatnet.dispatch.programme import state_group
from heatnet.dispatch.quiet import quiet_solver
from heatnet.dispatch.relaxation import Asked, OutOfQuestionsError, Relaxation, relaxation
from heatnet.model.supply import DispatchProblem

#: questions to the solver about one problem
MOST_QUESTIONS = 300
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
    """

    limits: tuple[Limit, ...]
    hours: tuple[int, int]
    relaxations: tuple[Relaxation | None, ...]
    others_remain: bool
    is_irreducible: bool


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
            asked = Asked(limits_of(problem, group, named_rows(state_group(problem, group))), questions)
            left = list(range(len(asked.limits.limits)))
            while len(found) < MOST_CONFLICTS:
                conflict, members = _next_conflict(asked, left)
                if conflict is None:
                    break
                found.append(conflict)
                left = [number for number in left if number not in members]
                if not members:
                    break
    return found


def _next_conflict(asked: Asked, left: Sequence[int]) -> tuple[Conflict | None, list[int]]:
    """Return a conflict among the limits that are left, and the numbers of its limits; None where there is none."""
    try:
        first = asked.answer(asked.limits.bounds(left), proof=True)
    except OutOfQuestionsError:
        return None, []
    if first.feasible is not False:
        return None, []
    members, proven = _irreducible(asked, left, first)
    limits = asked.limits
    hours = (0, limits.hours)
    relaxations: list[Relaxation | None] = [None] * len(members)
    others = False
    try:
        hours = _stretch(asked, members)
        others, relaxations = _relaxations(asked, members)
    except OutOfQuestionsError:
        pass
    chosen = tuple(limits.limits[number] for number in members)
    return Conflict(chosen, hours, tuple(relaxations), others, proven), members


def _irreducible(asked: Asked, left: Sequence[int], first: Answer) -> tuple[list[int], bool]:
    """Return limits none of which can be spared, and whether that is proven."""
    members = list(left)
    unknown: set[int] = set()
    needed = 0  # the last so many of the members are needed beside all others
    try:
        members = _by_proof(asked, members, first)
        while needed < len(members):
            tried, fewer = members[0], members[1:]
            answer = asked.answer(asked.limits.bounds(fewer), proof=True)
            if answer.feasible is False:
                members, needed, unknown = _by_proof(asked, fewer, answer), 0, set()
                continue
            if answer.feasible is None:
                unknown.add(tried)
            members, needed = [*fewer, tried], needed + 1
    except OutOfQuestionsError:
        return sorted(members), False
    return sorted(members), not unknown


def _by_proof(asked: Asked, members: Sequence[int], answer: Answer) -> list[int]:
    """Return the members that the solver's proof needs; all of them where it has none or the rest turns out feasible."""
    rows, columns = answer.proof_rows, answer.proof_columns
    if rows is None or columns is None:
        return list(members)
    parts = {number: asked.limits.limits[number].parts for number in members}
    fewer = [
        number
        for number in members
        if any(bool((rows if part.on_rows else columns)[part.index].any()) for part in parts[number])
    ]
    return fewer if len(fewer) < len(members) and asked.cannot(fewer) else list(members)


def _stretch(asked: Asked, members: Sequence[int]) -> tuple[int, int]:
    """Return the shortest stretch of hours in which the members contradict each other: its end first, then its beginning."""
    hours = asked.limits.hours
    if any(asked.limits.limits[number].spans_hours for number in members) or not members:
        return 0, hours
    too_early, end = 0, hours
    while end - too_early > 1:
        middle = (too_early + end) // 2
        too_early, end = (too_early, middle) if asked.cannot(members, (0, middle)) else (middle, end)
    begin, too_late = 0, end
    while too_late - begin > 1:
        middle = (begin + too_late) // 2
        begin, too_late = (middle, too_late) if asked.cannot(members, (middle, end)) else (begin, middle)
    return begin, end


def _relaxations(asked: Asked, members: Sequence[int]) -> tuple[bool, list[Relaxation | None]]:
    """Return whether other conflicts remain whatever member gives way, and the relaxation of each.

    Where some members can help the whole programme, those alone have one; else each has one that solves this conflict.
    """
    everything = range(len(asked.limits.limits))
    helps = [asked.can(asked.limits.bounds([one for one in everything if one != number])) for number in members]
    if any(helps):
        pairs = zip(members, helps, strict=True)
        return False, [relaxation(asked, everything, number) if help_ else None for number, help_ in pairs]
    return True, [relaxation(asked, members, number) for number in members]
