"""A pandapower net as a model of the batch engine power-grid-model, and many hours of it solved at once.

Both use the same equations: lines and transformers as pi equivalents, the iron loss and magnetising current of a
transformer halved between its two ends, its impedance on the lower-voltage side and growing with the square of a tap there.
What one of them knows and the other does not is refused, never left out: see `refusals`.

Signs: power of branches is positive from the from-bus (higher voltage) to the other; of loads and storages when they
consume; of generators when they give; of grids when they give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.electric import net_parts
from heatnet.electric.flows import (
    Flows,
    Setpoints,
    consumption,
    fixed_taps,
    joined,
    line_loading,
    transformer_loading,
)
from heatnet.electric.net_parts import Nodes, filled, open_ends
from heatnet.electric.tap_seeds import TapChangers, tap_changers_of
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Flows", "GridModel", "Setpoints", "refusals"]

VA_PER_MVA = 1e6
V_PER_KV = 1e3
A_PER_KA = 1e3
#: short-circuit power of the upper grid: so large that it holds the voltage as a slack bus does
_STIFF_VA = 1e24
#: largest change of a voltage in the last step; Newton's method squares it
_ERROR_TOLERANCE_PU = 1e-8
_MAX_ITERATIONS = 50
#: hours that are solved in one call: bounds the memory
_CHUNK = 2048
_WYE_N, _DELTA = 1, 2
#: width of the dead band of a tap changer, in steps: below one step it would hunt
TAP_BAND_STEPS = 1.5


def refusals(net: Any) -> list[str]:
    """Return what a net holds that this engine does not solve as pandapower does, as names of its tables."""
    found = net_parts.refusals(net)
    if net_parts.in_use(net, "gen"):
        found.append("gen")
    if len(net["trafo"]) and not np.allclose(net["trafo"]["shift_degree"] % 30, 0):
        found.append("trafo.shift_degree")
    return found


class GridModel:
    """A pandapower net inside the batch engine.

    Parameters
    ----------
    net : pandapowerNet
        Buses, lines, two-winding transformers, external grids, loads, static generators, storages and switches.
    v_set_pu : array (transformers,), optional
        Voltage that each transformer's tap changer holds at its lower side; NaN where the tap is fixed.

    Raises
    ------
    ValueError
        With what `refusals` names.
    """

    def __init__(self, net: Any, v_set_pu: FloatArray | None = None) -> None:
        from power_grid_model import PowerGridModel

        refused = refusals(net)
        if refused:
            raise ValueError(f"the batch engine does not solve: {', '.join(refused)}")
        self.net = net
        self._ids = _Ids(net)
        self._input = _input_data(net, self._ids, v_set_pu)
        self._changers = tap_changers_of(self._input)
        self._model = PowerGridModel(self._input, system_frequency=float(net["f_hz"]))

    def solve(self, given: Setpoints, threads: int = 1, progress: Callable[[int, int], None] | None = None) -> Flows:
        """Return the state of every hour of the set values."""
        parts = []
        for first in range(0, given.hours, _CHUNK):
            rows = slice(first, min(first + _CHUNK, given.hours))
            parts.append(self._solve_rows(given, rows, threads))
            if progress is not None:
                progress(rows.stop, given.hours)
        return joined(parts)

    def _solve_rows(self, given: Setpoints, rows: slice, threads: int) -> Flows:
        update = self._update_data(given, rows)
        options: dict[str, Any] = {
            "error_tolerance": _ERROR_TOLERANCE_PU,
            "max_iterations": _MAX_ITERATIONS,
            "threading": threads,
        }
        if self._changers is not None:
            options["tap_changing_strategy"] = "any_valid_tap"
            update["transformer"] = self._seeded_taps(self._changers, update, threads)
        result = self._model.calculate_power_flow(
            update_data=update, continue_on_batch_error=True, output_component_types=_OUTPUT, **options
        )
        hours = rows.stop - rows.start
        solved = np.ones(hours, dtype=bool)
        error = self._model.batch_error
        if error is not None:
            solved[np.asarray(error.failed_scenarios, dtype=int)] = False
        return self._flows(result, solved)

    def _seeded_taps(self, changers: TapChangers, update: dict[str, Any], threads: int) -> Any:
        from power_grid_model import initialize_array

        estimate = self._model.calculate_power_flow(
            update_data=update,
            calculation_method="linear",
            threading=threads,
            continue_on_batch_error=True,
            output_component_types={"node": ["u_pu"]},
        )
        seeds = changers.seeds(np.nan_to_num(estimate["node"]["u_pu"]))
        taps = initialize_array("update", "transformer", seeds.shape)
        taps["id"], taps["tap_pos"] = self._ids.transformer, seeds
        return taps

    def _update_data(self, given: Setpoints, rows: slice) -> dict[str, Any]:
        from power_grid_model import initialize_array

        hours = rows.stop - rows.start
        data: dict[str, Any] = {}
        loads = self._ids.consuming
        if len(loads):
            update = initialize_array("update", "sym_load", (hours, len(loads)))
            update["id"] = loads
            active_mw, reactive_mvar = consumption(self.net, given, rows)
            update["p_specified"], update["q_specified"] = VA_PER_MVA * active_mw, VA_PER_MVA * reactive_mvar
            data["sym_load"] = update
        own_v_pu = self.net["ext_grid"]["vm_pu"].to_numpy(float)
        # voltages that do not change are left out: with them the engine would factorise anew in every hour
        if given.grid_v_pu is not None and bool((given.grid_v_pu[rows] != own_v_pu).any()):
            update = initialize_array("update", "source", (hours, len(self._ids.grid)))
            update["id"], update["u_ref"] = self._ids.grid, given.grid_v_pu[rows]
            data["source"] = update
        if not data:
            update = initialize_array("update", "source", (hours, len(self._ids.grid)))
            update["id"] = self._ids.grid
            data["source"] = update
        return data

    def _flows(self, result: dict[str, Any], solved: NDArray[np.bool_]) -> Flows:
        hours = len(solved)

        def of(component: str, name: str, scale: float = 1.0) -> FloatArray:
            if component not in result:
                return np.zeros((hours, 0))
            values = np.array(result[component][name], dtype=float) / scale
            values[~solved] = np.nan
            return values

        node_v, node_angle = of("node", "u_pu"), np.rad2deg(of("node", "u_angle"))
        energized = of("node", "energized") > 0
        node_v[~energized], node_angle[~energized] = np.nan, np.nan
        position = self._ids.nodes.node_position
        line_i = np.maximum(of("line", "i_from", A_PER_KA), of("line", "i_to", A_PER_KA))
        currents = of("transformer", "i_from", A_PER_KA), of("transformer", "i_to", A_PER_KA)
        return Flows(
            bus_v_pu=node_v[:, position],
            bus_angle_deg=node_angle[:, position],
            line_p_from_mw=of("line", "p_from", VA_PER_MVA),
            line_p_to_mw=of("line", "p_to", VA_PER_MVA),
            line_i_ka=line_i,
            line_loading_share=line_loading(self.net, line_i),
            transformer_p_hv_mw=of("transformer", "p_from", VA_PER_MVA),
            transformer_p_lv_mw=of("transformer", "p_to", VA_PER_MVA),
            transformer_loading_share=transformer_loading(self.net, *currents),
            transformer_tap=self._taps(result, hours, solved),
            grid_p_mw=of("source", "p", VA_PER_MVA),
            grid_q_mvar=of("source", "q", VA_PER_MVA),
            gen_q_mvar=np.zeros((hours, len(self.net["gen"]))),
            solved=solved,
        )

    def _taps(self, result: dict[str, Any], hours: int, solved: NDArray[np.bool_]) -> FloatArray:
        taps = fixed_taps(self.net, hours)
        if self._changers is not None:
            output = result["transformer_tap_regulator"]
            by_id = {int(i): position for position, i in enumerate(self._ids.transformer)}
            regulators = self._input["transformer_tap_regulator"]["regulated_object"]
            taps[:, [by_id[int(i)] for i in regulators]] = output["tap_pos"]
        taps[~solved] = np.nan
        return taps


_OUTPUT: dict[str, Any] = {
    "node": ["u_pu", "u_angle", "energized"],
    "line": ["p_from", "p_to", "i_from", "i_to"],
    "transformer": ["p_from", "p_to", "i_from", "i_to"],
    "source": ["p", "q"],
    "transformer_tap_regulator": ["tap_pos"],
}


class _Ids:
    """Numbers of the elements inside the engine."""

    def __init__(self, net: Any) -> None:
        self.nodes = Nodes(net)
        self._next = len(self.nodes)
        self.node = np.arange(len(self.nodes))
        self.line = self._take(len(net["line"]))
        self.transformer = self._take(len(net["trafo"]))
        self.grid = self._take(len(net["ext_grid"]))
        self.consuming = self._take(len(net["load"]) + len(net["sgen"]) + len(net["storage"]))
        self.regulator = self._take(len(net["trafo"]))

    def _take(self, count: int) -> NDArray[np.int64]:
        first = self._next
        self._next += count
        return np.arange(first, first + count)


def _input_data(net: Any, ids: _Ids, v_set_pu: FloatArray | None) -> dict[str, Any]:
    data = {"node": _nodes(net, ids), "source": _sources(net, ids)}
    if len(net["line"]):
        data["line"] = _lines(net, ids)
    if len(net["trafo"]):
        data["transformer"] = _transformers(net, ids)
        if v_set_pu is not None and bool(np.isfinite(v_set_pu).any()):
            data["transformer_tap_regulator"] = _regulators(net, ids, v_set_pu)
    if len(ids.consuming):
        data["sym_load"] = _consumers(net, ids)
    return data


def _array(component: str, ids: NDArray[np.int64]) -> Any:
    from power_grid_model import initialize_array

    array = initialize_array("input", component, len(ids))
    array["id"] = ids
    return array


def _nodes(net: Any, ids: _Ids) -> Any:
    array = _array("node", ids.node)
    array["u_rated"] = net["bus"]["vn_kv"].to_numpy(float)[ids.nodes.node_bus] * V_PER_KV
    return array


def _sources(net: Any, ids: _Ids) -> Any:
    grid = net["ext_grid"]
    array = _array("source", ids.grid)
    array["node"] = ids.nodes.of(grid["bus"])
    array["status"] = grid["in_service"].to_numpy(int)
    array["u_ref"] = grid["vm_pu"].to_numpy(float)
    array["u_ref_angle"] = np.deg2rad(filled(grid, "va_degree", 0.0))
    array["sk"] = _STIFF_VA
    return array


def _lines(net: Any, ids: _Ids) -> Any:
    line = net["line"]
    array = _array("line", ids.line)
    length, parallel = line["length_km"].to_numpy(float), line["parallel"].to_numpy(float)
    array["from_node"], array["to_node"] = ids.nodes.of(line["from_bus"]), ids.nodes.of(line["to_bus"])
    array["from_status"], array["to_status"] = open_ends(net, "line", "l", "from_bus", "to_bus")
    array["r1"] = line["r_ohm_per_km"] * length / parallel
    array["x1"] = line["x_ohm_per_km"] * length / parallel
    capacitance = line["c_nf_per_km"].to_numpy(float) * 1e-9
    array["c1"] = capacitance * length * parallel
    conductance = filled(line, "g_us_per_km", 0.0) * 1e-6
    susceptance = 2 * np.pi * float(net["f_hz"]) * capacitance
    array["tan1"] = np.divide(conductance, susceptance, out=np.zeros(len(line)), where=susceptance > 0)
    array["i_n"] = line["max_i_ka"].to_numpy(float) * parallel * A_PER_KA
    return array


def _transformers(net: Any, ids: _Ids) -> Any:
    trafo = net["trafo"]
    array = _array("transformer", ids.transformer)
    parallel = trafo["parallel"].to_numpy(float)
    rated_va = trafo["sn_mva"].to_numpy(float) * VA_PER_MVA
    array["from_node"], array["to_node"] = ids.nodes.of(trafo["hv_bus"]), ids.nodes.of(trafo["lv_bus"])
    array["from_status"], array["to_status"] = open_ends(net, "trafo", "t", "hv_bus", "lv_bus")
    array["u1"], array["u2"] = trafo["vn_hv_kv"] * V_PER_KV, trafo["vn_lv_kv"] * V_PER_KV
    array["sn"] = rated_va * parallel
    array["uk"] = trafo["vk_percent"] / 100
    array["pk"] = trafo["vkr_percent"].to_numpy(float) / 100 * rated_va * parallel
    iron_w = trafo["pfe_kw"].to_numpy(float) * 1e3
    array["p0"] = iron_w * parallel
    # where the iron loss exceeds the no-load current there is no magnetising part, as in pandapower
    array["i0"] = np.maximum(trafo["i0_percent"].to_numpy(float) / 100, iron_w / rated_va)
    clock = np.round(trafo["shift_degree"].to_numpy(float) / 30).astype(int) % 12
    array["clock"] = clock
    array["winding_from"] = np.where(clock % 2, _DELTA, _WYE_N)
    array["winding_to"] = _WYE_N
    side = np.where(trafo["tap_side"].fillna("hv") == "lv", 1, 0)
    array["tap_side"] = side
    rated_kv = np.where(side == 1, trafo["vn_lv_kv"], trafo["vn_hv_kv"])
    array["tap_size"] = filled(trafo, "tap_step_percent", 0.0) / 100 * rated_kv * V_PER_KV
    neutral = filled(trafo, "tap_neutral", 0.0)
    array["tap_nom"], array["tap_pos"] = neutral, filled(trafo, "tap_pos", 0.0)
    array["tap_min"] = np.minimum(filled(trafo, "tap_min", 0.0), array["tap_pos"])
    array["tap_max"] = np.maximum(filled(trafo, "tap_max", 0.0), array["tap_pos"])
    return array


def _regulators(net: Any, ids: _Ids, v_set_pu: FloatArray) -> Any:
    trafo = net["trafo"]
    held = np.isfinite(v_set_pu) & trafo["in_service"].to_numpy(bool)
    array = _array("transformer_tap_regulator", ids.regulator[held])
    array["regulated_object"] = ids.transformer[held]
    array["status"] = 1
    array["control_side"] = 1
    nominal = net["bus"]["vn_kv"].loc[trafo["lv_bus"]].to_numpy(float)[held] * V_PER_KV
    array["u_set"] = v_set_pu[held] * nominal
    step = filled(trafo, "tap_step_percent", 0.0)[held] / 100
    array["u_band"] = TAP_BAND_STEPS * step * nominal
    return array


def _consumers(net: Any, ids: _Ids) -> Any:
    from power_grid_model import LoadGenType

    array = _array("sym_load", ids.consuming)
    tables = [net["load"], net["sgen"], net["storage"]]
    array["node"] = np.concatenate([ids.nodes.of(table["bus"]) for table in tables])
    array["status"] = 1
    array["type"] = LoadGenType.const_power
    array["p_specified"], array["q_specified"] = 0.0, 0.0
    return array
