"""What a case's run leaves, and how much of it is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heatnet.couple.season import Probe
from heatnet.couple.year import NetworkYear
from heatnet.model.supply import DispatchProblem, DispatchResult
from heatnet.model.weather import WeatherYear
from heatnet.study.pipes import PipeSeason, SolvedSeason
from heatnet.study.power import SolvedPower
from heatnet.study.steam import SteamYear

if TYPE_CHECKING:
    import xarray as xr

#: what the networks of a case carry, as its folders and tables name it
CARRIERS = ("water", "steam", "electric")


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
class Detail:
    """What of a case is worked out beside its schedule, its season and its accounts.

    Parameters
    ----------
    reference : bool
        Whether pandapipes and pandapower solve a sample of hours again.
    origins : bool
        Whether the heat of each source is followed to the stations.
    uptake : bool
        What limits each waste-heat plant.
    room : bool
        How much more heat-pump power each substation could take.
    matched_baseline : bool
        Whether the baseline is run in the case's own season and weather where these differ.
    """

    reference: bool = True
    origins: bool = True
    uptake: bool = True
    room: bool = True
    matched_baseline: bool = True


@dataclass(frozen=True, eq=False)
class SolvedCase:
    """A case as solved, before anything is written.

    Parameters
    ----------
    run : CaseRun
    weather : WeatherYear
    water, steam, electric : dict by network
        Hours of the pipes and of the power networks.
    """

    run: CaseRun
    weather: WeatherYear
    water: dict[str, SolvedSeason]
    steam: dict[str, SteamYear]
    electric: dict[str, SolvedPower]

    def states_of(self, network: str, carrier: str) -> xr.Dataset | None:
        """Return the hours of one of `CARRIERS` of a network; None where it has none that are solved."""
        by_carrier: tuple[Mapping[str, SolvedSeason | SteamYear | SolvedPower], ...]
        by_carrier = (self.water, self.steam, self.electric)
        solved = by_carrier[CARRIERS.index(carrier)].get(network)
        return None if solved is None else solved.states


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


#: everything that a study's reports show
FULL = Detail()
