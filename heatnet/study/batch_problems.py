"""Everything wrong with a study's batch, found at once: names of its dimensions, their values, what these do to networks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.model.patch import merged_patch
from heatnet.model.validation import did_you_mean, names_in
from heatnet.study.batch_config import DRAWN, MOST_VARIANTS, BatchConfig, Choice, Dimension
from heatnet.study.batch_input import BatchInput, price_file_names
from heatnet.study.batch_names import target_problems
from heatnet.study.batch_targets import (
    CellTarget,
    DemandTarget,
    FailuresTarget,
    InsulationTarget,
    OutageTarget,
    PortfolioTarget,
    RetrofitTarget,
    ReturnTemperatureTarget,
    WarmerTarget,
    choices_of,
)
from heatnet.study.batch_unheeded import unheeded_problems
from heatnet.study.config import PriceSet
from heatnet.study.effects import NETWORK_TARGETS, YEAR_H, Effects, apply_level, reaches_baseline
from heatnet.study.rehearsal import rehearsal_problems
from heatnet.study.sampling import Level, point_count, points, values_of

#: columns of a batch's tables that no dimension may be called
RESERVED = ("name", "case", "status", "reason", "scenario", "block", "label", "seconds")
#: batches up to this many seasons are drawn to see which values they take; of larger ones the first seasons are
_LOOKED_AT = 20_000
#: halves of a sample for Sobol' indices, which stand beside the dimensions' blocks
_HALVES = ("a", "b")
#: figures of the price set that cannot be 0
_ABOVE_ZERO = ("gas_lhv_mwh_per_m3", "unmet_cny_per_mwh")
#: smallest and largest value of a target, where it has such limits
_LIMITS: dict[type, tuple[float, float]] = {
    DemandTarget: (0.0, 100.0),
    FailuresTarget: (0.0, 2.0**31),
    OutageTarget: (0.0, float(YEAR_H)),
    RetrofitTarget: (0.0, 1.0),
    InsulationTarget: (0.0, 100.0),
    ReturnTemperatureTarget: (0.0, 60.0),
    WarmerTarget: (-15.0, 15.0),
}


#: networks of each case
CaseNetworks = Mapping[str, Mapping[str, Network]]


def batch_problems(given: BatchInput, cases: CaseNetworks, prices: PriceSet) -> list[Problem]:
    """Return every problem of a batch.

    Parameters
    ----------
    given : BatchInput
    cases : mapping of case to (mapping of str to Network)
        The networks of every case, without mistakes.
    prices : PriceSet
        Of the study.
    """
    problems, batch = Problems(), given.batch
    if given.case not in cases:
        _unknown("batch.case", given.case, cases, problems)
    for name, dimension in batch.dimensions.items():
        if name in RESERVED or (batch.indices and name in _HALVES):
            problems.add(
                _key(name), _("'{name}' is taken").format(name=name), "", _("Give the dimension another name.")
            )
        problems.extend(target_problems(_key(name, "target"), dimension.target, cases, prices))
        _note_kind(name, dimension, batch, problems)
    _note_method(batch, problems)
    problems.extend(unheeded_problems(batch))
    if problems or set(price_file_names(batch)) - set(given.price_files):
        return list(problems)
    if point_count(batch) > MOST_VARIANTS:
        found = _("{count} seasons").format(count=point_count(batch))
        problems.add(_key(), found, _("at most {limit}").format(limit=MOST_VARIANTS))
        return list(problems)
    levels = _levels(batch)
    _note_names(batch, problems)
    for name, dimension in batch.dimensions.items():
        _note_limits(name, dimension, levels[name], problems)
    if not problems:
        _note_networks(given, cases, prices, levels, problems)
    return list(problems)


def named_problems(block: object, cases: CaseNetworks, prices: PriceSet) -> list[Problem]:
    """Return a problem for everything that the dimensions of a batch name and the study does not have.

    For a block that has mistakes of its own, or a study some case of which has: dimensions with mistakes are left out.

    Parameters
    ----------
    block : object
        The key `batch` as it stands in the file.
    cases : mapping of case to (mapping of str to Network)
    prices : PriceSet
    """
    dimensions = block.get("dimensions") if isinstance(block, Mapping) else None
    problems: list[Problem] = []
    for name, content in dimensions.items() if isinstance(dimensions, Mapping) else ():
        try:
            target = Dimension.model_validate(content).target
        except ValidationError:
            continue
        problems += target_problems(_key(str(name), "target"), target, cases, prices)
    return problems


def _key(*parts: str) -> str:
    inside = f".dimensions.{'.'.join(parts)}" if parts else ""
    return f"study.yaml, {_('key')} batch{inside}"


def _unknown(key: str, name: str, known: Iterable[str], problems: Problems) -> None:
    names = list(known)
    allowed = _("Allowed: {names}").format(names=", ".join(names))
    where = f"study.yaml, {_('key')} {key}"
    problems.add(where, _("'{name}' does not exist").format(name=name), allowed, did_you_mean(name, names))


def _note_method(batch: BatchConfig, problems: Problems) -> None:
    where = f"study.yaml, {_('key')} batch"
    if batch.method == "list" and not batch.variants:
        problems.add(f"{where}.variants", _("is missing"), "", _("Name the variants, or choose another method."))
    if batch.method != "list" and batch.variants:
        found = _("method {method} has no use for it").format(method=batch.method)
        problems.add(f"{where}.variants", found, "", _("Leave it out, or choose the method list."))
    for name, row in batch.variants.items():
        for dimension in row.values:
            if dimension not in batch.varied:
                _unknown(f"batch.variants.{name}.values.{dimension}", dimension, batch.varied, problems)
    if batch.method == "sobol" and batch.samples & (batch.samples - 1):
        near = 2 ** round(math.log2(batch.samples))
        found = _("value {value!r}").format(value=batch.samples)
        problems.add(f"{where}.samples", found, _("A power of 2, as Sobol' sequences are even only there"), f"{near}")
    if batch.method in DRAWN and not batch.varied:
        remedy = _("Choose the method grid, or leave each out of a dimension.")
        found = _("method {method} has nothing to draw: all dimensions have each: true").format(method=batch.method)
        problems.add(f"{where}.method", found, "", remedy)
    if batch.indices and batch.method != "sobol":
        problems.add(f"{where}.indices", _("needs the method sobol and dimensions that it draws"))


def _note_kind(name: str, dimension: Dimension, batch: BatchConfig, problems: Problems) -> None:
    """Note values of the wrong kind, and values that the method needs and does not find."""
    choices = choices_of(dimension.target)
    texts = isinstance(dimension.target, CellTarget) and dimension.target.how == "value"
    given: dict[str, Iterable[Level]] = {"values": dimension.values, "base": (dimension.base,)}
    own = dimension.distribution
    if isinstance(own, Choice):
        given["distribution.values"] = own.values
    elif own is not None and choices:
        remedy = _("Leave it out, or use kind choice.")
        problems.add(
            _key(name, "distribution"), _("a distribution of numbers, where names are to choose from"), "", remedy
        )
    for row, content in batch.variants.items():
        if name in content.values:
            given[f"variants.{row}"] = (content.values[name],)
    for key, levels in given.items():
        where = f"study.yaml, {_('key')} batch.{key}.values.{name}" if key.startswith("variants.") else _key(name, key)
        for level in levels:
            _note_level(where, level, choices, texts, problems)
    drawn = isinstance(dimension.target, FailuresTarget)
    if dimension.each or batch.method == "grid":
        lacks = not values_of(dimension)
        remedy = _("Give it values.")
    elif batch.method == "list":
        lacks, remedy = False, ""
    else:
        lacks = own is None and not values_of(dimension) and not drawn
        remedy = _("Give it a distribution.") if batch.method in DRAWN else _("Give it values or a distribution.")
    if lacks:
        problems.add(_key(name), _("has no values"), "", remedy)


def _note_level(where: str, level: Level, choices: tuple[Any, ...], texts: bool, problems: Problems) -> None:
    if level is None:
        return
    found = _("value {value!r}").format(value=level)
    if choices and level not in choices:
        remedy = did_you_mean(level, [str(one) for one in choices])
        problems.add(where, found, _("Allowed: {names}").format(names=names_in(choices)), remedy)
    elif not choices and isinstance(level, str) and not texts:
        problems.add(where, found, _("A number is needed"))


def _levels(batch: BatchConfig) -> dict[str, list[Level]]:
    """Return the values that each dimension takes: its names, or its smallest and largest number."""
    shown = batch if point_count(batch) <= _LOOKED_AT or batch.method not in DRAWN else _shorter(batch)
    taken: dict[str, dict[Level, None]] = {name: {} for name in batch.dimensions}
    for point in points(shown):
        for name, level in point.levels.items():
            taken[name].setdefault(level)
    found: dict[str, list[Level]] = {}
    for name, levels in taken.items():
        numbers = [one for one in levels if isinstance(one, int | float)]
        ends: list[Level] = (
            [min(numbers), max(numbers)] if numbers and not choices_of(batch.dimensions[name].target) else []
        )
        found[name] = list(dict.fromkeys(ends)) or [one for one in levels if one is not None]
    return found


def _shorter(batch: BatchConfig) -> BatchConfig:
    return batch.model_copy(update={"samples": 2**12, "indices": False})


def _note_names(batch: BatchConfig, problems: Problems) -> None:
    if batch.method in DRAWN and not batch.crossed:
        return
    names = [point.name for point in points(batch if point_count(batch) <= _LOOKED_AT else _shorter(batch))]
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            found = _("two variants are called '{name}'").format(name=name)
            problems.add(_key(), found, "", _("Values must differ in their first six digits, files in their names."))
            return
        seen.add(name.casefold())


def _note_limits(name: str, dimension: Dimension, levels: list[Level], problems: Problems) -> None:
    limits = _LIMITS.get(type(dimension.target))
    if limits is None:
        return
    for level in levels:
        if isinstance(level, int | float) and not limits[0] <= level <= limits[1]:
            found = _("value {value!r}").format(value=level)
            allowed = _("Allowed: {low:g} to {high:g}").format(low=limits[0], high=limits[1])
            remedy = _("Cut the distribution off with low and high.") if dimension.distribution is not None else ""
            problems.add(_key(name), found, allowed, remedy)


def _note_networks(
    given: BatchInput,
    cases: CaseNetworks,
    prices: PriceSet,
    levels: Mapping[str, list[Level]],
    problems: Problems,
) -> None:
    """Check the networks of every case at both ends of each dimension that changes them, and prices at both ends."""
    tried: dict[str, dict[str, Network]] = {}
    for name, dimension in given.batch.dimensions.items():
        for case in _cases_of(given, dimension):
            for level in levels[name]:
                effects = Effects(cases[case], prices, given.price_files)
                apply_level(effects, name, dimension.target, level, given.batch.seed)
                where = f"{_key(name)} = {level}"
                _note_prices(where, effects, problems)
                if isinstance(dimension.target, NETWORK_TARGETS):
                    built = _built(given, case, effects.patch, where, problems)
                    tried[f"{where} ({case})"] = built
    problems.extend(rehearsal_problems(tried))


def _cases_of(given: BatchInput, dimension: Dimension) -> list[str]:
    """Return the cases that a dimension acts on: those of the portfolios, and the baseline where it reaches that."""
    targets = [one.target for one in given.batch.dimensions.values()]
    named = [case for one in targets if isinstance(one, PortfolioTarget) for case in one.cases]
    baseline = given.config.baseline_case
    held_against = [baseline] if baseline in given.config.cases and reaches_baseline(dimension.target) else []
    return list(dict.fromkeys([given.case, *named, *held_against]))


def _built(
    given: BatchInput, case: str, patch: Mapping[str, Any], where: str, problems: Problems
) -> dict[str, Network]:
    own, found = given.config.cases[case].networks, {}
    for network, over in patch.items():
        try:
            found[network] = given.network(network, merged_patch(own.get(network, {}), over), where)
        except InputError as error:
            problems.extend(error.problems)
    return found


def _note_prices(where: str, effects: Effects, problems: Problems) -> None:
    for key, figure in effects.figures.items():
        found = _("{key} becomes {value:g}").format(key=key, value=figure)
        if key in _ABOVE_ZERO and figure <= 0:
            problems.add(where, found, _("more than {limit}").format(limit=0))
        elif figure < 0 and not key.startswith("power."):
            problems.add(where, found, ">= 0")
