"""What the check of the plan's claims needs from a study: taken from the schedules of its baseline and plan case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from heatnet.metrics import energy
from heatnet.metrics.energy import GasBasis
from heatnet.metrics.substitution import Rates
from heatnet.model.supply import BoolArray, DispatchProblem, DispatchResult
from heatnet.units import GJ_PER_MWH

#: unit kinds by role in the claims
_DATA_CENTRE, _SEWAGE, _CHP = "data_centre_heat", "sewage_heat_pump", "chp_steam"
_GEOTHERMAL = "geothermal_doublet"


@dataclass(frozen=True)
class FuelChange:
    """A network's change from coal to gas, from the schedules.

    Parameters
    ----------
    coal_cut_t : float
        Coal of the baseline less that of the case, t.
    lhv_mwh_per_t : float
        Lower heating value of the coal, MWh/t.
    coal_efficiency_share, gas_efficiency_share : float
        Heat at the gate per lower heating value: what the schedules burned for what they delivered.
    """

    coal_cut_t: float
    lhv_mwh_per_t: float
    coal_efficiency_share: float
    gas_efficiency_share: float


@dataclass(frozen=True)
class StorageSchedule:
    """What a schedule makes of a heat store that electricity fills.

    Parameters
    ----------
    valley_heat_share : float
        Heat made with electricity in valley hours over all heat made.
    energy_mwh, charge_mw : float
        Size of the store, and largest heat into it.
    needed_mwh, needed_charge_mw : float or None
        Size (at that charging power) and charging power (at that size) that the plan's valley share takes; None where no size
        tried reaches it.
    """

    valley_heat_share: float
    energy_mwh: float
    charge_mw: float
    needed_mwh: float | None
    needed_charge_mw: float | None


@dataclass(frozen=True)
class ClaimContext:
    """Computed values that stand beside the plan's claims. None (or absent) = the study does not know.

    Parameters
    ----------
    season_h : float
        Hours of the heating season.
    fuel_change : mapping of network to FuelChange
    specific_heat_gj_per_m2, index_w_per_m2 : float or None
        Season heat per floor area and design index of the network that the data centre would serve.
    dc_heat_mwh, sewage_heat_mwh, geothermal_heat_mwh : float or None
        Heat of these plants in the plan case, MWh.
    sewage_power_per_heat : float or None
        Electricity per heat of the sewage heat pump over the season (1/COP).
    sewage_t_min_degc : float or None
        Temperature to which the effluent may be cooled, °C.
    chp_power_lost_per_heat : float or None
        Electricity lost per heat of the extraction steam.
    power_average_t_co2_per_mwh, power_marginal_t_co2_per_mwh : float
        Grid factors of the study.
    gas_t_co2_per_mwh : float
        Gas factor of the study.
    gas_basis : GasBasis
        Pair of heating value and emission factor for gas volumes.
    rates : mapping or None
        Rates of the headline zone.
    rate_allowed : bool
        Whether the headline may be printed.
    storage : StorageSchedule or None
        Schedule of the plan case with its electric heat store.
    """

    season_h: float
    power_average_t_co2_per_mwh: float
    power_marginal_t_co2_per_mwh: float
    gas_t_co2_per_mwh: float
    fuel_change: Mapping[str, FuelChange] = field(default_factory=dict)
    specific_heat_gj_per_m2: float | None = None
    index_w_per_m2: float | None = None
    dc_heat_mwh: float | None = None
    sewage_heat_mwh: float | None = None
    geothermal_heat_mwh: float | None = None
    sewage_power_per_heat: float | None = None
    sewage_t_min_degc: float | None = None
    chp_power_lost_per_heat: float | None = None
    gas_basis: GasBasis = GasBasis.GBT_2589
    rates: Rates | None = None
    rate_allowed: bool = False
    storage: StorageSchedule | None = None


def _sum_of(
    case: tuple[DispatchProblem, DispatchResult], network: str | None = None, **wanted: str
) -> tuple[float, float, float, float] | None:
    """Return heat, fuel, power bought and power lost (MWh) of the units with some attributes; None without any."""
    problem, result = case
    units = [
        unit
        for unit in problem.units
        if (network is None or energy.network_of(unit.balance) == network)
        and all(getattr(unit, key) == value for key, value in wanted.items())
    ]
    if not units:
        return None
    heat = {unit.id: energy.unit_heat_mw(result, unit) for unit in units}
    burned, power = energy.fuel_by_unit_mwh(problem, result), energy.power_by_unit_mwh(problem, result)
    return (
        float(sum(heat[unit.id].sum() for unit in units)),
        float(sum(burned.get(unit.id, 0.0) for unit in units)),
        float(sum(power[unit.id] for unit in units)),
        float(sum((heat[unit.id] * unit.power_lost_per_heat).sum() for unit in units)),
    )


def fuel_changes(
    baseline: tuple[DispatchProblem, DispatchResult],
    case: tuple[DispatchProblem, DispatchResult],
    lhv_mwh_per_t: Mapping[str, float],
) -> dict[str, FuelChange]:
    """Return the change from coal to gas of each network that burned coal in the baseline and burns gas in the case.

    Parameters
    ----------
    baseline, case : pair of DispatchProblem and DispatchResult
    lhv_mwh_per_t : mapping of unit id to float
        Heating value of each coal-fired unit of both, MWh/t.
    """
    before = energy.coal_by_network_t(*baseline, lhv_mwh_per_t)
    after = energy.coal_by_network_t(*case, lhv_mwh_per_t)
    changes = {}
    for network, coal_t in before.items():
        coal = _sum_of(baseline, network, fuel="coal")
        gas = _sum_of(case, network, fuel="gas")
        if coal_t > 0 and coal is not None and gas is not None and gas[1] > 0:
            changes[network] = FuelChange(
                coal_cut_t=coal_t - after.get(network, 0.0),
                lhv_mwh_per_t=coal[1] / coal_t,
                coal_efficiency_share=coal[0] / coal[1],
                gas_efficiency_share=gas[0] / gas[1],
            )
    return changes


def claim_context(
    baseline: tuple[DispatchProblem, DispatchResult],
    case: tuple[DispatchProblem, DispatchResult],
    *,
    in_season: BoolArray,
    lhv_mwh_per_t: Mapping[str, float],
    area_m2: float,
    design_heat_mw: float,
    housing_balance: str = "teda_east/water",
    sewage_t_min_degc: float | None = None,
    gas_basis: GasBasis = GasBasis.GBT_2589,
    rates: Rates | None = None,
    rate_allowed: bool = False,
    storage: StorageSchedule | None = None,
) -> ClaimContext:
    """Return the context from the schedules of the baseline and the plan case.

    Parameters
    ----------
    in_season : ndarray of bool, shape (T,)
        Heating season.
    lhv_mwh_per_t : mapping of unit id to float
        Heating value of each coal-fired unit, MWh/t.
    area_m2, design_heat_mw : float
        Heated floor area and design heat of the network behind `housing_balance`.
    housing_balance : str
        Balance whose heat per area measures ordinary housing.
    sewage_t_min_degc : float, optional
        Temperature to which the effluent may be cooled, °C.
    gas_basis, rates, rate_allowed, storage
        See `ClaimContext`.
    """
    problem = case[0]
    sewage = _sum_of(case, kind=_SEWAGE)
    data_centre = _sum_of(case, kind=_DATA_CENTRE)
    chp = _sum_of(case, kind=_CHP)
    wells = _sum_of(case, kind=_GEOTHERMAL)
    season_mwh = float(problem.demand_of(housing_balance)[in_season].sum())
    return ClaimContext(
        season_h=float(in_season.sum()),
        power_average_t_co2_per_mwh=problem.factors.power_average_t_co2_per_mwh,
        power_marginal_t_co2_per_mwh=problem.factors.power_marginal_t_co2_per_mwh,
        gas_t_co2_per_mwh=problem.factors.fuel_t_co2_per_mwh.get("gas", gas_basis.value.t_co2_per_mwh),
        fuel_change=fuel_changes(baseline, case, lhv_mwh_per_t),
        specific_heat_gj_per_m2=season_mwh * GJ_PER_MWH / area_m2 if season_mwh > 0 else None,
        index_w_per_m2=design_heat_mw * 1e6 / area_m2,
        dc_heat_mwh=data_centre[0] if data_centre else None,
        sewage_heat_mwh=sewage[0] if sewage else None,
        geothermal_heat_mwh=wells[0] if wells else None,
        sewage_power_per_heat=sewage[2] / sewage[0] if sewage and sewage[0] > 0 else None,
        sewage_t_min_degc=sewage_t_min_degc,
        chp_power_lost_per_heat=chp[3] / chp[0] if chp and chp[0] > 0 else None,
        gas_basis=gas_basis,
        rates=rates,
        rate_allowed=rate_allowed,
        storage=storage,
    )
