"""The hourly values of a map page: each matrix once, and over which range a quantity spreads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from heatnet.model.supply import FloatArray
from heatnet.web.matrix import LARGEST, Matrix, Whole, encode, whole_numbers


@dataclass(frozen=True, eq=False)
class Spread:
    """How often each whole number of a matrix stands in it.

    Parameters
    ----------
    scale : float
    counts : ndarray of int, shape (2 LARGEST + 1,)
        From the least to the largest number.
    """

    scale: float
    counts: np.ndarray


@dataclass
class Matrices:
    """Collects matrices; one that is there already is not stored again (networks that no case changes).

    Parameters
    ----------
    stored : list of Matrix
        The page knows a matrix by its position.
    """

    stored: list[Matrix] = field(default_factory=list)
    _known: dict[bytes, int] = field(default_factory=dict)

    def add(self, values: FloatArray, digits: int) -> tuple[int, Spread]:
        """Store values with so many decimals; return their position and their spread.

        Parameters
        ----------
        values : ndarray, shape (hours, elements)
            NaN where there is no value.
        digits : int
        """
        whole = whole_numbers(values, float(f"1e{-digits}"))
        mark = hashlib.sha256(repr((whole.scale, whole.q.shape)).encode())
        mark.update(whole.q.tobytes())
        mark.update(np.packbits(whole.known).tobytes())
        place = self._known.get(mark.digest())
        if place is None:
            place = self._known[mark.digest()] = len(self.stored)
            self.stored.append(encode(whole))
        return place, _spread(whole)

    @property
    def descriptions(self) -> list[dict[str, object]]:
        """What the page has to know of each matrix."""
        return [matrix.description for matrix in self.stored]


def _spread(whole: Whole) -> Spread:
    known = whole.q.ravel() if whole.known.all() else whole.q[whole.known]
    return Spread(whole.scale, np.bincount(known + LARGEST, minlength=2 * LARGEST + 1))


def value_range(spreads: list[Spread], magnitude: bool, from_zero: bool, quantile: float) -> list[float] | None:
    """Return a low (or 0) and a high quantile of all values; None without any.

    Parameters
    ----------
    spreads : list of Spread
    magnitude : bool
        Whatever their sign.
    from_zero : bool
    quantile : float
        Share of the values at or below the upper end; as many lie below the lower one as above this.
    """
    values: list[np.ndarray] = [np.empty(0)]
    counts: list[np.ndarray] = [np.empty(0, dtype=int)]
    for spread in spreads:
        (used,) = np.nonzero(spread.counts)
        found = (used - LARGEST) * spread.scale
        values.append(np.abs(found) if magnitude else found)
        counts.append(spread.counts[used])
    every, often = np.concatenate(values), np.concatenate(counts)
    if not every.size:
        return None
    order = np.argsort(every, kind="stable")
    every, below = every[order], np.cumsum(often[order])
    low, high = (float(every[np.searchsorted(below, share * below[-1])]) for share in (1.0 - quantile, quantile))
    return [0.0 if from_zero else low, high]
