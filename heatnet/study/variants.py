"""The variants of a batch, and each as the inputs of a case's run.

`variants` is a function of the study's files alone: the same files give the same variants. `resolve` lays one over its case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from heatnet.errors import InputError, Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.model.patch import merged_patch
from heatnet.study.batch_input import BatchInput
from heatnet.study.batch_layout import BLOCK, SCENARIO
from heatnet.study.batch_targets import FailuresTarget, OutageTarget, PortfolioTarget
from heatnet.study.config import PriceSet
from heatnet.study.effects import Effects, apply_level, reaches_baseline
from heatnet.study.load import CaseInput, Study
from heatnet.study.sampling import Point, points
from heatnet.study.variant import Value, Variant


def variants(study: Study) -> tuple[Variant, ...]:
    """Return the variants of a study's batch; none where it has no key `batch`.

    Parameters
    ----------
    study : Study
        As loaded.

    Returns
    -------
    tuple of Variant
        Each with the value of every dimension, `SCENARIO`, and `BLOCK` in a sample for Sobol' indices. The value of drawn
        outages is the hours out of service of all their plants, with a further one for each of several plants.
    """
    if study.batch is None:
        return ()
    return tuple(_variant(study, study.batch, point) for point in points(study.batch.batch))


def _variant(study: Study, given: BatchInput, point: Point) -> Variant:
    case = _case_of(given, point)
    effects = Effects(study.cases[case].networks, study.prices, given.price_files)
    values: dict[str, Value] = {SCENARIO: point.scenario}
    if point.block:
        values[BLOCK] = point.block
    for name, dimension in given.batch.dimensions.items():
        level = point.levels[name]
        values[name] = level
        came_to = apply_level(effects, name, dimension.target, level, given.batch.seed)
        if isinstance(dimension.target, FailuresTarget | OutageTarget):
            hours = {plant: came_to.get(plant, 0.0) for plant in dimension.target.plants}
            values[name] = sum(hours.values())
            values |= {f"{name}.{plant}": out_h for plant, out_h in hours.items() if len(hours) > 1}
        elif isinstance(dimension.target, PortfolioTarget):
            values[name] = case
    return Variant(
        point.name,
        case,
        values,
        effects.patch,
        effects.figures,
        effects.weather_of(study.cases[case].weather),
        effects.season,
        effects.demand_factor,
        effects.outages,
        _baseline_patch(study, given, point),
    )


def _baseline_patch(study: Study, given: BatchInput, point: Point) -> dict[str, dict[str, Any]]:
    """Return what a point's values do to the networks of the baseline."""
    if study.baseline is None:
        return {}
    effects = Effects(study.baseline.networks, study.prices, given.price_files)
    for name, dimension in given.batch.dimensions.items():
        if reaches_baseline(dimension.target):
            apply_level(effects, name, dimension.target, point.levels[name], given.batch.seed)
    return effects.patch


def _case_of(given: BatchInput, point: Point) -> str:
    for name, dimension in given.batch.dimensions.items():
        if isinstance(dimension.target, PortfolioTarget) and point.levels[name] is not None:
            return str(point.levels[name])
    return given.case


def resolve(study: Study, variant: Variant) -> tuple[Study, CaseInput]:
    """Return the study with a variant's prices, and the variant as the input of a case's run.

    Parameters
    ----------
    study : Study
        As loaded, with a key `batch`.
    variant : Variant

    Returns
    -------
    Study, CaseInput
        The study's cases stay as they are; the case is named as the variant, and its `case.networks` hold all overrides.

    Raises
    ------
    InputError
        With every problem of the overrides.
    """
    assert study.batch is not None
    case = study.cases[variant.case]
    problems, networks, patches = Problems(), {}, dict(case.case.networks)
    for name, network in case.networks.items():
        over = variant.networks.get(name)
        if over:
            patches[name] = merged_patch(patches.get(name, {}), over)
            network = _noted(study.batch, name, patches[name], variant, problems) or network
        networks[name] = network
    baseline = _baseline_networks(study, study.batch, variant, problems)
    prices = _with_prices(study.prices, variant, problems)
    problems.raise_if_any()
    own = CaseInput(
        variant.name,
        case.case.model_copy(update={"networks": patches}),
        networks,
        variant.season or case.season,
        variant.weather or case.weather,
        dict(variant.demand_factor),
        dict(variant.outages),
        baseline,
    )
    return replace(study, prices=prices), own


def _baseline_networks(study: Study, given: BatchInput, variant: Variant, problems: Problems) -> dict[str, Network]:
    """Return the networks of the baseline that a variant changes."""
    if study.baseline is None:
        return {}
    own, changed = study.baseline.case.networks, {}
    for name, over in variant.baseline_networks.items():
        network = _noted(given, name, merged_patch(own.get(name, {}), over), variant, problems)
        if network is not None:
            changed[name] = network
    return changed


def _noted(
    given: BatchInput, name: str, patch: Mapping[str, Any], variant: Variant, problems: Problems
) -> Network | None:
    try:
        return given.network(name, patch, _("variant {name}").format(name=variant.name))
    except InputError as error:
        problems.extend(error.problems)
        return None


def _with_prices(prices: PriceSet, variant: Variant, problems: Problems) -> PriceSet:
    if not variant.prices:
        return prices
    from pydantic import ValidationError

    from heatnet.model.validation import problems_of_validation

    data = prices.model_dump()
    for key, figure in variant.prices.items():
        *groups, last = key.split(".")
        place: dict[str, Any] = data
        for group in groups:
            place = place[group]
        place[last] = place[last] | {"value": figure}
    try:
        return PriceSet(**data)
    except ValidationError as error:
        where = _("variant {name}, prices").format(name=variant.name)
        problems.extend(problems_of_validation(error, where, PriceSet))
        return prices
