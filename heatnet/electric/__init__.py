"""Power networks: the flow of every hour at once, and what limits it.

Networks are those of `heatnet.model.power_network`; equations, signs and limits stand in `docs/theory_power.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray

    from heatnet.model.boundary import Boundary
    from heatnet.model.power_network import PowerNetwork

__all__ = ["power_flow"]


def power_flow(
    network: PowerNetwork,
    boundary: Boundary,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> xarray.Dataset:
    """Return voltages, currents and powers for every row of a boundary; each row is one steady state.

    Parameters
    ----------
    network : PowerNetwork
    boundary : Boundary
        Times and set values: `load_p_mw`, `load_q_mvar`, `generator_p_mw`, `battery_p_mw`, `grid_v_pu`. What it leaves
        open falls back to the network.
    threads : int
        Threads of the engine; hours are independent, the results do not depend on it.
    progress : callable, optional
        Called with (rows done, rows).

    Returns
    -------
    xarray.Dataset
        Quantities of `heatnet.electric.quantities` with dimensions time, bus, line, transformer, grid, load, generator,
        battery, and the text `status` by time: ``ok``, or ``not_converged`` with NaN (demand beyond what the network can
        carry).

    Raises
    ------
    InputError
        With what the engines do not solve: tap changers beside generators that hold a voltage.
    """
    from heatnet.electric.model import PowerModel

    return PowerModel(network).solve(boundary, threads, progress)
