"""A sample of a season's hours solved once more by pandapipes, and how far the two solutions lie apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.model.supply import FloatArray
from heatnet.simulate import is_solved, simulate
from heatnet.simulate.compare import Comparison, compare

if TYPE_CHECKING:
    import xarray as xr

REFERENCE_ENGINE = "pandapipes"
#: hours that are always in the sample, if the season has them
NAMED_HOURS = 3
#: fixed, so that the same input gives the same sample
_SEED = 20251115
#: a pipe with less than this share of the season's largest flow has no direction
_LEAST_FLOW_SHARE = 1e-6
#: counts of a check, and its largest differences by their kind
COUNTS = ("hours", "compared", "unsolved_by_reference", "solved_by_reference_alone", "status_differs", "one_sided")
DIFFERENCES = MappingProxyType(
    {
        "temperature": "max_temperature_difference_k",
        "pressure": "max_pressure_difference_bar",
        "flow": "max_flow_difference_share",
    }
)


def reference_hours(boundary: Boundary, states: xr.Dataset, count: int) -> dict[int, str]:
    """Return which rows of a solved season pandapipes solves again, and why.

    Parameters
    ----------
    boundary : Boundary
        What was asked, a row an hour.
    states : xarray.Dataset
        The season as solved.
    count : int
        Further rows, drawn with a fixed seed.

    Returns
    -------
    dict of int to str
        Row to reason, in time order: ``peak`` and ``mildest`` (most and least heat asked for), ``reversals`` (most
        pipes against their usual direction; absent where none ever turns), ``random``.
    """
    heat = boundary.values["consumer_heat_mw"].sum(axis=1).to_numpy()
    asked = np.flatnonzero(heat > 0)
    if not len(asked):
        return {}
    chosen = {int(asked[np.argmax(heat[asked])]): "peak"}
    chosen.setdefault(int(asked[np.argmin(heat[asked])]), "mildest")
    turned = reversed_pipes(states["pipe_mdot_kg_per_s"].to_numpy())
    if turned.max() > 0:
        chosen.setdefault(int(np.argmax(turned)), "reversals")
    rest = np.setdiff1d(asked, list(chosen))
    drawn = np.random.default_rng(_SEED).choice(rest, size=min(count, len(rest)), replace=False)
    chosen |= dict.fromkeys(map(int, drawn), "random")
    return dict(sorted(chosen.items()))


def reversed_pipes(mdot_kg_per_s: FloatArray) -> FloatArray:
    """Return in how many pipes of each hour the water runs against the direction of most hours.

    Parameters
    ----------
    mdot_kg_per_s : ndarray, shape (T, P)
        Flow by hour and pipe; NaN in hours without a solution, which turn nothing.
    """
    flow = np.nan_to_num(mdot_kg_per_s)
    least = _LEAST_FLOW_SHARE * np.abs(flow).max(initial=0.0)
    direction = np.where(np.abs(flow) > least, np.sign(flow), 0.0)
    usual = np.sign(direction.sum(axis=0))
    count: FloatArray = (direction * usual < 0).sum(axis=1).astype(float)
    return count


def reference_check(
    network: Network,
    boundary: Boundary,
    states: xr.Dataset,
    rows: Mapping[int, str],
    tick: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Solve some rows with pandapipes and return how far the season's solution lies from it.

    Parameters
    ----------
    network, boundary
        As solved.
    states : xarray.Dataset
        The season as solved.
    rows : mapping of int to str
        `reference_hours`.
    tick : callable
        Called after each row.

    Returns
    -------
    dict
        `COUNTS`: rows of the sample, rows that both engines solve, rows that pandapipes could not solve (no
        disagreement) or solved alone, rows that both solve with another status, numbers that one of both has.
        `DIFFERENCES`: the largest, None without a row to compare. `places`: where and when these are. `sample`: each
        row with both statuses. `note`: why nothing was compared, where pandapipes does not solve such a network.
    """
    check: dict[str, Any] = (
        dict.fromkeys(COUNTS, 0) | dict.fromkeys(DIFFERENCES.values()) | {"places": {}, "sample": []}
    )
    if not rows:
        return check
    positions = list(rows)
    try:
        theirs = simulate(network, boundary.rows(positions), engine=REFERENCE_ENGINE, progress=lambda *_done: tick())
    except InputError as error:
        return check | {"note": str(error)}
    ours = states.isel(time=positions)
    check["sample"] = [
        {"time": str(time)[:16], "chosen_as": why, "status": str(own), "reference_status": str(other)}
        for time, why, own, other in zip(
            ours["time"].to_numpy(), rows.values(), ours["status"].to_numpy(), theirs["status"].to_numpy(), strict=True
        )
    ]
    return check | _told(compare(ours, theirs), check["sample"])


def _told(found: Comparison, sample: list[dict[str, str]]) -> dict[str, Any]:
    """Return counts, largest differences and their places of a comparison."""
    told: dict[str, Any] = {
        "hours": found.rows,
        "compared": found.compared,
        "unsolved_by_reference": sum(found.unsolved_theirs.values()),
        "solved_by_reference_alone": sum(
            is_solved(one["reference_status"]) and not is_solved(one["status"]) for one in sample
        ),
        "status_differs": sum(is_solved(one.ours) and is_solved(one.theirs) for one in found.other_status),
        "one_sided": found.one_sided,
    }
    places = {}
    for one in found.largest:
        if one.kind in DIFFERENCES:
            name = DIFFERENCES[one.kind]
            told[name] = one.value
            places[name] = {"quantity": one.quantity, "element": one.element, "time": _text(one.time)}
    return told | {"places": places}


def _text(time: Any) -> str:
    return time.isoformat()[:16] if isinstance(time, pd.Timestamp) else str(time)


def joined_checks(checks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the checks of several networks as one: counts added, the largest differences, and each network's own."""
    joined: dict[str, Any] = {"engine": REFERENCE_ENGINE}
    joined |= {name: sum(check[name] for check in checks.values()) for name in COUNTS}
    for name in DIFFERENCES.values():
        joined[name] = max((check[name] for check in checks.values() if check[name] is not None), default=None)
    return joined | {"by_network": {name: dict(check) for name, check in checks.items()}}
