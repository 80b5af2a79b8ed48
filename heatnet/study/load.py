"""Reading a study: every problem of its file, its networks and its cases is found before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import RawNetwork, checked_network, is_network_folder, read_raw_network
from heatnet.io.yaml_file import read_yaml
from heatnet.model.meta import FORMAT_VERSION
from heatnet.model.network import Network
from heatnet.model.validation import did_you_mean, problems_of_validation
from heatnet.study.config import Case, PriceSet, Season, StudyConfig, Weather, network_ids

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class CaseInput:
    """Everything that one case's run depends on.

    Parameters
    ----------
    name : str
    case : Case
    networks : dict of str to Network
        With the case's overrides, checked.
    season, weather
        The case's own or the study's.
    """

    name: str
    case: Case
    networks: dict[str, Network]
    season: Season
    weather: Weather


@dataclass(frozen=True)
class Study:
    """A study as read: its folder, its file, its prices and its cases."""

    id: str
    folder: Path
    config: StudyConfig
    prices: PriceSet
    cases: dict[str, CaseInput]

    def epw_path(self, weather: Weather) -> Path | None:
        """Return the weather file of a case, relative names from the study's folder."""
        return None if weather.epw is None else (self.folder / weather.epw)


def load_study(path: str | Path, only: str | None = None) -> Study:
    """Read a study folder or its `study.yaml`, its networks and all its cases.

    Parameters
    ----------
    path : str or Path
        Folder, file, or the name of a bundled study.
    only : str, optional
        Keep this case (and the baseline that its rates need).

    Raises
    ------
    InputError
        With every problem found.
    """
    file = study_file(Path(path))
    config = _typed(read_yaml(file), f"{file.parent.name}/{file.name}")
    problems = Problems()
    prices = _prices(config, file.parent, problems)
    raws = _raw_networks(config, file.parent, problems)
    _check_patched_names(config, problems)
    _check_weather(config, file.parent, problems)
    names = _selected(config, only, problems)
    cases: dict[str, CaseInput] = {}
    if len(raws) == len(config.networks):
        for name in names:
            _note_case(name, config, raws, cases, problems)
    _raise_once(problems)
    return Study(file.parent.name, file.parent, config, prices, cases)


def _raise_once(problems: Problems) -> None:
    """Raise what was found, each problem once: cases share networks."""
    if problems:
        raise InputError(dict.fromkeys(problems))


def study_file(path: Path) -> Path:
    """Return the study file that a path or a bundled study's name means."""
    candidates = [path, path / "study.yaml", bundled_path("studies") / str(path) / "study.yaml"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    known = sorted(item.parent.name for item in bundled_path("studies").glob("*/study.yaml"))
    remedy = did_you_mean(path.name, known, "studies/{name}")
    raise InputError([Problem(str(path), _("does not exist"), _("A study folder with study.yaml"), remedy)])


def _typed(data: dict[str, Any], place: str) -> StudyConfig:
    version = data.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        found = _("version {found}").format(found=version)
        allowed = _("This heatnet reads up to version {known}").format(known=FORMAT_VERSION)
        raise InputError([Problem(f"{place}, format_version", found, allowed, _("Update heatnet."))])
    return _validated(data, place, StudyConfig)


def _validated(data: dict[str, Any], place: str, model: type[M]) -> M:
    own = {key: value for key, value in data.items() if not str(key).startswith("x_")}
    try:
        return model(**own)
    except ValidationError as error:
        raise InputError(problems_of_validation(error, place, model)) from None


def _prices(config: StudyConfig, folder: Path, problems: Problems) -> PriceSet:
    if isinstance(config.prices, PriceSet):
        return config.prices
    candidates = [folder / config.prices, folder.parent / "prices" / config.prices]
    candidates.append(bundled_path("studies") / "prices" / config.prices)
    for file in candidates:
        if file.is_file():
            return _validated(read_yaml(file), f"{file.parent.name}/{file.name}", PriceSet)
    known = sorted(item.name for item in (folder.parent / "prices").glob("*.yaml"))
    remedy = did_you_mean(config.prices, known)
    raise InputError(
        [
            *problems,
            Problem(
                f"study.yaml, {_('key')} prices",
                _("'{name}' does not exist").format(name=config.prices),
                _("A file under studies/prices/"),
                remedy,
            ),
        ]
    )


def network_folder(entry: str, folder: Path) -> Path | None:
    """Return the folder that a study's network entry means: a path from the study, or a name beside or bundled."""
    for candidate in (folder / entry, folder.parents[1] / "networks" / entry, bundled_path("networks") / entry):
        if is_network_folder(candidate):
            return candidate.resolve()
    return None


def _raw_networks(config: StudyConfig, folder: Path, problems: Problems) -> dict[str, RawNetwork]:
    raws: dict[str, RawNetwork] = {}
    for position, (entry, name) in enumerate(zip(config.networks, network_ids(config.networks), strict=True)):
        found = network_folder(entry, folder.resolve())
        if found is None:
            known = sorted(item.parent.name for item in bundled_path("networks").glob("*/network.yaml"))
            remedy = did_you_mean(entry, known)
            problems.add(
                f"study.yaml, networks.{position}",
                _("'{name}' does not exist").format(name=entry),
                _("A network folder"),
                remedy,
            )
            continue
        try:
            raws[name] = read_raw_network(found)
        except InputError as error:
            problems.extend(error.problems)
    return raws


def _check_patched_names(config: StudyConfig, problems: Problems) -> None:
    ids = network_ids(config.networks)
    for name, case in config.cases.items():
        for network in case.networks:
            if network not in ids:
                remedy = did_you_mean(network, ids)
                problems.add(
                    f"study.yaml, cases.{name}.networks.{network}",
                    _("'{name}' does not exist").format(name=network),
                    "",
                    remedy,
                )


def _check_weather(config: StudyConfig, folder: Path, problems: Problems) -> None:
    entries = {"weather": config.weather} | {
        f"cases.{name}.weather": case.weather for name, case in config.cases.items() if case.weather
    }
    for place, weather in entries.items():
        if weather.epw is not None and not (folder / weather.epw).is_file():
            problems.add(
                f"study.yaml, {place}.epw",
                _("'{name}' does not exist").format(name=weather.epw),
                _("An EPW file, its path from the study's folder"),
            )
        elif weather.epw is not None:
            from heatnet.io.weather_epw import read_epw

            try:
                read_epw(folder / weather.epw)
            except InputError as error:
                problems.extend(error.problems)


def _selected(config: StudyConfig, only: str | None, problems: Problems) -> list[str]:
    if only is None:
        return list(config.cases)
    if only not in config.cases:
        remedy = did_you_mean(only, list(config.cases))
        problems.add(
            "--case",
            _("'{name}' does not exist").format(name=only),
            _("Allowed: {names}").format(names=", ".join(config.cases)),
            remedy,
        )
        return []
    return [name for name in config.cases if name in (only, config.baseline_case)]


def _note_case(
    name: str, config: StudyConfig, raws: dict[str, RawNetwork], cases: dict[str, CaseInput], problems: Problems
) -> None:
    case = config.cases[name]
    networks: dict[str, Network] = {}
    for network_id, raw in raws.items():
        try:
            networks[network_id] = checked_network(
                raw, case.networks.get(network_id), f"study.yaml, cases.{name}.networks.{network_id}"
            )
        except InputError as error:
            problems.extend(error.problems)
    if len(networks) == len(raws):
        cases[name] = CaseInput(name, case, networks, case.season or config.season, case.weather or config.weather)
