"""Limits of a network: why an hour has no solution, what its pressure can drive, from which flow steam stays dry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray

from heatnet.errors import NotSolvableError
from heatnet.i18n import _, language
from heatnet.io.words import time_text
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics import steam
from heatnet.physics.arrays import FloatArray
from heatnet.steam.fluid import PA_PER_BAR, steam_fluid
from heatnet.steam.given import Given
from heatnet.steam.hour import Raw
from heatnet.steam.inputs import W_PER_MW, given_of
from heatnet.steam.march import WET_FROM
from heatnet.steam.plan import BoolArray, Plan, way_to
from heatnet.steam.run import checked_plan, rows_of, solved_raw
from heatnet.steam.status import STATUSES, SteamStatus, is_solved
from heatnet.units import T_PER_H_PER_KG_PER_S

#: shares of the demand among which dry steam is sought, by equal ratios; steam that is dry at the least counts as dry at
#: every flow
_SHARES = np.geomspace(1e-3, 4096.0, 84)
#: how narrow the search becomes, as a share
_NARROW, _HALVINGS = 1e-7, 60
#: factors on all demands of a row, one after the other until the pressure is asked for more than it can drive
_MORE = (1.0, 1.5, 3.0, 6.0, 12.0, 25.0, 50.0)
#: steam that chokes this near to the flow at which somebody lacks his pressure chokes first
_SAME_FLOW_SHARE = 1e-4


@dataclass(frozen=True)
class FlowLimits:
    """What the pressure can drive of a row, all demands changed alike; steam of the plants that hold the pressure.

    Parameters
    ----------
    choking_kg_per_s : float
        Above this the steam chokes, or falls below 0.1 bar; NaN where it does not at fifty times the demand.
    needed_kg_per_s : float
        Up to this every consumer has the pressure that he needs, no more than `choking_kg_per_s`; 0 where not even the least
        flow leaves it to him. NaN likewise.
    consumer : str or None
        Who lacks his pressure first; None where nobody does before the steam chokes.
    """

    choking_kg_per_s: float
    needed_kg_per_s: float
    consumer: str | None


def flow_limits(network: Network, boundary: Boundary, row: int) -> FlowLimits:
    """Return what the plants' pressure can drive of a row of a boundary.

    Parameters
    ----------
    network : Network
    boundary : Boundary
    row : int
        Position of a row, solved or choked.

    Raises
    ------
    InputError
        As `heatnet.steam.solve_steam`.
    """
    plan = checked_plan(network)
    given = rows_of(given_of(network, boundary, plan), [row])
    choking, _state = _largest(plan, given._replace(least_p=np.full_like(given.least_p, np.nan)))
    needed, state = _largest(plan, given)
    if state is None or (np.isfinite(choking) and needed > choking * (1.0 - _SAME_FLOW_SHARE)):
        return FlowLimits(choking, choking if np.isfinite(choking) else needed, None)
    need = np.where(state.consumer_m[0] > 0.0, given.least_p, np.nan)
    spare = state.p[0, plan.consumer_node] / need
    return FlowLimits(choking, needed, str(network.consumers.index[int(np.nanargmin(spare))]))


def _largest(plan: Plan, given: Given) -> tuple[float, Raw | None]:
    """Return the largest flow of the set values' one row, and its state; NaN and None where all its multiples are driven."""
    for factor in _MORE:
        # the search goes from nothing to the demand as given
        more = given._replace(consumer_heat=factor * given.consumer_heat, consumer_flow=factor * given.consumer_flow)
        raw = solved_raw(steam_fluid(), plan, more, np.ones(1), search=True, cut=True)
        if np.isfinite(raw.largest[0]):
            return float(raw.largest[0]), raw
        if STATUSES[int(raw.status[0])] == SteamStatus.UNDERSUPPLIED:
            return 0.0, raw
    return float("nan"), None


def _reasons() -> dict[str, str]:
    return {
        SteamStatus.CHOKED: _("the flows asked for use up the pressure"),
        SteamStatus.FLOODED: _("all steam condenses in a pipe that no trap drains"),
        SteamStatus.BELOW_SATURATION: _("a plant's steam is colder than saturation at the pressure of its node"),
        SteamStatus.PLANT_FLOW_REVERSED: _("plants by heat or flow give more steam than consumers and traps take"),
        SteamStatus.OUT_OF_RANGE: _("the pressure needed lies beyond the steam table (0.1 to 32 bar)"),
        SteamStatus.NOT_CONVERGED: _("no solution was found"),
    }


def limits_told(network: Network, limits: FlowLimits) -> str:
    """Return what the pressure can drive as a sentence, in t/h; empty where it drives fifty times the demand."""
    flows = {
        "choke": limits.choking_kg_per_s * T_PER_H_PER_KG_PER_S,
        "need": limits.needed_kg_per_s * T_PER_H_PER_KG_PER_S,
    }
    name = "" if limits.consumer is None else network.display_name("consumers", limits.consumer, language())
    if limits.consumer is not None and np.isfinite(limits.choking_kg_per_s):
        text = _("The flows choke above {choke:.1f} t/h; {name} has the pressure that he needs up to {need:.1f} t/h")
    elif limits.consumer is not None:
        text = _("{name} has the pressure that he needs up to {need:.1f} t/h")
    elif np.isfinite(limits.choking_kg_per_s):
        text = _("The flows choke above {choke:.1f} t/h")
    else:
        return ""
    return text.format(**flows, name=name) + " " + _("(steam of the plants, all demands changed alike)")


def require_solved(dataset: xarray.Dataset, network: Network | None = None, boundary: Boundary | None = None) -> None:
    """Raise an error where a result of `solve_steam` has no solved row.

    Parameters
    ----------
    dataset : xarray.Dataset
    network, boundary : Network, Boundary, optional
        Of which it is the result: the error then says from where on the flows choke, and who lacks his pressure from where on.

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
        reason = _reasons()[str(name)]
        if name == SteamStatus.PLANT_FLOW_REVERSED and network is not None and boundary is not None:
            reason += " (" + _given_and_taken(network, boundary, list(boundary.time).index(first)) + ")"
        line = _("No solution: {reason}").format(reason=reason)
        if len(status) > 1:
            line = _("{count} rows, the first at {time}: {reason}").format(
                count=len(times), time=time_text(first), reason=reason
            )
        lines.append(_("{sentence}.").format(sentence=line))
        if name != SteamStatus.CHOKED:
            continue
        if network is not None and boundary is not None:
            told = limits_told(network, flow_limits(network, boundary, list(boundary.time).index(first)))
        else:
            largest = float(dataset["largest_mdot_kg_per_s"].sel(time=first)) * T_PER_H_PER_KG_PER_S
            told = _("The largest flow with the pressure that users need is {most:.1f} t/h").format(most=largest)
            told = told if np.isfinite(largest) else ""
        lines += [_("{sentence}.").format(sentence=told)] if told else []
        lines.append(_("'heatnet steam NETWORK --by-need' finds the pressure at the plant that the users need."))
    raise NotSolvableError("\n".join(lines))


def _given_and_taken(network: Network, boundary: Boundary, row: int) -> str:
    """Return the heat of the plants that follow a heat or flow and that of the consumers, as text."""
    plan = checked_plan(network)
    given = rows_of(given_of(network, boundary, plan), [row])
    roles, point = network.plants["role"].to_numpy(), network.pressure_point
    holding = given.plant_p[0][roles == "pressure"]
    p_bar = float(np.nanmin(holding)) / PA_PER_BAR if np.isfinite(holding).any() else point.p_bar if point else np.nan
    per_kg = steam.enthalpy_j_per_kg(p_bar, given.plant_t[0]) - given.h_feed
    plants = np.where(
        roles == "heat", given.plant_heat[0], np.where(roles == "flow", given.plant_flow[0] * per_kg, 0.0)
    )
    arriving = float(np.max(per_kg)) + given.h_feed
    consumers = np.where(
        given.by_flow, given.consumer_flow[0] * (arriving - given.h_condensate[0]), given.consumer_heat[0]
    )
    text = _("about {given:.1f} MW given, {taken:.1f} MW taken")
    return text.format(given=np.nansum(plants) / W_PER_MW, taken=consumers.sum() / W_PER_MW)


def dry_flows(
    network: Network, boundary: Boundary, rows: Sequence[int] | None = None, by_need: bool = False
) -> xarray.Dataset:
    """Return the dataset that `heatnet.steam.dry_flows` describes."""
    plan = checked_plan(network)
    given = given_of(network, boundary, plan, by_need)
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
