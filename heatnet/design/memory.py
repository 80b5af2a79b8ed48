"""What earlier searches found, so that a search that was broken off goes on and the same question is not searched twice.

Kept are the choice and the proven bound, not the year: that is one linear programme, solved again over all hours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.design.candidates import State
from heatnet.design.outcome import Outcome
from heatnet.design.rate import RateTarget
from heatnet.design.search import Evaluator, RateLimit


class Memory:
    """Findings by name, as plain data.

    Parameters
    ----------
    known : mapping of str to finding
        Of earlier searches of the same states.
    write : callable
        Called with all findings after each new one.
    """

    def __init__(
        self, known: Mapping[str, Any] | None = None, write: Callable[[dict[str, Any]], None] = lambda _known: None
    ) -> None:
        self._known = dict(known or {})
        self._write = write

    def value(self, name: str, found: Callable[[], Any]) -> Any:
        """Return plain data by its name, and find it where it is not known."""
        if name not in self._known:
            self._keep(name, found())
        return self._known[name]

    def cheapest(
        self,
        name: str,
        states: Sequence[State],
        target: RateTarget,
        evaluator: Evaluator,
        found: Callable[[], Outcome | None],
    ) -> Outcome | None:
        """Return the cheapest portfolio of a search: its choice solved again where it is known, else as `found` finds it."""
        kept = self._known.get(name, "unknown")
        if kept is None:
            return None
        state = None if kept == "unknown" else _state(states, kept["state"])
        if state is not None:
            outcome = evaluator.cheapest(state, kept["counts"], target.share)
            if outcome is not None:
                bound = -np.inf if kept["bound_cny"] is None else kept["bound_cny"]
                return replace(outcome, bound_cny=min(bound, outcome.cost_cny))
        outcome = found()
        self._keep(name, None if outcome is None else _record(outcome) | {"bound_cny": outcome.bound_cny})
        return outcome

    def largest(
        self, name: str, states: Sequence[State], evaluator: Evaluator, found: Callable[[], RateLimit]
    ) -> RateLimit:
        """Return the largest rate of a search: its choice solved again where it is known, else as `found` finds it."""
        kept = self._known.get(name)
        state = None if kept is None else _state(states, kept["state"])
        if kept is not None and state is not None:
            return RateLimit(evaluator.largest(state, kept["counts"]), kept["bound"])
        limit = found()
        if limit.outcome is not None:
            self._keep(name, _record(limit.outcome) | {"bound": limit.bound})
        return limit

    def _keep(self, name: str, finding: Any) -> None:
        self._known[name] = finding
        self._write(self._known)


def _record(outcome: Outcome) -> dict[str, Any]:
    return {"state": outcome.state.id, "counts": outcome.counts}


def _state(states: Sequence[State], name: str) -> State | None:
    return next((state for state in states if state.id == name), None)


def search_fingerprint(*parts: Any) -> str:
    """Return a hash of everything that a search depends on: its states and settings, and the code of this room."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    for piece in _pieces(parts):
        digest.update(piece)
    return digest.hexdigest()[:16]


def _pieces(value: Any) -> Iterable[bytes]:
    if isinstance(value, np.ndarray):
        yield repr((value.shape, value.dtype.str)).encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, (pd.Index, pd.Series, pd.DataFrame)):
        yield pd.util.hash_pandas_object(value).to_numpy().tobytes()
    elif isinstance(value, Enum):
        yield repr(value).encode()
    elif is_dataclass(value):
        for own in fields(value):
            yield own.name.encode()
            yield from _pieces(getattr(value, own.name))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield str(key).encode()
            yield from _pieces(value[key])
    elif isinstance(value, (list, tuple)):
        yield str(len(value)).encode()
        for one in value:
            yield from _pieces(one)
    else:
        yield repr(value).encode()


__all__ = ["Memory", "search_fingerprint"]
