"""Heat of consumers by hour: buildings by filtered outdoor temperature, process steam by its weekly profile.

Sources: CJJ 34-2010 section 3.1 (heat indices, about 5 % network loss included); 天津市供热用热条例 (18 °C indoors,
round the clock); building time constants of 50 to 100 h, hence load after outdoor temperature filtered over 24 to 48
h.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from heatnet.demand.profiles import hour_of_week, process_profile, weekly_profile
from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.network import INDEX_LOSS_SHARE, Network, index_share
from heatnet.model.weather import WeatherYear
from heatnet.physics.regulation import T_INDOOR_DEGC, load_share

FloatArray = NDArray[np.float64]

FILTER_HOURS = 36.0
PROCESS_KIND = "process_steam"
#: winter design outdoor temperature of Tianjin (GB 50736-2012), for networks and sites without a design point
T_DESIGN_DEGC = -7.0


def heat_filter(t_outdoor_degc: ArrayLike, hours: float = FILTER_HOURS) -> FloatArray:
    """Outdoor temperature as a building feels it: first-order filter with a time constant.

    Parameters
    ----------
    t_outdoor_degc : array (T,)
        Hourly outdoor temperature, °C. It is taken as periodic, the last hour before the first, as suits a typical
        year: no run-in, and the mean is kept.
    hours : float
        Time constant, h; 0 leaves the temperature as it is.

    Returns
    -------
    array (T,)
        y_k = a y_(k-1) + (1 - a) T_k with a = exp(-1 h / time constant).

    Raises
    ------
    ValueError
        If the time constant is negative.
    """
    t = np.asarray(t_outdoor_degc, dtype=np.float64)
    if hours < 0:
        raise ValueError(f"the time constant of a filter is at least 0 h, not {hours}")
    if hours == 0 or t.size == 0:
        return t.copy()
    from scipy.signal import lfilter

    keep = float(np.exp(-1.0 / hours))
    answer = np.asarray(lfilter([1 - keep], [1.0, -keep], t), dtype=np.float64)
    # start value y_0 that returns after one period: y_0 = y_T(from 0) + a^T y_0
    start = answer[-1] / -np.expm1(-t.size / hours)
    return np.asarray(answer + start * keep ** np.arange(1, t.size + 1))


def filtered_load_share(
    weather: WeatherYear,
    t_design_degc: float = T_DESIGN_DEGC,
    t_indoor_degc: float = T_INDOOR_DEGC,
    filter_hours: float = FILTER_HOURS,
) -> FloatArray:
    """Heat load over design heat load at every hour of the year by filtered outdoor temperature, not below 0.

    Parameters
    ----------
    weather : WeatherYear
        Outdoor temperature.
    t_design_degc, t_indoor_degc : float
        Design outdoor and indoor temperature, °C.
    filter_hours : float
        Time constant of the filter, h.
    """
    return load_share(heat_filter(weather.t_outdoor_degc, filter_hours), t_design_degc, t_indoor_degc)


def consumer_loads(
    network: Network,
    weather: WeatherYear,
    season: NDArray[np.bool_],
    *,
    t_indoor_degc: float = T_INDOOR_DEGC,
    filter_hours: float = FILTER_HOURS,
    index_loss_share: float = INDEX_LOSS_SHARE,
    scale: float = 1.0,
) -> pd.DataFrame:
    """Heat of every building consumer at the consumer itself, MW.

    Parameters
    ----------
    network : Network
        Network or site; its consumers other than process steam.
    weather : WeatherYear
        Outdoor temperature.
    season : array of bool (T,)
        Hours of the heating season; no heat outside it. There is no hot tap water.
    t_indoor_degc : float
        Indoor temperature, °C.
    filter_hours : float
        Time constant of the outdoor temperature's filter, h (24 to 48).
    index_loss_share : float
        Share of the design heat that is network loss, not consumers' heat: the heat indices contain about 5 %.
    scale : float
        Multiplies all loads.

    Returns
    -------
    pandas.DataFrame (time x consumer)
        design_heat_mw · scale · load share · profile of the kind; · (1 - index_loss_share) where the design heat is
        area times index.

    Raises
    ------
    InputError
        If consumers have no design heat.
    ValueError
        If `season` and weather differ in length.

    Notes
    -----
    Load share = (t_indoor - T_filtered)/(t_indoor - T_design), not below 0; above 1 on days colder than design.
    Energy is conserved: the weekly profiles (`profiles.weekly_profile`) have mean 1 and are scaled once more (by less
    than 1 %) so that each kind's heat over the season equals design heat times the sum of load shares, whatever its
    profile.
    """
    if season.shape != weather.t_outdoor_degc.shape:
        raise ValueError(f"season has {season.shape} hours, the weather {weather.t_outdoor_degc.shape}")
    consumers = network.consumers[network.consumers["kind"] != PROCESS_KIND]
    design_mw = _design_heat(network, consumers)
    t_design = network.design.t_outdoor_degc if network.design is not None else T_DESIGN_DEGC
    share = np.where(season, filtered_load_share(weather, t_design, t_indoor_degc, filter_hours), 0.0)
    week = hour_of_week(weather.time)
    shapes = {kind: _shape(str(kind), share, week) for kind in consumers["kind"].unique()}
    own = index_share(consumers, index_loss_share).to_numpy()
    columns = [shapes[kind] * mw * scale for kind, mw in zip(consumers["kind"], design_mw * own, strict=True)]
    values = np.column_stack(columns) if columns else np.empty((len(weather.time), 0))
    return pd.DataFrame(values, index=weather.time, columns=consumers.index)


def process_loads(network: Network, time: pd.DatetimeIndex) -> pd.DataFrame:
    """Heat of every process steam consumer, MW, all year.

    Parameters
    ----------
    network : Network
        Network or site; its consumers of kind ``process_steam``.
    time : pandas.DatetimeIndex (T,)
        Hours.

    Returns
    -------
    pandas.DataFrame (time x consumer)
        Mean heat (`heat_mw`, or `design_heat_mw` where that is absent) times `profiles.process_profile`, whose mean
        over the year is 1.

    Raises
    ------
    InputError
        If consumers have neither heat.
    """
    consumers = network.consumers[network.consumers["kind"] == PROCESS_KIND]
    mean_mw = pd.to_numeric(consumers["heat_mw"]).fillna(pd.to_numeric(consumers["design_heat_mw"]))
    problems = Problems()
    for consumer in mean_mw.index[mean_mw.isna()]:
        problems.add(
            _("network {network}, consumers, {id}").format(network=network.id, id=consumer),
            _("process steam without a mean heat"),
            _("heat_mw, or design_heat_mw"),
            _("fill in heat_mw, the mean of the year"),
        )
    problems.raise_if_any()
    values = process_profile(time)[:, None] * mean_mw.to_numpy(dtype=np.float64)[None, :]
    return pd.DataFrame(values, index=time, columns=consumers.index)


def _design_heat(network: Network, consumers: pd.DataFrame) -> FloatArray:
    design_mw = pd.to_numeric(consumers["design_heat_mw"])
    problems = Problems()
    for consumer in design_mw.index[design_mw.isna()]:
        problems.add(
            _("network {network}, consumers, {id}").format(network=network.id, id=consumer),
            _("no design heat"),
            _("design_heat_mw, or area_m2 with index_w_per_m2"),
            _("fill in one of the two"),
        )
    problems.raise_if_any()
    return np.asarray(design_mw, dtype=np.float64)


def _shape(kind: str, share: FloatArray, week: NDArray[np.intp]) -> FloatArray:
    """Load share times the kind's profile, scaled so that its sum stays that of the load share."""
    shaped = share * weekly_profile(kind)[week]
    total = shaped.sum()
    return shaped * (share.sum() / total) if total > 0 else shaped
