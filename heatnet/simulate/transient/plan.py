"""What the compiled code reads and writes: plain arrays in named tuples. Units as in the names; enthalpies in J/kg."""

from __future__ import annotations

from typing import NamedTuple

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.fluid import Fluid

#: kinds of branches: with water in it, with an in-line heater, without either
PIPE_BRANCH, HEATER_BRANCH, PLAIN_BRANCH = 0, 1, 2
#: columns of the branches' geometry: cross-section m², length m, loss W/(m K), wall J/(m K)
AREA, LENGTH, LOSS, WALL = 0, 1, 2, 3


class Net(NamedTuple):
    """One network.

    `geometry` has the columns `AREA`, `LENGTH`, `LOSS` and `WALL`, `cells` the number of wall cells of each pipe,
    `element` the pipe whose ground temperature holds. `at_*` lists the open branches at each junction, `served_*` the
    consumers that draw from it.
    """

    fluid: Fluid
    start: IntArray
    end: IntArray
    kind: IntArray
    element: IntArray
    geometry: FloatArray
    cells: IntArray
    heater_w: FloatArray
    at_ptr: IntArray
    at_branch: IntArray
    served_ptr: IntArray
    served: IntArray
    consumer_start: IntArray
    consumer_end: IntArray
    by_dt: BoolArray
    plant_start: IntArray
    plant_end: IntArray
    floor_degc: float


class Water(NamedTuple):
    """What all pipes hold, by branch: parcels as in `heatnet.simulate.transient.parcels`, and wall cells from the start, °C."""

    volume: FloatArray
    t: FloatArray
    fall: FloatArray
    ring: IntArray
    wall: FloatArray


class Drive(NamedTuple):
    """What drives the water during one step of constant flows.

    `plant_h` is by plant and split step; `bypass_w` is the heat of consumers that return warmer than set because their flow is
    the bypass flow, NaN for others; `rest_h` is the enthalpy at junctions without flow.
    """

    mdot: FloatArray
    consumer_mdot: FloatArray
    consumer_t_return_degc: FloatArray
    consumer_dt_k: FloatArray
    bypass_w: FloatArray
    plant_mdot: FloatArray
    plant_h: FloatArray
    preheat_w: FloatArray
    rest_h: FloatArray
    t_ground_degc: FloatArray
    film_w_per_mk: FloatArray
    dispersion_m2_per_s: FloatArray
    seconds: float


class Carried(NamedTuple):
    """What one pass over the network finds.

    By junction and split step: enthalpy of what arrives and of what leaves (behind a pre-heater); `inflow` in kg/s. By branch:
    enthalpy of what flows out in each split step, heat lost in all of them, J. By consumer, as means over the step: enthalpy of
    what arrives, drop that its set return temperature allows, enthalpy that it sends back.
    """

    arriving: FloatArray
    leaving: FloatArray
    inflow: FloatArray
    out: FloatArray
    lost_j: FloatArray
    consumer_h: FloatArray
    consumer_drop: FloatArray
    consumer_back_h: FloatArray


class Work(NamedTuple):
    """Order of the junctions downstream with the branches that leave each, and room for one pipe's numbers."""

    way: IntArray
    draws: BoolArray
    waiting: IntArray
    order: IntArray
    place: IntArray
    late: BoolArray
    slope: FloatArray
    gain: FloatArray
    heat: FloatArray
