"""The candidates of a study as networks: each option's overrides laid over the case, checked before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.network_folder import KnownParts, RawNetwork, checked_network
from heatnet.model.network import Network
from heatnet.model.patch import merged_patch
from heatnet.model.validation import did_you_mean
from heatnet.plants.place import given_capacity_mw
from heatnet.study.config import StudyConfig
from heatnet.study.portfolio_config import OptionConfig, PortfolioConfig
from heatnet.study.rehearsal import rehearsal_problems

#: tables of a water network that change what all plants see: such an option is a state of the networks
_STATE_TABLES = ("consumers", "network")
#: combinations of such options that are searched one by one
STATES_MAX = 8


@dataclass(frozen=True, eq=False)
class PortfolioInput:
    """A study's candidates with the raw networks that they change."""

    config: StudyConfig
    portfolio: PortfolioConfig
    raws: dict[str, RawNetwork]
    _checked: dict[tuple[str, tuple[str, ...]], Network] = field(default_factory=dict)
    _parts: KnownParts = field(default_factory=dict)

    @property
    def case(self) -> str:
        """Case without the candidates."""
        return self.portfolio.case or self.config.base_case

    def options(self) -> Iterator[tuple[str, str, OptionConfig]]:
        """Yield (candidate, option id, option) in declared order."""
        for name, candidate in self.portfolio.candidates.items():
            for own, option in candidate.options.items():
                yield name, f"{name}/{own}", option

    def option(self, option_id: str) -> OptionConfig:
        """Return an option by its id."""
        candidate, own = option_id.split("/")
        return self.portfolio.candidates[candidate].options[own]

    def is_state(self, candidate: str) -> bool:
        """Return whether a candidate changes what all plants see: tables of consumers, or the network itself."""
        options = self.portfolio.candidates[candidate].options.values()
        return any(
            table in patch for option in options for patch in option.networks.values() for table in _STATE_TABLES
        )

    def states(self) -> list[tuple[str, ...]]:
        """Return the combinations of options that make a state each; the first has none of them."""
        choices = []
        for name, candidate in self.portfolio.candidates.items():
            if self.is_state(name):
                choices.append([(), *((f"{name}/{own}",) for own in candidate.options)])
        combinations = [tuple(one for part in parts for one in part) for parts in product(*choices)]
        return [ids for ids in combinations if self._has_needs(ids)]

    def _has_needs(self, ids: tuple[str, ...]) -> bool:
        there = {one.split("/")[0] for one in ids}
        needs = {needed for name in there for needed in self.portfolio.candidates[name].needs}
        return all(needed in there for needed in needs if self.is_state(needed))

    def patch(self, network: str, option_ids: tuple[str, ...]) -> dict[str, Any]:
        """Return the overrides of a network by the case and some options, sizes at their largest."""
        patch = dict(self.config.cases[self.case].networks.get(network, {}))
        for one in option_ids:
            patch = merged_patch(patch, self.option(one).networks.get(network, {}))
            patch = merged_patch(patch, _size_patch(network, self.option(one)))
        return patch

    def networks(self, option_ids: tuple[str, ...]) -> dict[str, Network]:
        """Return all networks with some options built.

        Raises
        ------
        InputError
            With every problem of the overrides.
        """
        problems, networks = Problems(), {}
        for name in self.raws:
            touching = tuple(one for one in option_ids if name in self.option(one).networks)
            try:
                networks[name] = self._network(name, touching)
            except InputError as error:
                problems.extend(error.problems)
        problems.raise_if_any()
        return networks

    def _network(self, name: str, option_ids: tuple[str, ...]) -> Network:
        """Return a network with the options that touch it; each combination is checked once."""
        key = (name, option_ids)
        if key not in self._checked:
            patch = self.patch(name, option_ids)
            self._checked[key] = checked_network(self.raws[name], patch, _place(option_ids, name), self._parts)
        return self._checked[key]

    def changed_plants(self, option_id: str) -> dict[str, set[str]]:
        """Return the plants that an option's overrides name, by network, or network/steam."""
        table: dict[str, set[str]] = {}
        for network, patch in self.option(option_id).networks.items():
            for part, own in ((network, patch), (f"{network}/steam", patch.get("steam") or {})):
                table[part] = {str(plant) for plant in own.get("plants") or {}}
        return table


def _place(option_ids: tuple[str, ...], network: str) -> str:
    if not option_ids:
        return f"study.yaml, portfolio.case, {network}"
    candidate, own = option_ids[-1].split("/")
    return f"study.yaml, portfolio.candidates.{candidate}.options.{own}.networks.{network}"


def _size_patch(network: str, option: OptionConfig) -> dict[str, Any]:
    """Return the override that gives an option's sized plant its largest size."""
    if option.size is None or option.size.plant.split("/")[0] != network:
        return {}
    *parts, plant = option.size.plant.split("/")
    steam = len(parts) > 1 and parts[1] == "steam"
    own = (option.networks.get(network) or {}).get("steam" if steam else "plants") or {}
    row = ((own.get("plants") or {}) if steam else own).get(plant) or {}
    key = "energy_mwh" if "energy_mwh" in row else "capacity_mw"
    patch = {"plants": {plant: {key: option.size.most}}}
    return {"steam": patch} if steam else patch


def portfolio_problems(given: PortfolioInput) -> list[Problem]:
    """Return every problem of the candidates: names, overrides, plants that the case has built already, sizes, states."""
    problems = Problems()
    if given.case not in given.config.cases:
        return []
    states = given.states()
    if len(states) > STATES_MAX:
        found = _("candidates that change consumers make {count} states of the networks").format(count=len(states))
        problems.add("study.yaml, portfolio.candidates", found, _("at most {limit}").format(limit=STATES_MAX))
    try:
        standing = given.networks(())
    except InputError:
        return list(problems)  # the case's own problems are told with the case
    tables: dict[str, dict[str, Network]] = {}
    for candidate, option_id, option in given.options():
        try:
            networks = given.networks((option_id,))
        except InputError as error:
            problems.extend(error.problems)
            continue
        tables[option_id] = {name: network for name, network in networks.items() if name in option.networks}
        _note_option(given, candidate, option_id, option, standing, networks, problems)
    for problem in rehearsal_problems(tables):
        problems.extend([problem])
    return list(problems)


def _note_option(
    given: PortfolioInput,
    candidate: str,
    option_id: str,
    option: OptionConfig,
    standing: Mapping[str, Network],
    networks: Mapping[str, Network],
    problems: Problems,
) -> None:
    where = f"study.yaml, portfolio.candidates.{candidate}.options.{option_id.split('/')[1]}"
    is_state = given.is_state(candidate)
    if is_state and (option.size is not None or option.count_max > 1):
        found = _("changes consumers, and has a size or a number")
        problems.add(where, found, remedy=_("Give sizes of such a project as options."))
    if option.size is not None:
        if option.count_max > 1:
            problems.add(where, _("has a size and a number"), remedy=_("Leave out one of them."))
        plants = _rows_of(networks)
        if option.size.plant not in plants:
            known = sorted(plants)
            remedy = did_you_mean(option.size.plant, known)
            problems.add(f"{where}.size.plant", _("'{name}' does not exist").format(name=option.size.plant), "", remedy)
    for part, plants_of_part in given.changed_plants(option_id).items():
        built = _rows_of(standing)
        for plant in sorted(plants_of_part):
            row = built.get(f"{part}/{plant}")
            if row is not None and given_capacity_mw(row) > 0 and not is_state:
                found = _("{plant} is built in case {case}").format(plant=f"{part}/{plant}", case=given.case)
                problems.add(where, found, remedy=_("Name a case without it in portfolio.case (capacity_mw: 0)."))


def _rows_of(networks: Mapping[str, Network]) -> dict[str, Any]:
    """Return every plant's row by network/plant, or network/steam/plant."""
    rows: dict[str, Any] = {}
    for name, network in networks.items():
        for part, own in ((name, network), (f"{name}/steam", network.steam)):
            if own is not None:
                rows |= {f"{part}/{plant}": row for plant, row in own.plants.iterrows()}
    return rows


__all__ = ["STATES_MAX", "PortfolioInput", "portfolio_problems"]
