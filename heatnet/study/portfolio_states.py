"""From the candidates of a study to the states and options of the programme: units, stores, loss, yearly cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from heatnet.couple.return_mixture import return_drops_k
from heatnet.couple.season import Probe, conditions_of, dispatch_problem, preheating_plants, probe
from heatnet.couple.steam import SteamProbe, probe_steam
from heatnet.couple.steam_network import active_stations, operated
from heatnet.couple.year import NetworkYear, network_year
from heatnet.demand.season import heating_season
from heatnet.design import Option, SharedLoad, Size, State, annuity_share
from heatnet.dispatch.consumption import without_commitment
from heatnet.model.network import Network
from heatnet.model.supply import DispatchProblem, FloatArray
from heatnet.plants import served_consumers
from heatnet.plants.serves import is_direct, load_mw
from heatnet.study.dispatch_keys import with_dispatch_keys
from heatnet.study.fingerprint import digest_network
from heatnet.study.portfolio_config import Level, OptionConfig
from heatnet.study.portfolio_input import PortfolioInput
from heatnet.study.prices import emission_factors, hourly_prices

if TYPE_CHECKING:
    from heatnet.model.weather import WeatherYear
    from heatnet.study.load import Study

#: demand that changes less than this does not change, MW
_NO_CHANGE_MW = 1e-6
#: tables that decide how water flows and what it loses
_PIPE_TABLES = ("pipes", "pumps", "valves", "nodes", "consumers", "network")
Tick = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Standing:
    """Networks of one state before its options: their years, what the pipes say, the programme."""

    networks: dict[str, Network]
    years: dict[str, NetworkYear]
    probes: dict[str, Probe]
    problem: DispatchProblem


class PortfolioStates:
    """Makes the states of a study's portfolio; what the pipes say is asked once and serves every level of cost."""

    def __init__(self, study: Study, weather: WeatherYear, tick: Tick = lambda _stage: None) -> None:
        assert study.portfolio is not None
        self._study = study
        self._given: PortfolioInput = study.portfolio
        self._weather = weather
        self._tick = tick
        case = study.cases[self._given.case]
        self.in_season = heating_season(weather.time, case.season.start, case.season.end)
        self._plain: dict[tuple[str, str], tuple[NetworkYear, Probe]] = {}
        self._steam_probes: dict[str, SteamProbe | None] = {}
        self._made: dict[tuple[str, ...], tuple[Standing, tuple[Option, ...], tuple[SharedLoad, ...]]] = {}

    @cached_property
    def standing(self) -> Standing:
        """The case as it stands, without any candidate."""
        return self._standing(())

    def states(self, level: Level = "value") -> list[State]:
        """Return the states with their options at the middle, low or high end of the costs."""
        made = []
        for ids in self._given.states():
            if ids not in self._made:
                standing = self.standing if not ids else self._standing(ids)
                self._made[ids] = (standing, *self._options(standing, ids))
            standing, options, shared = self._made[ids]
            priced = tuple(self._priced(option, level) for option in options)
            yearly = sum(self._yearly(self._given.option(one), level)[0] for one in ids)
            made.append(State("+".join(ids) or self._given.case, standing.problem, priced, shared, ids, yearly))
        return made

    def step_count(self) -> int:
        """Return how many steps making the states takes."""
        options = [name for name, _id, _option in self._given.options() if not self._given.is_state(name)]
        return len(self._given.states()) * (1 + len(options))

    def _standing(self, ids: tuple[str, ...]) -> Standing:
        networks = self._given.networks(ids)
        share = self._study.config.simulation.index_loss_share
        years, probes = {}, {}
        for name, network in networks.items():
            touched = any(name in self._given.option(one).networks for one in ids)
            if not touched and ids:
                years[name], probes[name] = self.standing.years[name], self.standing.probes[name]
                continue
            years[name] = network_year(network, self._weather, self.in_season, share)
            probes[name] = self._probed("", years[name], ids)
        self._tick("state")
        carriers = {name: year.network.carrier for name, year in years.items()}
        problem = with_dispatch_keys(self._problem(years, probes), self._study.config, carriers)
        return Standing(networks, years, probes, problem)

    def _problem(self, years: Mapping[str, NetworkYear], probes: Mapping[str, Probe]) -> DispatchProblem:
        prices = hourly_prices(self._study.prices, self._weather.time)
        return without_commitment(dispatch_problem(years, probes, prices, emission_factors(self._study.prices)))

    def _options(self, standing: Standing, ids: tuple[str, ...]) -> tuple[tuple[Option, ...], tuple[SharedLoad, ...]]:
        options, direct = [], []
        for candidate, option_id, given in self._given.options():
            if self._given.is_state(candidate):
                continue
            networks = self._given.networks((*ids, option_id))
            option = Option(option_id, candidate, count_max=given.count_max, needs=self._needs(candidate))
            for name in given.networks:
                option = self._joined(option, option_id, name, networks[name], standing, ids)
                direct += self._direct(option_id, candidate, name, networks[name], standing)
            options.append(option)
            self._tick("state")
        return tuple(options), _shared(direct)

    def _needs(self, candidate: str) -> tuple[str, ...]:
        return self._given.portfolio.candidates[candidate].needs

    def _joined(
        self, option: Option, option_id: str, name: str, network: Network, standing: Standing, ids: tuple[str, ...]
    ) -> Option:
        """Return an option with what its overrides of one network bring."""
        year = replace(standing.years[name], network=network)
        probed = self._probe(option_id, name, year, standing.probes[name], ids)
        with_it = self._problem({name: year}, {name: probed})
        own_ids = {
            f"{part}/{plant}"
            for part, plants in self._given.changed_plants(option_id).items()
            if part.split("/")[0] == name
            for plant in plants
        }
        change = dict(option.demand_change_mw)
        for balance, demand in with_it.demand_mw.items():
            more = demand - standing.problem.demand_mw[balance]
            if np.abs(more).max(initial=0.0) > _NO_CHANGE_MW:
                change[balance] = more
        units = tuple(unit for unit in with_it.units if unit.id in own_ids and unit.available_mw.any())
        stores = tuple(store for store in with_it.stores if store.id in own_ids)
        return replace(option, units=option.units + units, stores=option.stores + stores, demand_change_mw=change)

    def _probe(self, option_id: str, name: str, year: NetworkYear, before: Probe, ids: tuple[str, ...]) -> Probe:
        """Ask the pipes again where an option changes them, or pre-heats the return at a new place."""
        patch = self._given.option(option_id).networks[name]
        new_preheat = set(preheating_plants(year.network)) - set(before.return_flow_share)
        if new_preheat or any(table in patch for table in _PIPE_TABLES):
            return self._probed(option_id, year, ids)
        if patch.get("steam"):
            return replace(before, steam=self._steam(year))
        return before

    def _probed(self, option_id: str, year: NetworkYear, ids: tuple[str, ...]) -> Probe:
        """Ask the pipes; in a state of other returns also how much colder the water at pre-heating plants is than without."""
        probed = probe(year, self._steam(year))
        key = (option_id, year.network.id)
        if not ids:
            self._plain[key] = (year, probed)
        elif key in self._plain:
            return replace(probed, return_drop_k=return_drops_k(self._plain[key], (year, probed)))
        return probed

    def _steam(self, year: NetworkYear) -> SteamProbe | None:
        """Ask the steam pipes, once for the same pipes and loads: most options and states leave them as they are."""
        network = operated(year.network)
        if network is None:
            return None
        digest = hashlib.sha256(active_stations(year.network).drop(columns="geometry").to_csv().encode())
        digest_network(network, digest)
        for loads in (year.space_mw.sum(axis=1), year.process_mw):
            digest.update(loads.to_numpy(dtype=float).tobytes())
        key = digest.hexdigest()
        if key not in self._steam_probes:
            self._steam_probes[key] = probe_steam(year)
        return self._steam_probes[key]

    def _direct(
        self, option_id: str, candidate: str, name: str, network: Network, standing: Standing
    ) -> list[tuple[str, str, dict[str, FloatArray]]]:
        """Return (candidate, unit, load by consumer) of the plants of an option that heat consumers directly."""
        found = []
        conditions = conditions_of(replace(standing.years[name], network=network), standing.probes[name])
        for plant in sorted(self._given.changed_plants(option_id).get(name, ())):
            row = network.plants.loc[plant]
            if is_direct(row):
                loads = {one: load_mw(conditions, one) for one in served_consumers(network, row)}
                found.append((candidate, f"{name}/{plant}", {f"{name}/{one}": mw for one, mw in loads.items()}))
        return found

    def _yearly(self, given: OptionConfig, level: Level) -> tuple[float, float]:
        """Return the yearly cost of a piece and of a unit of its size, CNY/a: annuity, operation and maintenance."""
        interest = self._given.portfolio.interest_share.value
        fixed = per_size = 0.0
        for part in given.costs:
            share = annuity_share(interest, part.lifetime_a) + part.om_share_per_a
            fixed += share * part.cny.at(level)
            per_size += share * part.cny_per_size.at(level)
        return fixed, per_size

    def _priced(self, option: Option, level: Level) -> Option:
        given = self._given.option(option.id)
        fixed, per_size = self._yearly(given, level)
        size = None
        if given.size is not None:
            size = Size(given.size.plant, given.size.least, given.size.most, per_size)
        return replace(option, cny_per_a=fixed, size=size)


def invested_cny(given: OptionConfig, count: int, size: float, level: Level = "value") -> float:
    """Return the investment of `count` pieces and a size, CNY."""
    scale = size if given.size is not None else 0.0
    return sum(count * part.cny.at(level) + part.cny_per_size.at(level) * scale for part in given.costs)


def _shared(direct: list[tuple[str, str, dict[str, FloatArray]]]) -> tuple[SharedLoad, ...]:
    """Return the loads that several candidates may heat directly: plants with a consumer in common, and all their consumers."""
    groups: list[tuple[set[str], set[str], dict[str, FloatArray]]] = []
    for candidate, unit, loads in direct:
        units, candidates, union = {unit}, {candidate}, dict(loads)
        apart = []
        for group in groups:
            if set(group[2]) & set(union):
                units, candidates, union = units | group[0], candidates | group[1], group[2] | union
            else:
                apart.append(group)
        groups = [*apart, (units, candidates, union)]
    return tuple(
        SharedLoad(tuple(sorted(units)), np.sum(list(union.values()), axis=0)) for units, _candidates, union in groups
    )
