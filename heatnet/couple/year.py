"""One network's year before dispatch: weather, load, primary temperatures, loss estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from heatnet.demand.load import consumer_loads, heat_filter, process_loads
from heatnet.model.network import Network
from heatnet.model.regulation import consumer_returns_degc, regulated_degc
from heatnet.model.supply import BoolArray, FloatArray
from heatnet.model.weather import WeatherYear
from heatnet.physics.regulation import load_share


@dataclass(frozen=True)
class LoadScale:
    """Factors on the space heat and on the process heat of a network."""

    space: float = 1.0
    process: float = 1.0

    def times(self, factor: float) -> LoadScale:
        """Return both factors times another one."""
        return LoadScale(self.space * factor, self.process * factor)


@dataclass(frozen=True, eq=False)
class NetworkYear:
    """What one network sees over the year.

    Parameters
    ----------
    network : Network
    time : pandas.DatetimeIndex, length T
    t_outdoor_degc : ndarray, shape (T,)
    in_season : ndarray of bool, shape (T,)
        True inside the heating season.
    load_share : ndarray, shape (T,)
        Heat load over design load by the filtered outdoor temperature; 0 outside the season.
    t_supply_degc, t_return_degc : ndarray, shape (T,)
        Primary temperatures by the network's regulation, °C.
    space_mw : pandas.DataFrame
        Heat of the space-heating consumers, time by consumer, MW, without network loss.
    t_return_by_consumer_degc : pandas.DataFrame
        Primary return of each space-heating consumer, °C; see `consumer_returns_degc`.
    process_mw : pandas.DataFrame
        Heat of the process consumers of this network and of its steam network, time by consumer, MW.
    out_of_service : mapping of str to ndarray of bool, shape (T,)
        Hours in which a plant cannot run, by its id, in the steam network by ``steam/`` and its id.
    """

    network: Network
    time: pd.DatetimeIndex
    t_outdoor_degc: FloatArray
    in_season: BoolArray
    load_share: FloatArray
    t_supply_degc: FloatArray
    t_return_degc: FloatArray
    space_mw: pd.DataFrame
    t_return_by_consumer_degc: pd.DataFrame
    process_mw: pd.DataFrame
    out_of_service: Mapping[str, BoolArray] = field(default_factory=dict)

    @property
    def t_ground_degc(self) -> FloatArray:
        """Ground temperature of each hour, °C."""
        return np.asarray(self.network.t_ground_at(self.time), dtype=float)

    def loss_estimate_mw(self) -> FloatArray:
        """Loss of the pipes at the curve's temperatures in every hour of the season, MW.

        Sum over pipes of U L (T - T_ground) with every supply pipe at the plant's supply and every return pipe at the
        consumers' return temperature: an upper estimate, as water cools on its way. A probe of the pipes corrects it.
        """
        pipes = self.network.pipes
        conductance = pipes["u_w_per_mk"] * pipes["length_m"] / 1e6
        supply = float(conductance[pipes["line"].isin(["supply", "pair"])].sum())
        back = float(conductance[pipes["line"].isin(["return", "pair"])].sum())
        ground = self.t_ground_degc
        loss = supply * (self.t_supply_degc - ground) + back * (self.t_return_degc - ground)
        return np.where(self.in_season, np.maximum(loss, 0.0), 0.0)


def network_year(
    network: Network,
    weather: WeatherYear,
    in_season: BoolArray,
    index_loss_share: float,
    scale: LoadScale | None = None,
    out_of_service: Mapping[str, BoolArray] = MappingProxyType({}),
) -> NetworkYear:
    """Return a network's year.

    Parameters
    ----------
    network : Network
    weather : WeatherYear
        8760 hours.
    in_season : ndarray of bool, shape (8760,)
    index_loss_share : float
        Share of network loss that the consumers' heat indices already contain.
    scale : LoadScale, optional
        Factors on the loads.
    out_of_service : mapping of str to ndarray of bool, shape (8760,), optional
        As in `NetworkYear`.
    """
    scale = scale or LoadScale()
    design_outdoor = network.design.t_outdoor_degc if network.design is not None else -7.0
    share = np.where(in_season, load_share(heat_filter(weather.t_outdoor_degc), design_outdoor), 0.0)
    t_supply, t_return = regulated_degc(network, share)
    return NetworkYear(
        network=network,
        time=weather.time,
        t_outdoor_degc=weather.t_outdoor_degc,
        in_season=in_season,
        load_share=share,
        t_supply_degc=t_supply,
        t_return_degc=t_return,
        space_mw=consumer_loads(network, weather, in_season, index_loss_share=index_loss_share) * scale.space,
        t_return_by_consumer_degc=consumer_returns_degc(network, share, t_return).set_axis(weather.time),
        process_mw=_process_mw(network, weather.time) * scale.process,
        out_of_service=out_of_service,
    )


def _process_mw(network: Network, time: pd.DatetimeIndex) -> pd.DataFrame:
    own = process_loads(network, time)
    return own if network.steam is None else own.join(process_loads(network.steam, time))
