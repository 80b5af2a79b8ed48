"""Figures of one simulated state: balance, hydraulics, the worst places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.i18n import _
from heatnet.model.network import Network

if TYPE_CHECKING:
    import xarray as xr

PA_PER_BAR = 1e5
#: highest velocity of water in mains (CJJ 34), m/s; nominal pressure of the pipes, bar absolute (PN 16)
V_MAX_M_PER_S = 3.5
P_NOMINAL_BAR = 17.0
#: a plant's heat may pass its capacity by this share before it is worth a word
CAPACITY_SLACK = 1e-3
#: margins of pressure that lie no further apart are equal
_TIE_BAR = 1e-3


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


def worst_in_time(network: Network, states: xr.Dataset) -> tuple[int, str, float] | None:
    """Return row, consumer and available pressure difference (bar) of the smallest margin over `min_dp_bar` in any row.

    Where the pump's head follows the worst consumer the margin is nothing in every hour: of rows within `_TIE_BAR` of the
    smallest margin the one with the largest flow counts. None where no consumer runs in any row.
    """
    need = network.consumers["min_dp_bar"].reindex(states["consumer"].to_numpy()).to_numpy()
    dp = states["consumer_dp_bar"].transpose("time", "consumer").to_numpy()
    on = states["consumer_mdot_kg_per_s"].transpose("time", "consumer").to_numpy() > 0
    margin = np.where(on & np.isfinite(dp - need), dp - need, np.inf)
    if not np.isfinite(margin).any():
        return None
    close = margin.min(axis=1) <= margin.min() + _TIE_BAR
    flow = states["plant_mdot_kg_per_s"].clip(min=0.0).sum("plant").to_numpy()
    row = int(np.argmax(np.where(close, flow, -np.inf)))
    column = int(np.argmin(margin[row]))
    return row, str(states["consumer"].to_numpy()[column]), float(dp[row, column])


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


def state_warnings(network: Network, state: xr.Dataset) -> list[str]:
    """Return what an engineer would object to in one converged state, in the current language.

    Negative heat, heat above capacity, outlets above a plant's highest temperature, consumers short of pressure or
    heat, velocities and pressures beyond the usual limits, boiling water, pressure below zero absolute.
    """
    figures = state_figures(network, state)
    warnings = [text for plant in state["plant"].to_numpy() for text in _plant_warnings(network, state, str(plant))]
    for consumer in state["consumer"].to_numpy():
        need = float(network.consumers.at[consumer, "min_dp_bar"])
        one = state.sel(consumer=consumer)
        dp, flow = float(one["consumer_dp_bar"]), float(one["consumer_mdot_kg_per_s"])
        if flow > 0 and dp < need - 1e-6:
            warnings.append(
                _("{name}: available pressure difference {dp:.2f} bar, it needs {need:.2f} bar").format(
                    name=consumer, dp=dp, need=need
                )
            )
    if figures["shortfall_mw"] > 1e-6:
        warnings.append(_("{heat:.3f} MW of the consumers' heat is missing").format(heat=figures["shortfall_mw"]))
    if figures["max_velocity_m_per_s"] > V_MAX_M_PER_S:
        warnings.append(
            _("{name}: velocity {v:.1f} m/s, above {limit:g} m/s").format(
                name=figures["max_velocity_pipe"], v=figures["max_velocity_m_per_s"], limit=V_MAX_M_PER_S
            )
        )
    warnings += _short_pressure(network, state)
    if figures["p_max_bar"] > P_NOMINAL_BAR:
        warnings.append(
            _("highest pressure {p:.1f} bar absolute, above {limit:g} bar (PN 16)").format(
                p=figures["p_max_bar"], limit=P_NOMINAL_BAR
            )
        )
    return warnings


def _short_pressure(network: Network, state: xr.Dataset) -> list[str]:
    """Return the places where water boils furthest and lies furthest below zero absolute, if any do."""
    from heatnet.metrics.warnings_in_time import boiling_in_time, boiling_text, vacuum_in_time, vacuum_text

    states = state.expand_dims("time") if "time" not in state.dims else state
    boiling, vacuum = boiling_in_time(states), vacuum_in_time(states)
    return ([boiling_text(network, boiling)] if boiling else []) + ([vacuum_text(network, vacuum)] if vacuum else [])


def _plant_warnings(network: Network, state: xr.Dataset, plant: str) -> list[str]:
    row = network.plants.loc[plant]
    one = state.sel(plant=plant)
    heat, t_supply = float(one["plant_heat_mw"]), float(one["plant_t_supply_degc"])
    words = []
    if heat < -1e-6:
        words.append(_("{name}: {heat:.2f} MW, it would have to cool").format(name=plant, heat=heat))
    if heat > row["capacity_mw"] * (1 + CAPACITY_SLACK):
        words.append(
            _("{name}: {heat:.2f} MW, its capacity is {capacity:.2f} MW").format(
                name=plant, heat=heat, capacity=row["capacity_mw"]
            )
        )
    highest = row.get("t_supply_max_degc", float("nan"))
    if heat > 0 and t_supply > highest + 0.05:
        words.append(
            _("{name}: gives {t:.1f} °C, at most {limit:.1f} °C are possible").format(
                name=plant, t=t_supply, limit=highest
            )
        )
    return words
