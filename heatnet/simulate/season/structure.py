"""From a network to the arrays of the compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, PUMP, VALVE, IntArray, Layout
from heatnet.model.network import Network
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.season.cycles import Cycle, elimination_order, independent_cycles, spanning_forest
from heatnet.simulate.season.plan import BY_FLOW, BY_HEAT, HOLDING, OUTSIDE, Plan

GRAVITY_M_PER_S2 = 9.81
PA_PER_BAR = 1e5
_ROLES = {"pressure": HOLDING, "heat": BY_HEAT, "flow": BY_FLOW}
#: as in the reference engine
_SMOOTHEST_MM = 1e-5


def plan_of(network: Network, layout: Layout, fluid: FluidTable, inputs: Inputs) -> Plan:
    """Return a network as the compiled code reads it.

    Raises
    ------
    ValueError
        If the fluid's table is not evenly spaced.
    """
    step = np.diff(fluid.t_degc)
    if not np.allclose(step, step[0]):
        raise ValueError("the fluid's table is not evenly spaced in temperature")
    roles = np.array([_ROLES[role] for role in network.plants["role"]], dtype=np.int64)
    roles[layout.plant_end == NOWHERE] = OUTSIDE
    holding = int(np.flatnonzero(roles == HOLDING)[0])
    roots = [int(layout.plant_end[holding]), int(layout.plant_start[holding])]
    forest = spanning_forest(layout.junctions, layout.start, layout.end, layout.is_open, roots)
    cycles = independent_cycles(layout.junctions, layout.start, layout.end, layout.is_open, forest)
    cycles = [cycles[i] for i in elimination_order(cycles)]
    plan = Plan(
        table=np.ascontiguousarray(
            np.column_stack(
                [fluid.density_kg_per_m3, fluid.heat_capacity_j_per_kgk, fluid.viscosity_pa_s, fluid.enthalpy_j_per_kg]
            )
        ),
        table_start=fluid.lowest_degc,
        table_per_k=float(1.0 / step[0]),
        start=layout.start,
        end=layout.end,
        all_branches=np.arange(len(layout.start)),
        element=np.where(layout.kind == PIPE, layout.element, 0),
        is_open=layout.is_open & (layout.start != layout.end),
        **_branches(network, layout),
        elevation_m=layout.elevation_m,
        **_lines(layout),
        **_adjacency(layout),
        tree_order=forest.order,
        tree_parent=forest.parent,
        tree_branch=forest.branch,
        tree_sign=forest.sign,
        **_cycle_arrays(cycles),
        consumer_start=layout.consumer_start,
        consumer_end=layout.consumer_end,
        by_flow=inputs.by_flow,
        by_dt=inputs.by_dt,
        min_mdot=network.consumers["min_mdot_kg_per_s"].to_numpy(dtype=float),
        min_dp_bar=network.consumers["min_dp_bar"].fillna(0.0).to_numpy(dtype=float),
        plant_start=layout.plant_start,
        plant_end=layout.plant_end,
        plant_role=roles,
        holding=holding,
        plant_head_bar=float(network.plants["head_bar"].to_numpy(dtype=float)[holding]),
        preheat_at=layout.preheat_in,
        preheat_of_plant=layout.preheat_of_plant,
        **_point(network, layout),
    )
    # one layout and type of every array in memory, so that one compilation serves all networks
    values: list[Any] = [_uniform(value) if isinstance(value, np.ndarray) else value for value in plan]
    return Plan(*values)


def _uniform(values: np.ndarray) -> np.ndarray:
    kind = values.dtype.kind
    return np.array(values, dtype=float if kind == "f" else (bool if kind == "b" else np.int64), order="C")


def _branches(network: Network, layout: Layout) -> dict[str, Any]:
    """Coefficients of every branch; see `Plan`."""
    count = len(layout.start)
    names = ("loss_w_per_k", "c_local", "c_friction", "rough", "re_factor", "area_m2", "length_m", "wall_j_per_mk")
    values = {name: np.zeros(count) for name in (*names, "heater_w", "head_bar")}
    values["rough"][:], values["re_factor"][:], values["area_m2"][:] = 1e-3, 1.0, 1.0
    pipes = layout.of_kind(PIPE)
    rows = network.pipes.iloc[layout.element[pipes]]
    inner_m, length_m = rows["inner_diameter_mm"].to_numpy(float) / 1e3, rows["length_m"].to_numpy(float)
    area = np.pi / 4 * inner_m**2
    per_velocity = 1.0 / (2.0 * area**2 * PA_PER_BAR)
    values["loss_w_per_k"][pipes] = rows["u_w_per_mk"].to_numpy(float) * length_m
    values["c_local"][pipes] = rows["zeta"].to_numpy(float) * per_velocity
    values["c_friction"][pipes] = length_m / inner_m * per_velocity
    values["rough"][pipes] = np.maximum(rows["roughness_mm"].to_numpy(float), _SMOOTHEST_MM) / 1e3 / (3.71 * inner_m)
    values["re_factor"][pipes] = inner_m / area
    values["area_m2"][pipes], values["length_m"][pipes] = area, length_m
    values["wall_j_per_mk"][pipes] = rows["wall_j_per_mk"].fillna(0.0).to_numpy(float)
    heaters, valves, pumps = (layout.of_kind(kind) for kind in (HEATER, VALVE, PUMP))
    values["heater_w"][heaters] = network.pipes["heat_mw"].to_numpy(float)[layout.element[heaters]] * 1e6
    values["head_bar"][pumps] = network.pumps["head_bar"].to_numpy(float)[layout.element[pumps]]
    fittings = network.valves.iloc[layout.element[valves]]
    kv = fittings["kv_m3_per_h"].to_numpy(float) * fittings["opening"].to_numpy(float)
    # 1 bar · (V / Kv)² · rho / 1000 kg/m³ with V = 3600 m / rho
    values["c_local"][valves] = np.divide(3600.0**2 / 1000.0, kv**2, out=np.zeros_like(kv), where=kv > 0)
    heights = layout.elevation_m[layout.start] - layout.elevation_m[layout.end]
    return {**values, "rise_bar": GRAVITY_M_PER_S2 * heights / PA_PER_BAR}


def _lines(layout: Layout) -> dict[str, Any]:
    on_line, is_supply = (np.zeros(layout.junctions, dtype=bool) for _ in range(2))
    for junctions in (layout.supply, layout.back):
        on_line[junctions[junctions != NOWHERE]] = True
    is_supply[layout.supply[layout.supply != NOWHERE]] = True
    # the middle of a heater lies on its pipe's line
    is_supply[layout.end[(layout.line == 0)]] = True
    pipes = layout.of_kind(PIPE)
    count = int(layout.element[pipes].max()) + 1 if len(pipes) else 0
    by_line = np.full((2, count), NOWHERE)
    by_line[layout.line[pipes], layout.element[pipes]] = pipes
    return {
        "on_line": on_line,
        "is_supply": is_supply,
        "node_supply": layout.supply,
        "node_back": layout.back,
        "pipe_supply": by_line[0],
        "pipe_back": by_line[1],
    }


def _listed(rows: list[list[int]]) -> tuple[IntArray, IntArray]:
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    flat = np.array([value for row in rows for value in row], dtype=np.int64)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), flat


def _adjacency(layout: Layout) -> dict[str, Any]:
    """Branches at every junction, and every edge at it: branches, then consumers, then plants."""
    branches: list[list[int]] = [[] for _ in range(layout.junctions)]
    edges: list[list[int]] = [[] for _ in range(layout.junctions)]
    others: list[list[int]] = [[] for _ in range(layout.junctions)]
    start = np.concatenate([layout.start, layout.consumer_start, layout.plant_start])
    end = np.concatenate([layout.end, layout.consumer_end, layout.plant_end])
    for edge, (a, b) in enumerate(zip(start, end, strict=True)):
        if NOWHERE in (a, b) or a == b:
            continue
        for here, there in ((a, b), (b, a)):
            edges[here].append(edge)
            others[here].append(int(there))
            if edge < len(layout.start) and layout.is_open[edge]:
                branches[here].append(edge)
    adj_ptr, adj_branch = _listed(branches)
    edge_ptr, edge_of = _listed(edges)
    return {
        "adj_ptr": adj_ptr,
        "adj_branch": adj_branch,
        "edge_ptr": edge_ptr,
        "edge_of": edge_of,
        "edge_to": _listed(others)[1],
    }


def _cycle_arrays(cycles: list[Cycle]) -> dict[str, Any]:
    """Cycles, the cycles through each of their branches, and the pattern of the matrix of their pressures."""
    cycle_ptr, cycle_branch = _listed([[branch for branch, _sign in cycle] for cycle in cycles])
    through: dict[int, list[tuple[int, float]]] = {}
    for i, cycle in enumerate(cycles):
        for branch, sign in cycle:
            through.setdefault(branch, []).append((i, sign))
    loop_branch = sorted(through)
    columns: list[set[int]] = [{i} for i in range(len(cycles))]
    for members in through.values():
        for i, _sign in members:
            columns[i].update(j for j, _other in members if j <= i)
    jac_ptr, jac_row = _listed([sorted(column) for column in columns])
    at = {(int(jac_row[p]), c): p for c in range(len(cycles)) for p in range(jac_ptr[c], jac_ptr[c + 1])}
    pairs = [
        [(at[i, j], s * t) for i, s in through[branch] for j, t in through[branch] if i <= j] for branch in loop_branch
    ]
    pair_ptr, pair_at = _listed([[place for place, _sign in row] for row in pairs])
    elim_parent, factor_ptr = _symbolic(jac_ptr, jac_row)
    return {
        "cycle_ptr": cycle_ptr,
        "cycle_branch": cycle_branch,
        "cycle_sign": np.array([sign for cycle in cycles for _branch, sign in cycle]),
        "loop_branch": np.array(loop_branch, dtype=np.int64),
        "loop_ptr": _listed([[i for i, _sign in through[branch]] for branch in loop_branch])[0],
        "loop_cycle": np.array([i for branch in loop_branch for i, _sign in through[branch]], dtype=np.int64),
        "loop_sign": np.array([sign for branch in loop_branch for _i, sign in through[branch]]),
        "pair_ptr": pair_ptr,
        "pair_at": pair_at,
        "pair_sign": np.array([sign for row in pairs for _place, sign in row]),
        "jac_ptr": jac_ptr,
        "jac_row": jac_row,
        "elim_parent": elim_parent,
        "factor_ptr": factor_ptr,
    }


def _symbolic(ptr: IntArray, row: IntArray) -> tuple[IntArray, IntArray]:
    """Elimination tree and column positions of the factor (T. A. Davis, ACM TOMS 31 (2005) 587, LDL)."""
    count = len(ptr) - 1
    parent, filled, flag = (np.full(count, -1), np.zeros(count, dtype=np.int64), np.full(count, -1))
    for k in range(count):
        flag[k] = k
        for place in range(ptr[k], ptr[k + 1]):
            i = int(row[place])
            while i != k and flag[i] != k:
                if parent[i] < 0:
                    parent[i] = k
                filled[i] += 1
                flag[i] = k
                i = int(parent[i])
    return parent, np.concatenate([[0], np.cumsum(filled)]).astype(np.int64)


def _point(network: Network, layout: Layout) -> dict[str, Any]:
    point = network.pressure_point
    if point is None:
        return {"point_junction": NOWHERE, "point_bar": 0.0}
    position = network.nodes.index.get_loc(point.node)
    junctions = layout.back if point.line == "return" else layout.supply
    return {"point_junction": int(junctions[position]), "point_bar": float(point.p_bar)}
