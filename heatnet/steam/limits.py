"""Limits of a network: why an hour has no solution, and at which flow each consumer's steam stays dry."""

from __future__ import annotations

import numpy as np
import xarray

from heatnet.errors import NotSolvableError
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.steam.fluid import steam_fluid
from heatnet.steam.given import Given
from heatnet.steam.inputs import given_of
from heatnet.steam.plan import Plan
from heatnet.steam.results import tables_of
from heatnet.steam.run import checked_plan, rows_of, solved_raw
from heatnet.steam.status import SteamStatus, is_solved

#: the least share of the demand that is looked at, and how narrow the search becomes
_LEAST_SHARE, _NARROW, _HALVINGS = 1e-3, 1e-7, 60
_DRY_K = 1e-4


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


def dry_flows(network: Network, boundary: Boundary) -> xarray.Dataset:
    """Return the dataset that `heatnet.steam.dry_flows` describes."""
    plan = checked_plan(network)
    given = rows_of(given_of(network, boundary, plan), slice(None))
    shape = (len(boundary.time), len(network.consumers))
    share, flow = np.full(shape, np.nan), np.full(shape, np.nan)
    for consumer in range(shape[1]):
        share[:, consumer], flow[:, consumer] = _dry_of(network, plan, given, consumer)
    variables = {
        "consumer_dry_mdot_kg_per_s": (
            ("time", "consumer"),
            flow,
            {"unit": "kg/s", "meaning": "the consumer's flow at which its steam arrives just saturated"},
        ),
        "consumer_dry_demand_share": (
            ("time", "consumer"),
            share,
            {"unit": "1", "meaning": "share of all demands at which that happens"},
        ),
    }
    return xarray.Dataset(
        variables,
        coords={"time": boundary.time, "consumer": network.consumers.index.astype(str).to_numpy(object)},
        attrs={"network": network.id},
    )


def _dry_of(network: Network, plan: Plan, given: Given, consumer: int) -> tuple[FloatArray, FloatArray]:
    """Return share of the demand and flow at which a consumer's steam is just dry, by bisection of all rows at once."""
    rows = len(given.t_ambient)
    node = plan.consumer_node[consumer]

    def superheat(scale: FloatArray) -> tuple[FloatArray, FloatArray]:
        raw = solved_raw(steam_fluid(), plan, given, scale)
        tables = tables_of(network, plan, given, raw)
        return tables["node_superheat_k"][:, node], raw.consumer_m[:, consumer]

    low, high = np.full(rows, _LEAST_SHARE), np.ones(rows)
    hot, flow = superheat(high)
    # more than the whole demand where that arrives wet, as far as the pressure goes
    for _doubling in range(12):
        wanting = ~(hot > _DRY_K) & ~np.isnan(hot)
        if not wanting.any():
            break
        low, high = np.where(wanting, high, low), np.where(wanting, 2 * high, high)
        more, more_flow = superheat(high)
        hot, flow = np.where(wanting, more, hot), np.where(wanting, more_flow, flow)
    found = hot > _DRY_K
    for _halving in range(_HALVINGS):
        middle = np.sqrt(low * high)
        hot, now = superheat(middle)
        dry = hot > _DRY_K
        high, low = np.where(dry, middle, high), np.where(dry, low, middle)
        flow = np.where(dry, now, flow)
        if (high - low <= _NARROW * high)[found].all():
            break
    return np.where(found, high, np.nan), np.where(found, flow, np.nan)
