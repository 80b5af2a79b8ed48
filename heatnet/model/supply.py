"""What passes between plants, dispatch and metrics: supply units, prices, the problem and its result.

Plain frozen containers. A wrong length, a negative availability or an unknown fuel is found here, once, so that the
optimisation programme can trust its arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.commitment import Commitment, CommitmentLimits, Transfer, check_commitment, check_zones
from heatnet.model.conditions import Conditions as Conditions
from heatnet.model.heat_limit import HeatLimit, check_limits
from heatnet.model.heat_store import HeatStore, check_stores
from heatnet.model.hourly import BoolArray as BoolArray
from heatnet.model.hourly import FloatArray as FloatArray
from heatnet.model.hourly import check_array, check_figures, length_text
from heatnet.model.power_site import PowerSite, check_sites

FUELS = ("gas", "coal")
#: below this a negative demand is rounding, above it an input error, MW
_ROUNDING_MW = 1e-6


class PowerFactor(StrEnum):
    """Which grid factor prices the CO2 of power bought and of power lost to heat extraction."""

    AVERAGE = "average"
    MARGINAL = "marginal"
    NONE = "none"


class DispatchStatus(StrEnum):
    """How a dispatch ended; anything but `OPTIMAL` and `FEASIBLE` comes with NaN frames.

    `FEASIBLE` is a schedule that keeps every limit, but is not proven to be as near to the cheapest one as was asked for.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible_or_unbounded"
    WORK_LIMIT = "work_limit"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class SupplyUnit:
    """What one plant can deliver each hour, and what a delivered MWh consumes.

    Parameters
    ----------
    id : str
        ``<network>/<plant>``, in a steam network ``<network>/steam/<plant>``.
    network, plant, kind, waste_class : str
        Owning network, plant id in its table, plant kind, class of the heat in the substitution rate.
    balance : str
        Heat balance that it feeds: ``<network>/<carrier>``.
    draws_from : str or None
        Balance that it takes its heat from (steam exchange stations).
    draw_per_heat : float
        MWh drawn per MWh delivered; 0 without `draws_from`.
    fuel : {"gas", "coal"} or None
        Fuel burned.
    available_mw : ndarray, shape (T,)
        Largest heat of each hour, MW; may be infinite.
    take_min_mw : ndarray, shape (T,)
        Heat that a contract makes the network take, MW; what nobody needs of it is dumped.
    fuel_per_heat, power_per_heat, power_lost_per_heat : ndarray, shape (T,)
        Fuel (lower heating value), electricity bought and electricity not generated, MWh per MWh delivered.
    year_max_mwh, year_min_mwh : float or None
        Largest heat over the whole horizon; least heat that a contract makes the network take over it, MWh.
    commitment : Commitment or None
        Least load, starts, ramps and maintenance. With one the unit is on or off in each hour and its dispatch a mixed-integer
        programme; None: any heat between minimum and availability.
    bounds : mapping of str to ndarray, shape (T,)
        What holds `available_mw` below the plant's size, by name (``return_flow``, ``source``, ``consumers``, …),
        MW; infinite where it does not. For reports only.

    Raises
    ------
    InputError
        If lengths differ, figures are not finite or negative, a minimum exceeds what it is the minimum of, or the
        commitment does not fit.
    """

    id: str
    network: str
    plant: str
    kind: str
    waste_class: str
    balance: str
    draws_from: str | None
    draw_per_heat: float
    fuel: str | None
    available_mw: FloatArray
    take_min_mw: FloatArray
    fuel_per_heat: FloatArray
    power_per_heat: FloatArray
    power_lost_per_heat: FloatArray
    year_max_mwh: float | None = None
    year_min_mwh: float | None = None
    commitment: Commitment | None = None
    bounds: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("supply unit {unit}").format(unit=self.id)
        for name in ("available_mw", "take_min_mw", "fuel_per_heat", "power_per_heat", "power_lost_per_heat"):
            array = np.asarray(getattr(self, name), dtype=float)
            object.__setattr__(self, name, array)
            check_array(problems, where, name, array, len(self.available_mw), infinite=name == "available_mw")
        if not problems and bool(np.any(self.take_min_mw > self.available_mw)):
            remedy = _("Lower the minimum or raise the capacity.")
            problems.add(where, _("take_min_mw exceeds available_mw"), remedy=remedy)
        if self.fuel is not None and self.fuel not in FUELS:
            problems.add(where, f"fuel {self.fuel!r}", ", ".join(FUELS))
        names = ("draw_per_heat", "year_max_mwh", "year_min_mwh")
        check_figures(problems, where, {name: getattr(self, name) for name in names})
        year_min, year_max = self.year_min_mwh or 0.0, np.inf if self.year_max_mwh is None else self.year_max_mwh
        if self.draw_per_heat < 0 or year_max < 0 or year_min < 0:
            problems.add(where, _("draw_per_heat, year_max_mwh or year_min_mwh is negative"))
        elif year_min > year_max:
            problems.add(where, _("year_min_mwh exceeds year_max_mwh"), remedy=_("Lower the one or raise the other."))
        if not problems and self.commitment is not None:
            check_commitment(problems, where, self.commitment, self.available_mw, self.take_min_mw, self.fuel)
        problems.raise_if_any()


@dataclass(frozen=True, eq=False)
class Prices:
    """What energy, emissions and missing heat cost.

    Parameters
    ----------
    fuel_cny_per_mwh : dict of str to float
        By fuel, CNY per MWh of lower heating value.
    power_cny_per_mwh : ndarray, shape (T,)
        Electricity bought, CNY/MWh, by hour.
    power_lost_cny_per_mwh : float
        Electricity that a CHP plant does not generate because it gives heat, CNY/MWh.
    co2_cny_per_t : float
        Price of CO2, CNY/t.
    unmet_cny_per_mwh : float
        Price of heat not delivered, CNY/MWh; far above any plant's cost. Reserve that does not stand ready costs half of it.
    dumped_cny_per_mwh : float or None
        Price of heat of committed units that nobody takes, CNY/MWh; None: `unmet_cny_per_mwh`. What an hourly contract forces
        on the network is dumped for nothing.
    """

    fuel_cny_per_mwh: dict[str, float]
    power_cny_per_mwh: FloatArray
    power_lost_cny_per_mwh: float
    co2_cny_per_t: float
    unmet_cny_per_mwh: float
    dumped_cny_per_mwh: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "power_cny_per_mwh", np.asarray(self.power_cny_per_mwh, dtype=float))


@dataclass(frozen=True)
class EmissionFactors:
    """CO2 per MWh of fuel (by fuel) and of electricity (average and marginal plant), t CO2/MWh."""

    fuel_t_co2_per_mwh: dict[str, float]
    power_average_t_co2_per_mwh: float
    power_marginal_t_co2_per_mwh: float

    def of_power(self, choice: PowerFactor) -> float:
        """Return the grid factor of a choice, t CO2/MWh; 0 for none."""
        return {
            PowerFactor.AVERAGE: self.power_average_t_co2_per_mwh,
            PowerFactor.MARGINAL: self.power_marginal_t_co2_per_mwh,
            PowerFactor.NONE: 0.0,
        }[choice]


@dataclass(frozen=True, eq=False)
class DispatchProblem:
    """Everything that the optimisation programme of one horizon needs.

    Parameters
    ----------
    time : pandas.DatetimeIndex, length T
        Hours; every row lasts one hour.
    units : tuple of SupplyUnit
        Plants; the declared order decides between equal costs.
    demand_mw : dict of str to ndarray, shape (T,)
        Heat needed at the plant gates, by balance, MW. A balance that only units name has no demand of its own.
    prices : Prices
    factors : EmissionFactors
        Prices and factors are finite.
    power_factor : PowerFactor
        Grid factor behind the CO2 price of power bought and lost.
    stores : tuple of HeatStore
        Heat stores on the balances.
    sites : tuple of PowerSite
        Meters with PV, base load and batteries; the electricity of their units is paid for there.
    transfers : tuple of Transfer
        Connections between balances (zones).
    reserve_mw : dict of str to ndarray, shape (T,)
        Heat that the units of a balance must be able to give beyond what they give, without a start, by balance, MW.
    limits : tuple of HeatLimit
        What the pipes let some units give together; what passes them has a price.
    search : CommitmentLimits
        When the search for a schedule ends where units are on or off.

    Raises
    ------
    InputError
        If there is no hour, lengths differ, ids repeat, demand is negative or not finite, a price or factor of a fuel is
        missing, a store is charged by what does not feed its balance, a unit stands on two sites, export earns more than import
        costs, or a transfer or reserve names an unknown balance.
    """

    time: pd.DatetimeIndex
    units: tuple[SupplyUnit, ...]
    demand_mw: dict[str, FloatArray]
    prices: Prices
    factors: EmissionFactors
    power_factor: PowerFactor = PowerFactor.AVERAGE
    stores: tuple[HeatStore, ...] = ()
    sites: tuple[PowerSite, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    reserve_mw: dict[str, FloatArray] = field(default_factory=dict)
    limits: tuple[HeatLimit, ...] = ()
    search: CommitmentLimits = field(default_factory=CommitmentLimits)

    def __post_init__(self) -> None:
        problems = Problems()
        hours = len(self.time)
        where = _("dispatch problem")
        object.__setattr__(self, "power_factor", PowerFactor(self.power_factor))
        demand_mw = {key: np.asarray(value, dtype=float) for key, value in self.demand_mw.items()}
        object.__setattr__(self, "demand_mw", demand_mw)
        for balance, demand in self.demand_mw.items():
            check_array(problems, where, f"demand_mw[{balance}]", demand, hours, low=-_ROUNDING_MW)
        check_array(problems, where, "power_cny_per_mwh", self.prices.power_cny_per_mwh, hours, low=-np.inf)
        if not hours:
            problems.add(where, _("no hour"), _("At least one hour"))
        check_figures(problems, where, self._figures())
        if not self.prices.unmet_cny_per_mwh > 0:
            problems.add(where, f"unmet_cny_per_mwh {self.prices.unmet_cny_per_mwh}", "> 0")
        if self.surplus_cny_per_mwh < 0:
            problems.add(where, f"dumped_cny_per_mwh {self.surplus_cny_per_mwh}", ">= 0")
        reserve_mw = {key: np.asarray(value, dtype=float) for key, value in self.reserve_mw.items()}
        object.__setattr__(self, "reserve_mw", reserve_mw)
        check_zones(problems, self.transfers, self.reserve_mw, self.balances, hours)
        self._check_units(problems, where)
        check_limits(self.limits, {unit.id: unit.balance for unit in self.units}, hours, problems)
        check_stores(self.stores, {unit.id: unit.balance for unit in self.units}, problems)
        check_sites(self.sites, [unit.id for unit in self.units], self.time, self.import_cost_cny_per_mwh, problems)
        problems.raise_if_any()

    def _figures(self) -> dict[str, float | None]:
        """Return prices and factors that are one number."""
        prices, factors = self.prices, self.factors
        names = ("power_lost_cny_per_mwh", "co2_cny_per_t", "dumped_cny_per_mwh")
        return {
            **{name: getattr(prices, name) for name in names},
            **{f"fuel_cny_per_mwh[{fuel}]": value for fuel, value in prices.fuel_cny_per_mwh.items()},
            **{f"fuel_t_co2_per_mwh[{fuel}]": value for fuel, value in factors.fuel_t_co2_per_mwh.items()},
            "power_average_t_co2_per_mwh": factors.power_average_t_co2_per_mwh,
            "power_marginal_t_co2_per_mwh": factors.power_marginal_t_co2_per_mwh,
        }

    def _check_units(self, problems: Problems, where: str) -> None:
        seen: set[str] = set()
        for unit in self.units:
            if unit.id in seen:
                problems.add(where, _("unit {unit} stands twice").format(unit=unit.id))
            seen.add(unit.id)
            if len(unit.available_mw) != len(self.time):
                problems.add(where, length_text(unit.id, len(unit.available_mw), len(self.time)))
        for fuel in sorted({unit.fuel for unit in self.units if unit.fuel}):
            if fuel not in self.prices.fuel_cny_per_mwh or fuel not in self.factors.fuel_t_co2_per_mwh:
                problems.add(where, _("no price or no CO2 factor for fuel {fuel}").format(fuel=fuel))

    @property
    def is_mixed_integer(self) -> bool:
        """Whether some unit is on or off (`SupplyUnit.commitment`)."""
        return any(unit.commitment is not None for unit in self.units)

    @property
    def is_extended(self) -> bool:
        """Whether a schedule has costs beyond those of heat: units on or off, transfers, a reserve."""
        reserved = any(bool(reserve.any()) for reserve in self.reserve_mw.values())
        return self.is_mixed_integer or bool(self.transfers) or reserved

    @property
    def reserve_cny_per_mwh(self) -> float:
        """Price of reserve that does not stand ready, CNY/MWh: half that of missing heat, so that nobody freezes for it."""
        return self.prices.unmet_cny_per_mwh / 2

    @property
    def surplus_cny_per_mwh(self) -> float:
        """Price of heat that nobody takes, CNY/MWh."""
        price = self.prices.dumped_cny_per_mwh
        return self.prices.unmet_cny_per_mwh if price is None else price

    @property
    def import_cost_cny_per_mwh(self) -> FloatArray:
        """What a MWh of electricity from the grid costs with its CO2, (T,), CNY/MWh."""
        return self.prices.power_cny_per_mwh + self.prices.co2_cny_per_t * self.factors.of_power(self.power_factor)

    @property
    def balances(self) -> tuple[str, ...]:
        """Every balance: those with demand first, then those that only units name, in order of appearance."""
        names = dict.fromkeys(self.demand_mw)
        for unit in self.units:
            names.setdefault(unit.balance)
            if unit.draws_from is not None:
                names.setdefault(unit.draws_from)
        return tuple(names)

    def demand_of(self, balance: str) -> FloatArray:
        """Return the demand of a balance (T,), MW; zero where it has none of its own, never below zero."""
        demand = self.demand_mw.get(balance)
        return np.zeros(len(self.time)) if demand is None else np.maximum(demand, 0.0)


@dataclass(frozen=True, eq=False)
class DispatchResult:
    """The cheapest schedule and what it costs.

    Parameters
    ----------
    status : str
        One of `DispatchStatus`.
    heat_mw : pandas.DataFrame
        Heat delivered, time by unit id, MW.
    unmet_mw, dumped_mw : pandas.DataFrame
        Heat missing and heat thrown away (of must-take contracts, or of units that cannot go lower), time by balance, MW.
    cost_cny : dict of str to float
        total_cny, fuel_gas_cny, fuel_coal_cny, power_cny, power_lost_cny, co2_cny, unmet_cny; with commitments, transfers or
        reserves also start_cny, surplus_cny, transfer_cny, reserve_short_cny.
    shadow_price_cny_per_mwh : pandas.DataFrame
        Cost of one more MWh of demand, time by balance, CNY/MWh; with commitments that of the linear relaxation.
    reason : str
        Why there is no schedule, where that is known: contracts that cannot be met, limits that contradict each other.
    store_level_mwh, store_charge_mw, store_discharge_mw : pandas.DataFrame
        Heat stored at the beginning of each hour, heat into and out of each store, time by store id.
    unit_charge_mw : pandas.DataFrame
        The part of `heat_mw` that goes into stores, time by the units that charge one, MW.
    site_import_mw, site_export_mw, pv_used_mw, pv_curtailed_mw, pv_for_heat_mw : pandas.DataFrame
        Electricity of each site, time by site id, MW; `pv_for_heat_mw` is the import that PV avoids in an hour because heat
        plants run in it (`heatnet.dispatch.sites`).
    battery_level_mwh, battery_charge_mw, battery_discharge_mw : pandas.DataFrame
        Level at the beginning of each hour, and what goes in and out at the terminals, time by battery id.
    limit_excess_mw : pandas.DataFrame
        Weighted heat beyond a limit of the pipes, time by limit id, MW.
    site_cost_cny : dict of str to dict
        By site what it pays, and what it would pay without heat plants and batteries (`heatnet.dispatch.costs.site_costs`).
    unit_on, unit_start, boiler_heat_mw : pandas.DataFrame
        Boilers on, boilers started, and their heat, MW, time by boilers of one size of the units with commitment
        (`heatnet.dispatch.boilers.boilers_of`: the unit's id, or ``<unit>/<number>`` where it has boilers of several sizes).
    transfer_mw : pandas.DataFrame
        Heat that goes into each transfer, time by transfer id, MW; negative: back, what goes in at the far end.
    surplus_mw, reserve_short_mw : pandas.DataFrame
        The part of `dumped_mw` that is paid for, and reserve that does not stand ready, time by balance, MW.
    bound_cny : float
        No schedule costs less than this, CNY; NaN without a schedule.
    """

    status: str
    heat_mw: pd.DataFrame
    unmet_mw: pd.DataFrame
    dumped_mw: pd.DataFrame
    cost_cny: dict[str, float]
    shadow_price_cny_per_mwh: pd.DataFrame
    reason: str = ""
    store_level_mwh: pd.DataFrame = field(default_factory=pd.DataFrame)
    store_charge_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    store_discharge_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    unit_charge_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    site_import_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    site_export_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    pv_used_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    pv_curtailed_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    pv_for_heat_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    battery_level_mwh: pd.DataFrame = field(default_factory=pd.DataFrame)
    battery_charge_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    battery_discharge_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    limit_excess_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    site_cost_cny: dict[str, dict[str, float]] = field(default_factory=dict)
    unit_on: pd.DataFrame = field(default_factory=pd.DataFrame)
    unit_start: pd.DataFrame = field(default_factory=pd.DataFrame)
    boiler_heat_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    transfer_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    surplus_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    reserve_short_mw: pd.DataFrame = field(default_factory=pd.DataFrame)
    bound_cny: float = float("nan")

    @property
    def is_optimal(self) -> bool:
        """Whether the numbers are there: a schedule, proven to the gap asked for or not."""
        return self.status in (DispatchStatus.OPTIMAL, DispatchStatus.FEASIBLE)

    @property
    def gap_share(self) -> float:
        """What the schedule may cost beyond the cheapest one, over its cost; NaN without a schedule."""
        total = self.cost_cny["total_cny"]
        return float((total - self.bound_cny) / max(abs(total), 1e-9))
