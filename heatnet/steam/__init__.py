"""Steam networks: pressure, superheat and condensation along pipes, hour by hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray

    from heatnet.model.boundary import Boundary
    from heatnet.model.network import Network


def solve_steam(
    network: Network,
    boundary: Boundary,
    by_need: bool = False,
    superheat_k: float | None = None,
    t_feed_degc: float | None = None,
    cut: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> xarray.Dataset:
    """Return pressures, flows and states of the steam for every row of a boundary."""
    from heatnet.steam.run import run

    return run(network, boundary, by_need, superheat_k, t_feed_degc, cut, progress)
