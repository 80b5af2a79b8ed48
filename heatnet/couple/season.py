"""From loads to a schedule and from the schedule to the pipes, for all networks of a case.

The pipes are asked first (`probe`): with the pressure-holding plant alone they tell what the loss estimate is worth and
which share of the return flow passes each pre-heating plant, those of steam what they lose and carry (`couple.steam`). Then
comes the dispatch of the year, then the pipes again with the dispatched heat of every plant: those of water in every hour of the
season that asks for heat, those of steam in every hour of the year (`couple.steam_season`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.couple.hours import representative_hours, season_hours
from heatnet.couple.steam import SteamProbe, line_flow_max_kg_per_s, probe_steam, steam_loss_mw
from heatnet.couple.year import NetworkYear
from heatnet.model.boundary import NETWORK_WIDE, Boundary
from heatnet.model.heat_store import HeatStore
from heatnet.model.network import Network
from heatnet.model.regulation import plant_supplies_degc
from heatnet.model.supply import (
    Conditions,
    DispatchProblem,
    DispatchResult,
    EmissionFactors,
    FloatArray,
    Prices,
    SupplyUnit,
)
from heatnet.physics.water import mean_heat_capacity_j_per_kgk
from heatnet.plants import consumer_relief_mw, heat_stores, supply_units
from heatnet.simulate import is_solved, return_flow_share, simulate

if TYPE_CHECKING:
    import xarray as xr

#: what solves the pipes of a study; pandapipes solves a sample again (`heatnet.couple.reference`)
ENGINE = "season"
#: probed hours besides the one of highest load: one every 2 % of the load duration curve
PROBE_HOURS = 50
#: least share of the heat in the pipes that is left to the plant that holds the pressure; the loss is known better than that
LEAST_PRESSURE_SHARE = 0.01
#: ways of connection that heat consumers directly, past the primary pipes
DIRECT = ("branch", "secondary")


@dataclass(frozen=True, eq=False)
class Probe:
    """What the pipes say before the dispatch.

    Parameters
    ----------
    loss_factor : float
        Simulated loss over `NetworkYear.loss_estimate_mw` in the probed hours.
    return_flow_share : mapping of plant id to float
        Return flow that passes a plant's node over the network's whole flow.
    hours_ok, hours : int
        Probed hours that converged, and all of them.
    statuses : tuple of str
        How the hours ended where none converged.
    steam : SteamProbe or None
        The same of the network's steam pipes; None where none are solved.
    return_drop_k : mapping of plant id to ndarray, shape (T,)
        By how much the return at a pre-heating plant is colder than the network's, K (`heatnet.couple.return_mixture`).
    loss_by_hour_mw : ndarray, shape (T,), or None
        Loss of every hour as simulated under a schedule (`refined`); None: the calibrated estimate.
    return_flow_kg_per_s, plant_t_return_degc : mapping of plant id to ndarray, shape (T,)
        Return flow past each pre-heating plant and temperature at which it arrives, under that schedule; empty: mean share
        of the network's flow, at the network's return temperature.
    """

    loss_factor: float = 1.0
    return_flow_share: Mapping[str, float] = field(default_factory=dict)
    hours_ok: int = 0
    hours: int = 0
    statuses: tuple[str, ...] = ()
    steam: SteamProbe | None = None
    return_drop_k: Mapping[str, FloatArray] = field(default_factory=dict)
    loss_by_hour_mw: FloatArray | None = None
    return_flow_kg_per_s: Mapping[str, FloatArray] = field(default_factory=dict)
    plant_t_return_degc: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def mean(self) -> Probe:
        """The same without what holds for single hours of one schedule."""
        return replace(self, loss_by_hour_mw=None, return_flow_kg_per_s={}, plant_t_return_degc={})


def probe(year: NetworkYear, steam: SteamProbe | None = None) -> Probe:
    """Solve hours over the load duration curve with the pressure-holding plant alone, and a few of the steam pipes.

    Parameters
    ----------
    year : NetworkYear
    steam : SteamProbe, optional
        What steam pipes and loads equal to these have said already.

    Returns
    -------
    Probe
        Sums of simulated loss and of estimate over the probed hours, one over the other, and mean shares of flow; the
        default one where the network has no pipes or no hour converged.
    """
    return replace(_probe_water(year), steam=probe_steam(year) if steam is None else steam)


def _probe_water(year: NetworkYear) -> Probe:
    network = year.network
    if not has_pipes(network):
        return Probe()
    hours = sorted(shown_hours(year, PROBE_HOURS))
    if not hours:
        return Probe(return_flow_share=dict.fromkeys(preheating_plants(network), 0.0))
    alone = pd.DataFrame(0.0, index=year.time[hours], columns=_piped_plants(year))
    dataset = simulate(network, _boundary(year, hours, year.space_mw.iloc[hours], alone), engine=ENGINE)
    good = np.array([is_solved(str(status)) for status in dataset["status"].to_numpy()])
    if not good.any():
        return Probe(hours=len(hours), statuses=tuple(sorted(set(map(str, dataset["status"].to_numpy())))))
    estimate = year.loss_estimate_mw()[hours][good]
    loss = dataset["heat_loss_mw"].to_numpy()[good]
    past = return_flow_share(dataset.isel(time=np.flatnonzero(good)), network).mean("time")
    shares = {str(plant): float(share) for plant, share in past.to_series().items()}
    return Probe(float(loss.sum() / estimate.sum()) if estimate.sum() > 0 else 1.0, shares, int(good.sum()), len(hours))


def has_pipes(network: Network) -> bool:
    """Return whether a network is one that is solved with its pipes."""
    return network.carrier == "water" and bool(len(network.pipes))


def preheating_plants(network: Network) -> list[str]:
    """Return the plants that pre-heat the return."""
    return [str(plant) for plant in network.plants.index[network.plants["connection"] == "return_preheat"]]


def _piped_plants(year: NetworkYear) -> list[str]:
    plants = year.network.plants
    return [str(plant) for plant in plants.index[(plants["role"] == "heat") & ~plants["connection"].isin(DIRECT)]]


def loss_mw(year: NetworkYear, probed: Probe) -> FloatArray:
    """Return the network's loss of every hour, MW: as simulated under a schedule, or else the calibrated estimate."""
    if probed.loss_by_hour_mw is not None:
        return probed.loss_by_hour_mw
    return year.loss_estimate_mw() * probed.loss_factor


def refined(year: NetworkYear, probed: Probe, states: xr.Dataset) -> Probe:
    """Return what the pipes say under a schedule: loss, return flow and return temperature by hour.

    Hours that were not solved keep what the probe said of them, by a loss factor over the solved ones.

    Parameters
    ----------
    year : NetworkYear
    probed : Probe
    states : xarray.Dataset
        Result of `simulate_schedule`.
    """
    good = np.array([is_solved(str(status)) for status in states["status"].to_numpy()], dtype=bool)
    if not good.any():
        return probed
    hours = np.array(piped_hours(year))[good]
    solved = states.isel(time=np.flatnonzero(good))
    loss = solved["heat_loss_mw"].to_numpy()
    estimate = year.loss_estimate_mw()
    factor = float(loss.sum() / estimate[hours].sum()) if estimate[hours].sum() > 0 else probed.loss_factor
    by_hour = estimate * factor
    by_hour[hours] = loss
    before = conditions_of(year, probed)
    flows, temperatures = {}, {}
    for plant in preheating_plants(year.network):
        flow, t_return = before.return_flow_kg_per_s[plant].copy(), before.t_return_at(plant).copy()
        flow[hours] = np.maximum(solved["plant_mdot_kg_per_s"].sel(plant=plant).to_numpy(), 0.0)
        t_return[hours] = solved["plant_t_return_degc"].sel(plant=plant).to_numpy()
        flows[plant], temperatures[plant] = flow, t_return
    return replace(
        probed,
        loss_factor=factor,
        loss_by_hour_mw=by_hour,
        return_flow_kg_per_s=flows,
        plant_t_return_degc=temperatures,
    )


def gate_loss_mw(year: NetworkYear, probed: Probe, carrier: str) -> FloatArray:
    """Return the loss that the demand of a network's water or steam at its plant gates contains, (T,), MW; a site has none."""
    if carrier == "water":
        return loss_mw(year, probed)
    return steam_loss_mw(year, probed.steam) if carrier == "steam" else np.zeros(len(year.time))


def conditions_of(year: NetworkYear, probed: Probe) -> Conditions:
    """Return what the plants of a network see."""
    lift_k = np.maximum(-year.t_return_by_consumer_degc.sub(year.t_supply_degc, axis=0), 1.0)
    cp = mean_heat_capacity_j_per_kgk(year.t_return_degc, year.t_supply_degc)
    flow = (year.space_mw / lift_k).sum(axis=1).to_numpy() * 1e6 / cp
    flow = np.where(year.in_season & np.isfinite(flow), flow, 0.0)
    return Conditions(
        time=year.time,
        t_outdoor_degc=year.t_outdoor_degc,
        in_season=year.in_season,
        t_supply_degc=year.t_supply_degc,
        t_return_degc=year.t_return_degc,
        consumer_heat_mw=year.space_mw,
        return_flow_kg_per_s={plant: share * flow for plant, share in probed.return_flow_share.items()}
        | dict(probed.return_flow_kg_per_s),
        line_flow_max_kg_per_s=line_flow_max_kg_per_s(year, probed.steam),
        plant_t_return_degc={plant: year.t_return_degc - drop for plant, drop in probed.return_drop_k.items()}
        | dict(probed.plant_t_return_degc),
        out_of_service=year.out_of_service,
    )


def dispatch_problem(
    years: Mapping[str, NetworkYear], probes: Mapping[str, Probe], prices: Prices, factors: EmissionFactors
) -> DispatchProblem:
    """Return the year's programme of all networks: units, heat stores, demand at the plant gates, prices."""
    units: list[SupplyUnit] = []
    stores: list[HeatStore] = []
    demand: dict[str, FloatArray] = {}
    for name, year in years.items():
        units += supply_units(year.network, conditions_of(year, probes[name]))
        stores += heat_stores(year.network)
        space = year.space_mw.sum(axis=1).to_numpy()
        process = year.process_mw.sum(axis=1).to_numpy()
        if year.network.carrier == "site":
            demand[f"{name}/site"] = space + process
            continue
        demand[f"{name}/water"] = space + loss_mw(year, probes[name])
        if year.network.steam is not None:
            demand[f"{name}/steam"] = process + steam_loss_mw(year, probes[name].steam)
    time = next(iter(years.values())).time
    return DispatchProblem(time, tuple(units), demand, prices, factors, stores=tuple(stores))


def piped_hours(year: NetworkYear) -> list[int]:
    """Return the hours that are solved with the pipes: all of the season that ask for heat."""
    return season_hours(year.space_mw.sum(axis=1).to_numpy(), year.in_season)


def shown_hours(year: NetworkYear, count: int) -> dict[int, str]:
    """Return the hours that map and report offer, and why: the highest load and `count` over the duration curve."""
    return representative_hours(year.space_mw.sum(axis=1).to_numpy(), year.in_season, count)


def schedule_boundary(year: NetworkYear, probed: Probe, result: DispatchResult) -> Boundary:
    """Return what the pipes are asked in each of `piped_hours`: the dispatched heat, and what the consumers take.

    Where the other plants give all heat, they are throttled by a hundredth (`LEAST_PRESSURE_SHARE`): a loss that is a little
    lower than before the dispatch would drive water backwards through the plant that holds the pressure.
    """
    positions = piped_hours(year)
    heat = plant_heat_mw(year, result)
    scheduled = heat.reindex(columns=_piped_plants(year), fill_value=0.0).iloc[positions]
    primary = primary_heat_mw(year, probed, result).iloc[positions]
    most = (1.0 - LEAST_PRESSURE_SHARE) * (primary.sum(axis=1).to_numpy() + loss_mw(year, probed)[positions])
    given = scheduled.sum(axis=1).to_numpy()
    throttle = np.divide(most, given, out=np.ones(len(given)), where=given > most)
    return _boundary(year, positions, primary, scheduled.mul(throttle, axis=0))


def simulate_schedule(
    year: NetworkYear, probed: Probe, result: DispatchResult, threads: int = 1
) -> tuple[Boundary, xr.Dataset]:
    """Solve each of `piped_hours` with the dispatched heat of every plant.

    Returns
    -------
    Boundary, xarray.Dataset
        What was asked, and the quantities of a simulation, one row an hour.
    """
    boundary = schedule_boundary(year, probed, result)
    return boundary, simulate(year.network, boundary, engine=ENGINE, threads=threads)


def loss_difference_share(year: NetworkYear, probed: Probe, states: xr.Dataset) -> float:
    """Return the loss that a dispatch was made for over the simulated one, less 1, over the solved hours; NaN without any."""
    simulated = np.asarray(states["heat_loss_mw"].to_numpy(), dtype=float)
    assumed = loss_mw(year, probed)[piped_hours(year)]
    good = np.isfinite(simulated)
    return float(assumed[good].sum() / simulated[good].sum() - 1.0) if good.any() else float("nan")


def plant_heat_mw(year: NetworkYear, result: DispatchResult) -> pd.DataFrame:
    """Return what a network's own plants give to its pipes by the dispatch, time by plant, MW.

    A plant gives its heat less what it charges stores with, a store what it is discharged of: a tank stands beside the plants
    that charge it.
    """
    own = {str(plant): f"{year.network.id}/{plant}" for plant in year.network.plants.index}
    given = {plant: result.heat_mw[unit] for plant, unit in own.items() if unit in result.heat_mw}
    for plant, unit in own.items():
        if unit in result.unit_charge_mw:
            given[plant] = (given[plant] - result.unit_charge_mw[unit]).clip(lower=0.0)
        if unit in result.store_discharge_mw:
            given[plant] = result.store_discharge_mw[unit]
    return pd.DataFrame(given)


def asked_heat_mw(year: NetworkYear, probed: Probe, result: DispatchResult) -> pd.DataFrame:
    """Return what each consumer asks of the primary pipes, time by consumer, MW: load less direct heat."""
    heat = {str(plant): mw.to_numpy() for plant, mw in plant_heat_mw(year, result).items()}
    relief = consumer_relief_mw(year.network, conditions_of(year, probed), heat)
    return (year.space_mw - relief[list(year.space_mw.columns)]).clip(lower=0.0)


def primary_heat_mw(year: NetworkYear, probed: Probe, result: DispatchResult) -> pd.DataFrame:
    """Return what each consumer takes from the primary pipes, time by consumer, MW: load less direct and unmet heat."""
    primary = asked_heat_mw(year, probed, result)
    balance = f"{year.network.id}/water"
    if balance not in result.unmet_mw:
        return primary
    total = primary.sum(axis=1).to_numpy()
    missing = np.divide(result.unmet_mw[balance].to_numpy(), total, out=np.zeros(len(total)), where=total > 0)
    return primary.mul(np.clip(1.0 - missing, 0.0, 1.0), axis=0)


def _boundary(year: NetworkYear, positions: list[int], primary: pd.DataFrame, plant_heat: pd.DataFrame) -> Boundary:
    time = year.time[positions]
    supplies = plant_supplies_degc(year.network, year.t_supply_degc[positions], year.t_return_degc[positions])

    def spread(values: FloatArray, columns: list[str]) -> pd.DataFrame:
        return pd.DataFrame(dict.fromkeys(columns, values[positions]), index=time)

    return Boundary(
        time,
        {
            "consumer_heat_mw": primary.set_axis(time),
            "consumer_t_return_degc": year.t_return_by_consumer_degc.iloc[positions].set_axis(time),
            "plant_t_supply_degc": supplies.set_axis(time),
            "plant_heat_mw": plant_heat.set_axis(time),
            "t_ground_degc": spread(year.t_ground_degc, [NETWORK_WIDE]),
            "t_outdoor_degc": spread(year.t_outdoor_degc, [NETWORK_WIDE]),
        },
    )
