"""Look-ups in the fluid's table: linear between evenly spaced temperatures, held at its ends."""

from __future__ import annotations

from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled

RHO, CP, ETA, ENTHALPY = 0, 1, 2, 3


@compiled
def at(table: FloatArray, start: float, per_k: float, column: int, t: float) -> float:
    """Return one property at a temperature (°C)."""
    s = (t - start) * per_k
    last = table.shape[0] - 2
    if not s > 0.0:
        return table[0, column]
    i = int(s)
    if i > last:
        return table[last + 1, column]
    return table[i, column] + (s - i) * (table[i + 1, column] - table[i, column])


@compiled
def cp_and_enthalpy(table: FloatArray, start: float, per_k: float, t: float) -> tuple[float, float]:
    """Return heat capacity, J/(kg·K), and enthalpy, J/kg, at a temperature (°C)."""
    s = (t - start) * per_k
    last = table.shape[0] - 2
    if not s > 0.0:
        return table[0, 1], table[0, 3]
    i = int(s)
    if i > last:
        return table[last + 1, 1], table[last + 1, 3]
    w = s - i
    return table[i, 1] + w * (table[i + 1, 1] - table[i, 1]), table[i, 3] + w * (table[i + 1, 3] - table[i, 3])


@compiled
def temperature(table: FloatArray, start: float, per_k: float, h: float, guess: float) -> float:
    """Return the temperature (°C) at which the fluid has an enthalpy (J/kg), from a guess nearby."""
    last = table.shape[0] - 2
    if h <= table[0, 3]:
        return start
    if h >= table[last + 1, 3]:
        return start + (last + 1) / per_k
    s = (guess - start) * per_k
    i = min(max(int(s), 0), last) if s > 0.0 else 0
    for _step in range(60):
        rise = table[i + 1, 3] - table[i, 3]
        w = (h - table[i, 3]) / rise
        if 0.0 <= w <= 1.0:
            return start + (i + w) / per_k
        # the next segment at least, further by the slope of this one
        jump = int(w) if w > 0.0 else int(w) - 1
        i = min(max(i + jump, 0), last)
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        if table[middle, 3] <= h:
            low = middle
        else:
            high = middle - 1
    return start + (low + (h - table[low, 3]) / (table[low + 1, 3] - table[low, 3])) / per_k
