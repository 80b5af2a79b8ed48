"""Central regulation of a network: what its plants supply and its consumers return at a load share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.network import Design, Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.regulation import (
    RegulationDesign,
    curve_temperatures_degc,
    primary_temperatures_degc,
    staged_flow_share,
    variable_flow_return_degc,
)

#: primary above secondary at both ends of an exchange station, at least (plate exchangers: 3–5 K)
_STATION_DIFFERENCE_K = 5.0
#: consumers that do not follow the weather
PROCESS_KIND = "process_steam"


def regulated_degc(network: Network, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return primary supply and return temperature by load share, °C, under the network's own regulation.

    A heating curve goes first, whatever the regulation. Else, from the design point: `quality` (质调节, also where the
    network names none) keeps the flow; `staged` (分阶段改变流量) has the flow of `staged_flow_share`; `variable` (量调节)
    holds the design supply, and the return is that of the station. Above full load the design temperatures hold.

    The secondary is the usual 75/50 °C, or as hot as the network's stations can make it, so that at full load the curve
    meets the design point of networks with low temperatures too.

    Parameters
    ----------
    network : Network
    share : ndarray, shape (T,)
        Load share.

    Returns
    -------
    tuple of ndarray, shape (T,)
        NaN where the network has neither a curve nor a design point.
    """
    if network.heating_curve:
        return curve_temperatures_degc(share, network.heating_curve)
    if network.design is None:
        return np.full(len(share), np.nan), np.full(len(share), np.nan)
    design, share = _regulation_design(network.design), np.minimum(share, 1.0)
    if _flow_is_free(network):
        supply = np.where(np.isnan(share), np.nan, design.t_supply_degc)
        return supply, variable_flow_return_degc(share, design)
    return primary_temperatures_degc(share, design, _flow_share(network, share))


def _flow_is_free(network: Network) -> bool:
    return not network.heating_curve and network.regulation == "variable"


def _flow_share(network: Network, share: FloatArray) -> FloatArray:
    """Return primary flow over design flow where the regulation sets it; 1 with a heating curve."""
    staged = network.regulation == "staged" and not network.heating_curve
    return staged_flow_share(share) if staged else np.ones_like(share)


def _regulation_design(point: Design) -> RegulationDesign:
    supply, back = point.t_supply_degc, point.t_return_degc
    usual = RegulationDesign()
    return RegulationDesign(
        supply,
        back,
        min(usual.t_secondary_supply_degc, supply - _STATION_DIFFERENCE_K),
        min(usual.t_secondary_return_degc, back - _STATION_DIFFERENCE_K),
    )


def _own_station(design: Design, row: pd.Series) -> RegulationDesign | None:
    """Return a consumer's own design point; None where its secondary is unknown or no exchanger could make it."""
    own, hot, cold = (float(row[f"t_{name}_degc"]) for name in ("return", "secondary_supply", "secondary_return"))
    possible = cold < hot < design.t_supply_degc and cold < own < design.t_supply_degc
    return RegulationDesign(design.t_supply_degc, own, hot, cold) if possible else None


def consumer_returns_degc(network: Network, share: FloatArray, t_return_degc: FloatArray) -> pd.DataFrame:
    """Return the primary return temperature of each space-heating consumer by load share, °C.

    Consumers with the network's design return, or without their own, follow the network. Others with a design return
    T_r0, at phi = min(load share, 1) and the flow share g of the regulation (1 unless staged):

    - one with a lower return and a known secondary (floor heating) follows that with its own exchanger: at flow share g,
      or under variable flow with the constant design supply. It is never above the network's return nor above T_r0.
      With g = 1 that is T_r = t_r(phi) + phi (T_r0 - t_r0);
    - any other has the network's supply and its own temperature drop, in proportion to phi/g:
      T_r = T_r,network + phi/g (T_r0 - T_r0,network). Under variable flow its flow is its valve's, and it has a station of
      its own, whose secondary returns 5 K below T_r0, at most at 50 °C.

    Parameters
    ----------
    network : Network
    share : ndarray, shape (T,)
        Load share.
    t_return_degc : ndarray, shape (T,)
        Primary return of the network by `regulated_degc`, °C.
    """
    columns: dict[str, FloatArray] = {}
    stations: dict[RegulationDesign, FloatArray] = {}
    design, phi, free = network.design, np.minimum(share, 1.0), _flow_is_free(network)
    flow = _flow_share(network, phi)

    def by_station(station: RegulationDesign) -> FloatArray:
        if station not in stations:
            back = variable_flow_return_degc(phi, station) if free else primary_temperatures_degc(phi, station, flow)[1]
            stations[station] = np.minimum(back, station.t_return_degc)
        return stations[station]

    for consumer, row in network.consumers[network.consumers["kind"] != PROCESS_KIND].iterrows():
        own = float(row["t_return_degc"])
        columns[str(consumer)] = t_return_degc
        if design is None or not np.isfinite(own) or own == design.t_return_degc:
            continue
        station = _own_station(design, row)
        if station is not None and own < design.t_return_degc:
            columns[str(consumer)] = np.minimum(by_station(station), t_return_degc)
        elif free and own < design.t_supply_degc:
            usual = _regulation_design(Design(design.t_supply_degc, own, design.t_outdoor_degc))
            columns[str(consumer)] = by_station(station or usual)
        else:
            columns[str(consumer)] = t_return_degc + phi / flow * (own - design.t_return_degc)
    return pd.DataFrame(columns)


def plant_supplies_degc(network: Network, t_supply_degc: FloatArray, t_return_degc: FloatArray) -> pd.DataFrame:
    """Return the supply temperature of each plant between the lines, °C.

    A plant with the network's design supply, or without its own, follows the network; another keeps its distance in
    proportion to the network's lift, (T_s - T_r) over that at design, at most 1: T_s = T_s,network + lift
    (T_s0 - T_s0,network). Under quality regulation the lift is the load share; where the supply is constant, the plant
    keeps its own.

    Parameters
    ----------
    network : Network
    t_supply_degc, t_return_degc : ndarray, shape (T,)
        Primary supply and return of the network by `regulated_degc`, °C.
    """
    columns: dict[str, FloatArray] = {}
    design = network.design
    for plant, row in network.plants[network.plants["connection"] == "supply"].iterrows():
        own = float(row["t_supply_degc"])
        columns[str(plant)] = t_supply_degc
        if design is not None and np.isfinite(own):
            lift = (t_supply_degc - t_return_degc) / (design.t_supply_degc - design.t_return_degc)
            columns[str(plant)] = t_supply_degc + np.clip(lift, 0.0, 1.0) * (own - design.t_supply_degc)
    return pd.DataFrame(columns)
