"""From the state at an instant to its row of results."""

from __future__ import annotations

import numpy as np

from heatnet.adapters.layout import NOWHERE, PIPE, PUMP, VALVE, IntArray, Layout
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import W_PER_MW, Hour
from heatnet.simulate.dataset import empty_tables
from heatnet.simulate.quantities import QUANTITIES
from heatnet.simulate.results import J_PER_MWH, PA_PER_BAR, PUMP_EFFICIENCY_SHARE, pipe_quantities
from heatnet.simulate.status import HourStatus
from heatnet.simulate.transient.march import Instant
from heatnet.simulate.transient.plan import AREA, LENGTH, LOSS, Net
from heatnet.simulate.transient.rounds import Settled
from heatnet.simulate.transient.rules import Rules
from heatnet.simulate.transient.sweep import LEAST_FLOW

#: no more than this passes a shut check valve: what stands behind it is at rest
_SEEPS_KG_PER_S = 1e-6
#: a shortfall below this is rounding, MW
_LEAST_SHORTFALL_MW = 1e-9


class Rows:
    """Tables of results, filled row by row.

    Parameters
    ----------
    network : Network
    layout : Layout
    net : Net
    rules : Rules
    count : int
        Number of rows.
    """

    def __init__(self, network: Network, layout: Layout, net: Net, rules: Rules, count: int) -> None:
        self._network, self._layout, self._net, self._rules = network, layout, net, rules
        self._fluid = rules.fluid
        self.tables = empty_tables(network, count)
        self.status = np.full(count, HourStatus.NOT_CONVERGED.value, dtype=object)

    def write(self, row: int, hour: Hour, instant: Instant, expansion_j: float, residual_mw: float | None) -> None:
        """Write one row.

        Parameters
        ----------
        row : int
        hour : Hour
            Set values of the instant.
        instant : Instant
            Its state.
        expansion_j : float
            Added to the heat that the pipes hold, J.
        residual_mw : float or None
            Energy residual of the step that ends at the row; None takes that of the instant.
        """
        settled, p = instant.settled, instant.pressures.junction_p_bar
        values = self._nodes(settled, p)
        values |= self._pipes(instant, hour)
        values |= self._consumers(hour, settled, p)
        values |= self._plants(hour, settled, p)
        values |= self._fittings(settled, p)
        stored = float(instant.look.stored_j.sum()) + expansion_j
        loss = float(np.nansum(values["pipe_loss_supply_mw"]) + np.nansum(values["pipe_loss_return_mw"]))
        values["heat_loss_mw"], values["stored_heat_mwh"] = loss, stored / J_PER_MWH
        values["mass_residual_kg_per_s"] = self._mass_residual_kg_per_s(settled)
        if residual_mw is None:
            heaters = self._net.heater_w[np.abs(settled.field.branch_mdot) > LEAST_FLOW].sum() / W_PER_MW
            taken = float(np.sum(values["consumer_heat_mw"]))
            residual_mw = float(np.nansum(values["plant_heat_mw"])) + heaters - taken - loss
        values["energy_residual_mw"] = residual_mw
        for name in QUANTITIES:
            self.tables[name][row] = values[name]
        self.status[row] = self._status(values, settled).value

    def _status(self, values: dict[str, FloatArray | float], settled: Settled) -> HourStatus:
        if np.any(np.asarray(values["consumer_shortfall_mw"]) > _LEAST_SHORTFALL_MW):
            return HourStatus.UNDERSUPPLIED
        on_a_line = np.concatenate([self._layout.supply, self._layout.back])
        moving = settled.carried.inflow[on_a_line[on_a_line != NOWHERE]] > _SEEPS_KG_PER_S
        return HourStatus.OK if moving.all() else HourStatus.STAGNANT

    def _nodes(self, settled: Settled, p: FloatArray) -> dict[str, FloatArray | float]:
        t = self._fluid.temperature(settled.carried.leaving[:, 0])
        layout = self._layout
        return {
            "node_t_supply_degc": _at(t, layout.supply),
            "node_t_return_degc": _at(t, layout.back),
            "node_p_supply_bar": _at(p, layout.supply),
            "node_p_return_bar": _at(p, layout.back),
        }

    def _pipes(self, instant: Instant, hour: Hour) -> dict[str, FloatArray | float]:
        branches, field = self._layout.of_kind(PIPE), instant.settled.field
        element, line = self._layout.element[branches], self._layout.line[branches]
        geometry, mean = self._net.geometry[branches], instant.look.mean_degc[branches]
        density = self._fluid.density(mean)
        velocity = np.abs(field.branch_mdot[branches]) / (density * geometry[:, AREA])
        loss_w = geometry[:, LOSS] * geometry[:, LENGTH] * (mean - hour.t_ground_degc[element])
        mdot, dp_bar = field.branch_mdot[branches], instant.pressures.branch_dp_bar[branches]
        return pipe_quantities(element, line, len(self._network.pipes), mdot, dp_bar, loss_w / W_PER_MW, velocity)

    def _consumers(self, hour: Hour, settled: Settled, p: FloatArray) -> dict[str, FloatArray | float]:
        layout, carried, rules = self._layout, settled.carried, self._rules
        mdot = settled.field.consumer_mdot
        on = mdot > 0.0
        t = self._fluid.temperature(carried.leaving[:, 0])
        heat = np.where(on, mdot * (carried.consumer_h - carried.consumer_back_h), 0.0) / W_PER_MW
        # a consumer by flow asks for the heat that its whole flow would bring
        whole = np.divide(hour.mdot_kg_per_s, mdot, out=np.ones_like(mdot), where=on)
        wanted = np.where(rules.by_flow, heat * whole, hour.heat_w / W_PER_MW)
        # what is missing beyond the tolerance of the iteration is a shortfall
        missing = wanted - heat
        asks = rules.by_valve & (hour.heat_w > 0.0)
        imbalance = np.divide(heat * W_PER_MW, hour.heat_w, out=np.full(len(heat), np.nan), where=asks)
        return {
            "consumer_heat_mw": heat,
            "consumer_mdot_kg_per_s": np.where(on, mdot, 0.0),
            "consumer_t_supply_degc": t[layout.consumer_start],
            "consumer_t_return_degc": np.where(
                on, self._fluid.temperature(carried.consumer_back_h), t[layout.consumer_end]
            ),
            "consumer_dp_bar": p[layout.consumer_start] - p[layout.consumer_end],
            "consumer_shortfall_mw": np.where(missing > 1e-5 * wanted, missing, 0.0),
            "consumer_imbalance_share": imbalance,
        }

    def _plants(self, hour: Hour, settled: Settled, p: FloatArray) -> dict[str, FloatArray | float]:
        layout, carried, field = self._layout, settled.carried, settled.field
        count = len(self._network.plants)
        mdot, heat, t_in, t_out, pump = (np.full(count, np.nan) for _ in range(5))
        between = layout.plant_end != NOWHERE
        start, end = layout.plant_start[between], layout.plant_end[between]
        t_leaving = self._fluid.temperature(carried.leaving[:, 0])
        mdot[between], t_in[between] = field.plant_mdot[between], t_leaving[start]
        t_out[between] = hour.plant_t_supply_degc[between]
        lift = self._fluid.enthalpy(t_out[between]) - carried.leaving[start, 0]
        flowing = mdot[between] > 0.0
        heat[between] = np.where(flowing, mdot[between] * lift, 0.0) / W_PER_MW
        head_pa = np.maximum(p[end] - p[start], 0.0) * PA_PER_BAR
        power_w = mdot[between] / self._fluid.density(t_in[between]) * head_pa / PUMP_EFFICIENCY_SHARE
        pump[between] = np.where(flowing, power_w, 0.0) / W_PER_MW
        for plant in np.flatnonzero(layout.preheat_of_plant != NOWHERE):
            node = layout.preheat_in[layout.preheat_of_plant[plant]]
            mdot[plant], heat[plant], pump[plant] = carried.inflow[node], hour.plant_heat_w[plant] / W_PER_MW, 0.0
            t_in[plant], t_out[plant] = self._fluid.temperature(carried.arriving[node, 0]), t_leaving[node]
        return {
            "plant_heat_mw": heat,
            "plant_mdot_kg_per_s": mdot,
            "plant_t_supply_degc": t_out,
            "plant_t_return_degc": t_in,
            "plant_pump_mw": pump,
        }

    def _fittings(self, settled: Settled, p: FloatArray) -> dict[str, FloatArray | float]:
        """Return flows of valves and pumps, of those on both lines in the supply, and heads and power of pumps."""
        layout, field, flows = self._layout, settled.field, {}
        for kind, count in ((VALVE, len(self._network.valves)), (PUMP, len(self._network.pumps))):
            branches = layout.of_kind(kind)[::-1]
            flows[kind] = np.full(count, np.nan)
            flows[kind][layout.element[branches]] = field.branch_mdot[branches]
        pumps = layout.of_kind(PUMP)
        t = self._fluid.temperature(settled.carried.leaving[layout.start[pumps], 0])
        head, density = np.full(len(flows[PUMP]), np.nan), np.full(len(flows[PUMP]), np.nan)
        head[layout.element[pumps]] = p[layout.end[pumps]] - p[layout.start[pumps]]
        density[layout.element[pumps]] = self._fluid.density(t)
        power_w = np.maximum(flows[PUMP], 0.0) * np.maximum(head, 0.0) * PA_PER_BAR / density / PUMP_EFFICIENCY_SHARE
        return {
            "valve_mdot_kg_per_s": flows[VALVE],
            "pump_mdot_kg_per_s": flows[PUMP],
            "pump_head_bar": head,
            "pump_mw": power_w / W_PER_MW,
        }

    def _mass_residual_kg_per_s(self, settled: Settled) -> float:
        """Return the largest mass imbalance of a junction, kg/s."""
        layout, field, consumed = self._layout, settled.field, settled.field.consumer_mdot
        between = layout.plant_end != NOWHERE
        plants = field.plant_mdot[between]
        net = np.zeros(layout.junctions)
        for start, end, flow in (
            (layout.start, layout.end, field.branch_mdot),
            (layout.consumer_start, layout.consumer_end, consumed),
            (layout.plant_start[between], layout.plant_end[between], plants),
        ):
            np.add.at(net, end, flow)
            np.add.at(net, start, -flow)
        return float(np.max(np.abs(net), initial=0.0))


def _at(values: FloatArray, junctions: IntArray) -> FloatArray:
    """Return values at junctions; NaN where there is none."""
    return np.where(junctions == NOWHERE, np.nan, values[np.maximum(junctions, 0)])
