"""Names inside a study file that must mean something: cases, zones, networks."""

from __future__ import annotations

from collections.abc import Iterable

from heatnet.errors import Problem, Problems
from heatnet.i18n import _
from heatnet.model.validation import did_you_mean
from heatnet.study.config import StudyConfig, network_ids
from heatnet.study.portfolio_config import PortfolioConfig


def name_problems(config: StudyConfig) -> list[Problem]:
    """Return a problem for every case, zone or network that the study file names and does not have."""
    problems = Problems()
    ids = network_ids(config.networks)
    for key in ("base_case", "baseline_case", "plan_case"):
        name = getattr(config, key)
        if name is not None:
            _check(key, name, config.cases, problems)
    for zone, members in config.zones.items():
        if zone in ids:
            problems.add(f"study.yaml, {_('key')} zones.{zone}", _("'{name}' is taken").format(name=zone))
        for member in members:
            _check(f"zones.{zone}", member, ids, problems)
    for name in config.plan_check:
        _check(f"plan_check.{name}", name, ids, problems)
    if config.rate.zone is not None:
        _check("target.zone", config.rate.zone, [*config.zones, *ids], problems)
    if config.electric_heat is not None and config.electric_heat.curve is not None:
        _check("electric_heat.curve.case", config.electric_heat.curve.case, config.cases, problems)
    if config.portfolio is not None:
        problems.extend(_of_portfolio(config, config.portfolio, ids))
    if config.setpoints is not None and config.setpoints.case is not None:
        _check("setpoints.case", config.setpoints.case, config.cases, problems)
    if config.setpoints is not None and config.setpoints.network is not None:
        _check("setpoints.network", config.setpoints.network, ids, problems)
    for case, content in config.cases.items():
        for network in content.networks:
            _check(f"cases.{case}.networks.{network}", network, ids, problems)
    return list(problems)


def _of_portfolio(config: StudyConfig, portfolio: PortfolioConfig, ids: list[str]) -> Problems:
    problems = Problems()
    if portfolio.case is not None:
        _check("portfolio.case", portfolio.case, config.cases, problems)
    for name, candidate in portfolio.candidates.items():
        where = f"portfolio.candidates.{name}"
        others = [other for other in portfolio.candidates if other != name]
        for needed in candidate.needs:
            _check(f"{where}.needs", needed, others, problems)
        for option, content in candidate.options.items():
            for network in content.networks:
                _check(f"{where}.options.{option}.networks.{network}", network, ids, problems)
    return problems


def _check(key: str, name: str, known: Iterable[str], problems: Problems) -> None:
    names = list(known)
    if name not in names:
        problems.add(
            f"study.yaml, {_('key')} {key}",
            _("'{name}' does not exist").format(name=name),
            _("Allowed: {names}").format(names=", ".join(names)),
            did_you_mean(name, names),
        )
