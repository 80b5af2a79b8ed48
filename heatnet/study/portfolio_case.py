"""The portfolio that a search chose, as a case of its study and as a study of its own that `heatnet run` takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import is_network_folder
from heatnet.io.yaml_file import read_yaml
from heatnet.model.patch import merged_patch
from heatnet.model.plant_kinds import PLANT_KINDS
from heatnet.study.load import network_folder
from heatnet.study.portfolio_input import PortfolioInput

if TYPE_CHECKING:
    from heatnet.study.load import Study

#: name of the chosen portfolio as a case
BEST_CASE = "best_portfolio"
STUDY_FILE = "portfolio_study.yaml"
#: key of a plant's least heat of a year
_LEAST_KEY = "heat_year_min_mwh"
#: what the pipes may take of an obliged plant's heat: their own loss and return temperatures move it by such shares
OBLIGED_SLACK_SHARE = 5e-4
#: what of a study goes on to the study of its portfolio
_KEPT_KEYS = (
    "format_version",
    "question",
    "geometry_note",
    "zones",
    "year",
    "season",
    "target",
    "simulation",
    "new_plants",
    "unit_commitment",
    "reserve_share",
    "transfers",
)


def study_of(study: Study, summary: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a study file with the case without candidates, the chosen portfolio and the baseline.

    It stands for itself in any folder: networks, prices and weather of the study's own folder are named by their whole path.
    """
    assert study.portfolio is not None
    data, config, folder = read_yaml(study.file), study.config, study.folder
    kept: dict[str, Any] = {key: data[key] for key in _KEPT_KEYS if key in data}
    names = [study.portfolio.case] + ([config.baseline_case] if config.baseline_case else [])
    cases = {name: _with_weather(study, data["cases"][name]) for name in dict.fromkeys(names)}
    title = config.title.both()
    return kept | {
        "title": {lang: f"{words}: {_WORDS[lang]}" for lang, words in title.items()},
        "networks": [_network_entry(entry, folder) for entry in config.networks],
        "weather": _weather(study, data.get("weather") or {}),
        "prices": _prices(data["prices"], folder),
        "base_case": study.portfolio.case,
        **({"baseline_case": config.baseline_case} if config.baseline_case else {}),
        "cases": cases | case_of(study.portfolio, summary),
    }


_WORDS = {"en": "the portfolio in the pipes", "zh": "组合方案管网校核"}


def _network_entry(entry: str, folder: Path) -> str:
    found = network_folder(entry, folder)
    bundled = bundled_path("networks") / entry
    if found is None or (is_network_folder(bundled) and bundled.resolve() == found):
        return entry
    return str(found)


def _weather(study: Study, given: dict[str, Any]) -> dict[str, Any]:
    return given | ({"epw": str((study.folder / given["epw"]).resolve())} if given.get("epw") else {})


def _with_weather(study: Study, case: dict[str, Any]) -> dict[str, Any]:
    return case | ({"weather": _weather(study, case["weather"])} if case.get("weather") else {})


def _prices(given: Any, folder: Path) -> Any:
    """Return inline prices as they are, a file of the study's own by its whole path."""
    for place in (folder, folder.parent / "prices"):
        if (
            isinstance(given, str)
            and (place / given).is_file()
            and place.resolve() != bundled_path("studies") / "prices"
        ):
            return str((place / given).resolve())
    return given


def case_of(given: PortfolioInput, summary: dict[str, Any]) -> dict[str, Any]:
    """Return the best portfolio as a case of the study: paste it under `cases`, and `heatnet run` solves it in the pipes.

    Where the target binds, the counted plants have to give in the year what the search has them give (`obliged_mwh` of the
    summary's `best`): a schedule by cost alone would leave them standing whenever other heat is cheaper.
    """
    rows = summary["best"]["projects"]
    ids = tuple(f"{row['candidate']}/{row['option']}" for row in rows)
    networks = {name: patch for name in given.raws if (patch := given.patch(name, ids))}
    for row in rows:
        _resize(given, f"{row['candidate']}/{row['option']}", row, networks)
    for unit, least in summary["best"]["obliged_mwh"].items():
        name, *parts = unit.split("/")
        networks[name] = merged_patch(networks.get(name, {}), _least_heat(parts, least))
    return {BEST_CASE: {"label": {"en": "Cheapest portfolio", "zh": "最低成本组合"}, "networks": networks}}


def _least_heat(parts: list[str], least_mwh: float) -> dict[str, Any]:
    patch: dict[str, Any] = {"plants": {parts[-1]: {_LEAST_KEY: least_mwh}}}
    return {"steam": patch} if len(parts) > 1 else patch


def obliged_mwh(given: PortfolioInput, ids: tuple[str, ...], heat_mwh: Mapping[str, float]) -> dict[str, float]:
    """Return the least heat of a year of the plants whose kind has such a key, MWh.

    Parameters
    ----------
    given : PortfolioInput
    ids : tuple of str
        Options that are built.
    heat_mwh : mapping of unit to float
        Heat that the search takes from each in the year.
    """
    networks, least = given.networks(ids), {}
    for unit, heat in heat_mwh.items():
        name, *parts = unit.split("/")
        network = networks[name].steam if len(parts) > 1 else networks[name]
        assert network is not None
        row = network.plants.loc[parts[-1]]
        keys = {column.name for column in PLANT_KINDS[str(row["kind"])].keys}
        whole = float(math.floor(heat * (1 - OBLIGED_SLACK_SHARE)))
        if _LEAST_KEY in keys and whole > 0:
            own = row.get(_LEAST_KEY)
            least[unit] = max(whole, 0.0 if own is None or np.isnan(own) else float(own))
    return least


def _resize(given: PortfolioInput, option_id: str, row: dict[str, Any], networks: dict[str, Any]) -> None:
    """Give the plants of an option the size, or the number, that was chosen."""
    option = given.option(option_id)
    for part, plants in given.changed_plants(option_id).items():
        name = part.removesuffix("/steam")
        tables = networks.get(name, {})
        owner = tables.get("steam", {}) if part.endswith("/steam") else tables
        for plant in plants:
            values = dict(owner["plants"][plant])
            if option.size is not None and option.size.plant == f"{part}/{plant}":
                factor = row["size"] / option.size.most
                keys = ("energy_mwh", "capacity_mw", "charge_mw") if "energy_mwh" in values else ("capacity_mw",)
                values |= {key: values[key] * factor for key in keys if key in values}
            elif row["count"] > 1:
                raw = given.networks((option_id,))[name]
                table = raw.steam.plants if part.endswith("/steam") and raw.steam is not None else raw.plants
                values |= {key: float(table.at[plant, key]) * row["count"] for key in option.scaled}
            owner["plants"] = owner["plants"] | {plant: values}
