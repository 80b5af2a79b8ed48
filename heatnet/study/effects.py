"""What a value of a batch's dimension does to its variant: prices, weather, season, loads, outages, table cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.regulation import PROCESS_KIND
from heatnet.plants.outages import Span, draw_outages, merged_spans
from heatnet.study.batch_targets import (
    BatchTarget,
    CellTarget,
    ClimateTarget,
    DemandTarget,
    FailuresTarget,
    How,
    InsulationTarget,
    OutageTarget,
    PriceFileTarget,
    PricePathTarget,
    PriceTarget,
    RetrofitTarget,
    ReturnTemperatureTarget,
    SeasonTarget,
    WarmerTarget,
    WeatherTarget,
)
from heatnet.study.config import PriceSet, Season, Weather
from heatnet.study.sampling import Level

#: hours of a year, without 29 February
YEAR_H = 8760
_PARTS = ("steam", "electric")
#: targets that act on networks
NETWORK_TARGETS = (CellTarget, RetrofitTarget, InsulationTarget, ReturnTemperatureTarget)


@dataclass
class Effects:
    """What the dimensions of one variant have come to so far; each dimension works on what those before it left.

    Parameters
    ----------
    networks : mapping of str to Network
        Of the variant's case, without the variant's changes.
    prices, price_files : PriceSet, mapping of str to PriceSet
        The study's prices and those of the files that dimensions name.
    """

    networks: Mapping[str, Network]
    prices: PriceSet
    price_files: Mapping[str, PriceSet]
    patch: dict[str, dict[str, Any]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    weather: Weather | None = None
    warmer_k: float = 0.0
    season: Season | None = None
    demand_factor: dict[str, float] = field(default_factory=dict)
    outages: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    def weather_of(self, standing: Weather) -> Weather | None:
        """Return the variant's weather, None where it is the case's."""
        if not self.warmer_k:
            return self.weather
        year = self.weather or standing
        return year.model_copy(update={"warmer_k": year.warmer_k + self.warmer_k})

    def figure(self, key: str) -> float:
        """Return a price figure as it stands now."""
        return self.figures.get(key, price_figures(self.prices)[key])


def reaches_baseline(target: BatchTarget) -> bool:
    """Return whether a target changes networks that the baseline has as well: their consumers, pipes and temperatures.

    Plants are what the baseline differs in, so that changes of their table are the variant's alone.
    """
    return isinstance(target, NETWORK_TARGETS) and getattr(target, "table", "") != "plants"


def apply_level(effects: Effects, name: str, target: BatchTarget, level: Level, seed: int) -> dict[str, float]:
    """Let a value act; return what it came to beyond itself, by name (hours out of service by plant).

    Parameters
    ----------
    effects : Effects
        Changed in place.
    name : str
        Of the dimension: two that let one plant fail draw its failures independently of each other.
    target : BatchTarget
    level : float, str or None
        None changes nothing.
    seed : int
        Seed of the batch.
    """
    if level is None or _is_neutral(target, level):
        return {}
    if isinstance(target, PriceTarget | PricePathTarget | PriceFileTarget):
        _prices(effects, target, level)
    elif isinstance(target, DemandTarget):
        for name in target.networks or effects.networks:
            effects.demand_factor[name] = effects.demand_factor.get(name, 1.0) * float(level)
    elif isinstance(target, WeatherTarget):
        effects.weather = Weather(climate=None, epw=str(level))
    elif isinstance(target, ClimateTarget):
        effects.weather = Weather(climate=target.climate, seed=int(level))
    elif isinstance(target, WarmerTarget):
        effects.warmer_k += float(level)
    elif isinstance(target, SeasonTarget):
        effects.season = season_of(str(level))
    elif isinstance(target, FailuresTarget | OutageTarget):
        return _outages(effects, name, target, float(level), seed)
    else:
        _networks(effects, target, level)
    return {}


def _is_neutral(target: BatchTarget, level: Level) -> bool:
    """Return whether a value leaves everything as it is, so that variants of equal networks share them."""
    if isinstance(target, DemandTarget | InsulationTarget):
        return level == 1
    if isinstance(target, RetrofitTarget | ReturnTemperatureTarget):
        return level == 0
    if isinstance(target, PriceTarget | CellTarget):
        return (target.how, level) in (("factor", 1), ("shift", 0))
    return False


def season_of(text: str) -> Season:
    """Return a season by its name, or by its first and last day as MM-DD..MM-DD."""
    start, _dots, end = text.partition("..")
    return Season.model_validate({"start": start, "end": end} if _dots else text)


def price_figures(prices: PriceSet) -> dict[str, float]:
    """Return the figures of a price set by dotted key."""
    figures: dict[str, float] = {}
    for name in PriceSet.model_fields:
        part = getattr(prices, name)
        inner = (
            {f"{name}.{key}": getattr(part, key) for key in type(part).model_fields}
            if name == "power"
            else {name: part}
        )
        figures |= {key: float(figure.value) for key, figure in inner.items()}
    return figures


def keys_of(key: str, known: Mapping[str, float]) -> list[str]:
    """Return the figures that a dotted key means: itself, or all below it."""
    return [one for one in known if one == key or one.startswith(f"{key}.")]


def _prices(effects: Effects, target: PriceTarget | PricePathTarget | PriceFileTarget, level: Level) -> None:
    known = price_figures(effects.prices)
    if isinstance(target, PriceFileTarget):
        # all its figures count, whatever dimensions before it made of them
        named = price_figures(effects.price_files[str(level)])
        effects.figures = {key: one for key, one in named.items() if one != known[key]}
        return
    if isinstance(target, PriceTarget):
        changes = {key: (target.how, float(level)) for entry in target.key for key in keys_of(entry, known)}  # type: ignore[arg-type]
    else:
        path = target.path[str(level)]
        changes = {key: ("factor", factor) for entry, factor in path.items() for key in keys_of(entry, known)}
    for key, (how, amount) in changes.items():
        effects.figures[key] = changed(effects.figure(key), amount, how)


def changed(standing: float, amount: float, how: How) -> float:
    """Return a number with a value in its place, times it, or added to it."""
    return {"value": amount, "factor": standing * amount, "shift": standing + amount}[how]


def _outages(
    effects: Effects, name: str, target: FailuresTarget | OutageTarget, level: float, seed: int
) -> dict[str, float]:
    hours: dict[str, float] = {}
    for plant in target.plants:
        if isinstance(target, OutageTarget):
            first = hour_of_year(target.start) + target.start_hour
            spans = _around_the_year(first, round(level))
        elif level == 0:
            spans = ()
        else:
            draw = seed * 2**32 + int(level)
            constant = target.repair == "constant"
            spans = draw_outages(plant, draw, YEAR_H, target.mean_up_h, target.repair_h, constant=constant, stream=name)
        both = merged_spans((*effects.outages.get(plant, ()), *spans))
        if both:
            effects.outages[plant] = both
        hours[plant] = float(sum(end - start for start, end in spans))
    return hours


def _around_the_year(first: int, hours: int) -> tuple[Span, ...]:
    end = first + min(hours, YEAR_H)
    return merged_spans(((first, min(end, YEAR_H)), (0, max(end - YEAR_H, 0))))


def hour_of_year(day: str) -> int:
    """Return the first hour of a day given as MM-DD, in a year without 29 February."""
    month, number = int(day[:2]), int(day[3:])
    return (int(pd.Timestamp(2025, month, min(number, 28 if month == 2 else number)).dayofyear) - 1) * 24


def _networks(effects: Effects, target: BatchTarget, level: Level) -> None:
    if isinstance(target, CellTarget):
        _cells(effects, target.network, target.table, target.column, target.rows, target.how, level)
    elif isinstance(target, RetrofitTarget):
        for name in target.networks or effects.networks:
            _retrofit(effects, name, 1.0 - float(level or 0.0) * target.saving_share, target.consumer_kinds)
    elif isinstance(target, InsulationTarget):
        for name in target.networks or [one for one, network in effects.networks.items() if len(network.pipes)]:
            _cells(effects, name, "pipes", "u_w_per_mk", (), "factor", level)
    elif isinstance(target, ReturnTemperatureTarget):
        for name in target.networks or [one for one, network in effects.networks.items() if network.design is not None]:
            _colder_return(effects, name, float(level or 0.0))


def part_of(networks: Mapping[str, Network], entry: str) -> Network | PowerNetwork | None:
    """Return the network that an entry means, network, network/steam or network/electric; None where there is none."""
    name, _slash, part = entry.partition("/")
    network = networks.get(name)
    if network is None or part not in ("", *_PARTS):
        return None
    return network if not part else getattr(network, part)


def _table(effects: Effects, entry: str, table: str) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    """Return a table of the case's network and the patch of it that the variant has so far."""
    network = part_of(effects.networks, entry)
    frame: pd.DataFrame = getattr(network, table)
    name, _slash, part = entry.partition("/")
    own = effects.patch.setdefault(name, {})
    own = own.setdefault(part, {}) if part else own
    return frame, own.setdefault(table, {})


def _cells(
    effects: Effects, entry: str, table: str, column: str, rows: tuple[str, ...], how: How, level: Level
) -> None:
    frame, patch = _table(effects, entry, table)
    for element in rows or frame.index[frame[column].notna()]:
        cells = patch.setdefault(str(element), {})
        standing = cells.get(column, frame.at[element, column])
        cells[column] = level if how == "value" else _changed_cell(standing, float(level or 0.0), how)


def _changed_cell(standing: Any, amount: float, how: How) -> Any:
    """Return a number, or each of the monthly numbers of a profile, changed."""
    if isinstance(standing, str):
        return " ".join(f"{changed(float(one), amount, how):.10g}" for one in standing.split())
    return changed(float(standing), amount, how)


def _retrofit(effects: Effects, name: str, factor: float, kinds: tuple[str, ...]) -> None:
    """Multiply the design heat of buildings: the heat index where it has one, else the heat itself."""
    frame, patch = _table(effects, name, "consumers")
    for consumer, row in frame.iterrows():
        if row["kind"] == PROCESS_KIND or (kinds and row["kind"] not in kinds):
            continue
        by_index = pd.notna(row["index_w_per_m2"]) and pd.notna(row["area_m2"])
        cells = patch.setdefault(str(consumer), {})
        for column in ("index_w_per_m2", "design_heat_mw") if by_index else ("design_heat_mw",):
            cells[column] = float(cells.get(column, row[column])) * factor


def _colder_return(effects: Effects, name: str, drop_k: float) -> None:
    """Lower the return of the network's curve by the drop times the load share, and every station's design return by the drop."""
    network = effects.networks[name]
    assert network.design is not None
    own = effects.patch.setdefault(name, {}).setdefault("network", {})
    design = dict(own.get("design", vars(network.design)))
    own["design"] = design | {"t_return_degc": design["t_return_degc"] - drop_k}
    if network.heating_curve:
        keys = ("load_share", "t_supply_degc", "t_return_degc")
        curve = own.get("heating_curve", [dict(zip(keys, point, strict=True)) for point in network.heating_curve])
        own["heating_curve"] = [
            point | {"t_return_degc": point["t_return_degc"] - drop_k * point["load_share"]} for point in curve
        ]
    heated = network.consumers[network.consumers["kind"] != PROCESS_KIND]
    rows = tuple(str(one) for one in heated.index[heated["t_return_degc"].notna()])
    if rows:
        _cells(effects, name, "consumers", "t_return_degc", rows, "shift", -drop_k)
