"""One case's run: a function of its inputs that writes one folder and returns what the summary needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet import __version__
from heatnet.couple.network_true import dispatch_within_networks
from heatnet.couple.power import PowerYear
from heatnet.couple.power_dispatch import PowerDispatch, without_batteries
from heatnet.couple.season import Probe, has_pipes
from heatnet.couple.steam_network import has_steam_pipes
from heatnet.couple.year import LoadScale, NetworkYear
from heatnet.dispatch import dispatch
from heatnet.electric.model import PowerModel
from heatnet.i18n import _
from heatnet.io.network_folder import save_network
from heatnet.io.results_store import write_table
from heatnet.io.yaml_file import dump_yaml
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem, DispatchResult
from heatnet.model.weather import WeatherYear
from heatnet.study.case_start import problem_of, start_case, years_of
from heatnet.study.case_start import weather_of as weather_of
from heatnet.study.dispatch_keys import for_range
from heatnet.study.load import CaseInput, Study
from heatnet.study.pipes import (
    PipeSeason,
    SolvedSeason,
    checked_season,
    pipe_season,
    steps_of_a_network,
    write_season,
)
from heatnet.study.power import SolvedPower, solve_power_year, write_power_year
from heatnet.study.schedule_files import write_schedule
from heatnet.study.steam import SteamYear, solve_steam_year, write_steam_year
from heatnet.study.storage_curve import curve_of, storage_curve
from heatnet.study.uptake import rounds_account, uptake_account

Tick = Callable[[str], None]
#: steps besides those of the networks: the dispatch, its two bounds, writing
FIXED_STEPS = 3


@dataclass(frozen=True, eq=False)
class CaseRun:
    """What a case leaves in memory for the summary.

    Parameters
    ----------
    name, status, reason : str
        Case; "ok", or what stopped it ("infeasible", "not_converged", "no_load", …) and why.
    problem, result : DispatchProblem, DispatchResult
        The year's programme and its schedule.
    bounds : tuple
        (problem, result) at the low and the high end of the demand that the plan's coal leaves open.
    years, probes, pipes : dict by network
        Loads, what the pipes said before, and the accounts of the season in the pipes (water networks with pipes only).
    steam : dict by network
        Entries of the summary of the year in the steam pipes (networks with steam pipes only).
    power : dict by network
        Entries of the summary of the year in the power network (networks with one only).
    matched : tuple
        (problem, result) of the baseline in this case's season and weather, then at both ends of the demand; empty
        where the baseline as run has the same season and weather.
    seconds : dict of str to float
        Time of each stage.
    rounds : dict
        How dispatch and pipes came to agree, and what is left open (`heatnet.study.uptake.rounds_account`).
    uptake : list of dict
        What limits each waste-heat plant (`heatnet.study.uptake.uptake_account`).
    storage_curve : dict
        The dispatch with other sizes of a heat store, where the study asks that of this case; else empty.
    """

    name: str
    status: str
    reason: str
    problem: DispatchProblem
    result: DispatchResult
    bounds: tuple[tuple[DispatchProblem, DispatchResult], ...]
    years: dict[str, NetworkYear]
    probes: dict[str, Probe]
    pipes: dict[str, PipeSeason]
    steam: dict[str, dict[str, Any]] = field(default_factory=dict)
    power: dict[str, dict[str, Any]] = field(default_factory=dict)
    matched: tuple[tuple[DispatchProblem, DispatchResult], ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    storage_curve: dict[str, Any] = field(default_factory=dict)
    rounds: dict[str, Any] = field(default_factory=dict)
    uptake: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class CaseFailure:
    """A case that ended without a schedule.

    Parameters
    ----------
    name, status, reason : str
        Case; what stopped it ("not_converged", "input", "error") and why.
    trace : str
        Where in the code, for the log; empty unless the status is "error".
    seconds : dict of str to float
        Empty.
    """

    name: str
    status: str
    reason: str
    trace: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


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
    demand_bounds : tuple of dict of network to LoadScale
        Factors on the loads at which the dispatch is repeated: the range that the plan's coal leaves open.
    tick : callable
        Called after each step with the name of the stage.
    threads : int
        Threads of the season engine; they change no result.
    """
    from time import perf_counter

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
    matched = _matched_baseline(study, case, weather, demand_bounds)
    curve = curve_of(study.config, case.name)
    points = storage_curve(curve, problem) if curve is not None and result.is_optimal else {}
    tick("bounds")
    lap("dispatch")
    solved = {
        name: checked_season(study.config, years[name], *asked_and_answered, tick)
        for name, asked_and_answered in found.pipes.items()
    }
    lap("simulate")
    steam = _steam(study, years, probes, problem, result, tick) if result.is_optimal else {}
    lap("steam")
    pipes = {name: pipe_season(season, years[name], probes[name], problem) for name, season in solved.items()}
    lap("account")
    electric = _electric(study, years, powers, models, schedule, pipes, threads, tick) if result.is_optimal else {}
    lap("power")
    accounts = {name: of_network.account for name, of_network in steam.items()}
    status, reason = _status(result, pipes, accounts)
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
        uptake_account(problem, result, years, schedule.limited) if result.is_optimal else [],
    )
    _write(run, solved, steam, electric, study, case, weather, folder)
    lap("write")
    tick("write")
    return run


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
    """Return whether the baseline is run again for a case: where its season or its weather is not the case's."""
    baseline = study.cases.get(study.config.baseline_case or "")
    return baseline is not None and (baseline.season != case.season or baseline.weather != case.weather)


def _matched_baseline(
    study: Study, case: CaseInput, weather: WeatherYear, demand_bounds: Sequence[dict[str, LoadScale]]
) -> tuple[tuple[DispatchProblem, DispatchResult], ...]:
    """Return the baseline's schedules in the case's season and weather, where these are not its own.

    Displaced heat compares like with like: a longer season burns more in the baseline as well.
    """
    baseline = study.cases.get(study.config.baseline_case or "")
    if baseline is None or not needs_matched_baseline(study, case):
        return ()
    twin = replace(baseline, season=case.season, weather=case.weather)
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
) -> dict[str, SolvedPower]:
    solved = {}
    for name, power in powers.items():
        pump_mw = pipes[name].plant_pump_mw if name in pipes else {}
        solved[name] = solve_power_year(study.config, years[name], power, models[name], schedule, pump_mw, threads)
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


def _write(
    run: CaseRun,
    solved: dict[str, SolvedSeason],
    steam: dict[str, SteamYear],
    electric: dict[str, SolvedPower],
    study: Study,
    case: CaseInput,
    weather: WeatherYear,
    folder: Path,
) -> None:
    temporary = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    outdoor = pd.DataFrame({"t_outdoor_degc": weather.t_outdoor_degc}, index=weather.time)
    write_table(outdoor, temporary / "weather.parquet")
    for name, year in run.years.items():
        save_network(year.network, temporary / "inputs" / name)
        if run.result.is_optimal:
            write_schedule(run.problem, run.result, year, run.probes[name], temporary / name)
        if name in solved:
            write_season(solved[name], temporary / name / "water", study.config)
        if name in steam:
            write_steam_year(steam[name], temporary / name / "steam", study.config)
        if name in electric:
            write_power_year(electric[name], temporary / name / "electric", study.config)
    dump_yaml(_resolved(run, study, case, weather), temporary / "case.yaml")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def _resolved(run: CaseRun, study: Study, case: CaseInput, weather: WeatherYear) -> dict[str, Any]:
    from heatnet.study.fingerprint import fingerprint, versions

    return {
        "format_version": 1,
        "study": study.id,
        "case": case.name,
        "status": run.status,
        "season": case.season.model_dump(),
        "weather": {"source": weather.source, **case.weather.model_dump()},
        "prices": study.prices.model_dump(),
        "overrides": case.case.networks,
        "heatnet": __version__,
        "versions": versions(),
        "inputs_sha256": fingerprint(study, case),
    }
