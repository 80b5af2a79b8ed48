"""A pandapower net as a model of the batch engine power-grid-model, and many hours of it solved at once.

Both use the same equations: lines and transformers as pi equivalents, the iron loss and magnetising current of a
transformer halved between its two ends, its impedance on the lower-voltage side and growing with the square of a tap there.
What one of them knows and the other does not is refused, never left out: see `refusals`.

Signs: power of branches is positive from the from-bus (higher voltage) to the other; of loads and storages when they
consume; of generators when they give; of grids when they give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

VA_PER_MVA = 1e6
V_PER_KV = 1e3
A_PER_KA = 1e3
#: short-circuit power of the upper grid: so large that it holds the voltage as a slack bus does
_STIFF_VA = 1e24
_ERROR_TOLERANCE_PU = 1e-9
_MAX_ITERATIONS = 50
#: hours that are solved in one call: bounds the memory
_CHUNK = 2048
_WYE_N, _DELTA = 1, 2
#: width of the dead band of a tap changer, in steps: below one step it would hunt
TAP_BAND_STEPS = 1.5


@dataclass(frozen=True, eq=False)
class Flows:
    """Solved hours; arrays of hours by element in the order of the net's tables, NaN in hours without a solution.

    Parameters
    ----------
    bus_v_pu, bus_angle_deg : array (T, buses)
        Voltage magnitude and angle; NaN at buses that no grid feeds.
    line_p_from_mw, line_p_to_mw, line_i_ka : array (T, lines)
        Active power into either end, larger current of the two ends.
    line_loading_share : array (T, lines)
        Current over permitted current.
    transformer_p_hv_mw, transformer_p_lv_mw : array (T, transformers)
    transformer_loading_share : array (T, transformers)
        Larger of the two currents, each over its rated one.
    transformer_tap : array (T, transformers)
    grid_p_mw, grid_q_mvar : array (T, grids)
    solved : bool array (T,)
    """

    bus_v_pu: FloatArray
    bus_angle_deg: FloatArray
    line_p_from_mw: FloatArray
    line_p_to_mw: FloatArray
    line_i_ka: FloatArray
    line_loading_share: FloatArray
    transformer_p_hv_mw: FloatArray
    transformer_p_lv_mw: FloatArray
    transformer_loading_share: FloatArray
    transformer_tap: FloatArray
    grid_p_mw: FloatArray
    grid_q_mvar: FloatArray
    solved: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Setpoints:
    """Set values of some hours, (T, elements) in the order of the net's tables; None keeps the net's own."""

    hours: int
    load_p_mw: FloatArray | None = None
    load_q_mvar: FloatArray | None = None
    sgen_p_mw: FloatArray | None = None
    sgen_q_mvar: FloatArray | None = None
    storage_p_mw: FloatArray | None = None
    grid_v_pu: FloatArray | None = None


def refusals(net: Any) -> list[str]:
    """Return what a net holds that the batch engine does not solve as pandapower does, as names of its tables."""
    found = [
        name
        for name in ("trafo3w", "impedance", "dcline", "ward", "xward", "motor", "gen", "shunt", "svc", "tcsc", "ssc")
        if name in net and len(net[name]) and bool(net[name]["in_service"].any())
    ]
    load = net["load"]
    parts = [c for c in load.columns if c.startswith(("const_z", "const_i"))]
    if len(load) and bool((load[parts].fillna(0.0) != 0).to_numpy().any()):
        found.append("load.const_z / const_i")
    if len(net["trafo"]):
        if not np.allclose(net["trafo"]["shift_degree"] % 30, 0):
            found.append("trafo.shift_degree")
        if bool((_filled(net["trafo"], "tap_step_degree", 0.0) != 0).any()):
            found.append("trafo.tap_step_degree")
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
        self._controls_taps = "transformer_tap_regulator" in self._input
        self._model = PowerGridModel(self._input, system_frequency=float(net["f_hz"]))

    def solve(self, given: Setpoints, threads: int = 1, progress: Callable[[int, int], None] | None = None) -> Flows:
        """Return the state of every hour of the set values."""
        parts = []
        for first in range(0, given.hours, _CHUNK):
            rows = slice(first, min(first + _CHUNK, given.hours))
            parts.append(self._solve_rows(given, rows, threads))
            if progress is not None:
                progress(rows.stop, given.hours)
        names = Flows.__dataclass_fields__
        return Flows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def _solve_rows(self, given: Setpoints, rows: slice, threads: int) -> Flows:
        update = self._update_data(given, rows)
        options: dict[str, Any] = {
            "error_tolerance": _ERROR_TOLERANCE_PU,
            "max_iterations": _MAX_ITERATIONS,
            "threading": threads,
        }
        if self._controls_taps:
            options["tap_changing_strategy"] = "any_valid_tap"
        result = self._model.calculate_power_flow(
            update_data=update, continue_on_batch_error=True, output_component_types=_OUTPUT, **options
        )
        hours = rows.stop - rows.start
        solved = np.ones(hours, dtype=bool)
        error = self._model.batch_error
        if error is not None:
            solved[np.asarray(error.failed_scenarios, dtype=int)] = False
        return self._flows(result, solved)

    def _update_data(self, given: Setpoints, rows: slice) -> dict[str, Any]:
        from power_grid_model import initialize_array

        hours = rows.stop - rows.start
        data: dict[str, Any] = {}
        loads = self._ids.consuming
        if len(loads):
            update = initialize_array("update", "sym_load", (hours, len(loads)))
            update["id"] = loads
            update["p_specified"], update["q_specified"] = self._consumption(given, rows)
            data["sym_load"] = update
        if given.grid_v_pu is not None:
            update = initialize_array("update", "source", (hours, len(self._ids.grid)))
            update["id"], update["u_ref"] = self._ids.grid, given.grid_v_pu[rows]
            data["source"] = update
        if not data:
            update = initialize_array("update", "source", (hours, len(self._ids.grid)))
            update["id"] = self._ids.grid
            data["source"] = update
        return data

    def _consumption(self, given: Setpoints, rows: slice) -> tuple[FloatArray, FloatArray]:
        """Return active and reactive consumption of loads, generators (negative) and storages, W and var."""
        hours = rows.stop - rows.start

        def chosen(values: FloatArray | None, table: str, column: str, sign: float) -> FloatArray:
            frame = self.net[table]
            own = np.broadcast_to(_powers(frame, column), (hours, len(frame)))
            used = own if values is None else np.asarray(values[rows], dtype=float)
            return np.asarray(sign * used * frame["in_service"].to_numpy(bool) * VA_PER_MVA)

        active = [
            chosen(given.load_p_mw, "load", "p_mw", 1.0),
            chosen(given.sgen_p_mw, "sgen", "p_mw", -1.0),
            chosen(given.storage_p_mw, "storage", "p_mw", 1.0),
        ]
        reactive = [
            chosen(given.load_q_mvar, "load", "q_mvar", 1.0),
            chosen(given.sgen_q_mvar, "sgen", "q_mvar", -1.0),
            chosen(None, "storage", "q_mvar", 1.0),
        ]
        return np.concatenate(active, axis=1), np.concatenate(reactive, axis=1)

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
        position = self._ids.node_position
        line, trafo = self.net["line"], self.net["trafo"]
        line_i = np.maximum(of("line", "i_from", A_PER_KA), of("line", "i_to", A_PER_KA))
        permitted = line["max_i_ka"].to_numpy(float) * line["parallel"].to_numpy(float)
        if len(trafo):
            rated = trafo["sn_mva"].to_numpy(float) * trafo["parallel"].to_numpy(float) / np.sqrt(3)
            loading = np.maximum(
                of("transformer", "i_from", A_PER_KA) * trafo["vn_hv_kv"].to_numpy(float) / rated,
                of("transformer", "i_to", A_PER_KA) * trafo["vn_lv_kv"].to_numpy(float) / rated,
            )
        else:
            loading = np.zeros((hours, 0))
        return Flows(
            bus_v_pu=node_v[:, position],
            bus_angle_deg=node_angle[:, position],
            line_p_from_mw=of("line", "p_from", VA_PER_MVA),
            line_p_to_mw=of("line", "p_to", VA_PER_MVA),
            line_i_ka=line_i,
            line_loading_share=line_i / permitted if len(line) else line_i,
            transformer_p_hv_mw=of("transformer", "p_from", VA_PER_MVA),
            transformer_p_lv_mw=of("transformer", "p_to", VA_PER_MVA),
            transformer_loading_share=loading,
            transformer_tap=self._taps(result, hours, solved),
            grid_p_mw=of("source", "p", VA_PER_MVA),
            grid_q_mvar=of("source", "q", VA_PER_MVA),
            solved=solved,
        )

    def _taps(self, result: dict[str, Any], hours: int, solved: NDArray[np.bool_]) -> FloatArray:
        trafo = self.net["trafo"]
        taps = np.tile(_filled(trafo, "tap_pos", 0.0), (hours, 1))
        if self._controls_taps:
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
    """Numbers of the elements inside the engine; buses that a closed coupler joins are one node."""

    def __init__(self, net: Any) -> None:
        buses = net["bus"].index.to_numpy()
        position = {bus: i for i, bus in enumerate(buses)}
        head = list(range(len(buses)))

        def find(i: int) -> int:
            while head[i] != i:
                i = head[i]
            return i

        switches = net["switch"]
        couplers = switches[(switches["et"] == "b") & switches["closed"].astype(bool)]
        for first, second in zip(couplers["bus"], couplers["element"], strict=True):
            head[find(position[second])] = find(position[first])
        heads = [find(i) for i in range(len(buses))]
        #: engine's nodes: position in the bus table of each; and the node of each bus
        self.node_bus = sorted(set(heads))
        number = {bus: i for i, bus in enumerate(self.node_bus)}
        self.node_position = np.array([number[i] for i in heads], dtype=int)
        self._of_bus = {bus: int(self.node_position[position[bus]]) for bus in buses}
        self._next = len(self.node_bus)
        self.node = np.arange(len(self.node_bus))
        self.line = self._take(len(net["line"]))
        self.transformer = self._take(len(net["trafo"]))
        self.grid = self._take(len(net["ext_grid"]))
        self.consuming = self._take(len(net["load"]) + len(net["sgen"]) + len(net["storage"]))
        self.regulator = self._take(len(net["trafo"]))

    def _take(self, count: int) -> NDArray[np.int64]:
        first = self._next
        self._next += count
        return np.arange(first, first + count)

    def nodes_of(self, buses: pd.Series) -> NDArray[np.int64]:
        return np.array([self._of_bus[bus] for bus in buses], dtype=int)


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


def _filled(frame: pd.DataFrame, column: str, value: float) -> FloatArray:
    if column not in frame.columns:
        return np.full(len(frame), value)
    return np.asarray(pd.to_numeric(frame[column], errors="coerce").fillna(value), dtype=float)


def _powers(frame: pd.DataFrame, column: str) -> FloatArray:
    return _filled(frame, column, 0.0) * _filled(frame, "scaling", 1.0)


def _nodes(net: Any, ids: _Ids) -> Any:
    array = _array("node", ids.node)
    array["u_rated"] = net["bus"]["vn_kv"].to_numpy(float)[ids.node_bus] * V_PER_KV
    return array


def _sources(net: Any, ids: _Ids) -> Any:
    grid = net["ext_grid"]
    array = _array("source", ids.grid)
    array["node"] = ids.nodes_of(grid["bus"])
    array["status"] = grid["in_service"].to_numpy(int)
    array["u_ref"] = grid["vm_pu"].to_numpy(float)
    array["u_ref_angle"] = np.deg2rad(_filled(grid, "va_degree", 0.0))
    array["sk"] = _STIFF_VA
    return array


def _open_ends(net: Any, table: str, et: str, first: str, second: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the state (1 closed, 0 open) of either end of the lines or transformers of a net."""
    frame = net[table]
    state = {(element, end): 1 for element in frame.index for end in (first, second)}
    switches = net["switch"]
    for _i, switch in switches[(switches["et"] == et) & ~switches["closed"].astype(bool)].iterrows():
        for end in (first, second):
            if frame.at[switch["element"], end] == switch["bus"]:
                state[switch["element"], end] = 0
    ends = [np.array([state[element, end] for element in frame.index], dtype=int) for end in (first, second)]
    on = frame["in_service"].to_numpy(int)
    return ends[0] * on, ends[1] * on


def _lines(net: Any, ids: _Ids) -> Any:
    line = net["line"]
    array = _array("line", ids.line)
    length, parallel = line["length_km"].to_numpy(float), line["parallel"].to_numpy(float)
    array["from_node"], array["to_node"] = ids.nodes_of(line["from_bus"]), ids.nodes_of(line["to_bus"])
    array["from_status"], array["to_status"] = _open_ends(net, "line", "l", "from_bus", "to_bus")
    array["r1"] = line["r_ohm_per_km"] * length / parallel
    array["x1"] = line["x_ohm_per_km"] * length / parallel
    capacitance = line["c_nf_per_km"].to_numpy(float) * 1e-9
    array["c1"] = capacitance * length * parallel
    conductance = _filled(line, "g_us_per_km", 0.0) * 1e-6
    susceptance = 2 * np.pi * float(net["f_hz"]) * capacitance
    array["tan1"] = np.divide(conductance, susceptance, out=np.zeros(len(line)), where=susceptance > 0)
    array["i_n"] = line["max_i_ka"].to_numpy(float) * parallel * A_PER_KA
    return array


def _transformers(net: Any, ids: _Ids) -> Any:
    trafo = net["trafo"]
    array = _array("transformer", ids.transformer)
    parallel = trafo["parallel"].to_numpy(float)
    rated_va = trafo["sn_mva"].to_numpy(float) * VA_PER_MVA
    array["from_node"], array["to_node"] = ids.nodes_of(trafo["hv_bus"]), ids.nodes_of(trafo["lv_bus"])
    array["from_status"], array["to_status"] = _open_ends(net, "trafo", "t", "hv_bus", "lv_bus")
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
    array["tap_size"] = _filled(trafo, "tap_step_percent", 0.0) / 100 * rated_kv * V_PER_KV
    neutral = _filled(trafo, "tap_neutral", 0.0)
    array["tap_nom"], array["tap_pos"] = neutral, _filled(trafo, "tap_pos", 0.0)
    array["tap_min"] = np.minimum(_filled(trafo, "tap_min", 0.0), array["tap_pos"])
    array["tap_max"] = np.maximum(_filled(trafo, "tap_max", 0.0), array["tap_pos"])
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
    step = _filled(trafo, "tap_step_percent", 0.0)[held] / 100
    array["u_band"] = TAP_BAND_STEPS * step * nominal
    return array


def _consumers(net: Any, ids: _Ids) -> Any:
    from power_grid_model import LoadGenType

    array = _array("sym_load", ids.consuming)
    tables = [net["load"], net["sgen"], net["storage"]]
    array["node"] = np.concatenate([ids.nodes_of(table["bus"]) for table in tables])
    array["status"] = 1
    array["type"] = LoadGenType.const_power
    array["p_specified"], array["q_specified"] = 0.0, 0.0
    return array
