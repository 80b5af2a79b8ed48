"""Two solutions of the same rows held against each other: where they lie furthest apart, and what only one could solve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from heatnet.adapters.layout import BoolArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.quantities import QUANTITIES
from heatnet.simulate.status import is_solved
from heatnet.units import unit_of

#: unit of a quantity -> kind of difference, unit of the difference ("1" = share of the kind's largest value)
_KINDS = MappingProxyType(
    {"°C": ("temperature", "K"), "bar": ("pressure", "bar"), "kg/s": ("flow", "1"), "MW": ("heat", "1")}
)
#: kinds of difference in the order in which they are told
KINDS = ("temperature", "pressure", "flow", "heat", "power")
#: electricity: its largest value is not that of the heat
_POWER = "plant_pump_mw"
#: errors of a solver, not part of the state
_RESIDUALS = ("mass_residual_kg_per_s", "energy_residual_mw")
#: a row in which a temperature differs by more than this, or a flow by more than this share of the largest, holds two states
FAR_K = 1.0
FAR_SHARE = 0.01
COLUMNS = ("kind", "largest_difference", "unit", "quantity", "element", "time", "rows_compared")


@dataclass(frozen=True)
class Difference:
    """The largest difference of one quantity.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    quantity : str
    value : float
        Magnitude, in `unit`.
    unit : {"K", "bar", "1"}
        "1": over the largest magnitude that any quantity of this kind has in either solution in the rows compared; 0
        where all of them are 0.
    element : str
        Where it is; empty for a quantity of the whole network.
    time : pandas.Timestamp or float
        When it is; the first row of those that are equal.
    """

    kind: str
    quantity: str
    value: float
    unit: str
    element: str
    time: pd.Timestamp | float


@dataclass(frozen=True)
class OtherStatus:
    """A row to which the two solutions give different statuses."""

    time: pd.Timestamp | float
    ours: str
    theirs: str


@dataclass(frozen=True)
class Comparison:
    """How far two solutions of the same rows lie apart.

    Parameters
    ----------
    rows : int
        All rows.
    compared : int
        Rows that both solve: statuses that begin with "ok" on both sides. Differences are over these rows only.
    by_quantity : tuple of Difference
        The largest difference of every temperature, pressure, flow, heat and pump power that both solutions have numbers
        of, in the order of the quantities. Velocities, stored heat, residuals and source shares are not compared.
    one_sided : int
        Numbers that only one of the two has in the rows compared; they enter no difference.
    other_status : tuple of OtherStatus
        Rows with different statuses, solved or not.
    far : tuple of pandas.Timestamp or float
        Rows in which a temperature differs by more than `FAR_K`, or a flow by more than `FAR_SHARE` of the largest.
    unsolved_ours, unsolved_theirs : mapping of str to int
        Rows that each does not solve, by status. A row that one cannot solve is no disagreement about its state.
    """

    rows: int
    compared: int
    by_quantity: tuple[Difference, ...]
    one_sided: int
    other_status: tuple[OtherStatus, ...]
    unsolved_ours: Mapping[str, int]
    unsolved_theirs: Mapping[str, int]
    far: tuple[pd.Timestamp | float, ...] = ()

    @property
    def largest(self) -> tuple[Difference, ...]:
        """The largest difference of each kind that was compared, in the order of `KINDS`."""
        by_kind = {kind: [one for one in self.by_quantity if one.kind == kind] for kind in KINDS}
        return tuple(max(found, key=lambda one: one.value) for found in by_kind.values() if found)

    def table(self) -> pd.DataFrame:
        """Return the differences as a table, a row a quantity, with `COLUMNS`."""
        rows = [
            (one.kind, one.value, one.unit, one.quantity, one.element, one.time, self.compared)
            for one in self.by_quantity
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def compare(ours: xr.Dataset, theirs: xr.Dataset) -> Comparison:
    """Return how far two solutions of the same rows lie apart.

    Parameters
    ----------
    ours, theirs : xarray.Dataset
        Results of `heatnet.simulate.simulate` for the same network and boundary; elements may stand in another order.

    Raises
    ------
    ValueError
        If the times or the elements differ.
    """
    theirs = _in_the_order_of(theirs, ours)
    statuses = [[str(status) for status in one["status"].to_numpy()] for one in (ours, theirs)]
    solved = [np.array([is_solved(status) for status in side], dtype=bool) for side in statuses]
    time = ours.indexes["time"]
    both = np.flatnonzero(solved[0] & solved[1])
    differences, one_sided, far = _differences(ours.isel(time=both), theirs.isel(time=both))
    return Comparison(
        rows=len(time),
        compared=len(both),
        by_quantity=differences,
        one_sided=one_sided,
        other_status=tuple(
            OtherStatus(_plain(time[row]), own, other)
            for row, (own, other) in enumerate(zip(*statuses, strict=True))
            if own != other
        ),
        unsolved_ours=_unsolved(statuses[0]),
        unsolved_theirs=_unsolved(statuses[1]),
        far=tuple(_plain(time[both[row]]) for row in np.flatnonzero(far)),
    )


def kind_of(quantity: str) -> tuple[str, str] | None:
    """Return kind and unit of a quantity's difference; None where it is not compared."""
    if quantity not in QUANTITIES or quantity in _RESIDUALS:
        return None
    return ("power", "1") if quantity == _POWER else _KINDS.get(unit_of(quantity))


def _in_the_order_of(other: xr.Dataset, first: xr.Dataset) -> xr.Dataset:
    """Return a dataset with its elements in the order of another one that has the same rows and elements."""
    if not other.indexes["time"].equals(first.indexes["time"]):
        raise ValueError("the two solutions have different times")
    dimensions = [str(name) for name in first.dims if name != "time" and name in first.indexes and name in other.dims]
    for name in dimensions:
        if set(first.indexes[name]) != set(other.indexes[name]):
            raise ValueError(f"the two solutions have different elements: {name}")
    return other.sel({name: first[name].to_numpy() for name in dimensions})


@dataclass(frozen=True, eq=False)
class _Pair:
    """One quantity as both solutions have it."""

    quantity: str
    kind: str
    unit: str
    own: FloatArray
    other: FloatArray

    @property
    def largest(self) -> float:
        """Largest magnitude in either solution."""
        arrays = (np.abs(array[np.isfinite(array)]) for array in (self.own, self.other))
        return max(float(array.max(initial=0.0)) for array in arrays)


def _pairs(ours: xr.Dataset, theirs: xr.Dataset) -> list[_Pair]:
    pairs = []
    for quantity in QUANTITIES:
        kind = kind_of(quantity)
        if kind is not None and quantity in ours and quantity in theirs:
            own, other = (one[quantity].transpose("time", ...).to_numpy().astype(float) for one in (ours, theirs))
            pairs.append(_Pair(quantity, *kind, own, other))
    return pairs


def _differences(ours: xr.Dataset, theirs: xr.Dataset) -> tuple[tuple[Difference, ...], int, BoolArray]:
    """Return the largest difference of every quantity, how many numbers only one has, and which rows lie far apart."""
    pairs = _pairs(ours, theirs)
    scales: dict[str, float] = {}
    for pair in pairs:
        scales[pair.kind] = max(scales.get(pair.kind, 0.0), pair.largest) if pair.unit == "1" else 1.0
    found, far = [], np.zeros(ours.sizes["time"], dtype=bool)
    for pair in pairs:
        gap = np.abs(pair.own - pair.other)
        if not np.isfinite(gap).any():
            continue
        place = np.unravel_index(int(np.nanargmax(gap)), gap.shape)
        scale = scales[pair.kind]
        limit = {"temperature": FAR_K, "flow": FAR_SHARE * scale}.get(pair.kind, np.inf)
        far |= (gap.reshape(len(gap), -1) > limit).any(axis=1)
        value = float(gap[place]) / scale if scale > 0 else 0.0
        dimension = QUANTITIES[pair.quantity].dimension
        element = str(ours[dimension].to_numpy()[place[1]]) if dimension else ""
        time = _plain(ours.indexes["time"][place[0]])
        found.append(Difference(pair.kind, pair.quantity, value, pair.unit, element, time))
    one_sided = sum(int((np.isfinite(pair.own) != np.isfinite(pair.other)).sum()) for pair in pairs)
    return tuple(found), one_sided, far


def _unsolved(statuses: list[str]) -> dict[str, int]:
    return dict(Counter(status for status in statuses if not is_solved(status)))


def _plain(time: object) -> pd.Timestamp | float:
    """Return a time of an index as stamp or seconds."""
    return time if isinstance(time, pd.Timestamp) else float(time)  # type: ignore[arg-type]
