"""The array types of the physics room."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
#: what the functions accept; they return `FloatArray` of the broadcast shape (0-d input gives a 0-d result)
FloatLike: TypeAlias = float | FloatArray


def as_floats(*values: FloatLike) -> tuple[FloatArray, ...]:
    """Return the values as float arrays broadcast against each other."""
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))
