"""A network and a boundary as arrays for compiled code, every value checked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.io.words import time_text
from heatnet.model.boundary import NETWORK_WIDE, Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.steam import P_HIGH_BAR, P_LOW_BAR, T_TOP_DEGC
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy
from heatnet.physics.water import saturation_temperature_degc
from heatnet.steam.fluid import PA_PER_BAR
from heatnet.steam.given import AT_NODE, BY_NEED, OWN, Given
from heatnet.steam.plan import BoolArray, IntArray, Plan
from heatnet.steam.support import check_boundary
from heatnet.steam.sweep import SATURATED_WITHIN_K

W_PER_MW = 1e6
#: condensate of consumers, and feed water of plants, where nobody gives a temperature: that of process users in practice
FALLBACK_RETURN_DEGC = 80.0
#: a plant's pressure over its users' need that no network has
_CLEARLY_LESS_SHARE = 0.25


def given_of(
    network: Network,
    boundary: Boundary,
    plan: Plan,
    by_need: bool = False,
    superheat_k: float | None = None,
    t_feed_degc: float | None = None,
) -> Given:
    """Return the set values of all rows.

    Parameters
    ----------
    network : Network
        A steam network that `heatnet.steam.support.check_network` accepts.
    boundary : Boundary
        What it leaves open falls back to the network: heat to `heat_mw`, then `design_heat_mw`; condensate to the design
        return, then 80 °C; pressure to the plant's `p_bar`, then the network's pressure point.
    plan : Plan
    by_need : bool
        Whether the pressure follows from what consumers need (`min_p_bar`) instead.
    superheat_k : float, optional
        Superheat of plants that hold a pressure, instead of their temperature.
    t_feed_degc : float, optional
        Feed water of the plants; the mean condensate temperature by design heat if absent.

    Raises
    ------
    InputError
        With every value that is missing or wrong.
    """
    problems = Problems()
    check_boundary(network, boundary, problems)
    problems.raise_if_any()
    consumers, plants = network.consumers, network.plants
    by_flow = _by_flow(boundary, consumers)
    heat = _filled(boundary, "consumer_heat_mw", consumers, consumers["heat_mw"], consumers["design_heat_mw"])
    flow = _filled(boundary, "consumer_mdot_kg_per_s", consumers, consumers["mdot_kg_per_s"])
    design = network.design.t_return_degc if network.design is not None else FALLBACK_RETURN_DEGC
    t_return = _filled(boundary, "consumer_t_return_degc", consumers, consumers["t_return_degc"], design)
    t_supply = _filled(boundary, "plant_t_supply_degc", plants, plants["t_supply_degc"])
    plant_heat = _filled(boundary, "plant_heat_mw", plants, plants["heat_mw"])
    plant_heat = np.where((plants["capacity_mw"] == 0.0).to_numpy(), 0.0, plant_heat)
    plant_flow = _filled(boundary, "plant_mdot_kg_per_s", plants, plants["mdot_kg_per_s"])
    p_bar, mode, point = _pressures(network, boundary, by_need, problems)
    ambient = _ambient(network, boundary, plan, problems)
    holds = (plants["role"] == "pressure").to_numpy()
    superheat = np.full(t_supply.shape, np.nan)
    if superheat_k is not None:
        superheat[:, holds] = superheat_k
    _check_values(network, problems, "consumer_heat_mw", heat, ~by_flow, consumers.index)
    _check_values(network, problems, "consumer_mdot_kg_per_s", flow, by_flow, consumers.index)
    _check_values(network, problems, "consumer_t_return_degc", t_return, ~by_flow, consumers.index)
    role = plants["role"].to_numpy()
    no_superheat = np.isnan(superheat).any(axis=0) if len(superheat) else np.ones(len(plants), dtype=bool)
    _check_values(network, problems, "plant_t_supply_degc", t_supply, no_superheat, plants.index)
    _check_values(network, problems, "plant_heat_mw", plant_heat, role == "heat", plants.index)
    _check_values(network, problems, "plant_mdot_kg_per_s", plant_flow, role == "flow", plants.index)
    if not by_need:
        _check_megapascals(network, p_bar, problems)
        _check_saturation(network, boundary, p_bar, mode, t_supply, problems)
    problems.raise_if_any()
    feed = _feed_degc(t_return, consumers) if t_feed_degc is None else t_feed_degc
    return Given(
        consumer_heat=np.nan_to_num(heat) * W_PER_MW,
        consumer_flow=np.nan_to_num(flow),
        h_condensate=_water(t_return),
        by_flow=by_flow,
        least_p=consumers["min_p_bar"].to_numpy(dtype=float) * PA_PER_BAR,
        plant_t=t_supply,
        plant_superheat=superheat,
        plant_heat=np.nan_to_num(plant_heat) * W_PER_MW,
        plant_flow=np.nan_to_num(plant_flow),
        plant_p=p_bar * PA_PER_BAR,
        mode=mode,
        point=point,
        h_feed=float(water_enthalpy(feed)),
        t_ambient=ambient,
    )


def _water(t_degc: FloatArray) -> FloatArray:
    return np.asarray(water_enthalpy(np.nan_to_num(t_degc, nan=FALLBACK_RETURN_DEGC)))


def _given(boundary: Boundary, variable: str, ids: pd.Index) -> FloatArray:
    frame = boundary.values.get(variable)
    if frame is None:
        return np.full((len(boundary.time), len(ids)), np.nan)
    return np.asarray(frame.reindex(columns=ids).to_numpy(dtype=float))


def _filled(boundary: Boundary, variable: str, table: pd.DataFrame, *fallbacks: pd.Series | float) -> FloatArray:
    values = _given(boundary, variable, table.index)
    for fallback in fallbacks:
        other = fallback.to_numpy(dtype=float) if isinstance(fallback, pd.Series) else fallback
        values = np.where(np.isnan(values), other, values)
    return values


def _by_flow(boundary: Boundary, consumers: pd.DataFrame) -> BoolArray:
    """Return whose flow is given: by control, or where the boundary gives flow and no heat."""
    flow = np.isfinite(_given(boundary, "consumer_mdot_kg_per_s", consumers.index)).all(axis=0)
    no_heat = np.isnan(_given(boundary, "consumer_heat_mw", consumers.index)).all(axis=0)
    has_rows = len(boundary.time) > 0
    return np.asarray((consumers["control"] == "flow_dt").to_numpy() | (flow & no_heat & has_rows))


def _pressures(
    network: Network, boundary: Boundary, by_need: bool, problems: Problems
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the pressures to be held (bar), how they are, and at which node."""
    plants, nodes = network.plants, network.nodes.index
    p_bar = _filled(boundary, "plant_p_bar", plants, plants["p_bar"])
    mode, point = np.full(len(plants), OWN), np.zeros(len(plants), dtype=np.int64)
    for i, (plant, row) in enumerate(plants.iterrows()):
        if row["role"] != "pressure":
            continue
        if by_need:
            mode[i] = BY_NEED
            if np.isnan(network.consumers["min_p_bar"].to_numpy(dtype=float)).all():
                problems.add(
                    f"{network.id}, consumers, min_p_bar",
                    _("is missing"),
                    _("A plant pressure by need follows from the pressures that consumers need"),
                    _("Give min_p_bar of one consumer at least."),
                )
            continue
        missing = np.isnan(p_bar[:, i])
        if missing.any() and network.pressure_point is not None:
            held = network.pressure_point
            if held.node != row["node"]:
                if not missing.all():
                    problems.add(f"plant_p_bar, {plant}", _("some times are missing"), _("All times, or none"), "")
                mode[i], point[i] = AT_NODE, nodes.get_loc(held.node)
            p_bar[missing, i] = held.p_bar
        elif missing.any():
            problems.add(
                f"plant_p_bar, {plant}",
                _("is missing"),
                _("Neither the boundary nor the plant (p_bar) nor network.yaml (pressure_point) gives a pressure"),
                _("Give it in one of them; 'heatnet steam NETWORK --by-need' finds the least that the users need."),
            )
        outside = (p_bar[:, i] < P_LOW_BAR) | (p_bar[:, i] > P_HIGH_BAR)
        if outside.any():
            problems.add(
                f"plant_p_bar, {plant}",
                _("value {value!r}").format(value=float(p_bar[outside, i][0])),
                _("Allowed: {low:g} to {high:g}").format(low=P_LOW_BAR, high=P_HIGH_BAR),
            )
    return p_bar, mode, point


def _ambient(network: Network, boundary: Boundary, plan: Plan, problems: Problems) -> FloatArray:
    """Return the temperature around each open pipe: of the ground, or of the air."""
    pipes = network.pipes.iloc[plan.element]
    ground = network.t_ground_at(boundary.time).to_numpy(dtype=float)
    frame = boundary.values.get("t_ground_degc")
    if frame is not None and NETWORK_WIDE in frame.columns:
        own = frame[NETWORK_WIDE].to_numpy(dtype=float)
        ground = np.where(np.isnan(own), ground, own)
    ambient = np.repeat(ground[:, np.newaxis], len(pipes), axis=1)
    if frame is not None:
        by_pipe = frame.reindex(columns=pipes.index).to_numpy(dtype=float)
        ambient = np.where(np.isnan(by_pipe), ambient, by_pipe)
    above = (pipes["laying"] == "above_ground").to_numpy()
    if not above.any():
        return ambient
    air = boundary.values.get("t_outdoor_degc")
    if air is None or NETWORK_WIDE not in air.columns or air[NETWORK_WIDE].isna().any():
        problems.add(
            "t_outdoor_degc",
            _("is missing"),
            _("Pipes with laying: above_ground lose heat to the air"),
            _("Give the outdoor temperature of every time in the boundary."),
        )
        return ambient
    ambient[:, above] = air[NETWORK_WIDE].to_numpy(dtype=float)[:, np.newaxis]
    return ambient


def _check_values(
    network: Network, problems: Problems, variable: str, values: FloatArray, where: BoolArray, ids: pd.Index
) -> None:
    low = -np.inf if "degc" in variable else 0.0
    high = {"plant_t_supply_degc": T_TOP_DEGC, "consumer_t_return_degc": 200.0}.get(variable, np.inf)
    for i in np.flatnonzero(where):
        column = values[:, i]
        if np.isnan(column).any():
            problems.add(
                f"{variable}, {ids[i]}",
                _("is missing"),
                _("Neither the boundary nor the network gives a value"),
                _("Give it in one of them."),
            )
        elif (column < low).any() or (column > high).any():
            wrong = column[(column < low) | (column > high)][0]
            problems.add(
                f"{variable}, {ids[i]}",
                _("value {value!r}").format(value=float(wrong)),
                _("Allowed: {low:g} to {high:g}").format(low=low, high=high),
            )


def _check_saturation(
    network: Network,
    boundary: Boundary,
    p_bar: FloatArray,
    mode: IntArray,
    t_supply: FloatArray,
    problems: Problems,
) -> None:
    """Steam of a plant that holds its own pressure is not colder than saturation."""
    for i, plant in enumerate(network.plants.index):
        if network.plants["role"].iloc[i] != "pressure" or mode[i] != OWN or not len(boundary.time):
            continue
        boiling = saturation_temperature_degc(p_bar[:, i])
        gap = boiling - t_supply[:, i]
        if not (gap > SATURATED_WITHIN_K).any():
            continue
        row = int(np.nanargmax(gap))
        problems.add(
            f"plant_t_supply_degc, {plant}",
            _("{state} is below saturation").format(
                state=_at(boundary, row, f"{t_supply[row, i]:.1f} °C, {p_bar[row, i]:g} bar")
            ),
            _("Allowed: {low:.1f} °C (dry saturated) or more").format(low=float(boiling[row])),
            _("Raise the temperature or lower the pressure."),
        )


def _at(boundary: Boundary, row: int, text: str) -> str:
    """Return a text with the row's time, where there are several rows."""
    return text if len(boundary.time) == 1 else f"{text} ({time_text(boundary.time[row])})"


def _check_megapascals(network: Network, p_bar: FloatArray, problems: Problems) -> None:
    """A plant with a quarter of what its users need, or less, whose tenfold would do, is given in MPa."""
    need = network.consumers["min_p_bar"].to_numpy(dtype=float)
    if np.isnan(need).all():
        return
    most = float(np.nanmax(need))
    for i in np.flatnonzero((network.plants["role"] == "pressure").to_numpy()):
        low = p_bar[:, i].min(initial=np.inf)
        if low <= _CLEARLY_LESS_SHARE * most <= most <= 10.0 * low <= P_HIGH_BAR:
            problems.add(
                f"plant_p_bar, {network.plants.index[i]}",
                _("value {value:g} bar").format(value=low),
                _("The users need up to {most:g} bar").format(most=most),
                _("This looks like MPa; pressures are in bar, absolute."),
            )


def _feed_degc(t_return: FloatArray, consumers: pd.DataFrame) -> float:
    """Return the mean condensate temperature, weighed by design heat."""
    weight = consumers["design_heat_mw"].fillna(0.0).to_numpy(dtype=float)
    if not t_return.size or not weight.sum() > 0:
        return FALLBACK_RETURN_DEGC
    return float(np.average(np.nan_to_num(t_return, nan=FALLBACK_RETURN_DEGC).mean(axis=0), weights=weight))
