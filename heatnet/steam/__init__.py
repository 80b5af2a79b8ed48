"""Steam networks: pressure, superheat and condensation along pipes, hour by hour.

Networks are those of `heatnet.model` with carrier steam; equations and limits stand in `docs/theory_steam.md`. Lines without
branches have functions of their own in `heatnet.steam.line`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from heatnet.steam.status import SteamStatus, is_solved

if TYPE_CHECKING:
    import xarray

    from heatnet.model.boundary import Boundary
    from heatnet.model.network import Network

__all__ = [
    "SteamStatus",
    "check_data",
    "dry_flows",
    "is_solved",
    "profile",
    "require_solved",
    "required_plant_p_bar",
    "solve_steam",
]


def solve_steam(
    network: Network,
    boundary: Boundary,
    by_need: bool = False,
    superheat_k: float | None = None,
    t_feed_degc: float | None = None,
    cut: bool = False,
    progress: Callable[[int, int], None] | None = None,
    search: bool = True,
) -> xarray.Dataset:
    """Return pressures, flows and states of the steam for every row of a boundary.

    Each row is one steady state. Consumers take heat (the steam's enthalpy less that of condensate at `t_return_degc`) or
    a flow (`control: flow_dt`, or a flow and no heat in the boundary). One plant in each connected part holds the
    pressure; the others give a set heat or flow at their own temperature.

    Parameters
    ----------
    network : Network
        A steam network.
    boundary : Boundary
        Times and set values: `consumer_heat_mw`, `consumer_mdot_kg_per_s`, `consumer_t_return_degc`,
        `plant_t_supply_degc`, `plant_heat_mw`, `plant_mdot_kg_per_s`, `plant_p_bar`, `t_ground_degc`, and
        `t_outdoor_degc` where pipes stand above ground. What it leaves open falls back to the network.
    by_need : bool
        The plants' pressure is the least with which every consumer that takes steam has its `min_p_bar`.
    superheat_k : float, optional
        Superheat at the plants that hold a pressure, instead of their temperature.
    t_feed_degc : float, optional
        Feed water of the plants, from which their heat counts; the consumers' mean condensate temperature if absent.
    cut : bool
        Where the pressure does not suffice, cut all demands alike until it does; such rows are `ok_undersupplied` with
        a `consumer_shortfall_mw`. Otherwise they are `choked`, or have less than `min_p_bar`.
    progress : callable, optional
        Called with (rows done, rows).
    search : bool
        Look for the largest flow (`largest_mdot_kg_per_s`, and what `cut` cuts to) of rows whose pressure does not suffice;
        it takes some twenty states a row.

    Returns
    -------
    xarray.Dataset
        Quantities of `heatnet.steam.quantities` with dimensions time, node, pipe, consumer, plant, and the text `status`
        by time. A row that cannot be solved is NaN with its status; statuses that begin with "ok" carry numbers.

    Raises
    ------
    InputError
        With every value that is missing or wrong: inlets below saturation, pressures, names, features not solved.
    """
    from heatnet.steam.run import run

    return run(network, boundary, by_need, superheat_k, t_feed_degc, cut, progress, search)


def check_data(network: Network) -> None:
    """Raise what a steam network lacks for any state: pressure and temperature at its plants, features that are not solved.

    Parameters
    ----------
    network : Network
        A steam network; heat, flow and outdoor temperature are taken as given by a boundary.

    Raises
    ------
    InputError
        With everything that is missing or wrong.
    """
    from heatnet.steam.run import check_data as check

    check(network)


def required_plant_p_bar(network: Network, boundary: Boundary, superheat_k: float | None = None) -> xarray.DataArray:
    """Return the pressure that plants must hold for every consumer to have its `min_p_bar`, bar.

    Parameters
    ----------
    network, boundary, superheat_k
        As for `solve_steam`.

    Returns
    -------
    xarray.DataArray
        Dimensions time and plant (those that hold a pressure); NaN where none up to 32 bar suffices.

    Raises
    ------
    InputError
        As `solve_steam`, and where no consumer has a `min_p_bar`.
    """
    holding = network.plants.index[network.plants["role"] == "pressure"].astype(str)
    solved = solve_steam(network, boundary, by_need=True, superheat_k=superheat_k)
    return solved["plant_p_bar"].sel(plant=list(holding)).rename("required_plant_p_bar")


def profile(
    network: Network,
    boundary: Boundary,
    node: str,
    rows: Sequence[int] = (0,),
    points_per_pipe: int = 21,
    by_need: bool = False,
    superheat_k: float | None = None,
) -> xarray.Dataset:
    """Return states along the pipes from the plant that holds the pressure to a node.

    Parameters
    ----------
    network, boundary, by_need, superheat_k
        As for `solve_steam`.
    node : str
    rows : sequence of int
        Positions of the boundary's rows.
    points_per_pipe : int
        Points of each pipe, its ends included.

    Returns
    -------
    xarray.Dataset
        `p_bar`, `t_degc`, `superheat_k`, `dryness_share`, `velocity_m_per_s` and `mdot_kg_per_s` over time and point,
        with the coordinates `distance_m` and `pipe`; NaN in rows without a solution and in pipes that pass nothing on.

    Raises
    ------
    InputError
        As `solve_steam`, and for a node that does not exist.
    """
    from heatnet.steam.along import profile as states_along

    return states_along(network, boundary, node, rows, points_per_pipe, by_need, superheat_k)


def dry_flows(
    network: Network, boundary: Boundary, rows: Sequence[int] | None = None, by_need: bool = False
) -> xarray.Dataset:
    """Return for each consumer the least flow of which nothing condenses on its way, when all demands change alike.

    The way is that from the plant that holds the pressure along the network's spanning tree. What a trap on the way makes
    dry again has condensed.

    Parameters
    ----------
    network, boundary, by_need
        As for `solve_steam`.
    rows : sequence of int, optional
        Positions of the boundary's rows; all if absent.

    Returns
    -------
    xarray.Dataset
        `consumer_dry_mdot_kg_per_s` and `consumer_dry_demand_share` over time and consumer: 0 where the steam is dry at
        every flow (down to a thousandth of the demand), NaN where it is at none that the pressure can drive.

    Raises
    ------
    InputError
        As `solve_steam`.
    """
    from heatnet.steam.limits import dry_flows as of_consumers

    return of_consumers(network, boundary, rows, by_need)


def require_solved(dataset: xarray.Dataset, network: Network | None = None, boundary: Boundary | None = None) -> None:
    """Raise an error where a result of `solve_steam` has no solved row.

    Parameters
    ----------
    dataset : xarray.Dataset
    network, boundary : Network, Boundary, optional
        Of which it is the result; with them the error says from where on the flows choke, and who lacks his pressure first.

    Raises
    ------
    NotSolvableError
        With the reasons, and the largest possible flow where the pressure does not suffice.
    """
    from heatnet.steam.limits import require_solved as require

    require(dataset, network, boundary)
