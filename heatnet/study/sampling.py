"""From the dimensions of a batch to the points that it runs: all combinations, a list, one at a time, or samples.

Samples are points of the unit cube (scipy.stats.qmc) that each dimension's quantile function carries to its values. A sample for
Sobol' indices has two independent halves A and B of one Sobol' sequence, and A with one column of B for each dimension
(Saltelli et al., Comput. Phys. Commun. 181 (2010) 259).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from heatnet.study.batch_config import BatchConfig, Choice, Dimension, Lognormal, Normal, Triangular, Uniform
from heatnet.study.batch_targets import FailuresTarget, PriceFileTarget, WeatherTarget, choices_of

#: value of a dimension at a point: a number, a name, or None where the case stays as it is
Level = float | str | None
#: numbers of draws of outages lie below this
_DRAWS = 2**31
BASE = "base"


@dataclass(frozen=True)
class Point:
    """One point of a batch.

    Parameters
    ----------
    name : str
        Unique; the scenario's name, with the values of the dimensions that every scenario is run with.
    scenario : str
        The same for points that differ in nothing but those.
    levels : dict of dimension to Level
    block : str
        In a sample for Sobol' indices: ``a``, ``b``, or the dimension whose column comes from B; else empty.
    """

    name: str
    scenario: str
    levels: dict[str, Level] = field(default_factory=dict)
    block: str = ""


def points(batch: BatchConfig) -> list[Point]:
    """Return the points of a batch; the same from the same block.

    Parameters
    ----------
    batch : BatchConfig
        Without mistakes (`heatnet.study.batch_input.batch_problems`).
    """
    methods = {
        "grid": _grid,
        "list": _list,
        "one_at_a_time": _one_at_a_time,
        "latin_hypercube": _sample,
        "sobol": _saltelli if batch.indices else _sample,
    }
    return [crossed for point in methods[batch.method](batch) for crossed in _crossed(point, batch.crossed)]


def point_count(batch: BatchConfig) -> int:
    """Return how many points a batch has, without making them."""
    crossed = math.prod(len(values_of(one)) for one in batch.crossed.values())
    own = batch.varied
    count = {
        "grid": lambda: math.prod(len(values_of(one)) for one in own.values()),
        "list": lambda: len(batch.variants),
        "one_at_a_time": lambda: 1 + sum(len(_sides(one, batch)) for one in own.values()),
        "latin_hypercube": lambda: batch.samples,
        "sobol": lambda: batch.samples * ((len(own) + 2) if batch.indices else 1),
    }
    return count[batch.method]() * crossed


def values_of(dimension: Dimension) -> tuple[Level, ...]:
    """Return the values of a dimension: its list, else those that its target has by itself."""
    return dimension.values or choices_of(dimension.target)


def quantile(dimension: Dimension, probability: np.ndarray) -> list[Level]:
    """Return the values of a dimension at cumulated probabilities (n,): its inverse distribution function.

    Choices take their values in their order, each with its weight; a dimension without a distribution is a choice among its
    values, all alike.
    """
    from scipy import stats

    own = dimension.distribution
    if isinstance(own, Uniform):
        return _floats(stats.uniform(own.low, own.high - own.low).ppf(probability))
    if isinstance(own, Triangular):
        width = own.high - own.low
        return _floats(stats.triang((own.mode - own.low) / width, own.low, width).ppf(probability))
    if isinstance(own, Lognormal):
        return _floats(stats.lognorm(own.sigma, scale=own.median).ppf(probability))
    if isinstance(own, Normal):
        low = -np.inf if own.low is None else (own.low - own.mean) / own.sd
        high = np.inf if own.high is None else (own.high - own.mean) / own.sd
        return _floats(stats.truncnorm(low, high, own.mean, own.sd).ppf(probability))
    if own is None and isinstance(dimension.target, FailuresTarget) and not dimension.values:
        return _floats(1.0 + np.floor(probability * (_DRAWS - 1)))
    choices = own.values if isinstance(own, Choice) else values_of(dimension)
    weights = own.weights if isinstance(own, Choice) and own.weights else (1.0,) * len(choices)
    ends = np.cumsum(weights) / np.sum(weights)
    return [choices[int(k)] for k in np.minimum(np.searchsorted(ends, probability, side="right"), len(choices) - 1)]


def _floats(values: np.ndarray) -> list[Level]:
    return [float(value) for value in values]


def _grid(batch: BatchConfig) -> Iterator[Point]:
    own = batch.varied
    combinations = list(product(*(values_of(one) for one in own.values())))
    digits = _digits(len(combinations))
    for number, levels in enumerate(combinations):
        name = f"{number:0{digits}d}"
        yield Point(name, name, dict(zip(own, levels, strict=True)))


def _list(batch: BatchConfig) -> Iterator[Point]:
    base = _base(batch)
    for name, row in batch.variants.items():
        yield Point(name, name, base | dict(row.values))


def _base(batch: BatchConfig) -> dict[str, Level]:
    return {name: one.base for name, one in batch.varied.items()}


def _one_at_a_time(batch: BatchConfig) -> Iterator[Point]:
    base = _base(batch)
    yield Point(BASE, BASE, base)
    for name, one in batch.varied.items():
        for level in _sides(one, batch):
            point = f"{name}-{_slug_of(one, level)}"
            yield Point(point, point, base | {name: level})


def _sides(dimension: Dimension, batch: BatchConfig) -> tuple[Level, ...]:
    """Return the values of a dimension beside its base."""
    if dimension.values or dimension.distribution is None:
        found = values_of(dimension) or ((1.0,) if isinstance(dimension.target, FailuresTarget) else ())
    elif isinstance(dimension.distribution, Choice):
        found = dimension.distribution.values
    else:
        found = tuple(quantile(dimension, np.array(batch.quantiles)))
    return tuple(dict.fromkeys(level for level in found if level != dimension.base))


def _sample(batch: BatchConfig) -> Iterator[Point]:
    own = batch.varied
    drawn = _unit(batch, max(len(own), 1))
    yield from _drawn(own, drawn, "", 0, _digits(len(drawn)))


def _saltelli(batch: BatchConfig) -> Iterator[Point]:
    own = batch.varied
    drawn = _unit(batch, 2 * len(own))
    a, b = drawn[:, : len(own)], drawn[:, len(own) :]
    digits = _digits(len(a) * (len(own) + 2))
    yield from _drawn(own, a, "a", 0, digits)
    yield from _drawn(own, b, "b", len(a), digits)
    for column, name in enumerate(own):
        mixed = a.copy()
        mixed[:, column] = b[:, column]
        yield from _drawn(own, mixed, name, len(a) * (2 + column), digits)


def _unit(batch: BatchConfig, dimensions: int) -> np.ndarray:
    """Return the sample of the unit cube, shape (samples, dimensions)."""
    from scipy.stats import qmc

    if batch.method == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=np.random.default_rng(batch.seed)).random(batch.samples))
    return np.asarray(qmc.Sobol(dimensions, rng=np.random.default_rng(batch.seed)).random(batch.samples))


def _drawn(own: Mapping[str, Dimension], drawn: np.ndarray, block: str, first: int, digits: int) -> Iterator[Point]:
    columns = {name: quantile(one, drawn[:, column]) for column, (name, one) in enumerate(own.items())}
    for row in range(len(drawn)):
        name = f"{first + row:0{digits}d}"
        yield Point(name, name, {dimension: levels[row] for dimension, levels in columns.items()}, block)


def _digits(count: int) -> int:
    return max(4, len(str(count - 1)))


def _crossed(point: Point, crossed: Mapping[str, Dimension]) -> Iterator[Point]:
    for levels in product(*(values_of(one) for one in crossed.values())):
        ends = [
            f"{name}{slug(level)}" if _is_number(level) else _slug_of(crossed[name], level)
            for name, level in zip(crossed, levels, strict=True)
        ]
        name = "-".join([point.name, *ends])
        yield Point(name, point.scenario, point.levels | dict(zip(crossed, levels, strict=True)), point.block)


def _is_number(level: Level) -> bool:
    return isinstance(level, int | float)


def _slug_of(dimension: Dimension, level: Level) -> str:
    """Return a value of a dimension as a part of a folder's name: of a file its name without folder and extension."""
    if isinstance(dimension.target, PriceFileTarget | WeatherTarget) and isinstance(level, str):
        return slug(PurePosixPath(level).stem)
    return slug(level)


def slug(level: Any) -> str:
    """Return a value as a part of a folder's name: letters and digits of any script, dots and dashes."""
    if level is None:
        return BASE
    text = f"{level:g}" if isinstance(level, int | float) else str(level)
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in text) or "_"


__all__ = ["BASE", "Level", "Point", "point_count", "points", "quantile", "slug", "values_of"]
