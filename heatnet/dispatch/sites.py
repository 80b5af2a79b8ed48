"""Power sites in the linear programme: one meter, base load, PV, batteries and heat plants behind it.

Site i with units U_i and batteries K_i, every row one hour, MW; levels at the beginning of the hour, MWh:

    import_it - export_it = base_it + sum_{u in U_i} (e_ut - a_ut) heat_ut + sum_{k in K_i} (charge_kt - discharge_kt)
                            - (pv_it - curtailed_it)
    level_k,t+1 = level_kt + eta_charge_k charge_kt - discharge_kt / eta_discharge_k
    0 <= import_it <= import_max_it,  0 <= export_it,  0 <= curtailed_it <= pv_it
    least_k energy_k <= level_kt <= energy_k,  0 <= charge_kt, discharge_kt <= power_k
    sum_{u in U_i} w_lut e_ut heat_ut <= room_lt                     (limits l of the network, in their hours)
    cost: (tariff_t + p_co2 k_power) import_it - p_export_it export_it

Behind the last hour a battery's level is its first (cyclic), or free where the first one is given. Electricity e of these units
is not in the price of their heat; a is what their heat saves the base load (the chillers of a data centre), in the balance alone.
So a MWh of PV beyond the base load is worth what export earns, and goes first to whatever makes more of it: heat pumps and
boilers, heat stores, batteries.

Where a linear programme could cheat: importing and exporting in one hour wins only where export earns more than import
costs; such prices are refused (`heatnet.model.power_site.check_sites`), also beside a negative tariff. Charging and discharging
a battery in one hour burns 1 - eta_charge eta_discharge of what goes in; it wins only where electricity has a negative worth,
that is at a negative cost of import. There the programme lets batteries burn power, as no real one does within the same minute.
With costs of import that are not negative it never does: PV can be curtailed for nothing, so that no MWh is worth less than 0,
and the price of ties stands against burning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.labelled_arrays import add_level, constant_rows, labelled
from heatnet.model.power_site import Battery, PowerSite
from heatnet.model.supply import DispatchProblem, FloatArray, SupplyUnit


def _batteries(sites: Sequence[PowerSite]) -> list[Battery]:
    return [battery for site in sites for battery in site.batteries]


def add_sites(
    model: Any, problem: DispatchProblem, sites: Sequence[PowerSite], units: Sequence[SupplyUnit], heat: Any, tie: float
) -> Any:
    """Add the sites of a group to its model and return their cost, CNY.

    Variables `site_import`, `site_export` and `pv_curtailed` by site; `battery_level`, `battery_charge` and `battery_discharge`
    by battery. Without `heat` the heat plants draw nothing. `tie`, CNY/MWh, is the price of ties: whole on what is curtailed or
    charged, half on what is exported.
    """
    hours = pd.RangeIndex(len(problem.time), name="hour")
    names = pd.Index([site.id for site in sites], name="site")
    most_import = labelled([site.import_limit_mw for site in sites], names, hours)
    bought = model.add_variables(lower=0, upper=most_import, name="site_import")
    available = {unit.id: unit.available_mw for unit in units}
    most_sold = labelled([_surplus_mw(site, available) for site in sites], names, hours)
    sold = model.add_variables(lower=0, upper=most_sold, name="site_export")
    curtailable = np.where(problem.import_cost_cny_per_mwh > 0, most_sold, np.inf)
    pv = labelled([np.minimum(site.pv_mw, most) for site, most in zip(sites, curtailable, strict=True)], names, hours)
    curtailed = model.add_variables(lower=0, upper=pv, name="pv_curtailed")
    _add_batteries(model, _batteries(sites), hours)
    power_per_heat = {unit.id: unit.power_per_heat for unit in units}
    for site in sites:
        left = bought.sel(site=site.id) - sold.sel(site=site.id) - curtailed.sel(site=site.id)
        own = pd.Index(list(site.units), name="unit")
        if heat is not None:
            factors = labelled([site.power_per_heat(unit, power_per_heat[unit]) for unit in own], own, hours)
            left = left - (heat.sel(unit=list(own)) * factors).sum("unit")
            _add_limits(model, site, heat, power_per_heat)
        if site.batteries:
            ids = [battery.id for battery in site.batteries]
            charge = model.variables["battery_charge"].sel(battery=ids).sum("battery")
            left = left - charge + model.variables["battery_discharge"].sel(battery=ids).sum("battery")
        net = pd.Series(site.base_mw - site.pv_mw, index=hours).to_xarray()
        model.add_constraints(left == net, name=f"site {site.id}")
    price = labelled([problem.import_cost_cny_per_mwh] * len(sites), names, hours)
    earned = labelled([site.export_price_cny_per_mwh - tie / 2 for site in sites], names, hours)
    cost = (bought * price).sum() - (sold * earned).sum() + tie * curtailed.sum()
    if _batteries(sites):
        cost = cost + tie * model.variables["battery_charge"].sum()
    return cost


def _surplus_mw(site: PowerSite, available_mw: Mapping[str, FloatArray]) -> FloatArray:
    """Return the most that PV and batteries can give beyond the base load, (T,), MW: what can be exported at most.

    While import costs something no more than this is curtailed either. Most hours have none, which the solver then knows.
    """
    batteries = sum(battery.power_mw for battery in site.batteries)
    saved = sum(share * available_mw[unit] for unit, share in site.saved_per_heat.items() if unit in available_mw)
    return np.maximum(site.pv_mw + batteries + saved - site.base_mw, 0.0)


def _add_limits(model: Any, site: PowerSite, heat: Any, power_per_heat: dict[str, FloatArray]) -> None:
    import xarray

    for number, limit in enumerate(site.limits):
        units = pd.Index([unit for unit in site.units if unit in limit.weight], name="unit")
        rows = pd.Index(limit.rows, name="hour")
        factors = labelled([limit.weight[unit] * power_per_heat[unit][limit.rows] for unit in units], units, rows)
        drawn = (heat.sel(unit=list(units), hour=limit.rows) * factors).sum("unit")
        room = xarray.DataArray(limit.room_mw, coords=[rows])
        model.add_constraints(drawn <= room, name=f"limit {number} {site.id} {limit.element}")


def _add_batteries(model: Any, batteries: Sequence[Battery], hours: pd.RangeIndex) -> None:
    if not batteries:
        return
    names = pd.Index([battery.id for battery in batteries], name="battery")
    least = constant_rows([battery.level_min_mwh for battery in batteries], names, hours)
    most = constant_rows([battery.energy_mwh for battery in batteries], names, hours)
    for row, battery in enumerate(batteries):
        if battery.level_first_mwh is not None:
            least[row, 0] = most[row, 0] = battery.level_first_mwh
    power = constant_rows([battery.power_mw for battery in batteries], names, hours)
    level = model.add_variables(lower=least, upper=most, name="battery_level")
    charge = model.add_variables(lower=0, upper=power, name="battery_charge")
    discharge = model.add_variables(lower=0, upper=power, name="battery_discharge")
    for battery in batteries:
        put_in = battery.charge_efficiency_share * charge.sel(battery=battery.id)
        add_level(
            model,
            f"level {battery.id}",
            level.sel(battery=battery.id),
            put_in - (1.0 / battery.discharge_efficiency_share) * discharge.sel(battery=battery.id),
            1.0,
            (battery.level_min_mwh, battery.energy_mwh),
            cyclic=battery.level_first_mwh is None,
        )


def site_columns(
    read: Callable[[str], Any], sites: Sequence[PowerSite], power_mw: dict[str, FloatArray]
) -> dict[str, dict[str, FloatArray]]:
    """Return the columns of the sites' frames of the result; none without sites.

    Parameters
    ----------
    read : callable
        Returns the values of a variable by its name.
    sites : sequence of PowerSite
    power_mw : dict of site id to ndarray, shape (T,)
        Electricity of its heat plants, MW.
    """
    if not sites:
        return {}
    names = [site.id for site in sites]
    curtailed = dict(zip(names, read("pv_curtailed"), strict=True))
    used = {site.id: site.pv_mw - curtailed[site.id] for site in sites}
    columns = {
        "site_import_mw": dict(zip(names, read("site_import"), strict=True)),
        "site_export_mw": dict(zip(names, read("site_export"), strict=True)),
        "pv_used_mw": used,
        "pv_curtailed_mw": curtailed,
        "pv_for_heat_mw": {site.id: pv_for_heat_mw(site, used[site.id], power_mw[site.id]) for site in sites},
    }
    if _batteries(sites):
        ids = [battery.id for battery in _batteries(sites)]
        for frame, variable in (
            ("battery_level_mwh", "battery_level"),
            ("battery_charge_mw", "battery_charge"),
            ("battery_discharge_mw", "battery_discharge"),
        ):
            columns[frame] = dict(zip(ids, read(variable), strict=True))
    return columns


def pv_for_heat_mw(site: PowerSite, used_mw: FloatArray, heat_power_mw: FloatArray) -> FloatArray:
    """Return the PV used for heat, (T,), MW: the import that PV avoids in an hour because heat plants run in it.

    With PV used P, base load B and electricity of the heat plants H it is min(P, B + H) - min(P, B) = min(H, max(P - B, 0)): PV
    serves the base load first, then the heat plants, and batteries and export last. What passes a battery is not in it.
    """
    return np.maximum(np.minimum(heat_power_mw, np.maximum(used_mw - site.base_mw, 0.0)), 0.0)
