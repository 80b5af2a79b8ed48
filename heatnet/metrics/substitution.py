"""The substitution rate of a dispatch, by every definition.

The traced flows (`heatnet.metrics.tracing`) are summed once by zone, use, class and period; each rate is a quotient of
such sums. With :math:`Q` the heat and :math:`E` the electricity spent on it, :math:`c` running over the classes of the
set and all sums restricted to the denominator's uses,

.. math::

    r_{delivered} = \\frac{\\sum_c Q_c}{\\sum Q}, \\qquad
    r_{recovered} = \\frac{\\sum_c (Q_c - E_c)}{\\sum Q}, \\qquad
    r_{displaced} = \\frac{F_0 - F}{F_0} \\sum_c w_c .

:math:`E = Q / COP` for a heat pump and :math:`E = z Q` for CHP steam (of the steam drawn, where exchange stations stand
between). :math:`F_0` and :math:`F` are the fossil-fired heat of the baseline and the case. Displacement has no author
by itself: it is shared over the classes of unfired heat (class none included) by the increase of their heat over the
baseline, :math:`w_c = \\max(\\Delta Q_c, 0) / \\sum \\max(\\Delta Q, 0)`; without any increase nothing is displaced and
:math:`w = 0`. With equal demand and one new source it is that source's heat over :math:`F_0`.

A rate whose denominator is zero does not exist: None. So does every rate of a dispatch without a schedule, and every
displaced rate without a baseline.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.metrics.energy import unmet_share
from heatnet.metrics.tracing import Flow, Use, trace_heat
from heatnet.model.substitution import (
    HEADLINE,
    SET_CLASSES,
    UNMET_LIMIT_SHARE,
    Counting,
    Denominator,
    Period,
    Variant,
    WasteClass,
    variants,
)
from heatnet.model.supply import BoolArray, DispatchProblem, DispatchResult, FloatArray

#: set -> counting -> denominator -> period -> rate
Rates = dict[str, dict[str, dict[str, dict[str, float | None]]]]
Ranges = dict[str, dict[str, dict[str, dict[str, list[float] | None]]]]

#: heat below this is a solver's rounding and no denominator, MWh
_NO_HEAT_MWH = 1e-6

_USES = {Denominator.SPACE: (Use.SPACE,), Denominator.WITH_PROCESS: (Use.SPACE, Use.PROCESS)}


@dataclass
class HeatTerms:
    """Sums behind a zone's rates for one denominator and period, MWh.

    Parameters
    ----------
    heat_mwh : float
        All heat, net of dump.
    fossil_mwh : float
        Heat of fired sources.
    unfired_mwh, power_mwh : dict of WasteClass to float
        Heat of unfired sources and the electricity spent on it, by class.
    waste_mwh : dict of WasteClass to float
        Heat by class, fired sources with a class included.
    """

    heat_mwh: float = 0.0
    fossil_mwh: float = 0.0
    unfired_mwh: dict[WasteClass, float] = field(default_factory=lambda: dict.fromkeys(WasteClass, 0.0))
    waste_mwh: dict[WasteClass, float] = field(default_factory=lambda: dict.fromkeys(WasteClass, 0.0))
    power_mwh: dict[WasteClass, float] = field(default_factory=lambda: dict.fromkeys(WasteClass, 0.0))

    def add(self, flow: Flow, hours: BoolArray) -> None:
        """Add a flow's heat in some hours."""
        heat = float(flow.heat_mw[hours].sum())
        self.heat_mwh += heat
        self.waste_mwh[flow.waste_class] += heat
        self.power_mwh[flow.waste_class] += float(flow.power_mw[hours].sum())
        if flow.fired:
            self.fossil_mwh += heat
        else:
            self.unfired_mwh[flow.waste_class] += heat


def heat_terms(
    flows: Iterable[Flow], networks: Sequence[str], in_season: BoolArray
) -> dict[tuple[Denominator, Period], HeatTerms]:
    """Return the sums behind the rates of one zone by denominator and period."""
    hours = {Period.SEASON: in_season, Period.YEAR: np.ones_like(in_season)}
    terms = {(denominator, period): HeatTerms() for denominator in Denominator for period in Period}
    for flow in flows:
        if flow.network in networks:
            for (denominator, period), sums in terms.items():
                if flow.use in _USES[denominator]:
                    sums.add(flow, hours[period])
    return terms


def _sum_over(classes: frozenset[WasteClass], mwh: Mapping[WasteClass, float]) -> float:
    """Return a sum in the order of the classes: a set has another order in every process, and so a sum other last digits."""
    return sum(mwh[item] for item in WasteClass if item in classes)


def _rate(variant: Variant, terms: HeatTerms, baseline: HeatTerms | None) -> float | None:
    classes = SET_CLASSES[variant.waste_set]
    if variant.counting is Counting.DISPLACED:
        return None if baseline is None else _displaced(terms, baseline, classes)
    if not terms.heat_mwh > _NO_HEAT_MWH:
        return None
    counted = _sum_over(classes, terms.waste_mwh)
    if variant.counting is Counting.RECOVERED:
        counted -= _sum_over(classes, terms.power_mwh)
    return counted / terms.heat_mwh


def _displaced(terms: HeatTerms, baseline: HeatTerms, classes: frozenset[WasteClass]) -> float | None:
    if not baseline.fossil_mwh > _NO_HEAT_MWH or math.isnan(terms.fossil_mwh):
        return None
    increase = {item: max(terms.unfired_mwh[item] - baseline.unfired_mwh[item], 0.0) for item in WasteClass}
    total = sum(increase.values())
    if total <= _NO_HEAT_MWH:
        return 0.0
    part = _sum_over(classes, increase) / total
    return (baseline.fossil_mwh - terms.fossil_mwh) / baseline.fossil_mwh * part


def _nested(value: Mapping[Variant, float | None]) -> Rates:
    table: Rates = {}
    for variant, rate in value.items():
        by_counting = table.setdefault(variant.waste_set.value, {})
        by_denominator = by_counting.setdefault(variant.counting.value, {})
        by_denominator.setdefault(variant.denominator.value, {})[variant.period.value] = rate
    return table


def substitution_rates(
    problem: DispatchProblem,
    result: DispatchResult,
    *,
    in_season: BoolArray,
    zones: Mapping[str, Sequence[str]],
    baseline: tuple[DispatchProblem, DispatchResult] | None = None,
    process_mw: Mapping[str, FloatArray] | None = None,
) -> dict[str, Rates]:
    """Return the rate of every zone by set, counting, denominator and period.

    Parameters
    ----------
    problem, result : DispatchProblem, DispatchResult
        The case.
    in_season : ndarray of bool, shape (T,)
        Heating season.
    zones : mapping of zone to network ids
        Sites count as networks.
    baseline : pair of DispatchProblem and DispatchResult, optional
        Same weather without the projects; without it `displaced` is None.
    process_mw : mapping of balance to ndarray (T,), optional
        See `trace_heat`; used for the baseline as well.

    Returns
    -------
    dict
        zone -> set -> counting -> denominator -> period -> rate or None.

    Raises
    ------
    InputError
        If baseline and case do not cover the same hours.
    """
    in_season = np.asarray(in_season, dtype=bool)
    flows = trace_heat(problem, result, in_season, process_mw) if result.is_optimal else None
    base_flows = None
    if baseline is not None and baseline[1].is_optimal:
        if not baseline[0].time.equals(problem.time):
            raise InputError(
                [
                    Problem(
                        _("substitution rate"),
                        _("the baseline covers other hours than the case"),
                        remedy=_("Run both with the same weather and horizon."),
                    )
                ]
            )
        base_flows = trace_heat(*baseline, in_season, process_mw)
    rates: dict[str, Rates] = {}
    for zone, networks in zones.items():
        terms = None if flows is None else heat_terms(flows, networks, in_season)
        base = None if base_flows is None else heat_terms(base_flows, networks, in_season)
        values: dict[Variant, float | None] = {}
        for variant in variants():
            key = (variant.denominator, variant.period)
            values[variant] = None if terms is None else _rate(variant, terms[key], None if base is None else base[key])
        rates[zone] = _nested(values)
    return rates


def rate_allowed(
    problem: DispatchProblem, result: DispatchResult, zones: Mapping[str, Sequence[str]]
) -> dict[str, bool]:
    """Return by zone whether its rate may be printed: a schedule exists and at most 0.1 % of the heat is unmet."""
    return {
        zone: result.is_optimal and unmet_share(problem, result, tuple(networks)) <= UNMET_LIMIT_SHARE
        for zone, networks in zones.items()
    }


def rate_of(rates: Mapping, variant: Variant = HEADLINE) -> float | None:
    """Return one variant from a zone's rates; the headline by default."""
    rate = rates[variant.waste_set][variant.counting][variant.denominator][variant.period]
    return None if rate is None else float(rate)


def headline_rate(rates: Mapping, allowed: bool) -> float | None:
    """Return the headline rate of a zone's rates, or None where too much heat is unmet to print one."""
    return rate_of(rates) if allowed else None


def spread(rates: Mapping) -> tuple[float, float] | None:
    """Return the lowest and highest rate over all definitions of a zone, or None where there is none."""
    values = [rate for variant in variants() if (rate := rate_of(rates, variant)) is not None]
    return (min(values), max(values)) if values else None


def envelope(tables: Sequence[Mapping]) -> Ranges:
    """Return [lowest, highest] of each variant over several cases' rates of one zone; None where a case has none."""
    table: Ranges = {}
    for variant in variants():
        values = [rate_of(rates, variant) for rates in tables]
        known = [value for value in values if value is not None]
        _put(table, variant, [min(known), max(known)] if known and len(known) == len(values) else None)
    return table


def scaled_ranges(rates: Mapping, demand_scale: tuple[float, float]) -> Ranges:
    """Return [low, high] of each variant when the demand is uncertain by a factor and the waste heat stays.

    Base-load sources run flat out whatever the demand is, so that the rate goes as 1/demand; it ends at 1. This is an
    estimate: where take-up is limited by the demand itself, cases with scaled demand and `envelope` say it exactly.

    Parameters
    ----------
    rates : mapping
        A zone's rates.
    demand_scale : pair of float
        Lowest and highest demand over the demand of the case, both > 0.
    """
    low, high = demand_scale
    table: Ranges = {}
    for variant in variants():
        rate = rate_of(rates, variant)
        bounds = None if rate is None else sorted((min(rate / high, 1.0), min(rate / low, 1.0)))
        _put(table, variant, bounds)
    return table


def _put(table: Ranges, variant: Variant, bounds: list[float] | None) -> None:
    by_denominator = table.setdefault(variant.waste_set.value, {}).setdefault(variant.counting.value, {})
    by_denominator.setdefault(variant.denominator.value, {})[variant.period.value] = bounds


__all__ = [
    "HeatTerms",
    "Ranges",
    "Rates",
    "envelope",
    "headline_rate",
    "heat_terms",
    "rate_allowed",
    "rate_of",
    "scaled_ranges",
    "spread",
    "substitution_rates",
]
