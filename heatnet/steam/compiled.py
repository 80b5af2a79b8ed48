"""How functions of the steam engine are compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from heatnet.compiled_code import cached, is_saved

_Function = TypeVar("_Function", bound=Callable[..., Any])

_HERE = Path(__file__).parent
#: this folder, and where constants come from that are compiled in
_SOURCES = (_HERE, _HERE.parent / "physics" / "steam.py", _HERE.parent / "physics" / "friction.py")


def is_compiled() -> bool:
    """Return whether the engine's compiled code lies on disk."""
    return is_saved(_SOURCES)


def compiled(function: _Function) -> _Function:
    """Return a function that numba compiles when other compiled code first calls it."""
    return cached(function, _SOURCES, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract"})


def compiled_entry(function: _Function) -> _Function:
    """Return a function that numba compiles when Python first calls it; it releases the interpreter while it runs."""
    return cached(function, _SOURCES, nogil=True, fastmath={"contract"})
