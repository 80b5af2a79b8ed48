"""Set values of some hours and their solved states, as every engine of power flow takes and returns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.electric.net_parts import filled, powers
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    gen_q_mvar : array (T, gens)
        Reactive power given by the generators that hold a voltage.
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
    gen_q_mvar: FloatArray
    solved: NDArray[np.bool_]


def joined(parts: list[Flows]) -> Flows:
    """Return hours that were solved in several calls as one."""
    names = Flows.__dataclass_fields__
    return Flows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


@dataclass(frozen=True, eq=False)
class Setpoints:
    """Set values of some hours, (T, elements) in the order of the net's tables; None keeps the net's own.

    Loads and storages are positive when they consume, generators (sgen; gen where they hold a voltage) when they give.
    """

    hours: int
    load_p_mw: FloatArray | None = None
    load_q_mvar: FloatArray | None = None
    sgen_p_mw: FloatArray | None = None
    sgen_q_mvar: FloatArray | None = None
    gen_p_mw: FloatArray | None = None
    storage_p_mw: FloatArray | None = None
    grid_v_pu: FloatArray | None = None


def chosen(net: Any, values: FloatArray | None, table: str, column: str, rows: slice) -> FloatArray:
    """Return the powers of a table in some hours (hours, elements): those given, else the net's; 0 out of service."""
    frame = net[table]
    if values is None:
        used: FloatArray = np.broadcast_to(powers(frame, column), (rows.stop - rows.start, len(frame)))
    else:
        used = np.asarray(values[rows], dtype=float)
    return np.asarray(used * frame["in_service"].to_numpy(bool))


def consumption(net: Any, given: Setpoints, rows: slice) -> tuple[FloatArray, FloatArray]:
    """Return active and reactive consumption of loads, static generators (negative) and storages, MW and Mvar."""
    active = [
        chosen(net, given.load_p_mw, "load", "p_mw", rows),
        -chosen(net, given.sgen_p_mw, "sgen", "p_mw", rows),
        chosen(net, given.storage_p_mw, "storage", "p_mw", rows),
    ]
    reactive = [
        chosen(net, given.load_q_mvar, "load", "q_mvar", rows),
        -chosen(net, given.sgen_q_mvar, "sgen", "q_mvar", rows),
        chosen(net, None, "storage", "q_mvar", rows),
    ]
    return np.concatenate(active, axis=1), np.concatenate(reactive, axis=1)


def line_loading(net: Any, line_i_ka: FloatArray) -> FloatArray:
    """Return current over permitted current of lines (T, lines), all circuits together."""
    line = net["line"]
    return np.asarray(line_i_ka / (line["max_i_ka"].to_numpy(float) * line["parallel"].to_numpy(float)))


def transformer_loading(net: Any, i_hv_ka: FloatArray, i_lv_ka: FloatArray) -> FloatArray:
    """Return the larger of a transformer's two currents over its rated one (T, transformers)."""
    trafo = net["trafo"]
    rated = trafo["sn_mva"].to_numpy(float) * trafo["parallel"].to_numpy(float) / np.sqrt(3)
    sides = (i_hv_ka, "vn_hv_kv"), (i_lv_ka, "vn_lv_kv")
    high, low = (current * trafo[kv].to_numpy(float) / rated for current, kv in sides)
    return np.asarray(np.maximum(high, low))


def fixed_taps(net: Any, hours: int) -> FloatArray:
    """Return the tap positions of a net's transformers in each hour (hours, transformers)."""
    return np.tile(filled(net["trafo"], "tap_pos", 0.0), (hours, 1))
