"""How functions of the season engine are compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba.core import cpu, options

from heatnet.compiled_code import cached, is_saved

_Function = TypeVar("_Function", bound=Callable[..., Any])


_HERE = Path(__file__).parent
_SOURCES = (
    _HERE,
    _HERE.parent / "results.py",
)


def is_compiled() -> bool:
    """Return whether the engine's compiled code lies on disk."""
    return is_saved(_SOURCES)


def _tell_arrays_apart() -> bool:
    """Let functions promise that their arrays do not overlap; return whether numba takes that promise.

    Without it LLVM must assume that every store may change every other array, and leaves loops over lanes unvectorised.
    numba knows the flag but does not offer it as an option.
    """
    try:
        cpu.CPUTargetOptions.noalias = options._mapping("noalias")
    except AttributeError:
        return False
    return True


_APART: dict[str, Any] = {"noalias": True} if _tell_arrays_apart() else {}


def compiled(function: _Function) -> _Function:
    """Return a function that numba compiles when other compiled code first calls it."""
    # without wrappers for Python, which take most of the time to compile where many arrays are passed
    return cached(function, _SOURCES, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def kernel(function: _Function) -> _Function:
    """Return a compiled function over lanes; no array that it writes may be passed twice or overlap another."""
    return cached(function, _SOURCES, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract"}, **_APART)


def small(function: _Function) -> _Function:
    """Return a compiled function of numbers that becomes part of every loop that calls it."""
    return cached(
        function,
        _SOURCES,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        fastmath={"contract"},
        forceinline=True,
    )


def compiled_entry(function: _Function) -> _Function:
    """Return a function that numba compiles when Python first calls it; it releases the interpreter while it runs."""
    return cached(function, _SOURCES, nogil=True)
