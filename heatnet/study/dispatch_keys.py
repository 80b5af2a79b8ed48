"""From the study's own keys of the dispatch to its programme: limits of the search, reserve, heat between zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from heatnet.errors import Problem, Problems
from heatnet.i18n import _
from heatnet.model.commitment import CommitmentLimits, Transfer
from heatnet.model.network import Network
from heatnet.model.supply import DispatchProblem
from heatnet.model.validation import did_you_mean
from heatnet.study.config import StudyConfig, network_ids
from heatnet.study.dispatch_config import UnitCommitment, ZoneTransfer


def search_limits(keys: UnitCommitment, gap_share: float | None = None) -> CommitmentLimits:
    """Return when a search ends, with the study's gap or another one."""
    return CommitmentLimits(keys.gap_share if gap_share is None else gap_share, keys.seconds, keys.rounds, keys.nodes)


def with_dispatch_keys(problem: DispatchProblem, config: StudyConfig, carriers: Mapping[str, str]) -> DispatchProblem:
    """Return a programme with the limits of the search, the reserve and the transfers of a study.

    Parameters
    ----------
    problem : DispatchProblem
    config : StudyConfig
    carriers : mapping of str to str
        Carrier of each network; the balance of its reserve and its transfers is that carrier's.
    """

    def balance(network: str) -> str:
        return f"{network}/{carriers[network]}"

    def transfer(name: str, keys: ZoneTransfer) -> Transfer:
        figures = (keys.capacity_mw, keys.capacity_back_mw, keys.loss_share, keys.cost_cny_per_mwh)
        return Transfer(name, balance(keys.from_network), balance(keys.to_network), *figures)

    reserve = {balance(name): share * problem.demand_of(balance(name)) for name, share in config.reserve_share.items()}
    return replace(
        problem,
        search=search_limits(config.unit_commitment),
        reserve_mw=reserve,
        transfers=tuple(transfer(name, keys) for name, keys in config.transfers.items()),
    )


def for_range(problem: DispatchProblem, config: StudyConfig) -> DispatchProblem:
    """Return a programme whose search ends at the gap of a rate's range."""
    keys = config.unit_commitment
    return replace(problem, search=search_limits(keys, max(keys.gap_share, keys.range_gap_share)))


def dispatch_key_problems(config: StudyConfig, cases: Mapping[str, Mapping[str, Network]]) -> list[Problem]:
    """Return what a study's reserve and transfers name and its networks do not have.

    Parameters
    ----------
    config : StudyConfig
    cases : mapping of case to (mapping of str to Network)
        Checked networks with each case's overrides.
    """
    problems = Problems()
    ids = network_ids(config.networks)
    for name in config.reserve_share:
        where = f"study.yaml, {_('key')} reserve_share.{name}"
        if name not in ids:
            _unknown(problems, where, name, ids)
    for name, keys in config.transfers.items():
        where = f"study.yaml, {_('key')} transfers.{name}"
        if keys.from_network == keys.to_network:
            problems.add(where, _("it connects {balance} with itself").format(balance=keys.from_network))
        for end in ("from_network", "to_network"):
            _check_end(problems, f"{where}.{end}", getattr(keys, end), ids, cases)
    return list(problems)


def _check_end(
    problems: Problems, where: str, name: str, ids: list[str], cases: Mapping[str, Mapping[str, Network]]
) -> None:
    if name not in ids:
        _unknown(problems, where, name, ids)
        return
    carriers = {networks[name].carrier for networks in cases.values() if name in networks}
    if carriers - {"site"}:
        problems.add(
            where,
            _("{network} has pipes").format(network=name),
            _("A zone without pipes (carrier site)"),
            _("Join networks with pipes in one network folder: its pipes say how much passes."),
        )


def _unknown(problems: Problems, where: str, name: str, ids: list[str]) -> None:
    allowed = _("Allowed: {names}").format(names=", ".join(ids))
    problems.add(where, _("'{name}' does not exist").format(name=name), allowed, did_you_mean(name, ids))
