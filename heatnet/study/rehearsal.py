"""A case on a single winter day without pipes: what plants and loads lack is found before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from heatnet.adapters.layout import layout_of
from heatnet.couple.season import ENGINE, Probe, conditions_of, has_pipes, preheating_plants
from heatnet.couple.steam import check_steam
from heatnet.couple.year import network_year
from heatnet.errors import InputError, Problem
from heatnet.model.network import Network
from heatnet.model.weather import WeatherYear
from heatnet.plants import heat_stores, supply_units
from heatnet.simulate.support import check_supported

_HOURS = 24
_T_OUTDOOR_DEGC = -5.0


def rehearsal_problems(cases: Mapping[str, Mapping[str, Network]]) -> list[Problem]:
    """Return what the plants, the loads and the pipes of the cases' networks lack.

    Parameters
    ----------
    cases : mapping of case to (mapping of str to Network)
        Checked networks with each case's overrides.

    Returns
    -------
    list of Problem
        Each once; with the cases that have it where others do not.
    """
    found: dict[Problem, list[str]] = {}
    # cases share most of their networks
    different = {(name, id(network)): network for networks in cases.values() for name, network in networks.items()}
    lacking = {(name, key): _lacking(name, network) for (name, key), network in different.items()}
    for case, networks in cases.items():
        for problem in dict.fromkeys(p for name, network in networks.items() for p in lacking[name, id(network)]):
            found.setdefault(problem, []).append(case)
    return [
        problem
        if len(names) == len(cases)
        else replace(problem, where=f"{problem.where} [study.yaml, cases: {', '.join(names)}]")
        for problem, names in found.items()
    ]


def _lacking(name: str, network: Network) -> list[Problem]:
    problems: list[Problem] = []
    for rehearse in (_pipes, check_steam, _plants, heat_stores):
        try:
            rehearse(network)
        except InputError as error:
            problems += [replace(problem, where=f"{name}, {problem.where}") for problem in error.problems]
    return problems


def _pipes(network: Network) -> None:
    if has_pipes(network):
        check_supported(network, layout_of(network), ENGINE)


def _plants(network: Network) -> None:
    time = pd.date_range("2025-01-01", periods=_HOURS, freq="h")
    weather = WeatherYear(time, np.full(_HOURS, _T_OUTDOOR_DEGC), None, "one winter day")
    year = network_year(network, weather, np.ones(_HOURS, dtype=bool), index_loss_share=0.0)
    probe = Probe(return_flow_share=dict.fromkeys(preheating_plants(network), 1.0))
    supply_units(network, conditions_of(year, probe))
