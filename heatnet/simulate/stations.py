"""Tables of the primary return temperature of exchange stations, one for each distinct design point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.exchanger import StationDesign
from heatnet.physics.station_table import T_START_DEGC, is_possible, station_table

NO_STATION = -1
_COLUMNS = ("design_heat_mw", "t_return_degc", "t_secondary_supply_degc", "t_secondary_return_degc")


@dataclass(frozen=True, eq=False)
class Stations:
    """Tables of stations by class; see `heatnet.simulate.inputs.Inputs`.

    Parameters
    ----------
    of_consumer : ndarray of int, shape (consumers,)
    t_return_degc : ndarray, shape (classes, temperatures, shares)
    share_max : ndarray, shape (classes, temperatures)
    """

    of_consumer: IntArray
    t_return_degc: FloatArray
    share_max: FloatArray


def no_stations(consumers: int) -> Stations:
    """Return what a simulation with given return temperatures has."""
    return Stations(np.full(consumers, NO_STATION, dtype=np.int64), np.empty((0, 1, 1)), np.empty((0, 1)))


def stations_of(network: Network, wanted: BoolArray, t_highest_degc: float, problems: Problems) -> Stations:
    """Return the tables of some consumers' stations.

    Parameters
    ----------
    network : Network
        Water network with its design point.
    wanted : ndarray of bool, shape (consumers,)
        Consumers that may have one; those without secondary design temperatures or design heat have none.
    t_highest_degc : float
        Highest arriving temperature, °C.
    problems : Problems
        Takes a problem for every design point that no exchanger can have.
    """
    consumers = network.consumers
    of_consumer = no_stations(len(consumers)).of_consumer
    designs: dict[StationDesign, int] = {}
    rows = consumers[list(_COLUMNS)].to_numpy(dtype=float)
    for i in np.flatnonzero(wanted):
        design = _design_of(network, rows[i])
        if design is None:
            continue
        if is_possible(design):
            of_consumer[i] = designs.setdefault(design, len(designs))
        else:
            _note_impossible(str(consumers.index[i]), design, problems)
    if not designs:
        return no_stations(len(consumers))
    tables = [station_table(design, t_highest_degc) for design in designs]
    return Stations(
        of_consumer,
        np.stack([table.t_return_degc for table in tables]),
        np.stack([table.share_max for table in tables]),
    )


def _design_of(network: Network, row: FloatArray) -> StationDesign | None:
    heat_mw, own, t_supply, t_return = (float(value) for value in row)
    if network.design is None or np.isnan(t_supply + t_return) or not heat_mw > 0:
        return None
    back = network.design.t_return_degc if np.isnan(own) else own
    return StationDesign(network.design.t_supply_degc, back, t_supply, t_return)


def _note_impossible(consumer: str, design: StationDesign, problems: Problems) -> None:
    problems.add(
        f"consumers, {consumer}, t_secondary_return_degc",
        _("no exchanger brings {supply:g}/{back:g} °C to {t_supply:g}/{t_return:g} °C").format(
            supply=design.t_supply_degc,
            back=design.t_return_degc,
            t_supply=design.t_secondary_supply_degc,
            t_return=design.t_secondary_return_degc,
        ),
        _("Either secondary temperature below the primary one, and a secondary return of {low:g} °C or more").format(
            low=T_START_DEGC
        ),
        _("Correct the consumer's design temperatures."),
    )
