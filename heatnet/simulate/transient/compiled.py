"""How functions of the transient mode are compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from heatnet.compiled_code import cached

_Function = TypeVar("_Function", bound=Callable[..., Any])

_HERE = Path(__file__).parent
_SOURCES = (_HERE, _HERE.parent / "season", _HERE.parent / "results.py")


def compiled(function: _Function) -> _Function:
    """Return a function that numba compiles into the compiled code that calls it.

    It is not cached by itself: what is read from a cache is machine code that can no longer be inlined.
    """
    return cast(_Function, numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))


def inlined(function: _Function) -> _Function:
    """Return a small function that becomes part of the compiled code that calls it.

    A call that passes arrays counts references to each of them with atomic operations, which take longer than a look-up.
    """
    return cast(_Function, numba.njit(error_model="numpy", forceinline=True)(function))


def compiled_entry(function: _Function) -> _Function:
    """Return a function that numba compiles when Python first calls it; it releases the interpreter while it runs."""
    return cached(function, _SOURCES, nogil=True)
