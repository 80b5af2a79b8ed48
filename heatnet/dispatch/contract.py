"""Contracts that no schedule can meet, told in words before the solver says no more than that."""

from __future__ import annotations

import numpy as np

from heatnet.dispatch.groups import independent_groups
from heatnet.i18n import _
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem, FloatArray, SupplyUnit

#: what the solver may overstep its constraints by, as a share
_ROUNDING_SHARE = 1e-9


def contract_conflicts(problem: DispatchProblem) -> list[str]:
    """Return a sentence for every contract that cannot be met: yearly against hourly figures, uses, and limits of import.

    Parameters
    ----------
    problem : DispatchProblem

    Returns
    -------
    list of str
        Empty where nothing speaks against the contracts. That does not prove a schedule: contracts may compete.

    Notes
    -----
    In an hour a unit can give no more than its availability, and no more than its balance can use: its demand, or the unit's
    hourly minimum where that is more, as what nobody needs of that is dumped; what units draw from it, each as much as it can
    give and as its own balance asks for; what the stores take that it charges; and what transfers can carry away. The sum over
    the hours bounds the year. Where units are switched, surplus heat may leave at a price, and no use bounds the year.

    A site needs at least its base load less PV and batteries, and of each unit the electricity of its hourly minimum; of a unit
    whose heat saves more electricity than it draws, that of all the heat that it can give.
    """
    found = []
    switched = {unit.id for group in independent_groups(problem) if group.is_mixed_integer for unit in group.units}
    for unit in problem.units:
        least = float(unit.take_min_mw.sum())
        if unit.year_max_mwh is not None and least > unit.year_max_mwh * (1 + _ROUNDING_SHARE):
            sentence = _(
                "{unit}: the least heat of all hours makes {least:,.0f} MWh, the year's limit is {most:,.0f} MWh"
            )
            found.append(sentence.format(unit=unit.id, least=least, most=unit.year_max_mwh))
        if unit.year_min_mwh is None or unit.id in switched:
            continue
        most = float(_most_mw(problem, unit).sum())
        if most < unit.year_min_mwh * (1 - _ROUNDING_SHARE):
            sentence = _(
                "{unit}: the year's least heat is {least:,.0f} MWh, but at most {most:,.0f} MWh of it can be used"
            )
            found.append(sentence.format(unit=unit.id, least=unit.year_min_mwh, most=most))
    return found + [text for site in problem.sites for text in _import_conflict(problem, site)]


def _import_conflict(problem: DispatchProblem, site: PowerSite) -> list[str]:
    """Return a sentence where PV, batteries and the largest import together are less than what a site must have."""
    needed = site.base_mw - site.pv_mw - sum(battery.power_mw for battery in site.batteries)
    for unit in problem.units:
        if unit.id in site.units:
            drawn = site.power_per_heat(unit.id, unit.power_per_heat)
            needed = needed + drawn * np.where(drawn < 0, unit.available_mw, unit.take_min_mw)
    short = needed - site.import_limit_mw * (1 + _ROUNDING_SHARE)
    hour = int(np.argmax(short))
    if not len(short) or short[hour] <= 0:
        return []
    sentence = _("{site}: at least {needed:.3g} MW have to be imported at {time}, the limit is {limit:.3g} MW")
    limit = site.import_limit_mw[hour]
    return [sentence.format(site=site.id, needed=needed[hour], time=problem.time[hour], limit=limit)]


def _most_mw(problem: DispatchProblem, unit: SupplyUnit) -> FloatArray:
    """Return the most heat that a unit can give, (T,), MW; stations that draw from it give what their water asks for."""
    usable = _used_mw(problem, unit)
    for other in problem.units:
        if other.draws_from == unit.balance:
            usable = usable + other.draw_per_heat * np.minimum(other.available_mw, _asked_mw(problem, other))
    return np.minimum(unit.available_mw, usable)


def _asked_mw(problem: DispatchProblem, unit: SupplyUnit) -> FloatArray:
    """Return the most that the balance of a drawing unit may ask of it, (T,), MW."""
    if any(other.draws_from == unit.balance for other in problem.units):
        return np.full(len(problem.time), np.inf)
    return _used_mw(problem, unit)


def _used_mw(problem: DispatchProblem, unit: SupplyUnit) -> FloatArray:
    """Return what the balance of a unit can do with its heat, (T,), MW, beside what units draw from it."""
    stored = sum(store.charge_mw for store in problem.stores if unit.id in store.charged_by)
    passed = sum(
        one.capacity_mw * (one.from_balance == unit.balance) + one.capacity_back_mw * (one.to_balance == unit.balance)
        for one in problem.transfers
    )
    return np.maximum(problem.demand_of(unit.balance), unit.take_min_mw) + stored + passed
