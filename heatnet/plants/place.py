"""Where a plant stands, how its row is read, and the common way into a `SupplyUnit`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.network import Network, ids_of
from heatnet.model.supply import Conditions, FloatArray, SupplyUnit

MW_PER_W = 1e-6
MONTHS = 12


@dataclass(frozen=True)
class Place:
    """The network that a plant stands in.

    Parameters
    ----------
    network : Network
        Network whose plants table holds the row.
    owner : str
        Id of the network folder: for the steam part of a network that network's id, else the network's own.
    """

    network: Network
    owner: str

    @property
    def balance(self) -> str:
        """Heat balance that plants here feed."""
        return f"{self.owner}/{self.network.carrier}"

    @property
    def steam_balance(self) -> str:
        """Balance of the steam network beside this network."""
        return f"{self.owner}/steam"

    def unit_id(self, plant: str) -> str:
        """Return the unit id of a plant here."""
        part = "steam/" if self.network.carrier == "steam" else ""
        return f"{self.owner}/{part}{plant}"


def plant_id(plant: pd.Series) -> str:
    """Return the id of a row of the plants table."""
    return str(plant.name)


def number(plant: pd.Series, key: str, default: float = math.nan) -> float:
    """Return a number of a row, `default` where the cell or the column is empty."""
    value = plant.get(key)
    return default if value is None or pd.isna(value) else float(value)


def text(plant: pd.Series, key: str) -> str:
    """Return a text of a row, empty where the cell or the column is."""
    value = plant.get(key)
    return value.strip() if isinstance(value, str) else ""


def profile(plant: pd.Series, key: str, time: pd.DatetimeIndex) -> FloatArray:
    """Return a value that is one number or twelve monthly ones (January first), by hour, shape (T,).

    Raises
    ------
    InputError
        If there are neither one nor twelve numbers.
    """
    value = plant.get(key)
    parts = ids_of(value) if isinstance(value, str) else ([] if value is None or pd.isna(value) else [value])
    try:
        numbers = np.array([float(part) for part in parts])
    except ValueError:
        numbers = np.array([])
    if len(numbers) not in (1, MONTHS):
        where = _("plant {plant}, {key}").format(plant=plant_id(plant), key=key)
        raise InputError([Problem(where, repr(value), _("one number or twelve monthly ones"))])
    monthly = np.resize(numbers, MONTHS)
    return np.asarray(monthly[np.asarray(time.month) - 1], dtype=float)


def given_capacity_mw(plant: pd.Series) -> float:
    """Return the largest heat to the network that the row itself states, MW; infinite where it states none."""
    return number(plant, "capacity_mw", math.inf)


def check_capacity(plant: pd.Series, remedy: str) -> None:
    """Raise an `InputError` where a row states no capacity although nothing else would limit the plant."""
    if math.isinf(given_capacity_mw(plant)):
        where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="capacity_mw")
        raise InputError([Problem(where, _("is missing"), remedy=remedy)])


def boiler_capacity_mw(plant: pd.Series, net_share: float = 1.0) -> float:
    """Return the capacity of a boiler house, MW to the network: `capacity_mw`, or else its boilers' sum.

    Parameters
    ----------
    plant : pandas.Series
        Row with `capacity_mw` (to the network) or `units_mw` (of the boilers themselves).
    net_share : float
        Share of the boilers' heat that reaches the network.
    """
    units = [float(part) for part in ids_of(plant.get("units_mw"))]
    return number(plant, "capacity_mw", sum(units) * net_share if units else math.inf)


def supply_unit(
    plant: pd.Series,
    place: Place,
    conditions: Conditions,
    available_mw: float | FloatArray,
    *,
    fuel: str | None = None,
    fuel_per_heat: float | FloatArray = 0.0,
    power_per_heat: float | FloatArray = 0.0,
    power_lost_per_heat: float | FloatArray = 0.0,
    draws_from: str | None = None,
    draw_per_heat: float = 0.0,
    take_min_mw: float | FloatArray = 0.0,
    year_max_mwh: float | None = None,
    year_min_mwh: float | None = None,
    bounds: Mapping[str, FloatArray] = MappingProxyType({}),
) -> SupplyUnit:
    """Return the unit of a plant; numbers hold for every hour."""

    def hourly(value: float | FloatArray) -> FloatArray:
        return np.full(len(conditions.time), 1.0) * value

    def known(value: float | None) -> float | None:
        return None if value is None or math.isnan(value) else value

    return SupplyUnit(
        id=place.unit_id(plant_id(plant)),
        network=place.owner,
        plant=plant_id(plant),
        kind=str(plant["kind"]),
        waste_class=text(plant, "waste_class") or "none",
        balance=place.balance,
        draws_from=draws_from,
        draw_per_heat=draw_per_heat,
        fuel=fuel,
        available_mw=hourly(available_mw),
        take_min_mw=hourly(take_min_mw),
        fuel_per_heat=hourly(fuel_per_heat),
        power_per_heat=hourly(power_per_heat),
        power_lost_per_heat=hourly(power_lost_per_heat),
        year_max_mwh=known(year_max_mwh),
        year_min_mwh=known(year_min_mwh),
        bounds=dict(bounds),
    )
