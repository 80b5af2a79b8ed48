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

_Function = TypeVar("_Function", bound=Callable[..., Any])


@lru_cache(maxsize=1)
def _cache_folder() -> str:
    """Return the folder for compiled code, empty (numba's own choice) where this one cannot be written."""
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(here.glob("*.py")))).hexdigest()[:16]
    return str(here / "__pycache__" / f"transient-{digest}") if os.access(here, os.W_OK) else ""


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
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _cache_folder() or before
    try:
        return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        numba.config.CACHE_DIR = before
