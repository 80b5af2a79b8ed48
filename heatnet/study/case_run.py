"""One case's run: a function of its inputs that writes one folder and returns what the summary needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from heatnet.couple.network_true import dispatch_within_networks
from heatnet.couple.power import PowerYear
from heatnet.couple.power_dispatch import PowerDispatch, without_batteries
from heatnet.couple.season import Probe, has_pipes
from heatnet.couple.steam_network import has_steam_pipes
from heatnet.couple.year import LoadScale, NetworkYear
from heatnet.dispatch import dispatch
from heatnet.electric.model import PowerModel
from heatnet.i18n import _
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem, DispatchResult
from heatnet.model.weather import WeatherYear
from heatnet.study.case_files import write_case
from heatnet.study.case_result import FULL, CaseRun, Detail, SolvedCase
from heatnet.study.case_start import problem_of, start_case, years_of
from heatnet.study.case_start import weather_of as weather_of
from heatnet.study.dispatch_keys import for_range
from heatnet.study.load import CaseInput, Study
from heatnet.study.pipes import (
    PipeSeason,
    checked_season,
    pipe_season,
    steps_of_a_network,
)
from heatnet.study.power import SolvedPower, solve_power_year
from heatnet.study.steam import SteamYear, solve_steam_year
from heatnet.study.storage_curve import curve_of, storage_curve
from heatnet.study.uptake import rounds_account, uptake_account

Tick = Callable[[str], None]
#: steps besides those of the networks: the dispatch, its two bounds, writing
FIXED_STEPS = 3


def step_count(study: Study, case: CaseInput) -> int:
    """Return how many steps a case's run reports."""
    piped = sum(1 for network in case.networks.values() if has_pipes(network))
    steam = sum(1 for network in case.networks.values() if has_steam_pipes(network))
    power = sum(1 for network in case.networks.values() if network.electric is not None)
    return FIXED_STEPS + len(case.networks) + piped * steps_of_a_network(study.config) + steam + power


def run_case(
    study: Study,
    case: CaseInput,
    folder: Path,
    demand_bounds: tuple[dict[str, LoadScale], ...] = (),
    tick: Tick = lambda _stage: None,
    threads: int = 1,
) -> CaseRun:
    """Run one case and write its folder.

    Parameters
    ----------
    study, case
        As loaded.
    folder : Path
        Folder of the case; written under a temporary name and renamed when complete.
    demand_bounds, tick, threads
        As for `solve_case`.
    """
    solved = solve_case(study, case, demand_bounds, tick, threads)
    start = perf_counter()
    write_case(solved, study, case, folder)
    solved.run.seconds["write"] = perf_counter() - start
    tick("write")
    return solved.run


def solve_case(
    study: Study,
    case: CaseInput,
    demand_bounds: tuple[dict[str, LoadScale], ...] = (),
    tick: Tick = lambda _stage: None,
    threads: int = 1,
    detail: Detail = FULL,
) -> SolvedCase:
    """Return one case as solved; nothing is written.

    Parameters
    ----------
    study, case
        As loaded.
    demand_bounds : tuple of dict of network to LoadScale
        Factors on the loads at which the dispatch is repeated: the range that the plan's coal leaves open.
    tick : callable
        Called after each step with the name of the stage.
    threads : int
        Threads of the season engine; they change no result.
    detail : Detail
        What is worked out beside the season; it changes nothing else.
    """
    start = perf_counter()
    seconds: dict[str, float] = {}

    def lap(stage: str) -> None:
        seconds[stage] = perf_counter() - start - sum(seconds.values())

    begun = start_case(study, case, tick)
    weather, years, powers, models = begun.weather, begun.years, begun.powers, begun.models
    lap("probe")
    found = dispatch_within_networks(
        years, begun.probes, begun.problem, powers, models, study.config.simulation.rounds, threads
    )
    schedule, probes = found.schedule, dict(found.probes)
    problem, result = schedule.problem, schedule.result
    tick("dispatch")
    # loads of another size have other flows and losses: they keep the mean ones
    mean = {name: one.mean for name, one in probes.items()}
    bounds = _schedules(study, case, weather, mean, demand_bounds, without_batteries(problem.sites), powers)
    matched: tuple[tuple[DispatchProblem, DispatchResult], ...] = ()
    if detail.matched_baseline and needs_matched_baseline(study, case):
        matched = matched_baseline(study, case, weather, demand_bounds)
    curve = curve_of(study.config, case.name)
    points = storage_curve(curve, problem) if curve is not None and result.is_optimal else {}
    tick("bounds")
    lap("dispatch")
    water = {
        name: checked_season(study.config, years[name], *asked_and_answered, tick, detail.reference, detail.origins)
        for name, asked_and_answered in found.pipes.items()
    }
    lap("simulate")
    steam = _steam(study, years, probes, problem, result, tick) if result.is_optimal else {}
    lap("steam")
    pipes = {name: pipe_season(season, years[name], probes[name], problem) for name, season in water.items()}
    lap("account")
    electric = {}
    if result.is_optimal:
        electric = _electric(study, years, powers, models, schedule, pipes, threads, tick, detail)
    lap("power")
    accounts = {name: of_network.account for name, of_network in steam.items()}
    status, reason = _status(result, pipes, accounts)
    uptake = uptake_account(problem, result, years, schedule.limited) if detail.uptake and result.is_optimal else []
    run = CaseRun(
        case.name,
        status,
        reason,
        problem,
        result,
        bounds,
        years,
        probes,
        pipes,
        accounts,
        {name: solved_power.account for name, solved_power in electric.items()},
        matched,
        seconds,
        points,
        rounds_account(found, years),
        uptake,
    )
    return SolvedCase(run, weather, water, steam, electric)


def _schedules(
    study: Study,
    case: CaseInput,
    weather: WeatherYear,
    probes: dict[str, Probe],
    scales: Sequence[dict[str, LoadScale]],
    sites: tuple[PowerSite, ...],
    powers: dict[str, PowerYear],
) -> tuple[tuple[DispatchProblem, DispatchResult], ...]:
    """Return the programme and its schedule at each set of load factors, with the power sites and what limits them."""
    problems = [
        replace(problem_of(study, years_of(study, case, weather, factors), probes, powers), sites=sites)
        for factors in scales
    ]
    ranges = [for_range(problem, study.config) for problem in problems]
    return tuple((problem, dispatch(problem, explain=False)) for problem in ranges)


def needs_matched_baseline(study: Study, case: CaseInput) -> bool:
    """Return whether the baseline is run again for a case: where season, weather, loads or networks are not as it has them."""
    baseline = study.baseline
    return baseline is not None and (
        baseline.season != case.season
        or baseline.weather != case.weather
        or baseline.demand_factor != case.demand_factor
        or bool(case.baseline_networks)
    )


def baseline_twin(study: Study, case: CaseInput) -> CaseInput:
    """Return the study's baseline case in another case's season, weather and networks but for their plants, at its loads."""
    baseline = study.cases[study.config.baseline_case or ""]
    return replace(
        baseline,
        networks=baseline.networks | case.baseline_networks,
        season=case.season,
        weather=case.weather,
        demand_factor=case.demand_factor,
    )


def matched_baseline(
    study: Study, case: CaseInput, weather: WeatherYear, demand_bounds: Sequence[dict[str, LoadScale]]
) -> tuple[tuple[DispatchProblem, DispatchResult], ...]:
    """Return the schedules of `baseline_twin`, at the case's own loads and with factors on them.

    Displaced heat compares like with like: a longer season burns more in the baseline as well.
    """
    twin = baseline_twin(study, case)
    begun = start_case(study, twin, batteries=False)
    return _schedules(study, twin, weather, begun.probes, ({}, *demand_bounds), begun.sites, begun.powers)


def _steam(
    study: Study,
    years: dict[str, NetworkYear],
    probes: dict[str, Probe],
    problem: DispatchProblem,
    result: DispatchResult,
    tick: Tick,
) -> dict[str, SteamYear]:
    solved = {}
    for name, year in years.items():
        if has_steam_pipes(year.network):
            steam = solve_steam_year(study.config, year, probes[name], problem, result)
            tick("steam")
            if steam is not None:
                solved[name] = steam
    return solved


def _electric(
    study: Study,
    years: dict[str, NetworkYear],
    powers: dict[str, PowerYear],
    models: dict[str, PowerModel],
    schedule: PowerDispatch,
    pipes: dict[str, PipeSeason],
    threads: int,
    tick: Tick,
    detail: Detail,
) -> dict[str, SolvedPower]:
    solved = {}
    for name, power in powers.items():
        pump_mw = pipes[name].plant_pump_mw if name in pipes else {}
        solved[name] = solve_power_year(
            study.config, years[name], power, models[name], schedule, pump_mw, threads, detail.reference, detail.room
        )
        tick("power")
    return solved


def _status(result: DispatchResult, pipes: dict[str, PipeSeason], steam: dict[str, dict[str, Any]]) -> tuple[str, str]:
    if not result.is_optimal:
        # a plain word: YAML and JSON know no enums
        status = str(result.status)
        return status, _("dispatch: {reason}").format(reason=result.reason or status)
    for name, season in pipes.items():
        if not season.account["hours_simulated"]:
            return "no_load", _("no hour of the season asks for heat in {network}").format(network=name)
        if not season.account["hours_ok"]:
            return "not_converged", f"simulation of {name}: no hour converged"
    for name, account in steam.items():
        if not account["hours_ok"]:
            return "not_converged", f"simulation of {name}/steam: no hour converged"
    return "ok", ""
