"""Functions that numba compiles, cached on disk by the contents of the folder they stand in.

numba's own cache of a function does not notice that a function which it calls in another file has changed. So compiled code
lies in a folder named after a digest of every source file beside the caller's.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.core import event
from numba.experimental import structref

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: functions by the folder for their compiled code
_functions: Counter[str] = Counter()
_folder_of: dict[int, str] = {}


@lru_cache
def _cache_folder(here: Path, also: tuple[Path, ...]) -> str:
    """Return the folder for compiled code, empty (numba's own choice) where this one cannot be written."""
    files = [file for one in (here, *also) for file in (sorted(one.glob("*.py")) if one.is_dir() else [one])]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    return str(here / "__pycache__" / f"{here.name}-{digest}") if os.access(here, os.W_OK) else ""


def cached(function: _Function, here: Path | tuple[Path, ...], **options: Any) -> _Function:
    """Return a function that numba compiles when first called, cached for the folder `here`.

    Parameters
    ----------
    function : callable
    here : Path or tuple of Path
        Folder of the source files that the function depends on; then files elsewhere whose constants are compiled in, and
        folders of functions that it calls.
    **options
        Options of `numba.njit`.
    """
    folder, *also = (here,) if isinstance(here, Path) else here
    before, saved = numba.config.CACHE_DIR, _cache_folder(folder, tuple(also))
    numba.config.CACHE_DIR = saved or before
    try:
        dispatcher = numba.njit(cache=True, error_model="numpy", **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    _functions[saved] += 1
    _folder_of[id(dispatcher)] = saved
    return cast(_Function, dispatcher)


def is_saved(here: Path | tuple[Path, ...]) -> bool:
    """Return whether compiled code of these sources lies on disk (parts of it may be missing)."""
    folder, *also = (here,) if isinstance(here, Path) else here
    saved = _cache_folder(folder, tuple(also))
    # numba makes the folder before it has anything to keep
    return bool(saved) and any(Path(saved).rglob("*.nbi"))


class _Count(event.Listener):
    """Counts functions of `cached` as they are compiled; what is loaded from disk makes no event."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell, self._done, self._folders = tell, 0, set[str]()

    def on_start(self, started: Any) -> None:
        folder = _folder_of.get(id(started.data["dispatcher"]))
        if folder is not None:
            self._folders.add(folder)
            self._tell(self._done, sum(_functions[name] for name in self._folders))

    def on_end(self, ended: Any) -> None:
        self._done += id(ended.data["dispatcher"]) in _folder_of


@contextmanager
def compilation_told(tell: Callable[[int, int], None]) -> Iterator[None]:
    """Call `tell` with (functions compiled, functions in all) whenever one is about to be compiled; never if all are saved."""
    with event.install_listener("numba:compile", _Count(tell)):
        yield


def reference_maker(group: Any, entry: Callable[[Any], Any], namespace: dict[str, Any], module: str) -> Any:
    """Return a function that makes, from the fields of a NamedTuple of arrays, a structure passed by reference.

    A NamedTuple is taken apart into all its arrays at every call between compiled functions, which takes minutes to compile
    for whole networks. The structure has the same fields; compiled code reads the same names.

    Parameters
    ----------
    group : type
        The NamedTuple.
    entry : callable
        What compiles a function that Python calls.
    namespace, module
        Globals and name of the module that keeps the structure, where saved compiled code finds it again.
    """
    names = (f"{group.__name__}Structure", f"{group.__name__}Reference")
    kind = type(names[0], (types.StructRef,), {"preprocess_fields": _without_literals, "__module__": module})
    proxy = type(names[1], (structref.StructRefProxy,), {"__module__": module})
    namespace[names[0]], namespace[names[1]] = kind, proxy
    structref.register(kind)
    structref.define_boxing(kind, proxy)
    structref.define_constructor(proxy, kind, list(group._fields))

    def make(*fields):  # type: ignore[no-untyped-def]
        return proxy(*fields)

    return entry(make)


def _without_literals(_self: Any, fields: Any) -> Any:
    return tuple((name, types.unliteral(kind)) for name, kind in fields)
