"""What the compiled code reads: one network as flat arrays, and the set values of its hours.

Junctions, branches, consumers and plants are numbered as in `heatnet.adapters.layout.Layout`. Lists of lists are stored as
one flat array and the positions at which each list begins (`*_ptr`).
"""

from __future__ import annotations

from typing import NamedTuple

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray

#: roles of plants; `OUTSIDE` stands not between the lines
OUTSIDE, HOLDING, BY_HEAT, BY_FLOW = 0, 1, 2, 3


class Plan(NamedTuple):
    """One network.

    Branches: `loss_w_per_k` is U·L; pressure loss in bar is m|m| (c_local + c_friction·lambda) / rho; `rough` is
    k/(3.71 d); Re = |m|·re_factor/viscosity; `rise_bar` is g (z_start - z_end)/1e5, times rho.
    Tree: junctions from the roots outwards, with the branch to each one's parent and its sign (+1: parent → junction).
    Cycles: independent circuits of branches with signs; `jac_*` the pattern of the matrix of their pressures (upper
    triangle by columns), `elim_parent` and `factor_ptr` its elimination tree and the columns of its factor.
    Edges: branches, then consumers, then plants, for the search of what can flow.
    """

    table: FloatArray
    table_start: float
    table_per_k: float
    start: IntArray
    end: IntArray
    all_branches: IntArray
    element: IntArray
    is_open: BoolArray
    loss_w_per_k: FloatArray
    c_local: FloatArray
    c_friction: FloatArray
    rough: FloatArray
    re_factor: FloatArray
    rise_bar: FloatArray
    area_m2: FloatArray
    length_m: FloatArray
    wall_j_per_mk: FloatArray
    heater_w: FloatArray
    head_bar: FloatArray
    elevation_m: FloatArray
    on_line: BoolArray
    is_supply: BoolArray
    adj_ptr: IntArray
    adj_branch: IntArray
    edge_ptr: IntArray
    edge_of: IntArray
    edge_to: IntArray
    tree_order: IntArray
    tree_parent: IntArray
    tree_branch: IntArray
    tree_sign: FloatArray
    cycle_ptr: IntArray
    cycle_branch: IntArray
    cycle_sign: FloatArray
    loop_branch: IntArray
    loop_ptr: IntArray
    loop_cycle: IntArray
    loop_sign: FloatArray
    pair_ptr: IntArray
    pair_at: IntArray
    pair_sign: FloatArray
    jac_ptr: IntArray
    jac_row: IntArray
    elim_parent: IntArray
    factor_ptr: IntArray
    consumer_start: IntArray
    consumer_end: IntArray
    by_flow: BoolArray
    by_dt: BoolArray
    min_mdot: FloatArray
    min_dp_bar: FloatArray
    plant_start: IntArray
    plant_end: IntArray
    plant_role: IntArray
    holding: int
    plant_head_bar: float
    preheat_at: IntArray
    preheat_of_plant: IntArray
    node_supply: IntArray
    node_back: IntArray
    pipe_supply: IntArray
    pipe_back: IntArray
    point_junction: int
    point_bar: float


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


class Out(NamedTuple):
    """Results, shape (hours, elements), named as in `heatnet.simulate.quantities`, and a status code an hour."""

    node_t_supply_degc: FloatArray
    node_t_return_degc: FloatArray
    node_p_supply_bar: FloatArray
    node_p_return_bar: FloatArray
    pipe_mdot_kg_per_s: FloatArray
    pipe_mdot_return_kg_per_s: FloatArray
    pipe_velocity_m_per_s: FloatArray
    pipe_dp_supply_bar: FloatArray
    pipe_dp_return_bar: FloatArray
    pipe_loss_supply_mw: FloatArray
    pipe_loss_return_mw: FloatArray
    consumer_heat_mw: FloatArray
    consumer_mdot_kg_per_s: FloatArray
    consumer_t_supply_degc: FloatArray
    consumer_t_return_degc: FloatArray
    consumer_dp_bar: FloatArray
    consumer_shortfall_mw: FloatArray
    plant_heat_mw: FloatArray
    plant_mdot_kg_per_s: FloatArray
    plant_t_supply_degc: FloatArray
    plant_t_return_degc: FloatArray
    plant_pump_mw: FloatArray
    heat_loss_mw: FloatArray
    stored_heat_mwh: FloatArray
    mass_residual_kg_per_s: FloatArray
    energy_residual_mw: FloatArray
    status: IntArray
    rounds: IntArray
