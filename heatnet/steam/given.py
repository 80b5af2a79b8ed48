"""What is given for every hour, as arrays for compiled code."""

from __future__ import annotations

from typing import NamedTuple

from heatnet.physics.arrays import FloatArray
from heatnet.steam.plan import BoolArray, IntArray

#: what fixes the pressure of a plant that holds it: itself, a node, or the worst consumer's need
OWN, AT_NODE, BY_NEED = range(3)


class Given(NamedTuple):
    """Set values, SI units, over rows (hours) and elements.

    Parameters
    ----------
    consumer_heat : ndarray, shape (rows, consumers)
        Heat above the enthalpy of the condensate, W.
    consumer_flow : ndarray, shape (rows, consumers)
        kg/s; where `by_flow`, instead of the heat.
    h_condensate : ndarray, shape (rows, consumers)
        Enthalpy at which the consumer's condensate leaves, J/kg.
    by_flow : ndarray of bool, shape (consumers,)
    least_p : ndarray, shape (consumers,)
        Pressure needed, Pa; NaN for none.
    plant_t : ndarray, shape (rows, plants)
        Steam temperature, °C.
    plant_superheat : ndarray, shape (rows, plants)
        Temperature above saturation instead, K; NaN where the temperature counts.
    plant_heat, plant_flow : ndarray, shape (rows, plants)
        Of plants by heat (W) and by flow (kg/s).
    plant_p : ndarray, shape (rows, plants)
        Of plants that hold the pressure, Pa: the pressure itself, or that of `point`.
    mode : ndarray of int, shape (plants,)
        `OWN`, `AT_NODE` or `BY_NEED`.
    point : ndarray of int, shape (plants,)
        Node whose pressure is held with `AT_NODE`.
    h_feed : float
        Enthalpy of the plants' feed water, J/kg.
    t_ambient : ndarray, shape (rows, pipes)
        Ground or air at each open pipe, °C.
    """

    consumer_heat: FloatArray
    consumer_flow: FloatArray
    h_condensate: FloatArray
    by_flow: BoolArray
    least_p: FloatArray
    plant_t: FloatArray
    plant_superheat: FloatArray
    plant_heat: FloatArray
    plant_flow: FloatArray
    plant_p: FloatArray
    mode: IntArray
    point: IntArray
    h_feed: float
    t_ambient: FloatArray
