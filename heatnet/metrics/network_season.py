"""A network's season from all its hours: pumping, losses, shortfall, worst consumer, residual of the heat balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.io.results_store import DESIGN_LABEL
from heatnet.metrics.state import state_figures, worst_in_time
from heatnet.model.network import Network
from heatnet.model.supply import BoolArray, FloatArray

if TYPE_CHECKING:
    import xarray as xr

#: a station that lacks less than this gets its heat, MW
_NOTHING_MW = 1e-6


def solved_hours(states: xr.Dataset) -> BoolArray:
    """Return which hours of a simulation carry numbers."""
    return np.array([str(status).startswith("ok") for status in states["status"].to_numpy()], dtype=bool)


def balance_residual_share(states: xr.Dataset) -> float:
    """Return the largest (sources - consumers - losses) / sources of the solved hours."""
    good = states.isel(time=np.flatnonzero(solved_hours(states)))
    if not good.sizes["time"]:
        return float("nan")
    sources = good["plant_heat_mw"].sum("plant")
    losses = good["pipe_loss_supply_mw"].sum("pipe") + good["pipe_loss_return_mw"].sum("pipe")
    gap = abs(sources - good["consumer_heat_mw"].sum("consumer") - losses)
    return float((gap / sources.where(sources > 0)).max())


def every_hour(values: FloatArray, load_share: FloatArray, hours: list[int]) -> FloatArray:
    """Return a quantity of the simulated hours for every hour of the year; 0 where nothing was simulated.

    Parameters
    ----------
    values : ndarray, shape (N,)
        By simulated hour; NaN in hours without a solution, which are interpolated over the load share.
    load_share : ndarray, shape (T,)
        Load share of every hour.
    hours : list of int
        Positions of the simulated hours.

    Returns
    -------
    ndarray, shape (T,)
        All NaN if no hour was solved.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(load_share), np.nan)
    share = load_share[np.array(hours)]
    order = np.argsort(share[known], kind="stable")
    filled = np.where(known, values, np.interp(share, share[known][order], values[known][order]))
    whole = np.zeros(len(load_share))
    whole[hours] = filled
    return whole


def pump_power_mw(states: xr.Dataset, load_share: FloatArray, hours: list[int]) -> FloatArray:
    """Return the pump power of every hour, MW; parameters as for `every_hour`."""
    return every_hour(states["plant_pump_mw"].sum("plant", min_count=1).to_numpy(), load_share, hours)


def pump_power_by_plant_mw(states: xr.Dataset, load_share: FloatArray, hours: list[int]) -> dict[str, FloatArray]:
    """Return each plant's part of `pump_power_mw`, (T,), MW; parameters as for `every_hour`. A plant that rests pumps nothing."""
    power = states["plant_pump_mw"]
    solved = power.notnull().any("plant")
    power = power.fillna(0.0).where(solved)
    return {
        str(plant): every_hour(power.sel(plant=plant).to_numpy(), load_share, hours)
        for plant in power["plant"].to_numpy()
    }


def heat_loss_mw(states: xr.Dataset, load_share: FloatArray, hours: list[int]) -> FloatArray:
    """Return the heat loss of all pipes in every hour, MW; parameters as for `every_hour`."""
    return every_hour(states["heat_loss_mw"].to_numpy(), load_share, hours)


def network_account(network: Network, states: xr.Dataset) -> dict[str, Any]:
    """Return a network's entry of `by_network` in the summary, as far as its hours alone tell it.

    Hours by status, the residual of the balance, the heat that stations lacked and in how many hours, the hour of highest
    load (`label`; the first without labels), the worst consumer of all hours.
    """
    good = np.flatnonzero(solved_hours(states))
    statuses, counts = np.unique(states["status"].to_numpy().astype(str), return_counts=True)
    short = states["consumer_shortfall_mw"].isel(time=good)
    account: dict[str, Any] = {
        "hours_simulated": int(states.sizes["time"]),
        "hours_ok": len(good),
        "hours_by_status": {str(status): int(count) for status, count in zip(statuses, counts, strict=True)},
        "max_relative_residual": balance_residual_share(states),
        "season_shortfall_mwh": float(short.sum()),
        "hours_undersupplied": int((short > _NOTHING_MW).any("consumer").sum()),
    }
    if not len(good):
        return account
    position = _design_position(states)
    if position in good:
        design = states.isel(time=position)
        account["design_hour"] = {"time": _text(design["time"].to_numpy())} | state_figures(network, design)
    worst = worst_in_time(network, states)
    if worst is not None:
        position, consumer, dp = worst
        names = {lang: network.display_name("consumers", consumer, lang) for lang in ("en", "zh")}
        time = _text(states["time"].to_numpy()[position])
        account["worst_consumer"] = {"id": consumer, "name": names, "dp_bar": dp, "time": time}
    return account


def _design_position(states: xr.Dataset) -> int:
    """Return the row of the hour of highest load."""
    if "label" not in states:
        return 0
    return int(np.argmax(states["label"].to_numpy() == DESIGN_LABEL))


def _text(time: Any) -> str:
    return str(time)[:16]
