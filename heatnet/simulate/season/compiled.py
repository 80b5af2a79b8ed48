"""Compilation by numba, cached on disk by the contents of this folder.

numba's own cache of a function does not notice that a function which it calls in another file has changed. So compiled code
lies in a folder named after a digest of every source file here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import cpu, options

_Function = TypeVar("_Function", bound=Callable[..., Any])


@lru_cache(maxsize=1)
def _cache_folder() -> str:
    """Return the folder for compiled code, empty (numba's own choice) where this one cannot be written."""
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(here.glob("*.py")))).hexdigest()[:16]
    return str(here / "__pycache__" / f"season-{digest}") if os.access(here, os.W_OK) else ""


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


_APART = {"noalias": True} if _tell_arrays_apart() else {}


def compiled(function: _Function) -> _Function:
    """Return a function that numba compiles when other compiled code first calls it."""
    # without wrappers for Python, which take most of the time to compile where many arrays are passed
    return _jit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def kernel(function: _Function) -> _Function:
    """Return a compiled function over lanes; no array that it writes may be passed twice or overlap another."""
    return _jit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract"}, **_APART)


def small(function: _Function) -> _Function:
    """Return a compiled function of numbers that becomes part of every loop that calls it."""
    return _jit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, fastmath={"contract"}, forceinline=True)


def compiled_entry(function: _Function) -> _Function:
    """Return a function that numba compiles when Python first calls it; it releases the interpreter while it runs."""
    return _jit(function, nogil=True)


def _jit(function: _Function, **wanted: Any) -> _Function:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _cache_folder() or before
    try:
        return cast(_Function, numba.njit(cache=True, error_model="numpy", **wanted)(function))
    finally:
        numba.config.CACHE_DIR = before
