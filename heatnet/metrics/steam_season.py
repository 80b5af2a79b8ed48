"""A steam network's year from all its hours: heat and tonnes to process and stations, loss, pressure, wetness, velocity."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.couple.steam_season import PRESSURE_TOLERANCE_BAR
from heatnet.metrics.network_season import solved_hours
from heatnet.metrics.steam_state import shown_rows
from heatnet.model.network import Network
from heatnet.units import KG_PER_S_PER_T_PER_H

if TYPE_CHECKING:
    import xarray as xr

#: steam is wet from here on: single precision in the files
_DRY_SHARE = 1.0 - 1e-6
#: a pipe that passes on less than this is at rest, to the engine's rounding
_NOTHING_KG_PER_S = 1e-6


def steam_account(network: Network, states: xr.Dataset, stations: Collection[str]) -> dict[str, Any]:
    """Return a steam network's part of `by_network` in the summary, as far as its hours alone tell it.

    Parameters
    ----------
    network : Network
        Operated steam network, for the names.
    states : xarray.Dataset
        Result of `heatnet.steam.solve_steam`, a row an hour.
    stations : collection of str
        Consumers that are exchange stations; the others are process users.

    Returns
    -------
    dict
        Hours by status; heat (MWh) and steam (t) given, to process, to stations, lost, over the solved hours; the least pressure
        above the need with place and time; hours with a user below his pressure by more than `PRESSURE_TOLERANCE_BAR`, hours
        in which steam condenses on its way; the largest velocity with place and time; residuals. Places are None where there
        is none.
    """
    good = np.flatnonzero(solved_hours(states))
    statuses, counts = np.unique(states["status"].to_numpy().astype(str), return_counts=True)
    account: dict[str, Any] = {
        "hours_simulated": int(states.sizes["time"]),
        "hours_ok": len(good),
        "hours_by_status": {str(status): int(count) for status, count in zip(statuses, counts, strict=True)},
    }
    solved = states.isel(time=good)
    margin = solved["consumer_p_margin_bar"]
    return account | {
        **_amounts(solved, stations),
        "least_margin": _place(network, "consumers", -margin, "p_bar", -1.0),
        "hours_below_pressure": int((margin < -PRESSURE_TOLERANCE_BAR).any("consumer").sum()),
        "hours_wet": int(_wet(solved).sum()),
        "largest_velocity": _place(network, "pipes", solved["pipe_velocity_m_per_s"], "m_per_s"),
        "max_mass_residual_kg_per_s": _largest(solved["mass_residual_kg_per_s"].to_numpy()),
        "max_energy_residual_mw": _largest(solved["energy_residual_mw"].to_numpy()),
        "max_relative_residual": _largest(
            (
                solved["energy_residual_mw"] / solved["plant_heat_mw"].sum("plant").where(lambda heat: heat > 0)
            ).to_numpy()
        ),
    }


def _amounts(states: xr.Dataset, stations: Collection[str]) -> dict[str, Any]:
    """Return heat and steam of all hours by where they go; an hour's MW are MWh."""
    is_station = np.isin(states["consumer"].to_numpy().astype(str), list(stations))

    def by_use(name: str, factor: float) -> dict[str, float]:
        of = {use: states[f"{use}_{name}"].sum(use).to_numpy() for use in ("plant", "consumer")}
        to_stations = states[f"consumer_{name}"].isel(consumer=np.flatnonzero(is_station)).sum("consumer").to_numpy()
        return {
            "plants": float(of["plant"].sum()) * factor,
            "process": float((of["consumer"] - to_stations).sum()) * factor,
            "stations": float(to_stations.sum()) * factor,
        }

    heat, steam = by_use("heat_mw", 1.0), by_use("mdot_kg_per_s", 1.0 / KG_PER_S_PER_T_PER_H)
    loss = float(states["heat_loss_mw"].sum())
    return {
        "heat_mwh": heat | {"lost": heat["plants"] - heat["process"] - heat["stations"]},
        "steam_t": steam | {"condensate": float(states["condensate_kg_per_s"].sum()) / KG_PER_S_PER_T_PER_H},
        "loss_mwh": loss,
        "loss_share": loss / heat["plants"] if heat["plants"] > 0 else float("nan"),
    }


def _wet(states: xr.Dataset) -> np.ndarray:
    """Return the hours in which steam condenses in a pipe that passes some on; pipes at rest are kept hot that way."""
    start, end = states["pipe_mdot_kg_per_s"], states["pipe_mdot_end_kg_per_s"]
    passes = (start * end > 0) & (abs(start) > _NOTHING_KG_PER_S) & (abs(end) > _NOTHING_KG_PER_S)
    return np.asarray((passes & (states["pipe_dryness_share"] < _DRY_SHARE)).any("pipe").to_numpy())


def _place(network: Network, table: str, values: xr.DataArray, key: str, sign: float = 1.0) -> dict[str, Any] | None:
    """Return the largest value, with its sign, and where and when it is."""
    numbers = values.to_numpy()
    if not np.isfinite(numbers).any():
        return None
    hour, element = np.unravel_index(int(np.nanargmax(numbers)), numbers.shape)
    name = str(values[table[:-1]].to_numpy()[element])
    return {
        key: sign * float(numbers[hour, element]),
        "id": name,
        "name": {lang: network.display_name(table, name, lang) for lang in ("en", "zh")},
        "time": str(values["time"].to_numpy()[hour])[:16],
    }


def _largest(values: np.ndarray) -> float:
    known = np.abs(values[np.isfinite(values)])
    return float(known.max()) if len(known) else float("nan")


def labels_of(states: xr.Dataset, shown: dict[int, str]) -> np.ndarray:
    """Return by hour the label of those that map and report offer, and of the largest and smallest flow where free.

    Parameters
    ----------
    states : xarray.Dataset
    shown : dict of int to str
        Labels by position.
    """
    labels = np.full(states.sizes["time"], "", dtype=object)
    for name, row in shown_rows(states).items():
        labels[row] = name
    for position, name in shown.items():
        labels[position] = name
    return labels
