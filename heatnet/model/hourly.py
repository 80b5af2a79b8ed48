"""Arrays by hour: their types, and the check that each container of `supply` makes of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from heatnet.errors import Problems
from heatnet.i18n import _

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def length_text(name: str, length: int, expected: int) -> str:
    """Return the sentence about an array of another length than the time axis."""
    return _("{name} has {length} values, the time axis {expected}").format(name=name, length=length, expected=expected)


def check_figures(problems: Problems, where: str, figures: Mapping[str, float | None]) -> None:
    """Note figures that are there and not finite numbers."""
    for name, value in figures.items():
        if value is not None and not np.isfinite(value):
            problems.add(where, f"{name} {value:g}", _("A finite number"))


def check_array(
    problems: Problems, where: str, name: str, array: FloatArray, hours: int, low: float = 0.0, infinite: bool = False
) -> None:
    """Note a wrong shape, a value that is not a number, and a value below `low`."""
    if array.ndim != 1 or len(array) != hours:
        problems.add(where, length_text(name, int(array.size), hours))
    elif bool(np.isnan(array).any()) or (not infinite and bool(np.isinf(array).any())):
        problems.add(where, _("{name} has values that are not finite").format(name=name))
    elif bool((array < low).any()):
        problems.add(where, _("{name} falls to {value}").format(name=name, value=f"{array.min():g}"), ">= 0")
