"""The exception family: what went wrong, where, what is allowed, what to do.

Exit codes: 0 fine, 2 input, 3 not solvable, 1 a defect of heatnet itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    Parameters
    ----------
    where : str
        File, row, key: enough to find the place in an editor.
    found : str
        What stands there.
    allowed : str
        What may stand there; empty where ``found`` says it all.
    remedy : str
        What to do about it.
    """

    where: str
    found: str
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return ". ".join(
            part.rstrip(".") for part in (f"{self.where}: {self.found}", self.allowed, self.remedy) if part
        )


class HeatnetError(Exception):
    """Base of all errors that heatnet raises on purpose."""

    exit_code = 1


class InputError(HeatnetError):
    """The input cannot be used; carries every problem found in one pass."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NotSolvableError(HeatnetError):
    """The input is valid, but no solution exists or none was found."""

    exit_code = 3


class UnfinishedError(HeatnetError):
    """Something outside of the input ended the work early, such as a full disk; what is finished is kept."""

    exit_code = 2


class Problems:
    """Collects problems so that all of them are reported at once."""

    def __init__(self) -> None:
        self._items: list[Problem] = []

    def add(self, where: str, found: str, allowed: str = "", remedy: str = "") -> None:
        """Note one problem."""
        self._items.append(Problem(where, found, allowed, remedy))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self._items.extend(problems)

    def raise_if_any(self) -> None:
        """Raise `InputError` with everything collected, if there is anything."""
        if self._items:
            raise InputError(self._items)

    def __bool__(self) -> bool:
        return bool(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._items)


#: a beginning of fewer letters says nothing of the name that was meant
_SHORTEST_BEGINNING = 4


def nearest(name: str, choices: Sequence[str]) -> str | None:
    """Return the choice that `name` most probably meant, or None; one that begins with it goes before similar ones."""
    lowered = {choice.lower(): choice for choice in choices}
    begun = str(name).lower()
    longer = [choice for choice in lowered if choice.startswith(begun)]
    if begun not in lowered and longer and len(begun) >= _SHORTEST_BEGINNING:
        return lowered[min(longer, key=len)]
    match = difflib.get_close_matches(str(name).lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[match[0]] if match else None
