"""What limits the uptake of waste heat in a case, and how dispatch and pipes came to agree: their parts of the summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from heatnet.couple.network_true import NetworkDispatch
from heatnet.couple.year import NetworkYear
from heatnet.metrics.uptake import uptake_causes
from heatnet.model.network import Network
from heatnet.model.supply import DispatchProblem, DispatchResult, SupplyUnit
from heatnet.plants.place import given_capacity_mw

#: places beyond their limit that the summary names
_MOST_PLACES = 20


def uptake_account(
    problem: DispatchProblem,
    result: DispatchResult,
    years: Mapping[str, NetworkYear],
    limited: Mapping[str, Mapping[tuple[str, str], np.ndarray]],
) -> list[dict[str, Any]]:
    """Return what each waste-heat plant gives and what keeps it from giving more, rows as `uptake_causes` with names.

    Parameters
    ----------
    problem, result : DispatchProblem, DispatchResult
    years : mapping of network to NetworkYear
    limited : mapping of network to (element, kind) to ndarray of int
        Hours in which an element of a power network limits heat plants (`PowerDispatch.limited`).
    """
    connected = connected_mw(problem, years)
    table = uptake_causes(problem, result, connected, _feeders(problem, limited))
    classes = {unit.id: unit.waste_class for unit in problem.units}
    return [
        {
            **row,
            "connected_mw": connected[row["unit"]],
            "waste_class": classes[row["unit"]],
            "name": _element_name(row["cause"], row["element"], row["unit"].split("/")[0], years),
        }
        for row in table.to_dict("records")
    ]


def connected_mw(problem: DispatchProblem, years: Mapping[str, NetworkYear]) -> dict[str, float]:
    """Return the size of every waste-heat plant that is built, MW: its capacity, or else the most that it can give."""
    sizes = {}
    for unit in problem.units:
        if unit.waste_class == "none":
            continue
        most = float(unit.available_mw.max(initial=0.0))
        capacity = _capacity_mw(unit, years[unit.network].network)
        size = capacity if math.isfinite(capacity) else most
        if size > 0 and math.isfinite(size):
            sizes[unit.id] = size
    return sizes


def _capacity_mw(unit: SupplyUnit, network: Network) -> float:
    part = network.steam if unit.balance.endswith("/steam") else network
    return math.inf if part is None else given_capacity_mw(part.plants.loc[unit.plant])


def _feeders(
    problem: DispatchProblem, limited: Mapping[str, Mapping[tuple[str, str], np.ndarray]]
) -> dict[str, dict[str, np.ndarray]]:
    """Return by unit the hours in which each element of its power network limits it."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for site in problem.sites:
        for (element, kind), hours in limited.get(site.id, {}).items():
            weighed = {
                u for limit in site.limits if (limit.element, limit.kind) == (element, kind) for u in limit.weight
            }
            for unit in weighed:
                found.setdefault(unit, {})[element] = hours
    return found


def _element_name(cause: str, element: str, network: str, years: Mapping[str, NetworkYear]) -> dict[str, str]:
    """Return the display name of a pipe, node, consumer or element of a power network in both languages; {} without one."""
    if not element or network not in years:
        return {}
    owner = years[network].network
    if cause == "feeder":
        electric = owner.electric
        if electric is None:
            return {}
        for table in ("lines", "transformers", "buses"):
            if element in getattr(electric, table).index:
                return {lang: electric.display_name(table, element, lang) for lang in ("en", "zh")}
        return {}
    return place_name(owner, element.split("/", 1)[-1])


def place_name(network: Network, element: str) -> dict[str, str]:
    """Return the display name of an element of a heat network in both languages."""
    for table in ("pipes", "nodes", "consumers"):
        if element in getattr(network, table).index:
            return {lang: network.display_name(table, element, lang) for lang in ("en", "zh")}
    return {"en": element, "zh": element}


def rounds_account(found: NetworkDispatch, years: Mapping[str, NetworkYear]) -> dict[str, Any]:
    """Return how dispatch and pipes came to agree, and what is left open."""
    return {
        "rounds": [
            {
                "cost_cny": one.cost_cny,
                "loss_difference_share": one.loss_difference_share,
                "hours_beyond": one.hours_beyond,
                "new_limits": one.new_limits,
                "moved_share": None if math.isnan(one.moved_share) else one.moved_share,
                **({"always_on": True} if one.always_on else {}),
            }
            for one in found.rounds
        ],
        "best": found.best,
        "agrees": found.agrees,
        "open": [
            {**row, "name": place_name(years[row["network"]].network, row["element"])}
            for row in found.open.head(_MOST_PLACES).to_dict("records")
        ],
        "open_places": len(found.open),
    }
