"""The season of one network in its pipes: solved in every hour, checked by pandapipes in some, written, accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.couple.reference import NAMED_HOURS, reference_check, reference_hours
from heatnet.couple.season import Probe, loss_difference_share, piped_hours, shown_hours
from heatnet.couple.year import NetworkYear
from heatnet.metrics.compliance import compliance, worst_of_each
from heatnet.metrics.network_season import heat_loss_mw, network_account, pump_power_by_plant_mw, pump_power_mw
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.model.supply import DispatchProblem, FloatArray
from heatnet.simulate.tracing import trace_sources
from heatnet.study.config import StudyConfig
from heatnet.study.states import SHARE, in_double_precision, in_single_precision, write_states
from heatnet.units import GJ_PER_MWH

if TYPE_CHECKING:
    import xarray as xr

KWH_PER_MWH = 1000.0


@dataclass(frozen=True, eq=False)
class SolvedSeason:
    """A network's hours as solved.

    Parameters
    ----------
    states : xarray.Dataset
        Quantities by element in single precision; `label` names the hours that map and report offer.
    reference : dict
        `heatnet.couple.reference.reference_check`.
    """

    states: xr.Dataset
    reference: dict[str, Any]


@dataclass(frozen=True, eq=False)
class PipeSeason:
    """What the summary needs of a network's hours.

    Parameters
    ----------
    account : dict
        Entry of `by_network`.
    pump_mw : ndarray, shape (8760,)
        Electricity of the circulation pumps.
    reference : dict
        As in `SolvedSeason`.
    plant_pump_mw : mapping of plant to ndarray, shape (8760,)
        Its parts.
    """

    account: dict[str, Any]
    pump_mw: FloatArray
    reference: dict[str, Any]
    plant_pump_mw: Mapping[str, FloatArray]


def steps_of_a_network(config: StudyConfig) -> int:
    """Return how many steps `checked_season` reports at most."""
    return NAMED_HOURS + config.simulation.reference_hours


def checked_season(
    config: StudyConfig,
    year: NetworkYear,
    boundary: Boundary,
    states: xr.Dataset,
    tick: Callable[[str], None],
    with_reference: bool = True,
    with_origins: bool = True,
) -> SolvedSeason:
    """Solve some hours of a network's season once more by pandapipes, and follow the sources' heat.

    Parameters
    ----------
    config : StudyConfig
    year : NetworkYear
    boundary, states : Boundary, xarray.Dataset
        What the pipes were asked in each hour, and their answer (`heatnet.couple.season.simulate_schedule`).
    tick : callable
        Called with the name of the stage after each step.
    with_reference, with_origins : bool
        Whether pandapipes is asked, and the heat followed.
    """
    rows = reference_hours(boundary, states, config.simulation.reference_hours) if with_reference else {}
    reference = reference_check(year.network, boundary, states, rows, lambda: tick("reference"))
    shown = shown_hours(year, config.simulation.hours)
    labels = np.array([shown.get(hour, "") for hour in piped_hours(year)], dtype=object)
    shares = _shares(states, year.network) if with_origins else {}
    states = in_single_precision(states.assign(shares))
    return SolvedSeason(states.assign(label=("time", labels)), reference)


def _shares(states: xr.Dataset, network: Network) -> dict[str, xr.DataArray]:
    """Return `consumer_share_<source>` of every source that gives heat in some hour."""
    if not states.sizes["time"]:
        return {}
    traced = trace_sources(states, network).data_vars.items()
    return {str(name): share for name, share in traced if str(name).startswith(SHARE) and bool((share > 0).any())}


def write_season(season: SolvedSeason, folder: Path, config: StudyConfig) -> None:
    """Write a network's hours, for each element all of them or those that map and report offer, as the study keeps them."""
    shown = [int(row) for row in np.flatnonzero(season.states["label"].to_numpy() != "")]
    write_states(season.states, folder, keep=None if config.keep == "full" else shown)


def pipe_season(season: SolvedSeason, year: NetworkYear, probed: Probe, problem: DispatchProblem) -> PipeSeason:
    """Return the accounts of a network's hours, from the numbers that its files hold.

    Loss and pumping are sums over the hours; an hour without a solution counts with what hours of its load have.
    """
    states, hours = in_double_precision(season.states), piped_hours(year)
    account = network_account(year.network, states)
    pump, loss = (of(states, year.load_share, hours) for of in (pump_power_mw, heat_loss_mw))
    gate_mwh = float(problem.demand_of(f"{year.network.id}/water").sum())
    account["season_loss_mwh"] = float(loss.sum())
    account["season_loss_share"] = float(loss.sum() / gate_mwh) if gate_mwh else float("nan")
    account["season_pump_mwh"] = float(pump.sum())
    account["pump_kwh_per_gj"] = float(pump.sum() * KWH_PER_MWH / (gate_mwh * GJ_PER_MWH)) if gate_mwh else float("nan")
    account["loss_difference_share"] = loss_difference_share(year, probed, states)
    checks = worst_of_each(compliance(year.network, states))
    times = [None if pd.isna(time) else str(time)[:16] for time in checks["time"]]
    checks = checks.assign(time=pd.Series(times, index=checks.index, dtype=object))
    account["compliance"] = checks.to_dict("records")
    by_plant = pump_power_by_plant_mw(states, year.load_share, hours)
    return PipeSeason(account, pump, season.reference, by_plant)
