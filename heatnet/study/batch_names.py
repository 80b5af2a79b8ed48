"""Names inside the targets of a batch that must mean something: price figures, networks, tables, columns, rows, plants, cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from heatnet.errors import Problem, Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.model.plant_kinds import STORE_KIND
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.schema import CONSUMER_KINDS, TABLES
from heatnet.model.validation import did_you_mean, names_in
from heatnet.study.batch_targets import (
    BatchTarget,
    CellTarget,
    DemandTarget,
    FailuresTarget,
    InsulationTarget,
    OutageTarget,
    PortfolioTarget,
    PricePathTarget,
    PriceTarget,
    RetrofitTarget,
    ReturnTemperatureTarget,
    SeasonTarget,
)
from heatnet.study.config import PriceSet
from heatnet.study.effects import keys_of, part_of, price_figures, season_of


def target_problems(
    where: str, target: BatchTarget, cases: Mapping[str, Mapping[str, Network]], prices: PriceSet
) -> list[Problem]:
    """Return a problem for everything that a target names and the study does not have.

    Parameters
    ----------
    where : str
        The target's place in the file.
    target : BatchTarget
    cases : mapping of case to (mapping of str to Network)
    prices : PriceSet
    """
    problems = Problems()
    networks = next(iter(cases.values())) if cases else {}
    if isinstance(target, PriceTarget | PricePathTarget):
        _prices(where, target, prices, problems)
    elif isinstance(target, PortfolioTarget):
        for case in target.cases:
            _check(f"{where}.cases", case, cases, problems)
    elif isinstance(target, SeasonTarget):
        _seasons(where, target, problems)
    elif isinstance(target, FailuresTarget | OutageTarget):
        _plants(where, target.plants, networks, problems)
    elif isinstance(target, CellTarget):
        _cells(where, target, networks, problems)
    elif isinstance(target, DemandTarget | RetrofitTarget | ReturnTemperatureTarget | InsulationTarget):
        _networks(where, target, networks, problems)
    return list(problems)


def _check(where: str, name: str, known: Iterable[str], problems: Problems) -> bool:
    names = [str(one) for one in known]
    if name in names:
        return True
    allowed = _("Allowed: {names}").format(names=names_in(names, 8))
    problems.add(where, _("'{name}' does not exist").format(name=name), allowed, did_you_mean(name, names))
    return False


def _prices(where: str, target: PriceTarget | PricePathTarget, prices: PriceSet, problems: Problems) -> None:
    known = price_figures(prices)
    if isinstance(target, PriceTarget):
        named = [(f"{where}.key", key) for key in target.key]
    else:
        named = [(f"{where}.path.{name}", key) for name, path in target.path.items() for key in path]
        for name, path in target.path.items():
            for key, factor in path.items():
                if factor < 0:
                    found = _("value {value!r}").format(value=factor)
                    problems.add(f"{where}.path.{name}.{key}", found, _("{limit} or more").format(limit=0))
    for place, key in named:
        if not keys_of(key, known):
            _check(place, key, known, problems)


def _seasons(where: str, target: SeasonTarget, problems: Problems) -> None:
    for season in target.seasons:
        try:
            season_of(season)
        except ValueError:
            found = _("value {value!r}").format(value=season)
            problems.add(f"{where}.seasons", found, _("statutory, extended, or MM-DD..MM-DD"))


def _plants(where: str, plants: Iterable[str], networks: Mapping[str, Network], problems: Problems) -> None:
    known: dict[str, Any] = {}
    for name, network in networks.items():
        for part, own in ((name, network), (f"{name}/steam", network.steam)):
            if own is not None:
                known |= {f"{part}/{plant}": row["kind"] for plant, row in own.plants.iterrows()}
    for plant in plants:
        if _check(f"{where}.plants", plant, known, problems) and known[plant] == STORE_KIND:
            found = _("{plant} is a heat store").format(plant=plant)
            problems.add(f"{where}.plants", found, "", _("Let the plant fail that charges it."))


def _networks(
    where: str,
    target: DemandTarget | RetrofitTarget | ReturnTemperatureTarget | InsulationTarget,
    networks: Mapping[str, Network],
    problems: Problems,
) -> None:
    for entry in target.networks:
        name, slash, _part = entry.partition("/")
        if slash and not isinstance(target, InsulationTarget):
            _check(f"{where}.networks", entry, networks, problems)
            continue
        found = part_of(networks, entry)
        if not isinstance(found, Network):
            _check(f"{where}.networks", entry if slash else name, [*networks, *_parts(networks, "steam")], problems)
        elif isinstance(target, InsulationTarget) and not len(found.pipes):
            problems.add(f"{where}.networks", _("{network} has no pipes").format(network=entry))
        elif isinstance(target, ReturnTemperatureTarget) and found.design is None:
            problems.add(f"{where}.networks", _("{network} has no design temperatures").format(network=entry))
    if isinstance(target, RetrofitTarget):
        for kind in target.consumer_kinds:
            _check(f"{where}.consumer_kinds", kind, CONSUMER_KINDS, problems)


def _parts(networks: Mapping[str, Network], part: str) -> list[str]:
    return [f"{name}/{part}" for name, network in networks.items() if getattr(network, part) is not None]


def _cells(where: str, target: CellTarget, networks: Mapping[str, Network], problems: Problems) -> None:
    network = part_of(networks, target.network)
    if network is None:
        known = [*networks, *_parts(networks, "steam"), *_parts(networks, "electric")]
        _check(f"{where}.network", target.network, known, problems)
        return
    tables = POWER_TABLES if isinstance(network, PowerNetwork) else TABLES
    if not _check(f"{where}.table", target.table, tables, problems):
        return
    frame = getattr(network, target.table)
    columns = [str(name) for name in frame.columns if name != "geometry"]
    if not _check(f"{where}.column", target.column, columns, problems):
        return
    for row in target.rows:
        _check(f"{where}.rows", row, frame.index, problems)
    rows = [row for row in target.rows if row in frame.index] or list(frame.index)
    standing = frame.loc[rows, target.column]
    empty = [str(row) for row in standing.index[standing.isna()]]
    if target.how != "value" and (len(empty) == len(standing) or (target.rows and empty)):
        found = _("nothing stands there in {rows}").format(rows=names_in(empty) or target.table)
        problems.add(f"{where}.column", found, "", _("Use how: value, or leave these rows out."))
    elif target.how != "value" and not _all_numbers(standing.dropna()):
        problems.add(f"{where}.column", _("'{name}' does not hold numbers").format(name=target.column))


def _all_numbers(cells: Any) -> bool:
    try:
        for cell in cells:
            for part in str(cell).split():
                float(part)
    except ValueError:
        return False
    return True
