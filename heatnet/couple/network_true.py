"""Dispatch and water pipes in turn, until the schedule is one that the pipes carry, or a few rounds are over.

A round: the cheapest schedule (with the power networks' limits, `couple.power_dispatch`); its season in the pipes; what these say
of loss, return flow and return temperature in each hour (`couple.season.refined`); limits that the schedule breaks and other heat
of the plants would keep (`couple.pipe_limits`), which join those of earlier rounds. The rounds end where loss agrees within
`LOSS_AGREES_SHARE` over the season in every network, the heat of no plant moved by more than `HEAT_AGREES_SHARE` of all heat, and
no new limit is broken. The best round is kept: least heat beyond limits and missing, then the one in which dispatch and pipes
agree, then least cost.

Where units are on or off, the first rounds dispatch them as if they were always on, which takes a hundredth of the time: what the
pipes say hardly depends on that. Once these rounds agree, or but one round is left, the units are switched, and only rounds with
switched units count. Two schedules within the same gap may share the heat differently among plants: there the moved heat
does not decide, loss and limits do.

Limits only ever come to more, so that the cost of a schedule does not fall for want of one that an earlier round had found; each
has a price (`dispatch.heat_limits`), so that there always is a schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.couple.pipe_limits import PLACE_COLUMNS, excess, open_places, pipe_limits
from heatnet.couple.power import PowerYear
from heatnet.couple.power_dispatch import PowerDispatch, dispatch_within_power
from heatnet.couple.season import Probe, has_pipes, loss_difference_share, piped_hours, refined, simulate_schedule
from heatnet.couple.year import NetworkYear
from heatnet.dispatch.consumption import without_commitment
from heatnet.electric.model import PowerModel
from heatnet.model.boundary import Boundary
from heatnet.model.heat_limit import HeatLimit
from heatnet.model.supply import DispatchProblem, DispatchResult

if TYPE_CHECKING:
    import xarray as xr

#: loss before and after a schedule agree when they differ by no more than this share over the season
LOSS_AGREES_SHARE = 0.005
#: a schedule stands when no plant's heat of the year moved by more than this share of all heat
HEAT_AGREES_SHARE = 1e-3

ProblemOf = Callable[[Mapping[str, Probe]], DispatchProblem]


@dataclass(frozen=True, eq=False)
class Round:
    """One round of dispatch and pipes.

    Parameters
    ----------
    cost_cny : float
        Cost of the schedule.
    loss_difference_share : dict of network to float
        Loss that the schedule was made for over the simulated one, less 1, over the solved hours.
    hours_beyond : int
        Hours and places beyond a limit in the simulation.
    new_limits : int
        Hours and places that limit the next round.
    moved_share : float
        Largest change of a plant's heat of the year against the round before, over all heat; NaN in the first.
    always_on : bool
        Whether units that are on or off were dispatched as if they were always on.
    """

    cost_cny: float
    loss_difference_share: dict[str, float]
    hours_beyond: int
    new_limits: int
    moved_share: float
    always_on: bool = False


@dataclass(frozen=True, eq=False)
class NetworkDispatch:
    """A schedule that the pipes carry, as far as the rounds found one.

    Parameters
    ----------
    schedule : PowerDispatch
        Of the best round.
    probes : mapping of network to Probe
        What that schedule was made for.
    rounds : tuple of Round
    best : int
        Position of the best round.
    agrees : bool
        Whether the best round ended the search: nothing moved any more.
    open : pandas.DataFrame
        What is beyond its limit under the schedule (`pipe_limits.open_places`), with `time` of the worst hour.
    pipes : mapping of network to (Boundary, xarray.Dataset)
        What the pipes were asked and answered under the schedule (`couple.season.simulate_schedule`).
    """

    schedule: PowerDispatch
    probes: Mapping[str, Probe]
    rounds: tuple[Round, ...]
    best: int
    agrees: bool
    open: pd.DataFrame
    pipes: Mapping[str, tuple[Boundary, xr.Dataset]]


def dispatch_within_networks(
    years: Mapping[str, NetworkYear],
    probes: Mapping[str, Probe],
    problem_of: ProblemOf,
    powers: Mapping[str, PowerYear],
    models: Mapping[str, PowerModel],
    rounds: int,
    threads: int = 1,
) -> NetworkDispatch:
    """Return the cheapest schedule that water pipes and power networks carry, as far as `rounds` rounds find it.

    Parameters
    ----------
    years : mapping of network to NetworkYear
    probes : mapping of network to Probe
        What the pipes say before any schedule.
    problem_of : callable
        The year's programme, sites of the power networks included, by what the pipes say.
    powers, models : mapping of network to PowerYear, PowerModel
    rounds : int
        At least 1; with 1 a schedule is made and judged, and nothing is fed back.
    threads : int
        They change no result.
    """
    limits: list[HeatLimit] = []
    done: list[Round] = []
    best: NetworkDispatch | None = None
    best_rank = (np.inf, np.inf)
    before: DispatchResult | None = None
    schedule: PowerDispatch | None = None
    agrees = False
    for number in range(max(rounds, 1)):
        problem = replace(problem_of(probes), limits=tuple(limits))
        always_on = problem.is_mixed_integer and not agrees and best is None and number < rounds - 1
        if always_on:
            problem = without_commitment(problem)
        schedule = dispatch_within_power(problem, powers, models, threads, schedule)
        if not schedule.result.is_optimal:
            break
        found = _in_the_pipes(years, probes, schedule.result, threads)
        moved = _moved_share(before, schedule.result)
        done.append(
            Round(
                float(schedule.result.cost_cny["total_cny"]),
                found.loss_difference_share,
                int(found.open["hours"].sum()),
                sum(len(limit.rows) for limit in found.limits),
                moved,
                always_on,
            )
        )
        loss_agrees = all(abs(share) <= LOSS_AGREES_SHARE for share in found.loss_difference_share.values())
        stands = moved <= HEAT_AGREES_SHARE or number == 0 or problem.is_mixed_integer
        agrees = loss_agrees and not found.limits and stands
        rank = _rank(schedule.result, found.open)
        if not always_on and (best is None or rank < best_rank or (agrees and rank[0] <= best_rank[0])):
            best, best_rank = NetworkDispatch(schedule, probes, (), number, agrees, found.open, found.pipes), rank
        if agrees and not always_on:
            break
        limits += found.limits
        probes, before = found.probes, schedule.result
    assert schedule is not None
    if best is None:
        return NetworkDispatch(schedule, probes, (), 0, False, _no_places(), {})
    return replace(best, rounds=tuple(done))


@dataclass(frozen=True, eq=False)
class _InThePipes:
    probes: dict[str, Probe]
    limits: list[HeatLimit]
    loss_difference_share: dict[str, float]
    open: pd.DataFrame
    pipes: dict[str, tuple[Boundary, xr.Dataset]]


def _in_the_pipes(
    years: Mapping[str, NetworkYear], probes: Mapping[str, Probe], result: DispatchResult, threads: int
) -> _InThePipes:
    after, limits, differences, places, pipes = dict(probes), [], {}, [_no_places()], {}
    for name, year in years.items():
        if not has_pipes(year.network):
            continue
        boundary, states = pipes[name] = simulate_schedule(year, probes[name], result, threads)
        hours = piped_hours(year)
        beyond = excess(year.network, states)
        limits += pipe_limits(year.network, boundary, beyond, hours, threads)
        places.append(open_places(beyond, year.network, year.time[hours]))
        after[name] = refined(year, probes[name], states)
        differences[name] = loss_difference_share(year, probes[name], states)
    table = pd.concat([place for place in places if len(place)] or places[:1], ignore_index=True)
    return _InThePipes(after, limits, differences, table, pipes)


def _moved_share(before: DispatchResult | None, after: DispatchResult) -> float:
    if before is None:
        return float("nan")
    moved = (after.heat_mw.sum() - before.heat_mw.sum()).abs().max()
    return float(moved / max(after.heat_mw.to_numpy().sum(), 1e-9))


def _rank(result: DispatchResult, left: pd.DataFrame) -> tuple[float, float]:
    """Return what makes a round better: less beyond limits (hours times share) and missing, then less cost."""
    beyond = float((left["hours"] * left["worst_share"]).sum())
    missing = float(result.unmet_mw.to_numpy().sum() + result.limit_excess_mw.to_numpy().sum())
    return (round(beyond + missing, 3), float(result.cost_cny["total_cny"]))


def _no_places() -> pd.DataFrame:
    return pd.DataFrame(columns=PLACE_COLUMNS).astype({"hours": int, "worst_share": float})
