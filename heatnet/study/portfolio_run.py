"""`heatnet optimise`: a study's portfolios searched for its target, along the curve, and for every definition of the rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.couple.season import dispatch_problem, probe
from heatnet.couple.year import network_year
from heatnet.demand.season import heating_season
from heatnet.design import (
    Evaluator,
    Found,
    Memory,
    Outcome,
    RateLimit,
    RateTarget,
    SearchLimits,
    State,
    largest_rate,
    rate_bound,
    search,
    search_fingerprint,
)
from heatnet.design.curve import Curve, cost_curve, search_name
from heatnet.design.rate import Solution
from heatnet.dispatch import dispatch
from heatnet.dispatch.consumption import without_commitment
from heatnet.errors import Problem, Problems
from heatnet.i18n import _
from heatnet.metrics.substitution import rate_of, substitution_rates
from heatnet.model.substitution import (
    SET_CLASSES,
    Counting,
    Denominator,
    Period,
    Variant,
    WasteClass,
    WasteSet,
    variants,
)
from heatnet.model.validation import did_you_mean
from heatnet.study.case_run import weather_of
from heatnet.study.config import Target, target_zone
from heatnet.study.dispatch_keys import with_dispatch_keys
from heatnet.study.portfolio_config import Level
from heatnet.study.portfolio_kept import kept_memory
from heatnet.study.portfolio_reasons import NO_PRICE_CNY_PER_GJ, just_below, never_built, why_no_schedule
from heatnet.study.portfolio_states import PortfolioStates
from heatnet.study.prices import emission_factors, hourly_prices
from heatnet.study.summary import zones_of

if TYPE_CHECKING:
    from heatnet.study.load import Study

Tick = Callable[[str], None]
#: how long steps of a stage take beside each other, for the time left
STEP_WEIGHTS = {"state": 1, "search": 20, "curve": 30, "definitions": 2}
#: coarser blocks where only the largest rate is asked for
_COARSE_STEPS = 10


@dataclass(frozen=True)
class Request:
    """What is asked of a study's portfolio.

    Parameters
    ----------
    target : Target
        Share and definition, zone included.
    curve : bool
        Also the curve and the table of definitions.
    without : tuple of str
        Candidates that are not to be built.
    """

    target: Target
    curve: bool = False
    without: tuple[str, ...] = ()

    @property
    def variant(self) -> Variant:
        """Definition of the rate within its zone."""
        target = self.target
        return Variant(
            WasteSet(target.set), Counting(target.counting), Denominator(target.denominator), Period(target.period)
        )


@dataclass(frozen=True)
class DefinitionRow:
    """The largest rate of one definition: reached by a schedule that was found, and proven not to be exceeded."""

    zone: str
    variant: Variant
    reached: float | None
    bound: float | None


@dataclass(frozen=True, eq=False)
class PortfolioRun:
    """What a search leaves for tables, report and map.

    Parameters
    ----------
    request : Request
    zone : str
    best : Outcome or None
        The cheapest portfolio that reaches the target.
    largest : RateLimit
    by_level : dict of level to Outcome or None
        The cheapest portfolio with all investments at the low and at the high end.
    nothing : Outcome or None
        The case without any candidate.
    curve : Curve or None
    definitions : tuple of DefinitionRow
    lowest : Outcome or None
        The cheapest of all, whatever its rate; without a curve searched only where the best portfolio's target has no price.
    near_largest : Outcome or None
        Where the target cannot be reached: the cheapest year just below the largest rate.
    no_schedule : str
        Why the case without candidates has no schedule, where no portfolio has one.
    nothing_to_build : bool
        Whether no candidate is left.
    never_built : tuple of dict
        Options whose own limits contradict each other.
    is_open : bool
        No portfolio was found that reaches the target, and none is proven to be there or not.
    """

    request: Request
    zone: str
    best: Outcome | None
    largest: RateLimit
    by_level: dict[str, Outcome | None] = field(default_factory=dict)
    nothing: Outcome | None = None
    curve: Curve | None = None
    definitions: tuple[DefinitionRow, ...] = ()
    lowest: Outcome | None = None
    near_largest: Outcome | None = None
    no_schedule: str = ""
    nothing_to_build: bool = False
    never_built: tuple[dict[str, Any], ...] = ()
    is_open: bool = False


def request_problems(study: Study, request: Request) -> None:
    """Raise one `InputError` for a study without candidates, an unknown zone or candidate, or a missing baseline."""
    problems = Problems()
    if study.portfolio is None:
        problems.add(
            "study.yaml", _("has no portfolio"), _("candidates under the key portfolio"), _("See studies/path_to_15.")
        )
        problems.raise_if_any()
    assert study.portfolio is not None
    problems.extend(zone_problems(study, request.target.zone))
    problems.extend(transfer_problems(study, request.target.zone or target_zone(study.config)))
    names = list(study.portfolio.portfolio.candidates)
    for name in request.without:
        if name not in names:
            allowed = _("Allowed: {names}").format(names=", ".join(names))
            problems.add(
                "--without", _("'{name}' does not exist").format(name=name), allowed, did_you_mean(name, names)
            )
    if request.target.counting == "displaced" and study.config.baseline_case is None:
        remedy = _("Name the case before the projects in baseline_case.")
        problems.add("--counting displaced", _("the study has no baseline"), remedy=remedy)
    problems.raise_if_any()


def zone_problems(study: Study, zone: str | None) -> list[Problem]:
    """Return that a study does not have a zone; nothing where it has, or none is named."""
    zones = list(zones_of(study))
    if zone is None or zone in zones:
        return []
    found = _("'{name}' does not exist").format(name=zone)
    return [Problem("--zone", found, _("Allowed: {names}").format(names=", ".join(zones)), did_you_mean(zone, zones))]


def transfer_problems(study: Study, zone: str) -> list[Problem]:
    """Return the study's transfers that lead out of a zone: heat of others would count there, which the search does not know."""
    zones = zones_of(study)
    if zone not in zones:
        return []
    found = _("it leads out of zone {zone}, whose rate is asked for").format(zone=zone)
    allowed = _("A zone with both ends or with none")
    closed = [name for name in zones if not leading_out(study, zones[name])]
    remedy = (
        _("Ask for another zone: {names}").format(names=", ".join(closed))
        if closed
        else _("Give the study such a zone.")
    )
    names = leading_out(study, zones[zone])
    return [Problem(f"study.yaml, {_('key')} transfers.{name}", found, allowed, remedy) for name in names]


def leading_out(study: Study, networks: tuple[str, ...]) -> list[str]:
    """Return the transfers of a study of which one end alone is among some networks."""
    given = study.config.transfers
    return [name for name, one in given.items() if (one.from_network in networks) != (one.to_network in networks)]


class PortfolioSearch:
    """Searches one study's portfolios; steps are counted for a progress bar.

    Parameters
    ----------
    study : Study
    request : Request
    tick : callable
        Called with the stage after each step.
    kept : Path, optional
        Folder of earlier findings: what is known there is not searched again, and what is found is kept there at once.
    """

    def __init__(
        self, study: Study, request: Request, tick: Tick = lambda _stage: None, kept: Path | None = None
    ) -> None:
        request_problems(study, request)
        assert study.portfolio is not None
        self._study, self._request, self._tick, self._kept = study, request, tick, kept
        self._weather = weather_of(study, study.cases[study.portfolio.case].weather)
        self._states = PortfolioStates(study, self._weather, tick)
        search = study.portfolio.portfolio.search
        self._limits = SearchLimits(search.gap_share, search.rounds, search.block_h)
        self._coarse = replace(self._limits, steps=_COARSE_STEPS)
        self._zones = zones_of(study)

    def step_count(self) -> int:
        """Return about how much the search has to do, in steps of `STEP_WEIGHTS`."""
        assert self._study.portfolio is not None
        counts = {"state": self._states.step_count(), "search": 4}
        if self._request.curve:
            zones = len(self._listed_zones())
            counts["search"] = 3
            counts["curve"] = self._study.portfolio.portfolio.search.points + 2
            counts["definitions"] = zones * len(list(variants()))
        return sum(count * STEP_WEIGHTS[stage] for stage, count in counts.items())

    def run(self) -> PortfolioRun:
        """Search, and return everything that tables, report and map need."""
        request, zone = self._request, self._request.target.zone or target_zone(self._study.config)
        states = self._at("value")
        target = self._target(request.variant, zone)
        memory = self._memory_of(states, target)
        run = self._searched(states, target, memory, zone)
        most = run.largest.outcome
        return replace(
            run,
            near_largest=None if run.best is not None else self._near_largest(memory, states, target, run),
            no_schedule="" if most is not None or run.nothing is not None else why_no_schedule(states),
            nothing_to_build=len(states) == 1 and not states[0].options,
            never_built=never_built(states),
        )

    def _searched(self, states: list[State], target: RateTarget, memory: Memory, zone: str) -> PortfolioRun:
        request = self._request
        if not request.curve:
            evaluator = Evaluator(target)
            largest = memory.largest(
                "largest, quickly", states, evaluator, lambda: largest_rate(states, target, self._coarse, evaluator)
            )
            self._tick("search")
            found = self._cheapest(memory, states, target, largest)
            self._tick("search")
            nothing = search([replace(states[0], options=())], target.at(0.0), self._limits).outcome
            levels = self._by_level(memory, target, found.outcome, largest)
            lowest = self._lowest(memory, states, target, found.outcome)
            return PortfolioRun(
                request, zone, found.outcome, largest, levels, nothing, lowest=lowest, is_open=found.is_open
            )
        points = self._study.portfolio.portfolio.search.points  # type: ignore[union-attr]
        curve = cost_curve(states, target, points, self._limits, (target.share,), self._tick, memory)
        found = self._best_of(curve, memory, states, target)
        self._tick("search")
        levels, definitions = (
            self._by_level(memory, target, found.outcome, curve.largest),
            self._definitions(memory, states, curve.largest.outcome),
        )
        largest, definitions = self._tighter(curve.largest, definitions, zone)
        return PortfolioRun(
            request,
            zone,
            found.outcome,
            largest,
            levels,
            curve.nothing,
            curve,
            definitions,
            curve.lowest,
            is_open=found.is_open,
        )

    def _near_largest(
        self, memory: Memory, states: list[State], target: RateTarget, run: PortfolioRun
    ) -> Outcome | None:
        """Return the cheapest year just below the largest rate; None where no rate counts."""
        share, most = just_below(run.largest), run.largest.outcome
        if share is None or most is None:
            return None
        if run.curve is not None:
            return run.curve.points[-1]
        asked, evaluator = replace(target.at(share), at_most=False), Evaluator(target)

        def found() -> Found:
            return search(states, asked, self._limits, evaluator, first=[(most.state, most.counts)])

        return memory.cheapest(f"near the largest {share:.6f}", states, asked, evaluator, found).outcome

    def _lowest(self, memory: Memory, states: list[State], target: RateTarget, best: Outcome | None) -> Outcome | None:
        """Return the cheapest of all where a further GJ has no price: the projects may be there for the target alone."""
        if best is None or best.shadow_cny_per_gj > NO_PRICE_CNY_PER_GJ:
            return None
        free, evaluator = target.at(0.0), Evaluator(target)

        def found() -> Found:
            return search(states, free, self._limits, evaluator, first=[(best.state, best.counts)])

        return memory.cheapest("free", states, free, evaluator, found).outcome

    def _tighter(
        self, largest: RateLimit, rows: tuple[DefinitionRow, ...], zone: str
    ) -> tuple[RateLimit, tuple[DefinitionRow, ...]]:
        """Return the largest rate and the table with the tighter of both limits where they are of the same definition."""
        same = {row for row in rows if self._is_asked(row, zone)}
        bound = min([largest.bound, *(row.bound for row in same if row.bound is not None)])
        table = tuple(replace(row, bound=bound) if row in same and row.bound is not None else row for row in rows)
        return replace(largest, bound=bound), table

    def _is_asked(self, row: DefinitionRow, zone: str) -> bool:
        return row.variant == self._request.variant and set(self._zones[row.zone]) == set(self._zones[zone])

    def _memory_of(self, states: list[State], target: RateTarget) -> Memory:
        """Return what earlier searches of the same states and definition found; new findings are kept beside them."""
        assert self._study.portfolio is not None
        if self._kept is None:
            return Memory()
        settings = self._study.portfolio.portfolio.model_dump(mode="json")
        mark = search_fingerprint(states, target.at(0.0), self._limits, self._coarse, settings)
        return kept_memory(self._kept / f"{mark}.json")

    def _cheapest(
        self, memory: Memory, states: list[State], target: RateTarget, largest: RateLimit, level: Level = "value"
    ) -> Found:
        """Return the cheapest portfolio that reaches the target; the one of the largest rate is tried before all others."""
        if largest.bound < target.share:
            return Found(None, np.inf)
        evaluator, most = Evaluator(target), largest.outcome
        name = search_name(target.share) + ("" if level == "value" else f", costs {level}")
        first = [] if most is None else [(one, most.counts) for one in states if one.id == most.state.id]

        def found() -> Found:
            return search(states, target, self._limits, evaluator, first=first)

        return memory.cheapest(name, states, target, evaluator, found)

    def _best_of(self, curve: Curve, memory: Memory, states: list[State], target: RateTarget) -> Found:
        """Return the cheapest portfolio that reaches the target; where the cheapest of all does, it is that one."""
        lowest = curve.lowest
        if lowest is not None and lowest.may_have_a_rate and lowest.rate >= target.share:
            return Found(replace(lowest, target=target), lowest.bound_cny)
        return self._cheapest(memory, states, target, curve.largest)

    def _at(self, level: Level) -> list[State]:
        without = set(self._request.without)
        kept = []
        for state in self._states.states(level):
            if not without & {name.split("/")[0] for name in state.chosen}:
                options = tuple(one for one in state.options if one.candidate not in without)
                kept.append(replace(state, options=options))
        return kept

    def _by_level(
        self, memory: Memory, target: RateTarget, best: Outcome | None, largest: RateLimit
    ) -> dict[str, Outcome | None]:
        levels: tuple[Level, ...] = ("low", "high")
        found: dict[str, Outcome | None] = {}
        for level in levels if best is not None else ():
            found[level] = self._cheapest(memory, self._at(level), target, largest, level).outcome
            self._tick("search")
        return found

    def _target(self, variant: Variant, zone: str) -> RateTarget:
        networks = tuple(self._zones[zone])
        process = {
            f"{name}/site": year.process_mw.sum(axis=1).to_numpy()
            for name, year in self._states.standing.years.items()
            if year.network.carrier == "site"
        }
        baseline = self._baseline() if variant.counting is Counting.DISPLACED else None
        return RateTarget(self._request.target.rate_share, variant, networks, self._states.in_season, process, baseline)

    def _baseline(self) -> Solution | None:
        """Return the baseline in the season and weather of the portfolio's case, dispatched once; None without one."""
        if not hasattr(self, "_baseline_kept"):
            self._baseline_kept = self._dispatched_baseline()
        return self._baseline_kept

    def _dispatched_baseline(self) -> Solution | None:
        study = self._study
        assert study.portfolio is not None
        if study.config.baseline_case is None:
            return None
        case, own = study.cases[study.config.baseline_case], study.cases[study.portfolio.case]
        in_season = heating_season(self._weather.time, own.season.start, own.season.end)
        share = study.config.simulation.index_loss_share
        years = {n: network_year(network, self._weather, in_season, share) for n, network in case.networks.items()}
        probes = {name: probe(year) for name, year in years.items()}
        prices = hourly_prices(study.prices, self._weather.time)
        problem = dispatch_problem(years, probes, prices, emission_factors(study.prices))
        carriers = {name: year.network.carrier for name, year in years.items()}
        problem = without_commitment(with_dispatch_keys(problem, study.config, carriers))
        return problem, dispatch(problem)

    def _definitions(self, memory: Memory, states: list[State], largest: Outcome | None) -> tuple[DefinitionRow, ...]:
        """Return the largest rate of every definition: bounds of each, and what schedules reach in it.

        The schedule of the largest rate asked for tells its rates of all definitions. A definition is searched on its own where
        that leaves open whether it reaches the target.
        """
        rows: list[DefinitionRow] = []
        for zone in self._listed_zones():
            reached = self._rates(largest, zone)
            for variant in variants():
                rows.append(self._definition(memory, states, zone, variant, reached))
                self._tick("definitions")
        return tuple(rows)

    def _listed_zones(self) -> dict[str, tuple[str, ...]]:
        """Return the zones of the table, none that a transfer leads out of: those of the study, or all where it names none."""
        listed = dict(self._study.config.zones) or dict(self._zones)
        return {name: networks for name, networks in listed.items() if not leading_out(self._study, tuple(networks))}

    def _rates_at_most(self, memory: Memory, states: list[State], zone: str, tried: Variant) -> dict[Variant, float]:
        """Return every rate of the schedule that has the most of one."""

        def found() -> dict[str, float]:
            limit = largest_rate(states, self._target(tried, zone), self._coarse, rounds=1)
            return {_name(variant): rate for variant, rate in self._rates(limit.outcome, zone).items()}

        rates = memory.value(f"rates at the largest of {zone}, {_name(tried)}", found)
        return {variant: rates[_name(variant)] for variant in variants() if _name(variant) in rates}

    def _definition(
        self, memory: Memory, states: list[State], zone: str, variant: Variant, reached: dict[Variant, float]
    ) -> DefinitionRow:
        if variant.counting is Counting.DISPLACED and self._baseline() is None:
            return DefinitionRow(zone, variant, None, None)
        if not _has_class(states, self._zones[zone], variant.waste_set):
            return DefinitionRow(zone, variant, 0.0, 0.0)
        bound = memory.value(
            f"bound of {zone}, {_name(variant)}",
            lambda: rate_bound(states, self._target(variant, zone), self._coarse),
        )
        if reached.get(variant, 0.0) < self._request.target.rate_share <= bound:
            for other, rate in self._rates_at_most(memory, states, zone, variant).items():
                reached[other] = max(reached.get(other, 0.0), rate)
        best = reached.get(variant, 0.0)
        return DefinitionRow(zone, variant, best, max(bound, best))

    def _rates(self, outcome: Outcome | None, zone: str) -> dict[Variant, float]:
        """Return every rate of a schedule in a zone, where so little heat is missing that it has one."""
        if outcome is None or not outcome.may_have_a_rate:
            return {}
        rates = substitution_rates(
            outcome.problem,
            outcome.result,
            in_season=self._states.in_season,
            zones={zone: list(self._zones[zone])},
            baseline=self._baseline(),
            process_mw=dict(outcome.target.process_mw),
        )[zone]
        known = {variant: rate_of(rates, variant) for variant in variants()}
        return {variant: rate for variant, rate in known.items() if rate is not None and not np.isnan(rate)}


def _name(variant: Variant) -> str:
    return " ".join((variant.waste_set, variant.counting, variant.denominator, variant.period))


def _has_class(states: list[State], networks: tuple[str, ...], waste_set: WasteSet) -> bool:
    """Return whether anything that stands or may be built in a zone counts in a set."""
    units = [unit for state in states for unit in state.problem.units if unit.available_mw.any()]
    units += [unit for state in states for option in state.options for unit in option.units]
    return any(WasteClass(unit.waste_class) in SET_CLASSES[waste_set] and unit.network in networks for unit in units)
