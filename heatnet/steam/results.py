"""From states of the compiled code to quantities with units, and to a labelled dataset."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray

from heatnet import __version__
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics import steam
from heatnet.physics.arrays import FloatArray
from heatnet.physics.friction import GRAVITY_M_PER_S2
from heatnet.physics.steam_reducing import reduced
from heatnet.physics.water import saturation_temperature_degc
from heatnet.steam.fluid import PA_PER_BAR
from heatnet.steam.given import Given
from heatnet.steam.hour import Raw
from heatnet.steam.inputs import W_PER_MW
from heatnet.steam.march import CONDENSATE, DRAINED, DRYNESS, LOSS, M_OUT, MACH, V_IN, V_MAX, V_OUT, WET_FROM
from heatnet.steam.plan import BoolArray, Plan
from heatnet.steam.quantities import QUANTITIES
from heatnet.steam.status import STATUSES
from heatnet.steam.sweep import BACKWARD, BOTH, FORWARD, REST

Tables = dict[str, FloatArray]


def tables_of(network: Network, plan: Plan, given: Given, raw: Raw) -> Tables:
    """Return the quantities of some rows, NaN where an hour is not solved."""
    solved = np.array([status.solved for status in STATUSES])[raw.status]
    tables = {name: np.full(_shape(network, name, len(solved)), np.nan) for name in QUANTITIES}
    with np.errstate(invalid="ignore", divide="ignore"):
        for part in (_nodes, _pipes, _consumers, _plants, _whole):
            for name, values in part(network, plan, given, raw, tables).items():
                shaped = solved.reshape((-1,) + (1,) * (values.ndim - 1))
                tables[name] = np.where(shaped, values, np.nan)
    tables["largest_mdot_kg_per_s"] = raw.largest.copy()
    return tables


def _shape(network: Network, name: str, rows: int) -> tuple[int, ...]:
    dimension = QUANTITIES[name].dimension
    return (rows, len(getattr(network, f"{dimension}s"))) if dimension else (rows,)


def _ambient_of_nodes(plan: Plan, given: Given) -> FloatArray:
    """Return the mean temperature around the pipes of each node."""
    total = np.zeros((len(given.t_ambient), len(plan.height)))
    count = np.zeros(len(plan.height))
    for ends in (plan.near, plan.far):
        np.add.at(total.T, ends, given.t_ambient.T)
        np.add.at(count, ends, 1.0)
    mean = given.t_ambient.mean(axis=1, keepdims=True) if given.t_ambient.shape[1] else np.zeros((len(total), 1))
    return np.where(count > 0, total / np.maximum(count, 1.0), mean)


def _nodes(network: Network, plan: Plan, given: Given, raw: Raw, tables: Tables) -> Tables:
    p_bar = raw.p / PA_PER_BAR
    fed = (plan.part >= 0) & np.ones((len(p_bar), 1), dtype=bool)
    warm = fed & (raw.cold == 0.0)
    t = steam.temperature_degc(p_bar, raw.h)
    return {
        "node_p_bar": np.where(fed, p_bar, np.nan),
        "node_t_degc": np.where(warm, t, _ambient_of_nodes(plan, given)),
        "node_superheat_k": np.where(warm, t - saturation_temperature_degc(p_bar), np.nan),
        "node_dryness_share": np.where(warm, steam.dryness_share(p_bar, raw.h), np.nan),
    }


def _pipes(network: Network, plan: Plan, given: Given, raw: Raw, tables: Tables) -> Tables:
    out, turned = raw.out, plan.turned
    # at rest nothing moves; kept hot from both ends, steam comes in at both
    at_far = np.where(raw.direction == REST, 0.0, raw.f)
    at_near = np.where(raw.direction == REST, 0.0, raw.f + raw.c)
    at_far = np.where(raw.direction == FORWARD, at_near - out[:, :, CONDENSATE], at_far)
    still = (raw.direction == REST) | (raw.direction == BOTH)
    moving = {
        "pipe_velocity_m_per_s": V_MAX,
        "pipe_velocity_in_m_per_s": V_IN,
        "pipe_velocity_out_m_per_s": V_OUT,
        "pipe_mach_share": MACH,
    }
    p = raw.p / PA_PER_BAR
    fall = np.where(turned, p[:, plan.far] - p[:, plan.near], p[:, plan.near] - p[:, plan.far])
    by_pipe = {name: np.where(still, 0.0, out[:, :, column]) for name, column in moving.items()}
    by_pipe |= {
        "pipe_mdot_kg_per_s": np.where(turned, -at_far, at_near),
        "pipe_mdot_end_kg_per_s": np.where(turned, -at_near, at_far),
        "pipe_dp_bar": fall,
        "pipe_loss_mw": out[:, :, LOSS] / W_PER_MW,
        "pipe_condensate_kg_per_s": out[:, :, CONDENSATE],
        "pipe_condensate_mw": out[:, :, DRAINED] / W_PER_MW * (out[:, :, CONDENSATE] != 0.0),
        "pipe_dryness_share": np.where(raw.direction == REST, np.nan, out[:, :, DRYNESS]),
        "pipe_condensation_m": out[:, :, WET_FROM],
    }
    return {name: _spread(values, tables[name].shape[1], plan) for name, values in by_pipe.items()}


def _spread(values: FloatArray, pipes: int, plan: Plan) -> FloatArray:
    """Return values of open pipes on the rows of the pipes table; closed ones have none."""
    table = np.full((len(values), pipes), np.nan)
    table[:, plan.element] = values
    return table


def _consumers(network: Network, plan: Plan, given: Given, raw: Raw, tables: Tables) -> Tables:
    node = plan.consumer_node
    heat = raw.consumer_m * (raw.h[:, node] - given.h_condensate)
    asked = np.where(
        given.by_flow,
        heat * given.consumer_flow / np.where(raw.consumer_m > 0, raw.consumer_m, 1.0),
        given.consumer_heat,
    )
    short = asked - heat
    p = tables["node_p_bar"][:, node]
    return {
        "consumer_heat_mw": heat / W_PER_MW,
        "consumer_mdot_kg_per_s": raw.consumer_m,
        "consumer_p_bar": p,
        "consumer_p_margin_bar": p - given.least_p / PA_PER_BAR,
        "consumer_t_supply_degc": tables["node_t_degc"][:, node],
        "consumer_superheat_k": tables["node_superheat_k"][:, node],
        "consumer_dryness_share": tables["node_dryness_share"][:, node],
        "consumer_shortfall_mw": np.where(short > 1e-7 * np.abs(asked), short, 0.0) / W_PER_MW,
        **_used(network.consumers, p, raw.h[:, node], given.h_condensate, raw.consumer_m),
    }


def _used(
    consumers: pd.DataFrame, p_bar: FloatArray, h: FloatArray, h_condensate: FloatArray, taken: FloatArray
) -> Tables:
    """Return steam behind the users' valves; spray water is their own condensate, so that heat and steam taken stay."""
    behind = reduced(
        p_bar,
        h,
        consumers["p_use_bar"].to_numpy(dtype=float),
        consumers["t_use_degc"].to_numpy(dtype=float),
        h_condensate,
    )
    return {
        "consumer_p_use_bar": behind.p_bar,
        "consumer_t_use_degc": behind.t_degc,
        "consumer_mdot_use_kg_per_s": np.where(taken > 0.0, taken * behind.mass_ratio, taken),
    }


def _plants(network: Network, plan: Plan, given: Given, raw: Raw, tables: Tables) -> Tables:
    p = tables["node_p_bar"][:, plan.plant_node]
    return {
        "plant_heat_mw": raw.plant_m * (raw.plant_h - given.h_feed) / W_PER_MW,
        "plant_mdot_kg_per_s": raw.plant_m,
        "plant_p_bar": p,
        "plant_t_supply_degc": steam.temperature_degc(p, raw.plant_h),
    }


def _whole(network: Network, plan: Plan, given: Given, raw: Raw, tables: Tables) -> Tables:
    return {
        "heat_loss_mw": np.nansum(tables["pipe_loss_mw"], axis=1),
        "condensate_kg_per_s": np.nansum(tables["pipe_condensate_kg_per_s"], axis=1),
        "condensate_mw": np.nansum(tables["pipe_condensate_mw"], axis=1),
        "mass_residual_kg_per_s": _mass_residual(plan, raw),
        "energy_residual_mw": _energy_residual_mw(plan, raw),
    }


def _ends(plan: Plan, raw: Raw) -> tuple[FloatArray, FloatArray]:
    """Return the flow that leaves each pipe's near node and the flow that arrives at its far node."""
    rest = raw.direction == REST
    leaving = np.where(rest, 0.0, raw.f + raw.c)
    arriving = np.where(rest, 0.0, raw.f)
    # what the march itself brought to the end
    forward, backward = raw.direction == FORWARD, raw.direction == BACKWARD
    arriving = np.where(forward, raw.out[:, :, M_OUT], arriving)
    leaving = np.where(backward, -raw.out[:, :, M_OUT], leaving)
    return leaving, arriving


def _mass_residual(plan: Plan, raw: Raw) -> FloatArray:
    leaving, arriving = _ends(plan, raw)
    net = np.zeros(raw.p.shape)
    for values, at, sign in (
        (arriving, plan.far, 1.0),
        (leaving, plan.near, -1.0),
        (raw.consumer_m, plan.consumer_node, -1.0),
        (raw.plant_m, plan.plant_node, 1.0),
    ):
        np.add.at(net.T, at, sign * values.T)
    fed: BoolArray = plan.part >= 0
    return np.abs(np.where(fed, net, 0.0)).max(axis=1, initial=0.0)


def _energy_residual_mw(plan: Plan, raw: Raw) -> FloatArray:
    """Plants less consumers less losses less condensate, each with its enthalpy and its height."""
    height = GRAVITY_M_PER_S2 * plan.height
    given = raw.plant_m * (raw.plant_h + height[plan.plant_node])
    node = plan.consumer_node
    taken = raw.consumer_m * (np.nan_to_num(raw.h[:, node]) + height[node])
    # what enters a pipe brings its height, and leaves it with the condensate
    lifted = raw.out[:, :, CONDENSATE] * np.where(raw.direction == BACKWARD, height[plan.far], height[plan.near])
    both = (raw.f + raw.c) * height[plan.near] - raw.f * height[plan.far]
    drained = raw.out[:, :, DRAINED] + np.where(raw.direction == BOTH, both, lifted)
    total = given.sum(axis=1) - taken.sum(axis=1) - (raw.out[:, :, LOSS] + drained).sum(axis=1)
    return np.asarray(total / W_PER_MW)


def dataset_of(
    network: Network, boundary: Boundary, tables: Mapping[str, FloatArray], status: np.ndarray
) -> xarray.Dataset:
    """Return tables and statuses with their labels."""
    variables: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]] = {}
    for name, quantity in QUANTITIES.items():
        dimensions = ("time", quantity.dimension) if quantity.dimension else ("time",)
        variables[name] = (dimensions, tables[name], quantity.attributes)
    texts = np.array([entry.value for entry in STATUSES], dtype=object)[status]
    variables["status"] = (("time",), texts, {"meaning": "how the row was solved"})
    labels = {
        name: getattr(network, f"{name}s").index.astype(str).to_numpy(object)
        for name in ("node", "pipe", "consumer", "plant")
    }
    return xarray.Dataset(
        variables,
        coords={"time": boundary.time, **labels},
        attrs={"network": network.id, "engine": "steam", "heatnet": __version__},
    )
