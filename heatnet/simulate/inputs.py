"""The boundary as arrays over time and element; what it leaves open falls back to the network's own values.

Where the boundary gives an outdoor temperature, temperatures follow the network's regulation and heats the weather before
they fall back to constants. The arrays may be read-only views that repeat one row or column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.boundary import NETWORK_WIDE, Boundary, check_columns
from heatnet.model.network import INDEX_LOSS_SHARE, Network, index_share
from heatnet.model.regulation import PROCESS_KIND, consumer_returns_degc, plant_supplies_degc, regulated_degc
from heatnet.physics.arrays import FloatArray
from heatnet.physics.regulation import load_share
from heatnet.physics.station_table import SHARE_STEP, T_START_DEGC, T_STEP_K
from heatnet.simulate.stations import no_stations, stations_of

_W_PER_MW = 1e6


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
    by_valve : ndarray of bool, shape (consumers,)
        Flow follows from the valve and the available pressure difference, heat from the flow.
    kv_m3_per_h : ndarray, shape (consumers,)
        Flow coefficient at the valve's opening (fully open without one); NaN without a valve.
    design_heat_mw : ndarray, shape (consumers,)
        Heat at the design outdoor temperature; NaN where unknown.
    consumer_mdot_design_kg_per_s : ndarray, shape (consumers,)
        Design heat over the enthalpy difference of design supply and return (the consumer's own, if any); NaN where
        unknown.
    station_of_consumer : ndarray of int, shape (consumers,)
        Class whose tables give the consumer's return temperature instead of `consumer_t_return_degc`; -1 for none.
    station_t_start_degc, station_t_step_k, station_share_step : float
        The tables' grid: first arriving temperature and step, and step of the load share from 0.
    station_t_return_degc : ndarray, shape (classes, temperatures, shares)
        Primary return temperature by arriving temperature and load share (heat over design heat).
    station_share_max : ndarray, shape (classes, temperatures)
        Largest load share at the arriving temperature: the primary flow is the design flow. Above it the table of the
        return holds the value at the limit.
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
    by_valve: BoolArray
    kv_m3_per_h: FloatArray
    design_heat_mw: FloatArray
    consumer_mdot_design_kg_per_s: FloatArray
    station_of_consumer: IntArray
    station_t_start_degc: float
    station_t_step_k: float
    station_share_step: float
    station_t_return_degc: FloatArray
    station_share_max: FloatArray


@dataclass(frozen=True, eq=False)
class _ByWeather:
    """What follows from the outdoor temperature, shape (times, elements); NaN where nothing does."""

    consumer_heat_mw: FloatArray
    consumer_t_return_degc: FloatArray
    plant_t_supply_degc: FloatArray


def inputs_of(network: Network, boundary: Boundary, station_returns: bool = False) -> Inputs:
    """Return the arrays of a simulation.

    With an outdoor temperature the load share is (18 °C - T)/(18 °C - T_design), of that temperature as it stands: who
    wants the buildings' inertia gives a filtered one. What the boundary leaves open follows it: supply and return
    temperatures by `heatnet.model.regulation`, where own values of plants and consumers are design values; the heat of
    consumers without `heat_mw`, except process steam, as load share times design heat, less the network loss that heat
    indices contain. Without one, own values hold, then the network's design values.

    Parameters
    ----------
    network : Network
    boundary : Boundary
    station_returns : bool
        Whether the return temperature of consumers by heat and return temperature follows from their exchange station,
        where its secondary design temperatures and the design heat are known and the boundary gives no return
        temperature (and no flow instead of the heat).

    Raises
    ------
    InputError
        For unknown elements, negative loads, values that neither boundary nor network give, and stations that no
        exchanger can be.
    """
    problems = Problems()
    if "plant_p_bar" in boundary.values:
        problems.add(
            "plant_p_bar",
            _("is for steam networks"),
            "",
            _("In water networks give network.yaml its pressure_point and plants their head_bar."),
        )
    check_columns(network, boundary.values, problems)
    problems.raise_if_any()
    consumers, plants = network.consumers, network.plants
    control = consumers["control"].to_numpy()
    by_flow = _by_flow(boundary, consumers)
    t_supply, t_return = _design_degc(network)
    weather = _by_weather(network, boundary)

    def filled(variable: str, table: pd.DataFrame, *fallbacks: FloatArray | pd.Series | float) -> FloatArray:
        return _filled(_given(boundary, variable, table.index), *fallbacks)

    plant_t_supply = filled(
        "plant_t_supply_degc", plants, weather.plant_t_supply_degc, plants["t_supply_degc"], t_supply
    )
    stations = no_stations(len(consumers))
    if station_returns:
        no_return = np.isnan(_given(boundary, "consumer_t_return_degc", consumers.index)).all(axis=0)
        highest = float(np.nanmax(plant_t_supply, initial=t_supply))
        stations = stations_of(network, (control == "heat_return") & ~by_flow & no_return, highest, problems)
    design_mw = consumers["design_heat_mw"]
    inputs = Inputs(
        consumer_heat_mw=filled(
            "consumer_heat_mw", consumers, consumers["heat_mw"], weather.consumer_heat_mw, design_mw
        ),
        consumer_t_return_degc=filled(
            "consumer_t_return_degc", consumers, weather.consumer_t_return_degc, consumers["t_return_degc"], t_return
        ),
        consumer_dt_k=filled("consumer_dt_k", consumers, consumers["dt_k"]),
        consumer_mdot_kg_per_s=filled("consumer_mdot_kg_per_s", consumers, consumers["mdot_kg_per_s"]),
        by_flow=by_flow,
        by_dt=np.isin(control, ("heat_dt", "flow_dt")),
        plant_t_supply_degc=plant_t_supply,
        plant_heat_mw=_plant_heat(network, boundary),
        plant_mdot_kg_per_s=filled("plant_mdot_kg_per_s", plants, plants["mdot_kg_per_s"]),
        t_ground_degc=_ground(network, boundary),
        by_valve=control == "valve",
        kv_m3_per_h=(consumers["kv_m3_per_h"] * consumers["opening"].fillna(1.0)).to_numpy(dtype=float),
        design_heat_mw=design_mw.to_numpy(dtype=float),
        consumer_mdot_design_kg_per_s=_design_mdot(network),
        station_of_consumer=stations.of_consumer,
        station_t_start_degc=T_START_DEGC,
        station_t_step_k=T_STEP_K,
        station_share_step=SHARE_STEP,
        station_t_return_degc=stations.t_return_degc,
        station_share_max=stations.share_max,
    )
    _check_values(network, inputs, problems)
    problems.raise_if_any()
    return inputs


def _by_flow(boundary: Boundary, consumers: pd.DataFrame) -> BoolArray:
    """Return whose flow is given: also that of a consumer with a return temperature and, in the boundary, flow for heat."""
    control = consumers["control"].to_numpy()
    flow = np.isfinite(_given(boundary, "consumer_mdot_kg_per_s", consumers.index)).all(axis=0)
    no_heat = np.isnan(_given(boundary, "consumer_heat_mw", consumers.index)).all(axis=0)
    return np.asarray((control == "flow_dt") | ((control == "heat_return") & flow & no_heat))


def _design_degc(network: Network) -> tuple[float, float]:
    design = network.design
    return (np.nan, np.nan) if design is None else (design.t_supply_degc, design.t_return_degc)


def _design_mdot(network: Network) -> FloatArray:
    t_supply, t_return = _design_degc(network)
    own = network.consumers["t_return_degc"].fillna(t_return).to_numpy(dtype=float)
    enthalpy = fluid_table(network.fluid).enthalpy
    drop = enthalpy(t_supply) - enthalpy(own)
    heat_w = network.consumers["design_heat_mw"].to_numpy(dtype=float) * _W_PER_MW
    return np.asarray(np.divide(heat_w, drop, out=np.full(len(own), np.nan), where=drop > 0))


def _by_weather(network: Network, boundary: Boundary) -> _ByWeather:
    """Return what follows from the boundary's outdoor temperature."""
    consumers, plants = network.consumers, network.plants
    rows = len(boundary.time)
    nothing = [np.broadcast_to(np.nan, (rows, len(table))) for table in (consumers, consumers, plants)]
    frame = boundary.values.get("t_outdoor_degc")
    if frame is None or NETWORK_WIDE not in frame.columns or network.design is None:
        return _ByWeather(*nothing)
    share = load_share(frame[NETWORK_WIDE].to_numpy(dtype=float), network.design.t_outdoor_degc)
    spaces = (consumers["kind"] != PROCESS_KIND).to_numpy()
    own = consumers["design_heat_mw"] * index_share(consumers, INDEX_LOSS_SHARE)
    heat = share[:, np.newaxis] * np.where(spaces, own.to_numpy(dtype=float), np.nan)
    t_supply, t_return = regulated_degc(network, share)
    supplies = plant_supplies_degc(network, t_supply, t_return).reindex(columns=plants.index)
    if spaces.all() and consumers["t_return_degc"].isna().all():
        returns = np.broadcast_to(t_return[:, np.newaxis], heat.shape)
    else:
        by_consumer = consumer_returns_degc(network, share, t_return)
        returns = by_consumer.reindex(columns=consumers.index).to_numpy(dtype=float)
    return _ByWeather(heat, returns, supplies.to_numpy(dtype=float))


def _given(boundary: Boundary, variable: str, ids: pd.Index) -> FloatArray:
    """Return the boundary's values of some elements as a read-only array, NaN where it gives none."""
    frame = boundary.values.get(variable)
    if frame is None:
        return np.broadcast_to(np.nan, (len(boundary.time), len(ids)))
    ordered = frame if frame.columns.equals(ids) else frame.reindex(columns=ids)
    view: FloatArray = ordered.to_numpy(dtype=float).view()
    view.flags.writeable = False
    return view


def _filled(given: FloatArray, *fallbacks: FloatArray | pd.Series | float) -> FloatArray:
    """Return values with their gaps filled by the fallbacks in turn; rows that are all the same stay one row."""
    for fallback in fallbacks:
        missing = np.isnan(given)
        if not missing.any():
            return given
        values = fallback.to_numpy(dtype=float) if isinstance(fallback, pd.Series) else fallback
        every = np.broadcast_to(values, given.shape)
        if missing.all():
            given = every
        elif given.strides[0] == 0 and every.strides[0] == 0:
            given = np.broadcast_to(np.where(missing[0], every[0], given[0]), given.shape)
        else:
            given = np.where(missing, every, given)
    return given


def _plant_heat(network: Network, boundary: Boundary) -> FloatArray:
    plants = network.plants
    heat = _filled(_given(boundary, "plant_heat_mw", plants.index), plants["heat_mw"])
    unbuilt = (plants["capacity_mw"] == 0.0).to_numpy()
    return np.where(unbuilt[np.newaxis, :], 0.0, heat) if unbuilt.any() else heat


def _ground(network: Network, boundary: Boundary) -> FloatArray:
    shape = (len(boundary.time), len(network.pipes))
    everywhere = network.t_ground_at(boundary.time).to_numpy(dtype=float)
    frame = boundary.values.get("t_ground_degc")
    if frame is not None and NETWORK_WIDE in frame.columns:
        given = frame[NETWORK_WIDE].to_numpy(dtype=float)
        everywhere = np.where(np.isnan(given), everywhere, given)
    ground = np.broadcast_to(everywhere[:, np.newaxis], shape)
    if frame is None or not frame.columns.isin(network.pipes.index).any():
        return ground
    return _filled(frame.reindex(columns=network.pipes.index).to_numpy(dtype=float), ground)


def _check_values(network: Network, inputs: Inputs, problems: Problems) -> None:
    consumers, plants = network.consumers.index, network.plants
    by_flow, by_dt = inputs.by_flow, inputs.by_dt
    supplying = (plants["connection"] == "supply").to_numpy()
    role = plants["role"].to_numpy()
    heated = (supplying & (role == "heat")) | (plants["connection"] == "return_preheat").to_numpy()
    needed = (
        ("consumer_heat_mw", inputs.consumer_heat_mw, ~by_flow & ~inputs.by_valve, consumers, 0.0),
        ("consumer_mdot_kg_per_s", inputs.consumer_mdot_kg_per_s, by_flow, consumers, 0.0),
        ("consumer_t_return_degc", inputs.consumer_t_return_degc, ~by_dt, consumers, -np.inf),
        ("consumer_dt_k", inputs.consumer_dt_k, by_dt, consumers, 0.0),
        ("plant_t_supply_degc", inputs.plant_t_supply_degc, supplying, plants.index, -np.inf),
        ("plant_heat_mw", inputs.plant_heat_mw, heated, plants.index, -np.inf),
        ("plant_mdot_kg_per_s", inputs.plant_mdot_kg_per_s, supplying & (role == "flow"), plants.index, 0.0),
    )
    for consumer in consumers[inputs.by_valve & np.isnan(inputs.kv_m3_per_h)]:
        problems.add(
            f"consumers, {consumer}, kv_m3_per_h",
            _("is missing"),
            _("A consumer with control: valve needs it"),
            _("Give the flow coefficient of the fully open valve."),
        )
    for variable, values, where, ids, low in needed:
        # as a whole first: element by element takes long where there are many
        for i in np.flatnonzero(where & ~(values >= low).all(axis=0)):
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
