"""A variant: one season of a batch, said as what differs from a named case of its study."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from heatnet.study.config import Season, Weather

#: what a dimension of a batch may be in a variant: a number, a name, or nothing
Value = float | int | str | bool | None


@dataclass(frozen=True)
class Variant:
    """One season of a batch.

    Parameters
    ----------
    name : str
        Unique in its batch, fit for a folder's name.
    case : str
        Named case of the study that it starts from.
    values : dict of str to Value
        Value of each dimension of the batch, as its tables show it.
    networks : dict
        Overrides of the networks laid over those of the case, in the form of ``cases.<case>.networks``.
    prices : dict of str to float
        Figures of the price set that differ, by dotted key (``power.peak_cny_per_mwh``).
    weather : Weather, optional
        In place of the case's.
    season : Season, optional
        In place of the case's.
    demand_factor : dict of str to float
        Factor on all heat loads, by network.
    outages : dict of str to tuple of (int, int)
        Hours in which a plant cannot run, by ``network/plant``: first hour of the year and the hour after the last.
    baseline_networks : dict
        What of its changes the baseline has as well, which its displaced heat is held against: overrides laid over those
        of the baseline case, none of plants.
    """

    name: str
    case: str
    values: dict[str, Value] = field(default_factory=dict)
    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    weather: Weather | None = None
    season: Season | None = None
    demand_factor: dict[str, float] = field(default_factory=dict)
    outages: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    baseline_networks: dict[str, dict[str, Any]] = field(default_factory=dict)
