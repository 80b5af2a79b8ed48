"""From a network to the arrays of the compiled code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, PUMP, VALVE, BoolArray, IntArray, Layout
from heatnet.adapters.parts import parts_of
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.pump import PumpCurve
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.results import GRAVITY_M_PER_S2, PA_PER_BAR
from heatnet.simulate.season.circuits import Forest, core_of, listed, on_circuits, spanning_forest
from heatnet.simulate.season.fluid import fluid_of
from heatnet.simulate.season.plan import (
    BY_FLOW,
    BY_HEAT,
    CHECK,
    CURVED,
    HOLDING,
    OUTSIDE,
    PLAIN,
    Branches,
    Core,
    Graph,
    Lines,
    Plan,
    Users,
)

_ROLES = {"pressure": HOLDING, "heat": BY_HEAT, "flow": BY_FLOW}
#: as in the reference engine
_SMOOTHEST_MM = 1e-5
#: Δp in bar of a valve: (3600 m / (rho Kv))² · rho / 1000, with m in kg/s
_KV_FACTOR = 3600.0**2 / 1000.0


def plan_of(network: Network, layout: Layout, table: FluidTable, inputs: Inputs) -> Plan:
    """Return a network as the compiled code reads it."""
    kind = _kinds(network, layout)
    usable = layout.is_open & (layout.start != layout.end)
    holding = np.flatnonzero(_roles(network, layout) == HOLDING)
    part = parts_of(layout, holding)
    users = _users(network, layout, inputs, part)
    roots = [int(end) for plant in holding for end in (layout.plant_end[plant], layout.plant_start[plant])]
    forest = spanning_forest(layout.junctions, layout.start, layout.end, usable, kind == CHECK, roots)
    # a consumer is short of pressure only where its plant's head is given
    through = bool(users.by_valve.any() or np.isfinite(users.plant_head_bar[holding]).any())
    base, full = _cores(layout, usable, forest, holding, through)
    return Plan(
        graph=_uniform(_graph(layout, kind, usable, forest, part)),
        branches=_uniform(_branches(network, layout, kind)),
        base=_uniform(base),
        full=_uniform(full),
        users=_uniform(users),
        lines=_uniform(_lines(network, layout)),
        fluid=_uniform(fluid_of(table)),
    )


def _uniform(part: Any) -> Any:
    """Return a part with one layout and type of every array in memory, so that one compilation serves all networks."""
    types = {"f": float, "b": bool}
    values = []
    for value in part:
        if isinstance(value, np.ndarray):
            value = np.array(value, dtype=types.get(value.dtype.kind, np.int64), order="C")
        values.append(value)
    return type(part)(*values)


def _kinds(network: Network, layout: Layout) -> IntArray:
    kind = np.full(len(layout.start), PLAIN)
    valves, pumps = layout.of_kind(VALVE), layout.of_kind(PUMP)
    kind[valves[(network.valves["kind"].to_numpy() == "check")[layout.element[valves]]]] = CHECK
    kind[pumps[network.pumps["curve"].notna().to_numpy()[layout.element[pumps]]]] = CURVED
    return kind


def _cores(
    layout: Layout, usable: BoolArray, forest: Forest, holding: IntArray, through_consumers: bool
) -> tuple[Core, Core]:
    """Return the circuits of pipes alone, and with those through consumers and pressure-holding plants if these matter."""
    start = np.concatenate([layout.start, layout.consumer_start, layout.plant_start[holding]])
    end = np.concatenate([layout.end, layout.consumer_end, layout.plant_end[holding]])
    branches, consumers = len(layout.start), len(layout.consumer_start)
    in_forest = np.zeros(len(start), dtype=bool)
    in_forest[forest.branch[forest.branch >= 0]] = True
    fixed = {int(layout.plant_start[plant]): (int(plant), False) for plant in holding}
    fixed |= {int(layout.plant_end[plant]): (int(plant), True) for plant in holding}
    cores = []
    for with_consumers in (False, True) if through_consumers else (False,):
        considered = np.concatenate([usable, np.full(len(start) - branches, with_consumers)])
        edges = np.flatnonzero(on_circuits(layout.junctions, start, end, considered))
        edges = edges[edges < branches + consumers]
        cores.append(core_of(start, end, edges, fixed, edges[~in_forest[edges]]))
    return cores[0], cores[-1]


def _graph(layout: Layout, kind: IntArray, usable: BoolArray, forest: Forest, part: IntArray) -> Graph:
    on_line, is_supply = (np.zeros(layout.junctions, dtype=bool) for _ in range(2))
    for junctions in (layout.supply, layout.back):
        on_line[junctions[junctions != NOWHERE]] = True
    is_supply[layout.supply[layout.supply != NOWHERE]] = True
    # the middle of a heater lies on its pipe's line
    is_supply[layout.end[layout.line == 0]] = True
    streams = np.zeros(layout.junctions, dtype=np.int64)
    np.add.at(streams, layout.consumer_end, 1)
    np.add.at(streams, layout.plant_end[layout.plant_end != NOWHERE], 1)
    preheat_of = np.full(layout.junctions, -1)
    preheat_of[layout.preheat_in] = np.arange(len(layout.preheat_in))
    adj_ptr, adj_branch, edge_ptr, edge_of, edge_to = _adjacency(layout, usable)
    return Graph(
        start=layout.start,
        end=layout.end,
        kind=kind,
        is_open=usable,
        pipe=np.where(layout.kind == PIPE, layout.element, -1),
        is_supply=is_supply,
        on_line=on_line,
        elevation_m=layout.elevation_m,
        part=part,
        adj_ptr=adj_ptr,
        adj_branch=adj_branch,
        edge_ptr=edge_ptr,
        edge_of=edge_of,
        edge_to=edge_to,
        tree_order=forest.order,
        tree_parent=forest.parent,
        tree_branch=forest.branch,
        tree_sign=forest.sign,
        streams=streams,
        preheat_of=preheat_of,
    )


def _adjacency(layout: Layout, usable: BoolArray) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Open branches at every junction, and every edge at it with the junction beyond."""
    branches: list[list[int]] = [[] for _ in range(layout.junctions)]
    edges: list[list[int]] = [[] for _ in range(layout.junctions)]
    others: list[list[int]] = [[] for _ in range(layout.junctions)]
    start = np.concatenate([layout.start, layout.consumer_start, layout.plant_start])
    end = np.concatenate([layout.end, layout.consumer_end, layout.plant_end])
    for edge, (a, b) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        if NOWHERE in (a, b) or a == b:
            continue
        for here, there in ((a, b), (b, a)):
            edges[here].append(edge)
            others[here].append(there)
            if edge < len(layout.start) and usable[edge]:
                branches[here].append(edge)
    return *listed(branches), *listed(edges), listed(others)[1]


def _branches(network: Network, layout: Layout, kind: IntArray) -> Branches:
    """Return the coefficients of every branch."""
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
    heaters, valves, pumps = (layout.of_kind(what) for what in (HEATER, VALVE, PUMP))
    values["heater_w"][heaters] = network.pipes["heat_mw"].to_numpy(float)[layout.element[heaters]] * 1e6
    speed = network.pumps["speed_share"].fillna(1.0).to_numpy(float)[layout.element[pumps]]
    head = np.nan_to_num(network.pumps["head_bar"].to_numpy(float)[layout.element[pumps]])
    values["head_bar"][pumps] = head * speed**2
    fittings = network.valves.iloc[layout.element[valves]]
    kv = fittings["kv_m3_per_h"].to_numpy(float) * fittings["opening"].to_numpy(float)
    values["c_local"][valves] = np.divide(_KV_FACTOR, kv**2, out=np.zeros_like(kv), where=kv > 0)
    heights = layout.elevation_m[layout.start] - layout.elevation_m[layout.end]
    points = _curve_points(network, layout, kind)
    flat = np.array([point for row in points for point in row], dtype=float).reshape(-1, 2)
    return Branches(
        **values,
        rise_bar=GRAVITY_M_PER_S2 * heights / PA_PER_BAR,
        curve_ptr=listed([[0] * len(row) for row in points])[0],
        curve_m3_per_h=flat[:, 0],
        curve_bar=flat[:, 1],
    )


def _curve_points(network: Network, layout: Layout, kind: IntArray) -> list[list[tuple[float, float]]]:
    """Return the points (m³/h, bar) of every branch that is a pump with a curve, at its speed."""
    rows: list[list[tuple[float, float]]] = [[] for _ in layout.start]
    for branch in np.flatnonzero(kind == CURVED):
        pump = network.pumps.iloc[layout.element[branch]]
        speed = 1.0 if math.isnan(pump["speed_share"]) else float(pump["speed_share"])
        if speed == 0.0:
            rows[branch] = [(0.0, 0.0)]
            continue
        curve = PumpCurve.parse(str(pump["curve"]))
        # affinity laws: flow with the speed, head with its square
        rows[branch] = [
            (flow * speed, head * speed**2) for flow, head in zip(curve.flows_m3_per_h, curve.heads_bar, strict=True)
        ]
    return rows


def _roles(network: Network, layout: Layout) -> IntArray:
    roles = np.array([_ROLES[role] for role in network.plants["role"]], dtype=np.int64)
    roles[layout.plant_end == NOWHERE] = OUTSIDE
    return roles


def _users(network: Network, layout: Layout, inputs: Inputs, part: IntArray) -> Users:
    roles = _roles(network, layout)
    min_dp_bar = network.consumers["min_dp_bar"].fillna(0.0).to_numpy(dtype=float)
    kv, design = inputs.kv_m3_per_h, inputs.consumer_mdot_design_kg_per_s
    by_kv = kv > 0
    open_c: FloatArray = np.where(by_kv, _KV_FACTOR / np.where(by_kv, kv, 1.0) ** 2, np.inf)
    # a valve that is shut lets nothing through, whatever the design flow
    known = ~by_kv & ~inputs.by_valve & (design > 0) & (min_dp_bar > 0)
    open_c[known] = min_dp_bar[known] / design[known] ** 2
    return Users(
        consumer_start=layout.consumer_start,
        consumer_end=layout.consumer_end,
        by_flow=inputs.by_flow,
        by_dt=inputs.by_dt,
        by_valve=inputs.by_valve,
        min_mdot=network.consumers["min_mdot_kg_per_s"].to_numpy(dtype=float),
        min_dp_bar=min_dp_bar,
        open_c=open_c,
        open_by_kv=by_kv,
        design_heat_mw=inputs.design_heat_mw,
        station=inputs.station_of_consumer,
        station_t_start=float(inputs.station_t_start_degc),
        station_per_k=1.0 / inputs.station_t_step_k,
        station_per_share=1.0 / inputs.station_share_step,
        station_t_return=inputs.station_t_return_degc,
        station_share_max=inputs.station_share_max,
        plant_start=layout.plant_start,
        plant_end=layout.plant_end,
        plant_role=roles,
        plant_head_bar=network.plants["head_bar"].to_numpy(dtype=float),
        plant_part=np.where(layout.plant_end == NOWHERE, -1, part[layout.plant_end]),
        consumer_part=part[layout.consumer_start],
        holding=np.flatnonzero(roles == HOLDING),
        preheat_at=layout.preheat_in,
        preheat_of_plant=layout.preheat_of_plant,
    )


def _lines(network: Network, layout: Layout) -> Lines:
    pipes = layout.of_kind(PIPE)
    by_line = np.full((2, len(network.pipes)), NOWHERE)
    by_line[layout.line[pipes], layout.element[pipes]] = pipes
    fittings = []
    for kind, frame in ((VALVE, network.valves), (PUMP, network.pumps)):
        branches = layout.of_kind(kind)
        first = np.full(len(frame), NOWHERE)
        # of a valve on both lines the one in the supply
        first[layout.element[branches][::-1]] = branches[::-1]
        fittings.append(first)
    point = network.pressure_point
    junction, p_bar = NOWHERE, 0.0
    if point is not None:
        position = network.nodes.index.get_loc(point.node)
        junction = int((layout.back if point.line == "return" else layout.supply)[position])
        p_bar = float(point.p_bar)
    return Lines(layout.supply, layout.back, by_line[0], by_line[1], fittings[0], fittings[1], junction, p_bar)
