"""What the compiled code reads and writes: plain arrays in named tuples. Units as in the names; enthalpies in J/kg."""

from __future__ import annotations

from typing import NamedTuple

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.plan import Branches, Graph, Users
from heatnet.simulate.transient.fluid import Fluid

#: kinds of branches: with water in it, with an in-line heater, without either
PIPE_BRANCH, HEATER_BRANCH, PLAIN_BRANCH = 0, 1, 2
#: columns of the branches' geometry: cross-section m², length m, loss W/(m K), wall J/(m K)
AREA, LENGTH, LOSS, WALL = 0, 1, 2, 3


class Net(NamedTuple):
    """One network.

    `geometry` has the columns `AREA`, `LENGTH`, `LOSS` and `WALL`, `cells` the number of wall cells of each pipe,
    `element` the pipe whose ground temperature holds. `at_*` lists the open branches at each junction, `served_*` the
    consumers that draw from it; `is_supply` says on which line it lies.
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
    is_supply: BoolArray
    consumer_start: IntArray
    consumer_end: IntArray
    by_dt: BoolArray
    plant_start: IntArray
    plant_end: IntArray
    floor_degc: float


class Mains(NamedTuple):
    """One network as the hydraulics see it: parts of the season engine's plan, and the constant-pressure point."""

    graph: Graph
    branches: Branches
    users: Users
    point_junction: int
    point_bar: float


class Currents(NamedTuple):
    """Flows, pressures and what they need, kept from one search to the next one, which begins there.

    Edges are branches, then consumers. By edge: flow `mdot` and whether it is `live`. By branch: density, fluidity
    (1/viscosity), `root` of Colebrook's equation (1/sqrt(lambda)), loss and its slope. By consumer: whether its flow follows
    the pressure (`acts`) and density at its valve. Junctions: `need` and absolute pressure `p`. Plants: flow and head, bar.
    The rest is room for the circuits' matrix.
    """

    mdot: FloatArray
    live: BoolArray
    rho: FloatArray
    fluidity: FloatArray
    root: FloatArray
    dp: FloatArray
    slope: FloatArray
    acts: BoolArray
    valve_rho: FloatArray
    need: FloatArray
    p: FloatArray
    plant_mdot: FloatArray
    head: FloatArray
    drop: FloatArray
    conductance: FloatArray
    diagonal: FloatArray
    entries: FloatArray
    level: FloatArray


class Water(NamedTuple):
    """What all pipes hold, by branch: parcels as in `heatnet.simulate.transient.parcels`, and wall cells from the start, °C."""

    volume: FloatArray
    t: FloatArray
    fall: FloatArray
    ring: IntArray
    wall: FloatArray


class Look(NamedTuple):
    """What the pipes hold, by branch: temperatures at both ends and mean one, °C, heat of water and wall above 0 °C, J.

    Density (kg/m³) and fluidity (1/viscosity) are those of the hydraulics.
    """

    ends_degc: FloatArray
    mean_degc: FloatArray
    stored_j: FloatArray
    rho: FloatArray
    fluidity: FloatArray


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
    """What a pass over the network finds.

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
