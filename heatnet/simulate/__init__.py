"""Steady thermal-hydraulic simulation of a network, hour by hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from heatnet.simulate.status import HourStatus, is_solved

if TYPE_CHECKING:
    import xarray

    from heatnet.model.boundary import Boundary
    from heatnet.model.network import Network

__all__ = ["HourStatus", "is_solved", "return_flow_share", "simulate"]


def simulate(
    network: Network,
    boundary: Boundary,
    engine: str = "pandapipes",
    progress: Callable[[int, int], None] | None = None,
    threads: int = 1,
    transient: bool = False,
    step_s: float = 900.0,
    station_returns: bool = False,
) -> xarray.Dataset:
    """Return pressures, flows and temperatures of every node and pipe for every row of a boundary.

    Each row is one steady state. Friction is Colebrook's, heat loss exponential along each pipe, heat always mass flow
    times enthalpy difference; the pump power counts 0.75 efficiency. Plants give what the boundary sets (role heat) or
    hold their flow (role flow); the pressure-holding plant covers the rest. Its head is its own, or such that the worst
    consumer just has its `min_dp_bar`.

    Parameters
    ----------
    network : Network
        A water network.
    boundary : Boundary
        Times and set values; what it leaves open falls back to the network.
    engine : {"pandapipes", "season"}
        What solves the equations: the reference, or compiled code that solves the same ones hundreds of times faster.
    progress : callable, optional
        Called with (rows done, rows) after every row.
    threads : int
        Threads of the season engine; they change no result.
    transient : bool
        Transport of heat through pipes and their walls from step to step, instead of steady states; season engine only.
        The boundary's values are instantaneous and linear in between; a row of the result is the state at its instant.
    step_s : float
        Time step of a transient simulation, s.
    station_returns : bool
        Return temperatures by the exchanger model of stations with secondary design temperatures; season engine only.

    Returns
    -------
    xarray.Dataset
        Quantities of `heatnet.simulate.quantities` with dimensions time, node, pipe, consumer, plant, and the text
        `status` by time. A row that cannot be solved is NaN with its status; statuses that begin with "ok" carry numbers.

    Raises
    ------
    InputError
        With every value that is missing or wrong, or every feature that the engine does not solve.
    """
    from heatnet.simulate.run import run

    return run(network, boundary, engine, progress, threads, step_s if transient else None, station_returns)


def return_flow_share(dataset: xarray.Dataset, network: Network) -> xarray.DataArray:
    """Return what share of the whole return flow passes the node of each plant that pre-heats the return.

    Parameters
    ----------
    dataset : xarray.Dataset
        Result of `simulate`.
    network : Network
        The network simulated.

    Returns
    -------
    xarray.DataArray
        Dimensions time and plant (pre-heating plants only); flow past the node over the flow through all plants between
        the lines, NaN in unsolved rows, 0 where no water moves. Above 0, times the flow of another hour of the same
        network, it gives that hour's flow past the plant.
    """
    from heatnet.simulate.run import return_flow_share as share

    return share(dataset, network)
