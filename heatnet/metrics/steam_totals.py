"""A steam network's totals over a boundary of many rows: given, delivered, lost, condensate; the least margin; wet hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.metrics.network_season import solved_hours
from heatnet.metrics.row_hours import row_hours
from heatnet.metrics.steam_season import steam_account
from heatnet.model.network import Network

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class SteamTotals:
    """Sums over the solved rows, or means where the rows do not say how long they stand.

    Parameters
    ----------
    is_sum : bool
        Heat in MWh, steam in t and times in h; else MW, t/h and numbers of rows.
    hours : float
        For how long the solved rows stand, h; their number where that is not known.
    given_mwh, delivered_mwh, lost_mwh : float
        Heat of the plants, of the users, and the difference: through the insulation and with condensate.
    loss_mwh : float
        Heat through the insulation.
    given_t, delivered_t, condensate_t : float
        Steam of the plants, of the users, and what traps drain.
    hours_wet, hours_below_pressure : float
        In which steam condenses where it flows; in which a user lacks his pressure.
    least_margin : dict or None
        Least pressure above the need with ``p_bar``, ``id`` and ``time``; None where nobody has `min_p_bar`.
    """

    is_sum: bool
    hours: float
    given_mwh: float
    delivered_mwh: float
    lost_mwh: float
    loss_mwh: float
    given_t: float
    delivered_t: float
    condensate_t: float
    hours_wet: float
    hours_below_pressure: float
    least_margin: dict[str, Any] | None


def steam_totals(network: Network, states: xr.Dataset) -> SteamTotals:
    """Return the totals of the solved rows of a boundary.

    Parameters
    ----------
    network : Network
    states : xarray.Dataset
        Result of `heatnet.steam.solve_steam` with a solved row.

    Notes
    -----
    A row stands for the step that begins with it, where all steps are equal.
    """
    solved = solved_hours(states)
    of_rows = row_hours(states.indexes["time"], solved, transient=False)
    account = steam_account(network, states, ())
    rows = int(solved.sum())
    hours = float(rows if of_rows is None else of_rows.sum())
    # the account adds rows up as if each were an hour
    amount = 1.0 / rows if of_rows is None else hours / rows
    count = 1.0 if of_rows is None else hours / rows
    heat, steam = account["heat_mwh"], account["steam_t"]
    return SteamTotals(
        is_sum=of_rows is not None,
        hours=hours,
        given_mwh=heat["plants"] * amount,
        delivered_mwh=heat["process"] * amount,
        lost_mwh=heat["lost"] * amount,
        loss_mwh=account["loss_mwh"] * amount,
        given_t=steam["plants"] * amount,
        delivered_t=steam["process"] * amount,
        condensate_t=steam["condensate"] * amount,
        hours_wet=account["hours_wet"] * count,
        hours_below_pressure=account["hours_below_pressure"] * count,
        least_margin=None if account["least_margin"] is None else _with_own_time(account["least_margin"], states),
    )


def _with_own_time(margin: dict[str, Any], states: xr.Dataset) -> dict[str, Any]:
    """Return the margin with the row's time as the boundary has it."""
    row = int(np.nanargmin(states["consumer_p_margin_bar"].sel(consumer=margin["id"]).to_numpy()))
    return {"p_bar": margin["p_bar"], "id": margin["id"], "time": states.indexes["time"][row]}
