"""Lines and transformers of a pandapower net as pi equivalents behind an ideal ratio, per unit of 1 MVA.

A branch from node f (higher voltage) to node t has the series admittance y, the shunt admittance s (half of it at either
end, on t's side of the ratio) and the complex ratio n of f's voltage to t's, both per unit of their nodes':

    i_f = (y + s/2)/|n|² v_f - y/n* v_t,    i_t = -y/n v_f + (y + s/2) v_t

Source: Zimmerman, Murillo-Sánchez, *MATPOWER User's Manual*, section 3.2. Impedance, iron loss and magnetising current of
transformers refer to the lower-voltage side at its tap, as in pandapower with ``trafo_model="pi"``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.electric.net_parts import Nodes, filled, open_ends
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: base of power: voltages' bases are the nominal voltages of the nodes
BASE_MVA = 1.0


@dataclass(frozen=True, eq=False)
class PiBranches:
    """Branches per unit; arrays (branches,).

    Parameters
    ----------
    from_node, to_node : int array
        Nodes of the two ends.
    series_pu, shunt_pu, ratio : complex array
        Series and shunt admittance, ratio of the from-voltage to the to-voltage.
    on : bool array
        Closed at both ends.
    """

    from_node: NDArray[np.int64]
    to_node: NDArray[np.int64]
    series_pu: NDArray[np.complex128]
    shunt_pu: NDArray[np.complex128]
    ratio: NDArray[np.complex128]
    on: NDArray[np.bool_]

    def of(self, chosen: NDArray[np.bool_]) -> PiBranches:
        """Return some of the branches."""
        return PiBranches(**{name: getattr(self, name)[chosen] for name in self.__dataclass_fields__})

    def with_ends_scaled(self, scale: NDArray[np.complex128]) -> PiBranches:
        """Return the branches as seen from nodes whose voltage is `scale` (nodes,) times another's."""
        at_from, at_to = scale[self.from_node], scale[self.to_node]
        square = np.abs(at_to) ** 2
        return PiBranches(
            self.from_node,
            self.to_node,
            self.series_pu * square,
            self.shunt_pu * square,
            self.ratio * at_to / at_from,
            self.on,
        )

    def terms(self) -> tuple[NDArray[np.complex128], ...]:
        """Return the admittances that make i_f from v_f and v_t, then i_t from v_f and v_t; 0 where not closed."""
        own = self.series_pu + self.shunt_pu / 2
        terms = own / np.abs(self.ratio) ** 2, -self.series_pu / self.ratio.conj(), -self.series_pu / self.ratio, own
        return tuple(np.where(self.on, term, 0) for term in terms)

    def currents(self, v_pu: NDArray[np.complex128]) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """Return the currents into either end (T, branches) at voltages (T, nodes), per unit."""
        v_from, v_to = v_pu[:, self.from_node], v_pu[:, self.to_node]
        from_from, from_to, to_from, to_to = self.terms()
        return from_from * v_from + from_to * v_to, to_from * v_from + to_to * v_to


def half_open(net: Any) -> list[str]:
    """Return the names of the tables in which a branch is open at one end only: it would still charge."""
    found = []
    for table, et, first, second in (("line", "l", "from_bus", "to_bus"), ("trafo", "t", "hv_bus", "lv_bus")):
        ends = open_ends(net, table, et, first, second)
        if bool((ends[0] != ends[1]).any()):
            found.append(f"{table}, open at one end")
    return found


def line_branches(net: Any, nodes: Nodes, node_kv: FloatArray) -> PiBranches:
    """Return the lines of a net, all circuits of a line together; `node_kv` (nodes,) are nominal voltages."""
    line = net["line"]
    from_node, to_node = nodes.of(line["from_bus"]), nodes.of(line["to_bus"])
    length, parallel = line["length_km"].to_numpy(float), line["parallel"].to_numpy(float)
    base_ohm = node_kv[from_node] ** 2 / BASE_MVA
    impedance = (line["r_ohm_per_km"].to_numpy(float) + 1j * line["x_ohm_per_km"].to_numpy(float)) * length / parallel
    capacitance = line["c_nf_per_km"].to_numpy(float) * 1e-9
    admittance = filled(line, "g_us_per_km", 0.0) * 1e-6 + 2j * np.pi * float(net["f_hz"]) * capacitance
    ends = open_ends(net, "line", "l", "from_bus", "to_bus")
    return PiBranches(
        from_node,
        to_node,
        base_ohm / impedance,
        admittance * length * parallel * base_ohm,
        np.ones(len(line), dtype=complex),
        (ends[0] & ends[1]).astype(bool),
    )


def transformer_branches(net: Any, nodes: Nodes, node_kv: FloatArray) -> PiBranches:
    """Return the transformers of a net at their taps, from the higher to the lower voltage."""
    trafo = net["trafo"]
    from_node, to_node = nodes.of(trafo["hv_bus"]), nodes.of(trafo["lv_bus"])
    rated_mva, parallel = trafo["sn_mva"].to_numpy(float), trafo["parallel"].to_numpy(float)
    moved = 1 + filled(trafo, "tap_step_percent", 0.0) / 100 * (
        filled(trafo, "tap_pos", 0.0) - filled(trafo, "tap_neutral", 0.0)
    )
    at_lv = (trafo["tap_side"] == "lv").to_numpy(bool)
    high_kv = trafo["vn_hv_kv"].to_numpy(float) * np.where(at_lv, 1.0, moved)
    low_kv = trafo["vn_lv_kv"].to_numpy(float) * np.where(at_lv, moved, 1.0)
    per_unit = (node_kv[to_node] / low_kv) ** 2 * parallel / BASE_MVA
    real = trafo["vkr_percent"].to_numpy(float) / 100
    impedance = real + 1j * np.sqrt((trafo["vk_percent"].to_numpy(float) / 100) ** 2 - real**2)
    iron_mw = trafo["pfe_kw"].to_numpy(float) * 1e-3
    # where the iron loss exceeds the no-load current there is no magnetising part, as in pandapower
    no_load_mva = trafo["i0_percent"].to_numpy(float) / 100 * rated_mva
    magnetising = np.sqrt(np.maximum(no_load_mva**2 - iron_mw**2, 0.0))
    turns = high_kv / low_kv * node_kv[to_node] / node_kv[from_node]
    ends = open_ends(net, "trafo", "t", "hv_bus", "lv_bus")
    return PiBranches(
        from_node,
        to_node,
        rated_mva / impedance * per_unit,
        (iron_mw - 1j * magnetising) * per_unit,
        turns * np.exp(1j * np.deg2rad(trafo["shift_degree"].to_numpy(float))),
        (ends[0] & ends[1]).astype(bool),
    )
