"""Our network as a pandapipes net that is built once and solved hour by hour.

Every physical argument is passed explicitly, because pandapipes' defaults are other physics: an ambient of 0 K, rough-pipe
friction, a viscosity extrapolated above 95 °C. Consumers are given by heat and return temperature or by flow and return
temperature; other ways of control, and pandapipes' other definition of heat, are resolved in `heatnet.simulate`.

Importing this module imports pandapipes (some seconds): import it inside the function that needs it.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandapipes
import pandas as pd
from pandapipes.component_models.component_toolbox import p_correction_height_air
from pandapipes.pf import derivative_calculation
from pandapipes.pf.pipeflow_setup import PipeflowNotConverged
from pandapipes.properties.fluids import Fluid as PandapipesFluid
from pandapipes.properties.fluids import FluidProperty

from heatnet.adapters.activity import Activity
from heatnet.adapters.flows import Flows, NotConvergedError, State
from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, PUMP, VALVE, Layout
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray

ZERO_DEGC_K = 273.15
#: pressures of the solve itself; liquids do not care, and the level is set afterwards
_P_SUPPLY_BAR, _LIFT_BAR = 20.0, 10.0
#: a wall cannot be smoother to the logarithm in Colebrook's equation; without effect below 1e-4 mm
_SMOOTHEST_MM = 1e-5
#: seat diameter against which a flow coefficient is expressed as a loss coefficient; it cancels
_SEAT_M = 0.2
#: plain Newton first, then with half steps
_ATTEMPTS = ({"alpha": 1.0, "max_iter_bidirect": 30}, {"alpha": 0.5, "max_iter_bidirect": 150})
#: below this Reynolds number a pipe counts as resting: its pressure loss is far below any tolerance
_RESTING_REYNOLDS = 10.0
OPTIONS = {
    "mode": "bidirectional",
    "friction_model": "colebrook",
    "max_iter_colebrook": 100,
    "tolerance_colebrook": 1e-6,
    "tol_p": 1e-6,
    "tol_m": 1e-6,
    "tol_T": 1e-4,
    # watts, bar and kg/s in one number: the watts decide
    "tol_res": 1.0,
    "use_numba": False,
    "check_connectivity": False,
}


class _Tabulated(FluidProperty):
    """One property of a `FluidTable` in pandapipes' terms (kelvin)."""

    def __init__(self, t_degc: FloatArray, values: FloatArray) -> None:
        super().__init__()
        self.t_k = t_degc + ZERO_DEGC_K
        self.values = values

    def get_at_value(self, *args: FloatArray) -> FloatArray:
        """Return the property at a temperature (K)."""
        return np.interp(args[0], self.t_k, self.values)


class PandapipesNet:
    """A pandapipes net with the tables of one network.

    Parameters
    ----------
    network : Network
        A water network whose features pandapipes knows.
    layout : Layout
        Its junctions and branches.
    fluid : FluidTable
        Its fluid.
    """

    def __init__(self, network: Network, layout: Layout, fluid: FluidTable) -> None:
        self.layout = layout
        self.fluid = fluid
        supplying = layout.plant_end != NOWHERE
        holds = network.plants["role"].to_numpy() == "pressure"
        self.holding = np.flatnonzero(supplying & holds)
        self.given = np.flatnonzero(supplying & ~holds)
        self._branches = {kind: layout.of_kind(kind) for kind in (PIPE, HEATER, VALVE, PUMP)}
        self.ambient_bar = p_correction_height_air(layout.elevation_m)
        self.net = self._built(network)
        self._t_guess_k = np.full(layout.junctions, 60.0 + ZERO_DEGC_K)

    def _built(self, network: Network) -> pandapipes.pandapipesNet:
        layout = self.layout
        net = pandapipes.create_empty_network(add_stdtypes=False)
        net["fluid"] = _pandapipes_fluid(self.fluid)
        pandapipes.create_junctions(
            net, layout.junctions, pn_bar=_P_SUPPLY_BAR, tfluid_k=60.0 + ZERO_DEGC_K, height_m=layout.elevation_m
        )
        self._create_pipes(net, network.pipes)
        self._create_fittings(net, network)
        exchanger_start = np.concatenate([layout.start[self._branches[HEATER]], layout.preheat_in])
        if len(exchanger_start):
            exchanger_end = np.concatenate([layout.end[self._branches[HEATER]], layout.preheat_out])
            pandapipes.create_heat_exchangers(
                net, exchanger_start, exchanger_end, qext_w=0.0, inner_diameter_mm=1000.0, loss_coefficient=0.0
            )
        if len(layout.consumer_start):
            pandapipes.create_heat_consumers(
                net, layout.consumer_start, layout.consumer_end, controlled_mdot_kg_per_s=1.0, treturn_k=300.0
            )
        self._create_plants(net)
        return net

    def _create_pipes(self, net: pandapipes.pandapipesNet, pipes: pd.DataFrame) -> None:
        branches = self._branches[PIPE]
        if not len(branches):
            return
        rows = pipes.iloc[self.layout.element[branches]]
        inner_m = rows["inner_diameter_mm"].to_numpy() / 1e3
        pandapipes.create_pipes_from_parameters(
            net,
            self.layout.start[branches],
            self.layout.end[branches],
            length_km=rows["length_m"].to_numpy() / 1e3,
            inner_diameter_mm=rows["inner_diameter_mm"].to_numpy(),
            k_mm=np.maximum(rows["roughness_mm"].to_numpy(), _SMOOTHEST_MM),
            loss_coefficient=rows["zeta"].to_numpy(),
            sections=1,
            # pandapipes takes the loss on pi · (inner) diameter · length
            u_w_per_m2k=rows["u_w_per_mk"].to_numpy() / (np.pi * inner_m),
            text_k=280.0,
        )

    def _create_fittings(self, net: pandapipes.pandapipesNet, network: Network) -> None:
        layout = self.layout
        valves = self._branches[VALVE]
        if len(valves):
            rows = network.valves.iloc[layout.element[valves]]
            pandapipes.create_valves(
                net,
                layout.start[valves],
                layout.end[valves],
                et="ju",
                inner_diameter_mm=_SEAT_M * 1e3,
                opened=True,
                loss_coefficient=_valve_zeta(rows["kv_m3_per_h"].to_numpy() * rows["opening"].to_numpy()),
            )
        for branch in self._branches[PUMP]:
            row = network.pumps.iloc[layout.element[branch]]
            pandapipes.create_pump_from_parameters(
                net,
                int(layout.start[branch]),
                int(layout.end[branch]),
                f"pump {branch}",
                poly_coefficents=[float(row["head_bar"])],
            )

    def _create_plants(self, net: pandapipes.pandapipesNet) -> None:
        layout = self.layout
        for plant in self.holding:
            pandapipes.create_circ_pump_const_pressure(
                net,
                int(layout.plant_start[plant]),
                int(layout.plant_end[plant]),
                p_flow_bar=_P_SUPPLY_BAR,
                plift_bar=_LIFT_BAR,
                t_flow_k=373.15,
                type="pt",
            )
        for plant in self.given:
            pandapipes.create_circ_pump_const_mass_flow(
                net,
                int(layout.plant_start[plant]),
                int(layout.plant_end[plant]),
                p_flow_bar=None,
                mdot_flow_kg_per_s=1.0,
                t_flow_k=373.15,
                type="t",
            )

    def solve(self, flows: Flows, active: Activity, attempts: int = len(_ATTEMPTS)) -> State:
        """Return the state of one hour.

        Parameters
        ----------
        flows : Flows
            What is given.
        active : Activity
            What takes part.
        attempts : int
            1 gives up after plain Newton steps.

        Raises
        ------
        NotConvergedError
            If pandapipes finds no solution, or one that is not finite.
        """
        self._write(flows, active)
        last: Exception | None = None
        options = {**OPTIONS, "ambient_temperature": float(np.mean(flows.t_ground_degc)) + ZERO_DEGC_K}
        for attempt in _ATTEMPTS[:attempts]:
            try:
                with warnings.catch_warnings(), _resting_pipes_without_colebrook():
                    # singular matrices and failed Newton steps of an attempt are warnings there, a status here
                    warnings.simplefilter("ignore")
                    pandapipes.pipeflow(self.net, **options, **attempt)
            except (PipeflowNotConverged, UserWarning, RuntimeError, FloatingPointError) as error:
                last = error
                continue
            state = self._read(flows, active)
            if np.isfinite(state.t_degc[active.junctions]).all() and np.isfinite(state.p_bar[active.junctions]).all():
                self._t_guess_k = np.where(np.isfinite(state.t_degc), state.t_degc + ZERO_DEGC_K, self._t_guess_k)
                return state
        raise NotConvergedError(str(last) if last else "the solution is not finite")

    def forget(self) -> None:
        """Forget the last solution as a first guess of temperatures."""
        self._t_guess_k = np.full(self.layout.junctions, 60.0 + ZERO_DEGC_K)

    def _write(self, flows: Flows, active: Activity) -> None:
        net, layout = self.net, self.layout
        start, end, plant_start = self._rewired(flows)
        used = active.junctions.copy()
        used[layout.preheat_out] = flows.split
        net.junction["in_service"] = used
        net.junction["tfluid_k"] = self._t_guess_k
        for kind, table in ((PIPE, "pipe"), (PUMP, "pump")):
            branches = self._branches[kind]
            if len(branches):
                net[table]["from_junction"], net[table]["to_junction"] = start[branches], end[branches]
                net[table]["in_service"] = active.branches[branches]
        if len(self._branches[PIPE]):
            net.pipe["text_k"] = flows.t_ground_degc[layout.element[self._branches[PIPE]]] + ZERO_DEGC_K
        valves = self._branches[VALVE]
        if len(valves):
            net.valve["junction"], net.valve["element"] = start[valves], end[valves]
            net.valve["opened"] = active.branches[valves]
        self._write_heat(flows, active, start, end)
        for table, plants in (("circ_pump_pressure", self.holding), ("circ_pump_mass", self.given)):
            if len(plants):
                net[table]["return_junction"] = plant_start[plants]
                net[table]["t_flow_k"] = flows.plant_t_supply_degc[plants] + ZERO_DEGC_K
                net[table]["in_service"] = active.plants[plants]
        if len(self.given):
            net.circ_pump_mass["mdot_flow_kg_per_s"] = flows.plant_mdot_kg_per_s[self.given]

    def _write_heat(self, flows: Flows, active: Activity, start: np.ndarray, end: np.ndarray) -> None:
        net, layout = self.net, self.layout
        heaters = self._branches[HEATER]
        if len(heaters) + len(layout.preheat_in):
            net.heat_exchanger["from_junction"] = np.concatenate([start[heaters], layout.preheat_in])
            net.heat_exchanger["to_junction"] = np.concatenate([end[heaters], layout.preheat_out])
            # heat taken out is positive in pandapipes
            net.heat_exchanger["qext_w"] = -np.concatenate([flows.heater_w, flows.preheat_w])
            net.heat_exchanger["in_service"] = np.concatenate([active.branches[heaters], flows.split])
        if len(layout.consumer_start):
            by_heat = np.isfinite(flows.consumer_heat_w)
            net.heat_consumer["controlled_mdot_kg_per_s"] = np.where(by_heat, np.nan, flows.consumer_mdot_kg_per_s)
            net.heat_consumer["qext_w"] = flows.consumer_heat_w
            net.heat_consumer["treturn_k"] = flows.consumer_t_out_degc + ZERO_DEGC_K
            net.heat_consumer["in_service"] = active.consumers

    def _rewired(self, flows: Flows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return branch ends and plant inlets with those behind a pre-heater moved to its second junction."""
        layout = self.layout
        start, end, plant_start = layout.start.copy(), layout.end.copy(), layout.plant_start.copy()
        for inlet, outlet, split in zip(layout.preheat_in, layout.preheat_out, flows.split, strict=True):
            if split:
                start[(start == inlet) & flows.start_out] = outlet
                end[(end == inlet) & flows.end_out] = outlet
                plant_start[plant_start == inlet] = outlet
        return start, end, plant_start

    def _read(self, flows: Flows, active: Activity) -> State:
        net, layout = self.net, self.layout
        count = len(layout.start)
        mdot, t_start, t_end = np.zeros(count), np.full(count, np.nan), np.full(count, np.nan)
        dp, velocity = np.zeros(count), np.zeros(count)
        tables = ((PIPE, "res_pipe"), (VALVE, "res_valve"), (PUMP, "res_pump"), (HEATER, "res_heat_exchanger"))
        for kind, table in tables:
            branches = self._branches[kind]
            if not len(branches):
                continue
            result = net[table].iloc[: len(branches)]
            flow = result["mdot_from_kg_per_s"].to_numpy()
            outlet = result["t_outlet_k"].to_numpy() - ZERO_DEGC_K
            mdot[branches] = flow
            t_start[branches] = np.where(flow >= 0, result["t_from_k"].to_numpy() - ZERO_DEGC_K, outlet)
            t_end[branches] = np.where(flow >= 0, outlet, result["t_to_k"].to_numpy() - ZERO_DEGC_K)
            if kind == PIPE:
                dp[branches] = result["dp_friction_loss_bar"].to_numpy()
                velocity[branches] = result["v_mean_m_per_s"].to_numpy()
        mdot, dp, velocity = (np.where(active.branches, values, 0.0) for values in (mdot, dp, velocity))
        plant_mdot = np.where(active.plants, flows.plant_mdot_kg_per_s, 0.0)
        if len(self.holding):
            holding = net.res_circ_pump_pressure["mdot_from_kg_per_s"].to_numpy()
            plant_mdot[self.holding] = np.where(active.plants[self.holding], holding, 0.0)
        consumer_mdot = np.zeros(len(layout.consumer_start))
        if len(consumer_mdot):
            through = net.res_heat_consumer["mdot_from_kg_per_s"].to_numpy()
            consumer_mdot = np.where(active.consumers, through, 0.0)
        used = active.junctions.copy()
        used[layout.preheat_out] = flows.split
        preheat = np.full(len(layout.preheat_in), np.nan)
        if len(preheat):
            through = net.res_heat_exchanger["mdot_from_kg_per_s"].to_numpy()[len(self._branches[HEATER]) :]
            preheat = np.where(flows.split, through, np.nan)
        return State(
            t_degc=np.where(used, net.res_junction["t_k"].to_numpy() - ZERO_DEGC_K, np.nan),
            p_bar=np.where(used, net.res_junction["p_bar"].to_numpy() + self.ambient_bar, np.nan),
            mdot_kg_per_s=mdot,
            t_start_degc=np.where(active.branches, t_start, np.nan),
            t_end_degc=np.where(active.branches, t_end, np.nan),
            dp_bar=dp,
            velocity_m_per_s=velocity,
            consumer_mdot_kg_per_s=consumer_mdot,
            plant_mdot_kg_per_s=plant_mdot,
            preheat_mdot_kg_per_s=preheat,
        )


@contextmanager
def _resting_pipes_without_colebrook() -> Iterator[None]:
    """Keep pandapipes from solving Colebrook's equation where the water all but rests, as in the middle of a symmetric ring.

    There its friction factor grows beyond 1e6, its Newton iteration ends with an error, and the slope of the pressure loss
    vanishes. Such pipes keep the factor of Re = 10; their Δp is of the order of 1e-9 bar.
    """
    original = derivative_calculation.calc_lambda

    def calc_lambda(
        m: FloatArray,
        eta: FloatArray,
        d: FloatArray,
        k: FloatArray,
        gas_mode: bool,
        friction_model: str,
        lengths: FloatArray,
        options: dict[str, Any],
        area: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        least = _RESTING_REYNOLDS * eta * area / d
        resting = np.abs(m) < least
        friction, reynolds = original(
            np.where(resting, least, m), eta, d, k, gas_mode, friction_model, lengths, options, area
        )
        # zero tells pandapipes that the factor does not change with the flow
        return friction, np.where(resting, 0.0, reynolds)

    derivative_calculation.calc_lambda = calc_lambda
    try:
        yield
    finally:
        derivative_calculation.calc_lambda = original


def _pandapipes_fluid(fluid: FluidTable) -> PandapipesFluid:
    return PandapipesFluid(
        "heat carrier",
        "liquid",
        density=_Tabulated(fluid.t_degc, fluid.density_kg_per_m3),
        viscosity=_Tabulated(fluid.t_degc, fluid.viscosity_pa_s),
        heat_capacity=_Tabulated(fluid.t_degc, fluid.heat_capacity_j_per_kgk),
    )


def _valve_zeta(kv_m3_per_h: FloatArray) -> FloatArray:
    """Loss coefficient on the seat's velocity of a flow coefficient: Δp = 1 bar · (V / Kv)² · rho / 1000 kg/m³.

    A valve without flow coefficient (NaN) has no loss; a shut one is out of service anyway.
    """
    area_m2 = np.pi / 4 * _SEAT_M**2
    given = kv_m3_per_h > 0
    root = np.divide(3600.0 * area_m2, kv_m3_per_h, out=np.zeros_like(kv_m3_per_h), where=given)
    return np.asarray(200.0 * root**2)


logging.getLogger("pandapipes").setLevel(logging.ERROR)
