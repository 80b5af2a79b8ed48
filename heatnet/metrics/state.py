"""Figures of one simulated state: balance, hydraulics, the worst places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.model.network import Network

if TYPE_CHECKING:
    import xarray as xr

PA_PER_BAR = 1e5


def specific_friction(network: Network, state: xr.Dataset) -> xr.DataArray:
    """Return the specific friction of each pipe, Pa/m, the larger of its two lines; local losses included.

    Parameters
    ----------
    network : Network
    state : xarray.Dataset
        One state or several (with `time`).
    """
    length = network.pipes["length_m"].reindex(state["pipe"].to_numpy()).to_xarray().rename({"id": "pipe"})
    drops = [abs(state[name]) for name in ("pipe_dp_supply_bar", "pipe_dp_return_bar") if name in state]
    largest = drops[0] if len(drops) == 1 else np.fmax(drops[0], drops[1])
    friction: xr.DataArray = largest * PA_PER_BAR / length
    return friction


def _extreme(values: xr.DataArray, dim: str, largest: bool) -> tuple[float, str | None]:
    array = values.to_numpy()
    if not np.isfinite(array).any():
        return float("nan"), None
    position = int(np.nanargmax(array) if largest else np.nanargmin(array))
    return float(array[position]), str(values[dim].to_numpy()[position])


def state_figures(network: Network, state: xr.Dataset) -> dict[str, Any]:
    """Return the figures of one state that a person wants to see first.

    Parameters
    ----------
    network : Network
    state : xarray.Dataset
        One converged state, without the dimension `time`.

    Returns
    -------
    dict
        heat_mw, consumer_heat_mw, loss_mw, loss_share, balance_residual_share (sources - consumers - losses over
        sources), shortfall_mw, head_bar, pump_mw, worst_consumer and worst_dp_bar (smallest margin over min_dp_bar),
        coldest_consumer and coldest_degc, max_velocity_*, max_specific_friction_*, mean_specific_friction_pa_per_m
        (by length), p_min_bar, p_max_bar, t_supply_degc, t_return_degc, mdot_kg_per_s of the pressure-holding plant.
    """
    heat = float(state["plant_heat_mw"].sum())
    taken = float(state["consumer_heat_mw"].sum())
    loss = float(state["pipe_loss_supply_mw"].sum() + state["pipe_loss_return_mw"].sum())
    friction = specific_friction(network, state)
    velocity = _extreme(state["pipe_velocity_m_per_s"], "pipe", largest=True)
    steepest = _extreme(friction, "pipe", largest=True)
    worst = worst_consumer(network, state)
    on = state["consumer_mdot_kg_per_s"] > 0
    coldest = _extreme(state["consumer_t_supply_degc"].where(on), "consumer", largest=False)
    pressures = [state[name].to_numpy() for name in ("node_p_supply_bar", "node_p_return_bar") if name in state]
    length = network.pipes["length_m"].reindex(state["pipe"].to_numpy()).to_numpy()
    known = np.isfinite(friction.to_numpy())
    figures = {
        "heat_mw": heat,
        "consumer_heat_mw": taken,
        "loss_mw": loss,
        "loss_share": loss / heat if heat else float("nan"),
        "balance_residual_share": (heat - taken - loss) / heat if heat else float("nan"),
        "shortfall_mw": float(state["consumer_shortfall_mw"].sum()),
        "pump_mw": float(state["plant_pump_mw"].sum()),
        "worst_consumer": worst[1],
        "worst_dp_bar": worst[0],
        "coldest_degc": coldest[0],
        "coldest_consumer": coldest[1],
        "max_velocity_m_per_s": velocity[0],
        "max_velocity_pipe": velocity[1],
        "max_specific_friction_pa_per_m": steepest[0],
        "max_specific_friction_pipe": steepest[1],
        "mean_specific_friction_pa_per_m": float(np.average(friction.to_numpy()[known], weights=length[known])),
        "p_min_bar": float(min(np.nanmin(array) for array in pressures)),
        "p_max_bar": float(max(np.nanmax(array) for array in pressures)),
    }
    return figures | _plant_figures(network, state)


def worst_consumer(network: Network, state: xr.Dataset) -> tuple[float, str | None]:
    """Return available pressure difference (bar) and id of the consumer with the smallest margin over its need."""
    need = network.consumers["min_dp_bar"].reindex(state["consumer"].to_numpy()).to_numpy()
    on = state["consumer_mdot_kg_per_s"].to_numpy() > 0
    margin = np.where(on, state["consumer_dp_bar"].to_numpy() - need, np.nan)
    if not np.isfinite(margin).any():
        return float("nan"), None
    position = int(np.nanargmin(margin))
    return float(state["consumer_dp_bar"].to_numpy()[position]), str(state["consumer"].to_numpy()[position])


def _plant_figures(network: Network, state: xr.Dataset) -> dict[str, float]:
    """Return temperatures, flow and head of the pressure-holding plant (of the first, where there are several)."""
    plant = network.pressure_plant
    if plant is None:
        return dict.fromkeys(("t_supply_degc", "t_return_degc", "mdot_kg_per_s", "head_bar"), float("nan"))
    one = state.sel(plant=plant)
    node = network.plants.at[plant, "node"]
    back = network.plants.at[plant, "return_node"] or node
    head = float(state["node_p_supply_bar"].sel(node=node) - state["node_p_return_bar"].sel(node=back))
    names = ("t_supply_degc", "t_return_degc", "mdot_kg_per_s")
    return {name: float(one[f"plant_{name}"]) for name in names} | {"head_bar": head}
