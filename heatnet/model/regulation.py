"""Central regulation of a network: what its plants supply and its consumers return at a load share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.network import Design, Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.regulation import (
    RegulationDesign,
    curve_temperatures_degc,
    primary_temperatures_degc,
    secondary_temperatures_degc,
    staged_flow_share,
    variable_flow_return_degc,
)

#: primary above secondary at both ends of an exchange station, at least (plate exchangers: 3–5 K)
_STATION_DIFFERENCE_K = 5.0
#: consumers that do not follow the weather
PROCESS_KIND = "process_steam"


def regulated_degc(network: Network, share: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return primary supply and return by load share under the network's own regulation; None without one.

    A heating curve goes first, whatever the regulation. Else, from the design point: `quality` (质调节) is
    `heating_curve_degc`; `staged` (分阶段改变流量) the same at the flow of `staged_flow_share`; `variable` (量调节) holds the
    design supply, and the return is that of the station. Above full load the design temperatures hold.

    Parameters
    ----------
    network : Network
    share : ndarray, shape (T,)
        Load share.
    """
    if network.heating_curve:
        return curve_temperatures_degc(share, network.heating_curve)
    if network.regulation is None or network.design is None:
        return None
    if network.regulation == "quality":
        return heating_curve_degc(network, share)
    design, share = _regulation_design(network.design), np.minimum(share, 1.0)
    if network.regulation == "staged":
        return primary_temperatures_degc(share, design, staged_flow_share(share))
    supply = np.where(np.isnan(share), np.nan, design.t_supply_degc)
    return supply, variable_flow_return_degc(share, design)


def heating_curve_degc(network: Network, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return primary supply and return by load share: the network's curve, or quality regulation from its design.

    The secondary is the usual 75/50 °C, or as hot as the network's stations can make it, so that at full load the curve
    meets the design point of networks with low temperatures too. Above full load the design temperatures hold.
    """
    if network.heating_curve:
        return curve_temperatures_degc(share, network.heating_curve)
    if network.design is None:
        return np.full(len(share), np.nan), np.full(len(share), np.nan)
    return primary_temperatures_degc(np.minimum(share, 1.0), _regulation_design(network.design))


def _regulation_design(point: Design) -> RegulationDesign:
    supply, back = point.t_supply_degc, point.t_return_degc
    usual = RegulationDesign()
    return RegulationDesign(
        supply,
        back,
        min(usual.t_secondary_supply_degc, supply - _STATION_DIFFERENCE_K),
        min(usual.t_secondary_return_degc, back - _STATION_DIFFERENCE_K),
    )


def consumer_returns_degc(network: Network, share: FloatArray, t_return_degc: FloatArray) -> pd.DataFrame:
    """Return the primary return temperature of each space-heating consumer by load share, °C.

    Consumers with the network's design return follow the heating curve. One with a lower design return T_r0 and known
    secondary (floor heating) follows that: T_r = t_r(phi) + phi (T_r0 - t_r0), the constant-effectiveness exchanger of
    `physics.regulation`, never above the curve of the others. Any other keeps its distance in proportion to the load:
    T_r = T_r,curve + phi (T_r0 - T_r0,network).

    Parameters
    ----------
    network : Network
    share : ndarray, shape (T,)
        Load share phi.
    t_return_degc : ndarray, shape (T,)
        Primary return by the heating curve, °C.
    """
    columns: dict[str, FloatArray] = {}
    usual = network.design.t_return_degc if network.design is not None else float("nan")
    for consumer, row in network.consumers[network.consumers["kind"] != PROCESS_KIND].iterrows():
        own, supply, back = row["t_return_degc"], row["t_secondary_supply_degc"], row["t_secondary_return_degc"]
        columns[str(consumer)] = t_return_degc
        if np.isfinite([own, supply, back, usual]).all() and own < usual:
            design = RegulationDesign(t_secondary_supply_degc=supply, t_secondary_return_degc=back)
            _supply, t_back = secondary_temperatures_degc(share, design)
            columns[str(consumer)] = np.minimum(t_back + share * (own - back), t_return_degc)
        elif np.isfinite([own, usual]).all():
            columns[str(consumer)] = t_return_degc + share * (own - usual)
    return pd.DataFrame(columns)


def plant_supplies_degc(network: Network, share: FloatArray, t_supply_degc: FloatArray) -> pd.DataFrame:
    """Return the supply temperature of each plant between the lines by load share, °C.

    A plant with the network's design supply, or without its own, follows the heating curve; another keeps its distance
    in proportion to the load: T_s = T_s,curve + phi (T_s0 - T_s0,network).
    """
    columns: dict[str, FloatArray] = {}
    usual = network.design.t_supply_degc if network.design is not None else float("nan")
    for plant, row in network.plants[network.plants["connection"] == "supply"].iterrows():
        own = row["t_supply_degc"]
        columns[str(plant)] = (
            t_supply_degc + share * (own - usual) if np.isfinite([own, usual]).all() else t_supply_degc
        )
    return pd.DataFrame(columns)
