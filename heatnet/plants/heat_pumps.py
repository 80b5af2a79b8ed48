"""Heat pumps on sewage effluent, on data-centre cooling water and on outdoor air.

Every hour has its own temperatures. What such a machine can give is the least of its capacity, of what its source can
spare and of what its sink can take:

    Q (1 - 1/COP) <= m_source cp (T_source - T_source,min)
    Q <= m_return cp (T_max - T_return)                      pre-heating the return of a branch
    T_sink = T_return + Q/(m_return cp)    or the supply temperature, or the secondary's

COP falls with a warmer sink and a colder source, so it depends on Q itself. Availability is the largest Q that meets
all three with the COP at that Q, and the unit's electricity is that of this COP: at part load the machine is better, so
that the schedule never counts on heat or savings that are not there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.supply import BoolArray, Conditions, FloatArray, SupplyUnit
from heatnet.physics.heat_pump import cop, source_heat_mw
from heatnet.plants.place import (
    MW_PER_W,
    Place,
    check_capacity,
    given_capacity_mw,
    number,
    plant_id,
    profile,
    supply_unit,
    text,
)
from heatnet.plants.return_line import return_line
from heatnet.plants.serves import is_direct, served_supply_degc

#: supply of a low-temperature secondary where neither plant nor consumer states one
T_LOW_SECONDARY_DEGC = 50.0
WATER_J_PER_KGK = 4190.0
#: typical cooling of the air in an evaporator (4 to 7 K)
AIR_DT_K = 5.0
_BISECTIONS = 50
#: heat per source heat of a machine with COP 1.05: bounds the search where a row states no capacity
_HEAT_PER_SPARE_MAX = 21.0


@dataclass(frozen=True, eq=False)
class Stream:
    """A heat source: temperature (T,) and lowest outlet, °C; flow, kg/s (infinite: its temperature hardly moves)."""

    t_in_degc: FloatArray
    t_min_degc: FloatArray
    mdot_kg_per_s: float

    @property
    def heat_mw(self) -> FloatArray:
        """Heat that the stream can give, (T,), MW."""
        if math.isinf(self.mdot_kg_per_s):
            return np.full(len(self.t_in_degc), np.inf)
        return np.asarray(source_heat_mw(self.mdot_kg_per_s, self.t_in_degc, self.t_min_degc, WATER_J_PER_KGK))

    def t_out_degc(self, drawn_mw: FloatArray) -> FloatArray:
        """Return the outlet temperature after giving `drawn_mw`, °C."""
        if self.mdot_kg_per_s == 0:
            return self.t_in_degc
        return self.t_in_degc - drawn_mw / (self.mdot_kg_per_s * WATER_J_PER_KGK * MW_PER_W)


def sewage_heat_pump(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a heat pump on treated sewage: limited by the effluent's flow and lowest temperature."""
    t_in = profile(plant, "t_source_degc", conditions.time)
    t_min = np.minimum(number(plant, "t_source_min_degc"), t_in)
    return heat_pump_unit(plant, place, conditions, Stream(t_in, t_min, number(plant, "mdot_source_kg_per_s")))


def data_centre_heat(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of data-centre heat: steady, since computing does not follow the weather; capacity limits it.

    `t_source_degc` is the temperature of the cooling water as it leaves the heat pump, and constant.

    Raises
    ------
    InputError
        If the row has no capacity: nothing else would limit the heat.
    """
    check_capacity(plant, _("Give the heat that the data centre can pass on."))
    t_source = profile(plant, "t_source_degc", conditions.time)
    return heat_pump_unit(plant, place, conditions, Stream(t_source, t_source, math.inf))


def air_source_heat_pump(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a heat pump on outdoor air: COP between the air that leaves it and its sink, capacity limits it.

    The air leaves `air_dt_k` colder than it is outdoors. Below `t_outdoor_min_degc` the machine stands still. Its largest heat
    does not fall with the temperature: `capacity_mw` is what it gives on cold days. A site takes heat all year, a network in
    the heating season; a site without design temperatures needs the plant's own `t_supply_degc`.

    Raises
    ------
    InputError
        If the row has no capacity, or nothing says how warm the water has to be.
    """
    check_capacity(plant, _("Give the heat that the heat pump gives on cold days."))
    t_air = conditions.t_outdoor_degc - number(plant, "air_dt_k", AIR_DT_K)
    at_site = place.network.carrier == "site"
    runs = np.full(len(conditions.time), True) if at_site else conditions.in_season
    runs = runs & (conditions.t_outdoor_degc >= number(plant, "t_outdoor_min_degc", -math.inf))
    return heat_pump_unit(plant, place, conditions, Stream(t_air, t_air, math.inf), runs)


def heat_pump_unit(
    plant: pd.Series, place: Place, conditions: Conditions, stream: Stream, runs: BoolArray | None = None
) -> SupplyUnit:
    """Return the unit of a heat pump between a stream and the sink that its `connection` names.

    It gives heat in the hours `runs` (T,), by default those of the heating season.
    """
    t_max = number(plant, "t_supply_max_degc")
    share = number(plant, "carnot_share")
    capacity = np.full(len(conditions.time), given_capacity_mw(plant))
    if text(plant, "connection") == "return_preheat":
        line = return_line(place, conditions, plant_id(plant), t_max)
        limit = np.minimum(capacity, line.room_mw)
        bounds = {"return_flow": line.room_mw}
        machine = Machine(stream, line.t_out_degc, share)
    else:
        fixed = _fixed_sink_degc(plant, place, conditions, t_max)
        limit = np.where(fixed <= t_max, capacity, 0.0)
        bounds = {"temperature": np.where(fixed <= t_max, np.inf, 0.0)}
        machine = Machine(stream, lambda _heat: fixed, share)
    limit = np.where(conditions.in_season if runs is None else runs, limit, 0.0)
    heat = machine.largest_heat_mw(limit)
    bounds["source"] = np.where(heat < limit, heat, np.inf)
    return supply_unit(
        plant,
        place,
        conditions,
        heat,
        power_per_heat=1.0 / machine.cop_at(heat),
        year_max_mwh=number(plant, "heat_year_max_mwh"),
        bounds=bounds,
    )


def _fixed_sink_degc(plant: pd.Series, place: Place, conditions: Conditions, t_max_degc: float) -> FloatArray:
    """Return the outlet temperature of a heat pump that does not pre-heat the return, (T,), °C."""
    if is_direct(plant):
        unknown = number(plant, "t_supply_degc", T_LOW_SECONDARY_DEGC)
        return np.minimum(served_supply_degc(place.network, conditions, plant, unknown), t_max_degc)
    if place.network.carrier == "site":
        return _site_sink_degc(plant, conditions)
    return conditions.t_supply_degc


def _site_sink_degc(plant: pd.Series, conditions: Conditions) -> FloatArray:
    """Return the outlet temperature of a heat pump at a site, (T,), °C: its own, or else the site's heating curve."""
    own = number(plant, "t_supply_degc")
    if math.isnan(own) and bool(np.isnan(conditions.t_supply_degc).any()):
        where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="t_supply_degc")
        raise InputError([Problem(where, _("is missing"), remedy=_("Say how warm the water has to be."))])
    return conditions.t_supply_degc if math.isnan(own) else np.full(len(conditions.time), own)


@dataclass(frozen=True, eq=False)
class Machine:
    """A heat pump between a stream and a sink whose outlet temperature (°C) is a function of the heat (MW)."""

    stream: Stream
    t_sink_out_degc: Callable[[FloatArray], FloatArray]
    carnot_share: float

    def _cop(self, t_source_out_degc: FloatArray, heat_mw: FloatArray) -> FloatArray:
        return np.asarray(cop(t_source_out_degc, self.t_sink_out_degc(heat_mw), self.carnot_share), dtype=float)

    def largest_heat_mw(self, limit_mw: FloatArray) -> FloatArray:
        """Return the largest heat within `limit_mw` whose draw Q (1 - 1/COP) the stream can spare, (T,), MW.

        Where the stream is the limit it leaves at its lowest temperature, so that the COP is taken there; where it is
        not, the draw at that COP stays below what it can spare, hence one test decides both cases.
        """
        spare = self.stream.heat_mw

        def overdrawn(heat_mw: FloatArray) -> FloatArray:
            return heat_mw * (1.0 - 1.0 / self._cop(self.stream.t_min_degc, heat_mw)) - spare

        return _last_not_above_zero(overdrawn, np.minimum(limit_mw, _HEAT_PER_SPARE_MAX * spare))

    def cop_at(self, heat_mw: FloatArray) -> FloatArray:
        """Return the COP at a heat, with the stream as cold as this heat leaves it, (T,)."""

        def missing(drawn_mw: FloatArray) -> FloatArray:
            value = self._cop(self.stream.t_out_degc(drawn_mw), heat_mw)
            return drawn_mw - heat_mw * (1.0 - 1.0 / value)

        drawn = _last_not_above_zero(missing, heat_mw)
        return self._cop(self.stream.t_out_degc(drawn), heat_mw)


def _last_not_above_zero(function: Callable[[FloatArray], FloatArray], high: FloatArray) -> FloatArray:
    """Return x in [0, high] with function(x) <= 0: `high` itself, or else a root found by bisection; shape of `high`.

    `function` is not above zero at 0.
    """
    inside = function(high) <= 0
    low, up = np.where(inside, high, 0.0), high
    for _step in range(_BISECTIONS):
        middle = (low + up) / 2
        fits = function(middle) <= 0
        low, up = np.where(fits, middle, low), np.where(fits, up, middle)
    return np.asarray(low, dtype=float)
