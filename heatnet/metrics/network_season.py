"""A network's season from its simulated hours: pumping, losses, worst consumer, residual of the heat balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.metrics.state import state_figures, worst_consumer
from heatnet.model.network import Network
from heatnet.model.supply import BoolArray, FloatArray

if TYPE_CHECKING:
    import xarray as xr


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


def pump_power_mw(states: xr.Dataset, load_share: FloatArray, hours: list[int]) -> FloatArray:
    """Return the pump power of every hour, MW, interpolated over the load share between the simulated hours.

    Parameters
    ----------
    states : xarray.Dataset
        Simulated hours.
    load_share : ndarray, shape (T,)
        Load share of every hour; hours without load have no pumping.
    hours : list of int
        Positions of the simulated hours.
    """
    good = solved_hours(states)
    if not good.any():
        return np.full(len(load_share), np.nan)
    known = load_share[np.array(hours)[good]]
    power = states["plant_pump_mw"].sum("plant").to_numpy()[good]
    order = np.argsort(known)
    return np.where(load_share > 0, np.interp(load_share, known[order], power[order]), 0.0)


def network_account(network: Network, states: xr.Dataset) -> dict[str, Any]:
    """Return a network's entry of `by_network` in the summary: its design hour, its worst consumer of all hours."""
    good = np.flatnonzero(solved_hours(states))
    account: dict[str, Any] = {
        "hours_simulated": int(states.sizes["time"]),
        "hours_ok": len(good),
        "max_relative_residual": balance_residual_share(states),
    }
    if not len(good):
        return account
    design = states.isel(time=0)
    if 0 in good:
        account["design_hour"] = {"time": _text(design["time"].to_numpy())} | state_figures(network, design)
    margins = []
    for position in good:
        state = states.isel(time=int(position))
        dp, consumer = worst_consumer(network, state)
        if consumer is not None:
            need = float(network.consumers.at[consumer, "min_dp_bar"])
            margins.append((dp - need, dp, consumer, _text(state["time"].to_numpy())))
    if margins:
        _margin, dp, consumer, time = min(margins)
        names = {lang: network.display_name("consumers", consumer, lang) for lang in ("en", "zh")}
        account["worst_consumer"] = {"id": consumer, "name": names, "dp_bar": dp, "time": time}
    return account


def _text(time: Any) -> str:
    return str(time)[:16]
