"""Which hours stand for a season: all that ask for heat; of these the highest load and hours over the duration curve."""

from __future__ import annotations

import numpy as np

from heatnet.io.results_store import DESIGN_LABEL
from heatnet.model.supply import BoolArray, FloatArray


def season_hours(load_mw: FloatArray, in_season: BoolArray) -> list[int]:
    """Return the positions of the season's hours that ask for heat, in time order: these are solved with the pipes."""
    return [int(position) for position in np.flatnonzero(in_season & (load_mw > 0))]


def representative_hours(load_mw: FloatArray, in_season: BoolArray, count: int) -> dict[int, str]:
    """Return hour positions and why each was chosen.

    Parameters
    ----------
    load_mw : ndarray, shape (T,)
        Heat load of the network, MW.
    in_season : ndarray of bool, shape (T,)
    count : int
        Hours besides the one of highest load; fewer where the season is shorter.

    Returns
    -------
    dict of int to str
        Position to label: ``design`` for the highest load, then ``p95`` … ``p05``: the load is reached or passed in
        the other share of the season. The lowest hour with load is always among them.
    """
    season = np.array(season_hours(load_mw, in_season), dtype=int)
    if not len(season):
        return {}
    order = season[np.argsort(load_mw[season], kind="stable")]
    chosen = {int(order[-1]): DESIGN_LABEL}
    shares = np.linspace(0.0, 0.98, min(count, len(order) - 1))
    for share in shares:
        position = int(order[int(share * (len(order) - 1))])
        chosen.setdefault(position, f"p{round(100 * share):02d}")
    first = next(iter(chosen))
    return {first: chosen[first]} | {position: chosen[position] for position in sorted(chosen) if position != first}
