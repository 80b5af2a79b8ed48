"""Accounts of power sites: import, PV, batteries, and the electricity that the heat system causes.

A site's meter does not tell heat from base load. What the heat system causes is the difference to the site without heat
plants and batteries (`heatnet.dispatch.costs.without_heat`): import and what it costs, less what PV and batteries save. The
units of a site share it in proportion to their electricity; equally where they use none and only batteries run.
"""

from __future__ import annotations

from heatnet.dispatch.costs import without_heat
from heatnet.metrics.energy import power_by_unit_mwh
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem, DispatchResult


def site_accounts(problem: DispatchProblem, result: DispatchResult) -> dict[str, dict[str, float]]:
    """Return the account of each site over all hours, MWh.

    Returns
    -------
    dict of site id to dict
        `import_mwh`, `export_mwh`, `base_mwh`, `heat_mwh` (electricity of the heat plants), `pv_used_mwh`, `pv_curtailed_mwh`,
        `pv_for_heat_mwh` (import avoided hour by hour because heat plants run), `battery_charged_mwh`, `battery_given_mwh`,
        `heat_import_mwh` (import beyond that without heat plants and batteries), and the costs of `site_costs`. Import and PV
        used = export, base, heat and charged less given.
    """
    power = power_by_unit_mwh(problem, result)
    accounts = {}
    for site in problem.sites:
        batteries = [battery.id for battery in site.batteries]
        accounts[site.id] = {
            "import_mwh": float(result.site_import_mw[site.id].sum()),
            "export_mwh": float(result.site_export_mw[site.id].sum()),
            "base_mwh": float(site.base_mw.sum()),
            "heat_mwh": sum(power[unit] for unit in site.units),
            "pv_used_mwh": float(result.pv_used_mw[site.id].sum()),
            "pv_curtailed_mwh": float(result.pv_curtailed_mw[site.id].sum()),
            "pv_for_heat_mwh": float(result.pv_for_heat_mw[site.id].sum()),
            "battery_charged_mwh": float(result.battery_charge_mw[batteries].to_numpy().sum()),
            "battery_given_mwh": float(result.battery_discharge_mw[batteries].to_numpy().sum()),
            "heat_import_mwh": heat_import_mwh(problem, result, site),
            **result.site_cost_cny[site.id],
        }
    return accounts


def heat_import_mwh(problem: DispatchProblem, result: DispatchResult, site: PowerSite) -> float:
    """Return the import of a site beyond that without heat plants and batteries, MWh; negative where batteries save more."""
    return float(result.site_import_mw[site.id].sum() - without_heat(problem, site)[0].sum())


def heat_power_cny(problem: DispatchProblem, result: DispatchResult, site: PowerSite) -> float:
    """Return what the heat system pays for a site's electricity without CO2, CNY: the site's cost less that without it."""
    bought, sold = (frame[site.id].to_numpy() for frame in (result.site_import_mw, result.site_export_mw))
    base_bought, base_sold = without_heat(problem, site)
    tariff, earned = problem.prices.power_cny_per_mwh, site.export_price_cny_per_mwh
    return float((bought - base_bought) @ tariff - (sold - base_sold) @ earned)


def shares_of_site(problem: DispatchProblem, result: DispatchResult, site: PowerSite) -> dict[str, float]:
    """Return the share of each unit in what the heat system causes at a site."""
    power = power_by_unit_mwh(problem, result)
    total = sum(power[unit] for unit in site.units)
    return {unit: power[unit] / total if total > 0 else 1.0 / len(site.units) for unit in site.units}


def grid_power_by_unit_mwh(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return the electricity that each unit takes from the grid, MWh: its own, on a site its share of the import it causes."""
    power = power_by_unit_mwh(problem, result)
    for site in problem.sites:
        caused = heat_import_mwh(problem, result, site)
        power |= {unit: share * caused for unit, share in shares_of_site(problem, result, site).items()}
    return power


def site_power_cny_by_unit(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return what each unit on a site pays for electricity, CNY: its share of what the heat system pays there."""
    paid: dict[str, float] = {}
    for site in problem.sites:
        total = heat_power_cny(problem, result, site)
        paid |= {unit: share * total for unit, share in shares_of_site(problem, result, site).items()}
    return paid
