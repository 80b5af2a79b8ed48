"""Power networks whose generators hold voltages, many hours at once: Newton's method of lightsim2grid.

At a bus with such a generator (PV bus) the active power and the voltage are given; the reactive power that holds it
follows, without a limit. Taps are fixed. Loads, static generators and storages are powers, as in `grid_model`.

Grids hold voltage and angle. lightsim2grid knows one such bus: all of them become one, and branches that end at another
grid see it through an ideal ratio, which changes nothing.

lightsim2grid returns voltages; currents and powers follow from the pi equivalents of `pi_branches`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.electric import net_parts
from heatnet.electric.flows import (
    Flows,
    Setpoints,
    chosen,
    consumption,
    fixed_taps,
    joined,
    line_loading,
    transformer_loading,
)
from heatnet.electric.net_parts import Nodes, filled
from heatnet.electric.pi_branches import BASE_MVA, PiBranches, half_open, line_branches, transformer_branches
from heatnet.electric.sweep import Sweep
from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Complex = NDArray[np.complex128]
    Ints = NDArray[np.int64]

#: hours that are solved in one call: bounds the memory
_CHUNK = 2048


def refusals(net: Any) -> list[str]:
    """Return what a net holds that this engine does not solve as pandapower does, in words of its tables."""
    found = [*net_parts.refusals(net), *half_open(net)]
    if not net_parts.in_use(net, "ext_grid"):
        found.append("no ext_grid")
        return found
    nodes = Nodes(net)
    gens, grids = net["gen"][net["gen"]["in_service"]], net["ext_grid"][net["ext_grid"]["in_service"]]
    if len(gens) and bool(filled(gens, "slack", 0.0).any()):
        found.append("gen.slack")
    held = nodes.of(gens["bus"])
    if np.isin(held, nodes.of(grids["bus"])).any():
        found.append("gen at the bus of an ext_grid")
    if len(gens["vm_pu"].groupby(held).nunique()) and bool((gens["vm_pu"].groupby(held).nunique() > 1).any()):
        found.append("gens that hold different voltages at one bus")
    return found


class HeldVoltageModel:
    """A pandapower net with generators that hold voltages, inside lightsim2grid.

    Parameters
    ----------
    net : pandapowerNet
        Buses, lines, two-winding transformers, external grids, loads, generators, static generators, storages and
        couplers.

    Raises
    ------
    ValueError
        With what `refusals` names.
    """

    def __init__(self, net: Any) -> None:
        refused = refusals(net)
        if refused:
            raise ValueError(f"the engine of held voltages does not solve: {', '.join(refused)}")
        self.net = net
        nodes = Nodes(net)
        self._bus_node = nodes.node_position
        self._node_kv = net["bus"]["vn_kv"].to_numpy(float)[nodes.node_bus]
        self._lines = line_branches(net, nodes, self._node_kv)
        self._transformers = transformer_branches(net, nodes, self._node_kv)
        self._consuming = _Elements(nodes, net["load"], net["sgen"], net["storage"])
        self._gens = _Elements(nodes, net["gen"])
        self._grids = _Elements(nodes, net["ext_grid"])
        self._fed = self._reached_from_grids()
        self._held = self._gens.nodes[self._fed[self._gens.nodes]]
        self._held_v_pu = net["gen"]["vm_pu"].to_numpy(float)[[self._gens.first_at(node) for node in self._held]]

    def _branches(self) -> tuple[PiBranches, PiBranches]:
        return self._lines, self._transformers

    def _reached_from_grids(self) -> NDArray[np.bool_]:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        count = len(self._node_kv)
        first, second = (
            np.concatenate([getattr(part, end)[part.on] for part in self._branches()])
            for end in ("from_node", "to_node")
        )
        graph = coo_array((np.ones(len(first)), (first, second)), shape=(count, count))
        part = connected_components(graph, directed=False)[1]
        return np.asarray(np.isin(part, part[self._grids.nodes]))

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
        active, reactive = consumption(self.net, given, rows)
        power = _Powers(
            taken_mva=self._consuming.sums(active + 1j * reactive),
            given_mw=self._gens.sums(chosen(self.net, given.gen_p_mw, "gen", "p_mw", rows)),
        )
        v_grid = self._grid_voltages(given, rows)
        v_pu = np.zeros((len(active), len(self._node_kv)), dtype=complex)
        solved = np.zeros(len(active), dtype=bool)
        # the ratios between grids belong to the network: hours in which they differ are solved apart
        ratios = np.round(v_grid / v_grid[:, :1], 12)
        for ratio in np.unique(ratios, axis=0):
            hours = np.flatnonzero((ratios == ratio).all(axis=1))
            v_pu[hours], solved[hours] = self._voltages(power.of(hours), v_grid[hours], threads)
        return self._flows(v_pu, power, solved)

    def _grid_voltages(self, given: Setpoints, rows: slice) -> Complex:
        """Return the voltages that the grids in service hold (hours, grid nodes), per unit."""
        grid = self.net["ext_grid"]
        hours = rows.stop - rows.start
        own = np.broadcast_to(grid["vm_pu"].to_numpy(float), (hours, len(grid)))
        magnitude = own if given.grid_v_pu is None else given.grid_v_pu[rows]
        voltages = magnitude * np.exp(1j * np.deg2rad(filled(grid, "va_degree", 0.0)))
        return np.asarray(voltages[:, [self._grids.first_at(node) for node in self._grids.nodes]])

    def _voltages(self, power: _Powers, v_grid: Complex, threads: int) -> tuple[Complex, NDArray[np.bool_]]:
        """Return voltages (hours, nodes) of hours with equal ratios between the grids, and which were solved."""
        grids = self._grids.nodes
        scale = np.ones(len(self._node_kv), dtype=complex)
        scale[grids] = v_grid[0] / v_grid[0, 0]
        others = np.flatnonzero(self._fed & ~np.isin(np.arange(len(scale)), grids))
        bus_of = np.full(len(scale), -1, dtype=np.int64)
        bus_of[grids], bus_of[others] = 0, np.arange(1, len(others) + 1)
        v_pu = np.zeros((len(v_grid), len(scale)), dtype=complex)
        v_pu[:, grids] = v_grid
        if not len(others):
            return v_pu, np.ones(len(v_grid), dtype=bool)
        sweep = Sweep(self._seen_branches(scale, bus_of), self._node_kv[np.append(grids[0], others)])
        angle = v_grid[0, 0] / abs(v_grid[0, 0])
        by_bus, solved = sweep.voltages(
            taken_mva=power.taken_mva[:, others],
            held_bus=bus_of[self._held],
            held_v_pu=self._held_v_pu,
            held_mw=power.given_mw[:, self._held],
            slack_v_pu=np.abs(v_grid[:, 0]),
            threads=threads,
        )
        v_pu[:, others] = by_bus[:, 1:] * angle
        return v_pu, solved

    def _seen_branches(self, scale: Complex, bus_of: Ints) -> PiBranches:
        """Return the closed, fed branches with the numbers of the sweep's buses; none from grid to grid."""
        parts = []
        for branches in self._branches():
            seen = branches.with_ends_scaled(scale)
            first, second = bus_of[seen.from_node], bus_of[seen.to_node]
            seen = PiBranches(first, second, seen.series_pu, seen.shunt_pu, seen.ratio, seen.on)
            parts.append(seen.of(seen.on & (first >= 0) & (first + second > 0)))
        return PiBranches(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                for name in PiBranches.__dataclass_fields__
            }
        )

    def _flows(self, v_pu: Complex, power: _Powers, solved: NDArray[np.bool_]) -> Flows:
        v_pu[~solved] = np.nan
        needed = power.taken_mva - power.given_mw
        sides = []
        for branches in self._branches():
            ends = []
            for node, current in zip((branches.from_node, branches.to_node), branches.currents(v_pu), strict=True):
                into_mva = BASE_MVA * v_pu[:, node] * current.conj()
                needed = needed + _sums(node, into_mva, len(self._node_kv))
                ends.append((into_mva.real, np.abs(current) * BASE_MVA / np.sqrt(3) / self._node_kv[node]))
            sides.append(ends)
        line, trafo = sides
        line_i = np.maximum(line[0][1], line[1][1])
        grid = self._grids.shares(needed)
        taps = fixed_taps(self.net, len(v_pu))
        taps[~solved] = np.nan
        fed = v_pu[:, self._bus_node].copy()
        fed[:, ~self._fed[self._bus_node]] = np.nan
        return Flows(
            bus_v_pu=np.abs(fed),
            bus_angle_deg=np.angle(fed, deg=True),
            line_p_from_mw=line[0][0],
            line_p_to_mw=line[1][0],
            line_i_ka=line_i,
            line_loading_share=line_loading(self.net, line_i),
            transformer_p_hv_mw=trafo[0][0],
            transformer_p_lv_mw=trafo[1][0],
            transformer_loading_share=transformer_loading(self.net, trafo[0][1], trafo[1][1]),
            transformer_tap=taps,
            grid_p_mw=grid.real,
            grid_q_mvar=grid.imag,
            gen_q_mvar=self._gens.shares(needed.imag),
            solved=solved,
        )


@dataclass(frozen=True, eq=False)
class _Powers:
    """What nodes take, and what generators that hold voltages give there (hours, nodes), MVA and MW."""

    taken_mva: Complex
    given_mw: FloatArray

    def of(self, hours: Ints) -> _Powers:
        return _Powers(self.taken_mva[hours], self.given_mw[hours])


def _sums(node: Ints, values: Any, count: int) -> Any:
    """Return the sums of values (hours, elements) at each of the nodes (hours, nodes)."""
    from scipy.sparse import csr_array

    return values @ csr_array((np.ones(len(node)), (np.arange(len(node)), node)), shape=(len(node), count))


class _Elements:
    """Elements of one kind at their nodes.

    Attributes
    ----------
    nodes : int array
        Nodes at which one in service stands.
    """

    def __init__(self, nodes: Nodes, *tables: Any) -> None:
        self._node = np.concatenate([nodes.of(table["bus"]) for table in tables]).astype(int)
        self._on = np.concatenate([table["in_service"].to_numpy(bool) for table in tables])
        self._count = len(nodes)
        self.nodes = np.unique(self._node[self._on])

    def first_at(self, node: int) -> int:
        """Return the position of the first element in service at a node."""
        return int(np.flatnonzero((self._node == node) & self._on)[0])

    def sums(self, values: Any) -> Any:
        """Return the sums of values (hours, elements) by node (hours, nodes)."""
        return _sums(self._node, values, self._count)

    def shares(self, by_node: Any) -> Any:
        """Return each element's share (hours, elements) of its node's value: equal shares at one node."""
        number = np.bincount(self._node[self._on], minlength=self._count)
        return by_node[:, self._node] * (self._on / np.maximum(number[self._node], 1))
