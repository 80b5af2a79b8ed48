"""What the compiled code reads: one network as flat arrays, and the set values of its hours.

Junctions, branches, consumers and plants are numbered as in `heatnet.adapters.layout.Layout`. Edges are branches, then
consumers, then plants. Lists of lists are stored as one flat array and the positions at which each list begins (`*_ptr`).
"""

from __future__ import annotations

from typing import NamedTuple

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.fluid import Fluid

#: roles of plants; `OUTSIDE` stands not between the lines
OUTSIDE, HOLDING, BY_HEAT, BY_FLOW = 0, 1, 2, 3
#: kinds of branches
PLAIN, CURVED, CHECK = 0, 1, 2


class Graph(NamedTuple):
    """Who touches whom.

    Branches: ends, kind, whether open, row in the pipes table (-1 for others). Forest: junctions from the roots outwards,
    with the branch to each one's parent and its sign (+1: parent → junction); a root is an end of a pressure-holding plant
    or the first junction of a part that has none. `adj_*` open branches at a junction, `edge_*` all edges at it with the
    junction beyond. `part` numbers the parts that hang together, -1 where no plant holds the pressure. `streams` counts the
    consumers and plants that send water into a junction, `preheat_of` is its number among the pre-heated ones or -1.
    """

    start: IntArray
    end: IntArray
    kind: IntArray
    is_open: BoolArray
    pipe: IntArray
    is_supply: BoolArray
    on_line: BoolArray
    elevation_m: FloatArray
    part: IntArray
    adj_ptr: IntArray
    adj_branch: IntArray
    edge_ptr: IntArray
    edge_of: IntArray
    edge_to: IntArray
    tree_order: IntArray
    tree_parent: IntArray
    tree_branch: IntArray
    tree_sign: FloatArray
    streams: IntArray
    preheat_of: IntArray


class Branches(NamedTuple):
    """Coefficients of branches.

    `loss_w_per_k` is U·L; pressure loss in bar is m|m| (c_local + c_friction·lambda) / rho; `rough` is k/(3.71 d);
    Re = |m|·re_factor/viscosity; `rise_bar` is g (z_start - z_end)/1e5, times rho; `head_bar` of pumps. A pump with a curve
    has its points (m³/h, bar) at `curve_ptr`.
    """

    loss_w_per_k: FloatArray
    c_local: FloatArray
    c_friction: FloatArray
    rough: FloatArray
    re_factor: FloatArray
    rise_bar: FloatArray
    head_bar: FloatArray
    heater_w: FloatArray
    area_m2: FloatArray
    length_m: FloatArray
    wall_j_per_mk: FloatArray
    curve_ptr: IntArray
    curve_m3_per_h: FloatArray
    curve_bar: FloatArray


class Core(NamedTuple):
    """The edges that lie on circuits, and how the matrix of their junctions' pressures is eliminated.

    Free junctions come in the order of elimination, then those whose pressure is given (`fixed_of`: -1 for an arbitrary
    level, else the holding plant, its supply end where `fixed_supply`). `a` and `b` are an edge's ends in that numbering,
    `at` its entry in the matrix. Column k of the factor holds the entries at `col_ptr[k]`; `fill_at` says, entry by entry,
    where each product with the later ones of its column goes. Chords are the edges outside the forest.
    """

    edge: IntArray
    a: IntArray
    b: IntArray
    at: IntArray
    free: int
    fixed_of: IntArray
    fixed_supply: BoolArray
    col_ptr: IntArray
    col_row: IntArray
    fill_ptr: IntArray
    fill_at: IntArray
    chord: IntArray


class Users(NamedTuple):
    """Consumers and plants.

    `station_*`: return temperature by arriving temperature and load share (see `heatnet.simulate.inputs.Inputs`);
    `open_c` is the pressure loss of the fully open station, bar per (kg/s)², times rho where `open_by_kv`; infinite where
    nothing is known, so that such a consumer is never short of pressure.
    """

    consumer_start: IntArray
    consumer_end: IntArray
    by_flow: BoolArray
    by_dt: BoolArray
    by_valve: BoolArray
    min_mdot: FloatArray
    min_dp_bar: FloatArray
    open_c: FloatArray
    open_by_kv: BoolArray
    design_heat_mw: FloatArray
    station: IntArray
    station_t_start: float
    station_per_k: float
    station_per_share: float
    station_t_return: FloatArray
    station_share_max: FloatArray
    plant_start: IntArray
    plant_end: IntArray
    plant_role: IntArray
    plant_head_bar: FloatArray
    plant_part: IntArray
    consumer_part: IntArray
    holding: IntArray
    preheat_at: IntArray
    preheat_of_plant: IntArray


class Lines(NamedTuple):
    """Where results come from: junctions of nodes, branches of pipes, valves and pumps, constant-pressure point."""

    node_supply: IntArray
    node_back: IntArray
    pipe_supply: IntArray
    pipe_back: IntArray
    valve: IntArray
    pump: IntArray
    point_junction: int
    point_bar: float


class Plan(NamedTuple):
    """One network; `base` holds the circuits of pipes, `full` also those through consumers."""

    graph: Graph
    branches: Branches
    base: Core
    full: Core
    users: Users
    lines: Lines
    fluid: Fluid


class Given(NamedTuple):
    """Set values, shape (hours, elements); heats in MW, see `heatnet.simulate.inputs.Inputs`."""

    consumer_heat_mw: FloatArray
    consumer_t_return_degc: FloatArray
    consumer_dt_k: FloatArray
    consumer_mdot_kg_per_s: FloatArray
    plant_t_supply_degc: FloatArray
    plant_heat_mw: FloatArray
    plant_mdot_kg_per_s: FloatArray
    t_ground_degc: FloatArray
