"""One state of a network at an outdoor temperature: loads by the weather, sources at their set heat."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.boundary import NETWORK_WIDE, Boundary
from heatnet.model.network import INDEX_LOSS_SHARE, Network, index_share
from heatnet.model.regulation import consumer_returns_degc, plant_supplies_degc, regulated_degc
from heatnet.physics.regulation import load_share


def state_at_outdoor(network: Network, t_outdoor_degc: float, index_loss_share: float = INDEX_LOSS_SHARE) -> Boundary:
    """Return the boundary of one steady state.

    Parameters
    ----------
    network : Network
        Water network with its design point.
    t_outdoor_degc : float
        Outdoor temperature that the buildings have followed, °C.
    index_loss_share : float
        Share of network loss contained in the heat indices; taken off the heat that comes from area times index,
        as the pipes are simulated.

    Raises
    ------
    ValueError
        If the network has no design point.
    """
    if network.design is None:
        raise ValueError("the network has no design point")
    share = np.atleast_1d(load_share(t_outdoor_degc, network.design.t_outdoor_degc))
    t_supply, t_return = regulated_degc(network, share)
    time = pd.Index([0.0], name="time")
    returns = consumer_returns_degc(network, share, t_return).set_axis(time)
    heating = list(returns.columns)
    consumers = network.consumers.loc[heating]
    heat = consumers["design_heat_mw"] * index_share(consumers, index_loss_share) * float(share[0])

    def row(values: dict[str, float]) -> pd.DataFrame:
        return pd.DataFrame(values, index=time)

    return Boundary(
        time,
        {
            "consumer_heat_mw": row({str(name): float(value) for name, value in heat.items()}),
            "consumer_t_return_degc": returns,
            "plant_t_supply_degc": plant_supplies_degc(network, t_supply, t_return).set_axis(time),
            "t_outdoor_degc": row({NETWORK_WIDE: t_outdoor_degc}),
        },
    )
