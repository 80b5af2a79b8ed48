"""Steam at a plant's gate: its state."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.network import Network
from heatnet.plants.place import number


def gate_state(plant: pd.Series, network: Network) -> tuple[float, float] | None:
    """Return pressure (bar) and temperature (°C) of a plant's steam; None where the network does not state both.

    The pressure is the plant's own, or that of the network's pressure point at its node.
    """
    p_bar, t_degc = number(plant, "p_bar"), number(plant, "t_supply_degc")
    point = network.pressure_point
    if np.isnan(p_bar) and point is not None and point.node == plant["node"]:
        p_bar = point.p_bar
    return None if np.isnan(p_bar) or np.isnan(t_degc) else (p_bar, t_degc)
