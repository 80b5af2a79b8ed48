"""What a case has before its dispatch: weather, loads, what the pipes say, power networks, and the programme made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from heatnet.couple.data_centres import within_data_centres
from heatnet.couple.power import PowerYear, power_years
from heatnet.couple.power_dispatch import with_sites
from heatnet.couple.season import Probe, dispatch_problem, probe
from heatnet.couple.steam import SteamProbe
from heatnet.couple.year import LoadScale, NetworkYear, network_year
from heatnet.demand.season import heating_season
from heatnet.electric.model import PowerModel
from heatnet.errors import NotSolvableError
from heatnet.i18n import _
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem
from heatnet.model.weather import WeatherYear
from heatnet.plants.outages import out_of_service
from heatnet.study.config import Weather
from heatnet.study.dispatch_keys import with_dispatch_keys
from heatnet.study.load import CaseInput, Study
from heatnet.study.prices import emission_factors, hourly_prices

Tick = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class CaseStart:
    """A case before its dispatch.

    Parameters
    ----------
    study, case
    weather : WeatherYear
    years : dict of network to NetworkYear
    probes : dict of network to Probe
        What the pipes say before any schedule.
    powers : dict of network to PowerYear
        Power networks.
    batteries : bool
        Whether the batteries of the power networks count.
    """

    study: Study
    case: CaseInput
    weather: WeatherYear
    years: dict[str, NetworkYear]
    probes: dict[str, Probe]
    powers: dict[str, PowerYear]
    batteries: bool = True

    @cached_property
    def models(self) -> dict[str, PowerModel]:
        """What solves the power networks, by network."""
        return {name: PowerModel(power.network) for name, power in self.powers.items()}

    @cached_property
    def _first(self) -> DispatchProblem:
        problem = problem_of(self.study, self.years, self.probes, self.powers)
        return with_sites(problem, self.powers, self.batteries)

    @property
    def sites(self) -> tuple[PowerSite, ...]:
        """The power networks as sites of the dispatch."""
        return self._first.sites

    def problem(self, probes: Mapping[str, Probe]) -> DispatchProblem:
        """Return the year's programme, power sites included, by what the pipes say."""
        if probes is self.probes:
            return self._first
        return replace(problem_of(self.study, self.years, probes, self.powers), sites=self.sites)


def start_case(study: Study, case: CaseInput, tick: Tick = lambda _stage: None, batteries: bool = True) -> CaseStart:
    """Return a case before its dispatch; `tick` is called with the name of the stage after each network.

    Raises
    ------
    NotSolvableError
        If no probed hour of a network can be solved.
    """
    weather = weather_of(study, case.weather)
    years = years_of(study, case, weather, {})
    probes = _probes(years, tick)
    _check_probes(probes)
    return CaseStart(study, case, weather, years, probes, power_years(case.networks, weather), batteries)


def weather_of(study: Study, weather: Weather) -> WeatherYear:
    """Return a case's weather year."""
    year = _given_year(study, weather)
    return year.warmed_by(weather.warmer_k) if weather.warmer_k else year


def _given_year(study: Study, weather: Weather) -> WeatherYear:
    path = study.epw_path(weather)
    if path is not None:
        from heatnet.io.weather_epw import read_epw

        return read_epw(path, year=study.config.year)
    from heatnet.demand.climate import synthetic_year

    return synthetic_year(weather.climate or "CSWD", seed=weather.seed, year=study.config.year)


def _probes(years: dict[str, NetworkYear], tick: Tick) -> dict[str, Probe]:
    probes = {}
    for name, year in years.items():
        probes[name] = probe(year)
        tick("probe")
    return probes


def _check_probes(probes: dict[str, Probe]) -> None:
    probed_pipes: list[tuple[str, Probe | SteamProbe]] = list(probes.items())
    probed_pipes += [(f"{name}/steam", probed.steam) for name, probed in probes.items() if probed.steam is not None]
    for name, probed in probed_pipes:
        if probed.hours and not probed.hours_ok:
            reason = _("none of {hours} hours of {network} could be solved: {statuses}")
            statuses = ", ".join(probed.statuses)
            raise NotSolvableError(reason.format(hours=probed.hours, network=name, statuses=statuses))


def years_of(
    study: Study, case: CaseInput, weather: WeatherYear, scales: Mapping[str, LoadScale]
) -> dict[str, NetworkYear]:
    """Return the year of each network of a case, with factors on their loads beside the case's own, and its outages."""
    in_season = heating_season(weather.time, case.season.start, case.season.end)
    share = study.config.simulation.index_loss_share
    hours = len(weather.time)
    out = {unit: out_of_service(spans, hours) for unit, spans in case.outages.items()}
    return {
        name: network_year(
            network,
            weather,
            in_season,
            share,
            scales.get(name, LoadScale()).times(case.demand_factor.get(name, 1.0)),
            {unit.removeprefix(f"{name}/"): mask for unit, mask in out.items() if unit.startswith(f"{name}/")},
        )
        for name, network in case.networks.items()
    }


def problem_of(
    study: Study, years: dict[str, NetworkYear], probes: Mapping[str, Probe], powers: dict[str, PowerYear]
) -> DispatchProblem:
    """Return the year's programme by what the pipes say, without power sites."""
    time = next(iter(years.values())).time
    problem = dispatch_problem(years, probes, hourly_prices(study.prices, time), emission_factors(study.prices))
    carriers = {name: year.network.carrier for name, year in years.items()}
    return within_data_centres(with_dispatch_keys(problem, study.config, carriers), powers)
