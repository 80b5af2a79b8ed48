"""How much more load a bus can take before something is too much: hosting margins, hour by hour.

Added load P at constant power factor is the largest for which no line or transformer exceeds its limit, no voltage leaves its
band, and a solution exists. Found by bisection, all hours at once. What already lies beyond its limit without the added load
counts as limited at where it is: a load elsewhere that does not make it worse is no less welcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.electric.grid_model import Flows
from heatnet.electric.model import PowerModel
from heatnet.electric.setpoints import PowerSetpoints
from heatnet.model.power_checks import bus_capacity_mva
from heatnet.model.power_network import PowerNetwork
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    import xarray

#: the whole, then bisections: the margin is found to a 4096th of what lines and transformers at the bus carry
_STEPS = 13
#: by how much a value may pass the one without added load and count as unchanged
_SAME_LOADING, _SAME_VOLTAGE_PU = 1e-6, 1e-7


def headroom_mw(
    network: PowerNetwork,
    given: PowerSetpoints,
    buses: Sequence[str],
    cos_phi: float = 0.95,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> FloatArray:
    """Return the load that each bus can take besides, the others unchanged.

    Parameters
    ----------
    network : PowerNetwork
    given : PowerSetpoints
        What the network does without it.
    buses : sequence of str
    cos_phi : float
        Power factor of the added load.
    threads : int
        Threads of the batch engine.
    progress : callable, optional
        Called with (steps done, steps).

    Returns
    -------
    array (T, len(buses))
        MW; 0 where nothing fits, NaN in hours without a solution.
    """
    model = PowerModel(_with_probes(network, buses))
    nothing = np.zeros((given.hours, len(buses)))
    base = model.flows(_probed(given, nothing, cos_phi), threads)
    limits = _Limits(network, base)
    capacity = bus_capacity_mva(network)
    room = nothing.copy()
    for position, bus in enumerate(buses):
        low, high = np.zeros(given.hours), np.full(given.hours, float(capacity[bus]))
        for step in range(_STEPS):
            added = nothing.copy()
            added[:, position] = (low + high) / 2 if step else high
            fits = limits.kept(model.flows(_probed(given, added, cos_phi), threads))
            low = np.where(fits, added[:, position], low)
            high = np.where(fits, high, added[:, position])
            if progress is not None:
                progress(position * _STEPS + step + 1, len(buses) * _STEPS)
        room[:, position] = np.where(base.solved, low, np.nan)
    return room


def _with_probes(network: PowerNetwork, buses: Sequence[str]) -> PowerNetwork:
    """Return the network with one further load at each bus, behind the others."""
    probes = pd.DataFrame(index=[f"probe {bus}" for bus in buses], columns=network.loads.columns)
    probes["bus"], probes["p_mw"], probes["cos_phi"] = list(buses), 0.0, 1.0
    loads = pd.concat([network.loads, probes.astype(network.loads.dtypes)]) if len(network.loads) else probes
    return network.with_tables(loads=loads)


def _probed(given: PowerSetpoints, added_mw: FloatArray, cos_phi: float) -> PowerSetpoints:
    added_mvar = added_mw * np.tan(np.arccos(cos_phi))
    return replace(
        given,
        load_p_mw=np.hstack([given.load_p_mw, added_mw]),
        load_q_mvar=np.hstack([given.load_q_mvar, added_mvar]),
    )


def critical_rows(states: xarray.Dataset) -> list[int]:
    """Return the rows in which a line, a transformer or a bus is closest to a limit of its own, each once, in order."""
    rows: set[int] = set()
    for name, sign in (("line_loading_share", 1), ("transformer_loading_share", 1), ("bus_v_pu", -1), ("bus_v_pu", 1)):
        values = sign * states[name].to_numpy()
        if values.shape[1] and np.isfinite(values).any():
            rows |= set(np.argmax(np.nan_to_num(values, nan=-np.inf), axis=0).tolist())
    return sorted(rows)


class _Limits:
    """Limits of every hour: those of the elements, or where the hour already stands beyond them."""

    def __init__(self, network: PowerNetwork, base: Flows) -> None:
        self._line = np.fmax(base.line_loading_share, 1.0) + _SAME_LOADING
        self._transformer = np.fmax(base.transformer_loading_share, 1.0) + _SAME_LOADING
        self._v_min = np.fmin(base.bus_v_pu, network.buses["v_min_pu"].to_numpy(float)) - _SAME_VOLTAGE_PU
        self._v_max = np.fmax(base.bus_v_pu, network.buses["v_max_pu"].to_numpy(float)) + _SAME_VOLTAGE_PU

    def kept(self, flows: Flows) -> np.ndarray:
        """Return whether each hour keeps all limits, (T,) of bool."""
        with np.errstate(invalid="ignore"):
            kept = (
                (flows.line_loading_share <= self._line).all(axis=1)
                & (flows.transformer_loading_share <= self._transformer).all(axis=1)
                & (flows.bus_v_pu >= self._v_min).all(axis=1)
                & (flows.bus_v_pu <= self._v_max).all(axis=1)
            )
        return np.asarray(kept & flows.solved)
