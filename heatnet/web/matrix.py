r"""Hourly values of many elements as one small text in a page: whole numbers, predicted, the rest deflated.

**Numbers.** A value :math:`x` is kept as :math:`q = \lfloor x / s + 1/2 \rfloor` with the scale :math:`s` stated beside it,
so that it comes back within :math:`s/2`; the offset is 0. :math:`|q| \le 16383`: a larger range takes a coarser :math:`s`
(2, 5, 10 … times the one asked for). No value is no number: it comes back as such, never as a neighbour's.

**Prediction.** Only :math:`r = q - p` is stored. Few elements: :math:`p` is the value of the hour before. Many: the hours of a
network follow few causes (weather, habits, schedule), so that few components :math:`k` say nearly all:

.. math:: p_{t,n} = \Big\lfloor \sum_k 2^{-e_k} U_{k,t} V_{k,n} + 1/2 \Big\rfloor , \quad \text{kept within the range.}

:math:`U` and :math:`V` are whole numbers of 16 bits and :math:`e_k \le 30`, so that the sum is exact in double precision in
any order: browser and Python find the same :math:`p`, and what comes back is :math:`q`, however good the prediction.
Components from a randomised singular value decomposition (Halko, Martinsson and Tropp 2011, doi:10.1137/090771806) with a
fixed seed.

**Bytes.** :math:`U` (differences along time) and :math:`V`, little-endian, component by component; then :math:`r`, element by
element, folded to :math:`2r` or :math:`-2r-1`, low bytes before high bytes, which are left out where all are 0. The largest
folded number (255 or 65535) stands for no value. All of it in zlib's format, in base64.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np

from heatnet.model.supply import FloatArray

#: largest whole number of a value, so that a difference of two fits into 16 bits
LARGEST = 16383
#: factor of a component in 16 bits
_LARGEST_FACTOR = 32767.0
_MOST_SHIFT = 30
_WRAP = 65536.0
#: below this number of elements the hour before predicts as well as components, and takes no time to find
FEWEST_FOR_COMPONENTS = 256
_RANKS = (4, 8, 12)
_SPARE, _POWER_STEPS, _SAMPLED = 6, 2, 64
#: bytes that a factor takes once deflated
_BYTES_PER_FACTOR = 1.7
_STEPS = (1.0, 2.0, 5.0)
_LEVEL = 4  # a tenth larger than the best in half its time


@dataclass(frozen=True)
class Matrix:
    """Values of elements by hour as they stand in a page.

    Parameters
    ----------
    hours, elements : int
        Shape.
    scale : float
        Unit of the whole numbers.
    shifts : tuple of int
        Exponent :math:`e_k` of each component; empty where the hour before predicts.
    wide : bool
        Whether the differences take two bytes.
    text : str
        Base64.
    """

    hours: int
    elements: int
    scale: float
    shifts: tuple[int, ...]
    wide: bool
    text: str

    @property
    def description(self) -> dict[str, object]:
        """What the page has to know to read the text."""
        shape = {"hours": self.hours, "elements": self.elements, "scale": self.scale}
        return shape | {"shifts": list(self.shifts), "wide": self.wide}


@dataclass(frozen=True, eq=False)
class Whole:
    """Whole numbers of a matrix.

    Parameters
    ----------
    q : ndarray of int32, shape (elements, hours)
        0 where there is no value.
    known : ndarray of bool, shape (elements, hours)
    scale : float
    """

    q: np.ndarray
    known: np.ndarray
    scale: float


def whole_numbers(values: FloatArray, scale: float) -> Whole:
    """Return values in whole units of a scale, or of the next coarser one in which they fit.

    Parameters
    ----------
    values : ndarray, shape (hours, elements)
        NaN where there is no value.
    scale : float
    """
    by_element = np.ascontiguousarray(np.asarray(values).T)
    known = np.isfinite(by_element)
    filled = by_element if known.all() else np.where(known, by_element, 0.0)
    largest = float(np.abs(filled).max(initial=0.0))
    coarse = scale
    for step in range(3 * 12):
        coarse = scale * _STEPS[step % 3] * 10.0 ** (step // 3)
        if largest <= LARGEST * coarse:
            break
    return Whole(np.floor(filled / coarse + 0.5).astype(np.int32), known, coarse)


def encode(whole: Whole) -> Matrix:
    """Return whole numbers as text for a page."""
    elements, hours = whole.q.shape
    head: bytes = b""
    predicted: np.ndarray | None = None
    shifts: tuple[int, ...] = ()
    if elements >= FEWEST_FOR_COMPONENTS and hours > 4 * max(_RANKS):
        head, predicted, shifts = _components(whole)
    rest = whole.q - predicted if predicted is not None else _after_the_hour_before(whole)
    folded = np.where(rest >= 0, 2 * rest, -2 * rest - 1)
    wide = bool(folded.max(initial=0, where=whole.known) >= 255)
    folded = np.where(whole.known, folded, 65535 if wide else 255)
    planes = [(folded & 255).astype(np.uint8)]
    if wide:
        planes.append((folded >> 8).astype(np.uint8))
    packed = zlib.compress(head + b"".join(plane.tobytes() for plane in planes), _LEVEL)
    text = base64.b64encode(packed).decode("ascii")
    return Matrix(hours, elements, whole.scale, shifts, wide, text)


def decode(matrix: Matrix) -> FloatArray:
    """Return the values of a matrix, shape (hours, elements), as the page's script finds them; NaN where there is none."""
    data = np.frombuffer(zlib.decompress(base64.b64decode(matrix.text)), dtype=np.uint8)
    shape, rank = (matrix.elements, matrix.hours), len(matrix.shifts)
    used = 2 * rank * (matrix.hours + matrix.elements)
    size = matrix.elements * matrix.hours
    folded = data[used : used + size].astype(np.int32).reshape(shape)
    if matrix.wide:
        folded = folded + (data[used + size : used + 2 * size].astype(np.int32).reshape(shape) << 8)
    known = folded != (65535 if matrix.wide else 255)
    rest = np.where(known, np.where(folded & 1, -(folded + 1) // 2, folded // 2), 0)
    if rank:
        factors = data[:used].view("<i2").astype(float)
        sums = np.cumsum(factors[: rank * matrix.hours].reshape(rank, -1), axis=1)
        over_time = (sums + _WRAP / 2) % _WRAP - _WRAP / 2
        q = _predicted(over_time, factors[rank * matrix.hours :].reshape(rank, -1), matrix.shifts) + rest
    else:
        q = np.cumsum(rest, axis=1)
    return np.where(known, q * matrix.scale, np.nan).T


def _after_the_hour_before(whole: Whole) -> np.ndarray:
    """Return the differences along time; an hour without a value leaves the one before it standing."""
    q = whole.q
    if not whole.known.all():
        last = np.where(whole.known, np.arange(q.shape[1]), -1)
        last = np.maximum.accumulate(last, axis=1)
        q = np.where(last >= 0, np.take_along_axis(q, np.maximum(last, 0), axis=1), 0)
    return np.diff(q, axis=1, prepend=0)


def _components(whole: Whole) -> tuple[bytes, np.ndarray | None, tuple[int, ...]]:
    """Return the factors as bytes, the prediction, and the exponents; nothing where the hour before predicts better."""
    q = _smooth(whole)
    over_time, over_elements = _decomposed(q, max(_RANKS))
    sample = np.linspace(0, len(q) - 1, _SAMPLED).astype(int)
    sizes = {0: q.size * _bytes_each(_after_the_hour_before(whole)[sample])}
    for rank in _RANKS:
        u, v, shifts = _in_whole_numbers(over_time[:rank], over_elements[:rank])
        rest = whole.q[sample] - _predicted(u, v[:, sample], shifts)
        rest = np.where(whole.known[sample], rest, 0)
        sizes[rank] = q.size * _bytes_each(rest) + rank * sum(q.shape) * _BYTES_PER_FACTOR
    rank = min(sizes, key=lambda one: sizes[one])
    if rank == 0:
        return b"", None, ()
    u, v, shifts = _in_whole_numbers(over_time[:rank], over_elements[:rank])
    predicted = _predicted(u, v, shifts)
    head = np.diff(u, axis=1, prepend=0.0)
    # differences of 16 bits wrap around, and so do their sums
    words = np.concatenate([head.ravel(), v.ravel()]).astype(np.int64).astype("<u2")
    return words.tobytes(), predicted, shifts


def _smooth(whole: Whole) -> np.ndarray:
    """Return the whole numbers with each element's mean where it has no value, so that gaps are no cause of their own."""
    if whole.known.all():
        return whole.q
    count = np.maximum(whole.known.sum(axis=1, keepdims=True), 1)
    return np.where(whole.known, whole.q, whole.q.sum(axis=1, keepdims=True) / count)


def _decomposed(q: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the leading components over time, shape (rank, hours), and over elements, shape (rank, elements)."""
    x = q.astype(np.float32)
    random = np.random.default_rng(0).standard_normal((x.shape[1], rank + _SPARE)).astype(np.float32)
    basis, _r = np.linalg.qr(x @ random)
    for _step in range(_POWER_STEPS):
        other, _r = np.linalg.qr(x.T @ basis)
        basis, _r = np.linalg.qr(x @ other)
    u, s, v = np.linalg.svd(basis.T @ x, full_matrices=False)
    root = np.sqrt(s[:rank, np.newaxis])
    return (v[:rank] * root).astype(float), ((basis @ u[:, :rank]).T * root).astype(float)


def _in_whole_numbers(
    over_time: np.ndarray, over_elements: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Return both factors in whole numbers of 16 bits and the exponent that undoes their scale."""
    rooms = [
        np.floor(np.log2(_LARGEST_FACTOR / np.maximum(np.abs(factor).max(axis=1), 1e-6)))
        for factor in (over_time, over_elements)
    ]
    # a component below the scale of the values is none, and its exponent would cost exactness
    excess = np.maximum(rooms[0] + rooms[1] - _MOST_SHIFT, 0.0)
    rooms[0] = rooms[0] - excess
    scaled = [
        np.rint(factor * 2.0 ** room[:, np.newaxis])
        for factor, room in zip((over_time, over_elements), rooms, strict=True)
    ]
    return scaled[0], scaled[1], tuple(int(shift) for shift in rooms[0] + rooms[1])


def _predicted(over_time: np.ndarray, over_elements: np.ndarray, shifts: tuple[int, ...]) -> np.ndarray:
    """Return the prediction, shape (elements, hours)."""
    weights = 2.0 ** -np.array(shifts, dtype=float)
    sums = (over_elements * weights[:, np.newaxis]).T @ over_time
    whole: np.ndarray = np.clip(np.floor(sums + 0.5), -LARGEST, LARGEST).astype(np.int32)
    return whole


def _bytes_each(rest: np.ndarray) -> float:
    """Return the mean information of a number, bytes."""
    _values, counts = np.unique(rest, return_counts=True)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum()) / 8.0
