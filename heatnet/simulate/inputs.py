"""The boundary as arrays over time and element; what it leaves open falls back to the network's own values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.adapters.layout import BoolArray
from heatnet.errors import Problems, nearest
from heatnet.i18n import _
from heatnet.model.boundary import BOUNDARY_VARIABLES, NETWORK_WIDE, Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Inputs:
    """Everything that is given, for every time.

    Parameters
    ----------
    consumer_heat_mw, consumer_t_return_degc, consumer_dt_k, consumer_mdot_kg_per_s : ndarray, shape (times, consumers)
        Set values; NaN where a consumer's control does not need them.
    by_flow : ndarray of bool, shape (consumers,)
        Flow is given; heat follows from it.
    by_dt : ndarray of bool, shape (consumers,)
        The temperature difference is given instead of the return temperature.
    plant_t_supply_degc, plant_heat_mw, plant_mdot_kg_per_s : ndarray, shape (times, plants)
    t_ground_degc : ndarray, shape (times, pipes)
    """

    consumer_heat_mw: FloatArray
    consumer_t_return_degc: FloatArray
    consumer_dt_k: FloatArray
    consumer_mdot_kg_per_s: FloatArray
    by_flow: BoolArray
    by_dt: BoolArray
    plant_t_supply_degc: FloatArray
    plant_heat_mw: FloatArray
    plant_mdot_kg_per_s: FloatArray
    t_ground_degc: FloatArray


def inputs_of(network: Network, boundary: Boundary) -> Inputs:
    """Return the arrays of a simulation.

    Raises
    ------
    InputError
        For unknown elements, negative loads and values that neither boundary nor network give.
    """
    problems = Problems()
    _check_elements(network, boundary, problems)
    problems.raise_if_any()
    consumers, plants = network.consumers, network.plants
    heat_given = _given(boundary, "consumer_heat_mw", consumers.index)
    mdot_given = _given(boundary, "consumer_mdot_kg_per_s", consumers.index)
    control = consumers["control"].to_numpy()
    # a boundary that gives the flow and no heat fixes the flow of a consumer with a given return temperature
    by_flow = (control == "flow_dt") | (
        (control == "heat_return") & np.isfinite(mdot_given).all(axis=0) & np.isnan(heat_given).all(axis=0)
    )
    design = network.design
    inputs = Inputs(
        consumer_heat_mw=_filled(heat_given, consumers["heat_mw"], consumers["design_heat_mw"]),
        consumer_t_return_degc=_filled(
            _given(boundary, "consumer_t_return_degc", consumers.index),
            consumers["t_return_degc"],
            design.t_return_degc if design else np.nan,
        ),
        consumer_dt_k=_filled(_given(boundary, "consumer_dt_k", consumers.index), consumers["dt_k"]),
        consumer_mdot_kg_per_s=_filled(mdot_given, consumers["mdot_kg_per_s"]),
        by_flow=by_flow,
        by_dt=np.isin(control, ("heat_dt", "flow_dt")),
        plant_t_supply_degc=_filled(
            _given(boundary, "plant_t_supply_degc", plants.index),
            plants["t_supply_degc"],
            design.t_supply_degc if design else np.nan,
        ),
        plant_heat_mw=_plant_heat(network, boundary),
        plant_mdot_kg_per_s=_filled(_given(boundary, "plant_mdot_kg_per_s", plants.index), plants["mdot_kg_per_s"]),
        t_ground_degc=_ground(network, boundary),
    )
    _check_values(network, inputs, problems)
    problems.raise_if_any()
    return inputs


def _given(boundary: Boundary, variable: str, ids: pd.Index) -> FloatArray:
    frame = boundary.values.get(variable)
    if frame is None:
        return np.full((len(boundary.time), len(ids)), np.nan)
    return np.array(frame.reindex(columns=ids), dtype=float)


def _filled(given: FloatArray, *fallbacks: pd.Series | float) -> FloatArray:
    for fallback in fallbacks:
        values = (
            fallback.to_numpy(dtype=float) if isinstance(fallback, pd.Series) else np.full(given.shape[1], fallback)
        )
        given = np.where(np.isnan(given), values[np.newaxis, :], given)
    return given


def _plant_heat(network: Network, boundary: Boundary) -> FloatArray:
    plants = network.plants
    heat = _filled(_given(boundary, "plant_heat_mw", plants.index), plants["heat_mw"])
    return np.where((plants["capacity_mw"] == 0.0).to_numpy()[np.newaxis, :], 0.0, heat)


def _ground(network: Network, boundary: Boundary) -> FloatArray:
    by_month = network.t_ground_at(boundary.time).to_numpy()[:, np.newaxis]
    ground = np.broadcast_to(by_month, (len(boundary.time), len(network.pipes)))
    frame = boundary.values.get("t_ground_degc")
    if frame is None:
        return ground
    if NETWORK_WIDE in frame.columns:
        everywhere = frame[NETWORK_WIDE].to_numpy(dtype=float)[:, np.newaxis]
        ground = np.where(np.isnan(everywhere), ground, everywhere)
    by_pipe = frame.reindex(columns=network.pipes.index).to_numpy(dtype=float)
    return np.where(np.isnan(by_pipe), ground, by_pipe)


def _check_elements(network: Network, boundary: Boundary, problems: Problems) -> None:
    for variable, frame in boundary.values.items():
        table = BOUNDARY_VARIABLES[variable]
        known = [NETWORK_WIDE] if table == "network" else list(getattr(network, table).index)
        if variable == "t_ground_degc":
            known += list(network.pipes.index)
        for name in frame.columns:
            if name not in known:
                guess = nearest(str(name), known)
                problems.add(
                    f"{variable}, {_('column')} {name}",
                    _("'{name}' does not exist").format(name=name),
                    "",
                    _("Did you mean '{name}'?").format(name=guess) if guess else "",
                )


def _check_values(network: Network, inputs: Inputs, problems: Problems) -> None:
    consumers, plants = network.consumers.index, network.plants
    by_flow, by_dt = inputs.by_flow, inputs.by_dt
    supplying = (plants["connection"] == "supply").to_numpy()
    role = plants["role"].to_numpy()
    heated = (supplying & (role == "heat")) | (plants["connection"] == "return_preheat").to_numpy()
    needed = (
        ("consumer_heat_mw", inputs.consumer_heat_mw, ~by_flow, consumers, 0.0),
        ("consumer_mdot_kg_per_s", inputs.consumer_mdot_kg_per_s, by_flow, consumers, 0.0),
        ("consumer_t_return_degc", inputs.consumer_t_return_degc, ~by_dt, consumers, -np.inf),
        ("consumer_dt_k", inputs.consumer_dt_k, by_dt, consumers, 0.0),
        ("plant_t_supply_degc", inputs.plant_t_supply_degc, supplying, plants.index, -np.inf),
        ("plant_heat_mw", inputs.plant_heat_mw, heated, plants.index, -np.inf),
        ("plant_mdot_kg_per_s", inputs.plant_mdot_kg_per_s, supplying & (role == "flow"), plants.index, 0.0),
    )
    for variable, values, where, ids, low in needed:
        for i in np.flatnonzero(where):
            if np.isnan(values[:, i]).any():
                problems.add(
                    f"{variable}, {ids[i]}",
                    _("is missing"),
                    _("Neither the boundary nor the network gives a value"),
                    _("Give it in one of them."),
                )
            elif (values[:, i] < low).any():
                problems.add(
                    f"{variable}, {ids[i]}",
                    _("value {value!r}").format(value=float(values[:, i].min())),
                    _("Allowed: {low:g} or more").format(low=low),
                )
