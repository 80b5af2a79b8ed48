"""From solved hours to the quantities of a simulation, with their balances.

Heat is mass flow times enthalpy difference everywhere (`heatnet.adapters.fluid`), so that plants = consumers + losses in
every hour; the residual of that balance and of the mass balance are quantities of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from heatnet.adapters.activity import fill_resting
from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, PUMP, RETURN, SUPPLY, VALVE, BoolArray, Layout
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import W_PER_MW, Hour
from heatnet.simulate.hour import Solution
from heatnet.simulate.quantities import QUANTITIES
from heatnet.simulate.status import HourStatus

#: pandapipes' value, so that resting and moving water meet at one pressure
GRAVITY_M_PER_S2 = 9.81
PA_PER_BAR = 1e5
J_PER_MWH = 3.6e9
#: electricity to hydraulic power of a circulation pump with its motor and drive, typical of large hot-water pumps
PUMP_EFFICIENCY_SHARE = 0.75


@dataclass
class HourResult:
    """Quantities of one hour by name (`QUANTITIES`), and its status."""

    status: HourStatus
    values: dict[str, FloatArray | float] = field(default_factory=dict)


class ResultMaker:
    """Turns solutions into results.

    Parameters
    ----------
    network : Network
    layout : Layout
    fluid : FluidTable
    """

    def __init__(self, network: Network, layout: Layout, fluid: FluidTable) -> None:
        self.network, self.layout, self.fluid = network, layout, fluid
        pipes = network.pipes
        self._inner_m2 = np.pi / 4 * (pipes["inner_diameter_mm"].to_numpy() / 1e3) ** 2
        self._length_m = pipes["length_m"].to_numpy()
        self._wall_j_per_mk = pipes["wall_j_per_mk"].fillna(0.0).to_numpy()
        self.heater_mw = pipes["heat_mw"].to_numpy()
        self.min_dp_bar = network.consumers["min_dp_bar"].fillna(0.0).to_numpy()
        plants = network.plants
        self.holding = int(np.flatnonzero((plants["role"] == "pressure") & (layout.plant_end != NOWHERE))[0])
        self.head_bar = float(plants["head_bar"].to_numpy()[self.holding])

    def result(self, hour: Hour, solution: Solution, by_flow: BoolArray) -> HourResult:
        """Return the quantities of one solved hour."""
        parts = _Parts(self, hour, solution)
        values: dict[str, FloatArray | float] = {}
        values |= self._nodes(parts)
        values |= self._pipes(parts)
        values |= self._consumers(parts, by_flow)
        values |= self._plants(parts)
        values |= self._fittings(parts)
        values |= self._network(parts, values)
        assert set(values) == set(QUANTITIES)
        return HourResult(self._status(parts, values), values)

    def _status(self, parts: _Parts, values: dict[str, FloatArray | float]) -> HourStatus:
        if np.any(np.asarray(values["consumer_shortfall_mw"]) > 1e-9):
            return HourStatus.UNDERSUPPLIED
        on_a_line = np.concatenate([self.layout.supply, self.layout.back])
        used = on_a_line[on_a_line != NOWHERE]
        return HourStatus.OK if parts.moving[used].all() else HourStatus.STAGNANT

    def _nodes(self, parts: _Parts) -> dict[str, FloatArray | float]:
        layout = self.layout
        return {
            "node_t_supply_degc": _at(parts.t_degc, layout.supply),
            "node_t_return_degc": _at(parts.t_degc, layout.back),
            "node_p_supply_bar": _at(parts.p_bar, layout.supply),
            "node_p_return_bar": _at(parts.p_bar, layout.back),
        }

    def _pipes(self, parts: _Parts) -> dict[str, FloatArray | float]:
        layout, count = self.layout, len(self.network.pipes)
        branches = layout.of_kind(PIPE)
        element, line = layout.element[branches], layout.line[branches]
        mdot, dp_bar, loss_mw = parts.mdot[branches], parts.dp_bar[branches], parts.loss_w[branches] / W_PER_MW
        return pipe_quantities(element, line, count, mdot, dp_bar, loss_mw, np.abs(parts.velocity[branches]))

    def _consumers(self, parts: _Parts, by_flow: BoolArray) -> dict[str, FloatArray | float]:
        layout, fluid = self.layout, self.fluid
        on, mdot = parts.solution.active.consumers, parts.solution.flows.consumer_mdot_kg_per_s
        arriving = parts.t_degc[layout.consumer_start]
        t_out = np.where(on, parts.solution.flows.consumer_t_out_degc, parts.t_degc[layout.consumer_end])
        heat = np.where(on, mdot * (fluid.enthalpy(arriving) - fluid.enthalpy(t_out)), 0.0) / W_PER_MW
        wanted = np.where(by_flow, 0.0, parts.hour.heat_w / W_PER_MW)
        shortfall = np.where(parts.solution.cut_off | ~on, wanted, 0.0)
        return {
            "consumer_heat_mw": heat,
            "consumer_mdot_kg_per_s": np.where(on, mdot, 0.0),
            "consumer_t_supply_degc": arriving,
            "consumer_t_return_degc": t_out,
            "consumer_dp_bar": parts.p_bar[layout.consumer_start] - parts.p_bar[layout.consumer_end],
            "consumer_shortfall_mw": shortfall,
            # this engine knows no consumers by valve
            "consumer_imbalance_share": np.full(len(heat), np.nan),
        }

    def _plants(self, parts: _Parts) -> dict[str, FloatArray | float]:
        layout, fluid = self.layout, self.fluid
        count = len(self.network.plants)
        mdot, t_in, t_out, pump = (np.full(count, np.nan) for _ in range(4))
        heat = np.full(count, np.nan)
        between = layout.plant_end != NOWHERE
        start, end = layout.plant_start[between], layout.plant_end[between]
        mdot[between] = parts.plant_mdot[between]
        t_in[between] = _at(parts.t_leaving, start)
        t_out[between] = parts.hour.plant_t_supply_degc[between]
        lift = fluid.enthalpy(t_out[between]) - fluid.enthalpy(t_in[between])
        heat[between] = np.where(mdot[between] > 0, mdot[between] * lift, 0.0) / W_PER_MW
        head_pa = np.maximum(parts.p_bar[end] - parts.p_bar[start], 0.0) * PA_PER_BAR
        power_w = mdot[between] / fluid.density(t_in[between]) * head_pa / PUMP_EFFICIENCY_SHARE
        pump[between] = np.where(mdot[between] > 0, power_w, 0.0) / W_PER_MW
        for plant in np.flatnonzero(layout.preheat_of_plant != NOWHERE):
            node = layout.preheat_of_plant[plant]
            mdot[plant] = parts.preheat_mdot[node]
            t_in[plant] = parts.t_arriving[layout.preheat_in[node]]
            t_out[plant] = parts.t_leaving[layout.preheat_in[node]]
            heat[plant] = parts.hour.plant_heat_w[plant] / W_PER_MW
            pump[plant] = 0.0
        return {
            "plant_heat_mw": heat,
            "plant_mdot_kg_per_s": mdot,
            "plant_t_supply_degc": t_out,
            "plant_t_return_degc": t_in,
            "plant_pump_mw": pump,
        }

    def _fittings(self, parts: _Parts) -> dict[str, FloatArray | float]:
        """Return flows of valves and pumps, of those on both lines in the supply, and heads and power of pumps."""
        layout, flows = self.layout, {}
        for kind, count in ((VALVE, len(self.network.valves)), (PUMP, len(self.network.pumps))):
            branches = layout.of_kind(kind)[::-1]
            flows[kind] = np.full(count, np.nan)
            flows[kind][layout.element[branches]] = parts.mdot[branches]
        pumps = layout.of_kind(PUMP)
        head, rho = np.full(len(flows[PUMP]), np.nan), np.full(len(flows[PUMP]), np.nan)
        head[layout.element[pumps]] = parts.p_bar[layout.end[pumps]] - parts.p_bar[layout.start[pumps]]
        rho[layout.element[pumps]] = self.fluid.density(parts.t_degc[layout.start[pumps]])
        power_w = np.maximum(flows[PUMP], 0.0) * np.maximum(head, 0.0) * PA_PER_BAR / rho / PUMP_EFFICIENCY_SHARE
        return {
            "valve_mdot_kg_per_s": flows[VALVE],
            "pump_mdot_kg_per_s": flows[PUMP],
            "pump_head_bar": head,
            "pump_mw": power_w / W_PER_MW,
        }

    def _network(self, parts: _Parts, values: dict[str, FloatArray | float]) -> dict[str, FloatArray | float]:
        loss = float(np.sum(parts.loss_w)) / W_PER_MW
        heaters_on = parts.solution.active.branches[self.layout.of_kind(HEATER)]
        heaters = float(np.sum(parts.heater_mw * heaters_on)) if len(heaters_on) else 0.0
        given = float(np.nansum(values["plant_heat_mw"])) + heaters
        taken = float(np.sum(values["consumer_heat_mw"]))
        return {
            "heat_loss_mw": loss,
            "stored_heat_mwh": self._stored_heat_mwh(parts),
            "mass_residual_kg_per_s": parts.mass_residual_kg_per_s(),
            "energy_residual_mw": given - taken - loss,
        }

    def _stored_heat_mwh(self, parts: _Parts) -> float:
        """Heat of water and pipe walls above 0 °C, at the mean of a pipe's end temperatures."""
        branches = self.layout.of_kind(PIPE)
        mean = (parts.t_start[branches] + parts.t_end[branches]) / 2.0
        element = self.layout.element[branches]
        water = (
            self._inner_m2[element] * self.fluid.density(mean) * (self.fluid.enthalpy(mean) - self.fluid.enthalpy(0.0))
        )
        return float(np.sum(self._length_m[element] * (water + self._wall_j_per_mk[element] * mean))) / J_PER_MWH


class _Parts:
    """A solution completed by its resting parts and brought to its pressure level."""

    def __init__(self, maker: ResultMaker, hour: Hour, solution: Solution) -> None:
        layout, fluid = maker.layout, maker.fluid
        self.hour, self.solution, self._layout = hour, solution, layout
        self.heater_mw = maker.heater_mw[layout.element[layout.of_kind(HEATER)]]
        ground = float(np.mean(hour.t_ground_degc)) if len(hour.t_ground_degc) else fluid.lowest_degc
        state, count = solution.state, len(layout.start)
        self.moving = solution.active.junctions
        if state is None:
            self.mdot = self.dp_bar = self.velocity = np.zeros(count)
            self.plant_mdot = np.zeros(len(layout.plant_start))
            self.preheat_mdot = np.zeros(len(layout.preheat_in))
            t_junction = np.full(layout.junctions, np.nan)
            t_start = t_end = np.full(count, np.nan)
        else:
            self.mdot, self.dp_bar, self.velocity = state.mdot_kg_per_s, state.dp_bar, state.velocity_m_per_s
            self.plant_mdot = state.plant_mdot_kg_per_s
            self.preheat_mdot = np.nan_to_num(state.preheat_mdot_kg_per_s)
            t_junction, t_start, t_end = state.t_degc, state.t_start_degc, state.t_end_degc
        self.t_arriving = np.where(np.isnan(t_junction), ground, t_junction)
        # what leaves a pre-heated node leaves from its second junction
        self.t_leaving = self.t_arriving.copy()
        for inlet, outlet, split in zip(layout.preheat_in, layout.preheat_out, solution.flows.split, strict=True):
            if split and state is not None:
                self.t_leaving[inlet] = t_junction[outlet]
        self.t_degc = self.t_leaving
        resting = np.isnan(t_start)
        self.t_start, self.t_end = np.where(resting, ground, t_start), np.where(resting, ground, t_end)
        drop = fluid.enthalpy(self.t_start) - fluid.enthalpy(self.t_end)
        self.loss_w = np.where(layout.kind == PIPE, self.mdot * drop, 0.0)
        self.p_bar = self._pressures(maker, fluid, ground)

    def _pressures(self, maker: ResultMaker, fluid: FluidTable, ground: float) -> FloatArray:
        """Return absolute pressures: resting parts hydrostatic, each line lifted to its level."""
        layout, state = self._layout, self.solution.state
        hydrostatic = -float(fluid.density(ground)) * GRAVITY_M_PER_S2 * layout.elevation_m / PA_PER_BAR
        holding_start, holding_end = (int(ends[maker.holding]) for ends in (layout.plant_start, layout.plant_end))
        known = np.zeros(layout.junctions, dtype=bool)
        raw = np.zeros(layout.junctions)
        if state is None:
            known[[holding_start, holding_end]] = True
            raw[known] = hydrostatic[known]
        else:
            known, raw = np.isfinite(state.p_bar), np.nan_to_num(state.p_bar)
        filled = fill_resting(layout, raw, known, hydrostatic)
        supply, back = np.unique(layout.supply), np.unique(layout.back)
        supply, back = supply[supply != NOWHERE], back[back != NOWHERE]
        gap = filled[holding_end] - filled[holding_start]
        lift = self._head(maker, filled) - gap
        on_supply = np.zeros(layout.junctions, dtype=bool)
        on_supply[supply] = True
        level = np.where(on_supply, filled + lift, filled)
        point = maker.network.pressure_point
        if point is None:
            return np.asarray(level)
        position = maker.network.nodes.index.get_loc(point.node)
        junction = int((layout.back if point.line == "return" else layout.supply)[position])
        return np.asarray(level + (point.p_bar - level[junction]))

    def _head(self, maker: ResultMaker, filled: FloatArray) -> float:
        """Return the head of the pressure-holding plant, bar: its own, or what the worst consumer needs."""
        layout = self._layout
        start, end = int(layout.plant_start[maker.holding]), int(layout.plant_end[maker.holding])
        if np.isfinite(maker.head_bar):
            return maker.head_bar
        on = self.solution.active.consumers
        if not on.any():
            return 0.0
        at_gap = filled[layout.consumer_start] - filled[layout.consumer_end] - (filled[end] - filled[start])
        return float(np.max(maker.min_dp_bar[on] - at_gap[on]))

    def mass_residual_kg_per_s(self) -> float:
        """Return the largest mass imbalance of a junction, kg/s."""
        layout, flows, active = self._layout, self.solution.flows, self.solution.active
        net = np.zeros(layout.junctions)
        np.add.at(net, layout.end, self.mdot)
        np.add.at(net, layout.start, -self.mdot)
        consumed = np.where(active.consumers, flows.consumer_mdot_kg_per_s, 0.0)
        np.add.at(net, layout.consumer_end, consumed)
        np.add.at(net, layout.consumer_start, -consumed)
        between = layout.plant_end != NOWHERE
        np.add.at(net, layout.plant_end[between], self.plant_mdot[between])
        np.add.at(net, layout.plant_start[between], -self.plant_mdot[between])
        return float(np.max(np.abs(net), initial=0.0))


def _at(values: FloatArray, junctions: np.ndarray) -> FloatArray:
    """Return values at junctions; NaN where there is none."""
    return np.where(junctions == NOWHERE, np.nan, values[np.maximum(junctions, 0)])


def pipe_quantities(
    element: np.ndarray,
    line: np.ndarray,
    count: int,
    mdot_kg_per_s: FloatArray,
    dp_bar: FloatArray,
    loss_mw: FloatArray,
    velocity_m_per_s: FloatArray,
) -> dict[str, FloatArray | float]:
    """Return the quantities of the pipes table's rows from those of its branches, one or two a pipe.

    Parameters
    ----------
    element, line : ndarray of int, shape (branches,)
        Row in the pipes table, and supply or return.
    count : int
        Rows of that table.
    mdot_kg_per_s, dp_bar, loss_mw, velocity_m_per_s : ndarray, shape (branches,)
    """
    by_line = {}
    for name, quantity in (
        ("mdot", mdot_kg_per_s),
        ("dp", dp_bar),
        ("loss", loss_mw),
        ("velocity", velocity_m_per_s),
    ):
        table = np.full((2, count), np.nan)
        table[line, element] = quantity
        by_line[name] = table
    own = np.where(np.isnan(by_line["mdot"][SUPPLY]), by_line["mdot"][RETURN], by_line["mdot"][SUPPLY])
    is_pair = np.isfinite(by_line["mdot"]).all(axis=0)
    return {
        "pipe_mdot_kg_per_s": own,
        "pipe_mdot_return_kg_per_s": np.where(is_pair, by_line["mdot"][RETURN], np.nan),
        "pipe_velocity_m_per_s": np.fmax(by_line["velocity"][SUPPLY], by_line["velocity"][RETURN]),
        "pipe_dp_supply_bar": by_line["dp"][SUPPLY],
        "pipe_dp_return_bar": by_line["dp"][RETURN],
        "pipe_loss_supply_mw": by_line["loss"][SUPPLY],
        "pipe_loss_return_mw": by_line["loss"][RETURN],
    }
