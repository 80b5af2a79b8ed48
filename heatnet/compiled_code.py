"""Functions that numba compiles, cached on disk by the contents of the folder they stand in.

numba's own cache of a function does not notice that a function which it calls in another file has changed. So compiled code
lies in a folder named after a digest of every source file beside the caller's, and of those in folders from which it borrows.
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


@lru_cache
def _cache_folder(here: Path, also: tuple[Path, ...]) -> str:
    """Return the folder for compiled code, empty (numba's own choice) where this one cannot be written."""
    files = [file for one in (here, *also) for file in (sorted(one.glob("*.py")) if one.is_dir() else [one])]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    return str(here / "__pycache__" / f"{here.name}-{digest}") if os.access(here, os.W_OK) else ""


def cached(function: _Function, here: Path, *, also: tuple[Path, ...] = (), **options: Any) -> _Function:
    """Return a function that numba compiles when first called, cached for the folder `here`.

    Parameters
    ----------
    function : callable
    here : Path
        Folder of the source files that the function depends on.
    also : tuple of Path
        Files elsewhere whose constants are compiled in, and folders of functions that these call.
    **options
        Options of `numba.njit`.
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _cache_folder(here, also) or before
    try:
        return cast(_Function, numba.njit(cache=True, error_model="numpy", **options)(function))
    finally:
        numba.config.CACHE_DIR = before
