"""Heat made with electricity: in which hours, with how much CO2, and from which green share on it saves any.

Heat Q reaches the buildings, electricity W is bought for it, G of that is green, fuel emits F, and heat generation costs
a power plant L of electricity. With the grid factor f and a reference of r t CO2 per MWh of heat:

    emitted  E = F + f (L + W - G)
    saved    S = r Q - E,        S = 0 at  G* = L + W - (r Q - F) / f

Green electricity counts as free of CO2 here, and only here: the other accounts of a case count every MWh bought with the
factor of the grid, which has the green electricity of all its plants in it already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heatnet.dispatch.costs import without_heat
from heatnet.metrics import energy
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray
from heatnet.model.tariff import tariff_periods


@dataclass(frozen=True)
class ElectricHeat:
    """What a schedule's heat takes of electricity.

    Parameters
    ----------
    heat_mwh : float
        Heat that reaches the networks: demand less what is missing, MWh.
    valley_heat_share : float
        Heat made with electricity in valley hours of the tariff, over all heat made. 0 without heat.
    power_mwh, valley_power_mwh : float
        Electricity bought, and that of valley hours, pumps of the pipes included, MWh.
    power_lost_mwh : float
        Electricity that CHP plants do not generate, MWh.
    fuel_t_co2 : float
        Emission of fuel, t CO2.
    """

    heat_mwh: float
    valley_heat_share: float
    power_mwh: float
    valley_power_mwh: float
    power_lost_mwh: float
    fuel_t_co2: float

    def green_mwh(self, share: float, hours: str) -> float:
        """Return the green electricity, MWh: a share of that of `hours`, "all" or "valley"."""
        return share * (self.valley_power_mwh if hours == "valley" else self.power_mwh)

    def emitted_t_co2(self, factor_t_co2_per_mwh: float, green_mwh: float = 0.0) -> float:
        """Return the emission at a grid factor, t CO2."""
        return self.fuel_t_co2 + factor_t_co2_per_mwh * (self.power_lost_mwh + self.power_mwh - green_mwh)

    def break_even_green_mwh(self, factor_t_co2_per_mwh: float, reference_t_co2_per_mwh: float) -> float | None:
        """Return the green electricity from which CO2 is saved; None where fuel is burned as well or nothing bought."""
        if self.fuel_t_co2 > 0 or self.power_mwh <= 0:
            return None
        taken = self.power_mwh + self.power_lost_mwh
        return break_even_green_mwh(self.heat_mwh, taken, factor_t_co2_per_mwh, reference_t_co2_per_mwh)


def break_even_green_mwh(
    heat_mwh: float, power_mwh: float, factor_t_co2_per_mwh: float, reference_t_co2_per_mwh: float
) -> float:
    """Return the green electricity from which heat saves CO2 against a reference, MWh; 0 where it always does.

    .. math:: G^* = \\max(0,\\; W - r Q / f)

    Parameters
    ----------
    heat_mwh, power_mwh : float
        Heat Q given and electricity W taken for it, MWh.
    factor_t_co2_per_mwh : float
        Grid factor f of what is not green.
    reference_t_co2_per_mwh : float
        Emission r of the heat that is replaced.
    """
    if factor_t_co2_per_mwh <= 0:
        return 0.0
    return max(0.0, power_mwh - reference_t_co2_per_mwh * heat_mwh / factor_t_co2_per_mwh)


def break_even_cop(green_share: float, factor_t_co2_per_mwh: float, reference_t_co2_per_mwh: float) -> float:
    """Return the heat per electricity at which a green share of all electricity just saves CO2: f (1 - g) / r."""
    return factor_t_co2_per_mwh * (1.0 - green_share) / reference_t_co2_per_mwh


def electric_heat(problem: DispatchProblem, result: DispatchResult, pump_mw: FloatArray | float = 0.0) -> ElectricHeat:
    """Return what a schedule's heat takes of electricity.

    Parameters
    ----------
    problem : DispatchProblem
    result : DispatchResult
        With a schedule.
    pump_mw : ndarray, shape (T,), or float
        Electricity of the pumps of the pipes, MW.
    """
    valley = tariff_periods(problem.time) == "valley"
    power = bought_power_mw(problem, result) + pump_mw
    made = electric = 0.0
    for unit in problem.units:
        heat = energy.unit_heat_mw(result, unit)
        if unit.draws_from is None:
            made += float(heat.sum())
        if unit.kind in ELECTRIC_KINDS:
            electric += float(heat[valley].sum())
    unmet = float(result.unmet_mw.to_numpy().sum())
    factors = problem.factors.fuel_t_co2_per_mwh
    return ElectricHeat(
        heat_mwh=float(sum(problem.demand_of(balance).sum() for balance in problem.balances)) - unmet,
        valley_heat_share=electric / made if made > 0 else 0.0,
        power_mwh=float(power.sum()),
        valley_power_mwh=float(power[valley].sum()),
        power_lost_mwh=float(sum(energy.power_lost_by_unit_mwh(problem, result).values())),
        fuel_t_co2=sum(burned * factors.get(fuel, 0.0) for fuel, burned in energy.fuel_mwh(problem, result).items()),
    )


def bought_power_mw(problem: DispatchProblem, result: DispatchResult) -> FloatArray:
    """Return the electricity that the plants take from the grid, (T,), MW: their own, on a site the import that heat adds."""
    on_sites = {unit for site in problem.sites for unit in site.units}
    power = np.zeros(len(problem.time))
    for unit, drawn in energy.unit_power_mw(problem, result).items():
        if unit not in on_sites:
            power = power + drawn
    for site in problem.sites:
        power = power + result.site_import_mw[site.id].to_numpy() - without_heat(problem, site)[0]
    return power


#: plants whose heat is made with electricity; others take some for fans and pumps
ELECTRIC_KINDS = ("electric_boiler", "air_source_heat_pump", "sewage_heat_pump", "data_centre_heat")


def size_for_share(sizes: Sequence[float], shares: Sequence[float], wanted: float) -> float | None:
    """Return the size at which a rising curve of shares first reaches one, straight between its points; None if never.

    Parameters
    ----------
    sizes, shares : sequence of float, shape (N,)
        Points of the curve, sizes ascending.
    wanted : float
        Share that is asked for.
    """
    for place, share in enumerate(shares):
        if share >= wanted:
            if place == 0:
                return float(sizes[0])
            part = (wanted - shares[place - 1]) / (share - shares[place - 1])
            return float(sizes[place - 1] + part * (sizes[place] - sizes[place - 1]))
    return None
