r"""The substitution rate as linear terms of the dispatch: numerator N, denominator D, and the row N >= r D.

With heat :math:`q_{ut}` of unit u in hour t, electricity :math:`e_{ut}` spent on a MWh, and sums over the hours of the period:

- **water**: a MWh of a counted unit adds :math:`1` (delivered), :math:`1 - e` (recovered) to N; every MWh of heat adds 1 to D.
- **process first**: where process users P and others (exchange stations, space heat of a site) take from one
balance, unfired heat U
  serves the process first and :math:`U_S = \max(U - P, 0)` goes on. That is convex in U; its concave hull over
  :math:`0 \le U \le \bar U` is :math:`U_S \le U (\bar U - P)^+ / \bar U`, which the programme uses. The two agree at
  :math:`U = \bar U` and at 0. A MWh that goes through a station which draws d per MWh counts :math:`1/d`, or :math:`1/d - e`.
- **transfers** join balances to one: the process to be served first is the least of theirs, hour by hour, and all their unfired
  heat may be in one place. All of them lie in the zone or none; what is lost on the way is not in D.
- **dumped** heat is taken off the units whose contract forces it.
- **displaced**: fossil heat falls by what unfired heat grows, and by what is asked less than in the baseline, :math:`\Delta D`;
  the rate shares that out by the growth of unfired heat. :math:`N = \Delta U_c + \max(\Delta D, 0)` over the baseline's fossil
  heat :math:`F_0` is that where no unfired heat outside the set grows and no more is asked, else too much.

All are exact or count too much, never too little. `heatnet.design.outcome` computes the rate of every schedule again with
`heatnet.metrics.substitution`; that figure counts, and the search raises its own target where it falls short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from heatnet.metrics.energy import carrier_of, network_of
from heatnet.metrics.substitution import HeatTerms, heat_terms, rate_of, substitution_rates
from heatnet.metrics.tracing import process_demand_mw, trace_heat
from heatnet.model.hourly import BoolArray, FloatArray
from heatnet.model.substitution import SET_CLASSES, Counting, Denominator, Period, Variant, WasteClass
from heatnet.model.supply import DispatchProblem, DispatchResult, SupplyUnit

Solution = tuple[DispatchProblem, DispatchResult]


@dataclass(frozen=True, eq=False)
class RateTarget:
    """A share to be reached, and the definition of the rate behind it.

    Parameters
    ----------
    share : float
        0 to 1.
    variant : Variant
    networks : tuple of str
        The zone's.
    in_season : ndarray of bool, shape (T,)
    process_mw : mapping of balance to ndarray, shape (T,)
        Process part of the demand of balances that hold both uses, where the default by carrier does not hold.
    baseline : pair of DispatchProblem and DispatchResult, or None
        Schedule without any project in the same weather; needed for displaced heat.
    at_most : bool
        The share is not to be reached but not to be passed.
    """

    share: float
    variant: Variant
    networks: tuple[str, ...]
    in_season: BoolArray
    process_mw: Mapping[str, FloatArray] = field(default_factory=dict)
    baseline: Solution | None = None
    at_most: bool = False

    def at(self, share: float) -> RateTarget:
        """Return the same definition with another share."""
        return replace(self, share=share)

    @property
    def counted_hours(self) -> BoolArray:
        """Hours of the period, (T,)."""
        return self.in_season if self.variant.period is Period.SEASON else np.ones_like(self.in_season)

    def rate(self, problem: DispatchProblem, result: DispatchResult) -> float:
        """Return the rate of a schedule as `heatnet.metrics.substitution` computes it; NaN where there is none."""
        rates = substitution_rates(
            problem,
            result,
            in_season=self.in_season,
            zones={"zone": list(self.networks)},
            baseline=self.baseline,
            process_mw=dict(self.process_mw),
        )
        rate = rate_of(rates["zone"], self.variant)
        return float("nan") if rate is None else rate


@dataclass(frozen=True, eq=False)
class Through:
    """The part of a unit's heat that passes the process users: at most `share` of it and `most_mw`; counts `counted`."""

    share: FloatArray
    most_mw: FloatArray
    counted: FloatArray


@dataclass(frozen=True, eq=False)
class UnitTerms:
    """What a MWh of a unit adds to N, at once and after the process users, and to D, each (T,)."""

    counted: FloatArray
    whole: FloatArray
    through: Through | None = None


class RateTerms:
    """The terms of one definition in one system: of its units, and constants."""

    def __init__(
        self,
        target: RateTarget,
        problem: DispatchProblem,
        unfired_most_mw: Mapping[str, FloatArray],
        passing: Mapping[tuple[str, ...], BoolArray] | None = None,
    ) -> None:
        """Prepare the terms.

        Parameters
        ----------
        target : RateTarget
        problem : DispatchProblem
            Demand, and every unit that stands or may be built.
        unfired_most_mw : mapping of balance to ndarray, shape (T,)
            Most unfired heat that a balance may have with all projects, MW.
        passing : mapping of joined balances to ndarray of bool, shape (T,), optional
            Hours in which unfired heat may pass the process users; the hull in all hours where it is not given.
        """
        self.target = target
        self._problem = problem
        self._most, self._passing = unfired_most_mw, passing
        self._hours = target.counted_hours.astype(float)
        self._joined = _joined_balances(problem)
        for joined in self._joined.values():
            inside = {network_of(balance) in target.networks for balance in joined}
            if len(inside) > 1:
                raise ValueError(f"transfers lead out of the zone: {', '.join(joined)}")
        self._draw: dict[str, float] = {}
        for unit in problem.units:
            if unit.draws_from is not None:
                least = self._draw.get(unit.draws_from, np.inf)
                self._draw[unit.draws_from] = min(least, unit.draw_per_heat)
        self._process = {
            balance: process_demand_mw(problem, balance, target.in_season, dict(target.process_mw))
            for balance in problem.balances
        }

    @property
    def constants(self) -> tuple[float, float]:
        """What N and D have beside the units' terms, MWh."""
        if self.target.variant.counting is Counting.DISPLACED:
            demand = sum(float(self.less_share(b) @ self._problem.demand_of(b)) for b in self._problem.balances)
            less = max(float(self._base_terms().heat_mwh) - demand, 0.0)
            return less - self._base_unfired_mwh(), self._base_fossil_mwh()
        return 0.0, sum(float(self.demand_share(b) @ self._problem.demand_of(b)) for b in self._problem.balances)

    def less_share(self, balance: str) -> FloatArray:
        """Return what a MW that a balance asks less than in the baseline adds to N, (T,): displaced heat alone has that."""
        if self.target.variant.counting is not Counting.DISPLACED or network_of(balance) not in self.target.networks:
            return np.zeros_like(self._hours)
        return self._hours if carrier_of(balance) == "water" else self._use_share(balance)

    def demand_share(self, balance: str) -> FloatArray:
        """Return what a MW of a balance's demand adds to D, (T,): 0 for water, whose heat counts as it is made."""
        displaced = self.target.variant.counting is Counting.DISPLACED
        outside = network_of(balance) not in self.target.networks or carrier_of(balance) == "water"
        return np.zeros_like(self._hours) if displaced or outside else self._use_share(balance)

    def _use_share(self, balance: str) -> FloatArray:
        """Return which part of a balance of steam or a site is a use that counts, (T,)."""
        if self.target.variant.denominator is Denominator.WITH_PROCESS:
            return self._hours
        demand, process = self._problem.demand_of(balance), self._process[balance]
        return self._hours * np.divide(demand - process, demand, out=np.zeros_like(demand), where=demand > 0)

    def heat_share(self, balance: str) -> FloatArray:
        """Return what a MW of heat made for a balance adds to D, (T,); missing heat adds as much, so that it never helps."""
        displaced = self.target.variant.counting is Counting.DISPLACED
        is_in = network_of(balance) in self.target.networks and carrier_of(balance) == "water"
        return self._hours if is_in and not displaced else np.zeros_like(self._hours)

    def of_unit(self, unit: SupplyUnit, demand_change_mw: Mapping[str, FloatArray | float] | None = None) -> UnitTerms:
        """Return the terms of a unit.

        `demand_change_mw` is what options change of the demand of each balance that its heat may reach, at least.
        """
        nothing = np.zeros_like(self._hours)
        if network_of(unit.balance) not in self.target.networks:
            return UnitTerms(nothing, nothing)
        variant, joined = self.target.variant, self.joined(unit.balance)
        whole = self.heat_share(unit.balance)
        if not self._counts(unit):
            return UnitTerms(nothing, whole)
        spent = unit.power_per_heat + unit.power_lost_per_heat
        spent = spent if variant.counting is Counting.RECOVERED else np.zeros_like(spent)
        at_once = self._hours * (1.0 - spent)
        with_process = variant.denominator is Denominator.WITH_PROCESS
        draw = self._least_draw(joined)
        changes = demand_change_mw or {}
        process = np.min([np.maximum(self._process[one] + changes.get(one, 0.0), 0.0) for one in joined], axis=0)
        if draw is None and (with_process or not process.any()):
            return UnitTerms(at_once, whole)
        if draw is None and all(carrier_of(one) == "steam" for one in joined):
            return UnitTerms(nothing, whole)
        per_heat = 1.0 if draw is None else 1.0 / draw
        counted = self._hours * ((per_heat - 1.0) if with_process else (per_heat - spent))
        most = self.unfired_most_mw(joined)
        most = most if most.any() else unit.available_mw
        left = np.maximum(most - process, 0.0)
        share = np.divide(left, most, out=np.zeros_like(left), where=most > 0)
        if self._passing is not None:
            share = self._passing[joined].astype(float)
            left = left * share
        through = Through(share, np.minimum(left, unit.available_mw), counted)
        return UnitTerms(at_once if with_process else nothing, whole, through)

    def unfired_most_mw(self, joined: tuple[str, ...]) -> FloatArray:
        """Return the most unfired heat that joined balances may have, (T,), MW."""
        return sum((self._most[one] for one in joined if one in self._most), np.zeros_like(self._hours))

    def joined(self, balance: str) -> tuple[str, ...]:
        """Return the balances between which transfers may pass heat, this one among them."""
        return self._joined[balance]

    def _least_draw(self, joined: tuple[str, ...]) -> float | None:
        """Return the least heat that a MWh behind exchange stations takes; None where there are none."""
        draws = [self._draw.get(one) for one in joined]
        return None if all(one is None for one in draws) else min(1.0 if one is None else one for one in draws)

    def process_of(self, balance: str) -> FloatArray:
        """Return the process part of a balance's demand, (T,), MW."""
        return self._process[balance]

    def _counts(self, unit: SupplyUnit) -> bool:
        if unit.draws_from is not None:
            return False
        if self.target.variant.counting is Counting.DISPLACED and unit.fuel is not None:
            return False
        return WasteClass(unit.waste_class) in SET_CLASSES[self.target.variant.waste_set]

    def _base_terms(self) -> HeatTerms:
        if self.target.baseline is None:
            raise ValueError("displaced heat needs a baseline")
        flows = trace_heat(*self.target.baseline, self.target.in_season, dict(self.target.process_mw))
        terms = heat_terms(flows, list(self.target.networks), self.target.in_season)
        return terms[self.target.variant.denominator, self.target.variant.period]

    def _base_unfired_mwh(self) -> float:
        unfired = self._base_terms().unfired_mwh
        return sum(unfired[one] for one in WasteClass if one in SET_CLASSES[self.target.variant.waste_set])

    def _base_fossil_mwh(self) -> float:
        return float(self._base_terms().fossil_mwh)


def _joined_balances(problem: DispatchProblem) -> dict[str, tuple[str, ...]]:
    """Return for each balance those that transfers join with it, itself included, in the order of the problem."""
    groups = {balance: {balance} for balance in problem.balances}
    for transfer in problem.transfers:
        both = groups[transfer.from_balance] | groups[transfer.to_balance]
        groups |= dict.fromkeys(both, both)
    return {name: tuple(one for one in problem.balances if one in group) for name, group in groups.items()}
