"""Many supply temperatures for many hours, solved at once by the season engine, and what of it counts for the choice.

A row is one hour at one supply temperature. The head of the plant that holds the pressure follows the worst consumer, so that
it is the least head of that row; more head than that costs pump power and changes no flow, as the stations' valves throttle it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.metrics.compliance import ATMOSPHERE_BAR, Limits
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.model.regulation import plant_supplies_degc
from heatnet.model.supply import BoolArray, FloatArray
from heatnet.physics.pump import pump_power_mw
from heatnet.physics.regulation import RegulationDesign, secondary_temperatures_degc
from heatnet.physics.water import density_kg_per_m3, saturation_pressure_bar
from heatnet.simulate import is_solved, simulate

if TYPE_CHECKING:
    import xarray as xr

ENGINE = "season"
#: rows solved at a time; the quantities of all pipes and nodes of more would fill the memory
CHUNK_ROWS = 4000
#: share of its heat that a plant with set heat keeps where all of it would drive water backwards through the other plants
THROTTLES = (1.0, 0.9, 0.7, 0.4)
REVERSED = "plant_flow_reversed"
#: limits that a row may break, in the order of the columns of `RowStates.broken`
LIMITS = ("velocity", "boiling_margin", "nominal_pressure", "return_pressure", "return_temperature", "approach")
#: what a limit may be overstepped by, as a share
_TOLERANCE_SHARE = 1e-6
#: a plant with less flow has no return temperature, kg/s
_STILL_KG_PER_S = 1e-3
#: a station that takes a smaller share of its design heat is fed by others; its water has cooled on its way
_LEAST_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class RowStates:
    """What the choice needs of the solved rows; NaN in rows without a solution.

    Parameters
    ----------
    hour : ndarray of int, shape (R,)
        Row of the boundary.
    t_supply_degc : ndarray, shape (R,)
        Supply temperature of the network.
    solved : ndarray of bool, shape (R,)
    loss_mw, pump_mw, shortfall_mw : ndarray, shape (R,)
        Loss of all pipes, electricity of the circulation pumps at the least head, heat asked for and not taken.
    head_bar, pump_mw_per_bar : ndarray, shape (R,)
        Least head at the plant that holds the pressure; electricity of a bar more.
    t_return_degc : ndarray, shape (R,)
        Return of the consumers, mixed by their flows.
    plant_t_return_degc, plant_mdot_kg_per_s : mapping of plant to ndarray, shape (R,)
        Of plants in the primary pipes.
    broken : ndarray of bool, shape (R, len(LIMITS))
        Limits that the row breaks.
    """

    hour: np.ndarray
    t_supply_degc: FloatArray
    solved: BoolArray
    loss_mw: FloatArray
    pump_mw: FloatArray
    shortfall_mw: FloatArray
    head_bar: FloatArray
    pump_mw_per_bar: FloatArray
    t_return_degc: FloatArray
    plant_t_return_degc: Mapping[str, FloatArray]
    plant_mdot_kg_per_s: Mapping[str, FloatArray]
    broken: np.ndarray

    def __len__(self) -> int:
        return len(self.hour)

    @classmethod
    def joined(cls, parts: list[RowStates]) -> RowStates:
        """Return the rows of several, one after the other."""
        columns: dict[str, Any] = {}
        for field in fields(cls):
            values = [getattr(part, field.name) for part in parts]
            if isinstance(values[0], Mapping):
                columns[field.name] = {key: np.concatenate([value[key] for value in values]) for key in values[0]}
            else:
                columns[field.name] = np.concatenate(values)
        return cls(**columns)

    def rows(self, chosen: np.ndarray) -> RowStates:
        """Return some rows, by position."""
        columns: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Mapping):
                columns[field.name] = {key: one[chosen] for key, one in value.items()}
            else:
                columns[field.name] = value[chosen]
        return replace(self, **columns)


def has_station(network: Network) -> pd.Series:
    """Return by consumer whether its return follows from its exchange station: secondary temperatures and heat are known."""
    consumers = network.consumers
    known = consumers[["t_secondary_supply_degc", "t_secondary_return_degc", "design_heat_mw"]].notna().all(axis=1)
    return known & (consumers["control"] == "heat_return") & (consumers["design_heat_mw"] > 0)


def rows_boundary(
    network: Network, asked: Boundary, hour: np.ndarray, t_supply_degc: FloatArray, throttle: float = 1.0
) -> Boundary:
    """Return the boundary of rows: what an hour asks for, with another supply temperature of the network.

    Plants with a supply temperature of their own keep their distance (`plant_supplies_degc`), the return of consumers with a
    known station follows from its exchanger, that of others is the hour's.

    Parameters
    ----------
    network : Network
    asked : Boundary
        A row an hour; `plant_t_supply_degc` is replaced.
    hour : ndarray of int, shape (R,)
    t_supply_degc : ndarray, shape (R,)
    throttle : float
        Share of the heat of plants with set heat.
    """
    values = {name: frame.iloc[hour] for name, frame in asked.values.items()}
    time = asked.time[hour]
    returns = values.pop("consumer_t_return_degc")
    own = has_station(network).reindex(returns.columns, fill_value=False)
    mean = np.asarray(returns.mean(axis=1), dtype=float)
    if not own.all():
        values["consumer_t_return_degc"] = returns.loc[:, ~own.to_numpy()]
    values["plant_t_supply_degc"] = plant_supplies_degc(network, t_supply_degc, mean).set_axis(time)
    values["plant_heat_mw"] = values["plant_heat_mw"] * throttle
    return Boundary(time, values)


def simulate_rows(
    network: Network, asked: Boundary, hour: np.ndarray, t_supply_degc: FloatArray, threads: int = 1
) -> xr.Dataset:
    """Return the states of rows, each an hour at a supply temperature.

    Where plants with set heat push more water than the stations take, their heat is lowered in steps (`THROTTLES`).
    """
    import xarray

    dataset = None
    left = np.arange(len(hour))
    parts: list[xr.Dataset] = []
    places: list[np.ndarray] = []
    for throttle in THROTTLES:
        boundary = rows_boundary(network, asked, hour[left], t_supply_degc[left], throttle)
        dataset = simulate(network, boundary, engine=ENGINE, threads=threads, station_returns=True)
        again = dataset["status"].to_numpy().astype(str) == REVERSED
        if throttle == THROTTLES[-1]:
            again[:] = False
        parts.append(dataset.isel(time=np.flatnonzero(~again)))
        places.append(left[~again])
        left = left[again]
        if not len(left):
            break
    if len(parts) == 1:
        return parts[0]
    order = np.argsort(np.concatenate(places), kind="stable")
    return xarray.concat(parts, "time", data_vars="minimal", combine_attrs="override").isel(time=order)


def solve_rows(
    network: Network,
    asked: Boundary,
    hour: np.ndarray,
    t_supply_degc: FloatArray,
    limits: Limits,
    approach_min_k: float,
    threads: int = 1,
) -> RowStates:
    """Return what the choice needs of many rows; parameters as for `simulate_rows` and `states_of`."""
    parts = []
    for first in range(0, len(hour), CHUNK_ROWS):
        some = slice(first, first + CHUNK_ROWS)
        dataset = simulate_rows(network, asked, hour[some], t_supply_degc[some], threads)
        parts.append(states_of(network, dataset, hour[some], t_supply_degc[some], limits, approach_min_k))
    return RowStates.joined(parts)


def states_of(
    network: Network,
    dataset: xr.Dataset,
    hour: np.ndarray,
    t_supply_degc: FloatArray,
    limits: Limits,
    approach_min_k: float,
) -> RowStates:
    """Return what the choice needs of simulated rows.

    Parameters
    ----------
    network : Network
    dataset : xarray.Dataset
        Result of `simulate`.
    hour, t_supply_degc : ndarray, shape (R,)
    limits : Limits
        Of velocity, pressures and return temperature.
    approach_min_k : float
        Least temperature of the arriving supply above the secondary supply, K.
    """
    solved = np.array([is_solved(str(status)) for status in dataset["status"].to_numpy()], dtype=bool)
    table = _Tables(dataset)
    plants = [str(plant) for plant in dataset["plant"].to_numpy()]
    mdot, t_return = table("plant_mdot_kg_per_s"), table("plant_t_return_degc")
    between = (network.plants["connection"] == "supply").reindex(plants).to_numpy()
    density = network.fluid.density_kg_per_m3 or density_kg_per_m3(np.nan_to_num(t_return, nan=50.0))
    per_bar = pump_power_mw(np.nan_to_num(mdot), 1.0, density)
    flow = table("consumer_mdot_kg_per_s")
    weight = np.nansum(flow, axis=1)
    heat = np.nansum(flow * table("consumer_t_return_degc"), axis=1)
    holding = int(np.argmax((network.plants["role"] == "pressure").reindex(plants).to_numpy()))
    place = list(dataset["node"].to_numpy()).index(network.plants["node"].reindex(plants).iloc[holding])
    head = table("node_p_supply_bar")[:, place] - table("node_p_return_bar")[:, place]
    none = np.where(solved, 0.0, np.nan)
    return RowStates(
        hour=hour,
        t_supply_degc=t_supply_degc,
        solved=solved,
        loss_mw=dataset["heat_loss_mw"].to_numpy() + none,
        pump_mw=np.nansum(table("plant_pump_mw"), axis=1) + none,
        shortfall_mw=np.nansum(table("consumer_shortfall_mw"), axis=1) + none,
        head_bar=head + none,
        pump_mw_per_bar=per_bar[:, between].sum(axis=1) + none,
        t_return_degc=np.divide(heat, weight, out=np.full(len(hour), np.nan), where=weight > 0),
        plant_t_return_degc={plant: t_return[:, i] for i, plant in enumerate(plants)},
        plant_mdot_kg_per_s={plant: mdot[:, i] for i, plant in enumerate(plants)},
        broken=_broken(
            network, table, limits, approach_min_k, np.where((mdot > _STILL_KG_PER_S) & between, t_return, np.nan)
        ),
    )


class _Tables:
    """Quantities of a dataset as arrays, rows first."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def __call__(self, name: str) -> FloatArray:
        return np.asarray(self._dataset[name].transpose("time", ...).to_numpy(), dtype=float)


def _broken(
    network: Network, table: _Tables, limits: Limits, approach_min_k: float, t_return: FloatArray
) -> np.ndarray:
    """Return which of `LIMITS` each row breaks, (R, len(LIMITS))."""
    supply, back = table("node_p_supply_bar"), table("node_p_return_bar")
    boiling = saturation_pressure_bar(np.nan_to_num(table("node_t_supply_degc"), nan=20.0))
    least_back = limits.return_gauge_bar + ATMOSPHERE_BAR

    def above(value: FloatArray, limit: float) -> np.ndarray:
        return np.asarray((value > limit + _TOLERANCE_SHARE * max(abs(limit), 1.0)).any(axis=1))

    return np.stack(
        [
            above(table("pipe_velocity_m_per_s"), limits.velocity_m_per_s),
            above(boiling - supply, -limits.boiling_margin_bar),
            above(np.fmax(supply, back), limits.nominal_pressure_bar),
            above(-back, -least_back),
            above(t_return, limits.t_return_degc),
            above(-_approach_k(network, table), -approach_min_k),
        ],
        axis=1,
    )


def _approach_k(network: Network, table: _Tables) -> FloatArray:
    """Return arriving supply less secondary supply of every consumer, (R, C), K; NaN without station, or next to no heat."""
    consumers = network.consumers
    heat, arriving = table("consumer_heat_mw"), table("consumer_t_supply_degc")
    approach = np.full(heat.shape, np.nan)
    for i, own in enumerate(has_station(network)):
        if own:
            row = consumers.iloc[i]
            design = RegulationDesign(
                t_secondary_supply_degc=float(row["t_secondary_supply_degc"]),
                t_secondary_return_degc=float(row["t_secondary_return_degc"]),
            )
            share = np.maximum(heat[:, i], 0.0) / float(row["design_heat_mw"])
            approach[:, i] = arriving[:, i] - secondary_temperatures_degc(share, design)[0]
    asks = heat > _LEAST_SHARE * consumers["design_heat_mw"].to_numpy(dtype=float)
    return np.where(asks, approach, np.nan)
