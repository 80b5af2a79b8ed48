"""Limits of a network: why an hour has no solution, and from which flow each consumer's steam stays dry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray

from heatnet.errors import NotSolvableError
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.steam.fluid import steam_fluid
from heatnet.steam.given import Given
from heatnet.steam.hour import Raw
from heatnet.steam.inputs import given_of
from heatnet.steam.march import WET_FROM
from heatnet.steam.plan import BoolArray, Plan, way_to
from heatnet.steam.run import checked_plan, rows_of, solved_raw
from heatnet.steam.status import STATUSES, SteamStatus, is_solved

#: shares of the demand among which dry steam is sought, by equal ratios; steam that is dry at the least counts as dry at
#: every flow
_SHARES = np.geomspace(1e-3, 4096.0, 84)
#: how narrow the search becomes, as a share
_NARROW, _HALVINGS = 1e-7, 60


def _reasons() -> dict[str, str]:
    return {
        SteamStatus.CHOKED: _("the flows asked for use up the pressure"),
        SteamStatus.FLOODED: _("all steam condenses in a pipe that no trap drains"),
        SteamStatus.BELOW_SATURATION: _("a plant's steam is colder than saturation at the pressure of its node"),
        SteamStatus.PLANT_FLOW_REVERSED: _("plants by heat or flow give more steam than consumers and traps take"),
        SteamStatus.OUT_OF_RANGE: _("the pressure needed lies beyond the steam table (0.1 to 32 bar)"),
        SteamStatus.NOT_CONVERGED: _("no solution was found"),
    }


def require_solved(dataset: xarray.Dataset) -> None:
    """Raise an error where a result of `solve_steam` has no solved row.

    Raises
    ------
    NotSolvableError
        With the reason of each status, and for choked hours with the largest possible flow.
    """
    status = dataset["status"].to_series()
    if not len(status) or status.map(is_solved).any():
        return
    lines = []
    for name, times in status.groupby(status).groups.items():
        first = times[0]
        line = _("{count} rows, the first at {time}: {reason}").format(
            count=len(times), time=first, reason=_reasons()[str(name)]
        )
        largest = float(dataset["largest_mdot_kg_per_s"].sel(time=first))
        if np.isfinite(largest):
            line += ". " + _("The largest possible flow is {most:.4g} kg/s, all demands cut alike").format(most=largest)
        lines.append(line + ".")
    raise NotSolvableError("\n".join(lines))


def dry_flows(network: Network, boundary: Boundary, rows: Sequence[int] | None = None) -> xarray.Dataset:
    """Return the dataset that `heatnet.steam.dry_flows` describes."""
    plan = checked_plan(network)
    given = given_of(network, boundary, plan)
    chosen = np.arange(len(boundary.time)) if rows is None else np.asarray(rows, dtype=int)
    share, flow = (np.full((len(chosen), len(network.consumers)), np.nan) for _result in range(2))
    for i, row in enumerate(chosen):
        share[i], flow[i] = _dry_of(plan, given, int(row))
    variables = {
        "consumer_dry_mdot_kg_per_s": (
            ("time", "consumer"),
            flow,
            {"unit": "kg/s", "meaning": "the consumer's least flow of which nothing condenses on its way"},
        ),
        "consumer_dry_demand_share": (
            ("time", "consumer"),
            share,
            {"unit": "1", "meaning": "share of all demands at which that happens"},
        ),
    }
    return xarray.Dataset(
        variables,
        coords={"time": boundary.time[chosen], "consumer": network.consumers.index.astype(str).to_numpy(object)},
        attrs={"network": network.id},
    )


def _dry_of(plan: Plan, given: Given, row: int) -> tuple[FloatArray, FloatArray]:
    """Return for each consumer share of the demand and flow from which on nothing condenses on its way.

    Between the first dry share of `_SHARES` and the wet one before it, by bisection for all consumers at once. Near the
    largest flow steam may be wet again, for its speed takes enthalpy; so dryness is not sought from above.
    """
    ways = [way_to(plan, int(node)) for node in plan.consumer_node]

    def tried(shares: FloatArray) -> tuple[BoolArray, FloatArray]:
        raw = solved_raw(steam_fluid(), plan, rows_of(given, [row] * len(shares)), shares)
        return _dry_on(ways, raw), raw.consumer_m

    dry, flows = tried(_SHARES)
    first, everyone = dry.argmax(axis=0), np.arange(len(ways))
    share, flow = (np.where(dry.any(axis=0), values, np.nan) for values in (_SHARES[first], flows[first, everyone]))
    always = dry[0]
    share[always], flow[always] = 0.0, 0.0
    sought = everyone[dry.any(axis=0) & ~always]
    low = _SHARES[first[sought] - 1]
    for _halving in range(_HALVINGS):
        high = share[sought]
        if (high - low <= _NARROW * high).all():
            break
        middle = np.sqrt(low * high)
        dry, flows = tried(middle)
        falls = dry[np.arange(len(sought)), sought]
        share[sought] = np.where(falls, middle, high)
        flow[sought] = np.where(falls, flows[np.arange(len(sought)), sought], flow[sought])
        low = np.where(falls, low, middle)
    return share, flow


def _dry_on(ways: Sequence[Sequence[int]], raw: Raw) -> BoolArray:
    """Return by row and consumer whether nothing condenses in any pipe of its way; False in rows without a solution."""
    solved = np.array([status.solved for status in STATUSES])[raw.status]
    # where nothing condenses there is no place where it begins
    dry = np.isnan(raw.out[:, :, WET_FROM])
    return np.stack([solved & dry[:, way].all(axis=1) for way in ways], axis=1)
