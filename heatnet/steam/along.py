"""States along the way of the steam, for pictures: from the plant that holds the pressure to a node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.model.validation import did_you_mean
from heatnet.physics import steam
from heatnet.physics.arrays import FloatArray
from heatnet.physics.water import saturation_temperature_degc
from heatnet.steam.fluid import PA_PER_BAR, steam_fluid
from heatnet.steam.given import Given
from heatnet.steam.hour import Raw
from heatnet.steam.inputs import given_of
from heatnet.steam.line_march import PIPE_COLUMNS, trace_pipe
from heatnet.steam.march import TOLERANCE, TRACE
from heatnet.steam.plan import Plan, way_to
from heatnet.steam.run import checked_plan, rows_of, solved_raw
from heatnet.steam.status import STATUSES
from heatnet.steam.sweep import BACKWARD, FORWARD

_MEANINGS = {
    "p_bar": ("bar", "absolute pressure"),
    "t_degc": ("°C", "temperature"),
    "superheat_k": ("K", "temperature above saturation; 0 for wet steam"),
    "dryness_share": ("1", "mass of vapour over mass of steam"),
    "velocity_m_per_s": ("m/s", "velocity"),
    "mdot_kg_per_s": ("kg/s", "mass flow away from the plant"),
}
#: points of a trace for each point of the profile, and room for what traps and saturation add
_FINER, _ROOM = 4, 4000


def profile(
    network: Network,
    boundary: Boundary,
    node: str,
    rows: Sequence[int] = (0,),
    points_per_pipe: int = 21,
    by_need: bool = False,
    superheat_k: float | None = None,
) -> xarray.Dataset:
    """Return the dataset that `heatnet.steam.along` describes."""
    plan = checked_plan(network)
    way = _way_to(network, plan, node)
    here = boundary.rows(list(rows))
    given = rows_of(given_of(network, here, plan, by_need, superheat_k), slice(None))
    raw = solved_raw(steam_fluid(), plan, given, np.ones(len(rows)))
    share = np.linspace(0.0, 1.0, points_per_pipe)
    begins = np.concatenate([[0.0], np.cumsum(plan.length[way])])
    distance = np.concatenate([begins[i] + share * plan.length[pipe] for i, pipe in enumerate(way)])
    values = {name: np.full((len(rows), len(distance)), np.nan) for name in _MEANINGS}
    for row in range(len(rows)):
        if not STATUSES[raw.status[row]].solved:
            continue
        for i, pipe in enumerate(way):
            columns = slice(i * points_per_pipe, (i + 1) * points_per_pipe)
            for name, found in _states(plan, given, raw, row, pipe, share).items():
                values[name][row, columns] = found
    variables = {
        name: (("time", "point"), values[name], {"unit": unit, "meaning": meaning})
        for name, (unit, meaning) in _MEANINGS.items()
    }
    names = network.pipes.index.astype(str).to_numpy(object)[plan.element[np.repeat(way, points_per_pipe)]]
    return xarray.Dataset(
        variables,
        coords={
            "time": here.time,
            "distance_m": ("point", distance, {"unit": "m", "meaning": "distance from the plant along the pipes"}),
            "pipe": ("point", names),
        },
        attrs={"network": network.id, "node": node},
    )


def _way_to(network: Network, plan: Plan, node: str) -> list[int]:
    """Return the pipes of the tree from the plant that holds the pressure to a node."""
    if node not in network.nodes.index:
        remedy = did_you_mean(node, [str(name) for name in network.nodes.index])
        raise InputError([Problem(_("node"), _("'{name}' does not exist").format(name=node), "", remedy)])
    pipes = way_to(plan, int(network.nodes.index.get_loc(node)))
    if not pipes:
        raise InputError([Problem(node, _("no pipe leads there from a plant that holds the pressure"))])
    return pipes


def _states(plan: Plan, given: Given, raw: Raw, row: int, pipe: int, share: FloatArray) -> dict[str, FloatArray]:
    """Return states at shares of a pipe's length from its near end; NaN where nothing flows through it."""
    direction = raw.direction[row, pipe]
    if direction not in (FORWARD, BACKWARD):
        return {}
    trace = traced(plan, given, raw, row, pipe, plan.length[pipe] / (_FINER * max(len(share) - 1, 1)))
    at = share * plan.length[pipe]
    x = trace[:, 0]
    if direction == BACKWARD:
        at = plan.length[pipe] - at
    # a jump at a trap stands for what comes after it
    position = np.maximum.accumulate(x + 1e-9 * np.arange(len(x)))
    p, h, m, velocity = (np.interp(at, position, trace[:, column]) for column in (1, 2, 3, 4))
    p_bar = p / PA_PER_BAR
    t = steam.temperature_degc(p_bar, h)
    return {
        "p_bar": p_bar,
        "t_degc": t,
        "superheat_k": t - saturation_temperature_degc(p_bar),
        "dryness_share": steam.dryness_share(p_bar, h),
        "velocity_m_per_s": velocity,
        "mdot_kg_per_s": m * direction,
    }


def traced(plan: Plan, given: Given, raw: Raw, row: int, pipe: int, dx_max: float) -> FloatArray:
    """Return states along one pipe that flows, in the direction of its flow: columns as of `heatnet.steam.march.TRACE`."""
    forward = raw.direction[row, pipe] == FORWARD
    start, end = (plan.near[pipe], plan.far[pipe]) if forward else (plan.far[pipe], plan.near[pipe])
    inflow = raw.f[row, pipe] + raw.c[row, pipe] if forward else -raw.f[row, pipe]
    rows = np.zeros((1, PIPE_COLUMNS))
    rows[0] = (
        plan.length[pipe],
        plan.diameter[pipe],
        plan.roughness[pipe],
        plan.zeta[pipe],
        plan.u[pipe],
        plan.height[end] - plan.height[start],
        plan.trap_spacing[pipe],
        plan.has_trap[end],
    )
    trace = np.zeros((_ROOM + int(4 * plan.length[pipe] / dx_max), TRACE))
    count = trace_pipe(
        steam_fluid(),
        rows,
        0,
        given.t_ambient[row, pipe],
        inflow,
        raw.p[row, start],
        raw.h[row, start],
        TOLERANCE,
        dx_max,
        trace,
    )
    return trace[:count]
