"""Keep the solver quiet: its banner bypasses every option."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache

_STDOUT_FD = 1


@lru_cache(maxsize=1)
def _print_banner_to_nowhere() -> None:
    """Let HiGHS print its banner, which it does once a process and whatever its options say, into the null device."""
    import highspy

    with suppress(OSError):
        kept = os.dup(_STDOUT_FD)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, _STDOUT_FD)
            highspy.Highs()
        finally:
            os.dup2(kept, _STDOUT_FD)
            os.close(nowhere)
            os.close(kept)


@contextmanager
def quiet_solver() -> Iterator[None]:
    """Solve inside this block without output: the status is returned to the caller, who tells the user."""
    _print_banner_to_nowhere()
    yield
