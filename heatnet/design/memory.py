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
from heatnet.design.evaluate import Evaluator, Found
from heatnet.design.outcome import Outcome
from heatnet.design.rate import RateTarget
from heatnet.design.search import RateLimit

#: bounds that are no numbers, as they are kept: proven that nothing reaches the target, nothing proven
_BOUNDS = {"none": np.inf, "unknown": -np.inf}


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
        found: Callable[[], Found],
    ) -> Found:
        """Return what a search found: its choice solved again where it is known, else as `found` finds it."""
        kept = self._known.get(name)
        if kept is not None:
            bound = _BOUNDS.get(kept["bound_cny"], kept["bound_cny"])
            if "state" not in kept:
                return Found(None, bound)
            state = _state(states, kept["state"])
            outcome = None if state is None else evaluator.cheapest(state, kept["counts"], target.share).outcome
            if outcome is not None:
                bound = min(bound, outcome.cost_cny)
                return Found(replace(outcome, bound_cny=bound), bound)
        answer = found()
        record = {} if answer.outcome is None else _record(answer.outcome)
        bound = answer.bound_cny
        self._keep(name, record | {"bound_cny": bound if np.isfinite(bound) else "none" if bound > 0 else "unknown"})
        return answer

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
