"""The boilers of committed units: those of one size are counted, so that no two schedules differ by their names alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from heatnet.model.commitment import Commitment
from heatnet.model.hourly import FloatArray
from heatnet.model.supply import SupplyUnit

#: capacities are rounded somewhere: a boiler that lacks this share of its least load may run
_ROUNDING_SHARE = 1e-9


@dataclass(frozen=True, eq=False)
class Boilers:
    """Equal boilers of one unit.

    Parameters
    ----------
    id : str
        The unit's id, or ``<unit>/<number>`` where it has boilers of several sizes.
    unit : SupplyUnit
    count : int
        How many.
    share : float
        What one of them is of the unit's capacity.
    """

    id: str
    unit: SupplyUnit
    count: int
    share: float

    @property
    def commitment(self) -> Commitment:
        """Limits and costs of the whole unit."""
        if self.unit.commitment is None:
            raise ValueError(f"{self.unit.id} has no commitment")
        return self.unit.commitment

    @property
    def min_mw(self) -> float:
        """Least heat of one boiler, MW."""
        return self.share * self.commitment.min_mw

    @property
    def available_mw(self) -> FloatArray:
        """Largest heat of one boiler, (T,), MW."""
        return self.share * self.unit.available_mw

    @property
    def on_max(self) -> FloatArray:
        """How many may be on, (T,): none in maintenance, or where less than the least load is available."""
        available = self.unit.available_mw
        can = (available > 0) & (available >= self.commitment.min_mw * (1 - _ROUNDING_SHARE))
        if self.commitment.maintenance is not None:
            can &= ~self.commitment.maintenance
        return np.where(can, float(self.count), 0.0)

    @property
    def on_min(self) -> FloatArray:
        """How many must be on, (T,): those that have not been on for long enough before the horizon.

        Until the first hour in which none can be: what was started before the horizon is a fact, and so is that outage.
        """
        most = self.on_max
        least = np.zeros(len(most))
        state = self.commitment.state_h
        if state is not None and 0 < state < self.commitment.min_up_h:
            least[: self.commitment.min_up_h - state] = self.count
        return least * np.cumprod(most > 0)

    @property
    def start_max(self) -> FloatArray:
        """How many may start, (T,): none whose start would begin in maintenance, before the horizon or after too short a stop."""
        most = self.on_max
        out, start_h = self.commitment.maintenance, self.commitment.start_h
        if out is not None and start_h:
            for hour in np.flatnonzero(out):
                most[hour : hour + start_h + 1] = 0.0
        state = self.commitment.state_h
        if state is not None:
            wait = self.commitment.off_h if state > 0 else max(self.commitment.min_down_h + state, start_h)
            most[: max(wait, 0)] = 0.0
        return most

    @property
    def on_before(self) -> int | None:
        """How many are on before the horizon; None: not known."""
        state = self.commitment.state_h
        return None if state is None else self.count * int(state > 0)

    def limit_mw(self, given: float | None, ramp: float | None) -> float:
        """Return the largest heat of one boiler in its first or last hour on, MW."""
        if given is not None:
            return self.share * given
        return np.inf if ramp is None else self.share * max(ramp, self.commitment.min_mw)


def boilers_of(units: Iterable[SupplyUnit]) -> list[Boilers]:
    """Return the boilers of all committed units, larger ones of a unit first."""
    found = []
    for unit in units:
        if unit.commitment is None:
            continue
        sizes = sorted(unit.commitment.sizes_mw or (1.0,), reverse=True)
        kinds = list(dict.fromkeys(sizes))
        for number, size in enumerate(kinds):
            name = unit.id if len(kinds) == 1 else f"{unit.id}/{number + 1}"
            found.append(Boilers(name, unit, sizes.count(size), size / sum(sizes)))
    return found
