"""Reading a study: every problem of its file, its networks and its cases is found before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import KnownParts, RawNetwork, checked_network, is_network_folder, read_raw_network
from heatnet.io.yaml_file import read_yaml
from heatnet.model.meta import FORMAT_VERSION
from heatnet.model.network import Network
from heatnet.model.validation import did_you_mean, names_in, newer_version, problems_of_validation
from heatnet.study.batch_config import BatchConfig
from heatnet.study.batch_input import BatchInput, price_file_names, weather_files
from heatnet.study.batch_problems import batch_problems, named_problems
from heatnet.study.config import Case, PriceSet, Season, StudyConfig, Weather, network_ids
from heatnet.study.dispatch_keys import dispatch_key_problems
from heatnet.study.mistakes import config_without_mistakes
from heatnet.study.names import name_problems
from heatnet.study.new_plants import with_new_plants
from heatnet.study.portfolio_input import PortfolioInput, portfolio_problems
from heatnet.study.rehearsal import rehearsal_problems
from heatnet.study.storage_curve import curve_problems

M = TypeVar("M", bound=BaseModel)
STUDY_FILE = "study.yaml"
#: the file of a study of one steam line
LINE_FILE = "line.yaml"


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
    demand_factor : dict of network to float
        Factors on all its heat loads.
    outages : dict of str to tuple of (int, int)
        Hours in which a plant cannot run, by its unit's id (``network/plant``, ``network/steam/plant``): first hour of
        the year and the hour after the last.
    baseline_networks : dict of str to Network
        Networks of the baseline that its displaced heat is held against, where they are not those of the baseline case.
    """

    name: str
    case: Case
    networks: dict[str, Network]
    season: Season
    weather: Weather
    demand_factor: dict[str, float] = field(default_factory=dict)
    outages: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    baseline_networks: dict[str, Network] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A study as read: its folder, its file, its prices, its cases, what may be built and what a batch varies."""

    id: str
    file: Path
    config: StudyConfig
    prices: PriceSet
    cases: dict[str, CaseInput]
    portfolio: PortfolioInput | None = None
    batch: BatchInput | None = None

    @property
    def baseline(self) -> CaseInput | None:
        """Case that displaced heat is held against; None where the study has none."""
        return self.cases.get(self.config.baseline_case or "")

    @property
    def folder(self) -> Path:
        """Folder of the study file."""
        return self.file.parent

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
    file = study_file(Path(path)).resolve()
    data = read_yaml(file)
    problems = Problems()
    try:
        config = _typed(data, f"{file.parent.name}/{file.name}")
    except InputError as error:
        problems.extend(error.problems)
        rest = config_without_mistakes(data)
        if rest is None:
            _note_networks(data.get("networks"), file.parent, problems)
            _raise_once(problems)
            raise
        config = rest
    prices = price_set(config.prices, file.parent, STUDY_FILE, problems)
    raws = with_new_plants(_raw_networks(config.networks, file.parent, problems), config.new_plants, problems)
    problems.extend(name_problems(config))
    _check_weather(config, file.parent, problems)
    names = _selected(config, only, problems)
    cases: dict[str, CaseInput] = {}
    built: dict[str, Network] = {}
    parts: KnownParts = {}
    if len(raws) == len(config.networks):
        for name in names:
            _note_case(name, config, raws, cases, built, parts, problems)
    networks = {name: case.networks for name, case in cases.items()}
    problems.extend(rehearsal_problems(networks))
    problems.extend(curve_problems(config, networks))
    problems.extend(dispatch_key_problems(config, networks))
    portfolio = None
    if config.portfolio is not None and only is None and len(raws) == len(config.networks):
        portfolio = PortfolioInput(config, config.portfolio, raws, _parts=parts)
        problems.extend(portfolio_problems(portfolio))
    batch = None
    if config.batch is not None and only is None and len(cases) == len(config.cases):
        batch = _batch(config, config.batch, file.parent, raws, problems)
        if prices is not None:
            problems.extend(batch_problems(batch, networks, prices))
    elif only is None and prices is not None and networks:
        # what its dimensions name can be looked at all the same, in the networks of a case without mistakes
        first = next(iter(networks.values()))
        known = {name: networks.get(name, first) for name in config.cases}
        problems.extend(named_problems(data.get("batch"), known, prices))
    _raise_once(problems)
    assert prices is not None
    name = file.parent.name if file.name == STUDY_FILE else file.stem
    return Study(name, file, config, prices, cases, portfolio, batch)


def _raise_once(problems: Problems) -> None:
    """Raise what was found, each problem once: cases share networks."""
    if problems:
        raise InputError(dict.fromkeys(problems))


def study_file(path: Path) -> Path:
    """Return the study file that a path or a bundled study's name means."""
    candidates = [path, path / STUDY_FILE, bundled_path("studies") / str(path) / STUDY_FILE]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    if (path / LINE_FILE).is_file():
        remedy = _("'heatnet steam --study {path}' runs it.").format(path=path)
        raise InputError([Problem(str(path), _("is a study of a steam line"), "", remedy)])
    known = sorted(item.parent.name for item in bundled_path("studies").glob("*/study.yaml"))
    remedy = did_you_mean(path.name, known, "studies/{name}")
    raise InputError([Problem(str(path), _("does not exist"), _("A study folder with study.yaml"), remedy)])


def _typed(data: dict[str, Any], place: str) -> StudyConfig:
    version = data.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise InputError([newer_version(place, version, FORMAT_VERSION)])
    return validated(data, place, StudyConfig)


def validated(data: dict[str, Any], place: str, model: type[M]) -> M:
    """Return a file's content typed, without one's own keys (``x_…``).

    Raises
    ------
    InputError
        With every problem found.
    """
    own = {key: value for key, value in data.items() if not str(key).startswith("x_")}
    try:
        return model(**own)
    except ValidationError as error:
        raise InputError(problems_of_validation(error, place, model)) from None


def price_set(prices: str | PriceSet, folder: Path, place: str, problems: Problems) -> PriceSet | None:
    """Return the prices of a study, inline or from a file; None where there is a problem, which is noted.

    Parameters
    ----------
    prices : str or PriceSet
    folder : Path
        Folder of the study.
    place : str
        Name of the study's file, for messages.
    problems : Problems
    """
    if isinstance(prices, PriceSet):
        return prices
    candidates = [folder / prices, folder.parent / "prices" / prices]
    candidates.append(bundled_path("studies") / "prices" / prices)
    for file in candidates:
        if file.is_file():
            try:
                return validated(read_yaml(file), f"{file.parent.name}/{file.name}", PriceSet)
            except InputError as error:
                problems.extend(error.problems)
                return None
    known = sorted({item.name for one in candidates for item in one.parent.glob("*.yaml")} - {place})
    problems.add(
        f"{place}, {_('key')} prices",
        _("'{name}' does not exist").format(name=prices),
        _("A file under studies/prices/"),
        did_you_mean(prices, known) or _("Known: {names}").format(names=names_in(known)),
    )
    return None


def network_folder(entry: str, folder: Path) -> Path | None:
    """Return the folder that a study's network entry means: a path from the study, or a name beside or bundled."""
    for candidate in (folder / entry, folder.parent.parent / "networks" / entry, bundled_path("networks") / entry):
        if is_network_folder(candidate):
            return candidate.resolve()
    return None


def _note_networks(entries: object, folder: Path, problems: Problems) -> None:
    """Check the networks that a study file with mistakes names, as they stand."""
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        return
    for raw in _raw_networks(tuple(entries), folder, problems).values():
        try:
            checked_network(raw)
        except InputError as error:
            problems.extend(error.problems)


def _raw_networks(entries: tuple[str, ...], folder: Path, problems: Problems) -> dict[str, RawNetwork]:
    raws: dict[str, RawNetwork] = {}
    for position, (entry, name) in enumerate(zip(entries, network_ids(entries), strict=True)):
        found = network_folder(entry, folder)
        if found is None:
            roots = (folder, folder.parent.parent / "networks", bundled_path("networks"))
            known = sorted({item.parent.name for root in roots for item in root.glob("*/network.yaml")})
            remedy = did_you_mean(name, known) or _("Known: {names}").format(names=names_in(known))
            problems.add(
                f"study.yaml, {_('key')} networks.{position}",
                _("'{name}' does not exist").format(name=entry),
                _("A network folder"),
                remedy,
            )
            continue
        if name in raws:
            problems.add(f"study.yaml, {_('key')} networks.{position}", _("'{name}' is taken").format(name=name))
        raws[name] = read_raw_network(found)
    return raws


def _check_weather(config: StudyConfig, folder: Path, problems: Problems) -> None:
    entries = {"weather": config.weather} | {
        f"cases.{name}.weather": case.weather for name, case in config.cases.items() if case.weather
    }
    if config.batch is not None:
        entries |= {
            f"batch.dimensions.{name}.target.epw.{number}": Weather(climate=None, epw=file)
            for name, files in weather_files(config.batch).items()
            for number, file in enumerate(files)
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


def _batch(
    config: StudyConfig, batch: BatchConfig, folder: Path, raws: dict[str, RawNetwork], problems: Problems
) -> BatchInput:
    files = {name: price_set(name, folder, f"{STUDY_FILE}, batch", problems) for name in price_file_names(batch)}
    return BatchInput(config, batch, raws, {name: one for name, one in files.items() if one is not None})


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
    name: str,
    config: StudyConfig,
    raws: dict[str, RawNetwork],
    cases: dict[str, CaseInput],
    built: dict[str, Network],
    parts: KnownParts,
    problems: Problems,
) -> None:
    """Check the networks of a case; `built` keeps those without a mistake by what makes them, as cases share most."""
    case = config.cases[name]
    networks: dict[str, Network] = {}
    for network_id, raw in raws.items():
        patch = case.networks.get(network_id)
        key = f"{network_id} {patch or {}!r}"
        try:
            if key not in built:
                built[key] = checked_network(raw, patch, f"study.yaml, cases.{name}.networks.{network_id}", parts)
            networks[network_id] = built[key]
        except InputError as error:
            problems.extend(error.problems)
    if len(networks) == len(raws):
        cases[name] = CaseInput(name, case, networks, case.season or config.season, case.weather or config.weather)
